#include "experiment/causes.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "measure/sample.hpp"

namespace ck::experiment {
namespace {

/// A number of a repetition's detail, also "load_after/cpu_mhz"; 0 where it does not say.
double fact(const store::Repetition& repetition, const char* pointer) {
  const Json detail = Json::parse(repetition.detail, nullptr, false);
  const Json::json_pointer place(pointer);
  if (!detail.is_object() || !detail.contains(place) || !detail[place].is_number()) return 0;
  return detail[place].get<double>();
}

struct Fact {
  double here = 0;
  double usual = 0;  ///< median over the point
};

Fact fact_of(const store::Point& point, std::size_t index, const char* pointer) {
  std::vector<double> all;
  for (const auto& repetition : point.repetitions) all.push_back(fact(repetition, pointer));
  return {all[index], measure::median(all)};
}

}  // namespace

std::vector<std::string> causes_of(const store::Point& point, std::size_t index) {
  std::vector<std::string> causes;
  const auto wall = static_cast<double>(point.repetitions[index].wall_ns);
  if (!(wall > 0)) return causes;
  const Fact steal = fact_of(point, index, "/steal_ns");
  if (steal.here > 0.01 * wall && steal.here > steal.usual)
    causes.push_back(fmt::format("the hypervisor took {:.0f} ms", steal.here / 1e6));
  // Processor time advances in steps of 10 ms: two of them say something.
  const Fact others = fact_of(point, index, "/others_ns");
  if (others.here > 2e7 && others.here > 0.1 * wall && others.here > 1.5 * others.usual)
    causes.push_back(fmt::format("others used {:.1f} processors", others.here / wall));
  const Fact switches = fact_of(point, index, "/involuntary_switches");
  if (switches.here > 3 * switches.usual + 5)
    causes.push_back(fmt::format("it was put aside {:.0f} times instead of {:.0f}", switches.here,
                                 switches.usual));
  const Fact faults = fact_of(point, index, "/major_faults");
  if (faults.here > 2 * faults.usual)
    causes.push_back(fmt::format("{:.0f} pages were read from disk", faults.here));
  const Fact clock = fact_of(point, index, "/load_after/cpu_mhz");
  if (clock.here > 0 && clock.here < 0.95 * clock.usual)
    causes.push_back(
        fmt::format("the processor ran at {:.0f} instead of {:.0f} MHz", clock.here, clock.usual));
  return causes;
}

}  // namespace ck::experiment
