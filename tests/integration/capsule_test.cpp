// Capsules: one file with an experiment and all that replaying it elsewhere needs.

#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "support/ck_test.hpp"
#include "support/git_remote.hpp"

namespace ck::test {
namespace {

class Capsule : public CkTest {
 protected:
  Capsule() {
    write_text(data(), "41\n");
    source.write("add.txt", "1\n");
    const std::string commit = source.commit("source");
    writer.component("package", "dl",
                     R"("tags": ["dl"], "sources": [
      {"url": "file://)" +
                         data().string() + R"(", "sha256": ")" + sha256_hex("41\n") +
                         R"(", "unpack": false},
      {"git": ")" + source.url() +
                         R"(", "commit": ")" + commit + R"(", "to": "g"}],
      "build": {"system": "commands", "commands": [{"run": ["/bin/sh", "-c",
        "cp ${source}/data.txt ${source}/g/add.txt ${prefix}/"]}]})");
    write_program("first");
    remote.commit("first");
  }

  void write_program(const std::string& edition) const {
    const std::string body = R"json("build": {"system": "none"},
      "dependencies": {"dl": {"tags": ["dl"], "kind": "package"}},
      "commands": {"run": {"run": ["/bin/sh", "-c",
        "echo answer=$(( $(cat ${dl.path}/data.txt) + $(cat ${dl.path}/add.txt) )) | tee result"]}},
      "outputs": {"result": {"path": "result"}},
      "metrics": {"answer": {"unit": "count", "direction": "higher",
                             "from": {"stdout": "answer=(.*)"}}})json";
    writer.component("program", "sum", R"("x-edition": ")" + edition + "\", " + body);
  }

  fs::path data() const { return folder / "server/data.txt"; }
  std::string capsule() const { return (folder / "sum.ckz").string(); }
  Variables elsewhere() const {
    return {{"CK_HOME", (folder / "other").string()}, {"HOME", (folder / "empty").string()}};
  }

  /// Another home that has the program too.
  Variables elsewhere_with_repository() const {
    EXPECT_TRUE(succeeds(ck({"pull", "repo", "--url=" + remote.url()}, elsewhere())));
    return elsewhere();
  }

  Json level_elsewhere() const {
    return json_of(ck("replay experiment:sum --dry_run --json", elsewhere()))["level"];
  }

  void record() const {
    ASSERT_TRUE(succeeds(ck({"pull", "repo", "--url=" + remote.url()})));
    ASSERT_TRUE(succeeds(ck("run program:sum --record_uoa=sum")));
    ASSERT_TRUE(succeeds(ck({"note", "experiment:sum", "it is 42"})));
  }

  /// The capsule is made, and all it was made from is gone.
  void export_and_cut_off() const {
    ASSERT_NO_FATAL_FAILURE(record());
    ASSERT_TRUE(succeeds(ck("export experiment:sum --out=" + capsule())));
    fs::remove_all(data().parent_path());
    fs::remove_all(folder / "remotes");
    fs::rename(home(), folder / "gone");
    fs::create_directories(folder / "empty");
  }

  const GitRemote source{folder / "remotes", "source"};
  const GitRemote remote{folder / "remotes"};
  const ComponentWriter writer{remote.work(), "far"};
};

TEST_F(Capsule, CarriesSignaturesTagsAndNotes) {
  const auto ssh_keygen = find_program("ssh-keygen");
  if (ssh_keygen.empty()) GTEST_SKIP() << "ssh-keygen is not installed";
  ASSERT_NO_FATAL_FAILURE(record());
  ASSERT_TRUE(succeeds(ck("run program:sum --record_uoa=sum")));
  ASSERT_TRUE(succeeds(ck("tag experiment:sum +paper")));
  const std::string key = (folder / "key").string();
  ASSERT_EQ(run_command({ssh_keygen, "-q", "-t", "ed25519", "-N", "", "-f", key}).code, 0);
  // There its record has another number than here.
  ASSERT_TRUE(succeeds(ck("run program:sum --record_uoa=other", elsewhere_with_repository())));
  ASSERT_TRUE(succeeds(ck("sign experiment:sum --signer=me@here --key=" + key)));
  ASSERT_TRUE(succeeds(ck("run program:sum --record_uoa=sum")));
  ASSERT_TRUE(succeeds(ck("export experiment:sum --out=" + capsule())));
  const auto imported = ck("import " + capsule(), elsewhere());
  ASSERT_TRUE(succeeds(imported));
  EXPECT_NE(imported.out.find("signed by me@here  valid"), std::string::npos) << imported.out;
  const Json verified = json_of(ck("verify experiment:sum --json", elsewhere()));
  EXPECT_EQ(verified["good"], true) << verified;
  EXPECT_EQ(verified["signatures"][0]["state"], "valid") << verified;
  const auto found = ck("ls experiment --tags=paper", elsewhere());
  EXPECT_NE(found.out.find("sum"), std::string::npos) << found.out;
  const auto again = json_of(ck("import " + capsule() + " --json", elsewhere()));
  EXPECT_EQ(again["added"], 0);
  EXPECT_EQ(json_of(ck("verify experiment:sum --json", elsewhere()))["signatures"].size(), 1U)
      << "none is kept twice";
  write_text(folder / "other/allowed_signers",
             "me@here ssh-ed25519 " + std::string(68, 'A') + "\n");
  EXPECT_TRUE(
      fails(ck("import " + capsule(), elsewhere()), 1, "signature of me@here is untrusted"));
}

