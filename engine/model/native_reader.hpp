#pragma once
/// Reads `ck.json` and `ck-repo.json`.

#include <string>
#include <vector>

#include "base/json.hpp"
#include "model/descriptor.hpp"
#include "model/split_folders.hpp"

namespace ck::model {

/// Parses and checks a whole descriptor: schema id, all keys, types, names, patterns, paths that
/// stay inside, substitutions that exist, choices with valid defaults. One `invalid` error lists
/// every problem with its JSON path. `expected_name` is the folder's name, `source` the file for
/// messages.
Result<Descriptor> read_descriptor(std::string_view text, const std::string& expected_name,
                                   const std::string& source);

/// Every problem of a descriptor with its JSON path, for those who write one; at most 1000. What is
/// no JSON at all is the error.
Result<std::vector<JsonProblem>> problems_of_descriptor(std::string_view text,
                                                        const std::string& expected_name,
                                                        const std::string& source);

/// What searching needs of a descriptor, without checking the rest; used by the index so that a
/// component with an error further down is still listed.
struct Summary {
  std::string kind, name, uid, version;
  Tags tags;
  Tags variation_tags;  ///< names and tags of its variations: what it can have in addition
};
Result<Summary> read_summary(std::string_view text, const std::string& expected_name,
                             const std::string& source);

/// A repository another one needs.
struct RepositoryNeed {
  std::string name;
  std::string url;  ///< empty: looked up among the known repositories
  std::string branch, tag, commit;
};

/// `ck-repo.json` (or, for CK repositories, `.ckr.json`).
struct RepositoryDescriptor {
  enum class Format { native, ck };
  Format format = Format::native;
  std::string name;
  std::string uid;
  std::string description;
  std::string url;
  std::vector<RepositoryNeed> needs;
  SplitFolders split;  ///< CK only
};
Result<RepositoryDescriptor> read_repository(std::string_view text, const std::string& source);

/// An entry of `repos/known.json`: name, URL, pinned commit.
Result<std::vector<RepositoryNeed>> read_known_repositories(std::string_view text,
                                                            const std::string& source);

}  // namespace ck::model
