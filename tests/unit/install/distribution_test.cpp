#include "install/distribution.hpp"

#include "install/detector.hpp"
#include "support/temporary_home.hpp"

namespace ck::install {
namespace {

class DistributionTest : public testing::Test {
 protected:
  void list(const std::string& package, const std::string& files) const {
    test::write_text(folder / "dpkg/info" / (package + ".list"), files);
  }
  std::string owner(const fs::path& file) const { return owning_package(file, folder / "dpkg"); }

  test::TemporaryHome folder;
};

TEST_F(DistributionTest, NamesPackageAndVersionOfTheFileBehindALink) {
  test::write_text(folder / "bin/tool-1", "");
  fs::create_symlink("tool-1", folder / "bin/tool");
  list("other", (folder / "bin/tool-12").string() + "\n");
  list("tool-package:amd64", "/.\n" + (folder / "bin/tool-1").string() + "\n/usr/share\n");
  test::write_text(folder / "dpkg/status",
                   "Package: tool-package\nArchitecture: i386\nVersion: 9\n\n"
                   "Package: tool-package\nArchitecture: amd64\nVersion: 1.0-2\n\n");
  EXPECT_EQ(owner(folder / "bin/tool"), "tool-package 1.0-2");
}

TEST_F(DistributionTest, IsEmptyForAFileThatNoPackageHas) {
  list("other", "/usr/bin/other\n");
  test::write_text(folder / "mine", "");
  EXPECT_EQ(owner(folder / "mine"), "");
}

TEST_F(DistributionTest, IsEmptyWithoutDpkg) {
  EXPECT_EQ(owning_package("/bin/sh", folder / "nothing"), "");
}

TEST_F(DistributionTest, NamesThePackageAloneWhenItsVersionIsUnknown) {
  test::write_text(folder / "file", "");
  list("tool", (folder / "file").string());
  EXPECT_EQ(owner(folder / "file"), "tool");
}

TEST_F(DistributionTest, KnowsFilesThatPackagesListInFoldersThatAreLinksNow) {
  if (!fs::is_symlink("/bin") || !fs::exists("/usr/bin/env"))
    GTEST_SKIP() << "this machine has no /bin that is a link to /usr/bin";
  list("coreutils", "/bin/env\n");
  EXPECT_EQ(owner("/usr/bin/env"), "coreutils");
}

TEST_F(DistributionTest, FindsTheOwnerOfARealFileOfThisMachine) {
  if (!fs::exists("/var/lib/dpkg/status")) GTEST_SKIP() << "this machine has no dpkg";
  EXPECT_EQ(owning_package("/usr/bin/env").substr(0, 10), "coreutils ");
}

}  // namespace
}  // namespace ck::install
