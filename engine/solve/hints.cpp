#include "solve/hints.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "base/strings.hpp"
#include "solve/spelling.hpp"
#include "solve/words.hpp"

namespace ck::solve {
namespace {

constexpr std::size_t kMostHints = 6;
constexpr std::size_t kMostTrials = 12;

/// The needs of one conflict that stand in one place of one component's text: its versions usually
/// all say the same.
struct Place {
  std::string owner;  ///< "program:x", "package:foo"
  std::string key;
  std::string version;  ///< range as written
  bool by_request = false;
  bool of_host = false;  ///< a fact about the machine
  std::vector<Requirement> needs;
};

class Adviser {
 public:
  Adviser(const Universe& universe, const Index& index, const Request& request,
          const std::set<Requirement>& minimal, Budget& budget)
      : universe_(universe),
        index_(index),
        request_(request),
        minimal_(minimal),
        changes_{.only = &minimal},
        problem_(ground(index, request, changes_)),
        budget_(budget) {}

  std::vector<std::string> advise() {
    advise_reuse();
    advise_pins();
    const auto spelling = spelling_of_wishes();
    for (const auto& hint : spelling)
      if (hint.leads_somewhere) add(hint.text);
    const auto places = places_of_needs();
    for (const auto& place : places)
      if (place.by_request) advise_version(place);
    for (const auto& place : places)
      if (!place.by_request) advise_version(place);
    for (const auto& place : places)
      if (!place.by_request && (is_contested(place) || hints_.empty())) advise_privacy(place);
    advise_exclusions();
    advise_removal();
    for (const auto& hint : spelling)
      if (!hint.leads_somewhere) add(hint.text);
    if (hints_.size() > kMostHints) hints_.resize(kMostHints);
    return std::move(hints_);
  }

 private:
  /// The solution of the whole request under some changes, if there is one and it may be sought.
  std::optional<Attempt> trial(const Index& index, const Changes& changes) {
    if (trials_++ >= kMostTrials) return std::nullopt;
    auto result = attempt(index, request_, changes, budget_);
    if (result.outcome.type != Outcome::Type::solved) return std::nullopt;
    return result;
  }

  void advise_reuse() {
    if (request_.reuse) return;
    const auto all = Index::build(universe_, true);
    if (all && trial(*all, {}))
      add("let installed environments be used: with them there is a solution");
  }

  void advise_pins() {
    for (const auto& requirement : minimal_) {
      if (requirement.type != Requirement::Type::pin) continue;
      const auto& pin = request_.pins[requirement.number];
      const auto solved = trial(index_, {.dropped = {requirement}});
      if (!solved) continue;
      std::string text = pin.source == Pin::Source::lock
                             ? "leave '" + pin.key + "' out of the lock"
                             : "drop '" + pin.key + "' from the command line";
      if (const auto chosen = chosen_for(*solved, pin.key))
        text += ": then it is " + label(*chosen);
      add(printable(text));
    }
  }

  std::vector<SpellingHint> spelling_of_wishes() const {
    std::vector<SpellingHint> result;
    const auto collect = [&](const Wanted& wanted, const std::string& key) {
      for (auto& hint : spelling_hints(universe_, index_, wanted, key))
        result.push_back(std::move(hint));
    };
    for (const auto& demand : problem_.demands)
      if (demand.accepted.empty() && demand.built_with == nullptr)
        collect(wanted_by(*demand.dependency), demand.dependency->key);
    for (const auto& requirement : minimal_) {
      if (requirement.type != Requirement::Type::pin) continue;
      const auto& pin = request_.pins[requirement.number];
      collect(wanted_by(pin), pin.key);
    }
    return result;
  }

  /// Environments whose parts have gone.
  void advise_removal() {
    for (const auto& demand : problem_.demands)
      if (demand.built_with != nullptr && !index_.find(*demand.built_with))
        add(printable("remove " + problem_.candidate(demand.asker).id +
                      ", which is of no use without " + *demand.built_with));
  }

  void advise_version(const Place& place) {
    // What a machine is like cannot be wished away.
    if (place.version.empty() || place.of_host) return;
    const auto solved = trial(index_, {.any_version = {place.needs.begin(), place.needs.end()}});
    if (!solved) return;
    std::string text =
        "loosen the version " + place.version + " of '" + place.key + "' in " + place.owner;
    if (const auto chosen = chosen_for(*solved, place.key))
      text += ": then " + label(*chosen) + " will do";
    add(printable(text));
  }

  void advise_exclusions() {
    for (const auto& [asker, requirement, exclusion] : problem_.exclusions) {
      if (!trial(index_, {.dropped = {requirement}})) continue;
      const auto owner =
          asker == kRequestNode ? request_.subject : problem_.candidate(asker).component.text();
      add(printable("only if they do go together: drop '" + exclusion->wish.text() +
                    "' from what " + owner + " conflicts with"));
    }
  }

  void advise_privacy(const Place& place) {
    if (!trial(index_, {.made_private = {place.needs.begin(), place.needs.end()}})) return;
    add(printable("make '" + place.key + "' private in " + place.owner +
                  ": then it need not be the same for all"));
  }

  std::vector<Place> places_of_needs() const {
    std::vector<Place> places;
    std::map<std::tuple<std::string, std::string, std::string>, std::size_t> known;
    for (const auto& demand : problem_.demands) {
      if (demand.built_with != nullptr) continue;
      const bool by_request = demand.asker == kRequestNode;
      const auto owner =
          by_request ? request_.subject : problem_.candidate(demand.asker).component.text();
      const auto& key = demand.dependency->key;
      const auto& version = demand.dependency->version.text();
      const auto [place, fresh] = known.try_emplace({owner, key, version}, places.size());
      if (fresh)
        places.push_back(
            {owner, key, version, by_request, model::names_host_fact(demand.dependency->name), {}});
      places[place->second].needs.push_back(demand.requirement);
    }
    return places;
  }

  /// Whether several askers of the conflict share the key.
  bool is_contested(const Place& place) const {
    return std::any_of(problem_.variables.begin(), problem_.variables.end(), [&](const auto& v) {
      return v.key == place.key && v.shared() && v.demands.size() > place.needs.size();
    });
  }

  std::optional<Candidate> chosen_for(const Attempt& solved, const std::string& key) const {
    for (const auto v : solved.outcome.reached) {
      const auto& variable = solved.problem.variables[v];
      if (variable.key == key) return solved.problem.candidate(solved.outcome.chosen[v]);
    }
    return std::nullopt;
  }

  void add(const std::string& text) {
    if (std::find(hints_.begin(), hints_.end(), text) == hints_.end()) hints_.push_back(text);
  }

  const Universe& universe_;
  const Index& index_;
  const Request& request_;
  const std::set<Requirement>& minimal_;
  const Changes changes_;
  const Problem problem_;
  Budget& budget_;
  std::size_t trials_ = 0;
  std::vector<std::string> hints_;
};

}  // namespace

std::vector<std::string> hints_for(const Universe& universe, const Index& index,
                                   const Request& request, const std::set<Requirement>& minimal,
                                   Budget& budget) {
  return Adviser(universe, index, request, minimal, budget).advise();
}

}  // namespace ck::solve
