// Benchmarks, comparisons, sweeps and claims through the program.

#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"

namespace ck::test {
namespace {

class Measuring : public CkTest {
 protected:
  Measuring() {
    components.program("steps", "test \"$SPEED\" != bad && echo time=$SPEED",
                       R"("variables": {"SPEED": "10"},
                          "metrics": {"time": {"unit": "ms", "direction": "lower",
                                               "role": "performance",
                                               "from": {"stdout": "time=([0-9.]+)$"}}})");
    import();
  }
};

TEST_F(Measuring, ABenchmarkStopsWhenItIsPrecise) {
  const auto result = ck("benchmark program:steps --verbose");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("MAD"), std::string::npos) << result.out;
  const Json all = points("steps");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0]["repetitions"].size(), 10u);
  EXPECT_EQ(all[0]["record"]["sampling"]["metric"], "time");
  EXPECT_EQ(all[0]["record"]["sampling"]["environment"], "varied");
  EXPECT_TRUE(all[0]["record"]["sampling"]["preflight"].contains("noise"));
  const Json& detail = all[0]["repetitions"][0]["detail"];
  EXPECT_TRUE(detail.contains("minor_faults"));
  EXPECT_TRUE(detail.contains("padding_bytes"));
}

TEST_F(Measuring, ABenchmarkRunsExactlyAsOftenAsAsked) {
  const Json json = json_of(ck("benchmark program:steps --repetitions=3 --pin --json"));
  EXPECT_EQ(json["point"]["repetitions"].size(), 3u);
  EXPECT_EQ(json["point"]["repetitions"][0]["detail"]["cpus"].size(), 1u);
  EXPECT_TRUE(fails(ck("benchmark program:steps --repetitions=3 --precision=1%"), 2, "exactly"));
  EXPECT_TRUE(fails(ck("benchmark program:steps --cpus=4096"), 2, "4096"));
}

TEST_F(Measuring, ABenchmarkMayBeAboutAnotherMetric) {
  ASSERT_TRUE(succeeds(ck("benchmark program:steps --repetitions=3 --metric=cpu_time")));
  EXPECT_EQ(points("steps")[0]["record"]["sampling"]["metric"], "cpu_time");
  EXPECT_TRUE(
      fails(ck("benchmark program:steps --repetitions=3 --metric=cpu_tiem"), 2, "cpu_time"));
}

TEST_F(Measuring, ABenchmarkOutOfTimeSaysSo) {
  const auto result = ck("benchmark program:steps --time_budget=0.001");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("not precise enough"), std::string::npos) << result.out;
}

TEST_F(Measuring, AComparisonTellsWhichIsFasterAndIsShown) {
  const auto result = ck("benchmark program:steps --compare --env.SPEED=10 --env.SPEED=5");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("--env.SPEED=5 against --env.SPEED=10: time x 0.5000"),
            std::string::npos)
      << result.out;
  EXPECT_NE(result.out.find("faster"), std::string::npos) << result.out;
  EXPECT_NE(ck("show experiment:steps").out.find("time x 0.5000"), std::string::npos);
  EXPECT_EQ(points("steps").size(), 3u) << "two variants and the guard";
}

TEST_F(Measuring, ASweepCanBeComparedWithItsFirstPoint) {
  const std::string line = "benchmark program:steps --param.env.SPEED=10,5,20,10 --compare";
  const auto result = ck(line);
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("env.SPEED=5 against env.SPEED=10: time x 0.5000"), std::string::npos)
      << result.out;
  EXPECT_NE(result.out.find("3 comparisons, 2 called different"), std::string::npos) << result.out;
  EXPECT_EQ(points("steps").size(), 5u);
  const Json json = json_of(ck(line + " --json"));
  EXPECT_EQ(json["false_discoveries"]["called_different"], 2);
  EXPECT_EQ(json["variants"][1]["comparison"]["result"]["called_different"], true);
  const auto known = ck("benchmark program:steps --param.env.SPEED=5,20,40 --dry_run").out;
  EXPECT_NE(known.find("1 to be run"), std::string::npos)
      << "its points are the sweep's: " << known;
  EXPECT_TRUE(fails(ck("benchmark program:steps --compare --param.env.SPEED=1"), 2, "2 to 200"));
  EXPECT_TRUE(fails(ck(line + " --env.A=1 --env.A=2"), 2, "or from --param."));
}

