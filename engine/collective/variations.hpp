#pragma once
/// Variations of a package: overlays that are asked for as tags.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include "base/error.hpp"

#include "base/json.hpp"
#include "model/tags.hpp"

namespace ck::collective {

/// What a package is found by: its tags and the names of its variations.
model::Tags tags_with_variations(const Json& meta);

/// A package (or soft) with variations laid over it.
struct Varied {
  Json meta;                            ///< `customize` and `tags` with the overlays
  Json environment;                     ///< install_env: customize's, then the variations'
  std::vector<std::string> variations;  ///< chosen, sorted
};

/// `wanted` (those of the tags that are variations; others are ignored) and all that are on by
/// default; without any and with several variations the first one, on-by-default ones first. A
/// default that defines something already defined is skipped; two wanted ones that define one key
/// differently are a `conflict` naming both and the key.
Result<Varied> with_variations(const Json& meta, const std::vector<std::string>& wanted);

/// CK_FORMAT 7.2: `environment` with "*KEY" entries computed (`$<<NAME>>$`; `invalid` for an
/// unknown name), PACKAGE_VERSION, `$#sep#$`, the CPU count (`jobs`) and OS names, then `overrides`
/// (the caller's). "*key" entries of `customize` likewise.
struct PackageFacts {
  std::string version;           ///< forced or of customize, may be empty
  std::string operating_system;  ///< ck_name2
  std::string bits;
  int jobs = 1;
};
Result<Json> installation_environment(Varied& package, const PackageFacts& facts,
                                      const Json& overrides);

/// `$<<NAME>>$` replaced by values of `environment`; `invalid` naming an unknown one.
Result<std::string> expand_variables(std::string_view text, const Json& environment);

}  // namespace ck::collective
