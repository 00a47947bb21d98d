#include "app/prepare.hpp"

#include <algorithm>

#include "app/components.hpp"
#include "app/pin_options.hpp"
#include "base/counted.hpp"
#include "base/strings.hpp"
#include "install/profile.hpp"
#include "install/universe.hpp"
#include "sys/host.hpp"

namespace ck::app {
namespace {

constexpr std::size_t kListed = 10;

Error ambiguous(const std::vector<catalog::Component>& components, const model::TagQuery& tags) {
  Error error(ErrorCode::conflict,
              std::to_string(components.size()) + " components have the tags " + tags.text());
  for (std::size_t i = 0; i < components.size() && i < kListed; ++i) {
    error.hint(components[i].id.full_text() + " (" + components[i].tags.text() + ")");
  }
  error.hint("name one of them, or add tags until one is left");
  return error;
}

/// "core:package:x, mine:package:x and 3 more".
std::string listed(const std::vector<catalog::Component>& components) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < components.size() && i < kListed; ++i)
    names.push_back(components[i].id.full_text());
  const std::string text = join(names, ", ");
  if (components.size() <= kListed) return text;
  return text + " and " + std::to_string(components.size() - kListed) + " more";
}

/// Puts option names such as "openmp" under the variation group that has them.
Status place_variations(const model::Recipe& recipe, const std::vector<std::string>& options,
                        model::Values& values) {
  std::vector<std::string> known;
  for (const auto& group : recipe.variations) {
    for (const auto& option : group.options) known.push_back(option.name);
  }
  for (const auto& name : options) {
    const auto group =
        std::ranges::find_if(recipe.variations, [&](const model::VariationGroup& candidate) {
          return std::ranges::any_of(candidate.options,
                                     [&](const auto& option) { return option.name == name; });
        });
    if (group == recipe.variations.end()) {
      Error error(ErrorCode::usage, "there is no variation '" + name + "'");
      if (const auto hint = did_you_mean(near_misses(name, known))) error.hint(*hint);
      error.hint(known.empty() ? "the component has no variations"
                               : "variations: " + join(known, ", "));
      return fail(std::move(error));
    }
    const auto [place, added] = values.emplace(group->name, name);
    if (!added && place->second != name) {
      return fail(ErrorCode::usage, "'" + place->second + "' and '" + name +
                                        "' exclude each other: both are of group '" + group->name +
                                        "'");
    }
  }
  return {};
}

/// KIND:NAME, KIND:NAME@RANGE, NAME or tags:A,B.
Result<model::Wish> parse_wish(const std::string& text) {
  model::Wish wish;
  if (text.find(':') == std::string::npos) {
    wish.name = text;
    return wish;
  }
  CK_TRY(pin, install::parse_pin("KEY", text));
  wish.tags = pin.tags;
  wish.kind = pin.kind;
  wish.name = pin.component;
  wish.version = pin.version;
  return wish;
}

Status check_version(const catalog::Component& component, const model::Common& common,
                     const model::VersionRange& wanted) {
  if (wanted.contains(common.version)) return {};
  return fail(Error(ErrorCode::not_found, component.id.text() + " is version " +
                                              common.version.text() + ", wanted is " +
                                              wanted.text())
                  .hint("'ck ls repo' shows what is pulled; 'ck pull repo:" + component.id.repo +
                        "' brings newer versions"));
}

/// Versions of entries of Collective Knowledge are theirs to judge (--force_version).
bool is_native(const catalog::Component& component) {
  return component.format == model::RepositoryDescriptor::Format::native;
}

bool has_version(const catalog::Component& component, const model::VersionRange& wanted) {
  if (wanted.universal() || !is_native(component)) return true;
  const auto version = model::Version::parse(component.version);
  return version && wanted.contains(*version);
}

Error no_version(const std::vector<catalog::Component>& components,
                 const model::VersionRange& wanted) {
  std::vector<std::string> there;
  for (const auto& one : components) {
    if (there.size() == kListed) break;
    there.push_back(one.id.full_text() + " is version " + one.version);
  }
  if (components.size() > kListed)
    there.push_back("and " + std::to_string(components.size() - kListed) + " more");
  return Error(ErrorCode::not_found, join(there, ", ") + "; wanted is " + wanted.text())
      .hint("'ck ls repo' shows what is pulled; 'ck pull repo --all' brings newer versions");
}