TEST_F(Measuring, AComparisonNeedsVariants) {
  EXPECT_TRUE(fails(ck("benchmark program:steps --compare"), 2, "given twice"));
  EXPECT_TRUE(fails(ck("benchmark program:steps --env.SPEED=1 --env.SPEED=2"), 2, "--compare"));
  EXPECT_TRUE(
      fails(ck("benchmark program:steps --compare --env.SPEED=1 --env.SPEED=bad"), 3, "SPEED=bad"));
}

TEST_F(Measuring, ASweepGoesOnWhereItEnded) {
  const std::string line = "benchmark program:steps --repetitions=2 --param.env.SPEED=1..3";
  EXPECT_NE(ck(line + " --dry_run").out.find("3 to be run"), std::string::npos);
  EXPECT_TRUE(succeeds(ck("benchmark program:steps --repetitions=2 --param.env.SPEED=2")));
  const auto known = ck(line + " --dry_run").out;
  EXPECT_NE(known.find("2 to be run, about"), std::string::npos) << known;
  const Json json = json_of(ck(line + " --json"));
  ASSERT_EQ(json["points"].size(), 3u);
  EXPECT_EQ(json["points"][1]["known"], true);
  EXPECT_EQ(json["missing"], 0);
  EXPECT_EQ(points("steps").size(), 3u);
  EXPECT_TRUE(succeeds(ck(line)));
  EXPECT_EQ(points("steps").size(), 3u) << "nothing is run again";
}

TEST_F(Measuring, CksDescriptionsOfPointsAreSweeps) {
  const fs::path file = folder / "tune.json";
  write_text(file, R"({"choices_order": [["##env#SPEED"]], "record_uoa": "tuned", "repetitions": 1,
      "choices_selection": [{"type": "loop", "start": 1, "stop": 9, "step": 4, "default": 1}]})");
  ASSERT_TRUE(succeeds(ck("benchmark program:steps @" + file.string())));
  const Json all = points("tuned");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[2]["record"]["plan"]["variables"]["SPEED"], "9");
  const auto known =
      ck("benchmark program:steps --record_uoa=tuned --param.env.SPEED=5,6 --dry_run");
  EXPECT_NE(known.out.find("1 to be run"), std::string::npos) << known.out;
  EXPECT_TRUE(
      fails(ck("benchmark program:steps --autotune=" + file.string() + " --param.env.SPEED=1"), 2,
            "both say"));
  write_text(file, R"({"choices_order": [["##compiler_flags#*"]],
      "choices_selection": [{"type": "random", "omit_probability": 0.9}]})");
  EXPECT_TRUE(fails(ck("benchmark program:steps @" + file.string()), 1, "##compiler_flags#*"));
}

TEST_F(Measuring, ASweepIsCheckedBeforeItsFirstPoint) {
  EXPECT_TRUE(fails(ck("benchmark program:steps --param.sped=1,2 --dry_run"), 2, "sped"));
  EXPECT_TRUE(fails(ck("benchmark program:steps --param.env.SPEED= --dry_run"), 2, "no values"));
}

TEST_F(Measuring, ASweepOutlivesAPointThatFails) {
  const auto result = ck("benchmark program:steps --repetitions=1 --param.env.SPEED=1,bad,2");
  EXPECT_EQ(result.code, 3) << result.out << result.err;
  EXPECT_NE(result.out.find("failed"), std::string::npos) << result.out;
  EXPECT_EQ(points("steps").size(), 3u);
}

