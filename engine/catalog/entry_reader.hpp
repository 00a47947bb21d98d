#pragma once
/// Private to this layer: reads one component as far as the index needs it.

#include <string>

#include "catalog/scan.hpp"
#include "model/tags.hpp"

namespace ck::catalog {

/// What the index keeps of a component.
struct IndexedComponent {
  std::string name;
  std::string uid;
  std::string version;
  model::Tags tags;
  model::Tags variation_tags;  ///< that it may have in addition
};

/// Larger descriptors are refused before they are read.
constexpr std::uint64_t kMaxDescriptorBytes = 16u << 20;

/// Text of the descriptor of the component in `folder` (relative to the repository).
Result<std::string> read_descriptor_text(const fs::path& repository, const std::string& folder,
                                         Format format);

/// Errors name the file; `denied` if it lies outside the repository.
Result<IndexedComponent> read_entry(const fs::path& repository, const KindFolder& kind_folder,
                                    const Entry& entry, Format format);

}  // namespace ck::catalog
