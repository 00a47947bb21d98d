#pragma once
/// Private to this layer: what writing and reading `index.flat` share (see `FlatIndex`).

#include <array>

#include "catalog/repositories.hpp"
#include "catalog/scan.hpp"

namespace ck::catalog {

/// Raise the number with every change of the format, or of what is packed into it.
using FlatMark = std::array<char, 8>;
constexpr FlatMark kFlatMark = {'c', 'k', 'f', 'l', 'a', 't', '0', '2'};

/// What tells which kind folders a repository has.
struct RootStamps {
  Stamp folder;
  Stamp other;  ///< native: the folder `components`; CK: `.ckr.json`, which may split kind folders
  bool operator==(const RootStamps&) const = default;
};

/// As they are now.
RootStamps root_stamps(const Repository& repository);

/// Of what a path leads to; empty if nothing is there.
Stamp stamp_of_file(const fs::path& file);

}  // namespace ck::catalog
