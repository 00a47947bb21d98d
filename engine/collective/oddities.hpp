#pragma once
/// What is odd about CK's components: works, or is left out, but hardly as meant.

#include <string>
#include <vector>

#include "base/json.hpp"
#include "catalog/catalog.hpp"

namespace ck::collective {

/// One observation on a component or a repository.
struct Oddity {
  fs::path file;
  std::string message;
};

/// Keys that CK never reads though they look as if, tags with blanks or capital letters, variations
/// that define one thing twice, downloads without a checksum or with TLS verification off.
std::vector<Oddity> oddities_of(const catalog::Component& component, const Json& document);

/// Alias files that point nowhere, entries without one, folders that look like entries and are
/// none, two entries with one UID.
std::vector<Oddity> oddities_in(const catalog::Repository& repository);

}  // namespace ck::collective
