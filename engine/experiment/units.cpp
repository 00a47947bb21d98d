#include "experiment/units.hpp"

#include <algorithm>
#include <array>

namespace ck::experiment {
namespace {

struct Unit {
  std::string_view name;
  char measures;  ///< t(ime), b(ytes), f(raction), r(ate), e(nergy), p(ower)
  double size;
};

/// In the smallest unit of each kind: whole numbers convert without rounding.
constexpr std::array kUnits = {
    Unit{"ns", 't', 1},     Unit{"us", 't', 1e3},      Unit{"ms", 't', 1e6},
    Unit{"s", 't', 1e9},    Unit{"sec", 't', 1e9},     Unit{"min", 't', 60e9},
    Unit{"h", 't', 3600e9}, Unit{"bytes", 'b', 1},     Unit{"byte", 'b', 1},
    Unit{"B", 'b', 1},      Unit{"kB", 'b', 1e3},      Unit{"KB", 'b', 1e3},
    Unit{"MB", 'b', 1e6},   Unit{"GB", 'b', 1e9},      Unit{"TB", 'b', 1e12},
    Unit{"KiB", 'b', 1024}, Unit{"MiB", 'b', 1 << 20}, Unit{"GiB", 'b', 1 << 30},
    Unit{"%", 'f', 1},      Unit{"percent", 'f', 1},   Unit{"fraction", 'f', 100},
    Unit{"1/s", 'r', 1},    Unit{"Hz", 'r', 1},        Unit{"kHz", 'r', 1e3},
    Unit{"MHz", 'r', 1e6},  Unit{"GHz", 'r', 1e9},     Unit{"mJ", 'e', 1},
    Unit{"J", 'e', 1e3},    Unit{"kJ", 'e', 1e6},      Unit{"mW", 'p', 1},
    Unit{"W", 'p', 1e3},
};

const Unit* find(std::string_view name) {
  const auto found = std::ranges::find(kUnits, name, &Unit::name);
  return found == kUnits.end() ? nullptr : &*found;
}

}  // namespace

bool is_known_unit(std::string_view unit) { return find(unit) != nullptr; }

std::optional<double> conversion(std::string_view from, std::string_view to) {
  if (from == to) return 1;
  const Unit* a = find(from);
  const Unit* b = find(to);
  if (a == nullptr || b == nullptr || a->measures != b->measures) return std::nullopt;
  return a->size / b->size;
}

}  // namespace ck::experiment
