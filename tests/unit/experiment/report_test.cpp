#include "experiment/report.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/strings.hpp"
#include "support/temporary_home.hpp"

namespace ck::experiment {
namespace {

ExperimentRecords input() {
  ExperimentRecords input;
  input.experiment.name = "digits";
  input.experiment.uid = "00000000000000aa";
  store::Point point;
  point.uid = "1234567890abcdef";
  point.experiment = "digits";
  point.subject = "program:x";
  point.state = store::PointState::ok;
  point.created_ns = 1'767'225'600'000'000'000;
  point.document =
      R"({"schema":"ck.record/1","ck_version":"0.1.0","request":"ck benchmark program:x",
    "plan":{"profile":"clean","parameters":{"batch":"8"}},
    "host":{"cpu_model":"A <b>CPU</b>","logical_cpus":2,"memory_bytes":4000000000,"kernel":"6.1",
            "os_id":"debian-12","libc":"glibc 2.36"},
    "lock":{"repositories":[{"name":"core","url":"","commit":""},
                            {"name":"mine","url":"https://example.org/x;rm -rf","commit":"abc"}],
      "environments":[
        {"environment":{"origin":"detected","owner":"gcc-12 12.2.0-14",
                        "component":{"kind":"software","name":"gcc"},"version":"12.2.0"}},
        {"environment":{"origin":"built","component":{"kind":"model","name":"mlp"},
                        "version":"1"}}]}})";
  point.keys = {{"latency", "ns", "lower", "performance"}};
  for (int i = 1; i <= 6; ++i) {
    store::Repetition repetition;
    repetition.number = i;
    repetition.wall_ns = 1'000'000'000;
    repetition.metrics = {i * 1e6};
    repetition.outputs = {{"out", "out.txt", std::string(64, 'a'), 3, true}};
    point.repetitions.push_back(std::move(repetition));
  }
  input.points = {point};
  using Kind = store::Annotation::Kind;
  input.annotations = {{"", 1, "me", Kind::note, "Abstract: We show [it](http://x)."},
                       {"", 2, "me", Kind::note, "uid: forged"},
                       {"", 3, "me", Kind::tag, "paper"}};
  return input;
}

TEST(Report, TellsWhatWasRecorded) {
  auto facts = report_facts(input());
  ASSERT_OK(facts);
  EXPECT_EQ((*facts)["uid"], "00000000000000aa");
  EXPECT_EQ((*facts)["compilers"], "gcc 12.2.0");
  EXPECT_EQ((*facts)["models_short"], "mlp 1");
  EXPECT_EQ((*facts)["run_time"], human_duration_ns(6e9) + " of execution");
  EXPECT_NE((*facts)["results"].find("3.500 ms"), std::string::npos) << (*facts)["results"];
  EXPECT_NE((*facts)["software_table"].find("gcc-12 12.2.0-14"), std::string::npos);
  EXPECT_NE((*facts)["workflow"].find("    ck benchmark program:x"), std::string::npos);
  EXPECT_NE((*facts)["customization"].find("recorded with `8`"), std::string::npos);
  EXPECT_EQ((*facts)["doi"], "");
}

TEST(Report, TextsOfARecordAreOnlyText) {
  auto facts = report_facts(input());
  ASSERT_OK(facts);
  EXPECT_NE((*facts)["hardware"].find("\\<b\\>"), std::string::npos);
  EXPECT_NE((*facts)["installation"].find("--url='https://example.org/x;rm -rf'"),
            std::string::npos);
  EXPECT_EQ((*facts)["abstract"], "We show \\[it\\](http://x).");
  EXPECT_NE((*facts)["notes"].find("uid: forged"), std::string::npos)
      << "a note replaces nothing that was recorded";
}

TEST(Report, SaysWhatIsMissing) {
  const auto report = fill_template("a {{abstract}} b {{ doi }}.", *report_facts(input()), "t");
  ASSERT_OK(report);
  EXPECT_EQ(report->text, "a We show \\[it\\](http://x). b *(not recorded)*.");
  EXPECT_EQ(report->missing, std::vector<std::string>{"doi"});
  EXPECT_ERROR(fill_template("{{abstrakt}}", *report_facts(input()), "t"), invalid,
               "did you mean 'abstract'");
  EXPECT_EQ(fill_template("{{open", {}, "t")->text, "{{open");
}

TEST(Report, TheShippedTemplateHasOnlyKnownNames) {
  const auto text = test::read_text(fs::path(CK_SOURCE_DIR) / "components/report/ae.md");
  const auto report = fill_template(text, *report_facts(input()), "ae.md");
  ASSERT_OK(report);
  EXPECT_NE(std::ranges::find(report->missing, "algorithm"), report->missing.end());
}

TEST(Report, NeedsAPointThatEndedWell) {
  auto nothing = input();
  nothing.points[0].state = store::PointState::failed;
  EXPECT_ERROR(report_facts(nothing), not_found, "no point that ended well");
}

}  // namespace
}  // namespace ck::experiment
