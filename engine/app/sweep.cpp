#include "app/sweep.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/machine.hpp"
#include "app/prepare.hpp"
#include "base/counted.hpp"
#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "install/resolver.hpp"

namespace ck::app {
namespace {

constexpr std::size_t kMostPoints = 100'000;
constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kMostVariants = 200;

Error too_many(const std::string& what) {
  return Error(ErrorCode::usage, what + " are more than " + std::to_string(kMostPoints));
}

struct Range {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t step = 1;
  bool doubling = false;  ///< or tripling …: times `step`
};

/// "1..8", "1..9:2", "1..64:*2"; nothing for a text that is no range.
std::optional<Range> range_of(const std::string& text) {
  const auto dots = text.find("..");
  if (dots == std::string::npos) return std::nullopt;
  const auto colon = text.find(':', dots);
  const auto first = parse_integer(text.substr(0, dots));
  const auto last = parse_integer(
      text.substr(dots + 2, colon == std::string::npos ? std::string::npos : colon - dots - 2));
  if (!first || !last) return std::nullopt;
  Range range{*first, *last, 1, false};
  if (colon == std::string::npos) return range;
  range.doubling = text.substr(colon + 1).starts_with('*');
  const auto step = parse_integer(text.substr(colon + (range.doubling ? 2 : 1)));
  if (!step) return std::nullopt;
  range.step = *step;
  return range;
}

Status add_range(const SweepAxis& axis, const Range& range, std::vector<std::string>& values) {
  const bool grows = range.doubling ? range.first >= 1 && range.step >= 2 : range.step >= 1;
  if (!grows || range.last < range.first) {
    return fail(Error(ErrorCode::usage, "--param." + axis.name + "=" + axis.values +
                                            ": this range does not go from its first number up")
                    .hint("1..8, 1..9:2 (steps of 2), 1..64:*2 (doubling)"));
  }
  for (std::int64_t value = range.first;;) {
    if (values.size() >= kMostPoints) return fail(too_many("the values of --param." + axis.name));
    values.push_back(std::to_string(value));
    // By what is left: the next value may not be a number any more.
    const auto left = static_cast<std::uint64_t>(range.last) - static_cast<std::uint64_t>(value);
    const bool ends = range.doubling ? value > range.last / range.step
                                     : left < static_cast<std::uint64_t>(range.step);
    if (ends) break;
    value = range.doubling ? value * range.step : value + range.step;
  }
  return {};
}

/// The choices that the program's descriptor names for a parameter.
Result<std::map<std::string, std::vector<std::string>>> choices_of(Session& session,
                                                                   const RunRequest& request) {
  std::map<std::string, std::vector<std::string>> choices;
  CK_TRY(component, choose_component(session, request.pattern, request.tags, {"program"}));
  if (component.format == model::RepositoryDescriptor::Format::ck) return choices;
  CK_TRY(context, session.context());
  CK_TRY(descriptor, context->catalog.load(component));
  const auto* recipe = install::recipe_of(descriptor);
  if (recipe == nullptr) return choices;
  for (const auto& parameter : recipe->parameters) choices[parameter.name] = parameter.choices;
  return choices;
}

std::string label_of(const SweepValues& values) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : values) parts.push_back(name + "=" + value);
  return join(parts, " ");
}

SweepValues sorted(SweepValues values) {
  std::ranges::sort(values);
  return values;
}

void set(install::Variables& pairs, const std::string& name, const std::string& value) {
  std::erase_if(pairs, [&](const auto& pair) { return pair.first == name; });
  pairs.emplace_back(name, value);
}

double seconds_of(const store::Point& point) {
  return static_cast<double>(point.ended_ns - point.created_ns) / 1e9;
}

}  // namespace

Result<ValueLists> value_lists(Session& session, const RunRequest& base,
                               const std::vector<SweepAxis>& axes) {
  CK_TRY(choices, choices_of(session, base));
  ValueLists lists;
  for (const auto& axis : axes) {
    CK_TRY(values, axis_values(axis, choices[axis.name]));
    lists.emplace_back(axis.name, std::move(values));
  }
  return lists;
}

