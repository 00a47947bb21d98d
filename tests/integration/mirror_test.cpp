// Mirrors: what a lock needs, taken to a machine that reaches nothing else.

#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "support/ck_test.hpp"
#include "support/git_remote.hpp"

namespace ck::test {
namespace {

class Mirror : public CkTest {
 protected:
  Mirror() {
    write_text(data(), "data\n");
    source.write("in.txt", "from git\n");
    const std::string commit = source.commit("source");
    writer.component("package", "dl",
                     R"("tags": ["dl"], "sources": [
      {"url": ")" + url() +
                         R"(", "sha256": ")" + sha256_hex("data\n") + R"(", "unpack": false},
      {"git": ")" + source.url() +
                         R"(", "commit": ")" + commit + R"(", "to": "g"}],
      "build": {"system": "commands", "commands": [{"run": ["/bin/sh", "-c",
        "cp ${source}/data.txt ${source}/g/in.txt ${prefix}/"]}]})");
    remote.commit("first");
  }

  fs::path data() const { return folder / "server/data.txt"; }
  std::string url() const { return "file://" + data().string(); }
  fs::path mirror() const { return folder / "mirror"; }
  std::string locked() const { return " --locked=" + (folder / "ck.lock").string(); }
  Variables elsewhere() const { return {{"CK_HOME", (folder / "other").string()}}; }

  /// The mirror is made, and all it was made from is gone.
  void make_and_cut_off() const {
    ASSERT_TRUE(succeeds(ck({"pull", "repo", "--url=" + remote.url()})));
    ASSERT_TRUE(succeeds(ck("lock package:dl --out=" + (folder / "ck.lock").string())));
    ASSERT_TRUE(succeeds(ck("mirror create " + mirror().string() + locked())));
    ASSERT_TRUE(succeeds(ck("mirror create " + mirror().string() + locked()))) << "again";
    ASSERT_TRUE(succeeds(ck("mirror verify " + mirror().string())));
    fs::remove_all(data().parent_path());
    fs::remove_all(folder / "remotes");
  }

  const GitRemote source{folder / "remotes", "source"};
  const GitRemote remote{folder / "remotes"};
  const ComponentWriter writer{remote.work(), "far"};
};

TEST_F(Mirror, InstallsWhereNothingElseIsReachable) {
  ASSERT_NO_FATAL_FAILURE(make_and_cut_off());
  ASSERT_TRUE(succeeds(ck("install package:dl" + locked())));
  const std::string from = " --offline --mirror=" + mirror().string();
  ASSERT_TRUE(succeeds(ck("pull" + from, elsewhere())));
  EXPECT_EQ(ck("install --offline" + locked(), elsewhere()).code, 1);
  ASSERT_TRUE(succeeds(ck("install" + locked() + from, elsewhere())));
  EXPECT_EQ(names_in("../other/envs"), environments());
}

TEST_F(Mirror, DamageIsFoundAndNotUsed) {
  ASSERT_NO_FATAL_FAILURE(make_and_cut_off());
  const std::string hash = sha256_hex("data\n");
  write_text(mirror() / "files" / hash.substr(0, 2) / hash, "other\n");
  EXPECT_TRUE(fails(ck("mirror verify " + mirror().string()), 1, hash));
  const std::string from = " --offline --mirror=" + mirror().string();
  EXPECT_TRUE(fails(ck("install" + locked() + from, elsewhere()), 1, hash));
  EXPECT_EQ(names_in("../other/envs"), std::vector<std::string>());
}

TEST_F(Mirror, ExplainsWhatIsMissing) {
  EXPECT_TRUE(fails(ck("mirror"), 2, "which mirror"));
  EXPECT_TRUE(fails(ck("mirror create x"), 2, "is made for a lock"));
  EXPECT_TRUE(fails(ck("mirror verify " + (folder / "nothing").string()), 1, "ck mirror create"));
  write_text(folder / "bad/mirror.json",
             R"({"schema": "ck.mirror/1", "files": [{"sha256": "../../x"}]})");
  EXPECT_TRUE(fails(ck("mirror verify " + (folder / "bad").string()), 1, "hexadecimal digits"));
}

}  // namespace
}  // namespace ck::test
