#include "app/forward.hpp"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "app/prepare.hpp"
#include "app/programs.hpp"
#include "base/json.hpp"
#include "base/strings.hpp"
#include "collective/broker.hpp"
#include "sys/files.hpp"
#include "sys/host.hpp"
#include "sys/local_channel.hpp"
#include "sys/replace.hpp"

namespace ck::app {
namespace {

Status deliver(const fs::path& from, const std::string& to, std::string& out) {
  if (to == "-") {
    CK_TRY(text, sys::read_file(from));
    out += text;
    return {};
  }
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error) return fail(system_error("write " + to, error.value()));
  return {};
}

/// "--NAME=value", with what is in front of the name taken off.
struct TypedOption {
  std::string name, value;
  bool is_varied = false;    ///< --param.
  bool is_variable = false;  ///< env.
  bool is_secret = false;    ///< by the name
};

bool take_prefix(std::string& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  name.erase(0, prefix.size());
  return true;
}

std::optional<TypedOption> option_in(const std::string& word) {
  const auto equals = word.find('=');
  if (equals == std::string::npos || !word.starts_with('-')) return std::nullopt;
  TypedOption option{word.substr(0, equals), word.substr(equals + 1)};
  if (!take_prefix(option.name, "--")) take_prefix(option.name, "-");
  option.is_varied = take_prefix(option.name, "param.");
  option.is_variable = take_prefix(option.name, "env.");
  option.is_secret = option.is_variable ? install::is_secret_name(option.name)
                                        : take_prefix(option.name, "secret.");
  return option;
}

Error varied_secret(const std::string& axis) {
  const bool variable = axis.starts_with("env.");
  return Error(ErrorCode::usage, "--param." + axis +
                                     ": its values are secrets, which are not written down, so "
                                     "that nobody could tell the points apart")
      .hint("run it once with each value: --" + (variable ? "secret." + axis.substr(4) : axis) +
            "=VALUE");
}

/// What a program of ours declares. Nothing for one of Collective Knowledge, or one that is not
/// found: who runs it tells why.
Result<model::Program> declarations_of(Session& session, const RunRequest& base) {
  const auto component = choose_component(session, base.pattern, base.tags, {"program"});
  if (!component || component->format == model::RepositoryDescriptor::Format::ck)
    return model::Program();
  CK_TRY(catalog, session.catalog());
  auto descriptor = catalog->load(*component);
  auto* program = descriptor ? std::get_if<model::Program>(&*descriptor) : nullptr;
  return program == nullptr ? model::Program() : std::move(*program);
}

bool declares_secret(const model::Program& program, const std::string& axis) {
  const auto is_axis = [&](const auto& name) { return "env." + name == axis; };
  const auto is_parameter = [&](const model::Parameter& one) {
    return one.secret && one.name == axis;
  };
  return std::ranges::any_of(program.secrets, is_axis) ||
         std::ranges::any_of(program.recipe.parameters, is_parameter);
}

}  // namespace

bool holds_secret(const std::string& word) {
  const auto option = option_in(word);
  return option && (option->is_secret || !install::credentials_in(option->value).empty());
}

install::Variables secrets_in(const std::vector<std::string>& words) {
  install::Variables secrets;
  for (const auto& word : words) {
    if (word == "--") break;
    const auto option = option_in(word);
    const std::string name = option ? option->name : "url";
    for (const auto& credentials : install::credentials_in(word))
      secrets.emplace_back(name, credentials);
    if (!option || !holds_secret(word) || !(option->is_secret || option->is_variable)) continue;
    if (option->is_varied) {
      for (const auto& one : split(option->value, ',')) secrets.emplace_back(name, one);
    }
    secrets.emplace_back(name, option->value);
  }
  return secrets;
}

Status refuse_varied_secrets(Session& session, const RunRequest& base,
                             const install::Variables& axes) {
  std::optional<model::Program> program;
  for (const auto& [axis, values] : axes) {
    if (holds_secret("--param." + axis + "=" + values)) return fail(varied_secret(axis));
    if (!program) {
      CK_TRY(read, declarations_of(session, base));
      program = std::move(read);
    }
    if (declares_secret(*program, axis)) return fail(varied_secret(axis));
  }
  return {};
}

bool is_in_sandbox() { return std::getenv(collective::kEngineSocket) != nullptr; }

Result<ForwardedAnswer> forward(const ForwardedCall& call) {
  const Json question{{"argv", call.arguments}, {"input", call.input}};
  CK_TRY(received, sys::ask_local(std::getenv(collective::kEngineSocket), to_text(question)));
  CK_TRY(json, parse_json(received.text(), "the engine's answer"));
  ForwardedAnswer answer{json.value("exit", 1), json.value("out", ""), json.value("err", "")};
  const Json files = json.value("files", Json::array());
  for (std::size_t i = 0; i < received.file_count() && i < files.size(); ++i)
    CK_CHECK(deliver(received.file(i), files[i].get<std::string>(), answer.out));
  return answer;
}

Error become_bash(const std::string& lines, const std::string& command) {
  return sys::replace_process({"/bin/bash", "-c", lines + command}, sys::process_variables());
}

}  // namespace ck::app