TEST_F(Capsule, VerifiesWhatWasRemovedAndImportedAgain) {
  ASSERT_NO_FATAL_FAILURE(record());
  ASSERT_TRUE(succeeds(ck("export experiment:sum --out=" + capsule())));
  ASSERT_TRUE(succeeds(ck("rm experiment:sum --yes")));
  ASSERT_TRUE(succeeds(ck("import " + capsule())));
  const auto one = ck("verify experiment:sum");
  EXPECT_TRUE(succeeds(one)) << one.out;
  const auto all = ck("verify experiment --all");
  ASSERT_TRUE(succeeds(all)) << all.out;
  EXPECT_NE(all.out.find("2 records, 1 of them of an earlier removal: intact"), std::string::npos)
      << all.out;
  EXPECT_NE(all.out.find("2 notes and later tags, 1 of them of an earlier removal: intact"),
            std::string::npos)
      << all.out;
}

TEST_F(Capsule, ReplaysOnABareMachineWithoutANetwork) {
  ASSERT_NO_FATAL_FAILURE(export_and_cut_off());
  const std::string env = "env -i PATH=\"$PATH\" HOME=" + (folder / "empty").string() +
                          " CK_HOME=" + (folder / "other").string();
  const bool apart = shell("unshare -rn true").code == 0;
  const std::string without_network = (apart ? "unshare -rn " : "") + env;
  const auto imported = shell(without_network + " ck import " + capsule());
  ASSERT_EQ(imported.code, 0) << imported.output;
  EXPECT_NE(imported.output.find("experiment:sum  1 point added, 0 known"), std::string::npos)
      << imported.output;
  EXPECT_EQ(level_elsewhere(), "capsule");
  const auto replayed = shell(without_network + " ck replay experiment:sum --json >" +
                              (folder / "out.json").string());
  ASSERT_EQ(replayed.code, 0) << replayed.output << read_text(folder / "out.json");
  EXPECT_EQ(Json::parse(read_text(folder / "out.json"))["level"], "capsule");
  const auto records = ck("verify experiment --all", elsewhere());
  EXPECT_TRUE(succeeds(records));
  EXPECT_NE(ck({"search", "experiment", "42"}, elsewhere()).out.find("it is 42"),
            std::string::npos);
  EXPECT_NE(ck("ls repo", elsewhere()).out.find(remote.url()), std::string::npos)
      << "a repository keeps its address";
  const auto again = ck("replay experiment:sum", elsewhere());
  EXPECT_NE(again.out.find("level: same store"), std::string::npos) << again.out << again.err;
  ASSERT_TRUE(succeeds(ck({"rm", "env:*", "--force"}, elsewhere())));
  EXPECT_EQ(level_elsewhere(), "capsule");
  fs::remove_all(folder / "other/downloads");
  EXPECT_EQ(level_elsewhere(), "rebuilt") << "what came in the capsule is gone";
}

TEST_F(Capsule, HasRepositoriesThatAreInNoGit) {
  components.component("program", "plain", R"("build": {"system": "none"},
      "commands": {"run": {"run": ["/bin/echo", "same"]}})");
  import();
  ASSERT_TRUE(succeeds(ck("run program:plain --record_uoa=sum")));
  ASSERT_TRUE(succeeds(ck("export experiment:sum --out=" + capsule())));
  fs::remove_all(folder / "components");
  const auto imported = json_of(ck("import " + capsule() + " --json", elsewhere()));
  EXPECT_EQ(imported["repositories"], Json::array({"tiny"}));
  const auto replayed = ck("replay experiment:sum --offline", elsewhere());
  EXPECT_EQ(replayed.code, 0) << replayed.out << replayed.err;
  EXPECT_EQ(json_of(ck("import " + capsule() + " --json", elsewhere()))["added"], 0);
}

TEST_F(Capsule, HasTheCommitThatRanThoughTheFolderWasImportedAtAnEarlierOne) {
  ASSERT_TRUE(succeeds(ck({"import", "repo", "--path=" + remote.work().string()})));
  write_program("second");
  const std::string second = remote.commit("second");
  ASSERT_TRUE(succeeds(ck("run program:sum --record_uoa=sum")));
  EXPECT_NE(ck("lock experiment:sum").out.find(second), std::string::npos);
  write_program("third");
  remote.commit("third");
  ASSERT_TRUE(succeeds(ck("export experiment:sum --out=" + capsule())));
  fs::remove_all(folder / "remotes");
  ASSERT_TRUE(succeeds(ck("import " + capsule(), elsewhere())));
  EXPECT_TRUE(succeeds(ck("replay experiment:sum --offline", elsewhere())));
}

