#include "app/autotune.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/strings.hpp"
#include "measure/random.hpp"
#include "sys/files.hpp"

namespace ck::app {
namespace {

constexpr std::size_t kMostPoints = 100'000;
constexpr std::uint64_t kMostBytes = 4U << 20;
constexpr std::string_view kWithNext = "-with-next";
const std::array<std::string, 4> kTypes{"loop", "parallel-loop", "random", "parallel-random"};

/// Keys of the whole file that change what is measured, in a way that is not done here.
struct Refused {
  const char* key;
  const char* instead;
};
constexpr std::array kRefused{
    Refused{"custom_autotuner", "code of repositories does not choose points; list them instead"},
    Refused{"explore_type", "give each group its type"},
    Refused{"only_filter", "ck ls experiment --where=… --pareto=… chooses among recorded points"},
    Refused{"pipeline_from_file", "the options themselves, in pipeline_update"},
    Refused{"prune", "ck explore --prune"},
    Refused{"result_conditions", "ck explore --where=…, or ck ls experiment --where=…"},
    Refused{"solutions", "ck replay experiment:NAME"},
    Refused{"start_from_iteration", "points that are recorded already are not run again"}};

Error unsupported(const std::string& source, const std::string& what) {
  return Error(ErrorCode::unsupported, printable(source) + ": " + what);
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float() && value.get<double>() == std::round(value.get<double>()))
    return std::to_string(std::llround(value.get<double>()));
  return to_text(value);
}

/// A number, also one that is written as a text.
std::optional<double> number_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return std::nullopt;
  return found->is_number() ? std::optional(found->get<double>())
                            : parse_number(found->is_string() ? found->get<std::string>() : "");
}

std::string word_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_primitive() && !found->is_null() ? text_of(*found)
                                                                             : std::string();
}

/// One step of a group: what its keys hold then.
using Steps = std::vector<SweepValues>;

class Reader {
 public:
  Reader(const Json& value, const std::string& source)
      : value_(value),
        source_(source),
        random_(static_cast<std::uint64_t>(number_of(value, "seed").value_or(1))) {}

  Result<AutotuneDescription> read() {
    CK_CHECK(refuse());
    CK_TRY(iterations, whole(value_, "iterations"));
    if (iterations && (*iterations == 0 || *iterations < -1)) {
      return fail(ErrorCode::invalid,
                  printable(source_) + ": 'iterations' must be above 0, or -1 for all");
    }
    if (iterations && *iterations > 0) iterations_ = static_cast<std::size_t>(*iterations);
    const auto order = value_.find("choices_order");
    const auto selection = value_.find("choices_selection");
    if (order == value_.end() || !order->is_array() || selection == value_.end() ||
        !selection->is_array() || order->empty() || order->size() != selection->size()) {
      return fail(ErrorCode::invalid, printable(source_) +
                                          ": 'choices_order' and 'choices_selection' must be lists "
                                          "of the same length, not empty");
    }
    AutotuneDescription description;
    CK_TRY(points, points_of(*order, *selection));
    description.points = std::move(points);
    if (value_.contains("frontier_keys"))
      description.notes.emplace_back(
          "every point is kept; 'ck ls experiment --pareto=…' tells the "
          "frontier");
    return description;
  }

 private:
  Status refuse() const {
    for (const auto& [key, instead] : kRefused) {
      if (!value_.contains(key)) continue;
      return fail(unsupported(source_, "'" + std::string(key) + "' is not done here")
                      .hint(std::string("in its place: ") + instead));
    }
    return {};
  }

  Result<std::optional<std::int64_t>> whole(const Json& object, const char* key) const {
    const auto number = number_of(object, key);
    if (!object.contains(key)) return std::nullopt;
    if (!number || std::abs(*number) > 1e9 || *number != std::round(*number)) {
      return fail(ErrorCode::invalid,
                  printable(source_) + ": '" + key + "' must be a whole number");
    }
    return static_cast<std::int64_t>(*number);
  }

