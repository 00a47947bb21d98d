/// What a lock needs to be used on another machine, and what must not leave this one.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/strings.hpp"
#include "install/lock.hpp"
#include "install/resolver.hpp"
#include "model/substitution.hpp"
#include "sys/host.hpp"

namespace ck::install {
namespace {

using Origin = store::EnvironmentRecord::Origin;

/// Texts of sources with the recipe's own values; names that only a build knows stay as written.
class Expansion {
 public:
  Expansion(const model::Values& values, const std::string& version)
      : values_(values), version_(version) {}

  std::string operator()(const std::string& text) const {
    const auto lookup = [&](std::string_view name) -> std::optional<std::string> {
      if (name == "version") return version_;
      const auto value = values_.find(std::string(name));
      return value == values_.end() ? std::nullopt : std::optional(value->second);
    };
    return model::substitute(text, lookup).value_or(text);
  }

  std::optional<LockedSource> source(const model::FilesSource& /*of the component itself*/) const {
    return std::nullopt;
  }
  std::optional<LockedSource> source(const model::UrlSource& source) const {
    LockedSource locked{"url", {}, (*this)(source.sha256), {}, {}, {}};
    for (const auto& url : source.urls) locked.urls.push_back((*this)(url));
    return locked;
  }
  std::optional<LockedSource> source(const model::GitSource& source) const {
    return LockedSource{"git", {(*this)(source.url)}, {}, (*this)(source.commit), {}, {}};
  }
  std::optional<LockedSource> source(const model::DebianSource& source) const {
    return LockedSource{"debian",
                        {},
                        (*this)(source.sha256),
                        {},
                        (*this)(source.package) + "=" + (*this)(source.version),
                        {}};
  }
  std::optional<LockedSource> source(const model::PipSource& source) const {
    return LockedSource{
        "pip", from(source.from), source.sha256, {}, source.package + "==" + source.version, {}};
  }
  std::optional<LockedSource> source(const model::NpmSource& source) const {
    return LockedSource{
        "npm", from(source.from), {}, {}, source.package + "@" + source.version, source.integrity};
  }

 private:
  std::vector<std::string> from(const std::string& url) const {
    if (url.empty()) return {};
    return {(*this)(url)};
  }

