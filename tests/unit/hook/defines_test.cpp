#include <gtest/gtest.h>

#include "hook/host.hpp"
#include "sys/files.hpp"

namespace ck::hook {
namespace {

TEST(HookDefines, OnlyFunctionsAtTopLevelCount) {
  auto folder = sys::TemporaryDirectory::create(fs::temp_directory_path(), "defines");
  ASSERT_TRUE(folder);
  const fs::path file = folder->path() / "customize.py";
  ASSERT_TRUE(
      sys::write_file(file, "import os\ndef setup (i):\n  def inner(i): pass\n#def dirs(i):\n"));
  EXPECT_TRUE(Host::defines(file, "setup").value());
  EXPECT_FALSE(Host::defines(file, "inner").value());
  EXPECT_FALSE(Host::defines(file, "dirs").value());
  EXPECT_FALSE(Host::defines(file, "set").value());
  EXPECT_FALSE(Host::defines(folder->path() / "missing.py", "setup"));
}

}  // namespace
}  // namespace ck::hook
