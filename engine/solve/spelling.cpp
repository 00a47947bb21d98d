#include "solve/spelling.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "solve/words.hpp"

namespace ck::solve {

using Hints = std::vector<SpellingHint>;

namespace {

std::vector<CandidateNo> matching(const Index& index, const Wanted& wanted,
                                  const model::TagQuery& tags) {
  return index.matching({tags, wanted.version, wanted.kind, wanted.name, nullptr, true});
}

std::vector<std::string> without(std::vector<std::string> words, const std::string& word) {
  std::erase(words, word);
  return words;
}

/// "'mlp61' is no tag of anything: did you mean 'mlp16'?"; only replacements with which something
/// is found.
void unknown_tags(const Universe& universe, const Index& index, const Wanted& wanted,
                  const std::string& key, Hints& hints) {
  for (const auto& tag : wanted.tags.all) {
    if (index.knows_tag(tag) || universe.other_tags.contains(tag)) continue;
    std::string hint = "nothing has the tag '" + tag + "', which '" + key + "' asks for";
    auto near = near_misses(tag, index.tags(), 20);
    std::erase_if(near, [&](const std::string& other) {
      auto tags = wanted.tags;
      tags.all = without(tags.all, tag);
      tags.all.insert(std::lower_bound(tags.all.begin(), tags.all.end(), other), other);
      return matching(index, wanted, tags).empty();
    });
    if (near.size() > 3) near.resize(3);
    if (const auto meant = did_you_mean(near)) hint += "; " + *meant;
    hints.push_back({printable(hint), !near.empty()});
  }
}

void one_tag_too_many(const Index& index, const Wanted& wanted, const std::string& key,
                      Hints& hints) {
  for (const auto& tag : wanted.tags.all) {
    auto tags = wanted.tags;
    tags.all = without(tags.all, tag);
    const auto found = matching(index, wanted, tags);
    if (tags.all.empty() || found.empty()) continue;
    hints.push_back({printable("without the tag '" + tag + "', '" + key + "' could be ") +
                     labels(index, found)});
  }
  if (!wanted.tags.any.empty()) {
    auto tags = wanted.tags;
    tags.any.clear();
    if (const auto found = matching(index, wanted, tags); !found.empty())
      hints.push_back({printable("if it need not be one of " + wanted.tags.any_text() + ", '" +
                                 key + "' could be ") +
                       labels(index, found)});
  }
  for (const auto& tag : wanted.tags.none) {
    auto tags = wanted.tags;
    tags.none = without(tags.none, tag);
    const auto found = matching(index, wanted, tags);
    if (found.empty()) continue;
    hints.push_back(
        {printable("if the tag '" + tag + "' were not excluded, '" + key + "' could be ") +
         labels(index, found)});
  }
}

void unknown_name(const Universe& universe, const Index& index, const Wanted& wanted,
                  const std::string& key, Hints& hints) {
  const model::VersionRange any;
  const std::string no_kind;
  if (wanted.name.empty() || universe.other_names.contains(wanted.name) ||
      !index.matching({{}, any, no_kind, wanted.name, nullptr, true}).empty())
    return;
  if (model::names_host_fact(wanted.name)) {
    hints.push_back({"'" + key + "' asks for a machine with " + printable(wanted.name) +
                         ": this is none, or does not tell",
                     false});
    return;
  }
  std::string hint = "nothing is named '" + wanted.name + "', which '" + key + "' asks for";
  const auto meant = did_you_mean(near_misses(wanted.name, index.names()));
  if (meant) hint += "; " + *meant;
  hints.push_back({printable(hint), meant.has_value()});
}

}  // namespace

Hints spelling_hints(const Universe& universe, const Index& index, const Wanted& wanted,
                     const std::string& key) {
  Hints hints;
  if (!index.matching(wanted).empty()) return hints;
  if (const auto versions = matching(index, wanted, wanted.tags);
      !versions.empty() && wanted.candidate_id == nullptr) {
    return {{printable("for '" + key + "' there is ") + labels(index, versions), false}};
  }
  unknown_tags(universe, index, wanted, key, hints);
  unknown_name(universe, index, wanted, key, hints);
  if (hints.empty()) one_tag_too_many(index, wanted, key, hints);
  return hints;
}

}  // namespace ck::solve
