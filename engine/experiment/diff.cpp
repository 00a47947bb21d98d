#include "experiment/diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/strings.hpp"

namespace ck::experiment {
namespace {

/// One comparable thing of a point.
struct Trait {
  Area area = Area::program;
  std::string value;
};
using Traits = std::map<std::string, Trait>;

const Json& at(const Json& object, const char* key) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

std::string text_of(const Json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : to_text(value);
}

void add(Traits& traits, Area area, const std::string& what, const Json& value) {
  const std::string text = text_of(value);
  if (!text.empty()) traits.insert_or_assign(what, Trait{area, text});
}

void add_members(Traits& traits, Area area, const std::string& prefix, const Json& object) {
  if (!object.is_object()) return;
  for (const auto& [name, value] : object.items()) add(traits, area, prefix + name, value);
}

std::string short_hash(const Json& hash) {
  constexpr std::size_t kShown = 12;
  return text_of(hash).substr(0, kShown);
}

Area area_of(const std::string& kind, bool subject) {
  if (subject) return Area::program;
  return kind == "dataset" || kind == "model" ? Area::input : Area::dependency;
}

/// A component may be used several times (two versions of one library): the later ones get a
/// number.
std::string unused(const Traits& traits, const std::string& name) {
  std::string free = name;
  for (int n = 2; traits.contains(free + " version"); ++n) free = name + " #" + std::to_string(n);
  return free;
}

void add_environment(Traits& traits, const Json& environment, const std::string& subject) {
  const Json& component = at(environment, "component");
  const std::string kind = text_of(at(component, "kind"));
  const Area area = area_of(kind, text_of(at(environment, "id")) == subject);
  const std::string name = unused(traits, kind + ":" + text_of(at(component, "name")));
  traits.insert_or_assign(name + " version", Trait{area, text_of(at(environment, "version"))});
  add(traits, area, name + " content", short_hash(at(environment, "recipe_hash")));
  add(traits, area, name + " file", short_hash(at(environment, "file_sha256")));
  add(traits, area, name + " distribution package", at(environment, "owner"));
  add_members(traits, area, name + " ", at(environment, "parameters"));
}

void add_lock(Traits& traits, const Json& lock) {
  const std::string subject = text_of(at(lock, "subject"));
  for (const auto& entry : at(lock, "environments"))
    add_environment(traits, at(entry, "environment"), subject);
  for (const auto& repository : at(lock, "repositories"))
    add(traits, Area::repository, "repository " + text_of(at(repository, "name")) + " commit",
        short_hash(at(repository, "commit")));
}

/// Ids of environments stand in paths and differ whenever anything below does.
std::string without_ids(const std::string& text) {
  constexpr std::string_view kFolder = "/envs/";
  constexpr std::size_t kId = 32;
  std::string plain = text;
  for (auto place = plain.find(kFolder); place != std::string::npos;
       place = plain.find(kFolder, place + 1)) {
    const std::string id = plain.substr(place + kFolder.size(), kId);
    if (id.size() == kId && id.find_first_not_of("0123456789abcdef") == std::string::npos)
      plain.replace(place + kFolder.size(), kId, "…");
  }
  return plain;
}

void add_plan(Traits& traits, const Json& plan) {
  add(traits, Area::program, "program", at(plan, "subject"));
  add(traits, Area::program, "command", at(plan, "command"));
  add(traits, Area::limit, "profile", at(plan, "profile"));
  add_members(traits, Area::limit, "limit ", at(plan, "limits"));
  add_members(traits, Area::parameter, "parameter ", at(plan, "parameters"));
  const Json& variables = at(plan, "variables");
  if (variables.is_object()) {
    for (const auto& [name, value] : variables.items())
      add(traits, Area::variable, "variable " + name, without_ids(text_of(value)));
  }
  std::size_t number = 0;
  for (const auto& argument : at(plan, "argv"))
    add(traits, Area::argument, "argument " + std::to_string(number++),
        without_ids(text_of(argument)));
}

void add_imported(Traits& traits, const std::string& path, const Json& value, int depth) {
  constexpr int kDeepest = 6;
  if (!value.is_object() || depth > kDeepest) return add(traits, Area::parameter, path, value);
  for (const auto& [name, member] : value.items())
    add_imported(traits, path + (depth == 0 ? " " : ".") + name, member, depth + 1);
}

Result<Traits> traits_of(const store::Point& point) {
  CK_TRY(document, document_of(point));
  Traits traits;
  add_plan(traits, at(document, "plan"));
  add_lock(traits, at(document, "lock"));
  add_imported(traits, "choice", at(at(at(document, "imported"), "point"), "choices"), 0);
  add_members(traits, Area::host, "host ", at(document, "host"));
  add(traits, Area::tool, "ck version", at(document, "ck_version"));
  add(traits, Area::tool, "command line", at(document, "request"));
  add(traits, Area::tool, "state", std::string(store::name_of(point.state)));
  if (!point.repetitions.empty()) {
    for (const auto& output : point.repetitions.front().outputs)
      add(traits, Area::output, "output " + output.name, output.sha256.substr(0, 12));
    add(traits, Area::output, "ending", point.repetitions.back().ending);
  }
  return traits;
}

/// Of lists only what the other does not have: processor features are hundreds.
std::string described(const std::string& value, const std::string& other) {
  if (!value.starts_with('[') || !other.starts_with('[')) return value;
  const auto own = parse_json(value, "list");
  const auto others = parse_json(other, "list");
  return own && others ? to_text(without_common(*own, *others)) : value;
}

void compare_traits(const Traits& a, const Traits& b, DiffReport& report) {
  std::set<std::string> names;
  for (const auto& [name, trait] : a) names.insert(name);
  for (const auto& [name, trait] : b) names.insert(name);
  for (const auto& name : names) {
    const auto left = a.find(name);
    const auto right = b.find(name);
    const std::string old_value = left == a.end() ? std::string() : left->second.value;
    const std::string new_value = right == b.end() ? std::string() : right->second.value;
    if (old_value == new_value) {
      ++report.same;
      continue;
    }
    const Area area = left == a.end() ? right->second.area : left->second.area;
    report.differences.push_back(
        {area, name, described(old_value, new_value), described(new_value, old_value), {}});
  }
}

std::string change_of(const run::Summary& a, const run::Summary& b) {
  std::string text;
  constexpr double kSeveral = 4;  // from here percentages are hard to read
  const double ratio = a.median > 0 ? b.median / a.median : 0;
  if (ratio >= kSeveral)
    text = fmt::format("{:.1f} times", ratio);
  else if (a.median != 0)
    text = fmt::format("{:+.1f} %", 100 * (b.median - a.median) / std::abs(a.median));
  if (a.count < 2 || b.count < 2) return text + " (one execution tells no interval)";
  const bool apart = a.median_95.high < b.median_95.low || b.median_95.high < a.median_95.low;
  return text + (apart ? " (intervals apart)" : " (intervals overlap)");
}

void compare_metrics(DiffReport& report) {
  const auto all_a = summarize(report.a);
  const auto all_b = summarize(report.b);
  for (const auto& a : all_a) {
    const auto b = std::ranges::find_if(all_b, [&](const MetricSummary& candidate) {
      return candidate.key.name == a.key.name && candidate.key.unit == a.key.unit;
    });
    const auto value = human_metric(a.summary.median, a.key.unit);
    if (b == all_b.end()) {
      report.differences.push_back({Area::metric, a.key.name, value, {}, "not measured in B"});
    } else if (a.summary.median == b->summary.median) {
      ++report.same;
    } else {
      report.differences.push_back({Area::metric, a.key.name, value,
                                    human_metric(b->summary.median, b->key.unit),
                                    change_of(a.summary, b->summary)});
    }
  }
  for (const auto& b : all_b) {
    const bool known = std::ranges::any_of(all_a, [&](const MetricSummary& candidate) {
      return candidate.key.name == b.key.name && candidate.key.unit == b.key.unit;
    });
    if (!known)
      report.differences.push_back({Area::metric,
                                    b.key.name,
                                    {},
                                    human_metric(b.summary.median, b.key.unit),
                                    "not measured in A"});
  }
}

}  // namespace

std::string_view name_of(Area area) {
  switch (area) {
    case Area::program:
      return "program";
    case Area::dependency:
      return "dependency";
    case Area::parameter:
      return "parameter";
    case Area::argument:
      return "argument";
    case Area::input:
      return "input";
    case Area::variable:
      return "variable";
    case Area::limit:
      return "limit";
    case Area::repository:
      return "repository";
    case Area::host:
      return "host";
    case Area::tool:
      return "tool";
    case Area::output:
      return "output";
    case Area::metric:
      return "metric";
  }
  return "program";
}

bool is_effect(Area area) { return area == Area::output || area == Area::metric; }

Result<DiffReport> diff(const store::Point& a, const store::Point& b) {
  DiffReport report{a, b, {}, 0};
  CK_TRY(traits_a, traits_of(a));
  CK_TRY(traits_b, traits_of(b));
  compare_traits(traits_a, traits_b, report);
  compare_metrics(report);
  std::ranges::stable_sort(report.differences, {},
                           [](const Difference& difference) { return difference.area; });
  return report;
}

}  // namespace ck::experiment
