#pragma once
/// Bringing a recipe's sources into a folder, verified.

#include <vector>

#include "install/context.hpp"
#include "model/descriptor.hpp"

namespace ck::install {

/// Fetches (through the content-addressed download cache) and unpacks every source into `folder`.
/// Two processes wanting the same download share it. Errors name the source and the component.
Status fetch_sources(const std::vector<model::Source>& sources, const catalog::Component& component,
                     const fs::path& folder, Context& context);

}  // namespace ck::install
