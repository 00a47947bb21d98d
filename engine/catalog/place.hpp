#pragma once
/// What lies around a folder: the component it belongs to, as far as it belongs to one.

#include <string>

#include "catalog/repositories.hpp"

namespace ck::catalog {

struct Place {
  std::string repository;
  std::string kind;  ///< empty: the folder is in none of a kind
  std::string name;  ///< empty: it is in no component
};

/// Of a folder without symbolic links in its path. `not_found`, with what to register, if it is in
/// none of the repositories.
Result<Place> place_of(const fs::path& folder, const std::vector<Repository>& repositories);

}  // namespace ck::catalog
