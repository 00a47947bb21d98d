#include "hook/reply.hpp"

#include "base/sha256.hpp"
#include "base/strings.hpp"

namespace ck::hook {
namespace {

constexpr std::size_t kShownOutputBytes = 2000;
constexpr std::size_t kShownTextBytes = 500;
constexpr std::size_t kMaxDepth = 200;

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string shown_text(std::string_view text) {
  return shortened(printable(text), kShownTextBytes);
}

/// The error of a call that came to no result.
Error failure(const HookCall& call, const std::string& kind, const std::string& message) {
  if (kind == "missing") {
    Error error = hook_error(call, "does not exist");
    error.code = ErrorCode::not_found;
    return error;
  }
  if (kind == "raised") return hook_error(call, "raised " + shown_text(message));
  if (kind == "exited") return hook_error(call, "called " + shown_text(message));
  return hook_error(call, "gave no answer: " + shown_text(message));
}

/// The end of a text, from the beginning of a line.
std::string_view last_lines(std::string_view text) {
  text = trim(text);
  if (text.size() <= kShownOutputBytes) return text;
  text.remove_prefix(text.size() - kShownOutputBytes);
  const auto line = text.find('\n');
  return line == std::string_view::npos ? text : text.substr(line + 1);
}

}  // namespace

std::string name_of(const HookCall& call) {
  // The folder that holds it says whose hook it is.
  const fs::path file = call.file.parent_path().filename() / call.file.filename();
  return "hook " + printable(call.function) + " of " + printable(file.native());
}

Error hook_error(const HookCall& call, const std::string& what) {
  return Error(ErrorCode::program_failed, name_of(call) + " " + what)
      .in("file " + printable(call.file.native()) + ", function " + printable(call.function));
}

Error& with_output(Error& error, std::string_view output) {
  const auto lines = last_lines(output);
  if (!lines.empty()) error.in("its last lines:\n" + printable_lines(lines));
  return error;
}

Status check_call(const HookCall& call) {
  if (!call.input.is_object()) {
    return fail(ErrorCode::invalid, name_of(call) + " needs an object as its input");
  }
  std::error_code error;
  if (fs::is_regular_file(call.file, error)) return {};
  return fail(Error(ErrorCode::not_found, name_of(call) + ": there is no such file")
                  .in("file " + printable(call.file.native())));
}

Result<Json> parse_message(const HookCall& call, std::string_view line, std::size_t max_bytes) {
  const JsonLimits limits{max_bytes, kMaxDepth, false, false};
  auto message = parse_json(line, "the answer of " + name_of(call), limits);
  if (!message) {
    return fail(hook_error(call, "gave an answer that is no JSON: " + message.error().message));
  }
  if (!message->is_object()) return fail(hook_error(call, "gave an answer that is no object"));
  return std::move(*message);
}

Result<Json> access_request(const HookCall& call, const Json& message) {
  const auto request = message.find("arg");
  if (request == message.end() || !request->is_object()) {
    return fail(hook_error(call, "asked the engine for something that is no object"));
  }
  return *request;
}

Result<HookResult> read_answer(const HookCall& call, Json answer) {
  if (answer.contains("failed")) {
    return fail(failure(call, text_at(answer, "failed"), text_at(answer, "message")));
  }
  HookResult result;
  result.file_sha256 = text_at(answer, "sha256");
  const bool complete = answer.contains("done") && answer["done"].is_object() &&
                        answer.contains("input") && answer["input"].is_object() &&
                        is_sha256(result.file_sha256);
  if (!complete) return fail(hook_error(call, "gave an answer that is not complete"));
  result.result = std::move(answer["done"]);
  result.input = std::move(answer["input"]);
  if (const auto changed = answer.find("environ");
      changed != answer.end() && changed->is_object()) {
    for (const auto& [name, value] : changed->items()) {
      if (value.is_string()) result.variables.emplace_back(name, value.get<std::string>());
    }
  }

  const auto code = result.result.find("return");
  if (code == result.result.end() || !code->is_number_integer()) {
    return fail(hook_error(call, "gave an answer without an integer \"return\""));
  }
  if (*code == 0) return result;
  const std::string text = text_at(result.result, "error");
  return fail(hook_error(call, "failed with " + code->dump() + ": " +
                                   (text.empty() ? "it gave no reason" : shown_text(text))));
}

}  // namespace ck::hook
