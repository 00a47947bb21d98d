#include "experiment/compare_outputs.hpp"

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "support/temporary_home.hpp"

namespace ck::experiment {
namespace {

TEST(FirstDifference, NamesTheLine) {
  EXPECT_EQ(first_difference("a\nb 5\nc", "a\nb 3\nd"), "line 2: 'b 3' instead of 'b 5'");
  EXPECT_EQ(first_difference("a", ""), "line 1: '' instead of 'a'");
  EXPECT_EQ(first_difference("a\n", "a\nb\n"), "line 2: 'b' instead of ''");
  EXPECT_EQ(first_difference("a\nb", "a"), "1 lines instead of 2");
}

TEST(FirstDifference, ShowsOnlyTheBeginningAndNothingThatUpsetsATerminal) {
  const std::string difference = first_difference(std::string(500, 'x'), "\x1b[2J");
  EXPECT_EQ(difference, "line 1: '\\x1b[2J' instead of '" + std::string(60, 'x') + "…'");
}

TEST(FirstDifference, DoesNotCutACharacterInTwo) {
  std::string text(59, 'x');
  text += "ää and more";
  EXPECT_EQ(first_difference(text, ""), "line 1: '' instead of '" + std::string(59, 'x') + "…'");
}

TEST(NumericDifference, AllowsWhatTheToleranceAllows) {
  EXPECT_EQ(numeric_difference("1.0 2.0", "1.05 2.0", 0.1, 0), "");
  EXPECT_EQ(numeric_difference("100 -100", "101 -99", 0, 0.01), "");
  EXPECT_EQ(numeric_difference("100", "103", 1, 0.02), "") << "both add up";
  EXPECT_EQ(numeric_difference("0", "0.1", 0, 0.5), "word 1: '0.1' instead of '0'");
  EXPECT_EQ(numeric_difference("1 2 3", "1 2 4", 0.5, 0), "word 3: '4' instead of '3'");
}

TEST(NumericDifference, TakesOtherSpellingsOfANumber) {
  EXPECT_EQ(numeric_difference("1.50, 2;3\n", "1.5 2e0\t3", 0, 0), "");
  EXPECT_EQ(numeric_difference("0.0", "-0.0", 0, 0), "");
}

TEST(NumericDifference, WantsOtherWordsEqual) {
  EXPECT_EQ(numeric_difference("class cat 1", "class dog 1", 9, 9),
            "word 2: 'dog' instead of 'cat'");
  EXPECT_EQ(numeric_difference("1", "one", 9, 9), "word 1: 'one' instead of '1'");
  EXPECT_EQ(numeric_difference("nan inf", "nan inf", 0, 0), "");
  EXPECT_EQ(numeric_difference("inf", "1", 9, 9), "word 1: '1' instead of 'inf'");
  EXPECT_EQ(numeric_difference("1", "nan", 9, 9), "word 1: 'nan' instead of '1'");
}

TEST(NumericDifference, WantsAsManyWords) {
  EXPECT_EQ(numeric_difference("1 2", "1", 9, 9), "one side ends at word 2");
  EXPECT_EQ(numeric_difference("", "1", 9, 9), "one side ends at word 1");
  EXPECT_EQ(numeric_difference("1 \n", " 1", 0, 0), "");
}

TEST(UlpDifference, CountsRepresentableNumbers) {
  const std::string next = "1.0000000000000002";
  EXPECT_EQ(ulp_difference("1 a", next + " a", 1, false), "");
  EXPECT_EQ(ulp_difference("1", next, 0, false), "word 1: '" + next + "' instead of '1'");
  EXPECT_EQ(ulp_difference("1", "1.0000000000000007", 3, false), "");
  EXPECT_NE(ulp_difference("1", "1.0000001", 4, false), "");
  EXPECT_EQ(ulp_difference("1", "1.0000001", 1, true), "") << "the next float";
}

TEST(UlpDifference, GoesThroughZeroButNotToInfinity) {
  EXPECT_EQ(ulp_difference("0.0", "-0.0", 0, false), "");
  EXPECT_EQ(ulp_difference("4.9406564584124654e-324", "-4.9406564584124654e-324", 2, false), "");
  EXPECT_NE(ulp_difference("4.9406564584124654e-324", "-4.9406564584124654e-324", 1, false), "");
  EXPECT_NE(ulp_difference("1.7976931348623157e308", "inf", 5, false), "");
  EXPECT_NE(ulp_difference("1", "-1", 1'000'000'000, false), "");
}

TEST(TextDifference, DoesNotSeeBlanksAndLineEnds) {
  EXPECT_EQ(text_difference("a  b\n c\n\n", "a b \r\n\tc"), "");
  EXPECT_EQ(text_difference("a\nb", "a\n\nb"), "line 2: '' instead of 'b'");
  EXPECT_EQ(text_difference("ab", "a b"), "line 1: 'a b' instead of 'ab'");
}

class CompareOutput : public ::testing::Test {
 protected:
  store::StoredOutput stored(const std::string& text, bool kept = true) {
    if (kept) {
      EXPECT_TRUE(blobs_.put(text));
    }
    return {"out", "out.txt", sha256_hex(text), text.size(), kept};
  }

  OutputComparison compare(const std::string& recorded, const std::string& now) {
    const auto old_output = stored(recorded);
    const auto new_output = stored(now);
    return compare_output(output_, &old_output, &new_output, blobs_);
  }

  test::TemporaryHome folder_;
  store::Blobs blobs_{folder_.path()};
  model::Output output_{"out", "out.txt"};
};

TEST_F(CompareOutput, TakesTheNumbersOfAFileAsSamples) {
  output_.compare = model::Output::Compare::statistical;
  output_.margin = 0.1;
  std::string old_samples;
  std::string near;
  std::string far;
  for (int i = 0; i < 40; ++i) {
    old_samples += std::to_string(100 + i % 7) + "\n";
    near += std::to_string(101 + i % 5) + "\n";
    far += std::to_string(150 + i % 7) + "\n";
  }
  EXPECT_EQ(compare(old_samples, near).agreement, Agreement::within_tolerance);
  EXPECT_EQ(compare(old_samples, far).agreement, Agreement::differs);
  EXPECT_EQ(compare("100\n120\n", "100\n90\n").agreement, Agreement::inconclusive);
  EXPECT_EQ(compare("100\n", "none\n").detail, "0 numbers instead of 1");
}

TEST_F(CompareOutput, TakesTextsThatDifferInBlanksOnly) {
  output_.compare = model::Output::Compare::text;
  EXPECT_EQ(compare("a\r\n", "a\n").agreement, Agreement::within_tolerance);
  EXPECT_EQ(compare("a\n", "b\n").agreement, Agreement::differs);
}

TEST_F(CompareOutput, IsExactUnlessAskedOtherwise) {
  EXPECT_EQ(compare("same", "same").agreement, Agreement::identical);
  const auto comparison = compare("a\n1.0\n", "a\n1.00\n");
  EXPECT_EQ(comparison.agreement, Agreement::differs);
  EXPECT_EQ(comparison.detail, "line 2: '1.00' instead of '1.0'");
}

TEST_F(CompareOutput, UsesTheTolerancesOfTheOutput) {
  output_.compare = model::Output::Compare::numeric;
  output_.absolute_tolerance = 0.01;
  EXPECT_EQ(compare("1.0", "1.0").agreement, Agreement::identical);
  EXPECT_EQ(compare("1.0", "1.005").agreement, Agreement::within_tolerance);
  EXPECT_EQ(compare("1.0", "1.02").agreement, Agreement::differs);
  output_.relative_tolerance = 0.02;
  EXPECT_EQ(compare("1.0", "1.02").agreement, Agreement::within_tolerance);
}

TEST_F(CompareOutput, IgnoresContentThatIsNotToBeCompared) {
  output_.compare = model::Output::Compare::none;
  EXPECT_EQ(compare("a", "b").agreement, Agreement::identical);
}

TEST_F(CompareOutput, MissesWhatOneSideLacks) {
  const auto output = stored("text");
  const auto gone = compare_output(output_, &output, nullptr, blobs_);
  EXPECT_EQ(gone.agreement, Agreement::missing);
  EXPECT_EQ(gone.detail, "not written this time");
  EXPECT_EQ(compare_output(output_, nullptr, &output, blobs_).detail, "not recorded");
  EXPECT_EQ(compare_output(output_, nullptr, nullptr, blobs_).agreement, Agreement::missing);
}

TEST_F(CompareOutput, ComparesOnlyHashesOfWhatWasTooLargeToKeep) {
  output_.compare = model::Output::Compare::numeric;
  output_.absolute_tolerance = 9;
  const auto recorded = stored("1", false);
  const auto same = stored("1", false);
  const auto other = stored("2", false);
  EXPECT_EQ(compare_output(output_, &recorded, &same, blobs_).agreement, Agreement::identical);
  const auto comparison = compare_output(output_, &recorded, &other, blobs_);
  EXPECT_EQ(comparison.agreement, Agreement::differs);
  EXPECT_NE(comparison.detail.find("too large to keep"), std::string::npos) << comparison.detail;
  EXPECT_NE(comparison.detail.find(sha256_hex("2").substr(0, 12)), std::string::npos);
}

TEST_F(CompareOutput, TellsThatKeptContentIsDamaged) {
  const auto recorded = stored("recorded");
  const auto now = stored("now");
  const fs::path file = folder_ / recorded.sha256.substr(0, 2) / (recorded.sha256 + ".zst");
  fs::remove(file);
  test::write_text(file, "damaged");
  const auto comparison = compare_output(output_, &recorded, &now, blobs_);
  EXPECT_EQ(comparison.agreement, Agreement::differs);
  EXPECT_EQ(comparison.detail, "cannot be compared: stored content no longer has its hash");
}

}  // namespace
}  // namespace ck::experiment
