// Replays through the program: what reproduces, what differs, and what is rebuilt for it.

#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"
#include "support/git_remote.hpp"

namespace ck::test {
namespace {

class Replay : public CkTest {
 protected:
  Replay() { write_text(outside(), "1\n"); }

  /// A file that programs read although no plan knows it.
  fs::path outside() const { return components.folder() / "outside.txt"; }

  static std::string copy_of(const fs::path& file) { return "cat '" + file.string() + "' >result"; }
  static constexpr const char* kResult = R"("outputs": {"result": {"path": "result"}})";
};

TEST_F(Replay, TheSameReproduces) {
  components.program("steady", copy_of(outside()), kResult);
  import();
  ASSERT_TRUE(succeeds(ck("run program:steady")));
  const auto result = ck("replay experiment:steady");
  EXPECT_EQ(result.code, 0) << result.out << result.err;
  EXPECT_NE(result.out.find("reproduced"), std::string::npos) << result.out;
  const Json all = points("steady");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[1]["replay_of"], all[0]["uid"]);
}

TEST_F(Replay, ChoicesCanBeReplaced) {
  components.program("speaker", "echo \"$WORD\" >result; echo \"$COUNT\" >>result",
                     R"("parameters": {"word": {"type": "choice", "choices": ["one", "two"]}},
                        "variables": {"WORD": "${word}", "COUNT": "1"},)" +
                         std::string(kResult));
  import();
  ASSERT_TRUE(succeeds(ck("run program:speaker --word=one --env.COUNT=5")));
  EXPECT_EQ(ck("replay experiment:speaker --with word=one").code, 0)
      << "what the user had set stays";
  const auto other = ck("replay experiment:speaker --with.word=two");
  EXPECT_EQ(other.code, 4) << other.err;
  EXPECT_NE(other.out.find("line 1: 'two' instead of 'one'"), std::string::npos) << other.out;
  EXPECT_NE(other.out.find("not the same: parameter word: two instead of one"), std::string::npos)
      << other.out;
  const Json all = points("speaker");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[2]["replay_of"], all[0]["uid"]);
  EXPECT_TRUE(fails(ck("replay experiment:speaker --with wrod=two"), 2, "word"));
  EXPECT_TRUE(fails(ck("replay experiment:speaker --with word"), 2, "compiler=clang"));
}

TEST_F(Replay, AnOutputThatChangedDiffers) {
  components.program("reader", copy_of(outside()), kResult);
  import();
  ASSERT_TRUE(succeeds(ck("run program:reader")));
  write_text(outside(), "2\n");
  const auto result = ck("replay experiment:reader");
  EXPECT_EQ(result.code, 4) << result.out << result.err;
  EXPECT_NE(result.out.find("output result"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("differs"), std::string::npos);
  const Json json = json_of(ck("replay experiment:reader --json"));
  EXPECT_EQ(json["verdict"], "differs");
  write_text(outside(), "1\n");
  EXPECT_EQ(ck("replay experiment:reader").code, 0) << "the recorded point is what counts";
}

TEST_F(Replay, PicturesAreComparedByTheirPixels) {
  write_text(outside(), "P2 2 1 255 100 100\n");
  components.program("painter", copy_of(outside()),
                     R"("outputs": {"result": {"path": "result",
                                               "compare": {"image": {"pixel": 2}}}})");
  import();
  ASSERT_TRUE(succeeds(ck("run program:painter")));
  write_text(outside(), "P3 1 1 255 1 1 1\n");
  EXPECT_EQ(ck("replay experiment:painter").code, 4);
  write_text(outside(), "P2 2 1 255 100 102\n");
  const auto close = ck("replay experiment:painter");
  EXPECT_EQ(close.code, 0) << close.out << close.err;
  EXPECT_NE(close.out.find("within tolerance"), std::string::npos) << close.out;
  write_text(outside(), "P2 2 1 255 100 103\n");
  const auto far = ck("replay experiment:painter");
  EXPECT_EQ(far.code, 4);
  EXPECT_NE(far.out.find("largest difference 3 at column 1"), std::string::npos) << far.out;
}

