#pragma once
/// Is the machine quiet enough to measure on? Judged before the first run.

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "sys/noise.hpp"

namespace ck::run {

/// How much a fact, or all together, disturbs.
enum class Noise { green, yellow, red };
std::string_view name_of(Noise noise);

struct NoiseFinding {
  Noise noise = Noise::yellow;
  std::string what;    ///< "process 4711 (cc1plus) uses 0.9 processors"
  std::string advice;  ///< what to do about it
};

struct Preflight {
  Noise noise = Noise::green;  ///< the worst finding
  std::vector<NoiseFinding> findings;
};

/// Green: nothing found. Yellow: results will be wider or depend on settings (governor, turbo, some
/// load). Red: something else takes a considerable part of the machine.
Preflight assess(const sys::NoiseFacts& facts);

Json to_json(const Preflight& preflight);

}  // namespace ck::run
