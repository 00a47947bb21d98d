#pragma once
/// `ck-install.json`, which an installation by the original CK leaves in its folder: what the
/// package told the soft (CK_FORMAT 7.4, step 12). Values are a stranger's: data, never shell text.

#include <string>

#include "collective/setup.hpp"

namespace ck::collective {

/// Whether a record counts that other users may write.
enum class Writers { only_us, anybody };

/// The record in a folder above the file. An empty object when there is none, when it is of another
/// soft, or when others may write it.
Json recorded_installation(const fs::path& file, const std::string& soft_uid, Writers writers);

/// "" when the record does not tell.
std::string recorded_version(const Json& record);

/// Identifies what `take_installation` takes.
std::string hash_of_installation(const Json& record);

/// Gives the request what the package told: customize with its variables, tags, its identity, and
/// what it adds to the name.
void take_installation(const Json& record, SetupRequest& request);

}  // namespace ck::collective
