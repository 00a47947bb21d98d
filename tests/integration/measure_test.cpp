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
  const auto known = ck(
      "benchmark program:steps --record_uoa=tuned --repetitions=1 --param.env.SPEED=5,6 --dry_run");
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

TEST_F(Measuring, ASweepMeasuresAnewWhatOtherCodeMeasured) {
  const std::string line = "benchmark program:steps --repetitions=2 --param.env.SPEED=1,2";
  ASSERT_TRUE(succeeds(ck(line)));
  components.file("program", "steps", "run.sh", "echo a new program; echo time=$((SPEED * 100))");
  const auto changed = ck(line);
  ASSERT_TRUE(succeeds(changed));
  EXPECT_NE(changed.err.find("2 recorded points are left aside and measured anew: 2 of other code"),
            std::string::npos)
      << changed.err;
  EXPECT_EQ(points("steps").size(), 4u);
  const auto again = ck(line);
  EXPECT_EQ(again.err.find("left aside"), std::string::npos) << again.err;
  EXPECT_EQ(points("steps").size(), 4u) << "what was measured since is known";
}

TEST_F(Measuring, ASweepMeasuresAnewWhatOtherSamplingMeasured) {
  const std::string line = "benchmark program:steps --param.env.SPEED=1,2 ";
  ASSERT_TRUE(succeeds(ck(line + "--repetitions=2")));
  const auto more = ck(line + "--repetitions=3");
  EXPECT_NE(more.err.find("2 of other sampling"), std::string::npos) << more.err;
  EXPECT_EQ(points("steps").size(), 4u);
  ASSERT_TRUE(succeeds(ck(line + "--repetitions=2")));
  EXPECT_EQ(points("steps").size(), 4u) << "three are enough for two";
  ASSERT_TRUE(succeeds(ck(line + "--repetitions=2 --fixed_environment")));
  EXPECT_EQ(points("steps").size(), 6u);
  ASSERT_TRUE(succeeds(ck(line + "--repetitions=2 --pin")));
  EXPECT_EQ(points("steps").size(), 8u);
  ASSERT_TRUE(succeeds(ck(line + "--repetitions=2 --timeout=50")));
  EXPECT_EQ(points("steps").size(), 8u) << "a bound changes nothing";
  ASSERT_TRUE(succeeds(ck(line + "--repetitions=2 --rebuild")));
  EXPECT_EQ(points("steps").size(), 10u);
}

TEST_F(Measuring, ASweepOutlivesABuildThatFails) {
  components.component("program", "made",
                       R"("parameters": {"flags": {"type": "string", "default": "-O2"}},
         "build": {"system": "commands", "commands": [{"run": ["/bin/sh", "-c",
           "test x${flags} != x-Onosuch && echo echo built ${flags} > ${prefix}/run.sh"]}]},
         "commands": {"run": {"run": ["/bin/sh", "${program.path}/run.sh"]}})");
  const std::string line = "benchmark program:made --repetitions=1 --param.flags=-O1,-Onosuch,-O0";
  const auto result = ck(line);
  EXPECT_EQ(result.code, 3) << result.out << result.err;
  EXPECT_NE(result.out.find("flags=-Onosuch"), std::string::npos) << result.out << result.err;
  EXPECT_NE(result.out.find("3 points, 0 to be run, 1 failed"), std::string::npos) << result.out;
  EXPECT_EQ(points("made").size(), 2u);
  const auto again = ck(line);
  EXPECT_EQ(again.code, 3);
  EXPECT_EQ(points("made").size(), 2u) << "the others are known";
}

TEST_F(Measuring, ASweepTellsItsCostBefore) {
  const std::string line = "benchmark program:steps --param.env.SPEED=1..3 --dry_run ";
  const auto fresh = ck(line + "--time_budget=20");
  EXPECT_NE(fresh.out.find("3 to be run, at most 1 min"), std::string::npos) << fresh.out;
  ASSERT_TRUE(succeeds(ck("benchmark program:steps --repetitions=2 --param.env.SPEED=9")));
  const auto cost = [&](const std::string& options) {
    return json_of(ck(line + "--json " + options))["seconds_per_point"].get<double>();
  };
  const double two = cost("--repetitions=2");
  EXPECT_GT(two, 0);
  EXPECT_NEAR(cost("--repetitions=6") / two, 3, 1e-6);
  EXPECT_NEAR(cost("--repetitions=2 --record_uoa=elsewhere") / two, 1, 1e-6)
      << "from the program's other points";
  EXPECT_NEAR(cost("--repetitions=2 --cmd_key=run") / two, 1, 1e-6) << "of another sweep";
}