TEST_F(Replay, AMetricThatChangedDiffers) {
  components.program("reader", "echo n=$(cat '" + outside().string() + "')",
                     R"("metrics": {"n": {"unit": "1", "direction": "higher", "role": "accuracy",
                                          "from": {"stdout": "n=([0-9]+)$"
}
}
})");
  import();
  ASSERT_TRUE(succeeds(ck("run program:reader")));
  EXPECT_EQ(ck("replay experiment:reader").code, 0);
  write_text(outside(), "7\n");
  const auto result = ck("replay experiment:reader");
  EXPECT_EQ(result.code, 4) << result.out << result.err;
}

TEST_F(Replay, AProgramThatFailsNowIsAFailure) {
  components.program("moody", "test $(cat '" + outside().string() + "') = 1");
  import();
  ASSERT_TRUE(succeeds(ck("run program:moody")));
  write_text(outside(), "2\n");
  EXPECT_TRUE(fails(ck("replay experiment:moody"), 3, "program:moody"));
  const Json all = points("moody");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[1]["state"], "failed");
}

TEST_F(Replay, RemovedEnvironmentsAreRebuiltWithTheSameIds) {
  components.package("lib", "echo lib >\"$1/lib\"", R"("tags": ["lib"])");
  components.program("user", "cat \"$1/lib\" >result",
                     std::string(R"("dependencies": {"lib": {"tags": ["lib"]}}, )") + kResult);
  // The command gets the library's folder.
  components.component("program", "user",
                       std::string(R"("build": {"system": "none"},
    "dependencies": {"lib": {"tags": ["lib"]}},
    "commands": {"run": {"run": ["/bin/sh", "${program.path}/run.sh", "${lib.path}"]}}, )") +
                           kResult);
  import();
  ASSERT_TRUE(succeeds(ck("run program:user")));
  const auto before = environments();
  ASSERT_EQ(before.size(), 2u);
  for (const auto& id : before) ASSERT_TRUE(succeeds(ck("rm env:" + id + " --force")));
  ASSERT_EQ(environments(), std::vector<std::string>());
  const auto result = ck("replay experiment:user");
  EXPECT_EQ(result.code, 0) << result.out << result.err;
  EXPECT_EQ(environments(), before);
  expect_clean();
}

TEST_F(Replay, ADryRunTellsTheLevelAndRunsNothing) {
  components.program("steady", copy_of(outside()), kResult);
  import();
  ASSERT_TRUE(succeeds(ck("run program:steady")));
  const auto same = ck("replay experiment:steady --dry_run");
  EXPECT_EQ(same.code, 0) << same.err;
  EXPECT_NE(same.out.find("level: same store"), std::string::npos) << same.out;
  EXPECT_NE(same.out.find("is here"), std::string::npos) << same.out;

  for (const auto& id : environments()) ASSERT_TRUE(succeeds(ck("rm env:" + id + " --force")));
  const Json plan = json_of(ck("replay experiment:steady --dry_run --json"));
  EXPECT_EQ(plan["level"], "rebuilt");
  EXPECT_EQ(plan["needs"][0]["here"], false) << plan;
  EXPECT_EQ(plan["repetitions"], 1);
  EXPECT_EQ(environments(), std::vector<std::string>());
  EXPECT_EQ(points("steady").size(), 1u);

  EXPECT_EQ(json_of(ck("replay experiment:steady --json"))["level"], "rebuilt");
  EXPECT_EQ(json_of(ck("replay experiment:steady --json"))["level"], "same store");
}

