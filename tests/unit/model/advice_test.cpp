#include "model/advice.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "model/native_reader.hpp"

namespace ck::model {
namespace {

constexpr std::string_view kGood = R"("description": "d", "license": "MIT")";

/// "rule path" of each advice on a component with this body.
std::vector<std::string> advice(const std::string& kind, const std::string& body,
                                std::string_view common = kGood) {
  const std::string text =
      R"({"schema": "ck.)" + kind + R"(/1", "name": "x", "uid": "0123456789abcdef")" +
      (common.empty() ? "" : ", " + std::string(common)) + (body.empty() ? "" : ", " + body) + "}";
  const auto descriptor = read_descriptor(text, "x", "ck.json");
  EXPECT_TRUE(descriptor) << (descriptor ? "" : descriptor.error().message);
  std::vector<std::string> found;
  if (!descriptor) return found;
  for (const auto& one : advice_on(*descriptor, *parse_json(text, "ck.json")))
    found.push_back(one.rule + " " + one.path);
  return found;
}

using Found = std::vector<std::string>;

TEST(Advice, AComponentSaysWhatItIsAndWhatOneMayDoWithIt) {
  EXPECT_EQ(advice("package", "", ""), (Found{"no-description ", "no-license "}));
  EXPECT_EQ(advice("package", ""), Found{});
  EXPECT_EQ(advice("profile", "", R"("description": "d")"), Found{});
}

TEST(Advice, DownloadsAreEncrypted) {
  const std::string hash(64, 'a');
  EXPECT_EQ(advice("package", R"("sources": [{"url": ["https://a/x", "http://a/x"], "sha256": ")" +
                                  hash + R"("}, {"git": "http://a/x.git", "commit": ")" +
                                  std::string(40, 'a') + R"("}])"),
            (Found{"plain-http /sources/0/url", "plain-http /sources/1/git"}));
  EXPECT_EQ(
      advice("package", R"("sources": [{"url": "http://127.0.0.1/x", "sha256": ")" + hash + "\"}]"),
      Found{});
}

TEST(Advice, WheelsAreFoundByDependants) {
  const std::string source =
      R"("sources": [{"pip": "p", "version": "1", "sha256": ")" + std::string(64, 'a') + "\"}]";
  EXPECT_EQ(advice("package", source), Found{"no-python-path /sources"});
  EXPECT_EQ(advice("package",
                   source + R"(, "exports": {"prepend": {"PYTHONPATH": "${prefix}/lib/python"}})"),
            Found{});
  EXPECT_EQ(advice("package",
                   source + R"(, "build": {"system": "commands", "commands": [{"run": ["a"]}]})"),
            Found{});
}

TEST(Advice, CommandsAreNotTextsForAShell) {
  const auto run = [](const std::string& words) {
    return advice("program", R"("commands": {"run": {"run": )" + words + "}}");
  };
  EXPECT_EQ(run(R"(["make all"])"), Found{"shell-text /commands/run/run"});
  EXPECT_EQ(run(R"_(["a", ">", "b", "$HOME", "$(pwd)"])_"),
            (Found{"shell-text /commands/run/run/1", "shell-text /commands/run/run/3",
                   "shell-text /commands/run/run/4"}));
  EXPECT_EQ(run(R"(["/bin/sh", "-c", "a > b && c"])"), Found{});
  EXPECT_EQ(run(R"(["a", "${work}/b"])"), Found{});
}

TEST(Advice, PlacesOfOneMachineAreNotForOthers) {
  EXPECT_EQ(advice("package", R"("exports": {"values": {"data": "/home/me/data"}},
                                 "check": {"run": ["/tmp/x", "a"]})"),
            (Found{"absolute-path /check/run/0", "absolute-path /exports/values/data"}));
}

TEST(Advice, WhatIsReadByNothingIsIdle) {
  EXPECT_EQ(advice("package", R"("parameters": {"used": {"type": "string", "default": ""},
                                                "idle": {"type": "string", "default": ""}},
                                 "exports": {"values": {"a": "${used}"}})"),
            Found{"idle-parameter /parameters/idle"});
}

TEST(Advice, OptionsThatChangeNothingOrAreNeverReachedAreMistakes) {
  EXPECT_EQ(advice("package", R"("variations": {
      "a": {"options": {"one": {"tags": ["t"]}, "none": {}}},
      "b": {"options": {"one": {"tags": ["u"]}, "two": {}, "three": {}}}})"),
            (Found{"same-option /variations/b/options/one",
                   "idle-variation /variations/b/options/three"}));
}

TEST(Advice, OutputsSayHowAReplayComparesThem) {
  EXPECT_EQ(advice("program", R"("commands": {"run": {"run": ["a"]}},
      "outputs": {"o": {"path": "o.txt"}, "p": {"path": "p.txt", "compare": "none"}})"),
            Found{"no-comparison /outputs/o"});
}

}  // namespace
}  // namespace ck::model