  /// The groups' steps crossed, the last fastest; cut at the iterations.
  Result<std::vector<SweepValues>> points_of(const Json& order, const Json& selection) {
    Steps points{{}};
    Steps joined{{}};  // of groups that step together, to be crossed with those after them
    bool takes_along = false;
    for (std::size_t i = order.size(); i-- > 0;) {
      CK_TRY(steps, steps_of(order[i], selection[i]));
      if (takes_along) {
        joined = together(steps, joined);
      } else {
        CK_TRY(crossed, cross(joined, points));
        points = std::move(crossed);
        joined = std::move(steps);
      }
      takes_along = word_of(selection[i], "type").ends_with(kWithNext);
    }
    CK_TRY(all, cross(joined, points));
    std::set<SweepValues> known;
    std::vector<SweepValues> once;
    for (auto& point : all) {
      if (iterations_ && once.size() >= *iterations_) break;
      if (known.insert(point).second) once.push_back(std::move(point));
    }
    return once;
  }

  static Result<Steps> cross(const Steps& slow, const Steps& fast) {
    if (slow.size() > kMostPoints / std::max<std::size_t>(1, fast.size()))
      return fail(ErrorCode::usage,
                  "the points of this description are more than " + std::to_string(kMostPoints));
    Steps result;
    for (const auto& one : slow) {
      for (const auto& other : fast) {
        result.push_back(one);
        result.back().insert(result.back().end(), other.begin(), other.end());
      }
    }
    return result;
  }

  /// As many steps as the later group has; the first one begins again when it is through.
  static Steps together(const Steps& first, const Steps& next) {
    Steps result;
    for (std::size_t i = 0; i < next.size() && !first.empty(); ++i) {
      result.push_back(first[i % first.size()]);
      result.back().insert(result.back().end(), next[i].begin(), next[i].end());
    }
    return result;
  }

  Result<Steps> steps_of(const Json& keys, const Json& selection) {
    std::vector<std::string> names;
    for (const auto& key : keys) {
      CK_TRY(name, axis_name(key));
      names.push_back(std::move(name));
    }
    if (names.empty())
      return fail(ErrorCode::invalid, printable(source_) + ": a group of 'choices_order' is empty");
    std::string type = word_of(selection, "type");
    if (type.ends_with(kWithNext)) type.erase(type.size() - kWithNext.size());
    if (std::ranges::find(kTypes, type) == kTypes.end()) {
      return fail(unsupported(source_, "the type '" + printable(type) + "' of a selection")
                      .hint("there are: " + join({kTypes.begin(), kTypes.end()}, ", ") +
                            ", each also with '-with-next'"));
    }
    if (number_of(selection, "omit_probability").value_or(0) > 0 ||
        word_of(selection, "can_omit") == "yes") {
      return fail(unsupported(source_, "choices that are left out at random")
                      .hint("ck explore searches such spaces"));
    }
    CK_TRY(values, values_of(selection));
    if (type == "loop") return nested(names, values);
    if (type == "parallel-loop") return parallel(names, values);
    return drawn(names, values, selection, type == "parallel-random");
  }

  Result<std::string> axis_name(const Json& key) const {
    const std::string text = key.is_string() ? key.get<std::string>() : std::string();
    std::string_view rest = text;
    if (rest.starts_with("##")) rest.remove_prefix(2);
    auto parts = split(rest, '#');
    const bool maps = parts.size() == 2 &&
                      (parts[0] == "env" || parts[0] == "compiler_vars" || parts[0] == "params");
    const bool plain =
        parts.size() == 1 && !parts[0].empty() && parts[0] != "cpu_freq" && parts[0] != "gpu_freq";
    if (text.find('*') == std::string::npos && (plain || maps)) return join(parts, ".");
    Error error = unsupported(source_, "the choice '" + printable(text) + "'");
    if (text.find("compiler_flags") != std::string::npos)
      error.hint("ck explore --space=flags takes the flags from the compiler itself");
    return fail(
        std::move(error).hint("choices are ##env#NAME, ##compiler_vars#NAME, "
                              "##params#NAME or the name of a parameter"));
  }

