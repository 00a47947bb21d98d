#pragma once
/// What was downloaded, kept by its content so that nothing is fetched twice. Internal to install.

#include <functional>
#include <string>

#include "install/context.hpp"

namespace ck::install {

/// The file with this content in the cache; `fetch` is called to make it when it is not there or
/// damaged, under a lock, so that several processes share one download. `fetch` must leave a
/// verified file at the path it is given. `invalid` for what is not 64 hex digits.
Result<fs::path> cached_file(const std::string& sha256, Context& context,
                             const std::function<Status(const fs::path&)>& fetch);

/// The same for a file that is known by another hash than sha256, "sha512-…" (see
/// base/integrity.hpp); `fetch` need not verify. `invalid` for what is no such hash.
Result<fs::path> cached_by_integrity(const std::string& integrity, Context& context,
                                     const std::function<Status(const fs::path&)>& fetch);

/// Where those lie in a home.
fs::path integrity_downloads(const catalog::Home& home);
/// The place of one of them there.
fs::path integrity_download(const catalog::Home& home, const std::string& integrity);

/// The integrity of a file as it is.
Result<std::string> file_integrity(const fs::path& file);

/// The same for a folder that is known by a name of its own (a git commit). `fetch` must create it.
Result<fs::path> cached_folder(const std::string& name, Context& context,
                               const std::function<Status(const fs::path&)>& fetch);

/// The place of one of them in a home.
fs::path cached_folder_place(const catalog::Home& home, const std::string& name);

}  // namespace ck::install
