#include "collective/run_command.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace ck::collective {
namespace {

const Platform kPlatform = linux_platform(64);

Result<std::string> chosen(std::string_view commands, const std::string& wanted = "",
                           const std::vector<std::string>& tags = {}) {
  return choose_command({{"run_cmds", Json::parse(commands)}}, wanted, tags, "program:p");
}

TEST(ChooseCommand, TakesTheOneWantedOrTheOnlyOne) {
  EXPECT_EQ(*chosen(R"({"a": {}, "b": {}})", "b"), "b");
  EXPECT_EQ(*chosen(R"({"a": {}})"), "a");
}

TEST(ChooseCommand, PrefersDefault) {
  EXPECT_EQ(*chosen(R"({"a": {}, "default": {}})"), "default");
}

TEST(ChooseCommand, ListsThemBySortAndNameWhenItCannotChoose) {
  const auto command = chosen(R"({"b": {}, "a": {}, "c": {"sort": -1}})");
  ASSERT_FALSE(command);
  EXPECT_EQ(command.error().code, ErrorCode::usage);
  EXPECT_EQ(command.error().message, "program:p has several commands: c, a, b");
}

TEST(ChooseCommand, SuggestsANearName) {
  const auto command = chosen(R"({"corners": {}, "edges": {}})", "corner");
  ASSERT_FALSE(command);
  EXPECT_EQ(command.error().code, ErrorCode::usage);
  EXPECT_EQ(command.error().hints.front(), "did you mean 'corners'?");
}

TEST(ChooseCommand, LeavesOutWhatTagsOfDependenciesExclude) {
  const auto commands = R"({"gpu": {"add_only_if_deps_tags": ["lib", "cuda"]},
                            "cpu": {"skip_if_deps_tags": ["cuda"]}})";
  EXPECT_EQ(*chosen(commands, "", {"lib", "cuda"}), "gpu");
  EXPECT_EQ(*chosen(commands, "", {"lib"}), "cpu");
}

TEST(ChooseCommand, NeedsACommand) { EXPECT_EQ(chosen("{}").error().code, ErrorCode::invalid); }

TEST(RunTime, LaysTheCommandOverTheProgram) {
  const Json meta = Json::parse(R"({
    "fine_grain_timer_file": "t.json", "ignore_return_code": "no", "run_output_files": ["a"],
    "run_cmds": {"k": {"ignore_return_code": "yes",
                       "run_time": {"run_cmd_main": "x", "run_output_files": ["b"]}}}})");
  const Json run_time = run_time_of(meta, "k");
  EXPECT_EQ(run_time["fine_grain_timer_file"], "t.json");
  EXPECT_EQ(run_time["ignore_return_code"], "yes");
  EXPECT_EQ(run_time["run_output_files"], Json::parse(R"(["b"])"));
  EXPECT_EQ(run_time["run_cmd_main"], "x");
  EXPECT_EQ(run_time_of(meta, "none")["ignore_return_code"], "no");
}

RunTokens tokens_of(const fs::path& source = "/repo/program/p") {
  RunTokens tokens{kPlatform, "a.out", true, source, std::nullopt, "1", Json::object(), {}};
  tokens.find_entry = [](const std::string& cid) -> Result<fs::path> {
    if (cid == "script:s") return fs::path("/repo/script/s");
    return fail(ErrorCode::not_found, "no " + cid);
  };
  return tokens;
}

RunTokens with_dataset(const fs::path& path, const std::string& file) {
  RunTokens tokens = tokens_of();
  tokens.dataset = Dataset{path, Json::parse(R"({"dataset_files": ["x.pgm", "y.pgm"]})"), file};
  return tokens;
}

std::string expanded(const std::string& command, const RunTokens& tokens = tokens_of(),
                     const Json* values = nullptr) {
  const auto text = expand_command(command, tokens, values);
  return text ? *text : "error: " + text.error().message;
}

TEST(ExpandCommand, PutsInTheProgramWithAndWithoutItsPrefix) {
  EXPECT_EQ(expanded("$#BIN_FILE#$ -x $#ONLY_BIN_FILE#$"), "./a.out -x a.out");
  RunTokens tokens = tokens_of();
  tokens.prefix_target = false;
  EXPECT_EQ(expanded("$#BIN_FILE#$", tokens), "a.out");
}

TEST(ExpandCommand, PutsInFoldersWithASlash) {
  EXPECT_EQ(expanded("\"$#src_path#$codelet.data\" $#src_path_local#$x"),
            "\"/repo/program/p/codelet.data\" /repo/program/p/x");
  EXPECT_EQ(expanded("..$#dir_sep#$run$#script_ext#$ $#up_dir#$$#previous_dir#$"),
            "../run.sh ../../");
  EXPECT_EQ(expanded("$#os_dir_separator#$$#ck_host_os_sep#$ $#repeat#$"), "// 1");
}