TEST_F(Measuring, ShortWorkIsRepeatedInsideOneRun) {
  components.program("short", "i=0; while [ $i -lt $ROUNDS ]; do i=$((i + 1)); done",
                     R"("variables": {"ROUNDS": "1"},
                        "repeat": {"variable": "ROUNDS", "seconds": 0.3})");
  const auto result = ck("benchmark program:short --repetitions=2");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("iteration_time"), std::string::npos) << result.out;
  const Json record = points("short")[0]["record"];
  EXPECT_GE(record["plan"]["iterations"]["count"].get<int>(), 50);
  EXPECT_EQ(record["sampling"]["metric"], "iteration_time");
  const auto replayed = ck("replay experiment:short --margin=50%");
  EXPECT_NE(replayed.code, 1) << replayed.err;
  EXPECT_EQ(points("short")[1]["record"]["plan"]["iterations"], record["plan"]["iterations"])
      << "a replay repeats as often";
  const auto count_with = [&](const std::string& options) {
    EXPECT_TRUE(succeeds(ck("benchmark program:short --repetitions=1 " + options)));
    return points("short").back()["record"]["plan"]["iterations"]["count"].get<int>();
  };
  EXPECT_EQ(count_with("--repeat=7"), 7);
  EXPECT_EQ(count_with("--skip_calibration"), 1);
  EXPECT_EQ(count_with("--env.ROUNDS=9"), 9);
  EXPECT_TRUE(fails(ck("benchmark program:short --repeat=none"), 2, "--repeat=none"));
  EXPECT_TRUE(fails(ck("benchmark program:short --env.ROUNDS=0"), 2, "--env.ROUNDS=0"));
  EXPECT_TRUE(fails(ck("benchmark program:steps --repeat=2"), 2, "does not say how it repeats"));
}

TEST_F(Measuring, VariantsAreRepeatedEquallyOften) {
  components.program("short", "i=0; while [ $i -lt $((ROUNDS * WORK)) ]; do i=$((i + 1)); done",
                     R"("variables": {"ROUNDS": "1", "WORK": "1"},
                        "repeat": {"variable": "ROUNDS", "seconds": 0.02})");
  ASSERT_TRUE(
      succeeds(ck("benchmark program:short --compare --param.env.WORK=1,3 --time_budget=1")));
  const Json all = points("short");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0]["record"]["plan"]["iterations"], all[1]["record"]["plan"]["iterations"]);
}

TEST_F(Measuring, ClaimsAreVerified) {
  ASSERT_TRUE(succeeds(ck("benchmark program:steps --repetitions=5 --record_uoa=slow")));
  ASSERT_TRUE(
      succeeds(ck("benchmark program:steps --repetitions=5 --env.SPEED=5 --record_uoa=fast")));
  const fs::path file = folder / "claims.json";
  write_text(file, R"({"schema": "ck.claims/1", "claims": [
    {"name": "number", "experiment": "fast", "metric": "time", "expected": 5, "margin": 0.05,
     "repetitions": 5},
    {"name": "relation", "relation": {"faster": {"experiment": "fast"},
     "than": {"experiment": "slow"}, "ratio": 2}, "margin": 0.05, "cost_seconds": 30},
    {"name": "again", "relation": {"faster": {"experiment": "fast"},
     "than": {"experiment": "slow"}, "ratio": 2}, "margin": 0.05, "cost_seconds": 30}]})");
  const auto plan = ck("verify " + file.string() + " --dry_run");
  EXPECT_EQ(plan.code, 0) << plan.err;
  const auto result = ck("verify " + file.string());
  EXPECT_EQ(result.code, 0) << result.out << result.err;
  EXPECT_NE(result.out.find("reproduced: relation"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("reproduced: again"), std::string::npos)
      << "what was measured for one claim is not what the next is about: " << result.out;
  write_text(file, R"({"schema": "ck.claims/1", "claims": [
    {"name": "wrong", "experiment": "fast", "metric": "time", "expected": 9, "margin": 0.05,
     "repetitions": 5}]})");
  EXPECT_EQ(ck("verify " + file.string()).code, 4);
  EXPECT_TRUE(fails(ck("verify " + file.string() + " --claim=worng"), 1, "wrong"));
}

}  // namespace
}  // namespace ck::test
