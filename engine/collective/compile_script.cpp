#include "collective/compile_script.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "collective/compile_flags.hpp"
#include "collective/meta.hpp"
#include "collective/shell.hpp"
#include "collective/tokens.hpp"

namespace ck::collective {
namespace {

using Tokens = std::map<std::string, std::string, std::less<>>;

/// Words of shell text with single blanks between them; empty ones do not count.
std::string words(std::initializer_list<std::string_view> parts) {
  std::string line;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    if (!line.empty()) line += ' ';
    line += part;
  }
  return line;
}

/// The flags that all lines share.
struct Flags {
  std::string compiler;  ///< "${CK_CC}"
  std::string linker;    ///< "${CK_CC}"
  std::string optimise;  ///< "$CK_OPT_SPEED", or empty
  std::string kind;      ///< "$CK_FLAGS_DYNAMIC_BIN"
  std::string definitions;
  std::string before;  ///< of the compiler, before the source file
  std::string link_before;
  std::string libraries;  ///< of the dependencies
  std::string link_after;
};

Result<std::string> tool(const Json& meta, const char* key, const std::string& otherwise) {
  const std::string name = text_at(meta, key);
  if (name.empty()) return otherwise;
  if (is_variable_name(name)) return "$" + name;
  return fail(ErrorCode::invalid, fmt::format("'{}' is no name of a variable that holds a compiler "
                                              "(key {})",
                                              printable(name), key));
}

std::string optimisation(const CompileRequest& request) {
  return words({request.speed ? "$CK_OPT_SPEED" : "", request.size ? "$CK_OPT_SIZE" : ""});
}

/// `linker_add_lib_as_env`: names of variables that hold flags.
Result<std::string> libraries_from_variables(const Json& meta) {
  std::string flags;
  for (const std::string& name : texts_at(meta, "linker_add_lib_as_env")) {
    CK_TRY(reference, variables_as_references(fmt::format("$<<{}>>$", name)));
    flags = words({flags, reference});
  }
  return flags;
}

Status add_compiler_flags(Flags& flags, const CompileInput& input, const CompileRequest& request,
                          const Platform& platform) {
  CK_TRY(definitions, definition_flags(input, request, platform));
  CK_TRY(includes, include_flags(input));
  const bool local = !yes_at(input.meta, "skip_local_include");
  flags.definitions = std::move(definitions);
  flags.before = words({flags.optimise, "$CK_FLAGS_CREATE_OBJ $CK_COMPILER_FLAGS_OBLIGATORY",
                        flags.kind, local ? "${CK_FLAG_PREFIX_INCLUDE}../" : "", flags.definitions,
                        includes, request.flags});
  return {};
}

Status add_linker_flags(Flags& flags, const CompileInput& input, const CompileRequest& request,
                        const std::string& target) {
  CK_TRY(first, flags_at(input.meta, "extra_ld_vars_first"));
  CK_TRY(libraries, library_flags(input, request.static_link));
  CK_TRY(last, flags_at(input.meta, "extra_ld_vars"));
  CK_TRY(from_variables, libraries_from_variables(input.meta));
  flags.libraries = std::move(libraries);
  flags.link_before = words({"$CK_COMPILER_FLAGS_OBLIGATORY", request.link_flags, flags.kind});
  flags.link_after =
      words({"${CK_FLAGS_OUTPUT}" + shell_path(target), "$CK_LD_FLAGS_MISC $CK_LD_FLAGS_EXTRA",
             first, flags.libraries, last, from_variables});
  return {};
}

Result<Flags> flags_of(const CompileInput& input, const CompileRequest& request,
                       const Platform& platform, const std::string& target) {
  Flags flags;
  CK_TRY(compiler, tool(input.meta, "compiler_env", "$CK_CC"));
  CK_TRY(linker, tool(input.meta, "linker_env", compiler));
  flags.compiler = std::move(compiler);
  flags.linker = std::move(linker);
  flags.optimise = optimisation(request);
  flags.kind = request.static_link ? "$CK_FLAGS_STATIC_BIN" : "$CK_FLAGS_DYNAMIC_BIN";
  CK_CHECK(add_compiler_flags(flags, input, request, platform));
  CK_CHECK(add_linker_flags(flags, input, request, target));
  return flags;
}

/// The line of `compile_cmds` or `link_cmds` for this platform; nothing when there is none.
const Json* template_of(const Json& meta, const char* key, const Platform& platform) {
  const Json& commands = object_at(meta, key);
  const Json& own = for_platform(commands, platform);
  if (own.is_object() && own.contains("cmd")) return &own["cmd"];
  const Json& otherwise = object_at(commands, "default");
  return otherwise.contains("cmd") ? &otherwise["cmd"] : nullptr;
}

std::string template_text(const Json& meta, const char* key, const Platform& platform,
                          const char* otherwise) {
  const Json* text = template_of(meta, key, platform);
  if (text == nullptr) return otherwise;
  return text->is_string() ? std::string(trim(text->get_ref<const std::string&>())) : "";
}

Result<std::string> fill_in(const std::string& text, const Tokens& tokens, const char* key) {
  CK_TRY(line, replace_tokens(
                   text, kHashToken, [&](const Token& token) -> Result<std::optional<std::string>> {
                     const auto known = tokens.find(token.name);
                     if (known != tokens.end()) return known->second;
                     return fail(ErrorCode::invalid,
                                 fmt::format("nothing defines $#{}#$ in '{}' (key {})",
                                             printable(token.name), printable(text), key));
                   }));
  CK_TRY(expanded, variables_as_references(line));
  return std::string(trim(expanded));
}

Tokens tokens_of(const Flags& flags, const Platform& platform) {
  return {{"compiler", flags.compiler},
          {"linker", flags.linker},
          {"script_ext", text_at(platform.os, "script_ext")},
          {"dir_sep", text_at(platform.os, "dir_sep")}};
}

/// A variable that the compiler's environment sets.
std::string of_compiler(const CompileInput& input, const char* name) {
  const Json& compiler = object_at(input.dependencies, "compiler");
  const Json& own = object_at(object_at(compiler, "dict"), "env");
  return text_at(own.contains(name) ? own : input.environment, name);
}

/// What a compiler makes of the source files.
class Objects {
 public:
  explicit Objects(const CompileInput& input)
      : extension_(of_compiler(input, "CK_OBJ_EXT")),
        named_by_us_(!of_compiler(input, "CK_FLAGS_OUTPUT").empty()) {
    if (extension_.empty()) extension_ = ".o";
  }

