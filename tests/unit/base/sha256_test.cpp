#include "base/sha256.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace ck {
namespace {

TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, GoesOnAfterAMove) {
  Sha256 first;
  first.update("ab");
  Sha256 second = std::move(first);
  second.update("c");
  EXPECT_EQ(second.finish(), sha256_hex("abc"));
}

RC_GTEST_PROP(Sha256, DoesNotDependOnHowTheBytesArrive, (const std::vector<std::string>& pieces)) {
  Sha256 hash;
  std::string all;
  for (const std::string& piece : pieces) {
    hash.update(piece);
    all += piece;
  }
  RC_ASSERT(hash.finish() == sha256_hex(all));
}

TEST(IsSha256, AcceptsOnly64LowerCaseHexDigits) {
  EXPECT_TRUE(is_sha256(std::string(64, 'a')));
  EXPECT_TRUE(is_sha256(sha256_hex("x")));
  EXPECT_FALSE(is_sha256(""));
  EXPECT_FALSE(is_sha256(std::string(63, '0')));
  EXPECT_FALSE(is_sha256(std::string(65, '0')));
  EXPECT_FALSE(is_sha256(std::string(64, 'A')));
  EXPECT_FALSE(is_sha256(std::string(63, '0') + "g"));
}

}  // namespace
}  // namespace ck
