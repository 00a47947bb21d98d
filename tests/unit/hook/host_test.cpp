#include "hook/host.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "hook_fixture.hpp"

namespace ck::hook {
namespace {

using std::chrono::milliseconds;

TEST_F(HookTest, GivesTheResultAndTheInputAsTheHookLeftIt) {
  const auto result = result_of(
      "def setup(i):\n"
      "  i['env']['A'] = 'b'\n"
      "  i['tags'].append('new')\n"
      "  return {'return': 0, 'bat': 'export A=b\\n', 'list': (1, 2.5, None, True)}\n",
      {{"env", Json::object()}, {"tags", {"old"}}});
  EXPECT_EQ(result.result,
            Json({{"return", 0}, {"bat", "export A=b\n"}, {"list", {1, 2.5, nullptr, true}}}));
  EXPECT_EQ(result.input, Json({{"env", {{"A", "b"}}}, {"tags", {"old", "new"}}}));
  EXPECT_TRUE(events.all().empty());
}

TEST_F(HookTest, WhatAHookPrintsIsItsOutputAndNothingElse) {
  const auto result = result_of(
      "import os, sys\n"
      "def setup(i):\n"
      "  print('caf\\u00e9')\n"
      "  i['ck_kernel'].out('from ck')\n"
      "  sys.stderr.write('to stderr\\n')\n"
      "  os.system('echo from a child')\n"
      "  print('{\"done\": {}}')\n"
      "  return {'return': 0}\n");
  EXPECT_EQ(result.output, "café\nfrom ck\nto stderr\nfrom a child\n{\"done\": {}}\n");
  EXPECT_EQ(result_of("def setup(i): return {'return': 0}\n").output, "");
}

TEST_F(HookTest, WhatAHookSetsInItsEnvironmentComesBack) {
  const auto result = result_of(
      "import os\n"
      "def setup(i):\n"
      "  os.environ['CK_CHOSEN'] = 'this'\n"
      "  return {'return': 0}\n");
  EXPECT_EQ(result.variables, (Variables{{"CK_CHOSEN", "this"}}));
  EXPECT_TRUE(result_of("def setup(i): return {'return': 0}\n").variables.empty());
}

TEST_F(HookTest, AQuestionIsNotedAndNeverWaits) {
  const auto result = result_of(
      "def setup(i):\n"
      "  a = i['ck_kernel'].inp({'text': 'Which? '})\n"
      "  return {'return': 0, 'a': a['string'], 'b': input('And? ')}\n");
  EXPECT_EQ(result.result["a"], "");
  EXPECT_EQ(result.result["b"], "");
  EXPECT_EQ(result.output,
            "Which?  [not asked: the default is taken]\nAnd?  [not asked: the default is taken]\n");
}

TEST_F(HookTest, KnowsTheFileAsItWasRun) {
  const std::string first = "def setup(i): return {'return': 0, 'n': 1}\n";
  const std::string second = "def setup(i): return {'return': 0, 'n': 2}\n";
  EXPECT_EQ(result_of(first).file_sha256, sha256_hex(first));
  const auto changed = result_of(second);
  EXPECT_EQ(changed.file_sha256, sha256_hex(second));
  EXPECT_EQ(changed.result["n"], 2);
}

TEST_F(HookTest, StateOfAFileLivesFromCallToCall) {
  const char* code =
      "calls = []\n"
      "def setup(i):\n"
      "  calls.append(1)\n"
      "  return {'return': 0, 'calls': len(calls)}\n";
  EXPECT_EQ(result_of(code).result["calls"], 1);
  EXPECT_EQ(result_of(code).result["calls"], 2);
}

TEST_F(HookTest, WhatAHookDoesToItsSurroundingsIsUndone) {
  auto call = hook(
      "import os, sys\n"
      "def setup(i):\n"
      "  seen = [os.getcwd(), os.environ.get('STEP'), os.environ.get('OUTER'),\n"
      "          os.environ.get('LEFT'), '/left' in sys.path, sys.argv[1:]]\n"
      "  os.chdir('/'); os.environ['LEFT'] = '1'; del os.environ['OUTER']\n"
      "  sys.path.append('/left'); sys.argv.append('left'); sys.stdout = None\n"
      "  return {'return': 0, 'seen': seen}\n");
  fs::create_directory(home / "work");
  call.directory = home / "work";
  call.variables = {{"STEP", "step"}};
  const Json fresh = {(home / "work").native(), "step", "outer", nullptr, false, Json::array()};
  EXPECT_EQ(host.call(call, {}).value().result["seen"], fresh);
  EXPECT_EQ(host.call(call, {}).value().result["seen"], fresh);

  call.variables.clear();
  call.directory = home.path();
  const auto seen = host.call(call, {}).value().result["seen"];
  EXPECT_EQ(seen[0], home.path().native());
  EXPECT_EQ(seen[1], nullptr);
}

TEST_F(HookTest, AFileKeepsTheImportPathItMadeForItself) {
  test::write_text(home / "lib" / "late_helper.py", "value = 7\n");
  const std::string code =
      "import sys\n"
      "sys.path.append('" +
      (home / "lib").native() +
      "')\n"
      "def setup(i):\n"
      "  if not i.get('late'): return {'return': 0}\n"
      "  import late_helper\n"
      "  return {'return': 0, 'value': late_helper.value}\n";
  result_of(code);
  EXPECT_EQ(result_of(code, {{"late", true}}).result["value"], 7);
}

TEST_F(HookTest, AsksTheEngine) {
  reply = {{"return", 0}, {"path", "/found"}};
  const auto result = result_of(
      "def setup(i):\n"
      "  ck = i['ck_kernel']\n"
      "  a = ck.access({'action': 'find', 'module_uoa': 'soft', 'data_uoa': 'x', 'dict': i})\n"
      "  b = ck.access('search env --tags=a,b')\n"
      "  return {'return': 0, 'a': a['path'], 'b': b['path']}\n",
      {{"key", "value"}});
  EXPECT_EQ(result.result["a"], "/found");
  EXPECT_EQ(result.result["b"], "/found");
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0], Json({{"action", "find"},
                               {"module_uoa", "soft"},
                               {"data_uoa", "x"},
                               {"dict", {{"key", "value"}}}}));
  EXPECT_EQ(
      requests[1],
      Json(
          {{"cids", Json::array()}, {"action", "search"}, {"tags", "a,b"}, {"module_uoa", "env"}}));
}

