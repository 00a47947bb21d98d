#include "experiment/select.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "experiment/point_table.hpp"
#include "experiment/units.hpp"
#include "store/store.hpp"
#include "support/temporary_home.hpp"

namespace ck::experiment {
namespace {

using Strings = std::vector<std::string>;

class Select : public ::testing::Test {
 protected:
  Select() : store_(opened()) {}

  store::Store opened() const {
    auto store = store::Store::open(home_ / "ck.sqlite", home_ / "blobs");
    if (!store) throw std::runtime_error(test::text_of(store.error()));
    return std::move(*store);
  }
  store::Archive archive() const {
    auto archive = store::Archive::open(home_ / "ck.sqlite", home_ / "blobs");
    if (!archive) throw std::runtime_error(test::text_of(archive.error()));
    return std::move(*archive);
  }

  /// A point named by its parameter "p"; one execution for each latency.
  void add(const std::string& experiment, const std::string& name, double top1,
           const std::vector<double>& latencies, const std::string& unit = "ns",
           store::PointState state = store::PointState::ok) {
    store::NewPoint wanted;
    wanted.experiment = experiment;
    wanted.tags = model::Tags({"tag-" + experiment});
    wanted.subject = "program:" + name;
    wanted.document = R"({"plan":{"parameters":{"p":")" + name + R"("}},"lock":{"environments":[
        {"environment":{"component":{"name":"gcc"},"version":")" +
                      std::string(name == "a" ? "9.4" : "12.2") + R"("}}]}})";
    wanted.created_ns = 1'767'225'600'000'000'000;  // 2026-01-01
    const auto point = store_.begin_point(wanted);
    ASSERT_OK(point);
    int number = 0;
    for (const double latency : latencies) {
      store::Repetition repetition;
      repetition.number = ++number;
      repetition.ok = true;
      repetition.detail = "{}";
      repetition.metrics = {top1, latency};
      ASSERT_OK(store_.add_repetition(
          *point,
          {{"top1", "fraction", "higher", "accuracy"}, {"latency", unit, "lower", "performance"}},
          repetition));
    }
    ASSERT_OK(store_.finish_point(*point, state, wanted.created_ns + 5, "", ""));
  }

  void fill() {
    add("x", "a", 0.90, {1e6, 3e6, 2e6});
    add("x", "b", 0.95, {4e6});
    add("x", "c", 0.97, {9e6, 9e6}, "ns", store::PointState::failed);
    add("y", "d", 0.93, {0.001}, "s");
    add("y", "e", 0.97, {0.008}, "s");
    add("y", "none", std::numeric_limits<double>::quiet_NaN(), {});
  }

  /// The names of the points, in order.
  Strings select(const SelectRequest& request) const {
    auto archive = this->archive();
    const auto selection = select_points(request, archive);
    EXPECT_OK(selection);
    Strings names;
    if (!selection) return names;
    for (const auto& point : selection->points)
      names.push_back(point.head.subject.substr(std::string("program:").size()));
    return names;
  }
  Strings where(const std::string& text) const {
    SelectRequest request;
    const auto condition = parse_condition(text);
    EXPECT_OK(condition);
    request.where = *condition;
    return select(request);
  }
  Result<Selection> attempt(const std::string& text) const {
    auto archive = this->archive();
    SelectRequest request;
    request.where = *parse_condition(text);
    return select_points(request, archive);
  }

  test::TemporaryHome home_;
  store::Store store_;
};

TEST_F(Select, ComparesNumbersInAnyUnitAcrossExperiments) {
  fill();
  EXPECT_EQ(where("top1 >= 0.95"), (Strings{"b", "c", "e"}));
  EXPECT_EQ(where("top1 >= 95%"), (Strings{"b", "c", "e"}));
  EXPECT_EQ(where("latency < 3ms"), (Strings{"a", "d"})) << "the median of a is 2 ms";
  EXPECT_EQ(where("latency_ms < 3"), (Strings{"a", "d"}));
  EXPECT_EQ(where("latency_ms = 4000us"), (Strings{"b"}));
  EXPECT_EQ(where("latency.min <= 1ms"), (Strings{"a", "d"}));
  EXPECT_EQ(where("latency_ms.max >= 3"), (Strings{"a", "b", "c", "e"}));
  EXPECT_EQ(where("latency.count > 1"), (Strings{"a", "c"}));
  EXPECT_EQ(where("latency.p90 > 2500000 and latency.mean = 2000000"), (Strings{"a"}));
  EXPECT_EQ(where("latency != 2ms"), (Strings{"b", "c", "d", "e"})) << "what is missing is not";
}