TEST(ExpandCommand, QuotesPathsWhereverTheyStand) {
  const RunTokens tokens = tokens_of("/a b/$(id)");
  EXPECT_EQ(expanded("\"$#src_path#$\"", tokens), "\"/a b/\\$(id)/\"");
  EXPECT_EQ(expanded("$#src_path#$x", tokens), "'/a b/$(id)/'x");
}

TEST(ExpandCommand, PutsInTheDataset) {
  const RunTokens tokens = with_dataset("/data/set", "y.pgm");
  EXPECT_EQ(expanded("$#dataset_path#$$#dataset_filename#$ $#dataset_filename_0#$", tokens),
            "/data/set/y.pgm y.pgm");
  EXPECT_EQ(expanded("$#dataset_filename_1#$", tokens), "y.pgm");
  EXPECT_EQ(expanded("$#dataset_path#$$#dataset_filename#$", with_dataset("/d", "a;id")),
            "/d/'a;id'");
}

TEST(ExpandCommand, ChosenFileIsPutInWhateverItsPlace) {
  EXPECT_EQ(expanded("$#dataset_filename#$", with_dataset("/d", "y.pgm")), "y.pgm");
}

TEST(ExpandCommand, SaysWhichTokenNothingDefines) {
  EXPECT_EQ(expanded("x $#nope#$"), "error: nothing defines $#nope#$ in the command: x $#nope#$");
  EXPECT_EQ(expanded("$#dataset_filename_2#$", with_dataset("/d", "x.pgm")),
            "error: nothing defines $#dataset_filename_2#$ in the command: "
            "$#dataset_filename_2#$");
  const auto text = expand_command("$#dataset_path#$", tokens_of(), nullptr);
  EXPECT_EQ(text.error().hints.size(), 1u);
}

TEST(ExpandCommand, PutsInSubstitutesAsShellText) {
  RunTokens tokens = tokens_of();
  tokens.substitutes = {{"dataset_number", "1125000"}, {"run_cmd_key_x", "-a -b"}};
  EXPECT_EQ(expanded("$#BIN_FILE#$ $#dataset_number#$ $#run_cmd_key_x#$", tokens),
            "./a.out 1125000 -a -b");
}

TEST(ExpandCommand, PutsInWhatTheDatasetOffers) {
  RunTokens tokens = with_dataset("/d", "");
  tokens.dataset->meta =
      Json::parse(R"({"cm_properties": {"run_time": {"run_cmd_main": {"number": "1125"}}}})");
  EXPECT_EQ(expanded("$#BIN_FILE#$ $#number#$", tokens), "./a.out 1125");
}

TEST(ExpandCommand, FindsOtherEntries) {
  EXPECT_EQ(expanded("python $#ck_take_from_{script:s}#$post.py"), "python /repo/script/s/post.py");
  EXPECT_EQ(expanded("$#ck_take_from_{script:t}#$"), "error: no script:t");
}

TEST(ExpandCommand, MakesReferencesOfVariables) {
  EXPECT_EQ(expanded("$<<CK_PYTHON>>$ ../x.py --n=$<<N>>$"), "${CK_PYTHON} ../x.py --n=${N}");
  EXPECT_EQ(expanded("$#env1#$CK_PYC$#env2#$ ../x.py $HOME ${Y}"), "$CK_PYC ../x.py $HOME ${Y}");
}

TEST(ExpandCommand, OrPutsInTheirValues) {
  const Json values = {{"A", "x  y;z"}, {"N", 3}};
  EXPECT_EQ(expanded("echo $<<A>>$ \"$<<A>>$\" $<<N>>$", tokens_of(), &values),
            "echo x 'y;z' \"x  y;z\" 3");
  EXPECT_EQ(expanded("echo $<<B>>$", tokens_of(), &values),
            "error: nothing defines the variable B in the command: echo $<<B>>$");
}

TEST(ExpandCommand, RefusesAReferenceThatIsNoName) {
  EXPECT_TRUE(expanded("echo $<<A;id>>$").starts_with("error: "));
}

TEST(RunVariables, AreDefaultsAndTheCommandsComeFirst) {
  const Json meta = Json::parse(R"({
    "run_vars": {"A": "program", "B": "program", "P": "$#src_path#$x", "N": 5, "Z": "program"},
    "run_cmds": {"k": {"run_vars": {"A": "command", "C": "$<<B>>$ $<<Q>>$"}}}})");
  Json environment = {{"Z", "given"}};
  add_run_variables(meta, "k", tokens_of(), environment);
  EXPECT_EQ(environment, Json::parse(R"({"Z": "given", "A": "command", "B": "program",
    "P": "/repo/program/p/x", "N": 5, "C": "program ${Q}"})"));
}

}  // namespace
}  // namespace ck::collective
