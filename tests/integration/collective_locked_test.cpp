// What a lock or a record of Collective Knowledge's says of an installation besides its id, and
// what a run needs beside its compilation: versions, dependencies of the run, devices.

#include "collective_fixture.hpp"

namespace ck::test {
namespace {

/// Every installation is of another commit.
constexpr std::string_view kOtherCommit = R"(set -e
git init -q "$INSTALL_DIR/src"
cd "$INSTALL_DIR/src"
head -c 16 /dev/urandom | od -An -tx1 > f
git add f
git -c user.name=N -c user.email=n@localhost commit -q -m first
echo made > "$INSTALL_DIR/made"
)";
constexpr std::string_view kInstall = "echo made > \"$INSTALL_DIR/made\"\n";

class CollectiveLocked : public CollectiveTest {
 protected:
  /// The arguments, with the lock that this test works with.
  CkResult as_locked(const std::string& arguments) const {
    return ck(arguments + " --locked=" + lock);
  }

  CkResult elsewhere(const std::string& arguments) const {
    return ck(arguments, {{"CK_HOME", (folder / "elsewhere").string()}});
  }

  void write_lock(const std::string& arguments) const {
    ASSERT_TRUE(succeeds(ck("lock " + arguments + " --out=" + lock)));
  }

  Json written_lock() const { return Json::parse(read_text(lock)); }

  std::string lock = (folder / "it.lock").string();
};

class LockedVersions : public CollectiveLocked {
 protected:
  LockedVersions() {
    repository.package("lib", "lib,thing", kOtherCommit, "",
                       R"("use_git_revision": "yes", "git_src_dir": "src")");
    repository.entry("program", "useg", R"({"program": "yes", "no_compile": "yes",
        "run_cmds": {"default": {"run_deps": {"thing": {"tags": "lib,thing"}},
                                 "run_time": {"run_cmd_main": "echo ran"}}}})");
  }

  std::string version() const {
    return environment_of("package:lib")["version"].get<std::string>();
  }
};

TEST_F(LockedVersions, ThatAreNotAsRecordedAreToldByAReplay) {
  publish();
  ASSERT_TRUE(succeeds(ck("run program:useg")));
  const auto recorded = version();
  const auto same = ck("replay experiment:useg");
  ASSERT_TRUE(succeeds(same));
  EXPECT_TRUE(says(same.out, "same store")) << same.out;
  EXPECT_FALSE(says(same.out, "package:lib, version")) << same.out;

  ASSERT_TRUE(succeeds(ck("rm env --tags=lib,thing --force")));
  const auto rebuilt = ck("replay experiment:useg");
  const auto now = version();
  EXPECT_NE(now, recorded);
  EXPECT_TRUE(says(rebuilt.out, "substitutions")) << rebuilt.out << rebuilt.err;
  EXPECT_TRUE(says(rebuilt.out, "package:lib, version")) << rebuilt.out;
  EXPECT_TRUE(says(rebuilt.out, now)) << rebuilt.out;
  EXPECT_TRUE(says(rebuilt.out, recorded)) << rebuilt.out;

  // It is there under the recorded id now, and still is not what was recorded.
  for (const auto* more : {"", " --dry-run"}) {
    const auto there = ck("replay experiment:useg" + std::string(more));
    EXPECT_TRUE(says(there.out, "substitutions")) << there.out << there.err;
    EXPECT_TRUE(says(there.out, "package:lib, version")) << there.out;
  }
  expect_clean();
  expect_untouched();
}

