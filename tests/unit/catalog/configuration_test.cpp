#include "catalog/configuration.hpp"

#include "support/temporary_home.hpp"

namespace ck::catalog {
namespace {

class ConfigurationTest : public testing::Test {
 protected:
  Result<Configuration> read(std::string_view text) {
    test::write_text(home.configuration(), text);
    return read_configuration(home);
  }
  test::TemporaryHome folder;
  Home home{folder.path()};
};

TEST_F(ConfigurationTest, NeedNotBeThere) {
  const auto configuration = read_configuration(home);
  ASSERT_OK(configuration);
  EXPECT_TRUE(configuration->rewrites.empty());
  EXPECT_EQ(configuration->pip_index, "");
}

TEST_F(ConfigurationTest, NamesRulesAndIndexes) {
  const auto configuration = read(R"({"rewrite": [{"from": "https://a/", "to": "file:///b/"}],
               "pip_index": "https://p/simple", "npm_registry": "http://n"})");
  ASSERT_OK(configuration);
  EXPECT_EQ(sys::rewritten(configuration->rewrites, "https://a/c"), "file:///b/c");
  EXPECT_EQ(sys::rewritten(configuration->rewrites, "http://a/c"), "http://a/c");
  EXPECT_EQ(configuration->pip_index, "https://p/simple");
  EXPECT_EQ(configuration->npm_registry, "http://n");
}

TEST_F(ConfigurationTest, NamesMirrors) {
  const auto configuration =
      read(R"({"mirrors": [{"of": "https://a/", "at": ["https://near/", "file:///shelf/"]}]})");
  ASSERT_OK(configuration);
  EXPECT_EQ(sys::places_of(configuration->rewrites, "https://a/c"),
            (std::vector<std::string>{"https://near/c", "file:///shelf/c", "https://a/c"}));
  EXPECT_ERROR(read(R"({"mirrors": [{"at": ["x"]}]})"), invalid, "/mirrors/0/of is missing");
  EXPECT_ERROR(read(R"({"mirrors": [{"of": "x", "at": []}]})"), invalid,
               "/mirrors/0/at must be a list of places");
}

TEST_F(ConfigurationTest, MistakesNameFileAndKey) {
  EXPECT_ERROR(read(R"({"rewrit": []})"), invalid, "did you mean 'rewrite'");
  EXPECT_ERROR(read(R"({"rewrite": [{"from": "x"}]})"), invalid, "/rewrite/0/to is missing");
  EXPECT_ERROR(read(R"({"pip_index": "pypi"})"), invalid, "/pip_index must be a URL");
  EXPECT_ERROR(read("{"), invalid, "config.json");
}

}  // namespace
}  // namespace ck::catalog
