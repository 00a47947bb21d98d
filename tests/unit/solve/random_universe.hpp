#pragma once
/// Small random universes: of most seeds with everything in them that the rules speak of, of
/// every fourth plain but so tightly knit that answers take much going back.

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "solve/universe.hpp"

namespace ck::test {

/// How many universes a test looks at: 1000, or as many as CK_RANDOM_UNIVERSES says.
inline std::uint64_t random_universes() {
  const char* number = std::getenv("CK_RANDOM_UNIVERSES");
  return number == nullptr ? 1000 : std::stoull(number);
}

/// The same for the same seed on every machine: only raw bits of the generator are used.
class RandomUniverse {
 public:
  explicit RandomUniverse(std::uint64_t seed) : bits_(seed) {
    request.subject = "program:x";
    if (seed % 4 != 3) {
      make_varied();
    } else {
      make_tight();
    }
  }

  solve::Universe universe;
  solve::Request request;

 private:
  void make_varied() {
    keys_ = 2 + below(7);
    for (std::size_t key = 0; key < keys_; ++key) add_candidates(key);
    for (auto& candidate : universe.candidates) add_needs(candidate);
    const auto roots = 1 + below(3);
    for (std::size_t i = 0; i < roots; ++i) request.dependencies.push_back(need(below(keys_)));
    if (percent(40)) {
      for (auto& candidate : universe.candidates)
        add_rules(candidate.dependencies, candidate.conflicts);
      add_rules(request.dependencies, request.conflicts);
    }
    while (percent(20)) request.pins.push_back(pin());
    request.reuse = !percent(10);
  }

  /// Every candidate refuses some candidates of most of the later keys; some share a component.
  void make_tight() {
    keys_ = 6 + below(3);
    for (std::size_t key = 0; key < keys_; ++key) {
      for (std::size_t i = 0; i < 4; ++i) {
        solve::Candidate candidate;
        candidate.id = key_name(key) + "." + std::to_string(i);
        candidate.component = {"core", "package", candidate.id, ""};
        if (percent(20)) candidate.component.name = "shared" + std::to_string(below(3));
        candidate.tags = model::Tags({key_name(key), "v" + std::to_string(i)});
        for (auto later = key + 1; later < keys_; ++later)
          if (percent(70)) candidate.dependencies.push_back(refusing_need(later));
        universe.candidates.push_back(candidate);
      }
    }
    for (std::size_t key = 0; key < keys_; ++key)
      request.dependencies.push_back(refusing_need(key));
  }

  model::Dependency refusing_need(std::size_t key) {
    model::Dependency result;
    result.key = key_name(key);
    std::string refused;
    for (std::size_t i = 0; i < 4; ++i)
      if (percent(30)) refused += (refused.empty() ? "v" : ",v") + std::to_string(i);
    result.tags = model::TagQuery::parse(key_name(key), refused);
    return result;
  }

  std::size_t below(std::size_t limit) { return bits_() % limit; }
  bool percent(std::size_t chance) { return below(100) < chance; }
  static std::string key_name(std::size_t key) { return "k" + std::to_string(key); }

  void add_candidates(std::size_t key) {
    const auto count = 1 + below(4);
    for (std::size_t i = 0; i < count; ++i) {
      solve::Candidate candidate;
      // Some components serve several keys, some keys have several components.
      const auto component = percent(15) ? below(keys_) : key;
      candidate.component = {"core", "package",
                             "c" + std::to_string(component) + (percent(25) ? "b" : ""), ""};
      const char* versions[] = {"1", "2", "2-rc1", "3", ""};
      const std::string version = versions[below(percent(70) ? 2 : 5)];
      if (!version.empty()) candidate.version = *model::Version::parse(version);
      candidate.origin = static_cast<solve::Origin>(below(3));
      candidate.repository_rank = static_cast<int>(below(2));
      std::vector<std::string> tags{key_name(key)};
      if (percent(20)) tags.push_back(key_name(below(keys_)));
      if (percent(40)) tags.push_back("x");
      if (percent(30)) tags.push_back("y");
      candidate.tags = model::Tags(tags);
      candidate.id = key_name(key) + "." + std::to_string(i);
      universe.candidates.push_back(candidate);
    }
  }

  model::Dependency need(std::size_t key) {
    model::Dependency result;
    result.key = key_name(key);
    std::string tags = key_name(percent(5) ? below(keys_) : key);
    if (percent(15)) tags += ",x";
    result.tags = model::TagQuery::parse(tags, percent(15) ? "x" : "");
    result.version = range(25);
    result.is_private = percent(15);
    if (percent(5)) result.name = "c" + std::to_string(key);
    if (percent(8)) result.tags.any = {{"x"}, {key_name(below(keys_)), "y"}};
    return result;
  }

  model::VersionRange range(std::size_t chance) {
    const char* ranges[] = {">=2", "<2", "1", "!=1", ">=2-rc1"};
    if (!percent(chance)) return {};
    return *model::VersionRange::parse(ranges[below(5)]);
  }

  void add_needs(solve::Candidate& candidate) {
    const auto own = static_cast<std::size_t>(candidate.id[1] - '0');
    while (percent(50)) {
      // Mostly towards later keys, so that circles are there without being everywhere.
      const auto key = percent(85) ? own + 1 + below(3) : below(keys_);
      if (key < keys_) candidate.dependencies.push_back(need(key));
    }
    if (candidate.origin != solve::Origin::installed) return;
    for (const auto& dependency : candidate.dependencies)
      if (percent(50)) candidate.built_with[dependency.key] = some_candidate_of(dependency.key);
    if (percent(10)) {
      const auto key = key_name(below(keys_));
      candidate.built_with[key] = some_candidate_of(key);
    }
  }

  /// Conditions on other choices of the same asker, and exclusions.
  void add_rules(std::vector<model::Dependency>& dependencies,
                 std::vector<model::Exclusion>& conflicts) {
    for (auto& dependency : dependencies) {
      if (!percent(30)) continue;
      const auto& other = dependencies[below(dependencies.size())];
      if (other.key == dependency.key) continue;
      model::Wish wish;
      wish.tags = model::TagQuery::parse(percent(50) ? "x" : "y");
      wish.version = range(20);
      dependency.when.choices.push_back({other.key, wish});
    }
    if (!percent(15)) return;
    model::Exclusion exclusion;
    exclusion.wish.tags = model::TagQuery::parse(key_name(below(keys_)), percent(50) ? "x" : "");
    exclusion.wish.version = range(40);
    conflicts.push_back(exclusion);
  }

  std::string some_candidate_of(const std::string& key) {
    if (percent(5)) return "gone";
    std::vector<std::string> ids;
    for (const auto& candidate : universe.candidates)
      if (candidate.tags.contains(key)) ids.push_back(candidate.id);
    return ids[below(ids.size())];
  }

  solve::Pin pin() {
    solve::Pin result;
    result.key = key_name(below(keys_));
    result.source = percent(50) ? solve::Pin::Source::lock : solve::Pin::Source::command_line;
    if (percent(50)) {
      result.candidate = some_candidate_of(result.key);
    } else {
      result.version = range(70);
    }
    return result;
  }

  std::mt19937_64 bits_;
  std::size_t keys_ = 0;
};

}  // namespace ck::test