TEST_F(Select, ComparesTexts) {
  fill();
  EXPECT_EQ(where("p = a"), (Strings{"a"})) << "a parameter without param.";
  EXPECT_EQ(where("param.p in (a, 'e', 7)"), (Strings{"a", "e"}));
  EXPECT_EQ(where("p > b"), (Strings{"c", "d", "e", "none"}));
  EXPECT_EQ(where("subject like '*:[ab]'"), (Strings{"a", "b"}));
  EXPECT_EQ(where("subject not like '*:?'"), (Strings{"none"}));
  EXPECT_EQ(where("version.gcc < 12"), (Strings{"a"})) << "9.4 is before 12";
  EXPECT_EQ(where("version.gcc >= 12.1"), (Strings{"b", "c", "d", "e", "none"}));
  EXPECT_EQ(where("state = failed"), (Strings{"c"}));
  EXPECT_EQ(where("experiment = y and state = ok"), (Strings{"d", "e", "none"}));
  EXPECT_EQ(where("top1 like '0.9?'"), (Strings{"b", "c", "d", "e"}));
  EXPECT_EQ(where("top1 = nonsense"), Strings());
}

TEST_F(Select, ComparesTimes) {
  fill();
  EXPECT_EQ(where("created >= 2026-01-01").size(), 6U);
  EXPECT_EQ(where("created > '2026-01-01T00:00:01'").size(), 0U);
  EXPECT_EQ(where("created < 2025-12-31T23:59:59Z").size(), 0U);
  EXPECT_EQ(where("created > 2024-02-29").size(), 6U);
  EXPECT_EQ(where("duration < 1s").size(), 6U);
  EXPECT_ERROR(attempt("created > yesterday"), usage, "'yesterday' is no time");
}

TEST_F(Select, JoinsConditions) {
  fill();
  EXPECT_EQ(where("top1 > 0.94 and latency < 5ms or p = a"), (Strings{"a", "b"}));
  EXPECT_EQ(where("not (top1 > 0.94 or p = a)"), (Strings{"d", "none"}));
  EXPECT_EQ(where(""), (Strings{"a", "b", "c", "d", "e", "none"}));
}

TEST_F(Select, SortsWithWhatIsMissingLast) {
  fill();
  SelectRequest request;
  request.sort = {"-latency"};
  EXPECT_EQ(select(request), (Strings{"c", "e", "b", "a", "d", "none"}));
  request.sort = {"-top1", "latency"};
  EXPECT_EQ(select(request), (Strings{"e", "c", "b", "d", "a", "none"}));
  request.sort = {"-p"};
  EXPECT_EQ(select(request), (Strings{"none", "e", "d", "c", "b", "a"}));
  request.sort = {"latency"};
  request.limit = 2;
  EXPECT_EQ(select(request), (Strings{"d", "a"}));
  request.experiments = "x";
  EXPECT_EQ(select(request), (Strings{"a", "b"}));
  request.experiments.clear();
  request.tags = model::TagQuery::parse("tag-y");
  EXPECT_EQ(select(request), (Strings{"d", "e"}));
}

TEST_F(Select, ShowsValuesInOneUnit) {
  fill();
  auto archive = this->archive();
  SelectRequest request;
  request.show = {"latency_ms", "p", "experiment"};
  const auto selection = select_points(request, archive);
  ASSERT_OK(selection);
  EXPECT_EQ(selection->looked_at, 6U);
  ASSERT_EQ(selection->columns.size(), 3U);
  EXPECT_EQ(selection->columns[0].unit, "ms");
  EXPECT_EQ(selection->columns[0].direction, "lower");
  EXPECT_EQ(std::get<double>(selection->points[0].values[0]), 2);
  EXPECT_EQ(std::get<double>(selection->points[3].values[0]), 1);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(selection->points[5].values[0]));
  EXPECT_EQ(std::get<std::string>(selection->points[3].values[1]), "d");
  EXPECT_EQ(std::get<std::string>(selection->points[3].values[2]), "y");
  request.show = {};
  request.show_metrics = true;
  EXPECT_EQ(select_points(request, archive)->columns.size(), 2U);
}

