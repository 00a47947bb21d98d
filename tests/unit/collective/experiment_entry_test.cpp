#include "collective/experiment_entry.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "collective/experiment_writer.hpp"
#include "support/collective_entry.hpp"
#include "support/temporary_home.hpp"

namespace ck::collective {
namespace {

class Experiments : public ::testing::Test {
 protected:
  Experiments() { test::write_collective_results(folder_ / "results"); }

  fs::path module() const { return folder_ / "results" / "experiment"; }
  fs::path speed_file(const std::string& suffix) const {
    return module() / "speed" / ("ckp-" + std::string(test::kSpeedPoint) + "." + suffix);
  }
  ExperimentEntry speed() const {
    auto entry = read_experiment_entry(module() / "speed");
    EXPECT_OK(entry);
    return entry ? std::move(*entry) : ExperimentEntry{};
  }
  ExperimentPoint point(const std::string& uid) const {
    const auto entry = speed();
    for (const auto& files : entry.points) {
      if (files.uid != uid) continue;
      auto point = read_experiment_point(entry, files);
      EXPECT_OK(point);
      if (point) return std::move(*point);
    }
    ADD_FAILURE() << "no point " << uid;
    return {};
  }

  test::TemporaryHome folder_;
};

TEST_F(Experiments, AreFoundInARepositoryItsFolderAndByThemselves) {
  const std::vector<fs::path> both = {module() / test::kCopyUid, module() / "speed"};
  EXPECT_EQ(*find_experiment_entries(folder_ / "results"), both);
  EXPECT_EQ(*find_experiment_entries(module()), both);
  EXPECT_EQ(*find_experiment_entries(module() / "speed"), std::vector{module() / "speed"});
}

TEST_F(Experiments, AreFoundInAFolderThatIsCalledByItsUid) {
  fs::rename(module(), folder_ / "results" / kExperimentModuleUid);
  EXPECT_EQ(find_experiment_entries(folder_ / "results")->size(), 2U);
}

TEST_F(Experiments, AFolderWithoutThemIsAnError) {
  fs::create_directories(folder_ / "empty");
  EXPECT_ERROR(find_experiment_entries(folder_ / "empty"), not_found, "no experiments in");
  EXPECT_ERROR(find_experiment_entries(folder_ / "absent"), not_found, "absent");
}

TEST_F(Experiments, AnEntryKnowsItsNamesItsTimeAndItsFiles) {
  const auto entry = speed();
  EXPECT_EQ(entry.uid, test::kSpeedUid);
  EXPECT_EQ(entry.alias, "speed");
  EXPECT_EQ(entry.created_ns, 1523583850'000000000);
  ASSERT_EQ(entry.points.size(), 2U);
  EXPECT_EQ(entry.points[0].uid, test::kFailedPoint);
  const std::vector<std::string> files = {".cm/desc.json", ".cm/info.json", "desc.json",
                                          "pipeline.json"};
  EXPECT_EQ(entry.files, files);
}

TEST_F(Experiments, AnEntryMayBeCalledByItsUid) {
  const auto entry = read_experiment_entry(module() / test::kCopyUid);
  ASSERT_OK(entry);
  EXPECT_EQ(entry->uid, test::kCopyUid);
  EXPECT_EQ(entry->alias, "");
  EXPECT_EQ(entry->name(), test::kCopyUid);
}

TEST_F(Experiments, AnEntryOutsideItsRepositoryTellsItsUidItself) {
  fs::copy(module() / "speed", folder_ / "alone", fs::copy_options::recursive);
  EXPECT_EQ(read_experiment_entry(folder_ / "alone")->uid, test::kSpeedUid);
  fs::remove(folder_ / "alone" / ".cm" / "info.json");
  EXPECT_ERROR(read_experiment_entry(folder_ / "alone"), invalid, "has no UID");
}

TEST_F(Experiments, TimesThatAreNoneAreLeftOut) {
  for (const char* time : {"yesterday", "2018-13-45T01:02:03", ""}) {
    test::write_text(module() / "speed" / ".cm" / "meta.json",
                     R"({"added": {"iso_datetime": ")" + std::string(time) + "\"}}");
    EXPECT_EQ(speed().created_ns, 0) << time;
  }
}

TEST_F(Experiments, DamageNamesTheFile) {
  test::write_text(speed_file("0001.json"), "{");
  const auto entry = speed();
  EXPECT_ERROR(read_experiment_point(entry, entry.points[1]), invalid, ".0001.json, line 1");
  test::write_text(speed_file("0001.json"), "[]");
  EXPECT_ERROR(read_experiment_point(entry, entry.points[1]), invalid, "holds no JSON object");
  test::write_text(module() / "speed" / ".cm" / "meta.json", "{,}");
  EXPECT_ERROR(read_experiment_entry(module() / "speed"), invalid, "speed/.cm/meta.json");
}

TEST_F(Experiments, SymbolicLinksAreLeftAlone) {
  fs::create_symlink("/etc/passwd", module() / "speed" / "secret.json");
  EXPECT_EQ(speed().links, std::vector<std::string>{"secret.json"});
}

TEST_F(Experiments, KeepOfTheStatisticsOnlyWhatDoesNotFollow) {
  EXPECT_EQ(point(test::kSpeedPoint).statistics, Json::parse(R"({
    "##characteristics#run#execution_time#exp": [1.9, 2.1],
    "##characteristics#run#execution_time#min_imp": 1.07,
    "##characteristics#run#return_code#mean": 3,
    "##characteristics#run#usage_cost_date": "20180403",
    "##pipeline_state#fail_bool#all": [false]})"));
}

TEST_F(Experiments, FlatFeaturesAreKeptOnlyWhenTheyDoNotFollow) {
  EXPECT_TRUE(point(test::kSpeedPoint).others.empty());
  const auto& others = point(test::kFailedPoint).others;
  ASSERT_EQ(others.size(), 2U);
  EXPECT_EQ(others[0].name, "desc.json");
  EXPECT_EQ(others[1].name, "features_flat.json");
}

TEST_F(Experiments, RepetitionsOfAllSubpointsStandInOrder) {
  const auto failed = point(test::kFailedPoint);
  const auto repetitions = repetitions_of(failed);
  ASSERT_EQ(repetitions.size(), 2U);
  EXPECT_TRUE(repetitions[0]->contains("compile"));
  EXPECT_EQ((*repetitions[1])["run"]["speed"], 7.5);
}

TEST_F(Experiments, APointAsADocumentLosesNothing) {
  for (const char* uid : {test::kSpeedPoint, test::kFailedPoint}) {
    const auto before = point(uid);
    const auto after = experiment_point_from_json(to_json(before), "test");
    ASSERT_OK(after);
    EXPECT_EQ(after->uid, before.uid);
    EXPECT_EQ(after->features, before.features);
    EXPECT_EQ(after->statistics, before.statistics);
    ASSERT_EQ(after->subpoints.size(), before.subpoints.size());
    for (std::size_t i = 0; i < before.subpoints.size(); ++i) {
      EXPECT_EQ(after->subpoints[i].name, before.subpoints[i].name);
      EXPECT_EQ(after->subpoints[i].document, before.subpoints[i].document);
    }
    EXPECT_EQ(to_json(*after), to_json(before));
  }
}

TEST_F(Experiments, ADamagedDocumentIsAnErrorThatNamesTheKey) {
  Json document = to_json(point(test::kSpeedPoint));
  document["subpoints"][0]["as_point"].push_back("colour");
  EXPECT_ERROR(experiment_point_from_json(document, "here"), invalid, "names 'colour'");
  EXPECT_ERROR(experiment_point_from_json(Json::object(), "here"), invalid, "uid");
}

TEST_F(Experiments, StatisticsOfNumbersAndTexts) {
  FlatSamples samples;
  add_samples(samples, "characteristics", Json::parse(R"({"n": 2, "t": "yes", "z": 0})"));
  add_samples(samples, "characteristics", Json::parse(R"({"n": 6.0, "t": "no", "z": 0})"));
  const Json flat = statistics_of(samples);
  EXPECT_EQ(flat["##characteristics#n#all"], Json::parse("[2, 6]"));
  EXPECT_EQ(flat["##characteristics#n#min"], 2);
  EXPECT_EQ(flat["##characteristics#n#mean"], 4);
  EXPECT_EQ(flat["##characteristics#n#center"], 4);
  EXPECT_EQ(flat["##characteristics#n#halfrange"], 2);
  EXPECT_EQ(flat["##characteristics#n#range_percent"], 2);
  EXPECT_EQ(flat["##characteristics#n#repeats"], 2);
  EXPECT_EQ(flat["##characteristics#t#min"], "yes");
  EXPECT_FALSE(flat.contains("##characteristics#t#max"));
  EXPECT_EQ(flat["##characteristics#z#all_unique"], Json::parse("[0]"));
  EXPECT_FALSE(flat.contains("##characteristics#z#range_percent"));
}

TEST_F(Experiments, WrittenEntriesReadTheSame) {
  const EntryHead head{test::kSpeedUid, "speed", speed().meta, {{"pipeline.json", "{}\n"}}};
  fs::create_directories(folder_ / "written");
  auto writer = EntryWriter::begin(folder_ / "written", head);
  ASSERT_OK(writer);
  ASSERT_OK(writer->add(point(test::kSpeedPoint)));
  fs::create_directories(folder_ / "other");
  ASSERT_OK(write_repository(folder_ / "other", "other", "00000000000000aa"));
  const auto entry = place_entry(folder_ / "written", head, folder_ / "other");
  ASSERT_OK(entry);
  const auto read = read_experiment_entry(*entry);
  ASSERT_OK(read);
  EXPECT_EQ(read->uid, test::kSpeedUid);
  ASSERT_EQ(read->points.size(), 1U);
  const auto again = read_experiment_point(*read, read->points[0]);
  ASSERT_OK(again);
  EXPECT_EQ(to_json(*again), to_json(point(test::kSpeedPoint)));
  EXPECT_EQ(test::read_text(folder_ / "other" / "experiment" / ".cm" / "alias-a-speed"),
            std::string(test::kSpeedUid) + "\n");

  fs::create_directories(folder_ / "again");
  EXPECT_ERROR(place_entry(folder_ / "again", head, folder_ / "other"), conflict, "exists already");
}

TEST_F(Experiments, AreWrittenAndReadWhereARepositorySpreadsThemOverFolders) {
  const fs::path repository = folder_ / "spread";
  test::write_text(repository / ".ckr.json",
                   R"({"data_alias": "spread", "dict": {"split_dirs": {"experiment": "2"}}})");
  const auto read = speed();
  const EntryHead head{read.uid, read.alias, read.meta, {}};
  ASSERT_OK(EntryWriter::begin(folder_ / "written", head));
  const auto entry = place_entry(folder_ / "written", head, repository);
  ASSERT_OK(entry);
  EXPECT_EQ(*entry, repository / "experiment/sp/speed");
  EXPECT_TRUE(fs::exists(repository / "experiment/.cm/alias-a-speed"));
  for (const auto& place : {repository, repository / "experiment", repository / "experiment/sp"})
    EXPECT_EQ(*find_experiment_entries(place), std::vector{*entry}) << place;
  EXPECT_EQ(read_experiment_entry(*entry)->uid, read.uid);
  ASSERT_OK(EntryWriter::begin(folder_ / "again", head));
  EXPECT_ERROR(place_entry(folder_ / "again", head, repository), conflict, "sp/speed");
}

TEST_F(Experiments, NothingIsWrittenOutsideTheEntry) {
  fs::create_directories(folder_ / "written");
  const EntryHead leaving{test::kSpeedUid, "speed", Json::object(), {{"../out", "x"}}};
  EXPECT_ERROR(EntryWriter::begin(folder_ / "written", leaving), denied, "../out");
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  for (const auto& [uid, alias] : std::vector<std::pair<std::string, std::string>>{
           {test::kSpeedUid, "../x"}, {test::kSpeedUid, ".cm"}, {"a/b", "x"}}) {
    const EntryHead named{uid, alias, Json::object(), {}};
    EXPECT_ERROR(place_entry(folder_ / "written", named, folder_ / "results"), denied,
                 "cannot be the name of a folder");
  }
}

}  // namespace
}  // namespace ck::collective
