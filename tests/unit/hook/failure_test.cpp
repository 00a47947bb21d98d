#include <gtest/gtest.h>

#include <thread>

#include "hook/host.hpp"
#include "hook_fixture.hpp"

namespace ck::hook {
namespace {

using std::chrono::milliseconds;
using HookFailure = HookTest;

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(HookFailure, AnExceptionIsToldWithItsTrace) {
  const std::string text = failure_of(
      "def helper():\n"
      "  raise ValueError('no such luck')\n"
      "def setup(i):\n"
      "  print('working')\n"
      "  helper()\n");
  EXPECT_TRUE(
      text.starts_with("hook setup of thing/customize.py raised ValueError: no such luck\nfile "))
      << text;
  EXPECT_TRUE(contains(text, "customize.py, function setup\n")) << text;
  EXPECT_TRUE(contains(text, "its last lines:\nworking\nTraceback")) << text;
  EXPECT_TRUE(contains(text, "line 2, in helper")) << text;
  EXPECT_FALSE(contains(text, "host.py")) << text;
  expect_alive();
}

TEST_F(HookFailure, AFileThatCannotBeLoadedIsSaidSo) {
  EXPECT_TRUE(contains(failure_of("def setup(i:\n"), "raised SyntaxError: "));
  EXPECT_TRUE(contains(failure_of("import no_such_module\ndef setup(i): pass\n"),
                       "raised ModuleNotFoundError: No module named 'no_such_module'"));
  expect_alive();
}

TEST_F(HookFailure, LeavingIsAnErrorButNotTheEnd) {
  EXPECT_TRUE(contains(failure_of("def setup(i): exit(3)\n"), " called exit(3)"));
  EXPECT_TRUE(contains(failure_of("import sys\ndef setup(i): sys.exit()\n"), " called exit()"));
  EXPECT_TRUE(
      contains(failure_of("def setup(i): i['ck_kernel'].err({'return': 4, 'error': 'x'})\n"),
               "its last lines:\nError: x"));
  expect_alive();
}

TEST_F(HookFailure, ACrashEndsTheProcessAndTheNextCallGetsAnother) {
  EXPECT_TRUE(contains(failure_of("import os\ndef setup(i):\n  print('bye')\n  os._exit(7)\n"),
                       " ended the Python process, which exited with 7\n"));
  EXPECT_TRUE(contains(failure_of("import os\ndef setup(i): os.kill(os.getpid(), 11)\n"),
                       "killed by signal 11 (SIGSEGV)"));
  expect_alive();
}

TEST_F(HookFailure, AForkThatReturnsDoesNotAnswer) {
  EXPECT_EQ(result_of("import os\n"
                      "def setup(i):\n"
                      "  child = os.fork()\n"
                      "  if child: os.waitpid(child, 0)\n"
                      "  return {'return': 0, 'child': child == 0}\n")
                .result["child"],
            false);
  expect_alive();
}

TEST_F(HookFailure, AnEndlessLoopIsStopped) {
  auto limited = options();
  limited.time_limit = milliseconds(200);
  host = host_with(limited);
  expect_alive();
  EXPECT_TRUE(contains(failure_of("def setup(i):\n  print('looping')\n  while True: pass\n"),
                       " did not answer within 200"));
  expect_alive();
}

TEST_F(HookFailure, CancellationInterruptsIt) {
  const sys::Cancel cancel;
  std::thread later([&] { cancel.request(); });
  const auto result = host.call(hook("def setup(i):\n  while True: pass\n"), cancel);
  later.join();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::interrupted);
  expect_alive();
}

TEST_F(HookFailure, ItsOwnErrorIsToldAsItSaysIt) {
  EXPECT_TRUE(contains(failure_of("def setup(i): return {'return': 1, 'error': 'no\\tGPU'}\n"),
                       " failed with 1: no\\x09GPU\n"));
  EXPECT_TRUE(contains(failure_of("def setup(i): return {'return': 16}\n"),
                       " failed with 16: it gave no reason\n"));
}

TEST_F(HookFailure, NonsenseIsNoAnswer) {
  EXPECT_TRUE(contains(failure_of("def setup(i): return [1]\n"),
                       " gave no answer: it returned list, not a dict"));
  EXPECT_TRUE(contains(failure_of("def setup(i): pass\n"), "it returned NoneType, not a dict"));
  for (const char* value :
       {"{}", "{'return': '0'}", "{'return': float('nan')}", "{'return': b'0'}"}) {
    EXPECT_TRUE(contains(failure_of("def setup(i): return " + std::string(value) + "\n"),
                         " gave an answer without an integer \"return\""))
        << value;
  }
  EXPECT_TRUE(contains(failure_of("def setup(i):\n"
                                  "  d = {'return': 0}\n"
                                  "  for n in range(250): d = {'return': 0, 'in': d}\n"
                                  "  return d\n"),
                       " gave an answer that is no JSON: "));
  expect_alive();
}

TEST_F(HookFailure, AnAnswerAboveTheLimitIsRefused) {
  auto limited = options();
  limited.max_answer_bytes = 10'000;
  host = host_with(limited);
  EXPECT_TRUE(contains(failure_of("def setup(i): return {'return': 0, 'x': 'x' * 20000}\n"),
                       " gave too large an answer: "));
  expect_alive();
}

TEST_F(HookFailure, WritingIntoTheChannelIsFound) {
  EXPECT_TRUE(contains(failure_of("import os\ndef setup(i): os.write(4, b'garbage\\n')\n"),
                       " gave an answer that is no JSON: "));
  EXPECT_TRUE(contains(failure_of("import os\ndef setup(i): os.write(4, b'[]\\n')\n"),
                       " gave an answer that is no object"));
  EXPECT_TRUE(contains(failure_of("import os\ndef setup(i):\n"
                                  "  os.write(4, b'{\"id\": %d, \"done\": 1}\\n' % i['id'])\n",
                                  {{"id", 3}}),
                       " gave an answer that is not complete"));
  expect_alive();
}

TEST_F(HookFailure, WhatAHookSaysAfterItsCallIsNotHeard) {
  result_of(
      "import os\n"
      "def setup(i):\n"
      "  os.write(4, b'{\"id\": 0, \"done\": {\"return\": 0}}\\n{}\\n')\n"
      "  return {'return': 0}\n");
  expect_alive();
}

TEST_F(HookFailure, WhatIsNotThereIsNotFound) {
  auto call = hook("x = 1\n");
  const auto function = host.call(call, {});
  ASSERT_FALSE(function);
  EXPECT_EQ(function.error().code, ErrorCode::not_found);
  EXPECT_EQ(function.error().message, "hook setup of thing/customize.py does not exist");
  call.function = "x";
  EXPECT_EQ(host.call(call, {}).error().code, ErrorCode::not_found);
  call.file = home / "missing.py";
  EXPECT_EQ(host.call(call, {}).error().code, ErrorCode::not_found);
  call.input = Json::array();
  EXPECT_EQ(host.call(call, {}).error().code, ErrorCode::invalid);
}

TEST_F(HookFailure, AHostThatIsNotInstalledIsToldByPython) {
  auto broken = options();
  broken.program = home / "nowhere";
  host = host_with(broken);
  EXPECT_TRUE(contains(failure_of("def setup(i): return {'return': 0}\n"), "host.py"));
}

}  // namespace
}  // namespace ck::hook