/// Those of the wanted version. One alone is left to be told of by who loads it.
Status keep_version(std::vector<catalog::Component>& components,
                    const model::VersionRange& wanted) {
  auto kept = components;
  std::erase_if(kept, [&](const auto& component) { return !has_version(component, wanted); });
  if (kept.empty() && components.size() > 1) return fail(no_version(components, wanted));
  if (!kept.empty()) components = std::move(kept);
  return {};
}

/// Names of all options of all variation groups; of what cannot be loaded none.
std::vector<std::string> variations_of(const catalog::Component& component,
                                       const install::Context& context) {
  std::vector<std::string> names;
  const auto descriptor = context.catalog.load(component);
  const auto* recipe = descriptor ? install::recipe_of(*descriptor) : nullptr;
  if (recipe == nullptr) return names;
  for (const auto& group : recipe->variations) {
    for (const auto& option : group.options) names.push_back(option.name);
  }
  return names;
}

/// Those that have all the variations. One alone is left to be told of by who loads it.
Status keep_variations(Session& session, std::vector<catalog::Component>& components,
                       const std::vector<std::string>& wanted) {
  if (wanted.empty() || components.size() < 2) return {};
  CK_TRY(context, session.context());
  std::vector<catalog::Component> kept;
  std::vector<std::string> known;
  for (const auto& component : components) {
    const auto names = variations_of(component, *context);
    known.insert(known.end(), names.begin(), names.end());
    const bool all = std::ranges::all_of(wanted, [&](const std::string& name) {
      return std::ranges::find(names, name) != names.end();
    });
    if (all || !is_native(component)) kept.push_back(component);
  }
  if (kept.empty()) {
    std::ranges::sort(known);
    known.erase(std::unique(known.begin(), known.end()), known.end());
    Error error(ErrorCode::usage, "none of " + counted(components.size(), "component") +
                                      " has the variations " + join(wanted, ", ") + ": " +
                                      listed(components));
    for (const auto& name : wanted) {
      if (std::ranges::find(known, name) != known.end()) continue;
      if (const auto hint = did_you_mean(near_misses(name, known))) error.hint(*hint);
    }
    error.hint(known.empty() ? "they have no variations" : "variations: " + join(known, ", "));
    return fail(std::move(error));
  }
  components = std::move(kept);
  return {};
}

/// The component of that name in the repositories that have it, best rank first.
Result<std::vector<catalog::Component>> named(Session& session,
                                              const model::ComponentPattern& pattern) {
  CK_TRY(found, find(session, pattern));
  std::vector<catalog::Component> components{std::move(found.component)};
  std::ranges::move(found.shadowed, std::back_inserter(components));
  return components;
}

}  // namespace

Result<catalog::Component> choose_component(Session& session,
                                            const model::ComponentPattern& pattern,
                                            const model::TagQuery& tags,
                                            const std::vector<std::string>& kinds,
                                            const WantedForm& form) {
  if (!pattern.name.empty() && !has_wildcard(pattern.name) && tags.empty()) {
    CK_TRY(components, named(session, pattern));
    CK_CHECK(keep_version(components, form.version));
    CK_CHECK(keep_variations(session, components, form.variations));
    return std::move(components.front());
  }
  if (pattern.name.empty() && tags.empty()) {
    return fail(Error(ErrorCode::usage, "nothing says which " + join(kinds, " or ") + " is meant")
                    .hint("give a name, " + kinds.front() + ":NAME, or --tags=a,b"));
  }
  CK_TRY(report, search(session, {pattern, tags, std::nullopt}));
  auto& components = report.components;
  std::erase_if(components, [&](const catalog::Component& component) {
    return std::ranges::find(kinds, component.id.kind) == kinds.end();
  });
  if (components.empty()) {
    Error error(ErrorCode::not_found, "no " + join(kinds, " or ") + " has the tags " + tags.text());
    for (auto& hint : report.hints) error.hint(std::move(hint));
    return fail(std::move(error));
  }
  CK_CHECK(keep_version(components, form.version));
  CK_CHECK(keep_variations(session, components, form.variations));
  const bool one = std::ranges::all_of(components, [&](const catalog::Component& component) {
    return component.id.kind == components.front().id.kind &&
           component.id.name == components.front().id.name;
  });
  if (!one) return fail(ambiguous(components, tags));
  return *std::ranges::min_element(components, {}, &catalog::Component::repository_rank);
}

