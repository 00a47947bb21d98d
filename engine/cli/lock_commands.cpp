#include "app/locks.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "cli/collective_options.hpp"
#include "cli/report_json.hpp"
#include "cli/requests.hpp"

namespace ck::cli {
namespace {

bool is_file(const std::string& word) {
  std::error_code missing;
  return word.find(':') == std::string::npos && fs::is_regular_file(word, missing);
}

std::string kind_typed(const Call& call) {
  if (call.line.words.empty()) return {};
  const auto& word = call.line.words.front();
  const auto first = word.find(':');
  const auto last = word.rfind(':');
  if (first == std::string::npos) return word;
  return first == last ? word.substr(0, first) : word.substr(first + 1, last - first - 1);
}

bool is_installed_kind(const std::string& kind) {
  return kind == "package" || kind == "dataset" || kind == "model";
}

Result<app::LockReport> update(Call& call, const std::string& key) {
  auto& line = call.line;
  if (!line.has("locked") && line.words.size() == 1 && is_file(line.words.front())) {
    line.options["locked"] = line.words.front();
    line.words.clear();
  }
  if (!line.has("locked")) {
    return fail(Error(ErrorCode::usage, "--update needs the lock that is to be updated")
                    .hint("ck lock --update=" + key + " ck.lock --out=ck.lock"));
  }
  CK_TRY(locked, locked_use(call, true));
  auto typed = request_to_lock(call);
  if (is_installed_kind(kind_typed(call))) {
    CK_TRY(request, installation_request(call));
    request.locked = std::move(locked);
    return app::update_lock(call.session, request, key, std::move(typed));
  }
  CK_TRY(request, program_request(call, {"program"}));
  request.locked = std::move(locked);
  return app::update_lock(call.session, request, key, std::move(typed));
}

Result<app::LockReport> make(Call& call) {
  const auto kind = kind_typed(call);
  if (kind == "experiment") {
    CK_TRY(name, name_of_kind(call, "experiment"));
    if (name.empty())
      return fail(Error(ErrorCode::usage, "which experiment?").hint("ck lock experiment:NAME"));
    return app::lock_experiment(call.session, name, call.line.get("point"));
  }
  if (call.line.has("locked")) return fail(ErrorCode::usage, "--locked is for --update=KEY here");
  auto typed = request_to_lock(call);
  if (is_installed_kind(kind)) {
    CK_TRY(request, installation_request(call));
    return app::lock_package(call.session, request, std::move(typed));
  }
  CK_TRY(request, program_request(call, {"program"}));
  return app::lock_program(call.session, request, std::move(typed));
}

Result<int> lock(Call& call) {
  const auto key = call.line.given("update");
  const auto file = call.line.given("out");
  call.line.options.erase("out");  // CK's scripts give it to programs, too, without effect
  CK_TRY(report, key ? update(call, *key) : make(call));
  for (const auto& change : report.changes) {
    call.output.say(printable(change.key) + ": " +
                    (change.before.empty() ? "new" : printable(change.before)) + " -> " +
                    (change.now.empty() ? "not needed any more" : printable(change.now)));
  }
  if (key && report.changes.empty()) call.output.say("nothing changed");
  for (const auto& repository : report.local_repositories) {
    call.session.events().on(
        Warning{"repository " + printable(repository) +
                " is a folder of this machine without a URL: others need to get it in another "
                "way"});
  }
  if (file) {
    CK_CHECK(app::write_lock(report.lock, *file));
  } else {
    call.output.data(app::lock_text(report.lock));
  }
  return 0;
}

}  // namespace

std::vector<Command> lock_commands() {
  Grammar grammar = program_grammar();
  const auto add = [&](const Option& option) {
    if (std::ranges::find(grammar.options, option.name, &Option::name) == grammar.options.end())
      grammar.options.push_back(option);
  };
  for (const auto& option : installation_grammar().options) add(option);
  const std::vector<Option> own{
      {"out", "FILE", "write the lock there, whole or not at all, instead of to stdout"},
      {"update", "KEY", "choose anew for this key of the lock, and leave the rest as it is"},
      {"point", "UID", "of an experiment: which point (default: the last that ended well)"},
      {"locked", "FILE", "with --update: the lock that is to be updated"}};
  grammar.options.insert(grammar.options.begin(), own.begin(), own.end());
  // What CK's scripts type without effect may be an option here.
  std::erase_if(grammar.flags, [&](const std::string& flag) {
    return std::ranges::find(own, flag, &Option::name) != own.end();
  });
  return {{"lock",
           "write down what was chosen, for --locked on this or another machine",
           {"lock program:NAME [options as of run] [--out=FILE]",
            "lock package:NAME [options as of install]", "lock experiment:NAME [--point=UID]",
            "lock --update=KEY FILE [--out=FILE]"},
           "The lock holds the request, repositories with their commits, every environment with "
           "its inputs,\n"
           "hashes of sources, and detected software with file, hash and owning package. 'ck run "
           "program:NAME\n"
           "--locked=FILE' uses exactly that, or lists what differs. What a CK program needs is "
           "installed,\n"
           "since only then its choices are known.",
           grammar,
           {"ck lock program:hello", "ck lock program:hello --out=ck.lock"},
           lock}};
}

}  // namespace ck::cli