  /// "sub/main.c" becomes "main.o"; a second "main.c" elsewhere "main-2.o". Returns the option
  /// that says so, or nothing for compilers that know of none, like javac.
  std::string add(const std::string& source) {
    const std::string stem = fs::path(source).stem().string();
    std::string name = stem + extension_;
    for (int number = 2; named_by_us_ && std::ranges::find(names_, name) != names_.end();
         ++number) {
      name = fmt::format("{}-{}{}", stem, number, extension_);
    }
    names_.push_back(name);
    return named_by_us_ ? "${CK_FLAGS_OUTPUT}" + shell_path(name) : "";
  }

  const std::vector<std::string>& names() const { return names_; }

  std::string text() const {
    std::vector<std::string> quoted;
    std::ranges::transform(names_, std::back_inserter(quoted), shell_path);
    return join(quoted, " ");
  }

 private:
  std::string extension_;
  bool named_by_us_;
  std::vector<std::string> names_;
};

void add_command(CompileScript& script, std::string command) {
  if (!command.empty()) script.commands.push_back(std::move(command));
}

/// `compile_vars`: for the lines that follow.
Status export_variables(CompileScript& script, const Json& variables) {
  std::map<std::string, std::string> sorted;
  for (const auto& [name, _] : variables.items()) sorted[name] = text_at(variables, name);
  for (const auto& [name, value] : sorted) {
    CK_TRY(text, variables_as_references(value));
    add_command(script, std::string(trim(export_line(name, text))));
  }
  return {};
}

void customize(CompileScript& script, const Platform& platform) {
  const std::string file = customizing_script(platform);
  add_command(script, fmt::format(". ../{0} || echo \"{0} ended with $?\" >&2", file));
}

/// Compiles every source file.
Result<Objects> compile_sources(CompileScript& script, const CompileInput& input,
                                const Flags& flags, const Platform& platform) {
  const std::string text =
      template_text(input.meta, "compile_cmds", platform,
                    "$#compiler#$ $#flags_before#$ $#source_file#$ $#flags_after#$");
  Objects objects(input);
  for (const std::string& name : texts_at(input.meta, "source_files")) {
    CK_TRY(source, place_of(name, "../", input));
    Tokens tokens = tokens_of(flags, platform);
    tokens["flags_before"] = flags.before;
    tokens["source_file"] = shell_path(source);
    tokens["flags_after"] = objects.add(source);
    CK_TRY(line, fill_in(text, tokens, "compile_cmds"));
    add_command(script, std::move(line));
  }
  return objects;
}

Status link(CompileScript& script, const CompileInput& input, const Flags& flags,
            const Objects& objects, const Platform& platform, const std::string& target) {
  const std::string text = template_text(input.meta, "link_cmds", platform,
                                         "$#linker#$ $#flags_before#$ $#obj_files#$ "
                                         "$#flags_after#$");
  if (text.empty() || target.empty()) return {};
  Tokens tokens = tokens_of(flags, platform);
  tokens["flags_before"] = flags.link_before;
  tokens["obj_files"] = objects.text();
  tokens["flags_after"] = flags.link_after;
  CK_TRY(line, fill_in(text, tokens, "link_cmds"));
  add_command(script, std::move(line));
  script.target = target;
  return {};
}

/// `use_compile_script`: the program's own script runs once and is told the flags by variables.
Status call_script(CompileScript& script, const CompileInput& input, const CompileRequest& request,
                   const Flags& flags, const Platform& platform, const std::string& target) {
  const std::pair<const char*, std::string> exported[] = {
      {"COMPILER_FLAGS_BEFORE", flags.before},
      {"LINKER_FLAGS_BEFORE", flags.link_before},
      {"LINKER_FLAGS_AFTER", flags.link_after},
      {"COMPILER_VARS", flags.definitions},
      {"COMPILER_FLAGS", words({flags.optimise, request.flags})},
      {"LINKER_LIBS", flags.libraries},
  };
  for (const auto& [name, value] : exported) {
    add_command(script, fmt::format("export CK_PROG_{}={}", name, shell_text_as_value(value)));
  }
  add_command(script, fmt::format("export CK_PROG_TARGET_EXE={}", shell_word(target)));
  CK_CHECK(export_variables(script, object_at(input.meta, "extra_env_for_compilation")));
  const std::string text = template_text(input.meta, "compile_cmds", platform, "");
  if (text.empty()) {
    return fail(ErrorCode::invalid,
                "the program compiles by a script of its own (key use_compile_script), but names "
                "none for this platform (key compile_cmds)");
  }
  Tokens tokens = tokens_of(flags, platform);
  CK_TRY(line, fill_in(text, tokens, "compile_cmds"));
  add_command(script, std::move(line));
  script.target = target;
  return {};
}

}  // namespace