namespace {

Status refuse(const std::vector<install::LockDifference>& repositories) {
  if (repositories.empty()) return {};
  const auto& first = repositories.front();
  return fail(Error(ErrorCode::not_found, first.what + ": " + first.recorded + " is wanted, but " +
                                              (first.missing ? "" : "here is ") + first.now)
                  .hint(first.advice));
}

Result<std::unique_ptr<install::RecordedRepositories>> opened_at(
    Session& session, const std::vector<install::LockedRepository>& repositories) {
  using install::RecordedRepositories;
  install::Lock lock;
  lock.repositories = repositories;
  CK_TRY(outer, session.context());
  CK_TRY(recorded,
         RecordedRepositories::open(lock, RecordedRepositories::Rule::exact_commit, *outer));
  CK_CHECK(refuse(recorded->missing()));
  CK_CHECK(refuse(recorded->not_at_commit()));
  return std::move(recorded);
}

Result<Prepared> prepare_at_commits(Session& session, const PrepareRequest& request) {
  CK_TRY(recorded, opened_at(session, request.at_commits));
  CK_TRY(component, recorded->context().catalog.find(request.pattern));
  CK_TRY(prepared, prepare(recorded->context(), component, request));
  prepared.recorded = std::move(recorded);
  return std::move(prepared);
}

}  // namespace

Status check_commits(Session& session, const std::vector<install::LockedRepository>& repositories) {
  const auto opened = opened_at(session, repositories);
  if (!opened) return fail(opened.error());
  return {};
}

Result<Prepared> prepare(Session& session, const PrepareRequest& request) {
  if (!request.at_commits.empty()) return prepare_at_commits(session, request);
  CK_TRY(component, choose_component(session, request.pattern, request.tags, request.kinds,
                                     {request.version, request.variations}));
  CK_TRY(context, session.context());
  return prepare(*context, component, request);
}

Result<Prepared> prepare(install::Context& context, const catalog::Component& component,
                         const PrepareRequest& request) {
  CK_TRY(loaded, context.catalog.load(component));
  Prepared prepared;
  prepared.context = &context;
  prepared.subject.component = component;
  prepared.subject.descriptor = std::make_shared<const model::Descriptor>(std::move(loaded));
  const auto* recipe = install::recipe_of(*prepared.subject.descriptor);
  const auto* common = install::common_of(*prepared.subject.descriptor);
  if (recipe == nullptr || common == nullptr) {
    return fail(
        Error(ErrorCode::unsupported, component.id.text() + " is nothing that can be built or run")
            .in("file " + component.path.string()));
  }
  CK_CHECK(check_version(component, *common, request.version));
  auto chosen = request.values;
  CK_CHECK(place_variations(*recipe, request.variations, chosen));
  CK_TRY(values, install::complete_values(*recipe, chosen, component.id.text()));
  prepared.subject.values = std::move(values);
  CK_TRY(profile, install::load_profile(request.profile, context));
  prepared.profile = std::move(profile);

  install::ResolveRequest wanted;
  wanted.subject = component.id.text();
  CK_TRY(dependencies, install::active_dependencies(*recipe, prepared.subject.values));
  wanted.dependencies = std::move(dependencies);
  for (const auto& [key, text] : request.pins) {
    CK_TRY(pin, install::parse_pin(key, text));
    wanted.pins.push_back(std::move(pin));
  }
  wanted.pins.insert(wanted.pins.end(), request.locked_pins.begin(), request.locked_pins.end());
  CK_TRY(conflicts, install::active_conflicts(*recipe, prepared.subject.values));
  wanted.conflicts = std::move(conflicts);
  if (!request.host.empty()) {
    CK_TRY(facts, host_facts(request.host));
    const auto here = install::host_facts(sys::read_host_facts());
    const auto same = [&](const std::string& name) {
      return facts.contains(name) && here.contains(name) && facts.at(name) == here.at(name);
    };
    // What is installed here was built for this machine.
    wanted.reuse = same("host.arch") && same("host.glibc");
    wanted.host = std::move(facts);
  }
  if (!request.why_not.empty()) {
    auto wish = parse_wish(request.why_not);
    if (!wish) {
      return fail(Error(ErrorCode::usage, "--why_not=" + request.why_not + " names nothing")
                      .hint("it takes KIND:NAME, KIND:NAME@RANGE, NAME or tags:A,B"));
    }
    wanted.why_not = std::move(*wish);
  }
  auto resolved = install::resolve(wanted, context);
  if (!resolved && resolved.error().code == ErrorCode::conflict) {
    // The cheapest way out comes first.
    auto& hints = resolved.error().hints;
    CK_TRY(options, options_for_pins(*recipe, prepared.subject.values, wanted.pins, context));
    hints.insert(hints.begin(), options.begin(), options.end());
  }
  if (!resolved) return fail(std::move(resolved.error()));
  prepared.resolved = std::move(*resolved);
  CK_TRY(plan, install::make_plan(prepared.resolved, prepared.subject, prepared.profile,
                                  request.rebuild, context));
  prepared.plan = std::move(plan);
  return prepared;
}

