// Asking, comparing and checking recorded experiments, as a user does.

#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"
#include "support/git_remote.hpp"

namespace ck::test {
namespace {

class ArchiveVerbs : public CkTest {
 protected:
  /// A program with parameters p0 … and a result that only one of them decides.
  void write_program(int parameters, int cause) {
    std::string declared;
    std::string arguments;
    for (int i = 0; i < parameters; ++i) {
      const std::string name = "p" + std::to_string(i);
      declared +=
          (i == 0 ? "" : ",") + quoted_json(name) + R"(: {"type": "integer", "default": 1})";
      if (i == cause) arguments = R"(, "${)" + name + R"(}")";
    }
    components.file("program", "many", "run.sh", "echo \"$1\" >result; echo n=$1\n");
    const std::string results = R"json("outputs": {"result": {"path": "result"}},
        "metrics": {"n": {"unit": "count", "direction": "higher",
                          "from": {"stdout": "n=([0-9]+)"}}})json";
    components.component("program", "many",
                         R"("build": {"system": "none"}, "parameters": {)" + declared + "}," +
                             R"("commands": {"run": {"run": ["/bin/sh", "${program.path}/run.sh")" +
                             arguments + "]}}, " + results);
    import();
  }

  /// Experiments one and two: program:moving of repo:far at its first and its second commit.
  void run_two_commits(std::string& first) {
    const GitRemote remote(folder / "remotes");
    const ComponentWriter writer(remote.work(), "far");
    const std::string rest = R"json("outputs": {"result": {"path": "result"}})json";
    writer.program("moving", "echo old >result", rest);
    first = remote.commit("first");
    ASSERT_TRUE(succeeds(ck({"pull", "repo", "--url=" + remote.url()})));
    ASSERT_TRUE(succeeds(ck("run program:moving --record_uoa=one")));
    writer.program("moving", "echo new >result", rest);
    remote.commit("second");
    ASSERT_TRUE(succeeds(ck("pull repo:far")));
    ASSERT_TRUE(succeeds(ck("run program:moving --record_uoa=two")));
  }

  void run_both(int parameters) {
    ASSERT_TRUE(succeeds(ck("run program:many --record_uoa=one")));
    std::string line = "run program:many --record_uoa=two";
    for (int i = 0; i < parameters; ++i) line += " --p" + std::to_string(i) + "=2";
    ASSERT_TRUE(succeeds(ck(line)));
  }
};

TEST_F(ArchiveVerbs, BisectFindsOneCauseAmong32DifferencesIn7Trials) {
  write_program(32, 21);
  run_both(32);
  const auto result = ck("bisect experiment:one experiment:two --repetitions=1 --json");
  ASSERT_TRUE(succeeds(result));
  const Json json = json_of(result);
  EXPECT_EQ(json["cause"]["name"], "p21");
  EXPECT_EQ(json["differences"].size(), 32U);
  EXPECT_LE(json["trials"].size(), 7U);
  EXPECT_EQ(json["told_by"], "output result");
  EXPECT_EQ(points("one-bisect").size(), json["trials"].size());
  const auto text = ck("bisect experiment:one experiment:two --repetitions=1 --metric=n");
  EXPECT_NE(text.out.find("what matters: parameter p21: 1 in A, 2 in B"), std::string::npos)
      << text.out;
  EXPECT_TRUE(fails(ck("bisect experiment:one experiment:one"), 1, "nothing else can be swapped"));
  EXPECT_TRUE(fails(ck("bisect experiment:one"), 2, "which other one"));
  expect_clean();
}

TEST_F(ArchiveVerbs, BisectTellsTheCommitFromTheParameters) {
  const GitRemote remote(folder / "remotes");
  const ComponentWriter writer(remote.work(), "far");
  const std::string rest = R"json("parameters": {"p": {"type": "integer", "default": 1},
      "q": {"type": "integer", "default": 1}}, "outputs": {"result": {"path": "result"}})json";
  writer.program("moving", "echo old >result", rest);
  const std::string first = remote.commit("first");
  ASSERT_TRUE(succeeds(ck({"pull", "repo", "--url=" + remote.url()})));
  ASSERT_TRUE(succeeds(ck("run program:moving --record_uoa=one")));
  writer.program("moving", "echo new >result", rest);
  const std::string second = remote.commit("second");
  ASSERT_TRUE(succeeds(ck("pull repo:far")));
  ASSERT_TRUE(succeeds(ck("run program:moving --record_uoa=two --p=2 --q=2")));
  writer.program("moving", "echo newest >result", rest);
  remote.commit("third");
  ASSERT_TRUE(succeeds(ck("pull repo:far")));

  const Json json = json_of(ck("bisect experiment:one experiment:two --repetitions=1 --json"));
  EXPECT_EQ(json["cause"],
            (Json{{"kind", "repository"}, {"name", "far"}, {"a", first}, {"b", second}}));
  EXPECT_EQ(json["differences"].size(), 3U);
  EXPECT_EQ(read_text(home() / "repos/far/programs/moving/run.sh"), "echo newest >result")
      << "the clone stays where it is";
  expect_clean();
}

