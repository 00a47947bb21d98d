#include "install/environment.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "base/strings.hpp"

namespace ck::install {
namespace {

/// Exports keep ${prefix} so that they hold wherever the environment lies.
std::string placed(const std::string& text, const fs::path& prefix) {
  return replace_all(text, "${prefix}", prefix.string());
}

void prepend_variable(Variables& variables, const std::string& name, const std::string& value) {
  const auto known =
      std::ranges::find(variables, name, &std::pair<std::string, std::string>::first);
  // An empty element in PATH means the current folder: never leave one behind.
  if (known == variables.end() || known->second.empty()) {
    set_variable(variables, name, value);
  } else {
    known->second = value + ":" + known->second;
  }
}

}  // namespace

void set_variable(Variables& variables, const std::string& name, const std::string& value) {
  const auto known =
      std::ranges::find(variables, name, &std::pair<std::string, std::string>::first);
  if (known != variables.end()) {
    known->second = value;
  } else {
    variables.emplace_back(name, value);
  }
}

std::optional<std::string> Environment::value(std::string_view name) const {
  if (name == "path") return path.string();
  if (name == "version") return record.version;
  if (name == "id") return record.id;
  if (name == "file" && !record.file.empty()) return record.file;
  for (const auto& [known, text] : record.exports.values) {
    if (known == name) return placed(text, path);
  }
  return std::nullopt;
}

std::vector<std::string> Environment::value_names() const {
  std::vector<std::string> names{"path", "version", "id"};
  if (!record.file.empty()) names.emplace_back("file");
  for (const auto& [name, text] : record.exports.values) names.push_back(name);
  return names;
}

Environment make_environment(store::EnvironmentRecord record, const catalog::Home& home) {
  Environment environment;
  environment.path = record.origin == store::EnvironmentRecord::Origin::built
                         ? home.environment(record.id)
                         : fs::path(record.path);
  environment.record = std::move(record);
  return environment;
}

std::vector<std::string> closure_order(const Closure& closure,
                                       const std::vector<std::string>& roots) {
  std::vector<std::string> order;
  std::set<std::string> seen;
  const std::function<void(const std::string&)> visit = [&](const std::string& id) {
    const auto found = closure.find(id);
    if (found == closure.end() || !seen.insert(id).second) return;
    for (const auto& [key, below] : found->second.record.dependencies) visit(below);
    order.push_back(id);
  };
  for (const auto& root : roots) visit(root);
  return order;
}

Variables with_exports(Variables base, const Closure& closure,
                       const std::vector<std::string>& roots) {
  for (const auto& id : closure_order(closure, roots)) {
    const auto& environment = closure.at(id);
    for (const auto& [name, text] : environment.record.exports.variables) {
      set_variable(base, name, placed(text, environment.path));
    }
    for (const auto& [name, text] : environment.record.exports.prepend) {
      prepend_variable(base, name, placed(text, environment.path));
    }
  }
  return base;
}

}  // namespace ck::install