namespace {

/// The choices of a lock as a resolution tells them.
solve::Resolution resolution_of(const install::Lock& lock) {
  solve::Resolution resolution;
  const auto id_of = [&](const std::string& id) {
    const auto* environment = lock.find(id);
    return environment == nullptr ? "env:" + id : install::candidate_id(environment->record);
  };
  std::map<std::pair<std::string, std::string>, std::string> choices;  // key, candidate -> reason
  for (const auto& [key, id] : lock.roots) {
    resolution.roots[key] = id_of(id);
    choices[{key, id_of(id)}] = "locked";
  }
  for (const auto& environment : lock.environments) {
    for (const auto& [key, id] : environment.record.dependencies) {
      resolution.edges[install::candidate_id(environment.record)][key] = id_of(id);
      choices[{key, id_of(id)}] = "locked";
    }
  }
  for (const auto& [choice, reason] : choices)
    resolution.choices.push_back({choice.first, {}, choice.second, reason, {}, {}});
  return resolution;
}

/// In what the locked component is not of the version or the variations that are asked for.
Result<std::vector<install::LockDifference>> form_differences(const install::Subject& subject,
                                                              const PrepareRequest& request) {
  std::vector<install::LockDifference> differences;
  const auto add = [&](const std::string& what, const std::string& locked,
                       const std::string& wanted) {
    differences.push_back({subject.component.id.text() + ", " + what, locked,
                           "asked for is " + wanted,
                           "leave out what asks for another, or lock anew", false});
  };
  const auto& version = install::common_of(*subject.descriptor)->version;
  if (!request.version.contains(version)) add("version", version.text(), request.version.text());
  model::Values wanted;
  CK_CHECK(place_variations(*install::recipe_of(*subject.descriptor), request.variations, wanted));
  for (const auto& [group, option] : wanted) {
    const auto& locked = subject.values.at(group);
    if (locked != option) add("variation " + group, locked.empty() ? "none" : locked, option);
  }
  return differences;
}

}  // namespace

Result<Prepared> prepare_locked(Session& session, const PrepareRequest& request,
                                const LockedUse& locked) {
  const auto& lock = locked.lock;
  CK_CHECK(locked_component(lock, request.pattern));
  CK_TRY(outer, session.context());
  using install::RecordedRepositories;
  CK_TRY(recorded,
         RecordedRepositories::open(lock, RecordedRepositories::Rule::same_content, *outer));
  Prepared prepared;
  prepared.recorded = std::move(recorded);
  prepared.context = &prepared.recorded->context();
  auto& context = *prepared.context;
  CK_TRY(profile, install::load_profile(request.profile, context));
  prepared.profile = std::move(profile);
  const install::LockedOptions options{request.values, request.rebuild};
  CK_TRY(planned, install::plan_locked(lock, prepared.profile, options, context));
  prepared.differences = prepared.recorded->and_missing(std::move(planned.differences));
  const auto here = install::host_facts(sys::read_host_facts());
  const auto add = [&](std::vector<install::LockDifference> differences) {
    std::ranges::move(differences, std::back_inserter(prepared.differences));
  };
  if (planned.subject) {
    CK_TRY(form, form_differences(*planned.subject, request));
    add(std::move(form));
    CK_TRY(choices, install::choice_differences(lock, *planned.subject, here));
    add(std::move(choices));
  }
  add(install::fact_differences(lock, here));
  prepared.plan = std::move(planned.plan);
  if (planned.subject) prepared.subject = std::move(*planned.subject);
  prepared.resolved.resolution = resolution_of(lock);
  return prepared;
}

Result<Prepared> prepare(Session& session, const PrepareRequest& request,
                         const std::optional<LockedUse>& locked) {
  if (!locked) return prepare(session, request);
  CK_TRY(prepared, prepare_locked(session, request, *locked));
  CK_CHECK(judge_differences(prepared.differences, *locked, session.events()));
  return std::move(prepared);
}

install::Lock Prepared::lock() const {
  auto lock = install::make_lock(plan, *context);
  lock.differences = differences;
  return lock;
}

}  // namespace ck::app