TEST_F(Replay, ADryRunTellsWhatIsReplacedOrMissing) {
  components.program("speaker", "echo \"$WORD\" >result",
                     R"("parameters": {"word": {"type": "choice", "choices": ["one", "two"]}},
                        "variables": {"WORD": "${word}"},)" +
                         std::string(kResult));
  import();
  ASSERT_TRUE(succeeds(ck("run program:speaker --word=one")));
  const auto with = ck("replay experiment:speaker --with word=two --dry_run");
  EXPECT_EQ(with.code, 0) << with.err;
  EXPECT_NE(with.out.find("level: substitutions"), std::string::npos) << with.out;
  EXPECT_NE(with.out.find("parameter word: two instead of one"), std::string::npos) << with.out;
  EXPECT_TRUE(fails(ck("replay experiment:speaker --with wrod=two --dry_run"), 2, "word"));

  for (const auto& id : environments()) ASSERT_TRUE(succeeds(ck("rm env:" + id + " --force")));
  fs::remove_all(components.folder() / "programs/speaker");
  const auto gone = ck("replay experiment:speaker --dry_run");
  EXPECT_EQ(gone.code, 1) << gone.out << gone.err;
  EXPECT_NE(gone.out.find("level: inspect"), std::string::npos) << gone.out;
  EXPECT_NE(gone.err.find("speaker"), std::string::npos) << gone.err;
  EXPECT_EQ(points("speaker").size(), 1u);
}

TEST_F(Replay, RecordedCommitIsBuiltWhenTheRepositoryMovedOn) {
  const GitRemote remote(folder / "remotes");
  const ComponentWriter writer(remote.work(), "far");
  writer.program("moving", "echo old >result", kResult);
  remote.commit("first");
  ASSERT_TRUE(succeeds(ck({"pull", "repo", "--url=" + remote.url()})));
  ASSERT_TRUE(succeeds(ck("run program:moving")));
  const auto before = environments();

  writer.program("moving", "echo new >result", kResult);
  remote.commit("second");
  ASSERT_TRUE(succeeds(ck("pull repo:far")));
  ASSERT_TRUE(succeeds(ck("rm env:moving")));
  ASSERT_EQ(environments(), std::vector<std::string>());

  const auto result = ck("replay experiment:moving");
  EXPECT_EQ(result.code, 0) << result.out << result.err;
  EXPECT_EQ(environments(), before) << "the old recipe gives the old id";
  EXPECT_EQ(read_text(home() / "repos/far/programs/moving/run.sh"), "echo new >result")
      << "the clone stays where it is";
  expect_clean();
}

TEST_F(Replay, RecipeThatIsNowhereAnyMoreIsExplained) {
  components.program("edited", "echo old >result", kResult);
  import();
  ASSERT_TRUE(succeeds(ck("run program:edited")));
  components.program("edited", "echo new >result", kResult);
  const auto kept = ck("replay experiment:edited");
  EXPECT_EQ(kept.code, 0) << "its environment is still there: " << kept.err;
  ASSERT_TRUE(succeeds(ck("rm env:edited --force")));
  const auto result = ck("replay experiment:edited");
  EXPECT_TRUE(result.code == 1 || result.code == 4) << result.code << result.out << result.err;
  EXPECT_NE((result.out + result.err).find("edited"), std::string::npos);
  expect_clean();
}

TEST_F(Replay, OnePointOfSeveralCanBeChosen) {
  components.program("reader", copy_of(outside()), kResult);
  import();
  ASSERT_TRUE(succeeds(ck("run program:reader")));
  const std::string first = points("reader")[0]["uid"];
  write_text(outside(), "2\n");
  ASSERT_TRUE(succeeds(ck("run program:reader")));
  EXPECT_EQ(ck("replay experiment:reader").code, 0) << "the last one is meant";
  EXPECT_EQ(ck("replay experiment:reader --point=" + first).code, 4);
  EXPECT_TRUE(fails(ck("replay experiment:reader --point=ffff0000ffff0000"), 1, "point"));
}

}  // namespace
}  // namespace ck::test