Result<CompileScript> compile_script(const CompileInput& input, const CompileRequest& request,
                                     const Platform& platform) {
  CompileScript script;
  const bool has_script = yes_at(input.meta, "use_compile_script");
  const bool has_sources = !texts_at(input.meta, "source_files").empty();
  if (yes_at(input.meta, "no_compile") || (!has_script && !has_sources)) return script;

  const std::string target = target_file(input.meta, platform);
  CK_TRY(flags, flags_of(input, request, platform, target));
  CK_CHECK(export_variables(script, object_at(input.meta, "compile_vars")));
  if (input.customized) customize(script, platform);
  if (has_script) {
    CK_CHECK(call_script(script, input, request, flags, platform, target));
    return script;
  }
  CK_TRY(objects, compile_sources(script, input, flags, platform));
  script.objects = objects.names();
  CK_CHECK(link(script, input, flags, objects, platform, target));
  return script;
}

std::string customizing_script(const Platform& platform) {
  return "customize" + text_at(platform.os, "script_ext");
}

std::string target_file(const Json& meta, const Platform& platform) {
  if (yes_at(meta, "no_target_file")) return {};
  std::string name = text_at(meta, "target_file");
  if (name.empty()) name = "a";
  if (yes_at(meta, "skip_bin_ext")) return name;
  return name + text_at(object_at(platform.os, "file_extensions"), "exe");
}

}  // namespace ck::collective
