#pragma once
/// What tests of the whole program share: a home, one repository of tiny components that is
/// registered where it lies, and the check that nothing half-done is left.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/ck_process.hpp"
#include "support/component_writer.hpp"
#include "support/temporary_home.hpp"

namespace ck::test {

/// Arguments by words: `ck("run program:x --quiet")`. Use the vector for texts with spaces.
std::vector<std::string> words_of(std::string_view line);

/// It ended with that code, stdout is empty, and stderr holds exactly one error, with these words.
testing::AssertionResult fails(const CkResult& result, int code, std::string_view words);

/// It ended with 0; else what it said is shown.
testing::AssertionResult succeeds(const CkResult& result);

class CkTest : public testing::Test {
 protected:
  CkTest();

  /// One call to its end.
  CkResult ck(const std::vector<std::string>& arguments, const Variables& more = {}) const;
  CkResult ck(std::string_view line, const Variables& more = {}) const;
  CkResult ck_in(const fs::path& folder, std::string_view line) const;
  CkProcess start(std::string_view line, const Variables& more = {}) const;

  /// A command line of a shell, with the program under test first in PATH as `ck`.
  CommandResult shell(const std::string& line, const Variables& more = {}) const;

  /// Registers the repository `components` where it lies.
  void import();

  Variables variables() const;  ///< of every call
  fs::path home() const { return folder / "home"; }

  /// Names in a folder of the home, sorted; none when it is missing.
  std::vector<std::string> names_in(const fs::path& relative) const;

  /// Ids of built environments, from the folders.
  std::vector<std::string> environments() const { return names_in("envs"); }

  /// Nothing half-done: staging and work empty, every environment complete and known, every
  /// download what its name says, databases sound, no process left.
  void expect_clean() const;

  /// Points of an experiment, as `ck show --json` tells; none when there is no such experiment.
  Json points(const std::string& experiment) const;

  /// Processes that belong to this test and still run.
  std::vector<std::string> leftover_processes() const;

  /// Waits (at most ten seconds) until a file exists; not there fails the test.
  void wait_for(const fs::path& file) const;

  /// The same for a file of that name in the folders of builds and runs, which alone they can write
  /// to in their sandbox.
  void wait_for_inside(const std::string& name) const;

  TemporaryHome folder;
  ComponentWriter components{folder / "components", "tiny"};

 private:
  void expect_sound_databases() const;
};

}  // namespace ck::test
