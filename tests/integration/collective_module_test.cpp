// Modules that repositories of Collective Knowledge bring, with actions of their own.

#include "collective_fixture.hpp"

namespace ck::test {
namespace {

constexpr std::string_view kModule = R"py(
cfg = {}  # CK fills these in once the module is loaded
work = {}
ck = None

def init(i):
    work['ready'] = 'yes'
    return {'return': 0}

def greet(i):
    import copy
    i = copy.deepcopy(i)
    ck.out('hello ' + i.get('name', i['data_uoa']) + ' from ' + work['self_module_uoa'])
    return {'return': 0, 'ready': work.get('ready', ''), 'cfg': cfg['greeting'], 'given': i.get('loud', '')}

def find_it(i):
    return ck.access({'action': 'find', 'module_uoa': 'dataset', 'data_uoa': i['data_uoa']})

def refuse(i):
    return {'return': 1, 'error': 'not today'}

def explode(i):
    raise ValueError('boom')

def write(i):
    open(work['path'] + '/made', 'w').close()
    return {'return': 0}
)py";

class CollectiveModule : public CollectiveTest {
 protected:
  /// What an action returns: CK's answer, without a schema of ours.
  Json result_of(const std::string& line) const {
    const auto called = ck(line);
    EXPECT_TRUE(succeeds(called));
    const auto result = parse_json(called.out, "stdout");
    EXPECT_TRUE(result.has_value()) << called.out;
    return result.value_or(Json::object());
  }

  CollectiveModule() {
    repository.entry("module", "greeter", R"({"greeting": "hi", "tags": ["x"],
      "actions": {"greet": {}, "find_it": {}, "refuse": {}, "explode": {}, "write": {}, "say": {}},
      "actions_redirect": {"say": "greet"}})");
    repository.file("module", "greeter", "module.py", kModule);
    repository.dataset("words", "text", "words.txt", "abc");
  }
};

TEST_F(CollectiveModule, RunsAnActionAsCkWould) {
  publish();
  const auto greeted = ck("greet greeter:world --loud");
  ASSERT_TRUE(succeeds(greeted));
  EXPECT_EQ(greeted.out, "hello world from greeter\n");
  const Json result = result_of("perform say greeter --name=you --loud --json");
  EXPECT_EQ(result["return"], 0) << result;
  EXPECT_EQ(result["ready"], "yes") << "init came first";
  EXPECT_EQ(result["cfg"], "hi");
  EXPECT_EQ(result["given"], "yes");
  const Json found = result_of("find_it greeter:words --json");
  EXPECT_TRUE(says(found["path"].get<std::string>(), "dataset/words")) << found;
  expect_untouched();
}

TEST_F(CollectiveModule, TheCurrentFolderTellsWhatIsMeant) {
  repository.entry("greeter", "world", "{}");
  publish();
  const fs::path world = repository.folder_of("greeter", "world");
  EXPECT_EQ(ck_in(world, "greet ^").out, "hello world from greeter\n");
  EXPECT_EQ(ck_in(world, "greet #you").out, "hello you from greeter\n");
  EXPECT_EQ(ck_in(world, "perform greet ^").out, "hello world from greeter\n");
  EXPECT_EQ(ck_in(world, "greet --name=you").out, "hello you from greeter\n");
  EXPECT_TRUE(fails(ck_in(repository.folder(), "perform greet ^"), 2, "is in no component"));
  EXPECT_EQ(ck_in(repository.folder() / "greeter", "greet ^").out, "hello  from greeter\n");
  EXPECT_TRUE(fails(ck_in(world, "gret"), 2, "there is no command 'gret'"));
  EXPECT_TRUE(fails(ck("greet"), 2, "there is no command 'greet'"));
}

TEST_F(CollectiveModule, FailsWhenTheActionDoes) {
  publish();
  EXPECT_TRUE(fails(ck("refuse greeter:x"), 3, "not today"));
  EXPECT_TRUE(fails(ck("explode greeter:x"), 3, "ValueError: boom"));
  EXPECT_TRUE(fails(ck("write greeter:x"), 3, "module/greeter/made'")) << "it may not write there";
  EXPECT_TRUE(fails(ck("perform gret greeter"), 1, "did you mean 'greet'"));
  EXPECT_TRUE(fails(ck("perform greet"), 2, "perform needs an action and a module"));
  EXPECT_TRUE(fails(ck("gret greeter:x"), 2, "there is no command 'gret'"));
  expect_untouched();
}

TEST_F(CollectiveModule, ItsFileLiesInItsFolder) {
  repository.entry("module", "sly",
                   R"({"actions": {"go": {}}, "module_name": "../greeter/module"})");
  publish();
  EXPECT_TRUE(fails(ck("go sly:x"), 1, "module_name"));
}

}  // namespace
}  // namespace ck::test
