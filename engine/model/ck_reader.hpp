#pragma once
/// Reads what CK (2014-2021) wrote; the facts are in the public format description of CK 2.6.4.

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "model/descriptor.hpp"
#include "model/native_reader.hpp"

namespace ck::model {

/// `.ckr.json`; both spellings of `repo_deps`, stray blanks in URLs.
Result<RepositoryDescriptor> read_ck_repository(std::string_view text, const std::string& source);

/// `.cm/meta.json`. Odd values are tolerated, only JSON that does not parse or is no object is
/// `invalid`. The version comes from `customize.version` or `package_extra_name`-free tags if
/// present.
Result<CkComponent> read_ck_component(std::string_view meta, std::string kind, std::string name,
                                      std::string uid, const std::string& source);

/// The effective meta of an entry with `_base_entry`: objects merge recursively, lists and scalars
/// of `child` replace; the inheritance keys are dropped.
Json merge_ck_meta(Json base, const Json& child);

}  // namespace ck::model
