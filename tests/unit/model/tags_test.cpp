#include "model/tags.hpp"

#include <gtest/gtest.h>

namespace ck::model {
namespace {

using Texts = std::vector<std::string>;

TEST(Tags, AreASortedSetWithoutEmptyOnes) {
  Tags tags({"b", "a", "", "b", "A"});
  EXPECT_EQ(tags.text(), "A,a,b");
  EXPECT_EQ(tags.size(), 3u);
  tags.insert("aa");
  tags.insert("a");
  tags.insert("");
  EXPECT_EQ(tags.text(), "A,a,aa,b");
  tags.insert(Tags({"c", "a"}));
  EXPECT_EQ(tags.text(), "A,a,aa,b,c");
  EXPECT_EQ(tags, Tags({"c", "b", "aa", "a", "A"}));
}

TEST(Tags, AreComparedByteForByte) {
  const Tags tags({"Lib"});
  EXPECT_TRUE(tags.contains("Lib"));
  EXPECT_FALSE(tags.contains("lib"));
  EXPECT_FALSE(tags.contains("Li"));
  EXPECT_FALSE(tags.contains(""));
  EXPECT_TRUE(Tags().empty());
}

TEST(TagQuery, DropsBlanksAroundTags) {
  const TagQuery query = TagQuery::parse(" b , a,b", "d ,c");
  EXPECT_EQ(query.all, (Texts{"a", "b"}));
  EXPECT_EQ(query.none, (Texts{"c", "d"}));
  EXPECT_EQ(query.text(), "a,b without c,d");
}

TEST(TagQuery, MatchesWhenAllAreThereAndNoneOfTheOthers) {
  const Tags tags({"a", "b", "machine learning"});
  EXPECT_TRUE(TagQuery::parse("a,b").matches(tags));
  EXPECT_TRUE(TagQuery::parse("machine learning").matches(tags));
  EXPECT_TRUE(TagQuery::parse("a", "c").matches(tags));
  EXPECT_FALSE(TagQuery::parse("a", "b").matches(tags));
  EXPECT_FALSE(TagQuery::parse("a,c").matches(tags));
}

TEST(TagQuery, NeedsOneOfItsAlternatives) {
  const TagQuery query{{"blas"}, {"static"}, {{"mkl"}, {"openblas", "openmp"}}};
  EXPECT_TRUE(query.matches(Tags({"blas", "mkl"})));
  EXPECT_TRUE(query.matches(Tags({"blas", "openblas", "openmp"})));
  EXPECT_FALSE(query.matches(Tags({"blas", "openblas"})));
  EXPECT_FALSE(query.matches(Tags({"blas", "mkl", "static"})));
  EXPECT_FALSE(query.matches(Tags({"mkl"})));
  EXPECT_FALSE(query.empty());
  EXPECT_EQ(query.text(), "blas with mkl or openblas,openmp without static");
}

TEST(TagQuery, AskingForNothingMatchesEverything) {
  for (const char* text : {"", "  "}) {
    EXPECT_TRUE(TagQuery::parse(text).empty());
    EXPECT_TRUE(TagQuery::parse(text).matches(Tags()));
  }
  EXPECT_EQ(TagQuery::parse("").text(), "");
  EXPECT_EQ(TagQuery::parse("", "x").text(), "without x");
}

TEST(TagQuery, AnEmptyElementMatchesNothing) {
  EXPECT_FALSE(TagQuery::parse("a,,b").matches(Tags({"a", "b"})));
  EXPECT_FALSE(TagQuery::parse("a,").matches(Tags({"a", ""})));
  EXPECT_TRUE(TagQuery::parse("a", "b,").matches(Tags({"a"})));
}

}  // namespace
}  // namespace ck::model
