#pragma once
/// Shell text made from metadata. Names and values are data: whatever they hold, they can neither
/// start a command nor end their word. Only `$NAME` and `${NAME}` stay references where CK's users
/// rely on them.

#include <string>
#include <string_view>

namespace ck::collective {

/// Whether it may name a variable: a letter or "_", then letters, digits and "_".
bool is_variable_name(std::string_view name);

/// One word: quoted where it must be, `$NAME` and `${NAME}` still expand.
std::string shell_word(std::string_view text);

/// A file name as one word: like `shell_word`, but a name with references is quoted too, so that
/// their values may hold blanks.
std::string shell_path(std::string_view path);

/// Shell text in double quotes, so that it becomes the value of a variable: references expand,
/// quotes stay characters.
std::string shell_text_as_value(std::string_view text);

/// "export NAME=value\n" with the value as `shell_word`; nothing but a comment when the name is no
/// name of a variable.
std::string export_line(std::string_view name, std::string_view value);

/// A line that puts the value of a variable before a list like PATH; never adds an empty element,
/// which would stand for the current folder.
std::string prepend_line(std::string_view list, std::string_view variable);

/// `word` as shell text that stands for itself after the command text `before`, which may have
/// opened quotes: "$#path#$/x" keeps its quotes round a path with a blank.
std::string quoted_after(std::string_view before, std::string_view word);

/// The same for a value that CK's users expect to split at blanks like `${NAME}`: outside quotes
/// each part is a word of its own.
std::string split_after(std::string_view before, std::string_view value);

}  // namespace ck::collective
