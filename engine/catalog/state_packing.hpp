#pragma once
/// Private to this layer: how the state of a kind folder (see `pack`) is taken apart.

#include "catalog/packing.hpp"
#include "catalog/scan.hpp"

namespace ck::catalog {

/// What the packed state begins with.
FolderStamps unpack_stamps(Unpacker& unpacker);
/// What then follows until the end. Valid as long as the bytes.
EntryView unpack_entry(Unpacker& unpacker);

}  // namespace ck::catalog
