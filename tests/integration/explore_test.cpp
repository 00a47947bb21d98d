// Searching a space of choices through the program.

#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"

namespace ck::test {
namespace {

/// Its time has one valley, at A=3 B=5; its size grows with A; A=7 fails.
class Exploring : public CkTest {
 protected:
  Exploring() {
    components.program(
        "valley",
        "test $A != 7 && echo time=$(( 10 + (A-3)*(A-3) + (B-5)*(B-5) )) size=$(( A + 1 ))",
        R"text("variables": {"A": "0", "B": "0"},
           "metrics": {"time": {"unit": "ms", "direction": "lower", "role": "performance",
                                "from": {"stdout": "time=([0-9]+)"}},
                       "bytes": {"unit": "bytes", "direction": "none", "role": "size",
                                 "from": {"stdout": "size=([0-9]+)"}}})text");
    import();
  }

  static constexpr const char* kSpace =
      "explore program:valley --param.env.A=0..7 --param.env.B=0..7 --samples=1 ";
};

TEST_F(Exploring, AClimbFindsTheValleyAndGoesOnWhereItEnded) {
  const Json json = json_of(ck(std::string(kSpace) + "--budget=50 --json"));
  EXPECT_EQ(json["best"], (Json{{"env.A", "3"}, {"env.B", "5"}}));
  EXPECT_EQ(json["places"], 64);
  EXPECT_EQ(json["id"], "fb3dd5a2ffcbc6bd") << "what older versions began goes on";
  EXPECT_LE(json["tried"].size(), 50U);
  const auto recorded = points("valley").size();
  const auto again = ck(std::string(kSpace) + "--budget=50");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.out.find("env.A=3 env.B=5"), std::string::npos) << again.out;
  // Only what failed is tried again.
  EXPECT_LE(points("valley").size(), recorded + 8);
}

TEST_F(Exploring, AFrontierHoldsWhatNothingBeats) {
  const Json json =
      json_of(ck("explore program:valley --param.env.A=0..7 --param.env.B=5 "
                 "--samples=1 --strategy=exhaustive --objective=time,bytes:min "
                 "--json"));
  for (const auto& place : json["tried"]) {
    const bool failed = place["values"]["env.A"] == "7";
    EXPECT_EQ(place.contains("failure"), failed) << place;
    EXPECT_EQ(place["on_frontier"], !failed && place["values"]["env.A"] <= "3") << place;
    EXPECT_EQ(place["probability"], place["on_frontier"] ? 1 : 0) << place;
  }
  EXPECT_EQ(json["objectives"][1]["name"], "bytes");
}

TEST_F(Exploring, AConditionLeavesPlacesOut) {
  const Json json =
      json_of(ck({"explore", "program:valley", "--param.env.A=0..7", "--param.env.B=4,5",
                  "--samples=1", "--strategy=exhaustive", "--where=bytes > 5", "--json"}));
  EXPECT_EQ(json["best"], (Json{{"env.A", "5"}, {"env.B", "5"}}));
}

TEST_F(Exploring, PruningTellsWhichChoicesMatter) {
  const auto result =
      ck("explore program:valley --param.env.A=0,3 --param.env.B=5,4 --param.env.C=x,y "
         "--strategy=exhaustive --samples=3 --prune");
  EXPECT_EQ(result.code, 2) << "C is no variable of the program: " << result.out << result.err;
  const Json json =
      json_of(ck("explore program:valley --param.env.A=0,3 --param.env.B=3,5 "
                 "--strategy=exhaustive --samples=3 --prune --margin=30% --json"));
  ASSERT_EQ(json["choices"].size(), 2U) << json;
  EXPECT_EQ(json["choices"][0]["axis"], "env.A");
  EXPECT_EQ(json["choices"][0]["matters"], true);
  EXPECT_NEAR(json["choices"][0]["ratio_without"].get<double>(), 1.9, 1e-9);
  EXPECT_EQ(json["what_matters"]["env.A"], "3");
}

TEST_F(Exploring, PruningNamesOnlyWhatMatters) {
  const std::string line =
      "explore program:valley --param.env.A=2,4 --param.env.B=3,5 --strategy=exhaustive --prune ";
  const auto some = ck(line + "--margin=20%");
  EXPECT_NE(some.out.find("what matters: env.B=5\n"), std::string::npos) << some.out << some.err;
  const auto recorded = points("valley").size();
  const auto nothing = ck(line + "--margin=50%");
  EXPECT_NE(nothing.out.find("what matters: nothing\n"), std::string::npos) << nothing.out;
  EXPECT_NE(nothing.out.find("no worse"), std::string::npos) << nothing.out;
  EXPECT_EQ(points("valley").size(), recorded) << "nothing is run again";
  const auto base = ck("explore program:valley --param.env.B=5,3 --strategy=exhaustive --prune");
  EXPECT_NE(base.out.find("what matters: nothing\n"), std::string::npos) << base.out;
  const Json json = json_of(ck(line + "--margin=20% --json"));
  EXPECT_EQ(json["what_matters"].size(), 1U) << json;
  EXPECT_EQ(json["what_matters"]["env.B"], "5");
}

TEST_F(Exploring, WhatOtherCodeMeasuredIsMeasuredAnew) {
  const std::string line =
      "explore program:valley --param.env.A=0,3 --param.env.B=5 --samples=1 --strategy=exhaustive";
  ASSERT_TRUE(succeeds(ck(line)));
  components.file("program", "valley", "run.sh", "echo time=$((A + 1)) size=1");
  const auto changed = ck(line);
  EXPECT_NE(changed.err.find("2 of other code"), std::string::npos) << changed.err;
  EXPECT_EQ(points("valley").size(), 4U);
  const Json json = json_of(ck(line + " --json"));
  EXPECT_EQ(json["best"], (Json{{"env.A", "0"}, {"env.B", "5"}}));
  EXPECT_EQ(points("valley").size(), 4U);
  ASSERT_TRUE(succeeds(ck(line + " --rebuild")));
  EXPECT_EQ(points("valley").size(), 6U);
}

TEST_F(Exploring, WhatCannotBeExploredIsSaid) {
  EXPECT_TRUE(fails(ck("explore program:valley"), 2, "nothing to explore"));
  EXPECT_TRUE(fails(ck(std::string(kSpace) + "--strategy=annealing"), 2, "exhaustive, random"));
  EXPECT_TRUE(fails(ck(std::string(kSpace) + "--space=all"), 2, "--space=flags"));
  EXPECT_TRUE(fails(ck(std::string(kSpace) + "--objective=tme"), 2, "no such number"));
  EXPECT_TRUE(fails(ck(std::string(kSpace) + "--objective=bytes"), 2, "bytes:min or bytes:max"));
  const auto failed = ck("explore program:valley --param.env.A=7,7");
  EXPECT_EQ(failed.code, 3);
  EXPECT_NE(failed.out.find("2 failed"), std::string::npos) << failed.out;
  const auto plan = ck(std::string(kSpace) + "--dry_run");
  EXPECT_NE(plan.out.find("64 places"), std::string::npos) << plan.out << plan.err;
  EXPECT_EQ(points("valley").size(), 3U) << "one for the wrong objectives, two that fail";
}

TEST_F(Exploring, ShortWorkIsRepeatedInsideOneRun) {
  components.program("short", "i=0; while [ $i -lt $((ROUNDS * WORK)) ]; do i=$((i + 1)); done",
                     R"("variables": {"ROUNDS": "1", "WORK": "1"},
                        "repeat": {"variable": "ROUNDS", "seconds": 0.03})");
  const std::string line =
      "explore program:short --param.env.WORK=1,20 --strategy=exhaustive --samples=";
  const Json json = json_of(ck(line + "1 --objective=time,wall_time --json"));
  EXPECT_EQ(json["objectives"][0]["name"], "iteration_time");
  EXPECT_EQ(json["best"]["env.WORK"], "1") << json;
  const auto wall_time = [&](std::size_t i) {
    return json["tried"][i]["medians"]["wall_time"].get<double>();
  };
  EXPECT_LT(wall_time(0), wall_time(1)) << "the time of an iteration, not of a run: " << json;
  ASSERT_EQ(points("short").size(), 2U);
  const auto count_of = [&](std::size_t i) {
    return points("short").at(i)["record"]["plan"]["iterations"]["count"].get<int>();
  };
  EXPECT_GT(count_of(0), 1);
  ASSERT_TRUE(succeeds(ck(line + "2")));
  ASSERT_EQ(points("short").size(), 4U);
  EXPECT_EQ(count_of(2), count_of(0)) << "as often as before";
  ASSERT_TRUE(succeeds(ck(line + "1 --skip_calibration")));
  EXPECT_EQ(count_of(4), 1);
}

TEST_F(Exploring, AMetricOfTheProgramIsWhatItSaysWhateverItIsCalled) {
  components.program("named", "echo took=$((ROUNDS * WORK))",
                     R"text("variables": {"ROUNDS": "1", "WORK": "500"},
                        "repeat": {"variable": "ROUNDS", "totals": ["wall_time"]},
                        "metrics": {"wall_time": {"unit": "ms", "direction": "lower",
                          "role": "performance", "from": {"stdout": "took=([0-9]+)"}}})text");
  const Json json =
      json_of(ck("explore program:named --param.env.WORK=500,600 --strategy=exhaustive --samples=1 "
                 "--objective=wall_time --repeat=4 --json"));
  EXPECT_EQ(json["tried"][0]["medians"]["wall_time"], 500) << json;
}

TEST_F(Exploring, AConditionIsOfOneIterationToo) {
  components.program("idle", "exit 0",
                     R"("variables": {"ROUNDS": "1", "X": "1"}, "repeat": {"variable": "ROUNDS"})");
  const auto exploring = [&](const std::string& where) {
    return ck({"explore", "program:idle", "--param.env.X=1,2", "--strategy=exhaustive",
               "--samples=1", "--repeat=100000000", "--where=" + where, "--json"});
  };
  const Json met = json_of(exploring("wall_time < 1us"));
  EXPECT_TRUE(met.contains("best")) << met;
  EXPECT_EQ(exploring("wall_time > 1us").code, 3);
}

/// A program that could be built with flags.
class ExploringFlags : public CkTest {
 protected:
  void takes_flags(const std::string& name, const std::string& more = "") const {
    components.program(name, "echo done",
                       R"("parameters": {"flags": {"type": "string", "default": "-O2"}})" + more);
  }
};

TEST_F(ExploringFlags, TheCompilerNamesItsFlags) {
  takes_flags("taker");
  import();
  const auto plan = ck("explore program:taker --space=flags --compiler=cc --dry_run");
  ASSERT_TRUE(succeeds(plan));
  EXPECT_NE(plan.out.find("-funroll-loops, -fno-unroll-loops"), std::string::npos) << plan.out;
  EXPECT_EQ(plan.out.find("fast-math"), std::string::npos) << plan.out;
  EXPECT_TRUE(fails(ck("explore program:taker --space=flags --compiler=true --dry_run"), 1,
                    "tells no optimisation flags"));
  EXPECT_TRUE(
      fails(ck("explore program:taker --space=flags --compiler=no-such-cc"), 1, "no-such-cc"));
}

TEST_F(ExploringFlags, TheCompilerIsTheOneThatTheProgramIsBuiltWith) {
  components.raw("software", "odd",
                 R"_({"schema": "ck.software/1", "name": "odd", "uid": "00000000000000ac",
      "tags": ["compiler", "odd"], "find": {"executables": ["true"], "roots": ["/usr"]},
      "version": {"run": ["${file}", "--version"], "pattern": "([0-9]+[.][0-9]+)"},
      "exports": {"values": {"cc": "${file}"}}})_");
  takes_flags("odd-taker", R"(, "dependencies": {"cc": {"tags": ["compiler", "odd"]}})");
  import();
  EXPECT_TRUE(fails(ck("explore program:odd-taker --space=flags --dry_run"), 1,
                    "true tells no optimisation flags"));
}

TEST_F(ExploringFlags, AProgramThatTakesNoneIsRefused) {
  components.program("deaf", "echo done",
                     R"("parameters": {"size": {"type": "integer", "default": 1}})");
  import();
  EXPECT_TRUE(fails(ck("explore program:deaf --space=flags --compiler=cc --dry_run"), 2,
                    "program:deaf has no parameter 'flags', only size"));
}

}  // namespace
}  // namespace ck::test
