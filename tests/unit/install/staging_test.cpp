#include "install/staging.hpp"

#include <gtest/gtest.h>

#include "support/temporary_home.hpp"
#include "sys/identity.hpp"

namespace ck::install {
namespace {

class FixedClock final : public sys::Clock {
 public:
  std::int64_t unix_ns() const override { return now_ns; }
  std::int64_t monotonic_ns() const override { return now_ns; }
  std::int64_t now_ns = sys::SystemClock().unix_ns();
};

constexpr std::int64_t kMinuteNs = 60'000'000'000;

class Staging : public ::testing::Test {
 protected:
  test::TemporaryHome folder_;
  fs::path parent_ = folder_ / "staging";
  FixedClock clock_;
};

TEST_F(Staging, BelongsToThisProcessAndGoesAway) {
  fs::path path;
  {
    const auto staging = make_staging(parent_);
    ASSERT_OK(staging);
    path = staging->path();
    EXPECT_EQ(path.parent_path(), parent_);
    EXPECT_EQ(test::read_text(path / "owner"), sys::this_process());
    test::write_text(path / "a/b", "");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(Staging, IsNotCleanedWhileItsOwnerLives) {
  const auto staging = make_staging(parent_);
  ASSERT_OK(staging);
  clock_.now_ns += 10'000 * kMinuteNs;
  clean_abandoned(parent_, clock_);
  EXPECT_TRUE(fs::exists(staging->path()));
}

TEST_F(Staging, IsCleanedWhenItsOwnerIsDead) {
  auto staging = make_staging(parent_);
  ASSERT_OK(staging);
  const fs::path path = staging->release();
  auto owner = sys::this_process();
  owner.back() = owner.back() == '1' ? '2' : '1';  // the same number, started at another time
  test::write_text(path / "owner", owner);
  test::write_text(path / "read-only/file", "");
  fs::permissions(path / "read-only", fs::perms::owner_read | fs::perms::owner_exec);
  clean_abandoned(parent_, clock_);
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(Staging, TellsByItsNameAloneThatItsOwnerIsDead) {
  auto staging = make_staging(parent_);
  ASSERT_OK(staging);
  const fs::path path = staging->release();
  fs::remove(path / "owner");
  clean_abandoned(parent_, clock_);
  EXPECT_TRUE(fs::exists(path)) << "this process lives";
  std::string name = path.filename().string();
  auto& last_of_start = name[name.rfind('-') - 1];
  last_of_start = last_of_start == '1' ? '2' : '1';
  fs::rename(path, parent_ / name);
  clean_abandoned(parent_, clock_);
  EXPECT_FALSE(fs::exists(parent_ / name));
}

TEST_F(Staging, IsNotCleanedBeforeItsOwnerIsWrittenDown) {
  const auto staging = make_staging(parent_);
  ASSERT_OK(staging);
  test::write_text(staging->path() / "owner", "");
  clean_abandoned(parent_, clock_);
  EXPECT_TRUE(fs::exists(staging->path()));
}

TEST_F(Staging, MayBeInTheMakingForAnHour) {
  fs::create_directories(parent_ / "nameless");
  clock_.now_ns += 59 * kMinuteNs;
  clean_abandoned(parent_, clock_);
  EXPECT_TRUE(fs::exists(parent_ / "nameless"));
  clock_.now_ns += 2 * kMinuteNs;
  clean_abandoned(parent_, clock_);
  EXPECT_FALSE(fs::exists(parent_ / "nameless"));
}

TEST_F(Staging, CleansNothingWhereNothingIs) { clean_abandoned(folder_ / "missing", clock_); }

TEST_F(Staging, ReportsAFolderThatCannotBeMade) {
  test::write_text(folder_ / "file", "");
  EXPECT_ERROR(make_staging(folder_ / "file" / "staging"), io, "file");
}

}  // namespace
}  // namespace ck::install
