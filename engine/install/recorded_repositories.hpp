#pragma once
/// The repositories that a lock names, as they were then.

#include <memory>
#include <vector>

#include "install/lock.hpp"
#include "sys/files.hpp"

namespace ck::install {

/// Keeps the files of a repository's recorded commit where `RecordedRepositories` looks for them,
/// from a clone elsewhere, or from a folder with just these files, which is copied. `here`: the
/// repository as it is registered, at another commit. The folder they are kept in.
Result<fs::path> keep_recorded(const LockedRepository& recorded, const catalog::Repository& here,
                               const fs::path& place, Context& context);

/// The first component of the repository named `repository` that the context does not have as the
/// lock recorded it: changed, or missing. Nothing if all are.
Result<std::optional<std::string>> component_unlike(const std::string& repository, const Lock& lock,
                                                    Context& context);

/// A context in which components are found as a lock recorded them. A repository is taken as it
/// lies here when that is right; else its recorded commit is exported, from the clone or else from
/// its URL, to where downloads are kept. Refers to the outer context.
class RecordedRepositories {
 public:
  /// When a repository as it lies here will do.
  enum class Rule {
    same_content,  ///< the recorded components have the recorded content
    same_commit,   ///< that, and it stands at the recorded commit: more than those count
    exact_commit   ///< it stands there and nothing is changed, whatever was recorded of components
  };

  static Result<std::unique_ptr<RecordedRepositories>> open(const Lock& lock, Rule rule,
                                                            Context& context);

  /// The outer one if every repository is as it was.
  Context& context() { return inner_ ? *inner_ : outer_; }
  /// Where repositories lie here, and where those are that are used instead.
  const std::vector<std::pair<fs::path, fs::path>>& moved() const { return moved_; }
  /// Repositories that are not here: `missing`, with how to get them.
  const std::vector<LockDifference>& missing() const { return missing_; }
  /// Those, and other differences that getting them would not mend anyway.
  std::vector<LockDifference> and_missing(std::vector<LockDifference> differences) const;
  /// Repositories whose recorded commit is not to be had: they are used as they lie here.
  const std::vector<LockDifference>& not_at_commit() const { return not_at_commit_; }

 private:
  RecordedRepositories(Rule rule, Context& context) : rule_(rule), outer_(context) {}

  Status choose(const Lock& lock);
  Status choose(const LockedRepository& recorded, const Lock& lock,
                std::vector<catalog::Repository>& all);
  Result<bool> is_as_recorded(const LockedRepository& recorded, const Lock& lock,
                              const catalog::Repository& here) const;
  Result<bool> lies_exactly(const LockedRepository& recorded,
                            const catalog::Repository& here) const;
  Result<bool> stands_at_commit(const LockedRepository& recorded,
                                const catalog::Repository& here) const;
  Result<std::optional<fs::path>> exported(const LockedRepository& recorded,
                                           const catalog::Repository& here) const;
  Status open_catalog();

  Rule rule_;
  Context& outer_;
  std::vector<LockDifference> missing_;
  std::vector<LockDifference> not_at_commit_;
  std::vector<std::pair<fs::path, fs::path>> moved_;
  std::vector<catalog::Repository> repositories_;
  std::optional<sys::TemporaryDirectory> folder_;  ///< of the index
  std::optional<catalog::Home> index_home_;
  std::optional<catalog::Catalog> catalog_;
  std::optional<Context> inner_;
};

}  // namespace ck::install
