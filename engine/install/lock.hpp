#pragma once
/// What a plan chose, in a form that outlives it: kept in every record, written by `ck lock`, and
/// planned again by a replay or `--locked`.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "install/plan.hpp"

namespace ck::install {

/// Something that was downloaded for an environment, by what it must be.
struct LockedSource {
  std::string kind;               ///< "url", "git", "debian", "pip", "npm"
  std::vector<std::string> urls;  ///< the first is the one meant, the others are mirrors
  std::string sha256;             ///< of a file
  std::string commit;             ///< of a git repository
  std::string package;            ///< "libfoo-dev=1.2-3", "numpy==1.26", "@scope/pad@1.3.0"
  std::string integrity;          ///< "sha512-…" of an npm package, in the place of sha256
  bool operator==(const LockedSource&) const = default;
};

struct LockedEnvironment {
  store::EnvironmentRecord record;
  std::string inputs;  ///< readable text whose hash is the id; of built ones, and all of CK's
  std::string reason;
  std::vector<LockedSource> sources;
};

struct LockedRepository {
  std::string name, url, commit;
  std::string uid;
  std::string tree;  ///< git hash of the commit's content
};

/// An entry that runs read where its repository has it, such as a dataset of Collective Knowledge.
struct LockedContent {
  model::ComponentId component;
  std::string content;  ///< hash of everything in its folder
};

/// What was asked for, as on a command line: `--locked` takes from here what is not said again.
struct LockedRequest {
  std::string component;                       ///< "program:x"
  std::map<std::string, std::string> options;  ///< "size" -> "64", "env.MODE" -> "calm"
  std::vector<std::string> arguments;          ///< after "--"
};

/// What of the machine the choices may depend on; for people, the inputs say what really counts.
struct LockedPlatform {
  std::string architecture, libc, os, kernel, cpu;
};

/// A fact about the machine that something in the lock needs.
struct LockedFact {
  std::string name;    ///< "host.glibc"
  std::string value;   ///< of the machine that was locked for: "2.36", "yes"
  std::string wanted;  ///< a range of versions: ">=2.31"; empty: any
  std::string by;      ///< "package:x"
  bool operator==(const LockedFact&) const = default;
};

/// Something a lock names that is not the same here.
struct LockDifference {
  std::string what;  ///< "software:gcc", "package:onnx-lite"
  std::string recorded;
  std::string now;
  std::string advice;    ///< what to do about it, or empty
  bool missing = false;  ///< there is nothing at all to be used in its place
};

/// "ck.lock/2"; in a record with what is written elsewhere in it left out.
struct Lock {
  std::optional<LockedRequest> request;
  std::optional<LockedPlatform> platform;
  std::vector<LockedFact> facts;  ///< sorted by name and needing component
  std::string profile;
  std::vector<LockedRepository> repositories;   ///< sorted by name
  std::vector<LockedEnvironment> environments;  ///< sorted by id
  std::vector<LockedContent> contents;
  std::map<std::string, std::string> roots;
  std::string subject;
  std::vector<LockDifference> differences;  ///< to the lock that was to be followed

  const LockedEnvironment* find(const std::string& id) const;
};

/// What a record keeps of a plan.
Lock make_lock(const InstallPlan& plan, const Context& context);

/// Fills in what a lock needs to be used elsewhere: sources with their hashes, repositories as git
/// has them now, the platform with the facts that were relied on (of `other`, a machine that it is
/// locked for, or of this one); and leaves out what is of this machine alone (times, exported
/// paths, its sandboxes). A warning for a repository whose files are not those of its commit.
Status complete_lock(Lock& lock, Context& context,
                     const std::optional<HostFacts>& other = std::nullopt);

/// The facts that a lock needs and a machine lacks.
std::vector<LockDifference> fact_differences(const Lock& lock, const HostFacts& here);

Json to_json(const Lock& lock);
/// Reads "ck.lock/1" too. `invalid` lists everything wrong.
Result<Lock> lock_from_json(const Json& value, const std::string& source);
Result<Lock> read_lock(const fs::path& file);

/// What a recipe fetches, with the version and values filled in.
std::vector<LockedSource> locked_sources(const model::Recipe& recipe, const model::Values& values,
                                         const std::string& version);

/// The lines (ours) or members (CK's) in which two texts of inputs differ, but for ids of
/// dependencies, which follow from other differences. `environment` and `repository`: what it is
/// about, for the advice.
std::vector<LockDifference> input_differences(const LockedEnvironment& environment,
                                              const std::string& now, const Lock& lock);

/// How to get a repository as it was: `ck pull repo:NAME --url=URL --commit=HASH`.
std::string pull_advice(const std::string& repository, const Lock& lock);

/// Whether software that was found is what a lock names: version, content and owning package. The
/// difference otherwise.
std::optional<LockDifference> software_difference(const store::EnvironmentRecord& recorded,
                                                  const store::EnvironmentRecord& found);
/// What differs about an entry that runs read, if anything does.
Result<std::optional<LockDifference>> content_difference(const LockedContent& locked,
                                                         const Lock& lock, Context& context);
/// The difference of software that is not on this machine at all.
LockDifference missing_software(const store::EnvironmentRecord& recorded);

/// `conflict` (`not_found` if something is missing) that lists all differences with advice.
Error differences_error(const std::vector<LockDifference>& differences);

/// A plan that makes what a lock recorded.
struct LockedPlan {
  InstallPlan plan;
  std::map<std::string, std::string> ids;  ///< recorded environment id -> the one used now
  std::vector<LockDifference> differences;
  std::optional<Subject> subject;  ///< if asked for
};

/// What is wanted of a locked plan besides the lock.
struct LockedOptions {
  /// Load the subject's descriptor too, and give it these parameters over the recorded ones.
  std::optional<model::Values> subject_values;
  bool rebuild = false;  ///< the subject, even if it exists
};

/// Each recorded environment is used if it exists; else built again from its recipe as `context`
/// has it (see RecordedRepositories). Detected software must be found again; another version is the
/// nearest. What is not the recorded thing is a difference; where one is `missing`, the plan is not
/// complete.
Result<LockedPlan> plan_locked(const Lock& lock, const model::Profile& profile,
                               const LockedOptions& options, Context& context);

/// Where what the lock chose for its subject is not what `subject`, with the values that it has
/// now, asks for: something that lacks a wanted tag, that is missing, or that is not asked for.
Result<std::vector<LockDifference>> choice_differences(const Lock& lock, const Subject& subject,
                                                       const HostFacts& here);

}  // namespace ck::install
