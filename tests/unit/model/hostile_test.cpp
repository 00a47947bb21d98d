// What a hostile repository may hold: each is one error, soon, and never a crash.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <functional>

#include "documents.hpp"
#include "model/ck_reader.hpp"
#include "model/native_reader.hpp"

namespace ck::model {
namespace {

constexpr int kMany = 30'000;

/// "{" + part(0) + "," + part(1) + … + "}"
std::string many(const std::function<std::string(const std::string&)>& part, char open = '{',
                 char close = '}') {
  std::string text(1, open);
  for (int i = 0; i < kMany; ++i) text += (i > 0 ? "," : "") + part(std::to_string(i));
  return text + close;
}

void expect_refused_soon(const std::string& fields) {
  const auto start = std::chrono::steady_clock::now();
  const auto read = read_descriptor(
      R"({"schema": "ck.package/1", "name": "example", "uid": "0123456789abcdef", )" + fields + "}",
      "example", "file");
  ASSERT_FALSE(read.has_value());
  EXPECT_LT(read.error().message.size(), 100'000u);
  // Generous, for machines that are busy and builds with sanitizers; quadratic work takes hours.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(HostileDescriptor, ManyUnknownNames) {
  expect_refused_soon(
      R"("exports": {"values": )" +
      many([](const std::string& i) { return "\"v" + i + R"(": "${prefx}${buld}")"; }) + "}");
}

TEST(HostileDescriptor, ManyDependenciesThatUseEachOther) {
  expect_refused_soon(R"("dependencies": )" + many([](const std::string& i) {
                        return "\"d" + i + R"(": {"tags": ["${d)" + i + R"(}"]})";
                      }));
}

TEST(HostileDescriptor, ManyChoicesAndConditions) {
  expect_refused_soon(R"("parameters": {"p": {"type": "choice", "choices": )" +
                      many([](const std::string& i) { return "\"c" + i + "\""; }, '[', ']') +
                      R"(}}, "dependencies": {"d": {"tags": ["x"], "when": {"p": )" +
                      many([](const std::string& i) { return "\"e" + i + "\""; }, '[', ']') +
                      "}}}");
}

TEST(HostileDescriptor, ManyOptionsOfWhichNoneIsTheDefault) {
  expect_refused_soon(R"("variations": {"g": {"default": "x", "options": )" +
                      many([](const std::string& i) { return "\"o" + i + "\": {}"; }) + "}}");
}

TEST(HostileDescriptor, ManyUnknownKeys) {
  expect_refused_soon(R"("build": )" +
                      many([](const std::string& i) { return "\"optons" + i + "\": 1"; }));
}

TEST(HostileDescriptor, LongNames) {
  const std::string name(1u << 20, 'n');
  expect_refused_soon("\"" + name + R"(": 1, "parameters": {")" + name +
                      R"(": {"type": "string"}}, "tags": [")" + name +
                      R"("], "check": {"run": ["${)" + name + R"(}"]})");
}

TEST(HostileDescriptor, NumbersBeyondAllTypes) {
  expect_refused_soon(R"("build": 1e400)");
  expect_refused_soon(R"("parameters": {"p": {"type": "number", "default": 1e400}})");
  expect_refused_soon(
      R"("parameters": {"p": {"type": "integer", "default": 99999999999999999999}})");
  expect_refused_soon(
      R"("sources": [{"url": "https://a/b", "sha256": "x", "strip": -9223372036854775808}])");
}

TEST(HostileDescriptor, EmptyNames) {
  expect_refused_soon(R"("parameters": {"": {"type": "string"}})");
  expect_refused_soon(R"("dependencies": {"": {"tags": [""]}})");
  expect_refused_soon(R"("variations": {"": {"options": {"": {}}}})");
  expect_refused_soon(R"("exports": {"values": {"": ""}, "variables": {"": ""}})");
  expect_refused_soon(R"("check": {"files": [""], "run": ["${}"]})");
}

TEST(HostileDescriptor, CannotWriteToTheTerminalThroughTheError) {
  const auto read = read_descriptor(
      R"({"schema": "ck.package/1", "name": "\u001b[2J", "uid": "\u202e", "\u0007": 1})",
      "\x1b[31m",
      "a\x1b"
      "b");
  ASSERT_FALSE(read.has_value());
  for (const char c : read.error().message) {
    EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << read.error().message;
  }
  EXPECT_EQ(read.error().message.find("\u202e"), std::string::npos);
}

/// An example in which a few values have been exchanged for others of the same document.
RC_GTEST_PROP(HostileProperty, ShuffledDocumentsNeverCrash, ()) {
  Json document = test::example(
      test::examples().at(*rc::gen::inRange<std::size_t>(0, test::examples().size())).file);
  const Json flat = document.flatten();
  std::vector<std::string> places;
  for (const auto& [place, value] : flat.items()) places.push_back(place);
  const int changes = *rc::gen::inRange(1, 6);
  for (int i = 0; i < changes; ++i) {
    const auto place = [&] {
      std::string pointer = places.at(*rc::gen::inRange<std::size_t>(0, places.size()));
      const int up = *rc::gen::inRange(0, 4);
      for (int level = 0; level < up && pointer.rfind('/') != 0; ++level) {
        pointer.resize(pointer.rfind('/'));
      }
      return Json::json_pointer(pointer);
    };
    const Json::json_pointer from = place();
    const Json::json_pointer to = place();
    if (!document.contains(from) || !document.contains(to)) continue;
    const Json moved = document.at(from);
    document.at(to) = moved;
  }
  test::problems_of(document);
  read_summary(to_text(document), "example", "file");
  read_ck_component(to_text(document), "k", "n", "u", "file");
  read_ck_repository(to_text(document), "file");
}

RC_GTEST_PROP(HostileProperty, AnyBytesNeverCrash, (const std::string& text)) {
  RC_ASSERT(!read_descriptor(text, "example", "file").has_value());
  RC_ASSERT(!read_repository(text, "file").has_value());
}

}  // namespace
}  // namespace ck::model