TEST_F(LockedVersions, ThatAreNotAsLockedAreRefused) {
  publish();
  write_lock("program:useg");
  const auto locked = version();
  ASSERT_TRUE(succeeds(as_locked("run program:useg")));

  ASSERT_TRUE(succeeds(ck("rm env --tags=lib,thing --force")));
  const auto made = as_locked("run program:useg");
  EXPECT_TRUE(fails(made, 1, "package:lib, version"));
  for (const auto& words : {"locked: " + locked, "here:   " + version(), std::string("lock anew"),
                            std::string("--allow_differences")})
    EXPECT_TRUE(says(made.err, words)) << words << " in " << made.err;

  const auto there = as_locked("run program:useg");
  EXPECT_TRUE(fails(there, 1, "package:lib, version"));
  EXPECT_TRUE(says(there.err, "ck rm env:")) << there.err;

  ASSERT_TRUE(succeeds(ck("rm env --tags=lib,thing --force")));
  for (int attempt = 0; attempt < 2; ++attempt) {  // made anew, and then there
    const auto allowed = as_locked("run program:useg --allow_differences --record_uoa=allowed");
    ASSERT_TRUE(succeeds(allowed));
    EXPECT_TRUE(says(allowed.err, "not as locked: package:lib, version")) << allowed.err;
    EXPECT_TRUE(says(points("allowed").back().dump(), "package:lib, version"));
  }
  expect_clean();
}

TEST_F(LockedVersions, OfOnePackageAreRefusedToo) {
  publish();
  write_lock("package:lib");
  ASSERT_TRUE(succeeds(ck("install --locked=" + lock)));
  ASSERT_TRUE(succeeds(ck("install package:lib --rebuild")));
  EXPECT_TRUE(fails(ck("install --locked=" + lock), 1, "package:lib, version"));
}

TEST_F(CollectiveLocked, WhatOnlyTheRunNeedsIsAsLocked) {
  repository.package("old", "lib,thing", kInstall);
  repository.package("new", "lib,thing", kInstall, "", R"("version": "9.0")");
  repository.entry("program", "useg", R"({"program": "yes", "no_compile": "yes",
      "run_cmds": {"default": {"run_deps": {"thing": {"tags": "lib,thing"}},
                               "run_time": {"run_cmd_main": "echo ran"}}}})");
  publish();
  write_lock("program:useg --dep.thing=package:old");
  const auto id = environment_of("package:old")["id"];
  EXPECT_EQ(written_lock()["roots"]["thing"], id);
  ASSERT_TRUE(succeeds(ck("install package:new")));
  ASSERT_TRUE(succeeds(as_locked("run program:useg --record_uoa=locked")));
  const auto record = points("locked").back()["record"].dump();
  EXPECT_TRUE(says(record, id.get<std::string>())) << record;
  EXPECT_FALSE(says(record, "package:new")) << record;
  ASSERT_TRUE(succeeds(ck("run program:useg --record_uoa=free")));
  EXPECT_TRUE(says(points("free").back()["record"].dump(), "package:new"));
}

class LockedDevices : public CollectiveLocked {
 protected:
  LockedDevices() {
    repository.entry("program", "dev", R"({"program": "yes", "no_compile": "yes",
        "run_cmds": {"default": {"run_time": {"need_compute_device": "opencl",
          "run_cmd_main": "echo device $CK_COMPUTE_PLATFORM_ID:$CK_COMPUTE_DEVICE_ID"}}}})");
  }

  /// package:NAME, a tool that tells one device.
  void tool(const std::string& name, const std::string& version, const std::string& number) const {
    const std::string soft = "soft-" + name;
    repository.entry("soft", soft, R"({"soft_name": "Shows devices", "auto_detect": "no",
        "tags": ["tool", "show-opencl-devices"],
        "customize": {"env_prefix": "CK_ENV_TOOL_SHOW_OPENCL_DEVICES"}})");
    repository.file("soft", soft, "customize.py", R"(
def setup(i):
    i['env'][i['customize']['env_prefix'] + '_FULL'] = i['customize']['full_path']
    return {'return': 0, 'bat': ''}
)");
    repository.entry("package", name,
                     R"({"tags": ["tool", "show-opencl-devices"], "soft_uoa": ")" + soft +
                         R"(", "suggested_path": ")" + name +
                         R"(", "process_script": "install", "end_full_path": {"linux": "show"},
                         "customize": {"version": ")" +
                         version + "\"}}");
    repository.file("package", name, "install.sh",
                    "printf '#!/bin/sh\\necho \"Platform ID: 1\"\\necho \"Device ID: " + number +
                        "\"\\n' > \"$INSTALL_DIR/show\"\nchmod +x \"$INSTALL_DIR/show\"\n");
  }

  /// As locks were that named no tool.
  void forget_tool() const {
    Json changed = written_lock();
    const auto id = changed["roots"]["compute-devices"];
    changed["roots"].erase("compute-devices");
    Json kept = Json::array();
    for (const auto& one : changed["environments"]) {
      if (one["environment"]["id"] != id) kept.push_back(one);
    }
    changed["environments"] = kept;
    write_text(lock, changed.dump());
  }
};

