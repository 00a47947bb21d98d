#include "support/solver_scenario.hpp"

#include <sstream>
#include <utility>

#include "base/strings.hpp"

namespace ck::test {
namespace {

using solve::Candidate;
using solve::Origin;
using solve::Pin;

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream stream{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// "KIND:NAME" into two; everything is a name when there is no colon.
std::pair<std::string, std::string> kind_and_name(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return {"", text};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

struct Wish {
  std::string tags, none, any, kind, name, version, candidate;
  std::vector<std::pair<std::string, std::string>> when;  ///< keys and the tags of their choices
  std::string because;

  model::TagQuery query() const {
    auto result = model::TagQuery::parse(tags, none);
    if (any.empty()) return result;
    for (const auto& alternative : split(any, '|'))
      result.any.push_back(model::TagQuery::parse(alternative).all);
    return result;
  }
};

class Parser {
 public:
  Result<SolverScenario> parse(std::string_view text) {
    for (const auto& line : split(text, '\n')) {
      ++line_;
      if (in_expected_) {
        scenario_.expected += line + "\n";
        continue;
      }
      scenario_.given += line + "\n";
      if (line == "---") {
        in_expected_ = true;
      } else if (auto done = read(line.substr(0, line.find('#'))); !done) {
        return fail(std::move(done.error()).in("line " + std::to_string(line_)));
      }
    }
    if (in_expected_ && !scenario_.expected.empty()) scenario_.expected.pop_back();
    return std::move(scenario_);
  }

 private:
  Status read(std::string_view line) {
    const auto words = words_of(line);
    if (words.empty()) return {};
    const auto& verb = words[0];
    if (verb == "installed") return add_candidate(Origin::installed, words);
    if (verb == "detected") return add_candidate(Origin::detected, words);
    if (verb == "buildable") return add_candidate(Origin::buildable, words);
    if (verb == "needs") return add_need(words);
    if (verb == "conflicts") return add_exclusion(words);
    if (verb == "built-with") return add_built_with(words);
    if (verb == "pin" || verb == "lock") return add_pin(words);
    if (verb == "rebuild") return scenario_.request.reuse = false, Status{};
    if (verb == "show") return scenario_.show_rejected = true, Status{};
    if (verb != "request" || words.size() != 2) return not_understood(verb);
    scenario_.request.subject = words[1];
    in_request_ = true;
    return {};
  }

  Status not_understood(const std::string& word) const {
    return fail(ErrorCode::invalid, "'" + word + "' is not understood here");
  }

  static Result<model::Version> version_of(const std::string& text) {
    if (text.empty()) return model::Version{};
    return model::Version::parse(text);
  }

  Status add_candidate(Origin origin, const std::vector<std::string>& words) {
    if (words.size() < 2) return not_understood(words[0]);
    in_request_ = false;
    Candidate candidate;
    candidate.origin = origin;
    const auto at = words[1].find('@');
    candidate.id = words[1];
    const auto version = at == std::string::npos ? "" : words[1].substr(at + 1);
    std::tie(candidate.component.kind, candidate.component.name) =
        kind_and_name(words[1].substr(0, at));
    candidate.component.repo = "core";
    CK_TRY(parsed, version_of(version));
    candidate.version = parsed;
    for (std::size_t i = 2; i < words.size(); i += 2) {
      if (i + 1 == words.size()) return not_understood(words[i]);
      const auto& value = words[i + 1];
      if (words[i] == "tags") {
        candidate.tags = model::Tags(split(value, ','));
      } else if (words[i] == "rank") {
        candidate.repository_rank = std::stoi(value);
      } else if (words[i] == "uid") {
        candidate.component.uid = value;
      } else if (words[i] == "id") {
        candidate.id = value;
      } else if (words[i] == "departures") {
        candidate.departures = std::stoi(value);
      } else if (words[i] == "with") {
        const auto equals = value.find('=');
        if (equals == std::string::npos) return not_understood(value);
        candidate.variations[value.substr(0, equals)] = value.substr(equals + 1);
      } else {
        return not_understood(words[i]);
      }
    }
    scenario_.universe.candidates.push_back(std::move(candidate));
    return {};
  }

  /// Words after "KEY": tags, "any TAGS|TAGS", "without TAGS", "component KIND:NAME", "is ID",
  /// "when KEY TAGS", "version RANGE" and "because WORDS" (last).
  Result<Wish> read_wish(const std::vector<std::string>& words, std::size_t from) const {
    Wish wish;
    for (std::size_t i = from; i < words.size(); ++i) {
      const bool more = i + 1 < words.size();
      if (words[i] == "version" && more) {
        for (++i; i < words.size() && words[i] != "because" && words[i] != "when"; ++i)
          wish.version += (wish.version.empty() ? "" : " ") + words[i];
        --i;
      } else if (words[i] == "because" && more) {
        for (++i; i < words.size(); ++i)
          wish.because += (wish.because.empty() ? "" : " ") + words[i];
      } else if (words[i] == "any" && more) {
        wish.any = words[++i];
      } else if (words[i] == "when" && i + 2 < words.size()) {
        wish.when.emplace_back(words[i + 1], words[i + 2]);
        i += 2;
      } else if (words[i] == "without" && more) {
        wish.none = words[++i];
      } else if (words[i] == "component" && more) {
        std::tie(wish.kind, wish.name) = kind_and_name(words[++i]);
      } else if (words[i] == "is" && more) {
        wish.candidate = words[++i];
      } else if (i == from) {
        wish.tags = words[i];
      } else {
        return fail(not_understood(words[i]).error());
      }
    }
    return wish;
  }

  Status add_need(const std::vector<std::string>& words) {
    model::Dependency need;
    std::size_t i = 1;
    if (words.size() > i && words[i] == "private") need.is_private = true, ++i;
    if (words.size() <= i) return not_understood("needs");
    need.key = words[i++];
    CK_TRY(wish, read_wish(words, i));
    need.tags = wish.query();
    need.kind = wish.kind;
    need.name = wish.name;
    for (const auto& [key, tags] : wish.when)
      need.when.choices.push_back({key, {model::TagQuery::parse(tags), "", "", {}}});
    CK_TRY(range, model::VersionRange::parse(wish.version));
    need.version = range;
    auto& candidates = scenario_.universe.candidates;
    if (!in_request_ && candidates.empty()) return not_understood("needs");
    auto& owner = in_request_ ? scenario_.request.dependencies : candidates.back().dependencies;
    owner.push_back(std::move(need));
    return {};
  }

  Status add_exclusion(const std::vector<std::string>& words) {
    CK_TRY(wish, read_wish(words, 1));
    CK_TRY(range, model::VersionRange::parse(wish.version));
    model::Exclusion exclusion{{wish.query(), wish.kind, wish.name, range}, {}, wish.because};
    auto& candidates = scenario_.universe.candidates;
    if (!in_request_ && candidates.empty()) return not_understood("conflicts");
    auto& owner = in_request_ ? scenario_.request.conflicts : candidates.back().conflicts;
    owner.push_back(std::move(exclusion));
    return {};
  }

  Status add_built_with(const std::vector<std::string>& words) {
    if (words.size() != 3 || scenario_.universe.candidates.empty()) return not_understood(words[0]);
    scenario_.universe.candidates.back().built_with[words[1]] = words[2];
    return {};
  }

  Status add_pin(const std::vector<std::string>& words) {
    if (words.size() < 3) return not_understood(words[0]);
    Pin pin;
    pin.source = words[0] == "lock" ? Pin::Source::lock : Pin::Source::command_line;
    pin.key = words[1];
    CK_TRY(wish, read_wish(words, 2));
    pin.tags = wish.query();
    pin.kind = wish.kind;
    pin.component = wish.name;
    pin.candidate = wish.candidate;
    CK_TRY(range, model::VersionRange::parse(wish.version));
    pin.version = range;
    scenario_.request.pins.push_back(std::move(pin));
    return {};
  }

  SolverScenario scenario_;
  std::size_t line_ = 0;
  bool in_request_ = false;
  bool in_expected_ = false;
};

std::string wish_text(const model::TagQuery& tags, const model::VersionRange& version,
                      const std::string& kind, const std::string& name, const std::string& id) {
  std::string text;
  if (!tags.all.empty()) text += " " + join(tags.all, ",");
  if (!tags.any.empty()) {
    std::vector<std::string> alternatives;
    for (const auto& alternative : tags.any) alternatives.push_back(join(alternative, ","));
    text += " any " + join(alternatives, "|");
  }
  if (!tags.none.empty()) text += " without " + join(tags.none, ",");
  if (!name.empty()) text += " component " + kind + ":" + name;
  if (!id.empty()) text += " is " + id;
  if (!version.universal()) text += " version " + version.text();
  return text;
}

std::string needs_text(const std::vector<model::Dependency>& needs) {
  std::string text;
  for (const auto& need : needs) {
    text += std::string("  needs ") + (need.is_private ? "private " : "") + need.key;
    text += wish_text(need.tags, need.version, need.kind, need.name, "");
    for (const auto& [key, wish] : need.when.choices)
      text += " when " + key + " " + join(wish.tags.all, ",");
    text += "\n";
  }
  return text;
}

std::string conflicts_text(const std::vector<model::Exclusion>& conflicts) {
  std::string text;
  for (const auto& [wish, when, description] : conflicts)
    text += "  conflicts" + wish_text(wish.tags, wish.version, wish.kind, wish.name, "") + "\n";
  return text;
}

std::string candidate_text(const Candidate& candidate) {
  const char* origins[] = {"installed ", "detected ", "buildable "};
  std::string text = origins[static_cast<int>(candidate.origin)] + candidate.component.text();
  if (!candidate.version.unknown()) text += "@" + candidate.version.text();
  text += " id " + candidate.id;
  if (!candidate.tags.empty()) text += " tags " + candidate.tags.text();
  if (candidate.repository_rank != 0) text += " rank " + std::to_string(candidate.repository_rank);
  if (candidate.departures != 0) text += " departures " + std::to_string(candidate.departures);
  text += "\n" + needs_text(candidate.dependencies) + conflicts_text(candidate.conflicts);
  for (const auto& [key, id] : candidate.built_with)
    text += "  built-with " + key + " " + id + "\n";
  return text;
}

std::string resolution_text(const solve::Resolution& resolution, bool show_rejected) {
  std::string text;
  for (const auto& choice : resolution.choices) {
    text += choice.key + (choice.scope.empty() ? "" : " of " + choice.scope) + " = " +
            choice.candidate + " (" + choice.reason + ")\n";
    if (!show_rejected) continue;
    for (const auto& rejection : choice.rejected)
      text += "  not " + rejection.candidate + ": " + rejection.reason + "\n";
  }
  for (const auto& key : resolution.unused_pins) text += "unused pin " + key + "\n";
  return text;
}

}  // namespace

Result<SolverScenario> parse_scenario(std::string_view text) { return Parser().parse(text); }

std::string scenario_text(const solve::Universe& universe, const solve::Request& request) {
  std::string text;
  for (const auto& candidate : universe.candidates) text += candidate_text(candidate);
  text += "request " + request.subject + "\n" + needs_text(request.dependencies) +
          conflicts_text(request.conflicts);
  for (const auto& pin : request.pins)
    text += (pin.source == Pin::Source::lock ? "lock " : "pin ") + pin.key +
            wish_text(pin.tags, pin.version, pin.kind, pin.component, pin.candidate) + "\n";
  if (!request.reuse) text += "rebuild\n";
  return text + "---\n";
}

std::string outcome_text(const Result<std::variant<solve::Resolution, solve::Conflict>>& outcome,
                         bool show_rejected) {
  if (!outcome)
    return std::string(name_of(outcome.error().code)) + ": " + outcome.error().message + "\n";
  if (const auto* resolution = std::get_if<solve::Resolution>(&*outcome))
    return resolution_text(*resolution, show_rejected);
  const auto& conflict = std::get<solve::Conflict>(*outcome);
  std::string text = std::string(name_of(conflict.code)) + ": " + conflict.tree.drawn() + "\n";
  for (const auto& hint : conflict.hints) text += "hint: " + hint + "\n";
  return text;
}

}  // namespace ck::test
