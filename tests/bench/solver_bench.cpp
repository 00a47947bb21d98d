/// 300 interlinked components x 20 versions x 4 dependencies: how long the solver takes for an
/// answer and for a conflict. Prints milliseconds of processor time, the
/// median of five calls.

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "solve/solver.hpp"

namespace {

using namespace ck;

constexpr std::size_t kComponents = 300;
constexpr std::size_t kVersions = 20;
constexpr std::size_t kNeeds = 4;
constexpr std::size_t kWidth = 4;  ///< how many versions a need accepts

std::string component_name(std::size_t number) { return "c" + std::to_string(number); }

model::Dependency need(std::size_t component, const std::string& range) {
  model::Dependency result;
  result.key = component_name(component);
  result.tags = model::TagQuery::parse(component_name(component));
  if (!range.empty()) result.version = *model::VersionRange::parse(range);
  return result;
}

std::string window(std::size_t low) {
  return ">=" + std::to_string(low) + ",<" + std::to_string(low + kWidth);
}

/// Each version needs four later components in a window of versions. With `solvable` the windows
/// hold a hidden common answer for the versions that are in it; the newer versions are traps.
solve::Universe make_universe(std::uint64_t seed, bool solvable) {
  std::mt19937_64 bits(seed);
  std::vector<std::size_t> hidden;
  for (std::size_t i = 0; i < kComponents; ++i) hidden.push_back(1 + bits() % kVersions);
  solve::Universe universe;
  for (std::size_t i = 0; i < kComponents; ++i) {
    for (std::size_t version = 1; version <= kVersions; ++version) {
      solve::Candidate candidate;
      candidate.component = {"core", "package", component_name(i), ""};
      candidate.version = *model::Version::parse(std::to_string(version));
      candidate.id = "package:" + component_name(i) + "@" + std::to_string(version);
      candidate.tags = model::Tags({component_name(i), "package"});
      for (std::size_t n = 0; n < kNeeds && i + 1 < kComponents; ++n) {
        const auto other = i + 1 + bits() % std::min<std::size_t>(kComponents - i - 1, 30);
        const bool kept = solvable && version == hidden[i];
        const auto back = bits() % kWidth;
        const auto low =
            kept ? hidden[other] - std::min(back, hidden[other] - 1) : 1 + bits() % kVersions;
        candidate.dependencies.push_back(need(other, window(low)));
      }
      universe.candidates.push_back(std::move(candidate));
    }
  }
  return universe;
}

double milliseconds(const solve::Universe& universe, const solve::Request& request,
                    std::string& what) {
  const auto start = std::clock();
  const auto outcome = solve::solve(universe, request);
  const auto taken = 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  if (!outcome) {
    what = outcome.error().message;
  } else if (const auto* resolution = std::get_if<solve::Resolution>(&*outcome)) {
    what = std::to_string(resolution->choices.size()) + " choices";
  } else {
    what = "conflict: " + std::get<solve::Conflict>(*outcome).tree.statement;
  }
  return taken;
}

void measure(const char* name, bool solvable) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto universe = make_universe(seed, solvable);
    solve::Request request;
    request.subject = "program:bench";
    for (std::size_t i = 0; i < 3; ++i) request.dependencies.push_back(need(i, ""));
    std::vector<double> times;
    std::string what;
    for (int i = 0; i < 5; ++i) times.push_back(milliseconds(universe, request, what));
    std::sort(times.begin(), times.end());
    std::printf("%s seed %llu: %.1f ms (%s)\n", name, static_cast<unsigned long long>(seed),
                times[2], what.c_str());
  }
}

}  // namespace

int main() {
  measure("solvable", true);
  measure("random", false);
  return 0;
}
