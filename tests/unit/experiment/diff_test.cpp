#include "experiment/diff.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/temporary_home.hpp"

namespace ck::experiment {
namespace {

store::Point point(const std::string& uid, const std::string& document,
                   std::vector<double> latencies) {
  store::Point point;
  point.uid = uid;
  point.experiment = "x";
  point.state = store::PointState::ok;
  point.document = document;
  point.keys = {{"latency", "ns", "lower", "performance"}};
  for (const double latency : latencies) {
    store::Repetition repetition;
    repetition.number = static_cast<int>(point.repetitions.size()) + 1;
    repetition.ok = true;
    repetition.ending = "exited with 0";
    repetition.metrics = {latency};
    repetition.outputs = {{"out", "out.txt", std::string(64, uid[0]), 3, false}};
    point.repetitions.push_back(std::move(repetition));
  }
  return point;
}

std::string document(const std::string& gcc, const std::string& batch, const std::string& cpu,
                     const std::string& id) {
  return R"({"schema":"ck.record/1","ck_version":"1","request":"ck run",
    "plan":{"subject":"program:p","parameters":{"batch":")" +
         batch + R"("},"variables":{"T":"${home}/envs/)" + id + R"(/bin"},"argv":["run"]},
    "host":{"cpu_model":")" +
         cpu + R"(","cpu_flags":["avx","sse",")" + cpu + R"("]},
    "lock":{"subject":")" +
         id + R"(","environments":[
      {"environment":{"id":")" +
         id + R"(","component":{"kind":"program","name":"p"},"version":"1"}},
      {"environment":{"id":"g","component":{"kind":"software","name":"gcc"},"version":")" +
         gcc + R"("}}],"repositories":[{"name":"core","commit":"0123456789abcdef"}]}})";
}

const std::string kIdA(32, 'a');
const std::string kIdB(32, 'b');

std::vector<std::string> lines(const DiffReport& report) {
  std::vector<std::string> lines;
  for (const auto& difference : report.differences)
    lines.push_back(std::string(name_of(difference.area)) + "|" + difference.what + "|" +
                    difference.a + "|" + difference.b);
  return lines;
}

TEST(Diff, RanksCausesBeforeEffects) {
  const auto report = diff(point("aaaa", document("12.2", "1", "X", kIdA), {1e6, 1e6, 1e6}),
                           point("bbbb", document("13.1", "8", "Y", kIdB), {2e6, 2e6, 2e6}));
  ASSERT_OK(report);
  EXPECT_EQ(
      lines(*report),
      (std::vector<std::string>{
          "dependency|software:gcc version|12.2|13.1", "parameter|parameter batch|1|8",
          R"(host|host cpu_flags|["X"]|["Y"])", "host|host cpu_model|X|Y",
          "output|output out|aaaaaaaaaaaa|bbbbbbbbbbbb", "metric|latency|1.000 ms|2.000 ms"}));
  EXPECT_NE(report->differences.back().detail.find("+100.0 % (intervals apart)"), std::string::npos)
      << report->differences.back().detail;
  EXPECT_TRUE(is_effect(Area::metric));
  EXPECT_FALSE(is_effect(Area::host));
}

TEST(Diff, OfAPointWithItselfIsEmpty) {
  const auto one = point("aaaa", document("12.2", "1", "X", kIdA), {1e6});
  const auto report = diff(one, one);
  ASSERT_OK(report);
  EXPECT_TRUE(report->differences.empty());
  EXPECT_GT(report->same, 8U);
}

TEST(Diff, TellsWhatOneSideDoesNotHave) {
  auto b = point("aaaa", R"({"schema":"ck.record/1","plan":{"subject":"program:p"}})", {});
  b.keys = {{"size", "bytes", "lower", ""}};
  store::Repetition repetition;
  repetition.metrics = {5};
  repetition.ending = "exited with 0";
  b.repetitions = {repetition};
  const auto report = diff(point("aaaa", document("12.2", "1", "X", kIdA), {1e6}), b);
  ASSERT_OK(report);
  const auto all = lines(*report);
  EXPECT_NE(std::ranges::find(all, "metric|latency|1.000 ms|"), all.end());
  EXPECT_TRUE(all.back().starts_with("metric|size||5")) << all.back();
  EXPECT_NE(std::ranges::find(all, "parameter|parameter batch|1|"), all.end());
}

TEST(Diff, RefusesADamagedDocument) {
  const auto good = point("aaaa", "{}", {});
  EXPECT_ERROR(diff(good, point("bbbb", "[]", {})), invalid, "point bbbb");
}

}  // namespace
}  // namespace ck::experiment