TEST_F(Capsule, HasWhatWasNeverCommittedOrIsNotMade) {
  ASSERT_TRUE(succeeds(ck({"import", "repo", "--path=" + remote.work().string()})));
  write_program("uncommitted");
  ASSERT_TRUE(succeeds(ck("run program:sum --record_uoa=sum")));
  ASSERT_TRUE(succeeds(ck("export experiment:sum --out=" + capsule())));
  write_program("changed again");
  const std::string other = (folder / "other.ckz").string();
  EXPECT_TRUE(fails(ck("export experiment:sum --out=" + other), 1, "was changed since"));
  EXPECT_FALSE(fs::exists(other));
  fs::remove_all(folder / "remotes");
  ASSERT_TRUE(succeeds(ck("import " + capsule(), elsewhere())));
  EXPECT_TRUE(succeeds(ck("replay experiment:sum --offline", elsewhere())));
}

TEST_F(Capsule, IsNoLevelWithoutTheRepositoriesThatCame) {
  ASSERT_TRUE(succeeds(ck({"import", "repo", "--path=" + remote.work().string()})));
  write_program("uncommitted");
  ASSERT_TRUE(succeeds(ck("run program:sum --record_uoa=sum")));
  ASSERT_TRUE(succeeds(ck("export experiment:sum --out=" + capsule())));
  ASSERT_TRUE(succeeds(ck("import " + capsule(), elsewhere())));
  EXPECT_EQ(level_elsewhere(), "capsule");
  for (const auto& one : names_in("../other/mirrors"))
    fs::remove_all(folder / "other/mirrors" / one / "folders");
  EXPECT_NE(level_elsewhere(), "capsule");
}

TEST_F(Capsule, ChangesNothingThatIsHere) {
  ASSERT_NO_FATAL_FAILURE(record());
  ASSERT_TRUE(succeeds(ck("export experiment:sum --out=" + capsule())));
  EXPECT_TRUE(fails(ck("export experiment:sum --out=" + capsule()), 1, "exists already"));
  const std::string before = ck("show experiment:sum --json").out;
  const auto again = ck("import " + capsule());
  ASSERT_TRUE(succeeds(again));
  EXPECT_NE(again.out.find("0 points added, 1 known"), std::string::npos) << again.out;
  EXPECT_NE(again.err.find("repo:far is here already"), std::string::npos) << again.err;
  EXPECT_EQ(ck("show experiment:sum --json").out, before);
  EXPECT_EQ(json_of(ck("replay experiment:sum --dry_run --json"))["level"], "same store")
      << "the point was here before its capsule";
  // Another experiment of that name stays; a newer repository too, and the replay has the old one.
  write_program("second");
  remote.commit("second");
  ASSERT_TRUE(succeeds(ck({"pull", "repo", "--url=" + remote.url()}, elsewhere())));
  ASSERT_TRUE(succeeds(ck("run program:sum --record_uoa=sum", elsewhere())));
  const auto imported = json_of(ck("import " + capsule() + " --json", elsewhere()));
  EXPECT_EQ(imported["added"], 1);
  EXPECT_NE(imported["experiment"], "sum");
  fs::remove_all(folder / "remotes");
  const auto replayed = ck(
      "replay experiment:" + imported["experiment"].get<std::string>() + " --offline", elsewhere());
  EXPECT_EQ(replayed.code, 0) << replayed.out << replayed.err;
  expect_clean();
}

TEST_F(Capsule, RefusesWhatIsDamagedOrNone) {
  ASSERT_NO_FATAL_FAILURE(export_and_cut_off());
  EXPECT_TRUE(
      fails(ck("import " + (folder / "nothing.ckz").string(), elsewhere()), 1, "there is no file"));
  const std::string bytes = read_text(capsule());
  write_text(folder / "half.ckz", bytes.substr(0, bytes.size() / 2));
  EXPECT_EQ(ck("import " + (folder / "half.ckz").string(), elsewhere()).code, 1);
  const std::string inside = (folder / "inside").string();
  const auto changed =
      shell("mkdir " + inside + " && cd " + inside + " && tar --zstd -xf " + capsule() +
            " && sed -i 's/program:sum/program:mus/' records/points/*.json && tar --zstd -cf " +
            (folder / "changed.ckz").string() + " *");
  ASSERT_EQ(changed.code, 0) << changed.output;
  EXPECT_TRUE(fails(ck("import " + (folder / "changed.ckz").string(), elsewhere()), 1,
                    "is not what was recorded"));
  EXPECT_EQ(ck("ls experiment", elsewhere()).out, "");
  const auto empty = shell("cd " + (folder / "empty").string() + " && touch x && tar --zstd -cf " +
                           (folder / "empty.ckz").string() + " x");
  ASSERT_EQ(empty.code, 0) << empty.output;
  EXPECT_TRUE(
      fails(ck("import " + (folder / "empty.ckz").string(), elsewhere()), 1, "this is no capsule"));
}

}  // namespace
}  // namespace ck::test
