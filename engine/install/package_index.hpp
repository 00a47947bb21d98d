#pragma once
/// Where indexes of Python and npm packages keep a file. What they say is not trusted: the hash of
/// the source decides. Internal to install.

#include <string>

#include "install/context.hpp"
#include "model/descriptor.hpp"

namespace ck::install {

/// "Foo._Bar" and "foo-bar" are one name (PEP 503).
std::string normalised_python_name(std::string_view name);

/// `reference` as it is meant on the page `base`.
std::string resolved_url(const std::string& base, const std::string& reference);

/// The URL of the wheel in a page of an index: the one whose link has the hash; where links have
/// none, the only wheel of that version. `not_found` names the versions there are.
Result<std::string> wheel_in_page(const std::string& page, const std::string& page_url,
                                  const model::PipSource& source);

/// The same, with the page fetched from the index: `pip_index` of config.json, PIP_INDEX_URL, else
/// the public one. Never kept: the next call asks again.
Result<std::string> find_wheel(const model::PipSource& source, Context& context);

/// The URL of the archive, from the registry: `npm_registry` of config.json, npm_config_registry,
/// else the public one.
Result<std::string> find_npm_archive(const model::NpmSource& source, Context& context);

}  // namespace ck::install
