#pragma once
/// Writes small repositories in Collective Knowledge's format, with its habits and its mistakes.

#include <string>
#include <string_view>

#include "base/path.hpp"
#include "support/command.hpp"

namespace ck::test {

class CollectiveRepository {
 public:
  /// Writes the repository's descriptor; `dict` is the JSON text of its object.
  CollectiveRepository(fs::path folder, const std::string& name, const std::string& dict = "{}");

  /// An entry with its alias files and those of its kind; `meta` is the text of its meta.json.
  void entry(const std::string& kind, const std::string& name, std::string_view meta) const;
  /// The same under a UID of one's own choice.
  void entry_with_uid(const std::string& kind, const std::string& name, const std::string& uid,
                      std::string_view meta) const;
  /// An entry that has a UID for its name, and no alias.
  void nameless(const std::string& kind, const std::string& uid, std::string_view meta) const;
  /// Alias files that lead to this folder, whether there is one or not.
  void alias(const std::string& kind, const std::string& name, const std::string& uid) const;
  /// One more line in the alias file of a UID.
  void second_alias(const std::string& kind, const std::string& uid, const std::string& name) const;

  void file(const std::string& kind, const std::string& name, const fs::path& relative,
            std::string_view text) const;
  fs::path folder_of(const std::string& kind, const std::string& name) const;
  fs::path meta_of(const std::string& kind, const std::string& name) const;

  // What most tests need. `more` is what the entry's meta holds beside the usual: `"key": value,
  // …`.

  /// soft:NAME with the tags tool,NAME: a program NAME that answers "--version" with
  /// "NAME version X". Sets CK_ENV_TOOL (its folder) and CK_TOOL_EXE.
  void tool(const std::string& name, const std::string& more = "",
            const std::string& more_of_customize = "") const;
  /// soft:compiler.cc with the tags compiler,lang-c: gcc as it lies in /usr/bin.
  void compiler() const;
  /// soft:SOFT without detection, and a package for it: `install` is the shell script, which
  /// has to make the file "made" in $INSTALL_DIR.
  void package(const std::string& name, const std::string& tags, std::string_view install,
               const std::string& more = "", const std::string& more_of_customize = "") const;
  /// A C program that needs the compiler. `commands` is the JSON text of run_cmds.
  void program(const std::string& name, std::string_view source, std::string_view commands,
               const std::string& more = "") const;
  /// dataset:NAME with one file.
  void dataset(const std::string& name, const std::string& tags, const std::string& file,
               std::string_view content) const;

  /// Makes it a git repository with everything committed.
  void commit() const;
  /// Files that differ from what was committed, or that nobody committed; "" for none.
  std::string changes() const;

  const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
};

/// An executable shell script in the manner of `CollectiveRepository::tool`.
void write_tool(const fs::path& file, const std::string& version);
/// Any executable file.
void write_executable(const fs::path& file, std::string_view text);

}  // namespace ck::test