  Result<std::vector<std::string>> values_of(const Json& selection) const {
    std::vector<std::string> values;
    const auto list = selection.find(selection.contains("choice") ? "choice" : "choices");
    if (list != selection.end() && list->is_array()) {
      for (const auto& value : *list) {
        if (!value.is_primitive() || value.is_null()) return fail(no_values());
        values.push_back(text_of(value));
      }
    } else {
      CK_CHECK(add_range(selection, values));
    }
    if (values.empty()) return fail(no_values());
    return values;
  }

  Error no_values() const {
    return Error(ErrorCode::invalid, printable(source_) +
                                         ": a selection has neither a list 'choice' nor a range of "
                                         "'start', 'stop' and 'step' that goes up");
  }

  Status add_range(const Json& selection, std::vector<std::string>& values) const {
    const auto start = number_of(selection, "start");
    const auto stop = number_of(selection, "stop");
    const double step = number_of(selection, "step").value_or(1);
    if (!start || !stop || !(step > 0) || *stop < *start) return fail(no_values());
    if ((*stop - *start) / step > static_cast<double>(kMostPoints)) return fail(no_values());
    const std::string prefix = word_of(selection, "explore_prefix");
    // By number and not by adding up: steps of 0.1 would miss the end.
    const auto count = static_cast<std::size_t>((*stop - *start) / step + 1e-9) + 1;
    for (std::size_t i = 0; i < count; ++i)
      values.push_back(prefix + text_of(Json(*start + static_cast<double>(i) * step)));
    return {};
  }

  static Result<Steps> nested(const std::vector<std::string>& names,
                              const std::vector<std::string>& values) {
    ValueLists axes;
    for (const auto& name : names) axes.emplace_back(name, values);
    return sweep_points(axes, {});
  }

  static Result<Steps> parallel(const std::vector<std::string>& names,
                                const std::vector<std::string>& values) {
    Steps steps;
    for (const auto& value : values) {
      steps.emplace_back();
      for (const auto& name : names) steps.back().emplace_back(name, value);
    }
    return steps;
  }

  Result<Steps> drawn(const std::vector<std::string>& names, const std::vector<std::string>& values,
                      const Json& selection, bool same) {
    CK_TRY(own, whole(selection, "iterations"));
    const std::int64_t draws =
        own && *own > 0 ? *own : static_cast<std::int64_t>(iterations_.value_or(0));
    if (draws < 1 || draws > static_cast<std::int64_t>(kMostPoints)) {
      return fail(ErrorCode::invalid, printable(source_) +
                                          ": random choices need 'iterations', from 1 to " +
                                          std::to_string(kMostPoints));
    }
    Steps steps;
    for (std::int64_t i = 0; i < draws; ++i) {
      steps.emplace_back();
      std::size_t choice = random_.below(values.size());
      for (const auto& name : names) {
        steps.back().emplace_back(name, values[choice]);
        if (!same) choice = random_.below(values.size());
      }
    }
    return steps;
  }

  const Json& value_;
  const std::string& source_;
  measure::Random random_;
  std::optional<std::size_t> iterations_;
};

}  // namespace

Result<AutotuneDescription> autotune_description(const Json& value, const std::string& source) {
  if (!value.is_object())
    return fail(ErrorCode::invalid, printable(source) + " must be a JSON object");
  return Reader(value, source).read();
}

Result<AutotuneDescription> read_autotune(const fs::path& file) {
  CK_TRY(text, sys::read_file(file, kMostBytes));
  CK_TRY(value, parse_json(text, file.string(), {.duplicate_keys = true}));
  return autotune_description(value, file.string());
}

}  // namespace ck::app
