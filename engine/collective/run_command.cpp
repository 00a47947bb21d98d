#include "collective/run_command.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/shell.hpp"
#include "collective/tokens.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kTakeFrom = "ck_take_from_{";

bool is_there(const Json& command, const model::Tags& tags) {
  const auto has = [&](const std::string& tag) { return tags.contains(tag); };
  return std::ranges::all_of(texts_at(command, "add_only_if_deps_tags"), has) &&
         std::ranges::none_of(texts_at(command, "skip_if_deps_tags"), has);
}

/// By `sort`, then by name.
std::vector<std::string> commands_of(const Json& meta, const model::Tags& tags) {
  std::vector<std::pair<double, std::string>> sorted;
  for (const auto& [name, command] : object_at(meta, "run_cmds").items()) {
    if (is_there(command, tags)) sorted.emplace_back(number_at(command, "sort", 0), name);
  }
  std::ranges::sort(sorted);
  std::vector<std::string> names;
  for (auto& [_, name] : sorted) names.push_back(std::move(name));
  return names;
}

Error unknown_command(const std::string& wanted, const std::vector<std::string>& commands,
                      const std::string& program) {
  Error error(ErrorCode::usage, fmt::format("{} has no command '{}' (there are: {})", program,
                                            printable(wanted), printable(join(commands, ", "))));
  const auto near = near_misses(wanted, commands);
  if (const auto hint = did_you_mean(near)) error.hint(*hint);
  return error;
}

/// A folder as CK writes it: with a slash at its end.
std::string folder_text(const fs::path& folder) {
  std::string text = folder.string();
  if (!text.ends_with('/')) text += '/';
  return text;
}

/// What a token stands for, before it is made shell text.
struct Value {
  std::string text;
  bool is_shell_text = false;  ///< flags, references: put in as it is
};

std::optional<Value> fixed_value(std::string_view name, const RunTokens& tokens) {
  const Json& os = tokens.platform.os;
  if (name == "BIN_FILE") {
    return Value{(tokens.prefix_target ? text_at(os, "bin_prefix") : "") + tokens.target};
  }
  if (name == "ONLY_BIN_FILE") return Value{tokens.target};
  if (name == "src_path" || name == "src_path_local") return Value{folder_text(tokens.source)};
  if (name == "previous_dir" || name == "up_dir") return Value{"../"};
  if (name == "dir_sep" || name == "os_dir_separator" || name == "ck_host_os_sep") {
    return Value{text_at(os, "dir_sep")};
  }
  if (name == "script_ext") return Value{text_at(os, "script_ext")};
  if (name == "repeat") return Value{tokens.repeat};
  if (name == "env1") return Value{text_at(os, "env_var_start"), true};
  if (name == "env2") return Value{text_at(os, "env_var_stop"), true};
  return std::nullopt;
}

/// dataset_path, dataset_filename (the chosen file), dataset_filename_1 … (in order of the entry).
std::optional<Value> dataset_value(std::string_view name, const Dataset& dataset) {
  if (name == "dataset_path") return Value{folder_text(dataset.path)};
  if (name == "dataset_filename" || name == "dataset_filename_0") return Value{dataset.file};
  constexpr std::string_view kNumbered = "dataset_filename_";
  if (!name.starts_with(kNumbered)) return std::nullopt;
  const auto index = parse_integer(name.substr(kNumbered.size()));
  const auto files = texts_at(dataset.meta, "dataset_files");
  if (!index || *index < 0 || static_cast<std::size_t>(*index) >= files.size()) return std::nullopt;
  return Value{files[static_cast<std::size_t>(*index)]};
}

/// What a command of the user, or the dataset itself, puts in as shell text.
std::optional<Value> substitute(std::string_view name, const RunTokens& tokens) {
  if (tokens.substitutes.contains(name)) return Value{text_at(tokens.substitutes, name), true};
  if (!tokens.dataset) return std::nullopt;
  const Json& properties = object_at(tokens.dataset->meta, "cm_properties");
  const Json& offered = object_at(object_at(properties, "run_time"), "run_cmd_main");
  if (!offered.contains(name)) return std::nullopt;
  return Value{text_at(offered, name), true};
}

Error undefined_token(std::string_view name, const std::string& command, const RunTokens& tokens) {
  Error error(ErrorCode::invalid, fmt::format("nothing defines $#{}#$ in the command: {}",
                                              printable(name), printable(command)));
  if (name.starts_with("dataset_") && !tokens.dataset) {
    error.hint("the command needs a dataset: name one with --dataset_uoa");
  }
  return error;
}

Result<Value> value_of(std::string_view name, const std::string& command, const RunTokens& tokens) {
  if (auto value = fixed_value(name, tokens)) return *value;
  if (tokens.dataset) {
    if (auto value = dataset_value(name, *tokens.dataset)) return *value;
  }
  if (name.starts_with(kTakeFrom) && name.ends_with('}') && tokens.find_entry) {
    const auto cid = name.substr(kTakeFrom.size(), name.size() - kTakeFrom.size() - 1);
    CK_TRY(folder, tokens.find_entry(std::string(cid)));
    return Value{folder_text(folder)};
  }
  if (auto value = substitute(name, tokens)) return *value;
  return fail(undefined_token(name, command, tokens));
}

