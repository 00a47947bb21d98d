#include "cli/loading.hpp"

#include <gtest/gtest.h>

namespace ck::cli {
namespace {

using Words = std::vector<std::string>;

TEST(LinesAboutEnvironments, AreKnownByTheirFirstWord) {
  EXPECT_TRUE(names_environments({"cat", "env"}));
  EXPECT_TRUE(names_environments({"cat", "--json", "env:12ab"}));
  EXPECT_TRUE(names_environments({"cat", "local:env:12ab"}));
  EXPECT_FALSE(names_environments({"cat", "program:env"}));
  EXPECT_FALSE(names_environments({"cat", "environment"}));
  EXPECT_FALSE(names_environments({"cat"}));
  EXPECT_FALSE(names_environments({}));
}

TEST(LinesAboutEnvironments, MayLeaveDashesOut) {
  EXPECT_EQ(with_dashes({"set", "env", "tags=a,b", "bat_file=x.sh", "--print"}),
            (Words{"set", "env", "--tags=a,b", "--bat_file=x.sh", "--print"}));
  EXPECT_EQ(with_dashes({"show", "env", "tags="}), (Words{"show", "env", "--tags="}));
  EXPECT_EQ(with_dashes({"virtual", "env", "--shell_cmd=A=1 b", "--", "A=1"}),
            (Words{"virtual", "env", "--shell_cmd=A=1 b", "--", "A=1"}));
  EXPECT_EQ(with_dashes({"search", "experiment", "a=b"}), (Words{"search", "experiment", "a=b"}));
  EXPECT_EQ(with_dashes({"shell", "env:12", "a=b"}), (Words{"shell", "env:12", "a=b"}));
}

TEST(LinesAboutEnvironments, KeepWhatOptionsAreGiven) {
  const Words separate{"virtual", "env", "--shell_cmd", "CC=gcc make", "--tags", "a=b"};
  EXPECT_EQ(with_dashes(separate), separate);
  const Words dashes{"virtual", "env", "-shell-cmd", "CC=gcc make", "--mirror", "a=b"};
  EXPECT_EQ(with_dashes(dashes), dashes) << "options of every command too";
  EXPECT_EQ(with_dashes({"set", "env", "--bat_file", "x.sh", "tags=a", "--bat_new", "env.A=1"}),
            (Words{"set", "env", "--bat_file", "x.sh", "--tags=a", "--bat_new", "--env.A=1"}))
      << "a flag takes no word";
  EXPECT_EQ(with_dashes({"list", "env"}), (Words{"list", "env"}));
}

TEST(LinesAboutEnvironments, HaveOneCommand) {
  Invocation line;
  EXPECT_EQ(loaded_command(line).value(), Words{});
  line.options["shell_cmd"] = "echo $A";
  EXPECT_EQ(loaded_command(line).value(), (Words{"/bin/bash", "-c", "echo $A"}));
  line.arguments = {"true"};
  ASSERT_FALSE(loaded_command(line));
  EXPECT_EQ(loaded_command(line).error().code, ErrorCode::usage);
  line.options.clear();
  EXPECT_EQ(loaded_command(line).value(), Words{"true"});
}

}  // namespace
}  // namespace ck::cli