RunRequest request_for(const RunRequest& base, const SweepValues& values) {
  RunRequest request = base;
  for (const auto& [name, value] : values) {
    if (name.starts_with("env.")) {
      set(request.variables, name.substr(4), value);
    } else if (name.starts_with("dep.")) {
      set(request.pins, name.substr(4), value);
    } else if (name.starts_with("compiler_vars.")) {
      set(request.collective.compiler_variables, name.substr(name.find('.') + 1), value);
    } else if (name.starts_with("params.")) {
      set(request.collective.params, name.substr(name.find('.') + 1), value);
    } else {
      request.values[name] = value;
    }
  }
  return request;
}

std::string sweep_id(const RunRequest& base) {
  Json identity = {{"program", base.pattern.text()}, {"command", base.command}};
  identity["tags"] = base.tags.text();
  identity["values"] = base.values;
  identity["variables"] = base.variables;
  identity["pins"] = base.pins;
  identity["arguments"] = base.arguments;
  identity["profile"] = base.profile;
  // Only where there are any, so that sweeps go on that older versions began.
  if (!base.collective.compiler_variables.empty())
    identity["compiler_vars"] = base.collective.compiler_variables;
  if (!base.collective.params.empty()) identity["params"] = base.collective.params;
  return sha256_hex(to_text(identity)).substr(0, kIdDigits);
}

Result<std::map<SweepValues, std::vector<store::Point>>> recorded_points(
    Session& session, const std::string& experiment, const std::string& id) {
  std::map<SweepValues, std::vector<store::Point>> known;
  CK_TRY(store, session.store());
  CK_TRY(experiments, store->experiments(experiment, {}));
  if (experiments.empty()) return known;
  CK_TRY(points, store->points(experiment));
  for (auto& point : points) {
    auto place = experiment::sweep_place_of(point);
    if (place.id != id || point.state != store::PointState::ok) continue;
    std::ranges::sort(place.values);
    known[std::move(place.values)].push_back(std::move(point));
  }
  return known;
}

std::size_t SweepReport::missing() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(entries, [](const Entry& entry) { return !entry.point; }));
}

Result<std::vector<std::string>> axis_values(const SweepAxis& axis,
                                             const std::vector<std::string>& choices) {
  std::vector<std::string> values;
  if (axis.values.empty()) {
    return fail(Error(ErrorCode::usage, "--param." + axis.name + " names no values")
                    .hint("list them: --param." + axis.name + "=A,B"));
  }
  for (const auto& text : split(axis.values, ',')) {
    if (text == "@all") {
      if (choices.empty()) {
        return fail(Error(ErrorCode::usage,
                          "--param." + axis.name + "=@all: the program names no choices for it")
                        .hint("list the values: --param." + axis.name + "=A,B"));
      }
      values.insert(values.end(), choices.begin(), choices.end());
    } else if (const auto range = range_of(text)) {
      CK_CHECK(add_range(axis, *range, values));
    } else {
      values.push_back(text);
    }
  }
  return values;
}

Result<std::vector<SweepValues>> sweep_points(const ValueLists& axes,
                                              const std::vector<std::string>& zip) {
  // Each group steps as one; an axis that is not zipped is a group of its own.
  std::vector<std::vector<std::size_t>> groups;
  std::optional<std::size_t> zipped;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const bool in_zip = std::ranges::find(zip, axes[i].first) != zip.end();
    if (in_zip && zipped) {
      groups[*zipped].push_back(i);
      const auto& first = axes[groups[*zipped].front()];
      if (first.second.size() != axes[i].second.size()) {
        return fail(ErrorCode::usage,
                    "--zip: " + first.first + " has " + counted(first.second.size(), "value") +
                        ", " + axes[i].first + " has " + std::to_string(axes[i].second.size()));
      }
      continue;
    }
    if (in_zip) zipped = groups.size();
    groups.push_back({i});
  }
  std::vector<SweepValues> points{{}};
  for (const auto& group : groups) {
    const std::size_t count = axes[group.front()].second.size();
    if (points.size() * count > kMostPoints) return fail(too_many("the points of this sweep"));
    std::vector<SweepValues> next;
    for (const auto& point : points) {
      for (std::size_t step = 0; step < count; ++step) {
        next.push_back(point);
        for (const std::size_t axis : group)
          next.back().emplace_back(axes[axis].first, axes[axis].second[step]);
      }
    }
    points = std::move(next);
  }
  return points;
}

