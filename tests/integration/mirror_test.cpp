// Mirrors: what a lock needs, taken to a machine that reaches nothing else.

#include <nlohmann/json.hpp>

#include "base/integrity.hpp"
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

/// A component of an npm and of a Python package.
class PackageMirror : public Mirror {
 protected:
  void SetUp() override {
    if (find_program("python3").empty()) GTEST_SKIP() << "making a wheel needs python3";
    const fs::path server = data().parent_path();
    write_text(folder / "npm/package/package.json", R"({"name": "pad", "version": "1.3.0"})");
    write_text(folder / "npm/package/index.js", "pad\n");
    const std::string archive = (server / "pad.tgz").string();
    ASSERT_EQ(run_command({"tar", "-czf", archive, "package"}, folder / "npm").code, 0);
    write_text(folder / "wheel/pack.py", "pack\n");
    write_text(folder / "wheel/pack-1.0.dist-info/METADATA",
               "Metadata-Version: 2.1\nName: pack\nVersion: 1.0\n");
    const std::string wheel = (server / "pack-1.0-py3-none-any.whl").string();
    const std::string script = "import zipfile\nz = zipfile.ZipFile('" + wheel +
                               "', 'w')\nfor n in ('pack.py', 'pack-1.0.dist-info/METADATA'):\n"
                               "  z.write(n)\nz.close()\n";
    ASSERT_EQ(run_command({"python3", "-c", script}, folder / "wheel").code, 0);
    writer.component("package", "dl",
                     R"("tags": ["dl"], "sources": [
      {"npm": "pad", "version": "1.3.0", "integrity": ")" +
                         sha512_integrity(read_text(archive)) + R"(", "from": "file://)" + archive +
                         R"("},
      {"pip": "pack", "version": "1.0", "sha256": ")" +
                         sha256_hex(read_text(wheel)) + R"(", "from": "file://)" + wheel + R"("}],
      "build": {"system": "commands", "commands": [{"run": ["/bin/sh", "-c",
        "cp ${source}/lib/node_modules/pad/index.js ${source}/lib/python/pack.py ${prefix}/"]}]})");
    writer.program("user", "echo fine", R"("dependencies": {"dl": {"tags": ["dl"]}})");
    remote.commit("packages");
  }
};

TEST_F(PackageMirror, InstallsWhereNothingElseIsReachable) {
  ASSERT_NO_FATAL_FAILURE(make_and_cut_off());
  const std::string from = " --offline --mirror=" + mirror().string();
  ASSERT_TRUE(succeeds(ck("pull" + from, elsewhere())));
  EXPECT_EQ(ck("install --offline" + locked(), elsewhere()).code, 1);
  ASSERT_TRUE(succeeds(ck("install" + locked() + from, elsewhere())));
  const auto made = names_in("../other/envs");
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(read_text(folder / "other/envs" / made[0] / "index.js"), "pad\n");
  EXPECT_EQ(read_text(folder / "other/envs" / made[0] / "pack.py"), "pack\n");
}

TEST_F(PackageMirror, GoesIntoCapsules) {
  ASSERT_TRUE(succeeds(ck({"pull", "repo", "--url=" + remote.url()})));
  ASSERT_TRUE(succeeds(ck("run program:user --record_uoa=used")));
  const std::string capsule = (folder / "used.ckz").string();
  ASSERT_TRUE(succeeds(ck("export experiment:used --out=" + capsule)));
  fs::remove_all(data().parent_path());
  fs::remove_all(folder / "remotes");
  ASSERT_TRUE(succeeds(ck("import " + capsule, elsewhere())));
  EXPECT_TRUE(succeeds(ck("replay experiment:used --offline", elsewhere())));
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
