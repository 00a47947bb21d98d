#include "app/lint_fix.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "app/lint.hpp"
#include "app/lint_files.hpp"
#include "base/json_lines.hpp"
#include "base/strings.hpp"
#include "model/native_reader.hpp"
#include "sys/files.hpp"
#include "sys/identity.hpp"

namespace ck::app {
namespace {

constexpr std::size_t kUidDigits = 16;
constexpr std::size_t kMostFixes = 1000;  ///< of one file

std::string quoted(const std::string& text) { return to_text(Json(text)); }

/// X of "did you mean 'X'?"; nothing when several may be meant.
std::optional<std::string> meant(const std::string& hint) {
  constexpr std::string_view kStart = "did you mean '";
  if (!hint.starts_with(kStart) || !hint.ends_with("'?")) return std::nullopt;
  const std::string word = hint.substr(kStart.size(), hint.size() - kStart.size() - 2);
  return word.find('\'') == std::string::npos ? std::optional(word) : std::nullopt;
}

bool says(const JsonProblem& problem, std::string_view words) {
  return problem.message.find(words) != std::string::npos;
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::string lower(std::string text) {
  for (auto& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::string parent_of(const std::string& pointer) { return pointer.substr(0, pointer.rfind('/')); }

/// One correction: the whole text after it, and what was done.
struct Correction {
  std::string text;
  std::string change;
};

/// Corrections of one text. Each function answers one sort of problem, or nothing.
class Corrector {
 public:
  Corrector(const std::string& text, const Json& document, const std::string& name,
            const std::string& kind)
      : text_(text), document_(document), lines_(text), name_(name), kind_(kind) {}

  std::optional<Correction> of(const JsonProblem& problem) const {
    if (problem.path.empty()) return schema_first(problem);
    if (says(problem, "is not a known key")) return renamed_key(problem);
    if (problem.path == "/name") return right_name(problem);
    if (problem.path == "/uid") return right_uid(problem);
    if (says(problem, "is missing") && problem.path.ends_with("/sha256"))
      return local_hash(problem.path);
    if (auto word = right_word(problem)) return word;
    return lower_case_hash(problem);
  }

 private:
  std::string replaced(const JsonLines::Span& span, const std::string& by) const {
    return text_.substr(0, span.begin) + by + text_.substr(span.end);
  }

  std::optional<std::string> text_at(const std::string& pointer) const {
    const Json::json_pointer at(pointer);
    if (!document_.contains(at) || !document_.at(at).is_string()) return std::nullopt;
    return document_.at(at).get<std::string>();
  }

  std::optional<Correction> new_value(const std::string& pointer, const std::string& value) const {
    const auto place = lines_.place(pointer);
    if (!place) return std::nullopt;
    return Correction{replaced(place->value, quoted(value)), pointer + ": now " + quoted(value)};
  }

  /// A new member behind another one, on a line of its own if that has one.
  std::optional<Correction> behind(const std::string& pointer, const std::string& key,
                                   const std::string& value) const {
    const auto place = lines_.place(pointer);
    if (!place || !place->key) return std::nullopt;
    const auto line = text_.rfind('\n', place->key->begin);
    const std::size_t start = line == std::string::npos ? 0 : line + 1;
    const std::string indent = text_.substr(start, place->key->begin - start);
    const bool own_line = line != std::string::npos && trim(indent).empty();
    const std::string member = quoted(key) + ": " + quoted(value);
    return Correction{replaced({place->value.end, place->value.end},
                               "," + (own_line ? "\n" + indent : std::string(" ")) + member),
                      parent_of(pointer) + "/" + key + ": added as " + quoted(value)};
  }

  std::optional<Correction> schema_first(const JsonProblem& problem) const {
    if (!says(problem, "must start with the key 'schema'")) return std::nullopt;
    const auto whole = lines_.place("");
    const auto written = text_at("/schema");
    if (!whole || (!written && kind_.empty())) return std::nullopt;
    const std::string schema = written.value_or("ck." + kind_ + "/1");
    std::string text = text_;
    if (const auto place = lines_.place("/schema"); place && place->key) {
      // With the comma before it: it is not the first.
      const auto comma = text.find_last_of(',', place->key->begin);
      if (comma == std::string::npos) return std::nullopt;
      const bool between_only_blanks =
          trim(std::string_view(text).substr(comma + 1, place->key->begin - comma - 1)).empty();
      if (!between_only_blanks) return std::nullopt;
      text.erase(comma, place->value.end - comma);
    }
    const bool empty = document_.empty();
    text.insert(whole->value.begin + 1, "\n  \"schema\": " + quoted(schema) + (empty ? "\n" : ","));
    return Correction{std::move(text), "/schema: put first as " + quoted(schema)};
  }

  std::optional<Correction> renamed_key(const JsonProblem& problem) const {
    const auto word = meant(problem.hint);
    const auto place = lines_.place(problem.path);
    if (!word || !place || !place->key) return std::nullopt;
    if (document_.contains(Json::json_pointer(parent_of(problem.path) + "/" + *word)))
      return std::nullopt;
    return Correction{replaced(*place->key, quoted(*word)),
                      problem.path + ": renamed to '" + *word + "'"};
  }

  std::optional<Correction> right_word(const JsonProblem& problem) const {
    const auto word = meant(problem.hint);
    if (!word || !text_at(problem.path)) return std::nullopt;
    if (problem.path == "/schema") return new_value(problem.path, "ck." + *word + "/1");
    if (!says(problem, "but must be one of")) return std::nullopt;
    return new_value(problem.path, *word);
  }

  std::optional<Correction> right_name(const JsonProblem& problem) const {
    if (says(problem, "is missing")) return behind("/schema", "name", name_);
    if (!says(problem, "but its folder is called")) return std::nullopt;
    return new_value("/name", name_);
  }

  std::optional<Correction> right_uid(const JsonProblem& problem) const {
    if (says(problem, "is missing")) return behind("/name", "uid", sys::random_uid());
    const auto written = text_at("/uid");
    if (!written || written->size() != kUidDigits || !is_hex(*written)) return std::nullopt;
    return new_value("/uid", lower(*written));
  }

  std::optional<Correction> lower_case_hash(const JsonProblem& problem) const {
    const auto written = text_at(problem.path);
    if (!written || !says(problem, "lower-case hex") || !is_hex(*written)) return std::nullopt;
    return new_value(problem.path, lower(*written));
  }

  /// Of a source that is a file of this machine.
  std::optional<Correction> local_hash(const std::string& pointer) const {
    constexpr std::string_view kFile = "file://";
    const std::string source = parent_of(pointer);
    auto url = text_at(source + "/url");
    if (!url) url = text_at(source + "/url/0");
    if (!url || !url->starts_with(kFile)) return std::nullopt;
    const auto sha256 = sys::hash_file(url->substr(kFile.size()));
    if (!sha256) return std::nullopt;
    return behind(source + "/url", "sha256", *sha256);
  }

  const std::string& text_;
  const Json& document_;
  JsonLines lines_;
  const std::string& name_;
  const std::string& kind_;
};

/// A descriptor as the reader finds it; nothing for what is no JSON.
std::optional<std::vector<JsonProblem>> problems_of(const std::string& text,
                                                    const std::string& name) {
  auto problems = model::problems_of_descriptor(text, name, "ck.json");
  return problems ? std::optional(std::move(*problems)) : std::nullopt;
}

/// What lies in packages/ is a package.
std::string kind_of(const fs::path& folder) {
  const std::string around = folder.parent_path().filename().string();
  if (around == "packages") return "package";
  if (around == "programs") return "program";
  if (around == "environments") return "profile";
  return model::parse_kind(around) ? around : std::string();
}

}  // namespace

LintFix fixed_descriptor(const fs::path& file, const std::string& text, const std::string& name,
                         const std::string& kind) {
  LintFix fix{file, {}, text, text};
  std::set<std::string> tried;
  for (std::size_t round = 0; round < kMostFixes; ++round) {
    const auto problems = problems_of(fix.after, name);
    const auto document = parse_json(fix.after, "ck.json");
    if (!problems || !document) break;
    const Corrector corrector(fix.after, *document, name, kind);
    bool changed = false;
    for (const auto& problem : *problems) {
      if (!tried.insert(problem.path + " " + problem.message).second) continue;
      auto correction = corrector.of(problem);
      if (!correction) continue;
      const auto left = problems_of(correction->text, name);
      // Without a schema nothing else is looked at: more may be found after it.
      const bool better = left && (left->size() < problems->size() || problem.path.empty() ||
                                   problem.path == "/schema");
      if (!better) continue;
      fix.after = std::move(correction->text);
      fix.changes.push_back(std::move(correction->change));
      changed = true;
      break;
    }
    if (!changed) break;
  }
  return fix;
}

Result<std::vector<LintFix>> fix_lint(Session& session, const std::string& what, bool dry_run) {
  CK_TRY(path, lint_path(session, what));
  CK_TRY(files, descriptor_files(path));
  std::vector<LintFix> fixes;
  for (const auto& one : files) {
    CK_CHECK(session.cancel().check());
    if (one.form != DescriptorFile::Form::component) continue;
    const auto text = sys::read_file(one.file);
    if (!text) continue;  // lint tells
    const fs::path folder = one.file.parent_path();
    auto fix = fixed_descriptor(one.file, *text, folder.filename().string(), kind_of(folder));
    if (fix.changes.empty()) continue;
    if (!dry_run) {
      std::error_code unknown;
      const auto mode = fs::status(one.file, unknown).permissions() & fs::perms::mask;
      CK_CHECK(sys::write_file(one.file, fix.after, unknown ? 0644U : static_cast<unsigned>(mode)));
    }
    fixes.push_back(std::move(fix));
  }
  return fixes;
}

}  // namespace ck::app
