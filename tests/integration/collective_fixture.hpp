#pragma once
/// The program under test on a small repository in Collective Knowledge's format.

#include <nlohmann/json.hpp>
#include <string>

#include "support/ck_test.hpp"
#include "support/collective_repository.hpp"

namespace ck::test {

class CollectiveTest : public CkTest {
 protected:
  void SetUp() override {
    if (find_program("python3").empty()) GTEST_SKIP() << "hooks need python3";
    if (find_program("gcc").empty()) GTEST_SKIP() << "programs need gcc";
  }

  /// Commits the repository and registers it where it lies.
  void publish() const {
    repository.commit();
    ASSERT_TRUE(succeeds(ck({"import", "repo", "--path=" + repository.folder().string()})));
  }

  /// Whatever was done, other people's files are as they were.
  void expect_untouched() const { EXPECT_EQ(repository.changes(), ""); }

  /// The one environment of a component, as `ck show env --json` tells.
  Json environment_of(const std::string& component) const {
    Json found = Json::array();
    const Json shown = json_of(ck("show env --json"));
    for (const auto& one : shown["environments"]) {
      const std::string text = one["component"]["kind"].get<std::string>() + ":" +
                               one["component"]["name"].get<std::string>();
      if (text == component) found.push_back(one);
    }
    EXPECT_EQ(found.size(), 1U) << component << " in " << found.dump();
    return found.empty() ? Json() : found[0];
  }

  static bool says(const std::string& text, std::string_view words) {
    return text.find(words) != std::string::npos;
  }

  CollectiveRepository repository{folder / "public", "public"};
};

}  // namespace ck::test