TEST_F(ArchiveVerbs, BisectLeavesAWorkTreeThatWasEditedAlone) {
  std::string first;
  run_two_commits(first);
  // The clone stands at the commit of B, but is not what B ran.
  write_text(home() / "repos/far/programs/moving/run.sh", "echo edited >result");
  const Json json = json_of(ck("bisect experiment:one experiment:two --repetitions=1 --json"));
  EXPECT_EQ(json["cause"]["kind"], "repository");
  EXPECT_EQ(json["cause"]["a"], first);
  EXPECT_EQ(read_text(home() / "repos/far/programs/moving/run.sh"), "echo edited >result");
  expect_clean();
}

TEST_F(ArchiveVerbs, BisectNeedsTheCommitsOfBoth) {
  std::string first;
  run_two_commits(first);
  ASSERT_TRUE(succeeds(ck("rm repo:far --force")));
  const auto gone = ck("bisect experiment:one experiment:two --repetitions=1");
  EXPECT_NE(gone.code, 0);
  EXPECT_NE(gone.err.find("repo:far: commit " + first), std::string::npos) << gone.err;
  expect_clean();
}

TEST_F(ArchiveVerbs, OnlyALockNeedsTheFoldersOfThisMachine) {
  write_program(1, 0);
  run_both(1);
  const std::string words = "is a folder of this machine without a URL";
  const auto locked = ck("lock program:many");
  ASSERT_TRUE(succeeds(locked));
  EXPECT_NE(locked.err.find(words), std::string::npos) << locked.err;
  const auto exported = ck("export experiment:one --out=one.ckz");
  ASSERT_TRUE(succeeds(exported));
  EXPECT_EQ(exported.err.find(words), std::string::npos) << exported.err;
}

TEST_F(ArchiveVerbs, DiffRanksParametersBeforeResults) {
  write_program(2, 0);
  run_both(2);
  const Json json = json_of(ck("diff experiment:one experiment:two --json"));
  ASSERT_GE(json["differences"].size(), 4U);
  EXPECT_EQ(json["differences"][0]["effect"], false);
  EXPECT_EQ(json["differences"].back()["effect"], true);
  const auto text = ck("diff experiment:one experiment:two");
  EXPECT_NE(text.out.find("parameter p0"), std::string::npos) << text.out;
  EXPECT_TRUE(fails(ck("diff experiment:one experiment:three"), 1, "no experiment 'three'"));
}

TEST_F(ArchiveVerbs, WhatWasTamperedWithIsNamed) {
  write_program(1, 0);
  run_both(1);
  EXPECT_TRUE(succeeds(ck("verify experiment --all")));
  EXPECT_TRUE(succeeds(ck("verify experiment:one")));
  const auto sqlite = find_program("sqlite3");
  if (sqlite.empty()) GTEST_SKIP() << "sqlite3 is not installed";
  ASSERT_EQ(run_command({sqlite, (home() / "ck.sqlite").string(),
                         "UPDATE repetition SET wall_ns = wall_ns / 2 WHERE point_id = 2"})
                .code,
            0);
  const auto all = ck("verify experiment --all");
  EXPECT_EQ(all.code, 1);
  EXPECT_NE(all.out.find("record 2, point "), std::string::npos) << all.out;
  EXPECT_NE(all.out.find("experiment:two: its point is not what was recorded"), std::string::npos)
      << all.out;
  EXPECT_EQ(ck("verify experiment:one").code, 0);
  EXPECT_EQ(json_of(ck("verify experiment:two --json"))["good"], false);
  EXPECT_TRUE(fails(ck("verify experiment"), 2, "verify which experiment?"));
}