TEST_F(LockedDevices, AreToldByTheLockedTool) {
  tool("show-old", "1.0", "3");
  tool("show-new", "2.0", "7");
  publish();
  write_lock("program:dev --dep.compute-devices=package:show-old");
  const Json written = written_lock();
  EXPECT_EQ(written["roots"]["compute-devices"], environment_of("package:show-old")["id"]);
  EXPECT_FALSE(written["request"]["options"].contains("compute_device_id"))
      << "which devices there are is of a machine";

  ASSERT_TRUE(succeeds(ck("install package:show-new")));
  const auto here = as_locked("run program:dev");
  ASSERT_TRUE(succeeds(here));
  EXPECT_EQ(here.out.substr(0, 10), "device 1:3") << here.out;
  EXPECT_TRUE(says(points("dev").back()["record"].dump(), "show-old"));

  ASSERT_TRUE(succeeds(elsewhere("import repo --path=" + repository.folder().string())));
  const auto there = elsewhere("run program:dev --locked=" + lock);
  ASSERT_TRUE(succeeds(there));
  EXPECT_TRUE(says(there.out, "device 1:3")) << there.out;
  EXPECT_EQ(names_in("../elsewhere/envs").size(), 2U) << "the program and the locked tool";
  const auto said = as_locked("run program:dev --compute_platform_id=5 --compute_device_id=6");
  ASSERT_TRUE(succeeds(said));
  EXPECT_TRUE(says(said.out, "device 5:6")) << said.out;
  expect_clean();
  expect_untouched();
}

TEST_F(LockedDevices, MustBeSaidWhereTheLockNamesNoTool) {
  tool("show-old", "1.0", "3");
  publish();
  write_lock("program:dev");
  forget_tool();
  ASSERT_TRUE(succeeds(elsewhere("import repo --path=" + repository.folder().string())));
  const auto refused = elsewhere("run program:dev --locked=" + lock);
  EXPECT_TRUE(fails(refused, 1, "the lock does not say which device of OpenCL"));
  EXPECT_TRUE(says(refused.err, "--compute_platform_id=N --compute_device_id=N")) << refused.err;
  const auto said = elsewhere(
      "run program:dev --compute_platform_id=5 --compute_device_id=6 "
      "--locked=" +
      lock);
  ASSERT_TRUE(succeeds(said));
  EXPECT_TRUE(says(said.out, "device 5:6")) << said.out;
  EXPECT_EQ(names_in("../elsewhere/envs").size(), 1U) << "no tool is installed";
}

TEST_F(LockedDevices, CanBeToldByAnotherToolAfterAnUpdate) {
  tool("show-old", "1.0", "3");
  tool("show-new", "2.0", "7");
  publish();
  write_lock("program:dev --dep.compute-devices=package:show-old");
  const std::string later = (folder / "later.lock").string();
  ASSERT_TRUE(succeeds(
      ck("lock --update=compute-devices --dep.compute-devices=package:show-new --locked=" + lock +
         " --out=" + later)));
  const auto updated = ck("run program:dev --locked=" + later);
  ASSERT_TRUE(succeeds(updated));
  EXPECT_TRUE(says(updated.out, "device 1:7")) << updated.out;
}

TEST_F(LockedDevices, AreInTheLockWhereNoToolTellsThem) {
  publish();
  write_lock("program:dev");
  const Json options = written_lock()["request"]["options"];
  EXPECT_EQ(options["compute_platform_id"], "0");
  EXPECT_EQ(options["compute_device_id"], "0");
  tool("show-old", "1.0", "3");
  const auto locked = as_locked("run program:dev");
  ASSERT_TRUE(succeeds(locked));
  EXPECT_TRUE(says(locked.out, "device 0:0")) << locked.out;
  EXPECT_FALSE(says(locked.err, "installing")) << locked.err;
}

}  // namespace
}  // namespace ck::test
