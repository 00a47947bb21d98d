#include "app/environment_script.hpp"

#include <algorithm>
#include <functional>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/registry.hpp"
#include "collective/shell.hpp"

namespace ck::app {
namespace {

constexpr std::uint64_t kMaxScript = 16u << 20;

/// In front of what the variable holds already.
bool is_prepended(const store::EnvironmentRecord& record, const std::string& name) {
  const auto has = [&](const auto& list) {
    return std::ranges::any_of(list, [&](const auto& one) { return one.first == name; });
  };
  return has(record.exports.prepend) && !has(record.exports.variables);
}

Result<std::vector<install::Environment>> meant_by(Session& session,
                                                   const std::vector<EnvironmentQuery>& queries) {
  if (queries.empty()) {
    CK_TRY(all, show_environments(session, {}));
    return std::move(all.environments);
  }
  std::vector<install::Environment> meant;
  for (const auto& query : queries) {
    CK_TRY(found, locate_environments(session, query));
    for (auto& environment : found.environments) {
      const auto same = [&](const auto& other) { return other.record.id == environment.record.id; };
      if (std::ranges::none_of(meant, same)) meant.push_back(std::move(environment));
    }
  }
  return meant;
}

class Scripts {
 public:
  Scripts(install::Context& context, const collective::Registry& registry,
          std::vector<store::EnvironmentRecord> records)
      : context_(context), registry_(registry), records_(std::move(records)) {}

  Result<EnvironmentScript> of(install::Environment environment) const {
    EnvironmentScript script;
    script.environment = std::move(environment);
    const auto& record = script.environment.record;
    script.name = record.component.text();
    CK_TRY(registered, registry_.by_id(record.id));
    if (!registered) {
      script.text =
          "#!/bin/sh\n" +
          join(load_lines(closure_of(record.id, records_, context_.home), {record.id}), "\n") +
          "\n";
      return script;
    }
    const auto name = collective::text_at(registered->meta, "data_name");
    if (!name.empty()) script.name = name;
    script.file = registered->script();
    CK_TRY(text, sys::read_file(script.file, kMaxScript));
    script.text = std::move(text);
    return script;
  }

 private:
  install::Context& context_;
  const collective::Registry& registry_;
  std::vector<store::EnvironmentRecord> records_;
};

}  // namespace

Result<std::vector<EnvironmentScript>> environment_scripts(
    Session& session, const std::vector<EnvironmentQuery>& queries) {
  CK_TRY(meant, meant_by(session, queries));
  CK_TRY(context, session.context());
  CK_TRY(registry, collective::Registry::open(*context));
  CK_TRY(records, context->store.environments());
  const Scripts scripts(*context, registry, std::move(records));
  std::vector<EnvironmentScript> all;
  for (auto& environment : meant) {
    CK_TRY(script, scripts.of(std::move(environment)));
    all.push_back(std::move(script));
  }
  return all;
}

install::Closure closure_of(const std::string& id,
                            const std::vector<store::EnvironmentRecord>& records,
                            const catalog::Home& home) {
  install::Closure closure;
  const std::function<void(const std::string&)> add = [&](const std::string& wanted) {
    const auto record = std::ranges::find(records, wanted, &store::EnvironmentRecord::id);
    if (record == records.end() || closure.contains(wanted)) return;
    closure.emplace(wanted, install::make_environment(*record, home));
    for (const auto& [key, below] : record->dependencies) add(below);
  };
  add(id);
  return closure;
}

std::vector<std::string> load_lines(const install::Closure& closure,
                                    const std::vector<std::string>& roots) {
  std::vector<std::string> lines;
  for (const auto& id : install::closure_order(closure, roots)) {
    const auto& environment = closure.at(id);
    // Over nothing, so that its own values stand alone.
    for (const auto& [name, value] : install::with_exports({}, {{id, environment}}, {id})) {
      if (!collective::is_variable_name(name)) continue;
      std::string line = "export " + name + "=" + shell_quoted(value);
      // An empty element in PATH means the current folder: never leave one behind.
      if (is_prepended(environment.record, name)) line += "\"${" + name + ":+:$" + name + "}\"";
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

Result<std::vector<std::string>> export_lines(const NamedTexts& variables) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : variables) {
    if (!collective::is_variable_name(name)) {
      return fail(ErrorCode::usage, "--env." + printable(name) + "=: '" + printable(name) +
                                        "' is no name of a variable");
    }
    lines.push_back("export " + name + "=" + shell_quoted(value));
  }
  return lines;
}

}  // namespace ck::app
