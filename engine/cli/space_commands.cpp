#include "app/space.hpp"

#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "base/table.hpp"
#include "cli/command.hpp"

namespace ck::cli {
namespace {

constexpr std::size_t kShownId = 12;

std::string size(std::uint64_t bytes) { return human_bytes(static_cast<double>(bytes)); }

Result<app::GcRequest> request_of(const Call& call) {
  app::GcRequest request;
  if (const auto age = call.line.given("older_than")) {
    auto parsed = app::parse_duration_ns(*age);
    if (!parsed) return fail(std::move(parsed.error()).in("option --older_than"));
    request.older_than_ns = *parsed;
  }
  request.refetchable_only = call.line.has("refetchable_only");
  return request;
}

Json garbage_json(const std::vector<install::Garbage>& garbage) {
  Json list = Json::array();
  for (const auto& one : garbage) {
    list.push_back({{"kind", name_of(one.kind)},
                    {"name", one.name},
                    {"path", one.path.string()},
                    {"what", one.what},
                    {"size_bytes", one.size_bytes},
                    {"last_use_ns", one.last_use_ns}});
  }
  return list;
}

std::string shown(const install::Garbage& one) {
  if (one.kind == install::Garbage::Kind::environment)
    return "env:" + one.name.substr(0, kShownId) + "  " + printable(one.what);
  const bool hash = one.name.size() == 64;
  return hash ? one.name.substr(0, kShownId) + "…" : printable(one.name);
}

std::string garbage_text(const std::vector<install::Garbage>& garbage) {
  TextTable table({{"KIND"}, {"SIZE", TextTable::Align::right}, {"LAST USED"}, {"WHAT"}});
  std::size_t locks = 0;
  for (const auto& one : garbage) {
    if (one.kind == install::Garbage::Kind::lock) {
      ++locks;
      continue;
    }
    table.add_row({std::string(name_of(one.kind)), size(one.size_bytes), iso_time(one.last_use_ns),
                   shown(one)});
  }
  std::string text = table.empty() ? "" : table.to_string();
  if (locks > 0) text += "and " + std::to_string(locks) + " lock files of what is not there\n";
  return text;
}

void say_who_keeps(Call& call, const app::GcPlan& plan) {
  if (plan.points > 0)
    call.output.say("kept: what " + std::to_string(plan.points) +
                    (plan.points == 1 ? " recorded point needs" : " recorded points need"));
  for (const auto& file : plan.lock_files)
    call.output.say("kept: what " + printable(file) + " names");
}

Result<int> change_roots(Call& call) {
  if (const auto file = call.line.given("keep")) CK_CHECK(app::keep_lock(call.session, *file));
  if (const auto file = call.line.given("forget")) CK_CHECK(app::forget_lock(call.session, *file));
  if (call.output.json())
    call.output.data(to_pretty_text(Json{{"schema", "ck.gc/1"}, {"removed", Json::array()}}));
  return 0;
}

Result<int> gc(Call& call) {
  if (!call.line.words.empty())
    return fail(ErrorCode::usage, "ck gc takes no '" + printable(call.line.words.front()) + "'");
  CK_TRY(request, request_of(call));
  if (call.line.has("keep") || call.line.has("forget")) return change_roots(call);
  CK_TRY(plan, app::plan_gc(call.session, request));
  const bool dry_run = call.line.has("dry_run");
  if (!call.output.json()) {
    call.output.data(garbage_text(plan.garbage));
    if (call.output.verbose() || dry_run) say_who_keeps(call, plan);
    if (dry_run || plan.garbage.empty()) {
      call.output.data(plan.garbage.empty() ? "nothing to collect\n"
                                            : size(plan.size_bytes()) + " would be freed\n");
      return 0;
    }
  }
  app::GcReport report;
  if (!dry_run) {
    if (!call.output.confirm("remove these, " + size(plan.size_bytes()) + "?",
                             call.line.has("yes")))
      return 0;
    CK_TRY(done, app::collect_garbage(call.session, plan));
    report = std::move(done);
  }
  if (call.output.json()) {
    call.output.data(to_pretty_text(Json{{"schema", "ck.gc/1"},
                                         {"dry_run", dry_run},
                                         {"garbage", garbage_json(plan.garbage)},
                                         {"size_bytes", plan.size_bytes()},
                                         {"removed", garbage_json(report.removed)},
                                         {"in_use", garbage_json(report.in_use)},
                                         {"freed_bytes", report.size_bytes},
                                         {"points", plan.points},
                                         {"lock_files", plan.lock_files}}));
    return 0;
  }
  for (const auto& one : report.in_use) call.output.say("in use, and kept: " + shown(one));
  call.output.data(size(report.size_bytes) + " freed\n");
  return 0;
}

Json du_json(const app::DuReport& report) {
  Json json = {{"schema", "ck.du/1"},
               {"size_bytes", report.size_bytes()},
               {"collectable_bytes", report.collectable_bytes()}};
  Json& kinds = json["kinds"] = Json::array();
  for (const auto& kind : report.kinds) {
    kinds.push_back({{"name", kind.name},
                     {"size_bytes", kind.size_bytes},
                     {"count", kind.count},
                     {"collectable_bytes", kind.collectable_bytes}});
  }
  Json& environments = json["environments"] = Json::array();
  for (const auto& one : report.environments) {
    environments.push_back({{"id", one.environment.record.id},
                            {"component", one.environment.record.component.text()},
                            {"version", one.environment.record.version},
                            {"size_bytes", one.size_bytes},
                            {"last_use_ns", one.last_use_ns},
                            {"collectable", one.collectable},
                            {"shared", one.shared}});
  }
  return json;
}

Result<int> du(Call& call) {
  if (!call.line.words.empty())
    return fail(ErrorCode::usage, "ck du takes no '" + printable(call.line.words.front()) + "'");
  CK_TRY(request, request_of(call));
  CK_TRY(report, app::disk_use(call.session, request));
  if (call.output.json()) {
    call.output.data(to_pretty_text(du_json(report)));
    return 0;
  }
  using Align = TextTable::Align;
  TextTable kinds(
      {{"KIND"}, {"COUNT", Align::right}, {"SIZE", Align::right}, {"GC WOULD FREE", Align::right}});
  for (const auto& kind : report.kinds) {
    kinds.add_row({kind.name, std::to_string(kind.count), size(kind.size_bytes),
                   kind.collectable_bytes == 0 ? "" : size(kind.collectable_bytes)});
  }
  kinds.add_row({"total", "", size(report.size_bytes()), size(report.collectable_bytes())});
  std::string text = kinds.to_string();
  TextTable environments(
      {{"ENVIRONMENT"}, {"COMPONENT"}, {"SIZE", Align::right}, {"LAST USED"}, {""}});
  for (const auto& one : report.environments) {
    const auto& record = one.environment.record;
    environments.add_row({record.id.substr(0, kShownId),
                          printable(record.component.text() + " " + record.version),
                          size(one.size_bytes), iso_time(one.last_use_ns),
                          one.shared ? "shared" : (one.collectable ? "collectable" : "")});
  }
  if (!environments.empty()) text += "\n" + environments.to_string();
  call.output.data(text);
  return 0;
}

}  // namespace

std::vector<Command> space_commands() {
  const Option older{"older_than", "AGE", "only what was not used for so long (default: 30d)"};
  return {
      {"gc",
       "remove what nobody needs any more",
       {"gc [--older_than=AGE] [--refetchable_only] [--dry_run]", "gc --keep=FILE | --forget=FILE"},
       "Environments stay when a recorded point or a kept lock file names them, when they were "
       "used "
       "not\n"
       "long ago, or when one that stays was built with them. Downloads and logs go by age, "
       "stored\n"
       "outputs when nothing recorded refers to them. What a running process uses is never "
       "removed, "
       "nor\n"
       "anything in a shared store.",
       {{older,
         {"refetchable_only", "", "only downloads, which can be fetched again"},
         {"dry_run", "", "print what would go"},
         {"keep", "FILE", "from now on keep what this lock file names"},
         {"forget", "FILE", "no longer"}},
        {},
        false},
       {"ck gc --older-than=30d --dry-run", "ck gc --refetchable-only --yes"},
       gc},
      {"du",
       "show what takes how much space, and what of it gc would free",
       {"du [--older_than=AGE]"},
       "",
       {{older}, {}, false},
       {"ck du"},
       du},
  };
}

}  // namespace ck::cli
