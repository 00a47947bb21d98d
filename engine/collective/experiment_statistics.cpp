#include "collective/experiment_statistics.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "base/strings.hpp"
#include "collective/flat_keys.hpp"

namespace ck::collective {
namespace {

constexpr std::array<std::string_view, 10> kSuffixes = {
    "all",  "all_unique", "center", "halfrange",     "max",
    "mean", "min",        "range",  "range_percent", "repeats"};

/// "@@1.0,2.0" as its numbers; nothing for every other text.
std::optional<std::vector<Json>> several_samples(const Json& value) {
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  if (!text.starts_with("@@")) return std::nullopt;
  std::vector<Json> numbers;
  for (const auto& part : split(text.substr(2), ',')) {
    const auto number = parse_number(trim(part));
    if (!number) return std::nullopt;
    numbers.emplace_back(*number);
  }
  return numbers;
}

Json unique(const std::vector<Json>& samples) {
  Json distinct = Json::array();
  for (const auto& sample : samples) {
    if (std::find(distinct.begin(), distinct.end(), sample) == distinct.end())
      distinct.push_back(sample);
  }
  return distinct;
}

/// The least or greatest as it was written: an integer stays one.
const Json& extreme(const std::vector<Json>& samples, bool greatest) {
  const auto less = [](const Json& a, const Json& b) { return a.get<double>() < b.get<double>(); };
  return greatest ? *std::ranges::max_element(samples, less)
                  : *std::ranges::min_element(samples, less);
}

double mean(const std::vector<Json>& samples) {
  const auto add = [](double sum, const Json& sample) { return sum + sample.get<double>(); };
  return std::accumulate(samples.begin(), samples.end(), 0.0, add) /
         static_cast<double>(samples.size());
}

std::optional<Json> statistic_of_numbers(const std::vector<Json>& samples,
                                         std::string_view suffix) {
  if (suffix == "mean") return mean(samples);
  const Json& least = extreme(samples, false);
  const Json& greatest = extreme(samples, true);
  if (suffix == "min") return least;
  if (suffix == "max") return greatest;
  const double range = greatest.get<double>() - least.get<double>();
  if (suffix == "range") return range;
  if (suffix == "halfrange") return range / 2;
  if (suffix == "center") return least.get<double>() + range / 2;
  if (suffix == "range_percent" && least.get<double>() != 0) return range / least.get<double>();
  return std::nullopt;
}

std::optional<Json> statistic(const std::vector<Json>& samples, std::string_view suffix) {
  if (suffix == "repeats") return samples.size();
  if (suffix == "all") return Json(samples);
  if (suffix == "all_unique") return unique(samples);
  if (std::ranges::all_of(samples, [](const Json& value) { return value.is_number(); }))
    return statistic_of_numbers(samples, suffix);
  if (suffix == "min") return samples.front();
  return std::nullopt;
}

bool is_explained(const std::string& key, const Json& value, const FlatSamples& samples) {
  const auto place = key.rfind('#');
  if (place == std::string::npos) return false;
  const auto found = samples.find(std::string_view(key).substr(0, place));
  if (found == samples.end()) return false;
  const auto expected = statistic(found->second, std::string_view(key).substr(place + 1));
  return expected && *expected == value;
}

}  // namespace

void add_samples(FlatSamples& samples, std::string_view part, const Json& value,
                 std::size_t count) {
  if (count == 0) return;
  each_leaf(value, "##" + std::string(part), [&](const std::string& key, const Json& leaf) {
    auto& list = samples[key];
    if (const auto several = several_samples(leaf)) {
      for (std::size_t i = 0; i < count; ++i)
        list.insert(list.end(), several->begin(), several->end());
    } else {
      list.insert(list.end(), count, leaf);
    }
  });
}

Json statistics_of(const FlatSamples& samples) {
  Json flat = Json::object();
  auto& members = flat.get_ref<Json::object_t&>();
  for (const auto& [key, values] : samples) {
    if (values.empty()) continue;
    for (const auto suffix : kSuffixes) {
      if (auto value = statistic(values, suffix))
        members.emplace_back(key + "#" + std::string(suffix), std::move(*value));
    }
  }
  return flat;
}

Json unexplained(const Json& statistics, const FlatSamples& samples) {
  Json rest = Json::object();
  auto& members = rest.get_ref<Json::object_t&>();
  for (const auto& [key, value] : statistics.items()) {
    if (!is_explained(key, value, samples)) members.emplace_back(key, value);
  }
  return rest;
}

}  // namespace ck::collective
