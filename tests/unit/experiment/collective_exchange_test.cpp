// Experiments of Collective Knowledge: into the archive and out again.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "experiment/archive.hpp"
#include "experiment/collective_record.hpp"
#include "experiment/export_collective.hpp"
#include "experiment/import_collective.hpp"
#include "support/collective_entry.hpp"
#include "support/installation.hpp"

namespace ck::experiment {
namespace {

class CollectiveExchange : public ::testing::Test {
 protected:
  CollectiveExchange() { test::write_collective_results(results()); }

  fs::path results() const { return folder_ / "results"; }
  store::Store& store() { return machine_.context().store; }

  Result<ImportReport> import(const fs::path& place, std::vector<std::string> names = {},
                              const std::string& tags = "") {
    return import_collective({place, std::move(names), model::TagQuery::parse(tags)}, store(),
                             machine_.context().clock, events_, cancel_);
  }
  Result<ExportReport> write(const std::string& name, const fs::path& repository,
                             const fs::path& folder) {
    return export_collective({name, repository, folder}, store(), cancel_);
  }

  store::Point speed_point() {
    auto point = store().point(test::kSpeedPoint);
    EXPECT_OK(point);
    return point ? std::move(*point) : store::Point{};
  }

  /// Value of a metric in one repetition; NaN when it has none.
  static double number(const store::Point& point, std::size_t repetition, const std::string& name) {
    const auto key = std::ranges::find(point.keys, name, &store::MetricKey::name);
    if (key == point.keys.end()) return std::nan("");
    return point.repetitions.at(repetition)
        .metrics[static_cast<std::size_t>(key - point.keys.begin())];
  }
  static std::string unit(const store::Point& point, const std::string& name) {
    const auto key = std::ranges::find(point.keys, name, &store::MetricKey::name);
    return key == point.keys.end() ? "(none)" : key->unit;
  }

  /// All files below a folder, JSON as values.
  static std::map<std::string, Json> content(const fs::path& folder) {
    std::map<std::string, Json> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file())
        files[fs::relative(entry.path(), folder)] = Json::parse(test::read_text(entry.path()));
    }
    return files;
  }

  test::TemporaryHome folder_;
  test::Installation machine_;
  NoEvents events_;
  sys::Cancel cancel_;
};

