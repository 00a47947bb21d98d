#include <gtest/gtest.h>

#include "documents.hpp"
#include "model/native_reader.hpp"

namespace ck::model {
namespace {

using test::problems_of;

TEST(RepositoryReader, ReadsARepository) {
  const auto repository = read_repository(to_text(test::example("repo.json")), "file");
  ASSERT_TRUE(repository.has_value());
  EXPECT_EQ(repository->format, RepositoryDescriptor::Format::native);
  EXPECT_EQ(repository->name, "example");
  EXPECT_EQ(repository->uid, "0123456789abcdef");
  EXPECT_EQ(repository->url, "https://example.org/me/example.git");
  ASSERT_EQ(repository->needs.size(), 4u);
  EXPECT_EQ(repository->needs[0].url, "");
  EXPECT_EQ(repository->needs[1].branch, "main");
  EXPECT_EQ(repository->needs[2].tag, "v1.0");
  EXPECT_EQ(repository->needs[3].commit, "0123456789abcdef0123456789abcdef01234567");
}

TEST(RepositoryReader, ReadsKnownRepositories) {
  const auto known =
      read_known_repositories(to_text(test::example("known-repositories.json")), "file");
  ASSERT_TRUE(known.has_value());
  ASSERT_EQ(known->size(), 3u);
  EXPECT_EQ((*known)[2].url, "file:///srv/three");
}

TEST(RepositoryReader, RefusesDocumentsOfOtherSchemas) {
  const auto package = read_repository(to_text(test::example("package.json")), "file");
  ASSERT_FALSE(package.has_value());
  EXPECT_EQ(package.error().message, "file: /schema is 'ck.package/1', but must be 'ck.repo/1'");
  EXPECT_FALSE(read_known_repositories(to_text(test::example("repo.json")), "file").has_value());
  EXPECT_FALSE(read_repository("{}", "file").has_value());
  EXPECT_FALSE(read_repository("", "file").has_value());
  EXPECT_FALSE(read_known_repositories("nothing", "file").has_value());
}

struct Wrong {
  const char* file;
  const char* patch;
  const char* problem;
};
class WrongRepository : public testing::TestWithParam<Wrong> {};

TEST_P(WrongRepository, IsRefusedWithTheReason) {
  const std::string expected = std::string("file: ") + GetParam().problem;
  const std::string problem = problems_of(GetParam().file, GetParam().patch);
  EXPECT_EQ(problem.substr(0, expected.size()), expected) << GetParam().patch;
}

const Wrong kCases[] = {
    {"repo.json", R"({"name": "../x"})", "/name is '../x', but must be a name"},
    {"repo.json", R"({"name": null})", "/name is missing"},
    {"repo.json", R"({"uid": "x"})", "/uid is 'x', but must be 16 lower-case hex digits"},
    {"repo.json", R"({"url": "git@-x:y"})", "/url is 'git@-x:y', but must be a git URL"},
    {"repo.json", R"({"url": "https://a/${version}"})", "/url is 'https://a/${version}', but must"},
    {"repo.json", R"({"needs": [{"url": "https://a/b"}]})", "/needs/0/name is missing"},
    {"repo.json", R"({"needs": [{"name": "a"}, {"name": "a"}]})", "/needs/1 stands there twice"},
    {"repo.json", R"({"needs": [{"name": "example"}]})", "/needs/0 is the repository itself"},
    {"repo.json", R"({"needs": [{"name": "a", "branch": "b", "tag": "c"}]})",
     "/needs/0 must have at most one of 'branch', 'tag' and 'commit'"},
    {"repo.json", R"({"needs": [{"name": "a", "branch": "-b"}]})", "/needs/0/branch is '-b', but"},
    {"repo.json", R"({"needs": [{"name": "a", "tag": "a..b"}]})", "/needs/0/tag is 'a..b', but"},
    {"repo.json", R"({"needs": [{"name": "a", "commit": "abc"}]})", "/needs/0/commit is 'abc'"},
    {"repo.json", R"({"neds": []})", "/neds is not a known key (did you mean 'needs'?)"},
    {"known-repositories.json", R"({"repositories": null})", "/repositories is missing"},
    {"known-repositories.json", R"({"repositories": [{"name": "a"}]})",
     "/repositories/0 must have a 'url'"},
};
INSTANTIATE_TEST_SUITE_P(All, WrongRepository, testing::ValuesIn(kCases));

}  // namespace
}  // namespace ck::model
