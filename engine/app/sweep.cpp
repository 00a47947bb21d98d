#include "app/sweep.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/known_points.hpp"
#include "app/locked_places.hpp"
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

/// Exact: 0.1 is 1 with one digit, so that steps of it stay what they are.
struct Decimal {
  std::int64_t units = 0;
  int digits = 0;  ///< behind the point

  /// In units of so many digits; nothing when that is too large.
  std::optional<std::int64_t> with_digits(int count) const {
    std::int64_t scaled = units;
    for (int i = digits; i < count; ++i) {
      if (__builtin_mul_overflow(scaled, std::int64_t{10}, &scaled)) return std::nullopt;
    }
    return scaled;
  }
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "12", "-0.25"; nothing for anything else.
std::optional<Decimal> decimal_of(std::string_view text) {
  const std::string_view magnitude = text.starts_with('-') ? text.substr(1) : text;
  const auto point = magnitude.find('.');
  const auto whole = magnitude.substr(0, point);
  const auto fraction =
      point == std::string_view::npos ? std::string_view() : magnitude.substr(point + 1);
  if (whole.empty() || !std::ranges::all_of(whole, is_digit)) return std::nullopt;
  if (!std::ranges::all_of(fraction, is_digit)) return std::nullopt;
  if (point != std::string_view::npos && fraction.empty()) return std::nullopt;
  const std::string sign = text.starts_with('-') ? "-" : "";
  const auto units = parse_integer(sign + std::string(whole) + std::string(fraction));
  if (!units) return std::nullopt;
  return Decimal{*units, static_cast<int>(fraction.size())};
}

/// The shortest: "0.5", "2".
std::string decimal_text(std::int64_t units, int digits) {
  std::string text = std::to_string(units);
  if (digits == 0) return text;
  const std::string sign = units < 0 ? "-" : "";
  text = text.substr(sign.size());
  const auto least = static_cast<std::size_t>(digits) + 1;
  if (text.size() < least) text.insert(0, least - text.size(), '0');
  text.insert(text.size() - static_cast<std::size_t>(digits), ".");
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text == "0" ? text : sign + text;
}

/// In units of `digits` behind the point.
struct Range {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t step = 1;
  bool doubling = false;  ///< or tripling …: times `step`
  int digits = 0;
};

/// "1..9:2" taken apart.
struct RangeText {
  std::string first;
  std::string last;
  std::optional<std::string> step;
};

/// Whether somebody must have meant a range: "1..x" and "2024-01..2024-05" are, paths and
/// "main..next" are not.
bool looks_like_range(const RangeText& text) {
  if ((text.first + text.last).find('/') != std::string::npos) return false;
  const auto begins = [](const std::string& part) { return !part.empty() && is_digit(part[0]); };
  return decimal_of(text.first) || decimal_of(text.last) ||
         (begins(text.first) && begins(text.last));
}

std::optional<RangeText> range_text(const std::string& text) {
  const auto dots = text.find("..");
  if (dots == std::string::npos) return std::nullopt;
  const std::string rest = text.substr(dots + 2);
  const auto colon = rest.find(':');
  RangeText parts{text.substr(0, dots), rest.substr(0, colon), std::nullopt};
  if (colon != std::string::npos) parts.step = rest.substr(colon + 1);
  if (!looks_like_range(parts)) return std::nullopt;
  return parts;
}

/// Nothing for numbers that are none, are too long, or have no step although they need one.
std::optional<Range> range_of(const RangeText& text) {
  const auto first = decimal_of(text.first);
  const auto last = decimal_of(text.last);
  const bool doubling = text.step && text.step->starts_with('*');
  const auto step = text.step ? decimal_of(text.step->substr(doubling ? 1 : 0)) : Decimal{1, 0};
  if (!first || !last || !step) return std::nullopt;
  if (!text.step && first->digits + last->digits > 0) return std::nullopt;
  if (doubling && step->digits > 0) return std::nullopt;
  const int digits = std::max({first->digits, last->digits, step->digits});
  const auto from = first->with_digits(digits);
  const auto to = last->with_digits(digits);
  const auto by = doubling ? std::optional(step->units) : step->with_digits(digits);
  if (!from || !to || !by) return std::nullopt;
  return Range{*from, *to, *by, doubling, digits};
}

Error bad_range(const SweepAxis& axis, const std::string& why) {
  return Error(ErrorCode::usage, "--param." + axis.name + "=" + axis.values + ": " + why)
      .hint("1..8, 1..9:2 (steps of 2), 1..64:*2 (doubling), 0.1..0.5:0.1 (decimal, with a step)");
}

Status add_range(const SweepAxis& axis, const Range& range, std::vector<std::string>& values) {
  const bool grows = range.doubling ? range.first >= 1 && range.step >= 2 : range.step >= 1;
  if (!grows || range.last < range.first)
    return fail(bad_range(axis, "this range does not go from its first number up"));
  for (std::int64_t value = range.first;;) {
    if (values.size() >= kMostPoints) return fail(too_many("the values of --param." + axis.name));
    values.push_back(decimal_text(value, range.digits));
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

void set(install::Variables& pairs, const std::string& name, const std::string& value) {
  std::erase_if(pairs, [&](const auto& pair) { return pair.first == name; });
  pairs.emplace_back(name, value);
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
  if (!base.collective.presets.empty()) identity["deps"] = base.collective.presets;
  if (!base.collective.added_tags.empty()) identity["dep_add_tags"] = base.collective.added_tags;
  if (!base.collective.order.empty()) identity["order"] = base.collective.order;
  if (base.locked) identity["locked"] = sha256_hex(to_text(install::to_json(base.locked->lock)));
  // Runs that repeat their work inside say other things than those that do it once.
  if (!base.calibrate) identity["calibrate"] = false;
  return sha256_hex(to_text(identity)).substr(0, kIdDigits);
}

std::size_t SweepReport::missing() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      entries, [](const Entry& entry) { return !entry.point && !entry.failure; }));
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
    } else if (const auto parts = range_text(text)) {
      const auto range = range_of(*parts);
      if (!range) return fail(bad_range(axis, "'" + text + "' is no range that can be counted"));
      CK_CHECK(add_range(axis, *range, values));
    } else {
      values.push_back(text);
    }
  }
  return values;
}

