#include "install/build_log.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "support/temporary_home.hpp"

namespace ck::install {
namespace {

class BuildLogTest : public testing::Test {
 protected:
  BuildLogTest() : log(*BuildLog::create(folder / "log")) {}

  std::string text() {
    EXPECT_OK(log.close());
    return test::read_text(folder / "log");
  }

  test::TemporaryHome folder;
  BuildLog log;
};

TEST_F(BuildLogTest, TellsTheIsolationOnceAndAgainWhereItIsAnother) {
  const sys::Isolation all{{"no network", "no privileges"}, {}};
  log.note("untrusted", all);
  log.note("untrusted", all);
  log.note("untrusted", sys::Isolation{{"no network"}, {{"no privileges", "refused"}}});
  const auto json = parse_json(log.isolation(), "isolation");
  ASSERT_OK(json);
  EXPECT_EQ((*json)["profile"], "untrusted");
  EXPECT_EQ((*json)["enforced"], Json::array({"no network"}));
  EXPECT_EQ((*json)["missing"][0]["what"], "no privileges");
  EXPECT_EQ(text(),
            "[ck: profile untrusted: no network, no privileges]\n"
            "[ck: profile untrusted: no network; not no privileges (refused)]\n");
}

TEST_F(BuildLogTest, AStepWithoutASandboxEnforcesNothing) {
  log.note("host", std::nullopt);
  EXPECT_EQ((*parse_json(log.isolation(), "isolation"))["enforced"], Json::array());
  EXPECT_EQ(text(), "[ck: profile host: no sandbox]\n");
}

TEST_F(BuildLogTest, WithoutStepsThereIsNothingToTell) { EXPECT_EQ(log.isolation(), ""); }

}  // namespace
}  // namespace ck::install
