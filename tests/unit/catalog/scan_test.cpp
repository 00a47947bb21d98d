#include "catalog/scan.hpp"

#include <gtest/gtest.h>

#include "support/temporary_home.hpp"
#include "sys/clock.hpp"

namespace ck::catalog {
namespace {

/// Scans as if a minute had passed, so that nothing is too young to be trusted.
FolderScan scan(const fs::path& folder, FolderState known = {}, Layout layout = Layout::native) {
  constexpr std::int64_t kMinute = 60'000'000'000;
  auto result =
      scan_folder(folder, layout, std::move(known), sys::SystemClock().unix_ns() + kMinute);
  EXPECT_OK(result);
  return result ? std::move(*result) : FolderScan{};
}

std::vector<std::string> changed_names(const FolderScan& scan) {
  std::vector<std::string> names;
  for (const std::size_t at : scan.changed) names.push_back(scan.state.entries[at].name);
  return names;
}

using Names = std::vector<std::string>;

class ScanFolder : public testing::Test {
 protected:
  ScanFolder() {
    for (const char* name : {"a", "b", "c"}) write(name);
    fs::create_directories(folder / "no-component");
    test::write_text(folder / "README.md", "");
  }
  void write(const std::string& name, const std::string& text = "{}") const {
    test::write_text(folder / name / "ck.json", text);
  }
  test::TemporaryHome folder;
};

TEST_F(ScanFolder, FirstFindsEveryFolder) {
  const FolderScan first = scan(folder.path());
  EXPECT_TRUE(first.differs);
  EXPECT_EQ(changed_names(first), (Names{"a", "b", "c", "no-component"}));
  EXPECT_FALSE(first.state.entries.back().descriptor.exists());
}

TEST_F(ScanFolder, FindsNothingToReadWhenNothingChanged) {
  const FolderScan second = scan(folder.path(), scan(folder.path()).state);
  EXPECT_FALSE(second.differs);
  EXPECT_TRUE(second.changed.empty());
}

TEST_F(ScanFolder, SeesOnlyWhatWasEditedAddedAndRemoved) {
  const FolderState known = scan(folder.path()).state;
  write("b", "{ }");
  write("d");
  write("no-component");
  fs::remove_all(folder / "c");
  const FolderScan next = scan(folder.path(), known);
  EXPECT_TRUE(next.differs);
  EXPECT_EQ(changed_names(next), (Names{"b", "d", "no-component"}));
  EXPECT_EQ(next.removed, (Names{"c"}));
}

TEST_F(ScanFolder, SeesAnEditOfEqualSizeWithTheTimeSetBack) {
  const FolderState known = scan(folder.path()).state;
  const auto time = fs::last_write_time(folder / "b/ck.json");
  write("b", "[]");
  fs::last_write_time(folder / "b/ck.json", time);
  EXPECT_EQ(changed_names(scan(folder.path(), known)), Names{"b"});
}

TEST_F(ScanFolder, SeesARemovedDescriptor) {
  const FolderState known = scan(folder.path()).state;
  fs::remove(folder / "b/ck.json");
  const FolderScan next = scan(folder.path(), known);
  EXPECT_EQ(changed_names(next), Names{"b"});
  EXPECT_FALSE(next.state.entries[1].descriptor.exists());
}

TEST_F(ScanFolder, DoesNotTrustWhatIsYoungerThanTheClockTick) {
  const auto now = sys::SystemClock().unix_ns();
  auto first = scan_folder(folder.path(), Layout::native, {}, now);
  ASSERT_OK(first);
  auto second = scan_folder(folder.path(), Layout::native, first->state, now);
  ASSERT_OK(second);
  EXPECT_EQ(changed_names(*second), (Names{"a", "b", "c"}));
}

TEST_F(ScanFolder, ReadsLinksAnewEachTime) {
  fs::create_directory_symlink(folder / "a", folder / "link");
  fs::create_directories(folder / "soft");
  fs::create_symlink(folder / "a/ck.json", folder / "soft/ck.json");
  const FolderScan next = scan(folder.path(), scan(folder.path()).state);
  EXPECT_EQ(changed_names(next), (Names{"link", "soft"}));
}

TEST_F(ScanFolder, SeesChangedAliasesOfCk) {
  const test::TemporaryHome ck;
  for (const char* name : {"x", "y"}) {
    test::write_text(ck / name / ".cm/meta.json", "{}");
    test::write_text(ck.path() / ".cm" / (std::string("alias-a-") + name), "0011223344556677");
  }
  const FolderState known = scan(ck.path(), {}, Layout::ck).state;
  EXPECT_FALSE(scan(ck.path(), known, Layout::ck).differs);
  test::write_text(ck / ".cm/alias-a-y", "0011223344556678");
  EXPECT_EQ(changed_names(scan(ck.path(), known, Layout::ck)), Names{"y"});
}

TEST_F(ScanFolder, FailsForAFolderThatIsGone) {
  EXPECT_ERROR(scan_folder(folder / "gone", Layout::native, {}, 0), not_found, "gone");
}

TEST_F(ScanFolder, KeepsItsStateInABlob) {
  const FolderState state = scan(folder.path()).state;
  const auto copy = unpack_folder(pack(state));
  ASSERT_TRUE(copy);
  EXPECT_FALSE(scan(folder.path(), *copy).differs);
  const std::string packed = pack(state);
  EXPECT_FALSE(unpack_folder(packed.substr(0, packed.size() - 1)));
  EXPECT_FALSE(unpack_folder(""));
}

TEST(IsSettled, GivesCoarseClocksMoreTime) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const Stamp fine{0, 100 * kSecond + 1, 0, 1};
  const Stamp coarse{0, 100 * kSecond, 0, 1};
  EXPECT_FALSE(is_settled(fine, 100 * kSecond));
  EXPECT_FALSE(is_settled(fine, 100 * kSecond + kSecond / 20));
  EXPECT_TRUE(is_settled(fine, 101 * kSecond));
  EXPECT_FALSE(is_settled(coarse, 102 * kSecond));
  EXPECT_TRUE(is_settled(coarse, 103 * kSecond));
}

}  // namespace
}  // namespace ck::catalog
