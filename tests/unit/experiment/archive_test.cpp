#include "experiment/archive.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support/installation.hpp"
#include "unit/experiment/script_plan.hpp"

namespace ck::experiment {
namespace {

class Archive : public ::testing::Test {
 protected:
  static run::RunPlan plan(const std::string& script) { return script_plan(script, "score"); }

  Result<PointOutcome> execute(const run::RunPlan& plan, int repetitions = 1,
                               install::Context* context = nullptr) {
    PointRequest request;
    request.experiment = "demo";
    request.tags = model::Tags({"a", "b"});
    request.sampling.repetitions = repetitions;
    request.request = "ck run program:demo";
    request.replay_of = "00112233aabbccdd";
    install::Lock lock;
    lock.subject = "the subject";
    return execute_point(request, plan, lock, {}, context ? *context : machine_.context());
  }

  test::Installation machine_;
};

TEST_F(Archive, KeepsEveryRepetition) {
  const auto outcome = execute(plan("echo score 0.5"), 3);
  ASSERT_OK(outcome);
  EXPECT_FALSE(outcome->failure);
  const auto& point = outcome->point;
  EXPECT_EQ(point.state, store::PointState::ok);
  EXPECT_EQ(point.experiment, "demo");
  EXPECT_EQ(point.subject, "program:demo");
  EXPECT_EQ(point.replay_of, "00112233aabbccdd");
  EXPECT_GT(point.ended_ns, point.created_ns);
  ASSERT_EQ(point.repetitions.size(), 3U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(point.repetitions[static_cast<std::size_t>(i)].number, i + 1);
    EXPECT_EQ(point.repetitions[static_cast<std::size_t>(i)].metrics.at(0), 0.5);
  }
  EXPECT_EQ(machine_.context().store.experiment("demo")->tags.text(), "a,b");
  const auto progress = machine_.events.of<Progress>();
  ASSERT_EQ(progress.size(), 3U);
  EXPECT_EQ(progress.back().done, 3U);
  EXPECT_EQ(progress.back().total, 3U);
}

TEST_F(Archive, KeepsTheWholeStoryInTheDocument) {
  const auto outcome = execute(plan("echo score 1"));
  ASSERT_OK(outcome);
  EXPECT_TRUE(machine_.events.of<Progress>().empty()) << "one run is no progress";
  const auto document = document_of(outcome->point);
  ASSERT_OK(document);
  EXPECT_EQ((*document)["schema"], "ck.record/1");
  EXPECT_EQ((*document)["request"], "ck run program:demo");
  EXPECT_EQ((*document)["repetitions"], 1);
  EXPECT_FALSE((*document)["ck_version"].get<std::string>().empty());
  EXPECT_FALSE((*document)["host"]["architecture"].get<std::string>().empty());
  EXPECT_EQ((*document)["started"].get<std::string>().size(), 20U);
  const auto lock = lock_of(outcome->point);
  ASSERT_OK(lock);
  EXPECT_EQ(lock->subject, "the subject");
  const auto recorded = plan_of(outcome->point);
  ASSERT_OK(recorded);
  EXPECT_EQ(run::to_json(*recorded), run::to_json(plan("echo score 1")));
}

TEST_F(Archive, EndsWithTheFirstFailureAndKeepsIt) {
  const auto outcome = execute(plan("exit 7"), 3);
  ASSERT_OK(outcome);
  ASSERT_TRUE(outcome->failure);
  EXPECT_ERROR(*outcome->failure, program_failed, "program:demo exited with 7");
  EXPECT_ERROR(*outcome->failure, program_failed,
               "archived as point " + outcome->point.uid + " of experiment:demo");
  EXPECT_EQ(outcome->point.state, store::PointState::failed);
  EXPECT_EQ(outcome->point.repetitions.size(), 1U);
  EXPECT_FALSE(outcome->point.repetitions.at(0).ok);
  const auto error = parse_json(outcome->point.error, "error");
  ASSERT_OK(error);
  EXPECT_EQ((*error)["code"], "program_failed");
  EXPECT_EQ((*error)["message"], "program:demo exited with 7");
}

TEST_F(Archive, KeepsThatItWasInterrupted) {
  install::Context& context = machine_.context();  // opening it would be interrupted as well
  machine_.cancel.request();
  const auto outcome = execute(plan("echo score 1"), 2, &context);
  ASSERT_OK(outcome);
  ASSERT_TRUE(outcome->failure);
  EXPECT_EQ(outcome->failure->code, ErrorCode::interrupted);
  EXPECT_EQ(outcome->point.state, store::PointState::interrupted);
  EXPECT_TRUE(outcome->point.repetitions.empty());
}

TEST_F(Archive, KeepsThatTheProgramWasMissing) {
  run::RunPlan missing = plan("");
  missing.argv = {"no-such-program-anywhere"};
  const auto outcome = execute(missing);
  EXPECT_ERROR(outcome, not_found, "no-such-program-anywhere");
  EXPECT_ERROR(outcome, not_found, "of experiment demo");
  const auto points = machine_.context().store.points("demo");
  ASSERT_OK(points);
  EXPECT_EQ(points->at(0).state, store::PointState::failed);
  EXPECT_NE(points->at(0).error.find("no-such-program-anywhere"), std::string::npos);
}

TEST(SummarizePoint, LeavesOutWhatThisPointDidNotMeasure) {
  store::Point point;
  point.keys = {{"a", "ms", "lower", ""}, {"b", "", "none", ""}};
  for (const double sample : {3.0, 1.0, 2.0}) {
    store::Repetition repetition;
    repetition.metrics = {sample, std::nan("")};
    point.repetitions.push_back(repetition);
  }
  const auto summaries = summarize(point);
  ASSERT_EQ(summaries.size(), 1U);
  EXPECT_EQ(summaries[0].key.name, "a");
  EXPECT_EQ(summaries[0].summary.median, 2);
  EXPECT_TRUE(summarize(store::Point{}).empty());
}

TEST(PointDocument, NamesThePointWhenItIsNone) {
  store::Point point;
  point.uid = "0011";
  point.document = "[1]";
  EXPECT_ERROR(document_of(point), invalid, "the document of point 0011 is no object");
  EXPECT_ERROR(lock_of(point), invalid, "point 0011");
  point.document = "{";
  EXPECT_ERROR(plan_of(point), invalid, "document of point 0011");
  point.document = R"({"plan": {}})";
  EXPECT_ERROR(lock_of(point), invalid, "has no 'lock'");
  EXPECT_ERROR(plan_of(point), invalid, "plan of point 0011");
}

}  // namespace
}  // namespace ck::experiment
