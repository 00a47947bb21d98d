#include "app/collective_choices.hpp"

#include <algorithm>
#include <map>

#include "app/collective.hpp"
#include "app/environments.hpp"
#include "app/mirrors.hpp"
#include "base/strings.hpp"
#include "collective/compute_device.hpp"
#include "collective/meta.hpp"
#include "collective/run_command.hpp"
#include "install/resolver.hpp"
#include "install/secrets.hpp"

namespace ck::app {
namespace {

constexpr std::size_t kShownId = 12;

/// What answers a key, by the words for it: which components took it.
using Answers = std::map<std::string, std::vector<std::string>>;

void tell(const std::map<std::string, Answers>& keys, EventSink& events) {
  for (const auto& [key, answers] : keys) {
    if (answers.size() < 2) continue;
    std::vector<std::string> parts;
    for (const auto& [what, takers] : answers)
      parts.push_back(what + " by " + join(takers, " and "));
    events.on(Warning{"dependency '" + printable(key) +
                      "' is not answered alike: " + printable(join(parts, ", "))});
  }
}

void add(Answers& answers, const std::string& what, const std::string& by) {
  auto& takers = answers[what];
  if (std::ranges::find(takers, by) == takers.end()) takers.push_back(by);
}

/// "soft:x", "package:y" of a choice.
Status name_component(const solve::Pin& typed, collective::Pin& pin) {
  pin.kind = typed.kind == "software" ? "soft" : typed.kind;
  pin.name = typed.component;
  if (pin.kind == "soft" || pin.kind == "package") return {};
  return fail(Error(ErrorCode::usage, printable(pin.text) + ": a dependency of a component of " +
                                          "Collective Knowledge is a soft or a package, not a " +
                                          printable(typed.kind))
                  .hint("--dep.KEY= takes soft:NAME, package:NAME, either with @RANGE, tags:A,B, "
                        "env:ID or a range of versions"));
}

Result<std::string> environment_called(Session& session, const std::string& candidate,
                                       const std::string& pin) {
  EnvironmentQuery query;
  query.id = candidate.substr(candidate.find(':') + 1);
  auto found = one_environment(session, query);
  if (!found) return fail(std::move(found.error()).in(pin));
  return found->record.id;
}

/// What conditions of a program's needs see; those of a command have its variables too.
Json seen_by_needs(const Json& document, const std::string& command,
                   const collective::ProgramRequest& program, bool secrets) {
  Json seen = Json::object();
  if (!collective::yes_at(document, "pass_env_to_resolve")) return seen;
  seen = collective::object_at(document, "run_vars");
  const Json& chosen = collective::object_at(collective::object_at(document, "run_cmds"), command);
  collective::merge(seen, collective::object_at(chosen, "run_vars"));
  for (const auto& [name, value] : program.environment.items()) {
    if (secrets || !install::is_secret_name(name)) seen[name] = value;
  }
  return seen;
}

std::vector<std::string> tags_taken_by(const std::string& subject,
                                       const collective::Explainer& explainer) {
  std::vector<std::string> tags;
  for (const auto& one : explainer.explained()) {
    if (one.by == subject) tags.insert(tags.end(), one.record.tags.begin(), one.record.tags.end());
  }
  return tags;
}

/// An explained need in the words of our own resolution.
solve::Choice choice_of(const collective::ExplainedNeed& one) {
  solve::Choice choice;
  choice.key = one.need.key;
  choice.candidate = one.choice;
  choice.reason = one.reason;
  model::Dependency dependency;
  dependency.key = one.need.key;
  dependency.tags.all = one.need.tags;
  dependency.tags.none = one.need.no_tags;
  for (const auto& alternative : split(one.need.or_tags, ';')) {
    if (!alternative.empty()) dependency.tags.any.push_back(split(alternative, ','));
  }
  std::vector<std::string> bounds;
  if (one.need.from) bounds.push_back(">=" + collective::version_text(*one.need.from));
  if (one.need.to) bounds.push_back("<=" + collective::version_text(*one.need.to));
  if (!one.need.range.universal()) bounds.push_back(one.need.range.text());
  // Numbers and dots, which every range may hold.
  if (auto range = model::VersionRange::parse(join(bounds, ","))) dependency.version = *range;
  choice.demands.push_back({one.by, std::move(dependency)});
  for (const auto& [candidate, reason] : one.rejected)
    choice.rejected.push_back({candidate, reason});
  return choice;
}

}  // namespace

Result<collective::Wishes> wishes_of(Session& session, const CollectiveOptions& options,
                                     const NamedTexts& pins) {
  CK_TRY(context, session.context());
  collective::Wishes wishes;
  if (!options.order.empty() && options.order != "ck" && options.order != "ours")
    return fail(ErrorCode::usage, "--order=" + printable(options.order) + ": it is ck or ours");
  wishes.order = options.order == "ck" ? collective::Order::ck : collective::Order::ours;
  for (const auto& [key, id] : options.presets) wishes.presets[key] = id;
  CK_CHECK(add_pins(session, pins, wishes));
  for (const auto& [key, tags] : options.added_tags)
    wishes.added_tags[key] = collective::comma_list(tags);
  for (const auto& folder : collective::comma_list(options.search_folders))
    wishes.search_folders.emplace_back(folder);
  for (const auto& [name, value] : context->host_variables) {
    if (name == "CK_TOOLS" && !value.empty()) wishes.search_folders.emplace_back(value);
    if (name != "CK_DIRS") continue;
    for (const auto& folder : split(value, ':')) {
      if (!folder.empty()) wishes.search_folders.emplace_back(folder);
    }
  }
  if (!options.source.empty()) {
    CK_TRY(given, collective::GivenFiles::parse(options.source));
    wishes.sources = std::move(given);
  }
  CK_TRY(mirrors, source_mirrors(session));
  for (const auto& mirror : mirrors) {
    for (const auto& clone : mirror.clones)
      wishes.sources.of_urls.emplace(clone.url, mirror.path_of(clone).string());
  }
  std::error_code unknown;
  wishes.executable = fs::read_symlink("/proc/self/exe", unknown);
  return wishes;
}

Status add_pins(Session& session, const NamedTexts& pins, collective::Wishes& wishes) {
  for (const auto& [key, text] : pins) {
    CK_TRY(typed, install::parse_pin(key, text));
    collective::Pin pin;
    pin.text = "--dep." + key + "=" + text;
    pin.tags = typed.tags.all;
    pin.version = typed.version;
    if (!typed.component.empty()) CK_CHECK(name_component(typed, pin));
    if (!typed.candidate.empty()) {
      CK_TRY(id, environment_called(session, typed.candidate, pin.text));
      pin.environment = id;
      wishes.presets[key] = id;
    }
    wishes.pins[key] = std::move(pin);
  }
  return {};
}

Status refuse_host(const HostOverrides& host, const std::string& component) {
  if (host.empty()) return {};
  const std::string typed =
      host.file.empty() ? "--" + host.changes.front().first : std::string("--host");
  return fail(Error(ErrorCode::usage,
                    printable(typed) + ": " + component +
                        " is a component of Collective Knowledge, whose descriptions do not say "
                        "what of the machine they need; it is resolved for this machine only")
                  .hint("the same without " + printable(typed)));
}

Result<std::string> explain_program(const Json& document, const collective::ProgramRequest& program,
                                    Depth depth, collective::Explainer& explainer,
                                    collective::Workbench& bench) {
  const std::string subject = program.component.id.text();
  Json needs = collective::object_at(document, "compile_deps");
  if (needs.empty()) needs = collective::object_at(document, "deps");
  CK_CHECK(explainer.explain(subject, needs, seen_by_needs(document, "", program, false)));
  if (depth == Depth::compile) return std::string();
  const auto without = program.first_command ? collective::WithoutCommand::take_first
                                             : collective::WithoutCommand::refuse;
  auto command = collective::choose_command(document, program.command,
                                            tags_taken_by(subject, explainer), subject, without);
  if (!command && depth == Depth::run) return fail(std::move(command.error()));
  std::string name = command.value_or("");
  CK_CHECK(explainer.explain(subject, collective::run_needs(document, name),
                             seen_by_needs(document, name, program, true)));
  CK_TRY(tool, collective::device_needs(collective::device_kind(document, name),
                                        collective::wished_device(program), bench));
  CK_CHECK(explainer.explain(subject, tool, Json::object()));
  return name;
}

std::set<std::string> written_keys(const Json& document) {
  std::set<std::string> keys;
  const auto add_all = [&](const Json& needs) {
    for (const auto& [key, need] : needs.items()) keys.insert(key);
  };
  for (const auto* list : {"compile_deps", "deps", "run_deps"})
    add_all(collective::object_at(document, list));
  for (const auto& [name, command] : collective::object_at(document, "run_cmds").items()) {
    add_all(collective::object_at(command, "run_deps"));
    if (!collective::device_kind(document, name).empty()) keys.insert(collective::kDeviceToolKey);
  }
  return keys;
}

Status check_keys(const NamedTexts& pins, const std::string& subject,
                  const std::set<std::string>& met, const std::set<std::string>& written,
                  EventSink& events) {
  for (const auto& [key, text] : pins) {
    if (met.contains(key)) continue;
    if (written.contains(key)) {
      events.on(Warning{"--dep." + printable(key) + " has no effect: " + subject +
                        " does not need it for this"});
      continue;
    }
    std::set<std::string> all = met;
    all.insert(written.begin(), written.end());
    const std::vector<std::string> keys(all.begin(), all.end());
    Error error(ErrorCode::usage,
                "nothing that " + subject + " needs has the key '" + printable(key) + "'");
    if (const auto near = did_you_mean(near_misses(key, keys))) error.hint(*near);
    error.hint(keys.empty() ? "it needs nothing" : "keys: " + printable(join(keys, ", ")));
    return fail(std::move(error));
  }
  return {};
}

void tell_different_answers(const std::vector<collective::ExplainedNeed>& needs,
                            EventSink& events) {
  std::map<std::string, Answers> keys;
  for (const auto& one : needs) {
    if (one.answer != collective::ExplainedNeed::Answer::sought)
      add(keys[one.need.key], one.choice, one.by);
  }
  tell(keys, events);
}

void tell_different_answers(const install::InstallPlan& used, const std::string& subject,
                            EventSink& events) {
  std::map<std::string, std::string> names;
  for (const auto& step : used.steps) {
    const auto& record = step.environment.record;
    names[record.id] = record.component.text() + "@" + record.version +
                       " (env:" + record.id.substr(0, kShownId) + ")";
  }
  std::map<std::string, Answers> keys;
  for (const auto& [key, id] : used.roots) add(keys[key], names[id], subject);
  for (const auto& step : used.steps) {
    const auto& record = step.environment.record;
    if (record.id == used.subject) continue;  // its choices are the roots
    for (const auto& [key, id] : record.dependencies)
      add(keys[key], names[id], record.component.text());
  }
  tell(keys, events);
}

solve::Resolution resolution_of(const std::vector<collective::ExplainedNeed>& needs) {
  solve::Resolution resolution;
  std::set<std::pair<std::string, std::string>> told;
  for (const auto& one : needs) {
    // A run says again of some keys what the compilation says.
    if (told.emplace(one.by, one.need.key).second || one.reason != "chosen above")
      resolution.choices.push_back(choice_of(one));
  }
  return resolution;
}

std::vector<solve::Objection> objections_against(const std::string& asked,
                                                 const solve::Resolution& resolution) {
  const auto meant = [&](const std::string& candidate) {
    if (!candidate.starts_with(asked)) return false;
    const auto rest = candidate.substr(asked.size());
    return rest.empty() || rest.front() == '@' || rest.front() == ' ';
  };
  std::vector<solve::Objection> objections;
  const auto add = [&](const std::string& candidate, const std::string& key, bool chosen,
                       const std::string& reason) {
    if (!meant(candidate)) return;
    solve::Objection one;
    one.candidate = candidate;
    one.key = key;
    one.chosen = chosen;
    one.reason = reason;
    objections.push_back(std::move(one));
  };
  for (const auto& choice : resolution.choices) {
    add(choice.candidate, choice.key, true, choice.reason);
    for (const auto& [candidate, reason] : choice.rejected)
      add(candidate, choice.key, false, reason);
  }
  return objections;
}

std::set<std::string> keys_of(const install::Lock& lock) {
  std::set<std::string> keys;
  for (const auto& [key, id] : lock.roots) keys.insert(key);
  for (const auto& locked : lock.environments) {
    for (const auto& [key, id] : locked.record.dependencies) keys.insert(key);
  }
  return keys;
}

}  // namespace ck::app