TEST_F(ArchiveVerbs, ColumnsAndNotesThatWereChangedAreToldAndColumnsMadeAgain) {
  write_program(1, 0);
  run_both(1);
  ASSERT_TRUE(succeeds(ck({"note", "experiment:one", "it was warm"})));
  const auto sqlite = find_program("sqlite3");
  if (sqlite.empty()) GTEST_SKIP() << "sqlite3 is not installed";
  const auto alter = [&](const std::string& sql) {
    ASSERT_EQ(run_command({sqlite, (home() / "ck.sqlite").string(), sql}).code, 0);
  };
  const auto sound = ck("verify experiment --all");
  ASSERT_TRUE(succeeds(sound));
  EXPECT_NE(sound.out.find("1 note or later tag: intact"), std::string::npos) << sound.out;
  EXPECT_NE(sound.out.find("newest note or later tag "), std::string::npos) << sound.out;
  alter("UPDATE summary SET medians = zeroblob(length(medians)) WHERE point_id = 2");
  const auto told = ck("verify experiment --all");
  EXPECT_EQ(told.code, 1);
  EXPECT_NE(told.out.find("columns: not what 1 of 2 points say"), std::string::npos) << told.out;
  EXPECT_NE(told.out.find("'ck repair experiment:two' makes its columns again"), std::string::npos)
      << told.out;
  EXPECT_EQ(ck("verify experiment:one").code, 0);
  EXPECT_EQ(json_of(ck("verify experiment:two --json"))["columns"]["differing"], 1);
  EXPECT_TRUE(fails(ck("repair experiment"), 2, "repair which experiment?"));
  const auto repaired = ck("repair experiment --all");
  ASSERT_TRUE(succeeds(repaired));
  EXPECT_NE(repaired.out.find("repaired  experiment:two, 1 point"), std::string::npos)
      << repaired.out;
  EXPECT_TRUE(succeeds(ck("verify experiment --all")));
  EXPECT_EQ(json_of(ck("repair experiment:two --json"))["experiments"][0]["outcome"], "sound");
  alter("UPDATE annotation SET text = 'it was cold'");
  const auto note = ck("verify experiment:one");
  EXPECT_EQ(note.code, 1);
  EXPECT_NE(note.out.find("note 1 of experiment:one: it does not say what was said"),
            std::string::npos)
      << note.out;
  alter("UPDATE repetition SET wall_ns = 1 WHERE point_id = 2");
  const auto broken = ck("repair experiment:two");
  EXPECT_EQ(broken.code, 1);
  EXPECT_NE(broken.out.find("its point is not what was recorded"), std::string::npos) << broken.out;
}

TEST_F(ArchiveVerbs, OptionsOfEnvironmentsAreNoneOfARepairOfColumns) {
  write_program(1, 0);
  run_both(1);
  EXPECT_TRUE(fails(ck("repair experiment:one --all"), 2, "exclude each other"));
  EXPECT_TRUE(fails(ck("repair experiment:one --tags=a"), 2, "--tags chooses environments"));
  EXPECT_TRUE(fails(ck("verify experiment --all --tags=a"), 2, "--tags chooses environments"));
  const auto forced = ck("repair experiment:one --force");
  ASSERT_TRUE(succeeds(forced));
  EXPECT_NE(forced.out.find("repaired  experiment:one, 1 point"), std::string::npos) << forced.out;
}

TEST_F(ArchiveVerbs, ARepairThatFailsDoesNotHoldUpTheOthers) {
  write_program(1, 0);
  run_both(1);
  ASSERT_TRUE(succeeds(ck({"note", "experiment:one", "it was warm"})));
  const auto sqlite = find_program("sqlite3");
  if (sqlite.empty()) GTEST_SKIP() << "sqlite3 is not installed";
  const auto alter = [&](const std::string& sql) {
    ASSERT_EQ(run_command({sqlite, (home() / "ck.sqlite").string(), sql}).code, 0);
  };
  alter("UPDATE summary SET medians = x''");
  alter(
      "CREATE TRIGGER refuse BEFORE INSERT ON summary WHEN new.point_id = 1 "
      "BEGIN SELECT RAISE(ABORT, 'not this one'); END");
  const auto result = ck("repair experiment --all");
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.out.find("not repaired  experiment:one: "), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("repaired  experiment:two, 1 point"), std::string::npos) << result.out;
  EXPECT_NE(result.err.find("not this one"), std::string::npos) << result.err;
  alter("UPDATE summary SET medians = x''");
  const Json json = json_of(ck("repair experiment --all --json"));
  EXPECT_EQ(json["ok"], false);
  EXPECT_EQ(json["experiments"][0]["outcome"], "failed");
  EXPECT_EQ(json["experiments"][1]["outcome"], "repaired");
  alter("DELETE FROM annotation");
  const auto gone = ck("verify experiment --all");
  EXPECT_NE(gone.out.find("note 1 of experiment:one: it is gone"), std::string::npos) << gone.out;
}

