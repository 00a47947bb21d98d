#include "support/collective_entry.hpp"

#include "support/temporary_home.hpp"

namespace ck::test {
namespace {

constexpr std::string_view kFeatures = R"({
  "choices": {"cmd_key": "default", "compiler_flags": {"base_opt": "-O3"}, "data_uoa": "susan",
              "env": {"THREADS": 4}, "module_uoa": "b0ac08fe1d3c2615"},
  "choices_order": ["##compiler_flags#base_opt"],
  "features": {"cpu_freqs": [1200, 1300], "platform": {"name": "Board \u0000 1"}},
  "permanent": "yes",
  "sub_points": 1
}
)";

constexpr std::string_view kFlatFeatures = R"({
  "##choices#cmd_key": "default", "##choices#compiler_flags#base_opt": "-O3",
  "##choices#data_uoa": "susan", "##choices#env#THREADS": 4,
  "##choices#module_uoa": "b0ac08fe1d3c2615",
  "##features#cpu_freqs@0": 1200, "##features#cpu_freqs@1": 1300,
  "##features#platform#name": "Board \u0000 1"
}
)";

constexpr std::string_view kRepetitions = R"({
  "characteristics_list": [
    {"compile": {"binary_size": 1000, "md5_sum": "00ff", "obj_sizes": {"a.o": 600, "b.o": 400}},
     "run": {"execution_time": 1.5, "execution_time_kernel_0": 15.0, "nothing": null, "empty": {},
             "layers": [{"label": "conv", "time_ms": 7}, {"label": "pool", "time_ms": 0.25}],
             "return_code": 0, "run_success": "yes", "run_success_bool": true,
             "samples": "@@1.0,2.0", "ticks": 9007199254740993}},
    {"run": {"execution_time": 2.5, "execution_time_kernel_0": 25.0, "return_code": 0,
             "run_success": "yes", "run_success_bool": true, "a.b": 1, "a": {"b": 2}}}
  ],
  "choices": {"cmd_key": "default", "compiler_flags": {"base_opt": "-O3"}, "data_uoa": "susan",
              "env": {"THREADS": 4}, "module_uoa": "b0ac08fe1d3c2615"},
  "choices_order": ["##compiler_flags#base_opt"],
  "features": {"cpu_freqs": [1200, 1300], "platform": {"name": "Board \u0000 1"}}
}
)";

constexpr std::string_view kStatistics = R"({
  "##characteristics#run#execution_time#all": [1.5, 2.5],
  "##characteristics#run#execution_time#all_unique": [1.5, 2.5],
  "##characteristics#run#execution_time#center": 2.0,
  "##characteristics#run#execution_time#exp": [1.9, 2.1],
  "##characteristics#run#execution_time#halfrange": 0.5,
  "##characteristics#run#execution_time#max": 2.5,
  "##characteristics#run#execution_time#mean": 2.0,
  "##characteristics#run#execution_time#min": 1.5,
  "##characteristics#run#execution_time#min_imp": 1.07,
  "##characteristics#run#execution_time#range": 1.0,
  "##characteristics#run#execution_time#range_percent": 0.6666666666666666,
  "##characteristics#run#execution_time#repeats": 2,
  "##characteristics#run#return_code#mean": 3,
  "##characteristics#run#samples#all": [1.0, 2.0],
  "##characteristics#run#usage_cost_date": "20180403",
  "##features#platform#name#all": ["Board \u0000 1", "Board \u0000 1"],
  "##features#platform#name#min": "Board \u0000 1",
  "##pipeline_state#fail_bool#all": [false]
}
)";

std::string meta(std::string_view tags) {
  return R"({"added": {"iso_datetime": "2018-04-13T01:44:10.685948"}, "meta": {"scenario": "x"},)"
         R"( "pipeline_uid": "b0ac08fe1d3c2615", "pipeline_uoa": "program", "points": "2",)"
         R"( "tags": [)" +
         std::string(tags) + "]}\n";
}

void write_entry_files(const fs::path& entry, const std::string& uid, std::string_view tags) {
  write_text(entry / ".cm" / "meta.json", meta(tags));
  write_text(entry / ".cm" / "info.json", R"({"backup_data_uid": ")" + uid + "\"}\n");
  write_text(entry / ".cm" / "desc.json", "{}\n");
}

void write_speed_point(const fs::path& entry) {
  const std::string prefix = std::string("ckp-") + kSpeedPoint + ".";
  write_text(entry / (prefix + "features.json"), kFeatures);
  write_text(entry / (prefix + "features_flat.json"), kFlatFeatures);
  write_text(entry / (prefix + "0001.json"), kRepetitions);
  write_text(entry / (prefix + "flat.json"), kStatistics);
}

void write_failed_point(const fs::path& entry) {
  const std::string prefix = std::string("ckp-") + kFailedPoint + ".";
  write_text(entry / (prefix + "features.json"),
             R"({"choices": {"data_uoa": "susan"}, "features": {"n": 1}, "sub_points": 2})");
  write_text(entry / (prefix + "features_flat.json"), R"({"##features#other": ""})");
  write_text(entry / (prefix + "0001.json"),
             R"({"characteristics_list": [{"compile": {"compilation_success": "no"}}],)"
             R"( "choices": {"data_uoa": "susan"}, "features": {"n": 1}})");
  write_text(entry / (prefix + "0002.json"),
             R"({"characteristics_list": [{"run": {"execution_time": 3, "speed": 7.5}}],)"
             R"( "choices": {"data_uoa": "susan"}, "features": {"n": 2}, "note": "again"})");
  write_text(entry / (prefix + "desc.json"), R"({"choices_desc": {}})");
}

}  // namespace

void write_collective_results(const fs::path& folder) {
  write_text(folder / ".ckr.json",
             R"({"data_uoa": "results", "data_uid": "99990000aaaabbbb", "data_alias": "results",)"
             R"( "data_name": "results", "dict": {}})");
  write_text(folder / ".cm" / "alias-a-experiment", "bc0409fb61f0aa82\n");
  write_text(folder / ".cm" / "alias-u-bc0409fb61f0aa82", "experiment\n");
  const fs::path module = folder / "experiment";
  write_text(module / ".cm" / "alias-a-speed", std::string(kSpeedUid) + "\n");
  write_text(module / ".cm" / ("alias-u-" + std::string(kSpeedUid)), "speed\n");
  write_entry_files(module / "speed", kSpeedUid, R"("speed", "demo")");
  write_text(module / "speed" / "pipeline.json", R"({"choices": {}, "ready": "yes"})");
  write_text(module / "speed" / "desc.json", "{}\n");
  write_speed_point(module / "speed");
  write_failed_point(module / "speed");
  write_entry_files(module / kCopyUid, kCopyUid, R"("copy", "demo")");
  write_speed_point(module / kCopyUid);
}

void write_collective_entry(const fs::path& repository, const std::string& alias,
                            const std::string& uid, std::string_view characteristics) {
  const fs::path module = repository / "experiment";
  write_text(module / ".cm" / ("alias-a-" + alias), uid + "\n");
  write_text(module / ".cm" / ("alias-u-" + uid), alias + "\n");
  write_entry_files(module / alias, uid, R"("more")");
  write_text(module / alias / ("ckp-" + uid + ".0001.json"),
             R"({"characteristics_list": [)" + std::string(characteristics) + "]}\n");
}

}  // namespace ck::test
