/// Numbers of Collective Knowledge as metrics of ours.

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "collective/flat_keys.hpp"
#include "experiment/collective_record.hpp"

namespace ck::experiment {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "##run#layers@3#time_ms" as "run.layers[3].time_ms".
std::string metric_name(std::string_view flat_key) {
  flat_key.remove_prefix(2);
  std::string name;
  for (std::size_t at = 0; at < flat_key.size(); ++at) {
    auto end = at + 1;
    while (end < flat_key.size() && is_digit(flat_key[end])) ++end;
    const bool index = flat_key[at] == '@' && end > at + 1;
    if (index) {
      name += "[" + std::string(flat_key.substr(at + 1, end - at - 1)) + "]";
      at = end - 1;
    } else {
      name += flat_key[at] == '#' ? '.' : flat_key[at];
    }
  }
  return name;
}

struct Meaning {
  std::string_view ending;  ///< of the key
  std::string_view unit;
  std::string_view direction;
  std::string_view role;
};

/// The first that fits counts.
constexpr std::array kMeanings = {
    Meaning{"execution_time", "s", "lower", "performance"},
    Meaning{"execution_time_with_module", "s", "lower", "performance"},
    Meaning{"execution_time_sum", "s", "lower", "performance"},
    Meaning{"compilation_time", "s", "lower", "performance"},
    Meaning{"compilation_time_with_module", "s", "lower", "performance"},
    Meaning{"_time_s", "s", "lower", "performance"},
    Meaning{"_time_avg_s", "s", "lower", "performance"},
    Meaning{"_time_total_s", "s", "lower", "performance"},
    Meaning{"_time_ms", "ms", "lower", "performance"},
    Meaning{"_time_fw_ms", "ms", "lower", "performance"},
    Meaning{"binary_size", "bytes", "lower", "size"},
    Meaning{"obj_size", "bytes", "lower", "size"},
    Meaning{"memory_bytes", "bytes", "lower", "memory"},
    Meaning{"accuracy_top1", "", "higher", "accuracy"},
    Meaning{"accuracy_top5", "", "higher", "accuracy"},
};

/// Timers of programs: "execution_time_kernel_0".
bool is_kernel_timer(std::string_view key) {
  constexpr std::string_view kTimer = "execution_time_kernel_";
  return key.starts_with(kTimer) && key.size() > kTimer.size() &&
         std::ranges::all_of(key.substr(kTimer.size()), is_digit);
}

store::MetricKey key_of(const std::string& flat_key, std::string name) {
  const std::string_view last = std::string_view(flat_key).substr(flat_key.rfind('#') + 1);
  store::MetricKey key{std::move(name), "", "none", ""};
  const auto found = std::ranges::find_if(kMeanings, [&](const Meaning& meaning) {
    return last.ends_with(meaning.ending) || ("_" + std::string(last)) == meaning.ending;
  });
  Meaning meaning = found == kMeanings.end() ? Meaning{"", "", "none", ""} : *found;
  if (is_kernel_timer(last)) meaning = kMeanings.front();
  if (flat_key.starts_with("##compile#obj_sizes#")) meaning = {"", "bytes", "lower", "size"};
  key.unit = meaning.unit;
  key.direction = meaning.direction;
  key.role = meaning.role;
  return key;
}

}  // namespace

std::vector<NamedNumber> numbers_of(const Json& characteristics) {
  std::vector<NamedNumber> numbers;
  std::set<std::string> names;
  collective::each_leaf(characteristics, "#", [&](const std::string& key, const Json& value) {
    if (!value.is_number()) return;
    std::string name = metric_name(key);
    // {"a.b": 1, "a": {"b": 2}}: the second is called by its flat key.
    if (!names.insert(name).second) name = key;
    numbers.push_back({key_of(key, std::move(name)), value.get<double>()});
  });
  return numbers;
}

}  // namespace ck::experiment
