#include "app/forward.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "collective/broker.hpp"
#include "sys/files.hpp"
#include "sys/local_channel.hpp"

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

}  // namespace

bool holds_secret(const std::string& word) {
  constexpr std::string_view kVariable = "--env.";
  const auto equals = word.find('=');
  if (equals == std::string::npos) return false;
  if (word.starts_with("--secret.")) return true;
  return word.starts_with(kVariable) &&
         install::is_secret_name(word.substr(kVariable.size(), equals - kVariable.size()));
}

install::Variables secrets_in(const std::vector<std::string>& words) {
  install::Variables secrets;
  for (const auto& word : words) {
    if (word == "--") break;
    if (!holds_secret(word)) continue;
    const auto dot = word.find('.');
    const auto equals = word.find('=');
    install::set_variable(secrets, word.substr(dot + 1, equals - dot - 1), word.substr(equals + 1));
  }
  return secrets;
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

}  // namespace ck::app
