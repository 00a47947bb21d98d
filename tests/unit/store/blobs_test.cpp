#include "store/blobs.hpp"

#include <chrono>

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "support/temporary_home.hpp"
#include "sys/compress.hpp"

namespace ck::store {
namespace {

class BlobsTest : public ::testing::Test {
 protected:
  fs::path file_of(const std::string& sha256) const {
    return home_ / sha256.substr(0, 2) / (sha256 + ".zst");
  }

  /// Puts other bytes in the place of a blob's file.
  void tamper(const std::string& sha256, std::string_view bytes) const {
    fs::remove(file_of(sha256));
    test::write_text(file_of(sha256), bytes);
  }

  test::TemporaryHome home_;
  Blobs blobs_{home_.path()};
};

TEST_F(BlobsTest, GiveBackWhatWasPut) {
  for (const std::string& bytes : {std::string(), std::string("text"), std::string("\0\xff\n", 3),
                                   std::string(3'000'000, 'x')}) {
    const auto sha256 = blobs_.put(bytes);
    ASSERT_OK(sha256);
    EXPECT_EQ(*sha256, sha256_hex(bytes));
    EXPECT_TRUE(blobs_.contains(*sha256));
    const auto read = blobs_.get(*sha256);
    ASSERT_OK(read);
    EXPECT_EQ(*read, bytes);
  }
}

TEST_F(BlobsTest, AreWrittenOnceAndReadOnly) {
  const auto sha256 = blobs_.put("text");
  ASSERT_OK(sha256);
  EXPECT_EQ(fs::status(file_of(*sha256)).permissions() & fs::perms::owner_write, fs::perms::none);
  // A second name for the same file: a file written anew would not have it.
  fs::create_hard_link(file_of(*sha256), home_ / "second");
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(24);
  fs::last_write_time(file_of(*sha256), long_ago);
  ASSERT_OK(blobs_.put("text"));
  EXPECT_EQ(fs::hard_link_count(file_of(*sha256)), 2U);
  EXPECT_GT(fs::last_write_time(file_of(*sha256)), long_ago) << "it was needed just now";
}

TEST_F(BlobsTest, ThatAreMissingAreNamed) {
  const std::string absent = sha256_hex("never put");
  EXPECT_FALSE(blobs_.contains(absent));
  EXPECT_ERROR(blobs_.get(absent), not_found, "blob " + absent);
}

TEST_F(BlobsTest, RefuseWhatIsNoHash) {
  for (const auto* text : {"", "abc", "../../../../etc/passwd"}) {
    EXPECT_FALSE(blobs_.contains(text));
    EXPECT_ERROR(blobs_.get(text), invalid, "is not a sha256");
  }
  EXPECT_ERROR(blobs_.get(std::string(64, 'A')), invalid, "is not a sha256");
}

TEST_F(BlobsTest, NoticeChangedContent) {
  const auto sha256 = blobs_.put("text");
  ASSERT_OK(sha256);
  tamper(*sha256, sys::compress("other text"));
  EXPECT_ERROR(blobs_.get(*sha256), verification, "no longer has its hash");
  EXPECT_ERROR(blobs_.get(*sha256), verification, file_of(*sha256).string());
}

TEST_F(BlobsTest, NoticeBrokenCompressionAndMissingEnds) {
  const auto sha256 = blobs_.put("some longer text, some longer text");
  ASSERT_OK(sha256);
  const std::string stored = test::read_text(file_of(*sha256));
  tamper(*sha256, stored.substr(0, stored.size() - 3));
  EXPECT_ERROR(blobs_.get(*sha256), verification, "no longer has its hash");
  tamper(*sha256, "");
  EXPECT_ERROR(blobs_.get(*sha256), verification, "no longer has its hash");
  tamper(*sha256, "garbage");
  EXPECT_ERROR(blobs_.get(*sha256), verification, "no longer has its hash");
}

TEST_F(BlobsTest, ReportAFolderThatCannotBeMade) {
  test::write_text(home_ / "file", "");
  Blobs blobs(home_ / "file" / "below");
  EXPECT_ERROR(blobs.put("text"), io, "file");
}

}  // namespace
}  // namespace ck::store