TEST_F(Measuring, ASweepStepsSeveralGroupsTogether) {
  components.program("four", "echo $A $B $C $D",
                     R"("variables": {"A": "0", "B": "0", "C": "0", "D": "0"})");
  const std::string axes =
      "--param.env.A=1,2 --param.env.B=3,4 --param.env.C=0.1..0.2:0.1 --param.env.D=7,8 ";
  const auto plan =
      ck("benchmark program:four --zip=env.A,env.B --zip=env.C,env.D --dry_run " + axes);
  EXPECT_NE(plan.out.find("4 points, 4 to be run"), std::string::npos) << plan.out << plan.err;
  EXPECT_NE(plan.out.find("env.C=0.2 env.D=8"), std::string::npos) << plan.out;
  EXPECT_TRUE(fails(ck("benchmark program:four --dry_run --zip=env.A,env.X " + axes), 2,
                    "no --param.env.X"));
  EXPECT_TRUE(fails(ck("benchmark program:four --dry_run --param.env.A=0.1..0.5"), 2,
                    "no range that can be counted"));
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

TEST_F(Measuring, AReplayIsMeasuredUnderTheRecordedConditions) {
  ASSERT_TRUE(succeeds(ck("benchmark program:steps --repetitions=3 --pin")));
  EXPECT_EQ(ck("replay experiment:steps").code, 0);
  const Json all = points("steps");
  ASSERT_EQ(all.size(), 2u);
  for (const auto* condition : {"cpus", "padding_bytes"}) {
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(all[1]["repetitions"][i]["detail"][condition],
                all[0]["repetitions"][i]["detail"][condition])
          << condition;
    }
  }
  EXPECT_TRUE(all[1]["record"]["sampling"].contains("preflight"));
}

TEST_F(Measuring, ClaimsAreMeasuredUnderTheRecordedConditions) {
  ASSERT_TRUE(succeeds(ck("benchmark program:steps --repetitions=5 --pin")));
  const fs::path file = folder / "claims.json";
  write_text(file, R"({"schema": "ck.claims/1", "claims": [
    {"name": "number", "experiment": "steps", "metric": "time", "expected": 10, "margin": 0.3}]})");
  EXPECT_EQ(ck("verify " + file.string()).code, 0);
  const Json all = points("steps");
  ASSERT_EQ(all.size(), 2u);
  const Json& sampling = all[1]["record"]["sampling"];
  EXPECT_EQ(sampling["cpus"], all[0]["record"]["sampling"]["cpus"]);
  EXPECT_EQ(sampling["environment"], "varied");
  EXPECT_EQ(sampling["metric"], "time");
  EXPECT_DOUBLE_EQ(sampling["precision"].get<double>(), 0.1) << "a third of the margin";
  EXPECT_EQ(all[1]["repetitions"].size(), 10u) << "what does not vary is precise at once";
}

TEST_F(Measuring, ClaimsThatAreBetterAreATrend) {
  ASSERT_TRUE(succeeds(ck("benchmark program:steps --repetitions=5")));
  const fs::path file = folder / "claims.json";
  write_text(file, R"({"schema": "ck.claims/1", "claims": [
    {"name": "number", "experiment": "steps", "metric": "time", "expected": 20, "margin": 0.05,
     "repetitions": 5}]})");
  const auto result = ck("verify " + file.string());
  EXPECT_EQ(result.code, 4) << result.err;
  EXPECT_NE(result.out.find("trend only: number"), std::string::npos) << result.out;
}

TEST_F(Measuring, WhatClaimsCostIsToldBefore) {
  const fs::path file = folder / "claims.json";
  const std::string relation = R"({"name": "relation", "relation": {
     "faster": {"experiment": "a"}, "than": {"experiment": "b"}}})";
  write_text(file, R"({"schema": "ck.claims/1", "claims": [)" + relation + "]}");
  EXPECT_NE(ck("verify " + file.string() + " --dry_run").out.find("together about 5 min\n"),
            std::string::npos);
  write_text(file, R"({"schema": "ck.claims/1", "claims": [)" + relation +
                       R"(, {"name": "n", "experiment": "nowhere", "metric": "time"}]})");
  const auto partly = ck("verify " + file.string() + " --dry_run").out;
  EXPECT_NE(partly.find("together at least 5 min\n"), std::string::npos) << partly;
  EXPECT_EQ(json_of(ck("verify " + file.string() + " --dry_run --json"))["cost_is_complete"],
            false);
  write_text(file, R"({"schema": "ck.claims/1", "claims": [)" + relation + "," + relation + "]}");
  EXPECT_TRUE(fails(ck("verify " + file.string()), 1, file.string()));
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
