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

/// The file of a source as downloads are kept, verified; fetched when it is not there. When nothing
/// may be fetched, `network` saying what is missing.
Result<fs::path> source_file(const model::UrlSource& source, Context& context);
Result<fs::path> source_file(const model::DebianSource& source, Context& context);
Result<fs::path> source_file(const model::PipSource& source, Context& context);
Result<fs::path> source_file(const model::NpmSource& source, Context& context);

/// The same for the files of a commit.
Result<fs::path> source_folder(const model::GitSource& source, Context& context);

}  // namespace ck::install