TEST_F(ArchiveVerbs, ASignatureIsCheckedAgainstAllowedSigners) {
  const auto ssh_keygen = find_program("ssh-keygen");
  if (ssh_keygen.empty()) GTEST_SKIP() << "ssh-keygen is not installed";
  write_program(1, 0);
  run_both(1);
  const std::string key = (folder / "key").string();
  ASSERT_EQ(run_command({ssh_keygen, "-q", "-t", "ed25519", "-N", "", "-f", key}).code, 0);
  EXPECT_TRUE(fails(ck("sign experiment:one"), 2, "with which key"));
  EXPECT_TRUE(fails(ck("sign experiment:one --key=nowhere"), 1, "there is no key nowhere"));
  ASSERT_TRUE(succeeds(ck("sign experiment:one --signer=me@here --key=" + key)));
  const auto state = [&](const std::string& more = "") {
    return json_of(ck("verify experiment:one --json" + more))["signatures"][0]["state"];
  };
  EXPECT_EQ(state(), "valid");
  write_text(folder / "signers", "me@here " + read_text(key + ".pub"));
  EXPECT_EQ(state(" --allowed_signers=" + (folder / "signers").string()), "trusted");
  write_text(folder / "others", "you@there " + read_text(key + ".pub"));
  EXPECT_EQ(state(" --allowed_signers=" + (folder / "others").string()), "untrusted");
  write_text(home() / "allowed_signers", "me@here " + read_text(key + ".pub"));
  EXPECT_EQ(state(), "trusted");
  ASSERT_TRUE(succeeds(ck("run program:many --record_uoa=one")));
  EXPECT_EQ(state(), "trusted") << "what came later was not signed";
}

TEST_F(ArchiveVerbs, PicturesAreWrittenOrShown) {
  write_program(1, 0);
  run_both(1);
  EXPECT_TRUE(fails(ck("plot experiment:one --x=n --y=wall_time --out=x.pdf"), 2, ".svg or .png"));
  EXPECT_TRUE(fails(ck("plot experiment:one --kind=histori --y=n"), 2, "did you mean 'history'"));
  if (find_program("gnuplot").empty()) {
    EXPECT_TRUE(fails(ck("plot experiment:one --x=n --y=wall_time"), 1, "apt install gnuplot-nox"));
    GTEST_SKIP() << "gnuplot is not installed";
  }
  const std::string out = (folder / "x.svg").string();
  ASSERT_TRUE(succeeds(ck("plot experiment --x=n --y=wall_time --pareto --out=" + out)));
  EXPECT_NE(read_text(out).find("<svg"), std::string::npos);
  const auto shown = ck("plot experiment:one");
  ASSERT_TRUE(succeeds(shown));
  EXPECT_NE(shown.out.find("wall_time"), std::string::npos) << shown.out;
}

TEST_F(ArchiveVerbs, AReportSaysWhatIsMissing) {
  write_program(1, 0);
  run_both(1);
  ASSERT_TRUE(succeeds(ck({"note", "experiment:one", "abstract: Small things count."})));
  const std::string out = (folder / "ae.md").string();
  const auto written = ck("report experiment:one --out=" + out);
  ASSERT_TRUE(succeeds(written));
  const auto text = read_text(out);
  EXPECT_NE(text.find("Small things count."), std::string::npos);
  EXPECT_NE(text.find("*(not recorded)*"), std::string::npos);
  EXPECT_NE(written.err.find("not recorded: "), std::string::npos) << written.err;
  EXPECT_TRUE(fails(ck("report experiment:one --template=aee"), 1, "did you mean 'ae'"));
  EXPECT_EQ(json_of(ck("report experiment:one --json"))["schema"], "ck.report/1");
}

TEST_F(ArchiveVerbs, ResultsOfOtherToolsAreImported) {
  write_text(folder / "bench.json",
             R"({"results":[{"command":"true","times":[0.1,0.2],"parameters":{"n":"4"}}]})");
  const std::string file = (folder / "bench.json").string();
  ASSERT_TRUE(succeeds(ck("import " + file + " --name=other")));
  const Json json =
      json_of(ck({"ls", "experiment", "--where=param.n = 4 and wall_time_ms > 100", "--json"}));
  EXPECT_EQ(json["matched"], 1);
  EXPECT_NE(ck("import " + file + " --name=other").out.find("0 points added, 1 known"),
            std::string::npos);
  write_text(folder / "else.json", "{}");
  EXPECT_TRUE(fails(ck("import " + (folder / "else.json").string()), 1, "no results of hyperfine"));
}

}  // namespace
}  // namespace ck::test
