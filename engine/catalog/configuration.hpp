#pragma once
/// What a user sets once for a home: `config.json` in it, which need not be there.

#include <string>
#include <vector>

#include "catalog/home.hpp"
#include "sys/rewrite.hpp"

namespace ck::catalog {

struct Configuration {
  /// "rewrite": [{"from": PREFIX, "to": PREFIX}, …], and of files "mirrors": [{"of": PREFIX, "at":
  /// [PREFIX, …]}, …].
  std::vector<sys::UrlRewrite> rewrites;
  std::string pip_index;     ///< "pip_index": URL of a PEP 503 index; empty: not set
  std::string npm_registry;  ///< "npm_registry": URL; empty: not set
};

/// `invalid`, naming file and key, for what cannot be understood.
Result<Configuration> read_configuration(const Home& home);

}  // namespace ck::catalog
