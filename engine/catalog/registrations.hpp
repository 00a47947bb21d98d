#pragma once
/// Private to this layer: the file that lists the registered repositories, and what a repository
/// says about itself.

#include <string>
#include <vector>

#include "catalog/repositories.hpp"
#include "sys/lock.hpp"

namespace ck::catalog {

/// Registered repositories and the shipped one, in order of rank.
Result<std::vector<Repository>> load_registrations(const Home& home, const fs::path& shipped);

/// Writes all but the shipped one. The caller holds the lock.
Status save_registrations(const Home& home, const std::vector<Repository>& repositories);

/// Sets ranks: order of registration, `core` last, the shipped one only if no other is called so.
void arrange(std::vector<Repository>& repositories);

/// Whoever changes registrations or clones holds this.
Result<sys::FileLock> lock_registrations(const Home& home, EventSink& events,
                                         const sys::Cancel& cancel);

/// `ck-repo.json`, else `.ckr.json`. `invalid` if there is neither or its name is no folder name.
Result<model::RepositoryDescriptor> read_repository_folder(const fs::path& folder);

/// The repositories that the shipped one knows by name.
Result<std::vector<model::RepositoryNeed>> read_known(const fs::path& shipped);

/// `conflict` if another registered repository has the name or UID of this one.
Status check_no_clash(const std::vector<Repository>& registered,
                      const model::RepositoryDescriptor& descriptor, const std::string& from);

}  // namespace ck::catalog