Result<std::string> replace_hash_tokens(const std::string& command, const RunTokens& tokens) {
  return replace_tokens(command, kHashToken,
                        [&](const Token& token) -> Result<std::optional<std::string>> {
                          CK_TRY(value, value_of(token.name, command, tokens));
                          if (value.is_shell_text) return std::move(value.text);
                          return quoted_after(token.before, value.text);
                        });
}

Result<std::string> value_text(std::string_view name, const std::string& command,
                               const Json& values) {
  const auto value = values.find(name);
  if (value == values.end()) {
    return fail(ErrorCode::invalid,
                fmt::format("nothing defines the variable {} in the command: {}", printable(name),
                            printable(command)));
  }
  return value->is_string() ? value->get<std::string>() : text_at(values, name);
}

Result<std::string> replace_variables(const std::string& command, const Json* values) {
  return replace_tokens(
      command, kVariableToken, [&](const Token& token) -> Result<std::optional<std::string>> {
        if (values == nullptr && is_variable_name(token.name)) {
          return fmt::format("${{{}}}", token.name);
        }
        static const Json none = Json::object();
        CK_TRY(value, value_text(token.name, command, values == nullptr ? none : *values));
        return split_after(token.before, value);
      });
}

/// Names in a value of run_vars: those of folders, and other variables.
std::string expand_variable(const std::string& text, const RunTokens& tokens,
                            const Json& environment) {
  const std::string placed = *replace_tokens(
      text, kHashToken, [&](const Token& token) -> Result<std::optional<std::string>> {
        auto value = fixed_value(token.name, tokens);
        if (!value) return std::nullopt;
        return std::move(value->text);
      });
  return *replace_tokens(placed, kVariableToken,
                         [&](const Token& token) -> Result<std::optional<std::string>> {
                           if (!environment.contains(token.name)) {
                             return fmt::format("${{{}}}", token.name);
                           }
                           return text_at(environment, token.name);
                         });
}

}  // namespace

Result<std::string> choose_command(const Json& meta, const std::string& wanted,
                                   const std::vector<std::string>& tags_of_dependencies,
                                   const std::string& program, WithoutCommand without) {
  const auto commands = commands_of(meta, model::Tags(tags_of_dependencies));
  if (commands.empty()) {
    return fail(ErrorCode::invalid,
                fmt::format("{} has no command to run (key run_cmds)", program));
  }
  const std::string name = wanted.empty() ? "default" : wanted;
  if (std::ranges::find(commands, name) != commands.end()) return name;
  if (!wanted.empty()) return fail(unknown_command(wanted, commands, program));
  if (commands.size() == 1 || without == WithoutCommand::take_first) return commands.front();
  return fail(Error(ErrorCode::usage, fmt::format("{} has several commands: {}", program,
                                                  printable(join(commands, ", "))))
                  .hint(fmt::format("name one with --cmd_key={}", printable(commands.front()))));
}

Json run_time_of(const Json& meta, const std::string& command) {
  constexpr std::array kDefaults = {
      "pre_process_via_ck", "pre_process_cmds",      "pre_process_cmd",  "post_process_via_ck",
      "post_process_cmds",  "post_process_cmd",      "run_output_files", "fine_grain_timer_file",
      "ignore_return_code", "print_files_after_run",
  };
  const Json& of_command = object_at(object_at(meta, "run_cmds"), command);
  Json run_time = Json::object();
  const auto take = [&](const Json& from, const char* key) {
    if (from.is_object() && from.contains(key)) run_time[key] = from[key];
  };
  for (const char* key : kDefaults) take(meta, key);
  for (const char* key : {"ignore_return_code", "print_files_after_run"}) take(of_command, key);
  for (const auto& [key, value] : object_at(of_command, "run_time").items()) run_time[key] = value;
  return run_time;
}

Result<std::string> expand_command(const std::string& command, const RunTokens& tokens,
                                   const Json* values) {
  CK_TRY(placed, replace_hash_tokens(command, tokens));
  return replace_variables(placed, values);
}

void add_run_variables(const Json& meta, const std::string& command, const RunTokens& tokens,
                       Json& environment) {
  if (!environment.is_object()) environment = Json::object();
  Json added = object_at(meta, "run_vars");
  for (const auto& [name, value] :
       object_at(object_at(object_at(meta, "run_cmds"), command), "run_vars").items()) {
    added[name] = value;
  }
  const Json given = environment;
  for (const auto& [name, value] : added.items()) {
    if (!given.contains(name)) environment[name] = value;
  }
  const Json known = environment;
  for (const auto& [name, value] : added.items()) {
    if (given.contains(name) || !value.is_string()) continue;
    environment[name] = expand_variable(value.get_ref<const std::string&>(), tokens, known);
  }
}

}  // namespace ck::collective
