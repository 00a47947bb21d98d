#include "collective/asked.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "collective/package_choice.hpp"
#include "collective/software.hpp"
#include "install/commit.hpp"

namespace ck::collective {
namespace {

constexpr std::size_t kShownId = 12;
constexpr std::size_t kMostShown = 6;

Status ask(const Pin& pin, Need& need, Workbench& bench) {
  for (const auto& tag : pin.tags) {
    if (std::ranges::find(need.tags, tag) == need.tags.end()) need.tags.push_back(tag);
  }
  need.range = pin.version;
  if (pin.name.empty()) return {};
  auto component = bench.find(pin.kind, pin.name);
  if (!component) return fail(std::move(component.error()).in(pin.text));
  need.component = component->id;
  // A repository's wish to install and not to look is not the user's.
  need.skip_detection = pin.kind == "package";
  return {};
}

bool fits(const Registered& below, const Need& asked, const Pin& pin) {
  return answers(below, asked) && (pin.environment.empty() || pin.environment == below.id());
}

/// Whether what `candidate` was built with is what is asked for under these keys.
Result<bool> is_built_as_asked(const Registered& candidate, const Registry& registry,
                               Workbench& bench) {
  for (const auto& [key, id] : candidate.environment.record.dependencies) {
    CK_TRY(below, registry.by_id(id));
    if (!below) continue;
    const auto pin = bench.wishes().pins.find(key);
    if (pin != bench.wishes().pins.end()) {
      Need only_pinned;
      CK_CHECK(ask(pin->second, only_pinned, bench));
      if (!fits(*below, only_pinned, pin->second)) return false;
    }
    CK_TRY(deeper, is_built_as_asked(*below, registry, bench));
    if (!deeper) return false;
  }
  return true;
}

/// What answers the need as the component wrote it.
std::vector<std::string> answers_to(const Need& need, Workbench& bench) {
  std::vector<std::string> names;
  if (const auto registry = Registry::open(bench.context())) {
    for (const auto& one : registry->matching(need).value_or(std::vector<Registered>()))
      names.push_back(label(one));
  }
  if (names.empty() && !need.skip_detection) {
    const auto found = detect_for(need, bench, Detectors::only_looking);
    if (found) {
      for (const auto& one : *found) names.push_back(label(one));
    }
  }
  if (const auto package = choose_package(need, bench)) {
    names.push_back(package->component.id.text());
    names.insert(names.end(), package->others.begin(), package->others.end());
  }
  return names;
}

}  // namespace

std::string label(const Registered& one) {
  const auto& record = one.environment.record;
  const std::string where =
      install::is_complete(one.folder) ? "env:" + record.id.substr(0, kShownId) : record.file;
  return record.component.text() + (record.version.empty() ? "" : "@" + record.version) + " (" +
         where + ")";
}

Result<Need> as_asked(const Need& written, Workbench& bench) {
  Need need = written;
  const auto& wishes = bench.wishes();
  if (const auto added = wishes.added_tags.find(need.key); added != wishes.added_tags.end())
    need.tags.insert(need.tags.end(), added->second.begin(), added->second.end());
  if (const auto pin = wishes.pins.find(need.key); pin != wishes.pins.end())
    CK_CHECK(ask(pin->second, need, bench));
  return need;
}

Result<std::vector<Registered>> built_as_asked(std::vector<Registered> candidates,
                                               const Registry& registry, Workbench& bench) {
  if (bench.wishes().pins.empty()) return candidates;
  std::vector<Registered> fitting;
  for (auto& candidate : candidates) {
    CK_TRY(as_asked, is_built_as_asked(candidate, registry, bench));
    if (as_asked) fitting.push_back(std::move(candidate));
  }
  return fitting;
}

Error about_need(Error error, const Need& written, Workbench& bench) {
  error.in("dependency '" + printable(written.key) + "' (" + printable(written.name) + ")");
  const auto pin = bench.wishes().pins.find(written.key);
  if (pin == bench.wishes().pins.end() || error.code != ErrorCode::not_found) return error;
  auto there = answers_to(written, bench);
  if (there.size() > kMostShown) {
    there.resize(kMostShown);
    there.emplace_back("…");
  }
  const std::string without = "without " + printable(pin->second.text) + " there is ";
  error.hints.insert(error.hints.begin(),
                     without + (there.empty() ? "nothing either" : printable(join(there, ", "))));
  return error;
}

}  // namespace ck::collective
