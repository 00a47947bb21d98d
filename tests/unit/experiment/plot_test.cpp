#include "experiment/plot.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "store/store.hpp"
#include "support/command.hpp"
#include "support/temporary_home.hpp"

namespace ck::experiment {
namespace {

class Plot : public ::testing::Test {
 protected:
  Plot() : store_(opened()) {}
  store::Store opened() const {
    auto store = store::Store::open(home_ / "ck.sqlite", home_ / "blobs");
    if (!store) throw std::runtime_error(test::text_of(store.error()));
    return std::move(*store);
  }
  void add(const std::string& subject, const std::string& batch, const std::string& threads,
           double top1, const std::vector<double>& latencies) {
    store::NewPoint wanted;
    wanted.experiment = "x";
    wanted.subject = subject;
    wanted.document =
        R"({"plan":{"parameters":{"batch":")" + batch + R"(","threads":")" + threads + R"("}}})";
    wanted.created_ns = 1'767'225'600'000'000'000;
    const auto point = store_.begin_point(wanted);
    ASSERT_OK(point);
    int number = 0;
    for (const double latency : latencies) {
      store::Repetition repetition;
      repetition.number = ++number;
      repetition.started_ns = wanted.created_ns + number * 1'000'000'000LL;
      repetition.ok = true;
      repetition.detail = "{}";
      repetition.metrics = {top1, latency};
      ASSERT_OK(store_.add_repetition(
          *point,
          {{"top1", "fraction", "higher", "accuracy"}, {"latency", "ns", "lower", "performance"}},
          repetition));
    }
    ASSERT_OK(store_.finish_point(*point, store::PointState::ok, 5, "", ""));
  }
  void fill() {
    add("program:a", "1", "1", 0.90, {1e6, 2e6, 3e6});
    add("program:b", "8", "1", 0.95, {4e6, 4.5e6, 5e6});
    add("program:`b`; system('x')", "16", "2", 0.94, {9e6});
  }
  Result<Picture> picture(PlotKind kind, const std::string& x, const std::string& y,
                          const std::string& z = "") const {
    auto archive = store::Archive::open(home_ / "ck.sqlite", home_ / "blobs");
    PlotRequest request;
    request.points.experiments = "x";
    request.kind = kind;
    request.x = x;
    request.y = y;
    request.z = z;
    request.frontier = true;
    return make_picture(request, *archive);
  }

  test::TemporaryHome home_;
  store::Store store_;
};

TEST_F(Plot, AScatterHasReadableUnitsBarsAndAFrontier) {
  fill();
  const auto scatter = picture(PlotKind::scatter, "latency", "top1");
  ASSERT_OK(scatter);
  EXPECT_EQ(scatter->x_label, "latency (ms)");
  EXPECT_EQ(scatter->y_label, "top1 (%)");
  EXPECT_EQ(scatter->title, "top1 against latency of experiment:x");
  ASSERT_EQ(scatter->series.size(), 3U);
  const auto& mark = scatter->series[0].marks.at(0);
  EXPECT_NEAR(mark.x, 2, 1e-9);
  EXPECT_NEAR(mark.x_low, 1.2, 1e-9);
  EXPECT_NEAR(mark.x_high, 2.8, 1e-9);
  EXPECT_NEAR(mark.y, 90, 1e-9);
  EXPECT_NEAR(scatter->series[2].marks.at(0).x_low, 9, 1e-9) << "one sample reaches nowhere";
  ASSERT_EQ(scatter->frontier.size(), 2U);
  EXPECT_NEAR(scatter->frontier[1].first, 4.5, 1e-9);
}

TEST_F(Plot, SamplesAreASeriesAPoint) {
  fill();
  const auto box = picture(PlotKind::box, "batch", "latency");
  ASSERT_OK(box);
  EXPECT_EQ(box->x_names, (std::vector<std::string>{"batch=1", "batch=8", "batch=16"}));
  EXPECT_EQ(box->series[0].marks.size(), 3U);
  const auto trace = picture(PlotKind::trace, "", "latency");
  ASSERT_OK(trace);
  EXPECT_NEAR(trace->series[0].marks[2].x, 2, 1e-9);
  EXPECT_TRUE(trace->x_names.empty());
}

TEST_F(Plot, AHeatMapHasItsParametersInOrder) {
  fill();
  const auto heat = picture(PlotKind::heat, "batch", "threads", "latency");
  ASSERT_OK(heat);
  EXPECT_EQ(heat->x_names, (std::vector<std::string>{"1", "8", "16"}));
  EXPECT_EQ(heat->y_names, (std::vector<std::string>{"1", "2"}));
  ASSERT_EQ(heat->series.at(0).marks.size(), 3U);
  EXPECT_NEAR(heat->series[0].marks[2].z, 9, 1e-9);
  EXPECT_EQ(heat->z_label, "latency (ms)");
}

TEST_F(Plot, TellsWhatIsMissing) {
  fill();
  EXPECT_ERROR(picture(PlotKind::scatter, "", "top1"), usage, "needs --x=NAME");
  EXPECT_ERROR(picture(PlotKind::heat, "batch", "threads"), usage, "needs --z=NAME");
  EXPECT_ERROR(picture(PlotKind::heat, "batch", "batch", "latency"), usage, "three names");
  EXPECT_ERROR(picture(PlotKind::scatter, "latencyy", "top1"), usage, "did you mean 'latency'");
  EXPECT_ERROR(picture(PlotKind::scatter, "subject", "top1"), not_found, "no point has numbers");
  EXPECT_ERROR(picture(PlotKind::box, "", "batch"), not_found, "no point has numbers for batch");
  EXPECT_ERROR(plot_kind_named("histori"), usage, "did you mean 'history'");
}

/// Whatever a record says, the script holds no command of it.
TEST_F(Plot, NothingOfARecordIsACommand) {
  fill();
  const auto scatter = picture(PlotKind::scatter, "latency", "top1");
  ASSERT_OK(scatter);
  const auto script = gnuplot_script(*scatter, PlotFormat::svg);
  EXPECT_EQ(script.find('`'), std::string::npos);
  EXPECT_EQ(script.find("system('"), std::string::npos) << script;
}

TEST_F(Plot, EveryKindIsDrawnInEveryFormat) {
  const std::string gnuplot = test::find_program("gnuplot");
  if (gnuplot.empty()) GTEST_SKIP() << "gnuplot is not installed";
  fill();
  for (const auto kind : {PlotKind::scatter, PlotKind::box, PlotKind::violin, PlotKind::trace,
                          PlotKind::heat, PlotKind::history}) {
    const bool heat = kind == PlotKind::heat;
    const auto drawn = picture(kind,
                               heat                        ? "batch"
                               : kind == PlotKind::scatter ? "latency"
                                                           : "",
                               heat ? "threads" : "latency", heat ? "top1" : "");
    ASSERT_OK(drawn);
    for (const auto format : {PlotFormat::svg, PlotFormat::png, PlotFormat::terminal}) {
      const fs::path script = home_ / "script.gp";
      test::write_text(script, "set output '" + (home_ / "out").string() + "'\n" +
                                   gnuplot_script(*drawn, format));
      const auto result = test::run_command({gnuplot, "-d", script.string()});
      EXPECT_EQ(result.code, 0) << name_of(kind) << result.output;
      EXPECT_EQ(result.output.find("rror"), std::string::npos) << name_of(kind) << result.output;
      EXPECT_GT(fs::file_size(home_ / "out"), 500U) << name_of(kind);
    }
  }
}

}  // namespace
}  // namespace ck::experiment