TEST_F(HookTest, TimeOfTheEngineIsNotTheHooks) {
  auto limited = options();
  limited.time_limit = milliseconds(150);
  Host slow(
      limited,
      [](const Json&) {
        // The engine's own work; the margin to the limit is all that this test waits for.
        std::this_thread::sleep_for(milliseconds(45));
        return Json({{"return", 0}});
      },
      events);
  const auto warm = hook("def setup(i): return {'return': 0}\n");
  // Starting Python takes most of the limit, on a busy machine more.
  for (int tries = 0; tries < 20 && !slow.call(warm, {}); ++tries) {
  }
  EXPECT_OK(slow.call(hook("def setup(i):\n"
                           "  for n in range(4): i['ck_kernel'].access({'action': 'x'})\n"
                           "  return {'return': 0}\n"),
                      {}));
}

TEST_F(HookTest, AHostThatIsBusyRefusesAnotherCall) {
  std::string refusal;
  Host busy(
      options(),
      [&](const Json&) {
        refusal = busy.call(hook("def setup(i): pass\n"), {}).error().message;
        return Json({{"return", 0}});
      },
      events);
  ASSERT_OK(busy.call(hook("def setup(i): return i['ck_kernel'].access({'action': 'x'})\n"), {}));
  EXPECT_EQ(refusal,
            "hook setup of thing/customize.py cannot run now: the same host is running a hook that "
            "waits for it");
}

TEST_F(HookTest, WhatJsonCannotHoldIsDroppedWithAWarning) {
  const auto result = result_of(
      "def compare(i): pass\n"
      "def setup(i):\n"
      "  i['self'] = i\n"
      "  i['nested'] = {'ck_kernel': i['ck_kernel']}\n"
      "  return {'return': 0, 'check': compare, 'bytes': b'x', 'nan': float('nan'),\n"
      "          'list': [1, {2}], 5: 'five', 'name': 'a\\udcffb'}\n");
  EXPECT_EQ(result.result, Json({{"return", 0},
                                 {"check", "compare"},
                                 {"list", {1, nullptr}},
                                 {"5", "five"},
                                 {"name", "a?b"}}));
  EXPECT_EQ(result.input, Json({{"nested", Json::object()}}));
  const auto warnings = events.of<Warning>();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].message,
            "hook setup of thing/customize.py left values that JSON cannot hold, they are dropped: "
            "/result/bytes (bytes), /result/nan (float), /result/list/1 (set), /input/self (dict)");
}

TEST_F(HookTest, NoPythonIsSaidWithAdvice) {
  auto missing = options();
  missing.python = home / "bin" / "python3";
  Host none = host_with(missing);
  const auto result = none.call(hook("def setup(i): return {'return': 0}\n"), {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::not_found);
  EXPECT_EQ(result.error().message, "Collective Knowledge's hooks need Python 3.6 or newer, and '" +
                                        missing.python.native() + "' does not exist");
  ASSERT_FALSE(result.error().hints.empty());
  EXPECT_EQ(result.error().hints[0], "install it: apt-get install python3");
}

TEST_F(HookTest, AHostCanBeMoved) {
  result_of("def setup(i): return {'return': 0}\n");
  Host moved = std::move(host);
  host = std::move(moved);
  expect_alive();
}

}  // namespace
}  // namespace ck::hook
