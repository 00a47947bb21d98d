#pragma once
/// The parts of a build: its names, its variables, and running one command. Internal to install.

#include <optional>
#include <string>
#include <vector>

#include "install/builder.hpp"
#include "install/resolver.hpp"
#include "sys/opened_files.hpp"

namespace ck::install {

/// What `${name}` means in a recipe, where the steps work, and how they are run.
class BuildSteps {
 public:
  BuildSteps(const BuildJob& job, Context& context);

  fs::path source() const { return job_.staging / "source"; }
  fs::path build() const { return job_.staging / "build"; }
  fs::path prefix() const { return job_.staging / "prefix"; }
  fs::path destination() const { return job_.staging / "dest"; }
  /// Where the environment will lie.
  const fs::path& final_prefix() const { return job_.step.environment.path; }
  const model::Recipe& recipe() const { return recipe_; }
  const std::string& subject() const { return subject_; }  ///< "package:x 1.0"
  std::string jobs() const;

  Result<std::string> expand(const std::string& text) const;
  Result<model::NamedTexts> expand(const model::NamedTexts& texts) const;
  Result<std::vector<std::string>> expand(const std::vector<std::string>& texts) const;
  /// Texts of paths and URLs in a source.
  Result<model::Source> expand(model::Source source) const;

  /// What a direct dependency exports under `name` ("cmake"), to be run instead of what PATH has.
  std::string tool(const std::string& name) const;
  /// The prefixes of all built environments below, dependencies last.
  std::vector<std::string> dependency_prefixes() const;

  /// Variables of the profile, exports of everything below, what makes builds repeatable, and the
  /// chosen variations' variables.
  Result<Variables> variables() const;

  struct Command {
    std::vector<std::string> argv;
    fs::path directory;
    Variables variables;
  };
  /// Writes the command and its output to the log. `build_failed` unless it exits with 0.
  Status run(const Command& command);

 private:
  std::optional<std::string> value(std::string_view name) const;
  std::vector<std::string> known_names() const;
  std::vector<std::string> roots() const;
  void note_opened(const Command& command, sys::OpenedFiles files);
  /// Where the steps may write: not where their log and their owner's name are kept.
  std::vector<fs::path> work_folders() const;
  /// Those of the component and of everything it is built with.
  std::vector<std::string> repositories() const;

  const BuildJob& job_;
  Context& context_;
  const model::Recipe& recipe_;
  std::string subject_;
};

}  // namespace ck::install
