#include "install/distribution_packages.hpp"

#include <gtest/gtest.h>

#include "support/temporary_home.hpp"

namespace ck::install {
namespace {

using Names = std::set<std::string>;

class DistributionPackagesTest : public testing::Test {
 protected:
  void SetUp() override {
    test::write_text(
        folder / "dpkg/status",
        "Package: sh\nEssential: yes\nStatus: install ok installed\nVersion: 1\n"
        "Depends: libc (>= 2.3), debconf | debconf-2.0\n\n"
        "Package: libc\nStatus: install ok installed\nVersion: 2.36-9\n\n"
        "Package: cdebconf\nStatus: install ok installed\nVersion: 3\n"
        "Provides: debconf-2.0 (= 1)\n\n"
        "Package: gcc\nStatus: install ok installed\nPre-Depends: cpp:any\n"
        "Version: 12\nRecommends: cdebconf, missing\nDescription: compiler\n more\n\n"
        "Package: cpp\nStatus: install ok installed\nDepends: libc, gcc\nVersion: 12\n\n"
        "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n");
    test::write_text(folder / "dpkg/info/gcc.list", "/.\n/opt/bin/gcc\n/opt/shared\n");
    test::write_text(folder / "dpkg/info/libc:amd64.list", "/opt/lib/libc.so\n/opt/shared");
    test::write_text(folder / "dpkg/info/gcc.md5sums", "/opt/other\n");
  }

  test::TemporaryHome folder;
};

TEST_F(DistributionPackagesTest, KnowsTheOwnersOfManyFilesAtOnce) {
  const DistributionPackages packages(folder / "dpkg");
  const auto owners =
      packages.owners({"/opt/bin/gcc", "/opt/lib/libc.so", "/opt/shared", "/opt/other", "/mine"});
  EXPECT_EQ(owners,
            (std::map<fs::path, std::string>{
                {"/opt/bin/gcc", "gcc"}, {"/opt/lib/libc.so", "libc"}, {"/opt/shared", "gcc"}}));
  EXPECT_EQ(packages.files_of("libc"), (std::vector<fs::path>{"/opt/lib/libc.so", "/opt/shared"}));
  EXPECT_EQ(packages.version("libc"), "2.36-9");
  EXPECT_EQ(packages.version("gone"), "");
}

TEST_F(DistributionPackagesTest, FollowsNeedsThroughAlternativesAndVirtualPackagesAndCircles) {
  const DistributionPackages packages(folder / "dpkg");
  EXPECT_EQ(packages.with_needs({"gcc"}, false), (Names{"gcc", "cpp", "libc"}));
  EXPECT_EQ(packages.with_needs({"gcc"}, true), (Names{"gcc", "cpp", "libc", "cdebconf"}));
  EXPECT_EQ(packages.base(), (Names{"sh", "libc", "cdebconf"}));
  EXPECT_EQ(packages.with_needs({"unknown"}, true), Names());
}

TEST_F(DistributionPackagesTest, IsEmptyWithoutDpkg) {
  const DistributionPackages packages(folder / "nothing");
  EXPECT_TRUE(packages.owners({"/bin/sh"}).empty());
  EXPECT_TRUE(packages.base().empty());
}

TEST_F(DistributionPackagesTest, FilesInFoldersThatAreLinksNowAreKnownByTheirOldNames) {
  if (!fs::is_symlink("/bin") || !fs::exists("/usr/bin/env"))
    GTEST_SKIP() << "this machine has no /bin that is a link to /usr/bin";
  test::write_text(folder / "dpkg/info/coreutils.list", "/bin/env\n");
  EXPECT_EQ(DistributionPackages(folder / "dpkg").owners({"/usr/bin/env"}).at("/usr/bin/env"),
            "coreutils");
}

}  // namespace
}  // namespace ck::install
