/// Command lines and what locks keep of them.

#include <algorithm>
#include <set>

#include "app/forward.hpp"
#include "cli/requests.hpp"

namespace ck::cli {
namespace {

/// Named options that say what is made or run; the others say where to record, how to print …
bool is_kept(const std::string& name) {
  static const std::set<std::string> ours{"cmd_key", "timeout", "variation", "extra_tags",
                                          "force_version"};
  const auto has = [&](const std::vector<app::CollectiveOption>& table) {
    const auto option = std::ranges::find(table, name, &app::CollectiveOption::name);
    return option != table.end() && option->has_effect();
  };
  return ours.contains(name) || has(app::collective_program_options()) ||
         has(app::collective_package_options());
}

/// Prefixes of options that choose for dependencies: a lock has chosen.
bool chooses(const std::string& prefix) {
  return prefix == "dep" || prefix == "deps" || prefix == "dep_add_tags";
}

void put_prefixed(Invocation& line, const std::string& prefix, const std::string& name,
                  const std::string& value) {
  auto& known = line.prefixed[prefix];
  const bool given = std::ranges::any_of(known, [&](const auto& one) { return one.first == name; });
  if (!given) known.emplace_back(name, value);
}

void put(Invocation& line, const std::string& name, const std::string& value, bool choices) {
  if (const auto dot = name.find('.'); dot != std::string::npos) {
    const std::string prefix = name.substr(0, dot);
    if (choices || !chooses(prefix)) put_prefixed(line, prefix, name.substr(dot + 1), value);
  } else if (is_kept(name)) {
    line.options.emplace(name, value);
  } else {
    line.values.emplace(name, value);
  }
}

/// The key that --PREFIX.NAME= chooses for, as --dep.KEY= and --param.dep.KEY= do.
std::optional<std::string> chosen_key(const std::string& prefix, const std::string& name) {
  if (chooses(prefix)) return name;
  const auto dot = name.find('.');
  if (prefix != "param" || dot == std::string::npos || !chooses(name.substr(0, dot)))
    return std::nullopt;
  return name.substr(dot + 1);
}

Status refuse_choices(const Invocation& line) {
  for (const auto& [prefix, values] : line.prefixed) {
    for (const auto& [name, value] : values) {
      const auto key = chosen_key(prefix, name);
      if (!key) continue;
      return fail(
          Error(ErrorCode::usage, "--" + prefix + "." + name + " and --locked: the lock has chosen")
              .hint("'ck lock --update=" + *key + " … --locked=FILE' chooses anew for that key"));
    }
  }
  return {};
}

}  // namespace

Grammar with_locked_options(Grammar grammar) {
  grammar.options.push_back(
      {"locked", "FILE", "use what this lock chose, or tell what differs (see ck lock)"});
  grammar.options.push_back(
      {"allow_differences", "", "with --locked: go on with what is nearest, and record that"});
  return grammar;
}

Result<std::optional<app::LockedUse>> locked_use(Call& call, bool choices) {
  auto& line = call.line;
  const auto file = line.given("locked");
  if (!file) {
    if (!line.has("allow_differences")) return std::optional<app::LockedUse>();
    return fail(ErrorCode::usage, "--allow_differences is for --locked=FILE");
  }
  if (!choices) CK_CHECK(refuse_choices(line));
  CK_TRY(lock, install::read_lock(*file));
  if (!lock.profile.empty() && !line.given("profile")) {
    CK_CHECK(app::check_locked_profile(lock));
    line.options.emplace("profile", lock.profile);
  }
  if (lock.request) {
    for (const auto& [name, value] : lock.request->options) put(line, name, value, choices);
    if (line.arguments.empty()) line.arguments = lock.request->arguments;
  }
  const auto* subject = lock.find(lock.subject);
  if (line.words.empty() && subject != nullptr)
    line.words.push_back(subject->record.component.text());
  return std::optional(app::LockedUse{std::move(lock), line.has("allow_differences")});
}

install::LockedRequest request_to_lock(const Call& call) {
  install::LockedRequest request;
  for (const auto& [name, value] : call.line.options) {
    if (is_kept(name)) request.options[name] = value;
  }
  for (const auto& [name, value] : call.line.values) {
    if (!app::holds_secret("--" + name + "=" + value)) request.options[name] = value;
  }
  for (const auto& [prefix, values] : call.line.prefixed) {
    for (const auto& [name, value] : values) {
      // What a lock does not tell has to be given again with --locked.
      if (app::holds_secret("--" + prefix + "." + name + "=" + value)) continue;
      // Whom the lock is for is told by its platform.
      if (prefix != "host" && prefix != "gpu") request.options[prefix + "." + name] = value;
    }
  }
  request.arguments = call.line.arguments;
  return request;
}

}  // namespace ck::cli
