#pragma once
/// Names of components.

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace ck::model {

/// Kinds of our own format. A CK repository may hold others; a kind is then just its folder name.
enum class Kind { dataset, model, software, package, program, script, profile };

std::string_view name_of(Kind kind);
std::optional<Kind> parse_kind(std::string_view name);  ///< exact names only

/// Whether components of this kind are obtained and built into environments (dataset, model,
/// package), which share one form of recipe.
bool installable(Kind kind);

/// 16 lower-case hex digits that name a component whatever it is called.
bool is_uid(std::string_view text);

/// Whether a name means a fact about the machine ("host.glibc", "gpu.cuda") and no component.
bool names_host_fact(std::string_view name);

/// A name of a repository, kind or component: 1 to 200 bytes, letters, digits and "._-+@", not
/// starting with '.' or '-'. Ours are checked; CK's are taken as their folders are named.
bool is_valid_name(std::string_view text);

/// [REPO:]KIND:NAME with wildcards, as typed. `name` may be a UID. An empty part matches all.
struct ComponentPattern {
  std::string repo;
  std::string kind;
  std::string name;

  /// "program", "program:x", "core:program:x". `usage` error for more parts or forbidden
  /// characters.
  static Result<ComponentPattern> parse(std::string_view text);
  std::string text() const;
  bool exact() const;  ///< kind and name given, no wildcard
};

/// The identity of one component: where it is and what it is called.
struct ComponentId {
  std::string repo;
  std::string kind;
  std::string name;
  std::string uid;

  /// "program:x"; facts about the machine have no kind: "host.glibc".
  std::string text() const { return kind.empty() ? name : kind + ":" + name; }
  std::string full_text() const { return repo + ":" + kind + ":" + name; }
  auto operator<=>(const ComponentId&) const = default;
};

}  // namespace ck::model
