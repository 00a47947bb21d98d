// Commands that cmdgen entries generate.

#include "collective_fixture.hpp"

namespace ck::test {
namespace {

class CollectiveCommands : public CollectiveTest {
 protected:
  CollectiveCommands() {
    repository.entry("cmdgen", "greet", R"({
        "cmd_template": "echo <<<greeting>>> <<<?names->>><<<?end>>>",
        "accu_init": {"names": ["<<<first>>>"]},
        "defaults": {"greeting": "hello", "first": "all"},
        "groups": {"two": [{"first": "one"}, {"first": "other"}]},
        "build_map": {"loud": {"yes": {"end": "!"}},
                      "with": {"###": {"names": "###"}}}})");
    repository.entry("cmdgen", "engine", R"({"cmd_template": "ck <<<verb>>> program:<<<name>>>"})");
    repository.entry("cmdgen", "louder",
                     R"({"_base_entry": "greet", "defaults": {"first": "ALL"}})");
    repository.entry("cmdgen", "broken", R"({"build_map": {}})");
  }
};

TEST_F(CollectiveCommands, ArePrintedOneALine) {
  publish();
  EXPECT_EQ(ck("gen cmdgen:greet").out, "echo hello all\n");
  EXPECT_EQ(ck("gen cmdgen:greet --with,=you,me --loud --greeting=hi").out,
            "echo hi all-you!\necho hi all-me!\n");
  EXPECT_EQ(ck("gen cmdgen:greet --group.two --n:1:2").out, "echo hello one\necho hello other\n");
  EXPECT_EQ(ck("gen cmdgen:louder").out, "echo hello ALL\n");
  EXPECT_EQ(json_of(ck("gen cmdgen:greet --json"))["commands"], Json::array({"echo hello all"}));
}

TEST_F(CollectiveCommands, AreExecutedOneAfterTheOther) {
  publish();
  const auto greeted = ck("run cmdgen:greet --with:=you:me");
  ASSERT_TRUE(succeeds(greeted));
  EXPECT_EQ(greeted.out, "hello all-you\nhello all-me\n");
}

TEST_F(CollectiveCommands, MayCallTheEngineInTheSameHome) {
  repository.entry("program", "true", R"({"program": "yes", "no_compile": "yes",
      "run_cmds": {"default": {"run_time": {"run_cmd_main": "echo it ran"}}}})");
  publish();
  const auto result = ck("run cmdgen:engine --verb=run --name,=true,false");
  EXPECT_EQ(result.code, 3) << result.err;
  EXPECT_EQ(result.out, "it ran\n");
  EXPECT_TRUE(says(result.err, "1 of 2 commands failed")) << result.err;
  EXPECT_EQ(points("true").size(), 1U);
}

TEST_F(CollectiveCommands, CombinationsAreShown) {
  publish();
  EXPECT_EQ(ck("iterate cmdgen --a,=1,2 --b=x").out,
            "{\"a\":\"1\",\"b\":\"x\"}\n{\"a\":\"2\",\"b\":\"x\"}\n");
  EXPECT_EQ(ck("iterate cmdgen:greet --group.two").out,
            "{\"first\":\"one\"}\n{\"first\":\"other\"}\n");
}

TEST_F(CollectiveCommands, MistakesAreTold) {
  publish();
  EXPECT_TRUE(fails(ck("gen cmdgen:gret"), 1, "greet"));
  EXPECT_TRUE(fails(ck("gen cmdgen:greet --loud=no"), 2, "--loud takes one of: yes"));
  EXPECT_TRUE(fails(ck("gen cmdgen:greet --group.three"), 1, "two"));
  EXPECT_TRUE(fails(ck("gen cmdgen:greet --names=x"), 2, "--names cannot be given"));
  EXPECT_TRUE(fails(ck("run cmdgen:engine"), 2, "--verb"));
  EXPECT_TRUE(fails(ck("gen cmdgen:broken"), 1, "cmd_template"));
  EXPECT_TRUE(fails(ck("gen program:greet"), 2, "cmdgen"));
  EXPECT_TRUE(fails(ck("gen"), 2, "ck ls cmdgen"));
}

TEST_F(CollectiveCommands, OptionsMayComeAsJson) {
  repository.entry("program", "env", R"({"program": "yes", "no_compile": "yes",
      "run_cmds": {"default": {"run_time": {"run_cmd_main": "echo $WORD"}}}})");
  publish();
  const auto result = ck({"run", "program:env",
                          "@@@{'record_uoa': 'named', "
                          "'env': {'WORD': 'given'}, 'meta': {'a': 'b'}}"});
  ASSERT_TRUE(succeeds(result));
  EXPECT_EQ(result.out, "given\n");
  EXPECT_TRUE(says(points("named")[0]["record"]["request"].get<std::string>(), "meta"));
  EXPECT_EQ(ck("list program:env").out, "public:program:env\n");
}

}  // namespace
}  // namespace ck::test
