#include "sys/compress.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/temporary_home.hpp"

namespace ck::sys {
namespace {

RC_GTEST_PROP(Compress, IsUndoneByDecompress, (const std::string& text)) {
  const int level = *rc::gen::inRange(1, 10);
  const auto back = decompress(compress(text, level));
  RC_ASSERT(back && *back == text);
}

TEST(Compress, MakesALogSmall) {
  std::string log;
  for (int i = 0; i < 100'000; ++i) log += "step " + std::to_string(i % 7) + " done\n";
  const std::string packed = compress(log);
  EXPECT_LT(packed.size(), log.size() / 100);
  EXPECT_EQ(decompress(packed), log);
}

TEST(Decompress, AcceptsSeveralFramesInARow) {
  EXPECT_EQ(decompress(compress("one ") + compress("") + compress("two")), "one two");
}

TEST(Decompress, RefusesEveryTruncation) {
  const std::string packed = compress("some text that is long enough to have a body");
  for (std::size_t size = 0; size < packed.size(); ++size) {
    const auto result = decompress(packed.substr(0, size));
    ASSERT_FALSE(result) << size;
    EXPECT_EQ(result.error().code, ErrorCode::invalid);
    EXPECT_EQ(result.error().message, "cannot decompress: the end is missing");
  }
}

TEST(Decompress, RefusesWhatIsNotCompressed) {
  const auto result = decompress("plain text");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::invalid);
}

TEST(Decompress, RefusesTrailingGarbage) { EXPECT_FALSE(decompress(compress("x") + "garbage")); }

TEST(Decompress, StopsABombAtTheLimit) {
  const std::string bomb = compress(std::string(50'000'000, '\0'));
  ASSERT_LT(bomb.size(), 10'000u);
  const auto result = decompress(bomb, 1'000'000);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::invalid);
  EXPECT_EQ(result.error().message, "cannot decompress: more than 1000000 bytes would come out");
}

TEST(Decompress, AcceptsExactlyTheLimit) {
  const std::string packed = compress("12345");
  EXPECT_TRUE(decompress(packed, 5));
  EXPECT_FALSE(decompress(packed, 4));
}

RC_GTEST_PROP(Decompress, StandsDamage, (const std::string& text)) {
  std::string packed = compress(text);
  packed[*rc::gen::inRange<std::size_t>(0, packed.size())] ^=
      static_cast<char>(*rc::gen::inRange(1, 256));
  const auto result = decompress(packed, 1u << 20);
  if (!result) RC_ASSERT(result.error().code == ErrorCode::invalid);
}

TEST(Decompressor, ReadsOneTextAfterTheOtherAlsoAfterADamagedOne) {
  std::string base;  // that nothing but itself resembles
  for (unsigned i = 1; i < 300; ++i) base += std::to_string(i * i * 2654435761U);
  const std::string large(3'000'000, 'l');
  const std::string packed = compress_beside(base, base + "more");
  Decompressor decompressor;
  for (int i = 0; i < 3; ++i) {
    const auto text = decompressor.beside(base, packed);
    ASSERT_OK(text);
    EXPECT_EQ(*text, base + "more");
    EXPECT_ERROR(decompressor.beside(base, packed.substr(0, packed.size() / 2)), invalid, "");
    EXPECT_ERROR(decompressor.beside({}, "nothing"), invalid, "");
    const auto whole = decompressor.beside({}, compress(large));
    ASSERT_OK(whole);
    EXPECT_EQ(*whole, large);
  }
  EXPECT_ERROR(decompressor.beside(base, packed, 100), invalid, "more than 100 bytes");
  EXPECT_ERROR(decompressor.beside({}, packed), invalid, "");
}

}  // namespace
}  // namespace ck::sys