namespace {

/// The zipped group that an axis is in.
std::optional<std::size_t> group_of(const std::string& axis, const ZipGroups& zip) {
  for (std::size_t i = 0; i < zip.size(); ++i) {
    if (std::ranges::find(zip[i], axis) != zip[i].end()) return i;
  }
  return std::nullopt;
}

Status check_zip(const ValueLists& axes, const ZipGroups& zip) {
  std::vector<std::string> names;
  for (const auto& axis : axes) names.push_back(axis.first);
  std::vector<std::string> zipped;
  for (const auto& group : zip) {
    for (const auto& name : group) {
      if (std::ranges::find(names, name) == names.end()) {
        return fail(Error(ErrorCode::usage, "--zip: there is no --param." + name)
                        .hint("varied are: " + join(names, ", ")));
      }
      if (std::ranges::find(zipped, name) != zipped.end())
        return fail(ErrorCode::usage, "--zip: '" + name + "' is named twice");
      zipped.push_back(name);
    }
  }
  return {};
}

/// Numbers of axes; each group steps as one, an axis that is not zipped is a group of its own.
Result<std::vector<std::vector<std::size_t>>> stepping_groups(const ValueLists& axes,
                                                              const ZipGroups& zip) {
  std::vector<std::vector<std::size_t>> groups;
  std::map<std::size_t, std::size_t> places;  // of zipped groups among all
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto zipped = group_of(axes[i].first, zip);
    const auto known = zipped ? places.find(*zipped) : places.end();
    if (known == places.end()) {
      if (zipped) places[*zipped] = groups.size();
      groups.push_back({i});
      continue;
    }
    auto& group = groups[known->second];
    const auto& first = axes[group.front()];
    if (first.second.size() != axes[i].second.size()) {
      return fail(ErrorCode::usage,
                  "--zip: " + first.first + " has " + counted(first.second.size(), "value") + ", " +
                      axes[i].first + " has " + std::to_string(axes[i].second.size()));
    }
    group.push_back(i);
  }
  return groups;
}

}  // namespace