TEST_F(CollectiveExchange, EntriesBecomeExperiments) {
  const auto report = import(results());
  ASSERT_OK(report);
  ASSERT_EQ(report->experiments.size(), 2U);
  EXPECT_EQ(report->experiments[0].name, test::kCopyUid);
  EXPECT_EQ(report->experiments[1].name, "speed");
  EXPECT_EQ(report->experiments[1].added, 2U);
  EXPECT_TRUE(report->problems.empty());
  const auto speed = store().experiment("speed");
  ASSERT_OK(speed);
  EXPECT_EQ(speed->uid, test::kSpeedUid);
  EXPECT_EQ(speed->tags.text(), "demo,speed");
  EXPECT_EQ(speed->points, 2);
  EXPECT_EQ(speed->subjects, std::vector<std::string>{"program:susan"});
  EXPECT_EQ(speed->created_ns, 1523583850'000000000);
}

TEST_F(CollectiveExchange, NumbersBecomeMetrics) {
  ASSERT_OK(import(results(), {"speed"}));
  const auto point = speed_point();
  EXPECT_EQ(point.state, store::PointState::ok);
  ASSERT_EQ(point.repetitions.size(), 2U);
  EXPECT_EQ(point.repetitions[0].ending, "exited with 0");
  EXPECT_EQ(number(point, 0, "run.execution_time"), 1.5);
  EXPECT_EQ(number(point, 1, "run.execution_time"), 2.5);
  EXPECT_EQ(number(point, 0, "run.layers[1].time_ms"), 0.25);
  EXPECT_EQ(number(point, 0, "compile.obj_sizes.a.o"), 600);
  EXPECT_TRUE(std::isnan(number(point, 1, "compile.binary_size")));
  EXPECT_TRUE(std::isnan(number(point, 0, "run.a.b")));
  EXPECT_EQ(unit(point, "run.execution_time"), "s");
  EXPECT_EQ(unit(point, "run.execution_time_kernel_0"), "s");
  EXPECT_EQ(unit(point, "run.layers[1].time_ms"), "ms");
  EXPECT_EQ(unit(point, "compile.binary_size"), "bytes");
  EXPECT_EQ(unit(point, "compile.obj_sizes.a.o"), "bytes");
  EXPECT_EQ(unit(point, "run.return_code"), "");
}

TEST_F(CollectiveExchange, KeysThatWouldHaveOneNameKeepApart) {
  ASSERT_OK(import(results(), {"speed"}));
  const auto point = speed_point();
  EXPECT_EQ(number(point, 1, "run.a.b"), 1);
  EXPECT_EQ(number(point, 1, "##run#a#b"), 2);
}

TEST_F(CollectiveExchange, EverythingElseStandsInTheDocument) {
  ASSERT_OK(import(results(), {"speed"}));
  const auto document = document_of(speed_point());
  ASSERT_OK(document);
  EXPECT_EQ((*document)["schema"], "ck.record/1");
  const Json& imported = (*document)["imported"];
  EXPECT_EQ(imported["point"]["features"]["platform"]["name"], std::string("Board \0 1", 9));
  EXPECT_EQ(imported["point"]["choices"]["compiler_flags"]["base_opt"], "-O3");
  EXPECT_EQ(imported["entry"]["meta"]["meta"]["scenario"], "x");
  const Json& first = imported["subpoints"][0]["own"]["characteristics_list"][0];
  EXPECT_EQ(first["compile"]["md5_sum"], "00ff");
  EXPECT_EQ(first["run"]["ticks"], 9007199254740993);
  EXPECT_TRUE(first["run"]["nothing"].is_null());
}

TEST_F(CollectiveExchange, FailedCompilationsFailThePoint) {
  ASSERT_OK(import(results(), {"speed"}));
  const auto point = store().point(test::kFailedPoint);
  ASSERT_OK(point);
  EXPECT_EQ(point->state, store::PointState::failed);
  EXPECT_FALSE(point->error.empty());
  EXPECT_FALSE(point->repetitions.at(0).ok);
  EXPECT_TRUE(point->repetitions.at(1).ok);
  EXPECT_EQ(number(*point, 1, "run.speed"), 7.5);
}

TEST_F(CollectiveExchange, AgainAddsNothing) {
  ASSERT_OK(import(results()));
  const auto again = import(results());
  ASSERT_OK(again);
  EXPECT_EQ(again->experiments[1].added, 0U);
  EXPECT_EQ(again->experiments[1].known, 2U);
  EXPECT_EQ(again->experiments[0].known, 1U);
  EXPECT_EQ(store().experiments("", {})->size(), 2U);
}

TEST_F(CollectiveExchange, AgainAddsWhatIsNew) {
  ASSERT_OK(import(results()));
  const auto from = results() / "experiment" / "speed" / ("ckp-" + std::string(test::kSpeedPoint));
  fs::copy_file(from.string() + ".0001.json",
                results() / "experiment" / "speed" / "ckp-00000000000000ee.0001.json");
  const auto again = import(results(), {"speed"});
  ASSERT_OK(again);
  EXPECT_EQ(again->experiments[0].added, 1U);
  EXPECT_EQ(again->experiments[0].known, 2U);
}

TEST_F(CollectiveExchange, NamesUidsPatternsAndTagsChoose) {
  EXPECT_EQ(import(results(), {test::kSpeedUid})->experiments.at(0).name, "speed");
  EXPECT_EQ(import(results(), {"sp*"})->experiments.size(), 1U);
  EXPECT_EQ(import(results(), {}, "copy")->experiments.at(0).name, test::kCopyUid);
  EXPECT_ERROR(import(results(), {"none"}), not_found, "names and tags");
}

TEST_F(CollectiveExchange, DamageIsNamedAndTheRestImported) {
  const fs::path module = results() / "experiment";
  test::write_text(module / "speed" / ("ckp-" + std::string(test::kFailedPoint) + ".features.json"),
                   "{oops");
  test::write_text(module / "broken" / ".cm" / "meta.json", "[");
  const auto report = import(results());
  ASSERT_OK(report);
  ASSERT_EQ(report->problems.size(), 2U);
  EXPECT_TRUE(test::is_error(report->problems[0], ErrorCode::invalid, "broken/.cm/meta.json"));
  EXPECT_TRUE(test::is_error(report->problems[1], ErrorCode::invalid, "features.json"));
  EXPECT_EQ(report->experiments.at(1).added, 1U);
}

TEST_F(CollectiveExchange, FilesThatCannotBeReadAreNamed) {
  if (::geteuid() == 0) GTEST_SKIP() << "permissions do not hold for root";
  const fs::path file = results() / "experiment" / "speed" / "pipeline.json";
  fs::permissions(file, fs::perms::none);
  const auto report = import(results(), {"speed"});
  ASSERT_OK(report);
  ASSERT_EQ(report->problems.size(), 1U);
  EXPECT_TRUE(test::is_error(report->problems[0], ErrorCode::io, "pipeline.json"));
}

TEST_F(CollectiveExchange, StoppingKeepsWhatIsCommitted) {
  ASSERT_OK(import(results(), {"speed"}));
  cancel_.request();
  EXPECT_ERROR(import(results()), interrupted, "0 points are imported");
  EXPECT_EQ(store().experiment("speed")->points, 2);
}

TEST_F(CollectiveExchange, ImportedPointsHaveNoPlanToRun) {
  ASSERT_OK(import(results(), {"speed"}));
  EXPECT_ERROR(plan_of(speed_point()), unsupported, "recorded with Collective Knowledge");
  EXPECT_ERROR(lock_of(speed_point()), unsupported, "ck benchmark program:susan");
}

TEST_F(CollectiveExchange, ExportedEntriesAreAsTheyWere) {
  ASSERT_OK(import(results()));
  for (const char* name : {"speed", test::kCopyUid}) {
    const auto report = write(name, {}, folder_ / "out" / name);
    ASSERT_OK(report);
    auto before = content(results() / "experiment" / name);
    auto after = content(report->entry);
    // Statistics are complete in what we write.
    for (auto& [file, document] : before) {
      if (!file.ends_with(".flat.json") || !after.contains(file)) continue;
      for (const auto& [key, value] : document.items()) EXPECT_EQ(after[file][key], value) << key;
      after[file] = document;
    }
    EXPECT_EQ(before, after);
  }
}

TEST_F(CollectiveExchange, OutAndInAgainGivesTheSamePoints) {
  ASSERT_OK(import(results(), {"speed"}));
  const auto before = speed_point();
  ASSERT_OK(write("speed", {}, folder_ / "out"));
  ASSERT_OK(store().remove_experiment("speed"));
  ASSERT_OK(import(folder_ / "out"));
  const auto after = speed_point();
  EXPECT_EQ(after.document, before.document);
  ASSERT_EQ(after.repetitions.size(), before.repetitions.size());
  for (const auto& key : before.keys) {
    for (std::size_t i = 0; i < before.repetitions.size(); ++i) {
      const double was = number(before, i, key.name);
      const double is = number(after, i, key.name);
      EXPECT_TRUE(is == was || (std::isnan(is) && std::isnan(was))) << key.name;
    }
  }
}

TEST_F(CollectiveExchange, OurOwnPointsAreExportedToo) {
  store::NewPoint wanted;
  wanted.experiment = "mine";
  wanted.tags = model::Tags({"tag"});
  wanted.subject = "program:susan";
  wanted.document = R"({"schema": "ck.record/1", "plan": {"command": "edges",)"
                    R"( "variables": {"N": "3"}}, "host": {"libc": "glibc"}})";
  wanted.created_ns = 1523583850'000000000;
  const auto point = store().begin_point(wanted);
  ASSERT_OK(point);
  store::Repetition repetition;
  repetition.number = 1;
  repetition.ok = true;
  repetition.wall_ns = 2'500'000'000;
  repetition.detail = "{}";
  repetition.metrics = {93.5, std::nan("")};
  ASSERT_OK(store().add_repetition(
      *point, {{"accuracy", "percent", "higher", "accuracy"}, {"absent", "", "none", ""}},
      repetition));
  ASSERT_OK(store().finish_point(*point, store::PointState::ok, 2, "", ""));

  const auto report = write("mine", {}, folder_ / "out");
  ASSERT_OK(report);
  auto files = content(report->entry);
  const std::string prefix = "ckp-" + point->uid + ".";
  EXPECT_EQ(files[prefix + "features_flat.json"]["##choices#cmd_key"], "edges");
  EXPECT_EQ(files[prefix + "features.json"]["features"]["host"]["libc"], "glibc");
  const Json run = files[prefix + "0001.json"]["characteristics_list"][0]["run"];
  EXPECT_EQ(run["execution_time"], 2.5);
  EXPECT_EQ(run["accuracy"], 93.5);
  EXPECT_EQ(run["run_success"], "yes");
  EXPECT_FALSE(run.contains("absent"));
  const Json described = files["desc.json"]["characteristics_desc"];
  EXPECT_EQ(described["##characteristics#run#accuracy"]["unit"], "percent");
  EXPECT_EQ(files[prefix + "flat.json"]["##characteristics#run#accuracy#mean"], 93.5);
  EXPECT_EQ(files[".cm/meta.json"]["tags"], Json::parse(R"(["tag"])"));
  EXPECT_EQ(files[".cm/meta.json"]["points"], "1");
  EXPECT_EQ(files[".cm/info.json"]["control"]["iso_datetime"], "2018-04-13T01:44:10");

  ASSERT_OK(store().remove_experiment("mine"));
  ASSERT_OK(import(folder_ / "out"));
  EXPECT_EQ(number(*store().point(point->uid), 0, "run.accuracy"), 93.5);
}

TEST_F(CollectiveExchange, NothingIsOverwritten) {
  ASSERT_OK(import(results()));
  EXPECT_ERROR(write("speed", results(), {}), conflict, "exists already");
  EXPECT_ERROR(write("speed", {}, results()), conflict, "exists already");
  EXPECT_ERROR(write("speed", folder_ / "nowhere", {}), not_found, ".ckr.json");
  EXPECT_ERROR(write("none", {}, folder_ / "out"), not_found, "no experiment 'none'");
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(CollectiveExchange, AnExperimentIsAddedToARepository) {
  ASSERT_OK(import(results()));
  ASSERT_OK(write("speed", {}, folder_ / "out"));
  const auto report = write(test::kCopyUid, folder_ / "out", {});
  ASSERT_OK(report);
  EXPECT_EQ(report->entry, folder_ / "out" / "experiment" / test::kCopyUid);
  std::size_t names = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder_ / "out")) ++names;
  EXPECT_EQ(names, 3U);  // .ckr.json, .cm and experiment: nothing temporary
}

}  // namespace
}  // namespace ck::experiment
