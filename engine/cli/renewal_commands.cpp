#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/collective_services.hpp"
#include "app/environment_refresh.hpp"
#include "base/counted.hpp"
#include "base/json.hpp"
#include "base/strings.hpp"
#include "cli/collective_options.hpp"
#include "cli/loading.hpp"

namespace ck::cli {
namespace {

constexpr std::size_t kShownId = 12;

std::string shown(const install::Environment& environment) {
  const auto& record = environment.record;
  return "env:" + record.id.substr(0, kShownId) + " (" + printable(record.component.text()) + " " +
         printable(record.version) + ")";
}

Result<app::EnvironmentQuery> query_of(Call& call) {
  CK_TRY(name, name_of_kind(call, "env"));
  return app::EnvironmentQuery{name, model::TagQuery::parse(call.line.get("tags"))};
}

Error nobody_to_ask() {
  return Error(ErrorCode::usage, "nothing is removed: there is no terminal to ask on")
      .hint("-f removes without asking, those that others were built with too; --yes the others");
}

/// What `rm env` does, but asked for as in CK.
Result<int> clean(Call& call) {
  CK_TRY(query, query_of(call));
  const bool force = call.line.has("force") || call.line.has("f");
  if (!query.id.empty() || !query.tags.empty()) {
    CK_TRY(found, app::locate_environments(call.session, query));
    for (const auto& environment : found.environments) call.output.say(shown(environment));
    const bool said = force || call.line.has("yes");
    if (!said && !call.output.can_ask()) return fail(nobody_to_ask());
    if (!call.output.confirm("remove " + counted(found.environments.size(), "environment") + "?",
                             said))
      return 0;
  }
  if (force) call.line.options["force"] = "yes";
  return remove_environments(call);
}

Json json_of(const app::RefreshReport& report) {
  Json refreshed = Json::array();
  for (const auto& [before, now, stays] : report.refreshed) {
    refreshed.push_back({{"before", before.record.id}, {"now", now.record.id}});
    if (!stays.empty()) refreshed.back()["stays"] = stays;
  }
  Json failed = Json::array();
  for (const auto& [environment, error] : report.failed)
    failed.push_back({{"id", environment.record.id}, {"message", error.message}});
  return {{"schema", "ck.refreshed/1"}, {"environments", refreshed}, {"failed", failed}};
}

void tell(const app::RefreshReport& report, Output& output) {
  for (const auto& [before, now, stays] : report.refreshed) {
    const bool same = before.record.id == now.record.id;
    output.data(same ? "as it was  " + shown(now) + "\n"
                     : "refreshed  " + shown(now) + ", was " + shown(before) + "\n");
    if (!stays.empty())
      output.say("env:" + before.record.id.substr(0, kShownId) + " stays: " + printable(stays));
  }
  for (const auto& [environment, error] : report.failed) {
    Error about = error;
    output.error(about.in(shown(environment)));
  }
}

Result<int> refresh(Call& call) {
  CK_TRY(query, query_of(call));
  CK_TRY(report, app::refresh_environments(call.session, query));
  auto& failed = report.failed;
  if (report.refreshed.empty() && failed.size() == 1)
    return fail(std::move(failed.front().error).in(shown(failed.front().environment)));
  if (call.output.json()) {
    call.output.data(to_pretty_text(json_of(report)));
  } else {
    tell(report, call.output);
  }
  return failed.empty() ? 0 : exit_code(failed.front().error.code);
}

/// The request that the options make, as `ck access` takes it.
Result<Json> resolve_request(Call& call) {
  CK_CHECK(name_of_kind(call, "env"));
  const auto text = call.line.given("deps");
  if (!text) {
    return fail(
        Error(ErrorCode::usage, "nothing says what to resolve: there is no object \"deps\"")
            .hint("ck resolve env @FILE.json, with {\"deps\": {\"KEY\": {\"tags\": \"A,B\"}}}"));
  }
  CK_TRY(needs, parse_json(*text, "--deps", {.duplicate_keys = true}));
  if (!needs.is_object() || needs.empty())
    return fail(ErrorCode::usage, "--deps must be an object with a member for each dependency");
  Json request = {{"action", "resolve"}, {"module_uoa", "env"}, {"deps", std::move(needs)}};
  for (const auto* prefix : {"dep_add_tags", "env"}) {
    for (const auto& [name, value] : prefixed(call.line, prefix)) request[prefix][name] = value;
  }
  return request;
}

Result<int> resolve(Call& call) {
  CK_TRY(request, resolve_request(call));
  CK_TRY(text, app::access(call.session, to_text(request)));
  CK_TRY(answer, parse_json(text, "the answer"));
  const int code = answer.value("return", 1);
  if (code != 0) {
    return fail(code == 16 ? ErrorCode::not_found : ErrorCode::conflict,
                answer.value("error", "it could not be resolved"));
  }
  call.output.data(text);
  return 0;
}

Grammar resolve_grammar() {
  Grammar grammar{{{"deps", "OBJECT", "the dependencies, as JSON; @FILE.json may hold them"},
                   {"out", "FORMAT", "taken for CK's sake: it is always json"}},
                  {"dep_add_tags", "env"},
                  false};
  grammar.documents = {"deps"};
  return grammar;
}

}  // namespace

std::vector<Command> renewal_commands() {
  const Option tags{"tags", "A,B", "those that have all these tags"};
  return {
      {"clean",
       "remove environments with what was installed, as in CK",
       {"clean env:ID [-f]", "clean env --tags=A,B [-f]", "clean env:* -f"},
       "Asks on a terminal, and fails without one. With --yes it does not ask; with --force (-f) "
       "neither,\n"
       "and removes what others were built with too.\n"
       "'ck rm env' is the same without the question, 'ck gc' removes what nobody needs.",
       {{tags,
         {"force", "", "do not ask; remove although others were built with it"},
         {"f", "", "the same"}},
        {},
        false},
       {"ck clean env --tags=no-such-tag"},
       clean},
      {"refresh",
       "describe detected software anew",
       {"refresh env", "refresh env:ID", "refresh env --tags=A,B"},
       "Looks again at the file by which it was recognised, of all software where none is named. "
       "What\n"
       "is described anew replaces what was there, unless others were built with that. Built\n"
       "environments stay as they are: see 'ck repair'.",
       {{tags}, {}, false},
       {"ck refresh env --tags=compiler"},
       refresh},
      {"resolve",
       "resolve a CK object of dependencies, as JSON",
       {"resolve env @FILE.json [--dep_add_tags.KEY=A,B] [--env.NAME=value]"},
       "The file holds {\"deps\": {KEY: {\"tags\": \"A,B\", …}, …}}. Printed are the dependencies "
       "with what\n"
       "answers each, the variables (env) and the script that loads them (bat). What is missing\n"
       "is installed.",
       resolve_grammar(),
       {"ck resolve env @dependencies.json --dep_add_tags.compiler=gcc"},
       resolve},
  };
}

}  // namespace ck::cli