Result<std::vector<SweepValues>> sweep_points(const ValueLists& axes, const ZipGroups& zip) {
  CK_CHECK(check_zip(axes, zip));
  CK_TRY(groups, stepping_groups(axes, zip));
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

/// Gives entries the last of their points that can stand for a new measurement.
void look_up(KnownPoints& known, const experiment::Sampling& wanted, SweepReport& report,
             Session& session) {
  LeftAside left;
  for (auto& entry : report.entries) {
    auto found = known.at(entry.values);
    for (auto& point : found.same) {
      if (!is_enough(point, wanted)) continue;
      entry.point = std::move(point);
      entry.known = true;
    }
    if (entry.known) continue;
    left.code += found.others.code;
    left.sampling += found.others.sampling + found.same.size();
  }
  if (auto text = text_of(left); !text.empty()) session.events().on(Warning{std::move(text)});
}

/// What there is to be done, and about how long a point takes.
Result<SweepReport> planned_sweep(Session& session, const SweepRequest& request) {
  CK_TRY(points, points_of(session, request));
  const RunRequest& base = request.base;
  SweepReport report;
  report.id = sweep_id(base);
  CK_TRY(component, choose_component(session, base.pattern, base.tags, {"program"}));
  report.experiment = base.experiment.empty() ? component.id.name : base.experiment;
  for (auto& values : points)
    report.entries.push_back({std::move(values), std::nullopt, false, std::nullopt});
  CK_TRY(known, KnownPoints::open(session, base, report.experiment, report.id));
  if (!base.rebuild) look_up(known, base.sampling, report, session);
  report.seconds_per_point = known.seconds_per_point();
  if (base.sampling.precision) report.most_seconds_per_point = base.sampling.budget_seconds;
  return report;
}

/// Places that are not known.
std::vector<SweepValues> places_to_run(const SweepReport& report) {
  std::vector<SweepValues> places;
  for (const auto& entry : report.entries) {
    if (!entry.known) places.push_back(entry.values);
  }
  return places;
}

/// The failure of one place, which does not end the sweep.
bool is_of_the_place(const Error& error) {
  return error.code == ErrorCode::program_failed || error.code == ErrorCode::build_failed;
}

}  // namespace

Result<SweepReport> sweep(Session& session, const SweepRequest& request,
                          const run::PassThrough& output) {
  CK_TRY(report, planned_sweep(session, request));
  CK_CHECK(check_locked_places(session, request.base, places_to_run(report)));
  if (request.base.dry_run) {
    // A name that the program does not know is told by the plan of any point.
    if (!report.entries.empty())
      CK_CHECK(prepare_run(session, request_for(request.base, report.entries.front().values)));
    return std::move(report);
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
      if (!is_of_the_place(ran.error())) return fail(std::move(ran.error()));
      entry.failure = std::move(ran.error());
      continue;
    }
    if (ran->failure && ran->failure->code == ErrorCode::interrupted)
      return fail(std::move(*ran->failure).hint("the same command goes on from here"));
    entry.point = std::move(ran->point);
    entry.failure = std::move(ran->failure);
  }
  return std::move(report);
}

Result<CompareRequest> swept_variants(Session& session, const SweepRequest& request) {
  CK_TRY(points, points_of(session, request));
  if (points.size() < 2 || points.size() > kMostVariants) {
    return fail(Error(ErrorCode::usage, "--compare with --param.: " +
                                            std::to_string(points.size()) + " combinations; 2 to " +
                                            std::to_string(kMostVariants) + " can be compared")
                    .hint("without --compare a sweep may be as long as it likes"));
  }
  CK_CHECK(check_locked_places(session, request.base, points));
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