TEST_F(Select, FindsTheFrontier) {
  fill();
  SelectRequest request;
  request.frontier = {"top1", "latency"};
  EXPECT_EQ(select(request), (Strings{"b", "d", "e"}));
  request.frontier = {"top1:min", "latency"};
  EXPECT_EQ(select(request), (Strings{"a", "d"}));
  request.frontier = {"repetitions"};
  auto archive = this->archive();
  EXPECT_ERROR(select_points(request, archive), usage, "write repetitions:min");
}

TEST_F(Select, TellsWhatThereIsWhenANameIsUnknown) {
  fill();
  EXPECT_ERROR(attempt("latencyy < 1"), usage, "did you mean 'latency'");
  EXPECT_ERROR(attempt("xyzzy < 1"), usage, "there are: ");
  EXPECT_ERROR(attempt("latency_bytes < 1"), usage, "no point has");
  EXPECT_ERROR(attempt("latency < 1MB"), usage, "is in 'ns'");
  EXPECT_ERROR(attempt("p < 1ms"), usage, "has no unit");
  auto archive = this->archive();
  SelectRequest request;
  request.experiments = "z";
  EXPECT_ERROR(select_points(request, archive), not_found, "no experiment 'z'");
}

TEST_F(Select, UnitsThatDoNotFitAreTold) {
  add("x", "a", 0.9, {1});
  add("y", "b", 0.9, {1}, "bytes");
  EXPECT_ERROR(attempt("latency < 1"), usage, "'latency' has the unit 'bytes', which is no 'ns'");
}

/// Whatever stands in a condition: the archive is the same afterwards.
TEST_F(Select, NoConditionChangesTheArchive) {
  fill();
  for (const auto* text : {"p = \"'; DROP TABLE point; --\"", "`x'; DELETE FROM point; --` = 1",
                           "p like '%'' OR 1=1 --'", "p in ('a'')', '\"')"})
    static_cast<void>(attempt(text));
  EXPECT_EQ(where("").size(), 6U);
}

TEST(Units, AreConverted) {
  EXPECT_EQ(conversion("ns", "ms"), 1e-6);
  EXPECT_EQ(conversion("GiB", "MiB"), 1024);
  EXPECT_EQ(conversion("widgets", "widgets"), 1);
  EXPECT_FALSE(conversion("ns", "bytes"));
  EXPECT_FALSE(conversion("widgets", "ns"));
  EXPECT_TRUE(is_known_unit("%"));
}

TEST(NaturalOrder, ComparesNumbersInTexts) {
  EXPECT_TRUE(natural_less("v9", "v10"));
  EXPECT_FALSE(natural_less("v10", "v9"));
  EXPECT_TRUE(natural_less("1.9.4", "1.12"));
  EXPECT_TRUE(natural_less("a", "a1"));
  EXPECT_FALSE(natural_less("a", "a"));
  EXPECT_FALSE(natural_less("007", "7"));
}

RC_GTEST_PROP(Frontier, IsWhatNobodyBeats, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(0, 40);
  const auto sides = *rc::gen::inRange<std::size_t>(1, 4);
  std::vector<Objective> objectives(sides);
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back(i);
    for (auto& side : objectives) side.push_back(*rc::gen::inRange(0, 6));
  }
  std::vector<std::size_t> expected;
  for (const auto point : all) {
    bool beaten = false;
    for (const auto other : all) {
      bool as_good = true;
      bool better = false;
      for (const auto& side : objectives) {
        as_good = as_good && side[other] <= side[point];
        better = better || side[other] < side[point];
      }
      beaten = beaten || (as_good && better);
    }
    if (!beaten) expected.push_back(point);
  }
  auto found = frontier_of(all, objectives);
  std::ranges::sort(found);
  RC_ASSERT(found == expected);
}

}  // namespace
}  // namespace ck::experiment
