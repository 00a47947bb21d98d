#pragma once
/// Mirrors: folders with everything that a lock needs, for machines that reach nothing else.

#include <string>
#include <vector>

#include "install/lock.hpp"

namespace ck::install {

/// A download, known by one of two hashes; lies in files/ab/<sha256>, or in
/// files/sha512/<sha256 of the integrity>.
struct MirrorFile {
  std::string sha256;             ///< empty where there is an integrity
  std::string integrity;          ///< of an npm package, see base/integrity.hpp; else empty
  std::vector<std::string> urls;  ///< may be empty: an index said
};
/// The files of a git commit that a recipe names; lies in trees/<name>.
struct MirrorTree {
  std::string name;  ///< hash of URL and commit
  std::string url, commit;
  std::string content;  ///< hash of the whole tree
};
/// A git repository at a commit, to be cloned from; lies in clones/<folder>.
struct MirrorClone {
  std::string folder;
  std::string repository;  ///< name of a component repository; empty: a source of a CK package
  std::string url, commit;

  /// A folder of the machine it was made on: nothing can be fetched from there.
  bool has_no_url() const { return url.starts_with("repo:"); }
};

/// The files of a component repository that cannot be cloned: it is in no git, or its clone here
/// lacks a part of the history. Only capsules have them; lies in folders/<name>.
struct MirrorFolder {
  std::string name;  ///< hash of repository and commit
  std::string repository;
  std::string url, commit;  ///< both may be empty
  std::string content;      ///< hash of the whole tree
};

/// `mirror.json`, "ck.mirror/1", written last.
struct Mirror {
  fs::path folder;
  std::vector<MirrorFile> files;
  std::vector<MirrorTree> trees;
  std::vector<MirrorClone> clones;  ///< repositories after those they need
  std::vector<MirrorFolder> folders;

  fs::path path_of(const MirrorFile& file) const;
  fs::path path_of(const MirrorTree& tree) const;
  fs::path path_of(const MirrorClone& clone) const;
  fs::path path_of(const MirrorFolder& folder) const;
};

/// `not_found` for a folder that is none.
Result<Mirror> read_mirror(const fs::path& folder);

/// Adds what is missing for a lock; what lies there already stays and is not fetched again. Every
/// part is complete or absent, and in the index only when it is there.
enum class Uncloneable { warn, keep_files };  ///< what becomes of such repositories
Result<Mirror> create_mirror(const Lock& lock, const fs::path& folder, Context& context,
                             Uncloneable uncloneable = Uncloneable::warn);

/// Makes it smaller, and free of what it says about this machine: of clones of component
/// repositories only what git needs to clone them again stays, without addresses and names.
Status strip_clones(const Mirror& mirror);

/// Moves the clones of a mirror that are needed beyond one pull (sources of CK packages;
/// repositories without a URL) to a mirror of their own at `folder`. The new one, without the
/// others; not written when it would be empty.
Result<Mirror> keep_clones(const Mirror& mirror, const fs::path& folder);

/// Moves a folder out of the mirror, verified.
Status take_folder(const Mirror& mirror, const MirrorFolder& folder, const fs::path& to,
                   const sys::Cancel& cancel);

/// What is wrong with it, one sentence each: missing, or not what the index says.
Result<std::vector<std::string>> verify_mirror(const Mirror& mirror, Context& context);

/// Puts files and trees where downloads are kept, verified; from there everything is installed
/// without a network.
Status use_mirror(const Mirror& mirror, Context& context);

/// Where those are kept, relative to a home.
std::vector<std::string> places_of(const Mirror& mirror);

}  // namespace ck::install