namespace {

Result<std::vector<SweepValues>> points_of(Session& session, const SweepRequest& request) {
  if (!request.points.empty()) return request.points;
  CK_TRY(axes, value_lists(session, request.base, request.axes));
  return sweep_points(axes, request.zip);
}

}  // namespace

Result<SweepReport> sweep(Session& session, const SweepRequest& request,
                          const run::PassThrough& output) {
  CK_TRY(points, points_of(session, request));
  SweepReport report;
  report.id = sweep_id(request.base);
  CK_TRY(component,
         choose_component(session, request.base.pattern, request.base.tags, {"program"}));
  report.experiment = request.base.experiment.empty() ? component.id.name : request.base.experiment;
  CK_TRY(known, recorded_points(session, report.experiment, report.id));
  double seconds = 0;
  for (const auto& [values, recorded] : known) seconds += seconds_of(recorded.back());
  if (!known.empty()) report.seconds_per_point = seconds / static_cast<double>(known.size());
  for (auto& values : points) {
    SweepReport::Entry entry{std::move(values), std::nullopt, false, std::nullopt};
    if (const auto found = known.find(sorted(entry.values)); found != known.end()) {
      entry.point = found->second.back();
      entry.known = true;
    }
    report.entries.push_back(std::move(entry));
  }
  if (request.base.dry_run) {
    // A name that the program does not know is told by the plan of any point.
    if (!report.entries.empty())
      CK_CHECK(prepare_run(session, request_for(request.base, report.entries.front().values)));
    return report;
  }
  QuietMachine machine;
  if (request.base.fix) machine.quieten(session);
  auto preflight = request.base.preflight;
  std::uint64_t done = 0;
  for (auto& entry : report.entries) {
    ++done;
    if (entry.known) continue;
    session.events().on(Progress{"sweep", done, report.entries.size(), "points"});
    RunRequest one = request_for(request.base, entry.values);
    one.sweep = {report.id, entry.values};
    one.fix = false;
    one.preflight = std::exchange(preflight, std::min(preflight, RunRequest::Preflight::record));
    auto ran = run(session, one, output);
    if (!ran) {
      if (ran.error().code != ErrorCode::program_failed) return fail(std::move(ran.error()));
      entry.failure = std::move(ran.error());
      continue;
    }
    if (ran->failure && ran->failure->code == ErrorCode::interrupted)
      return fail(std::move(*ran->failure).hint("the same command goes on from here"));
    entry.point = std::move(ran->point);
    entry.failure = std::move(ran->failure);
  }
  return report;
}

Result<CompareRequest> swept_variants(Session& session, const SweepRequest& request) {
  CK_TRY(points, points_of(session, request));
  if (points.size() < 2 || points.size() > kMostVariants) {
    return fail(Error(ErrorCode::usage, "--compare with --param.: " +
                                            std::to_string(points.size()) + " combinations; 2 to " +
                                            std::to_string(kMostVariants) + " can be compared")
                    .hint("without --compare a sweep may be as long as it likes"));
  }
  CompareRequest compare;
  const auto id = sweep_id(request.base);
  for (auto& values : points) {
    compare.variants.push_back(request_for(request.base, values));
    compare.labels.push_back(label_of(values));
    compare.variants.back().sweep = {id, std::move(values)};
  }
  return compare;
}

}  // namespace ck::app
