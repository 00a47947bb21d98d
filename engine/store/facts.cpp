#include "store/facts.hpp"

#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "base/strings.hpp"

namespace ck::store {
namespace {

/// Documents from elsewhere may hold anything; nobody asks for the thousandth of it.
constexpr std::size_t kMostFacts = 400;
constexpr std::size_t kLongestText = 500;
constexpr double kSecond = 1e9;

/// The text as a number if writing that number gives the text again: "3.10" is a version.
std::variant<double, std::string> value_of(const std::string& text) {
  constexpr std::size_t kLongestNumber = 24;
  if (text.empty() || text.size() > kLongestNumber) return text;
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return text;
  char written[2 * kLongestNumber];
  const auto end = std::to_chars(written, written + sizeof written, number);
  if (std::string_view(written, static_cast<std::size_t>(end.ptr - written)) != text) return text;
  return number;
}

class Collector {
 public:
  void text(const std::string& name, const std::string& value) {
    if (!value.empty()) add(name, shortened(value, kLongestText));
  }
  void number(const std::string& name, double value) { add(name, value); }

  /// A scalar; lists and objects say nothing that could be compared.
  void json(const std::string& name, const Json& value) {
    if (value.is_string()) {
      const auto& text = value.get_ref<const std::string&>();
      if (!text.empty() && text.size() <= kLongestText) add(name, value_of(text));
    } else if (value.is_boolean()) {
      add(name, value.get<bool>() ? "yes" : "no");
    } else if (value.is_number()) {
      add(name, value.get<double>());
    }
  }
  void members(const std::string& prefix, const Json& object) {
    if (!object.is_object()) return;
    for (const auto& [key, value] : object.items()) json(prefix + "." + key, value);
  }

  std::vector<Fact> take() { return std::move(facts_); }

 private:
  void add(const std::string& name, std::variant<double, std::string> value) {
    if (facts_.size() < kMostFacts && names_.insert(name).second)
      facts_.push_back({name, std::move(value)});
  }

  std::vector<Fact> facts_;
  std::set<std::string> names_;
};

/// The member, or a null.
const Json& at(const Json& object, const char* key) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

/// What an environment of Collective Knowledge's keeps of its compilation, a JSON text.
void collect_compilation(Collector& facts, const Json& environment) {
  const Json& text = at(at(at(environment, "exports"), "values"), "compilation");
  if (!text.is_string()) return;
  const auto known = parse_json(text.get_ref<const std::string&>(), "compilation");
  if (known) facts.members("compile", *known);
}

void collect_lock(Collector& facts, const Json& lock) {
  const Json& subject = at(lock, "subject");
  for (const auto& entry : at(lock, "environments")) {
    const Json& environment = at(entry, "environment");
    if (subject.is_string() && at(environment, "id") == subject)
      collect_compilation(facts, environment);
    const Json& name = at(at(environment, "component"), "name");
    const Json& version = at(environment, "version");
    if (name.is_string() && version.is_string())
      facts.text("version." + name.get<std::string>(), version.get<std::string>());
  }
  for (const auto& repository : at(lock, "repositories")) {
    const Json& name = at(repository, "name");
    const Json& commit = at(repository, "commit");
    if (name.is_string() && commit.is_string())
      facts.text("commit." + name.get<std::string>(), commit.get<std::string>());
  }
}

/// Choices of Collective Knowledge are nested objects.
void collect_choices(Collector& facts, const std::string& prefix, const Json& value, int depth) {
  constexpr int kDeepest = 4;
  if (!value.is_object() || depth > kDeepest) return facts.json(prefix, value);
  for (const auto& [key, member] : value.items())
    collect_choices(facts, prefix + "." + key, member, depth + 1);
}

void collect_document(Collector& facts, const Json& document) {
  facts.json("ck_version", at(document, "ck_version"));
  const Json& plan = at(document, "plan");
  facts.json("command", at(plan, "command"));
  facts.json("profile", at(plan, "profile"));
  facts.members("param", at(plan, "parameters"));
  facts.members("param", at(at(document, "benchmark"), "parameters"));
  facts.members("host", at(document, "host"));
  collect_lock(facts, at(document, "lock"));
  facts.members("env", at(plan, "variables"));
  collect_choices(facts, "choice", at(at(document, "imported"), "choices"), 0);
}

}  // namespace

std::vector<Fact> facts_of(const Point& point) { return FactReader().facts_of(point); }

std::vector<Fact> FactReader::facts_of(const Point& point) {
  Collector facts;
  facts.text("subject", point.subject);
  facts.text("state", std::string(name_of(point.state)));
  facts.number("created", static_cast<double>(point.created_ns) / kSecond);
  if (point.ended_ns != 0) {
    facts.number("ended", static_cast<double>(point.ended_ns) / kSecond);
    facts.number("duration", static_cast<double>(point.ended_ns - point.created_ns) / kSecond);
  }
  facts.number("repetitions", static_cast<double>(point.repetitions.size()));
  facts.text("replay_of", point.replay_of);
  const Json* document = documents_.read(point.document);
  if (document != nullptr) collect_document(facts, *document);
  return facts.take();
}

}  // namespace ck::store
