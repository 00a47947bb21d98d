#pragma once
/// What working with Collective Knowledge's components needs: the outside world, the platform as
/// CK describes it, the hook host, and the user's wishes that hold for all of it.

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "collective/folder_listings.hpp"
#include "collective/given_files.hpp"
#include "collective/platform.hpp"
#include "hook/host.hpp"
#include "install/context.hpp"
#include "install/environment.hpp"
#include "install/isolation.hpp"
#include "model/descriptor.hpp"

namespace ck::collective {

/// Whose order decides between several candidates.
enum class Order {
  ours,  ///< higher version first, whatever it is called
  ck     ///< CK's: the name first, then the version
};

/// --dep.KEY=CHOICE: what answers a need of that key, wherever in the resolution, has to be beside
/// what the component says of it. What is empty asks for nothing.
struct Pin {
  std::string text;  ///< "--dep.KEY=CHOICE"
  std::vector<std::string> tags;
  model::VersionRange version;
  std::string kind, name;   ///< "soft" or "package", and its alias or UID
  std::string environment;  ///< id, whole
};

struct Wishes {
  Order order = Order::ours;
  int jobs = 0;                                ///< 0: as many as there are CPUs
  std::map<std::string, std::string> presets;  ///< --deps.KEY=: environment id or CK's uid of it
  std::map<std::string, std::vector<std::string>> added_tags;  ///< --dep_add_tags.KEY=
  std::map<std::string, Pin> pins;                             ///< --dep.KEY=
  std::vector<fs::path> search_folders;  ///< --search_dirs, $CK_DIRS, $CK_TOOLS
  GivenFiles sources;                    ///< --source=: files used instead of downloads
  fs::path executable;                   ///< the engine itself, for scripts that call `ck`
};

/// A hook as it was called, for the record.
struct HookUse {
  std::string hook;  ///< "soft:compiler.gcc customize.py setup"
  std::string file_sha256;
  std::optional<sys::Isolation> isolation{};  ///< of its process; none without a sandbox
};
/// As a list for a record: equal calls once, with their number.
Json to_json(std::span<const HookUse> uses);

class Workbench {
 public:
  static Result<Workbench> open(install::Context& context, const model::Profile& profile,
                                Wishes wishes);
  /// One more for the same work: while this one's host runs a hook, the other's can run others.
  Result<Workbench> another() const;

  install::Context& context() { return *context_; }
  const Platform& platform() const { return platform_; }
  const model::Profile& profile() const { return *profile_; }
  const Wishes& wishes() const { return wishes_; }
  FolderListings& listings() { return listings_; }
  int jobs() const;

  /// The entry that CK would take: aliases and UIDs, of the kind too. `not_found` otherwise.
  Result<catalog::Component> find(const std::string& kind, const std::string& name);
  /// "module:entry" or "repository:module:entry".
  Result<catalog::Component> find_cid(const std::string& cid);
  /// The document of an entry with what it inherits.
  Result<Json> document(const catalog::Component& component);

  /// Variables that every step of a component gets: the profile's, and what leads to the engine:
  /// CK_HOME, `ck` in PATH and `ck.kernel` in PYTHONPATH. Where there is no `python`, python3 is.
  install::Variables step_variables(const fs::path& work) const;
  /// The variables of the user's own shell, with what leads scripts to the engine.
  install::Variables user_variables() const;

  /// The sandbox of a step or hook by the profile; none when the profile has none.
  Result<std::optional<sys::Sandbox>> sandbox(install::StepPlaces places) const;

  /// Calls a function of an entry's Python file. The input gets what every hook is given (platform,
  /// `interactive`). The answer's "return" is 0; the input comes back as the hook left it.
  struct Call {
    catalog::Component component;
    std::string file;  ///< "customize.py"
    std::string function;
    Json input;
    fs::path directory;
    install::Variables variables;
    std::vector<fs::path> files;     ///< that the hook looks at, with what lies around them
    std::vector<fs::path> writable;  ///< where it may write, beside `directory`
  };
  Result<hook::HookResult> call(Call call);
  /// Whether the entry has that function.
  bool has_hook(const catalog::Component& component, const std::string& file,
                const std::string& function) const;

  /// Marks that something is being installed or detected until the value goes away. `conflict` when
  /// it is under way already: what it needs leads back to it.
  using UnderWay = std::shared_ptr<void>;
  Result<UnderWay> begin(const std::string& what);

  /// Every hook that was called, the first first, those that failed too.
  const std::vector<HookUse>& hook_uses() const { return hook_uses_; }
  /// A hook whose work the engine did itself belongs there too, and those of another workbench.
  void note_hook(std::string hook, const fs::path& file);
  void add_hook_uses(const std::vector<HookUse>& uses);
  /// Keeps those called since there were `begin` of them with an environment: as its value "hooks",
  /// which locks and records hold too.
  void keep_hooks(std::size_t begin, store::EnvironmentRecord& record) const;
  /// Names of the repositories in which entries were found so far.
  const std::set<std::string>& used_repositories() const { return used_repositories_; }

 private:
  Workbench(install::Context& context, const model::Profile& profile, Wishes wishes,
            Platform platform);
  Result<hook::Host*> host();
  void lead_to_engine(install::Variables& variables) const;

  install::Context* context_;
  const model::Profile* profile_;
  Wishes wishes_;
  Platform platform_;
  fs::path kernel_;  ///< folder of the host program: `ck.kernel` for Python, bin/ck for scripts
  std::unique_ptr<sys::TemporaryDirectory> folder_;  ///< the host's working directory
  std::unique_ptr<hook::Host> host_;
  FolderListings listings_;
  std::vector<HookUse> hook_uses_;
  std::set<std::string> used_repositories_;
  /// What was begun and has not ended, the first first; shared with the values that end it.
  std::shared_ptr<std::vector<std::string>> under_way_;
};

}  // namespace ck::collective
