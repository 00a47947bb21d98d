#pragma once
/// The descriptors below a path. Internal to app.

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::app {

struct DescriptorFile {
  enum class Form { component, repository, collective, collective_repository };
  Form form = Form::component;
  fs::path file;
};

/// Sorted by path. A repository's own folders only, when `path` is one; no folder that a link leads
/// to, and no hidden one but CK's `.cm`.
Result<std::vector<DescriptorFile>> descriptor_files(const fs::path& path);

}  // namespace ck::app