  const model::Values& values_;
  const std::string& version_;
};

/// CK's packages say in their exports what was fetched.
Result<std::vector<LockedSource>> collective_sources(const store::EnvironmentRecord& record) {
  std::vector<LockedSource> sources;
  for (const auto& [name, text] : record.exports.values) {
    if (name != "sources") continue;
    CK_TRY(list, parse_json(text, "sources of " + record.component.text()));
    JsonProblems problems("sources of " + record.component.text());
    for (const auto& item : list) {
      ObjectReader reader(item, "", problems);
      LockedSource source;
      source.urls = {reader.string("url")};
      source.sha256 = reader.optional_string("sha256").value_or("");
      source.commit = reader.optional_string("commit").value_or("");
      source.kind = source.commit.empty() ? "url" : "git";
      sources.push_back(std::move(source));
    }
    if (!problems.empty()) return fail(problems.to_error());
  }
  return sources;
}

/// Of a native component, if it is here as it was locked.
Result<std::optional<model::Recipe>> recipe_as_locked(const store::EnvironmentRecord& record,
                                                      Context& context) {
  const auto& id = record.component;
  const std::string name = id.uid.empty() ? id.name : id.uid;
  const auto component = context.catalog.find({.repo = id.repo, .kind = id.kind, .name = name});
  if (!component || component->format != model::RepositoryDescriptor::Format::native)
    return std::optional<model::Recipe>();
  CK_TRY(content, context.catalog.content_hash(*component, context.cancel));
  if (content != record.recipe_hash) {
    return fail(Error(ErrorCode::conflict, id.full_text() + " was changed since " +
                                               record.id.substr(0, 12) +
                                               " was made from it, so what it fetched is not known")
                    .hint("get the repository as it was, or lock what there is now"));
  }
  CK_TRY(descriptor, context.catalog.load(*component));
  const auto* recipe = recipe_of(descriptor);
  return recipe == nullptr ? std::optional<model::Recipe>() : std::optional(*recipe);
}

Result<std::vector<LockedSource>> native_sources(const store::EnvironmentRecord& record,
                                                 Context& context) {
  CK_TRY(recipe, recipe_as_locked(record, context));
  if (!recipe) return std::vector<LockedSource>();
  CK_TRY(values, complete_values(*recipe, record.parameters, record.component.text()));
  return locked_sources(*recipe, values, record.version);
}

Status complete(LockedEnvironment& locked, Context& context) {
  auto& record = locked.record;
  if (record.origin == Origin::built && locked.sources.empty()) {
    CK_TRY(sources, collective_sources(record));
    locked.sources = std::move(sources);
    if (locked.sources.empty()) {
      CK_TRY(fetched, native_sources(record, context));
      locked.sources = std::move(fetched);
    }
  }
  record.exports = {};
  record.created_ns = 0;
  record.size_bytes = 0;
  record.isolation.clear();
  return {};
}

/// The tree of the commit, where the repository stands at it.
Status complete(LockedRepository& locked, const catalog::Repository& here, Context& context) {
  if (locked.commit.empty() || locked.commit != here.commit) return {};
  CK_TRY(git, context.transfer.git());
  const auto state = git->state(here.path);
  if (!state || state->commit != locked.commit) return {};
  locked.tree = state->tree;
  if (!state->local_changes.empty()) {
    context.events.on(Warning{"repository " + locked.name + " has changes that commit " +
                              state->commit.substr(0, 12) + " has not (" +
                              printable(state->local_changes.front()) +
                              "): nobody else can follow this lock if they matter"});
  }
  return {};
}

// Facts about the machine.

/// "2.36" of "glibc 2.36"; "yes" where there is no version; empty: not a fact of that machine.
std::string value_of(const std::string& name, const HostFacts& facts) {
  for (const auto& candidate : host_candidates(facts)) {
    if (candidate.component.name != name) continue;
    return candidate.version.text().empty() ? "yes" : candidate.version.text();
  }
  return {};
}

/// What the recipes of the locked environments need of the machine.
Result<std::vector<LockedFact>> needed_facts(const Lock& lock, const HostFacts& facts,
                                             Context& context) {
  std::vector<LockedFact> needed;
  for (const auto& environment : lock.environments) {
    const auto& record = environment.record;
    if (record.origin != Origin::built) continue;
    CK_TRY(recipe, recipe_as_locked(record, context));
    if (!recipe) continue;
    CK_TRY(values, complete_values(*recipe, record.parameters, record.component.text()));
    CK_TRY(dependencies, active_dependencies(*recipe, values));
    for (const auto& dependency : dependencies) {
      if (!model::names_host_fact(dependency.name)) continue;
      needed.push_back({dependency.name, value_of(dependency.name, facts),
                        dependency.version.text(), record.component.text()});
    }
  }
  std::ranges::sort(
      needed, {}, [](const LockedFact& fact) { return std::tie(fact.name, fact.by, fact.wanted); });
  return needed;
}

LockedPlatform platform_of(const HostFacts& facts) {
  const auto fact = [&](const char* name) {
    const auto found = facts.find(name);
    return found == facts.end() ? std::string() : found->second;
  };
  const std::string libc = fact("host.glibc");
  return {fact("host.arch"),
          libc.empty() ? "" : "glibc " + libc,
          fact("host.os"),
          fact("host.kernel"),
          {}};
}

}  // namespace

std::vector<LockDifference> fact_differences(const Lock& lock, const HostFacts& here) {
  const auto candidates = host_candidates(here);
  std::vector<LockDifference> differences;
  for (const auto& fact : lock.facts) {
    const auto found = std::ranges::find_if(candidates, [&](const solve::Candidate& candidate) {
      return candidate.component.name == fact.name;
    });
    const auto range = model::VersionRange::parse(fact.wanted).value_or(model::VersionRange());
    if (found != candidates.end() && range.contains(found->version)) continue;
    const std::string wanted = fact.wanted.empty() ? "" : " " + fact.wanted;
    const std::string now = value_of(fact.name, here);
    differences.push_back({fact.name,
                           fact.by + " needs" + (wanted.empty() ? " it" : wanted) +
                               (fact.value.empty() ? "" : ", there was " + fact.value),
                           now.empty() ? "not a fact of this machine" : now,
                           "use a machine that has " + fact.name + wanted +
                               ", or lock anew for "
                               "this one",
                           false});
  }
  return differences;
}

std::vector<LockedSource> locked_sources(const model::Recipe& recipe, const model::Values& values,
                                         const std::string& version) {
  std::vector<LockedSource> sources;
  const Expansion expand(values, version);
  for (const auto& source : recipe.sources) {
    auto locked = std::visit([&](const auto& one) { return expand.source(one); }, source);
    if (locked) sources.push_back(std::move(*locked));
  }
  return sources;
}

Status complete_lock(Lock& lock, Context& context, const std::optional<HostFacts>& other) {
  const auto host = sys::read_host_facts();
  CK_TRY(facts, needed_facts(lock, other.value_or(host_facts(host)), context));
  lock.facts = std::move(facts);
  for (auto& environment : lock.environments) CK_CHECK(complete(environment, context));
  for (auto& repository : lock.repositories) {
    const auto here =
        std::ranges::find(context.repositories, repository.name, &catalog::Repository::name);
    if (here == context.repositories.end()) continue;
    CK_CHECK(complete(repository, *here, context));
  }
  lock.platform =
      other ? platform_of(*other)
            : LockedPlatform{host.architecture, host.libc, host.os_id, host.kernel, host.cpu_model};
  return {};
}

}  // namespace ck::install
