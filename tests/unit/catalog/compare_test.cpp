#include "catalog/compare.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_home.hpp"
#include "sys/clock.hpp"

namespace ck::catalog {
namespace {

/// The folder as it is now, as if a minute had passed, so that nothing is too young to be trusted.
FolderState state_of(const fs::path& folder, Layout layout) {
  constexpr std::int64_t kMinute = 60'000'000'000;
  auto scan = scan_folder(folder, layout, {}, sys::SystemClock().unix_ns() + kMinute);
  EXPECT_OK(scan);
  return scan ? std::move(scan->state) : FolderState{};
}

class Compare : public testing::Test {
 protected:
  Compare() {
    constexpr int kFolders = 4;
    constexpr int kEntries = 160;  // together worth several threads
    for (int folder = 0; folder < kFolders; ++folder) {
      for (int entry = 0; entry < kEntries; ++entry) write(folder, std::to_string(entry));
    }
    for (int folder = 0; folder < kFolders; ++folder)
      stored.push_back(*StoredFolder::from(pack(state_of(path(folder), Layout::native))));
  }
  fs::path path(int folder) const { return home / std::to_string(folder); }
  void write(int folder, const std::string& entry, const std::string& text = "{}") const {
    test::write_text(path(folder) / entry / "ck.json", text);
  }
  std::vector<bool> compared() const {
    std::vector<Comparison> comparisons;
    for (int folder = 0; folder < static_cast<int>(stored.size()); ++folder) {
      const auto at = static_cast<std::size_t>(folder);
      comparisons.push_back({path(folder), Layout::native, &stored[at], false});
    }
    return unchanged(comparisons);
  }

  using Same = std::vector<bool>;
  test::TemporaryHome home;
  std::vector<StoredFolder> stored;
};

TEST_F(Compare, FindsNothingWhereNothingChanged) {
  EXPECT_EQ(compared(), Same(4, true));
  EXPECT_EQ(unchanged({}), Same{});
}

TEST_F(Compare, SeesTheFirstAndTheLastEntryChange) {
  write(0, "0", "{ }");
  write(3, "99", "{ }");
  EXPECT_EQ(compared(), (Same{false, true, true, false}));
}

TEST_F(Compare, SeesEntriesComeAndGo) {
  write(1, "new");
  fs::remove_all(path(2) / "7");
  EXPECT_EQ(compared(), (Same{true, false, false, true}));
  fs::remove_all(path(0));
  EXPECT_EQ(compared(), (Same{false, false, false, true}));
}

TEST_F(Compare, FindsEveryEntryByName) {
  EXPECT_EQ(stored[0].size(), 160u);
  for (std::size_t at = 0; at < stored[0].size(); ++at) {
    const EntryView entry = stored[0].entry(at);
    ASSERT_TRUE(stored[0].find(entry.name));
    EXPECT_EQ(stored[0].find(entry.name)->descriptor, entry.descriptor);
  }
  EXPECT_FALSE(stored[0].find("160"));
  EXPECT_FALSE(stored[0].find(""));
}

TEST_F(Compare, TellsDamagedBytes) {
  const std::string packed = pack(state_of(path(0), Layout::native));
  EXPECT_FALSE(StoredFolder::from(packed.substr(0, packed.size() - 1)));
  EXPECT_FALSE(StoredFolder::from(""));
}

class CompareAliases : public testing::Test {
 protected:
  CompareAliases() {
    for (const char* name : {"x", "y"}) {
      test::write_text(folder / name / ".cm/meta.json", "{}");
      test::write_text(alias(name), "0011223344556677");
    }
    state = state_of(folder.path(), Layout::ck);
  }
  fs::path alias(const std::string& name) const { return folder / (".cm/alias-a-" + name); }
  void edit_in_place(const std::string& name) const {
    std::fstream(alias(name), std::ios::in | std::ios::out) << "0011223344556678\n";
  }
  StoredFolder stored() const { return *StoredFolder::from(pack(state)); }
  bool same(bool aliases) const {
    const StoredFolder all = stored();
    return unchanged({{folder.path(), Layout::ck, &all, aliases}}).front();
  }
  test::TemporaryHome folder;
  FolderState state;
};

TEST_F(CompareAliases, LooksAtThemWhenAsked) {
  EXPECT_TRUE(same(true));
  edit_in_place("y");
  EXPECT_FALSE(same(true));
  EXPECT_TRUE(same(false));
  EXPECT_TRUE(aliases_hold(folder.path(), Layout::ck, stored(), {"x"}));
  EXPECT_FALSE(aliases_hold(folder.path(), Layout::ck, stored(), {"x", "y"}));
  EXPECT_FALSE(aliases_hold(folder.path(), Layout::ck, stored(), {"z"}));
}

TEST_F(CompareAliases, AlwaysLooksAtThoseOfBrokenEntries) {
  state.entries.front().broken = true;
  EXPECT_TRUE(same(false));
  edit_in_place("x");
  EXPECT_FALSE(same(false));
}

TEST_F(CompareAliases, AlwaysSeesThemComeAndGo) {
  fs::remove(alias("y"));
  EXPECT_FALSE(same(false));
  state = state_of(folder.path(), Layout::ck);
  EXPECT_TRUE(same(false));
  test::write_text(alias("y"), "0011223344556677");
  EXPECT_FALSE(same(false));
}

TEST_F(CompareAliases, NeverTrustsALinkedFolderOfAliases) {
  fs::rename(folder / ".cm", folder / "elsewhere");
  fs::create_directory_symlink(folder / "elsewhere", folder / ".cm");
  state = state_of(folder.path(), Layout::ck);
  EXPECT_FALSE(same(false));
}

}  // namespace
}  // namespace ck::catalog
