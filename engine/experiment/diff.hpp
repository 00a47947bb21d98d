#pragma once
/// What differs between two recorded points: causes by likely importance, then effects.

#include <string>
#include <vector>

#include "experiment/archive.hpp"

namespace ck::experiment {

/// Where a difference lies, the most telling first.
enum class Area {
  program,     ///< another component, command, or content of it
  dependency,  ///< version, build or content of what it was built with or uses
  parameter,
  argument,
  input,     ///< datasets and models
  variable,  ///< of the run
  limit,     ///< profile, time-out, memory
  repository,
  host,
  tool,    ///< ck itself, and how it was called
  output,  ///< effects from here
  metric,
};
std::string_view name_of(Area area);
bool is_effect(Area area);

struct Difference {
  Area area = Area::program;
  std::string what;  ///< "gcc version", "batch", "host kernel", "latency"
  std::string a;     ///< empty: not there
  std::string b;
  std::string detail;  ///< of a metric: "+12.3 % (intervals apart)"
};

struct DiffReport {
  store::Point a;
  store::Point b;
  std::vector<Difference> differences;  ///< causes first, by area
  std::size_t same = 0;                 ///< things compared that do not differ
};

/// Environments are told apart by the key or component they have, not by their ids, which differ
/// whenever anything below does: an environment differs itself only if its version, values, recipe
/// or file does. `invalid` for a damaged document.
Result<DiffReport> diff(const store::Point& a, const store::Point& b);

}  // namespace ck::experiment
