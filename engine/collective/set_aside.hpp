#pragma once
/// Programs of CK that write into their repository: the original lets them. Here the repository
/// stays as it is, and what they change is theirs as long as they run.

#include <optional>
#include <string>

#include "install/context.hpp"
#include "sys/sandbox.hpp"

namespace ck::collective {

/// The registered repository that a component lies in; nothing for one that was taken out of a
/// commit.
std::optional<fs::path> repository_around(const fs::path& component,
                                          const install::Context& context);

/// Lets a program in this sandbox find the repository writable. `work` is the folder of the run.
/// The sandbox stays as it is if it bounds the disk: nobody counts what is set aside.
Status set_aside(const fs::path& repository, const fs::path& work, sys::Sandbox& sandbox);

/// What was changed below the repository, for people: "12 files: dataset/x/a, …"; empty if nothing.
std::string changes_in_words(const sys::Sandbox::SetAside& place);

}  // namespace ck::collective
