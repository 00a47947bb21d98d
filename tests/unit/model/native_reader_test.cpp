#include "model/native_reader.hpp"

#include <gtest/gtest.h>

#include "documents.hpp"

namespace ck::model {
namespace {

using test::problems_of;

const char kMinimal[] =
    R"({"schema": "ck.package/1", "name": "example", "uid": "0123456789abcdef"})";

std::string message_of(std::string_view text) {
  const auto descriptor = read_descriptor(text, "example", "file");
  return descriptor ? "" : descriptor.error().message;
}

TEST(NativeReader, ReadsWhatEveryComponentHas) {
  const auto descriptor = read_descriptor(to_text(test::example("script.json")), "example", "file");
  ASSERT_TRUE(descriptor.has_value());
  const Common& common = std::get<Script>(*descriptor).common;
  EXPECT_EQ(common.kind, Kind::script);
  EXPECT_EQ(common.name, "example");
  EXPECT_EQ(common.uid, "0123456789abcdef");
  EXPECT_EQ(common.version.text(), "1.0");
  EXPECT_EQ(common.description, "An example");
  EXPECT_EQ(common.license, "Apache-2.0");
  EXPECT_EQ(common.tags.text(), "example");
}

TEST(NativeReader, NeedsLittle) {
  const auto descriptor = read_descriptor(kMinimal, "example", "file");
  ASSERT_TRUE(descriptor.has_value());
  const Package& package = std::get<Package>(*descriptor);
  EXPECT_TRUE(package.common.version.unknown());
  EXPECT_TRUE(package.recipe.sources.empty());
  EXPECT_EQ(package.recipe.build.system, Build::System::none);
}

TEST(NativeReader, AcceptsComments) {
  EXPECT_EQ(message_of("// why\n" + std::string(kMinimal) + "/* end */"), "");
}

TEST(NativeReader, ReportsAllProblemsAtOnceWithTheirPlaces) {
  const std::string problems = problems_of("package.json", R"({
    "uid": "0123456789ABCDEF",
    "version": "latest",
    "tags": ["good", "two words"],
    "descripton": "typo",
    "build": {"system": "cmak"},
    "check": {"files": ["../outside"]}
  })");
  for (const char* expected :
       {"file has 6 problems:", "/uid is '0123456789ABCDEF', but must be 16 lower-case hex digits",
        "/version 'latest' is no version: it has no digit",
        "/tags/1 is 'two words', but must be a tag",
        "/descripton is not a known key (did you mean 'description'?)",
        "/build/system is 'cmak', but must be one of 'none', 'cmake', 'make', 'commands' (did you "
        "mean 'cmake'?)",
        "/check/files/0 is '../outside', but must be a relative path"}) {
    EXPECT_NE(problems.find(expected), std::string::npos) << expected << "\nin " << problems;
  }
}

TEST(NativeReader, WantsTheSchemaFirst) {
  EXPECT_EQ(message_of(R"({"name": "example", "schema": "ck.package/1"})"),
            "file: the document must start with the key 'schema'");
  EXPECT_EQ(message_of("{}"), "file: the document must start with the key 'schema'");
  EXPECT_EQ(message_of("[]"), "file: the document must be an object");
  EXPECT_EQ(message_of(R"({"schema": 1})"),
            "file: /schema must be 'ck.KIND/1', for example 'ck.package/1'");
  EXPECT_EQ(message_of(R"({"schema": "package"})"),
            "file: /schema must be 'ck.KIND/1', for example 'ck.package/1'");
}

TEST(NativeReader, TellsHowToGoOnWithASchemaItDoesNotKnow) {
  const auto newer = read_descriptor(R"({"schema": "ck.package/2"})", "example", "file");
  ASSERT_FALSE(newer.has_value());
  EXPECT_EQ(newer.error().message,
            "file: /schema is 'ck.package/2', but only version 1 of it is known");
  EXPECT_EQ(newer.error().hints, std::vector<std::string>{"update ck, or write 'ck.package/1'"});

  const auto misspelt = read_descriptor(R"({"schema": "ck.pakage/1"})", "example", "file");
  ASSERT_FALSE(misspelt.has_value());
  EXPECT_EQ(misspelt.error().message, "file: /schema names no kind of component: 'pakage'");
  EXPECT_EQ(misspelt.error().hints, std::vector<std::string>{"did you mean 'package'?"});
  EXPECT_FALSE(read_descriptor(R"({"schema": "ck.repo/1"})", "example", "file").has_value());
}

TEST(NativeReader, WantsTheFoldersName) {
  const auto other = read_descriptor(kMinimal, "sample", "file");
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().message, "file: /name is 'example', but its folder is called 'sample'");
  const auto invalid = read_descriptor(
      R"({"schema": "ck.package/1", "name": "a b", "uid": "0123456789abcdef"})", "a b", "file");
  ASSERT_FALSE(invalid.has_value());
  EXPECT_EQ(invalid.error().message,
            "file: /name is 'a b', but must be a name of letters, digits and '._-+@'");
}

TEST(NativeReader, RefusesControlCharactersInTexts) {
  EXPECT_EQ(problems_of("package.json", R"({"description": "\u001b[31m"})"),
            "file: /description must not hold control characters");
  EXPECT_EQ(problems_of("package.json", R"({"exports": {"values": {"file": "a\u0000b"}}})"),
            "file: /exports/values/file must not hold control characters");
}

TEST(NativeReader, KeepsTagsOfComponentsFixed) {
  EXPECT_EQ(problems_of("package.json", R"({"tags": ["${model}"]})"),
            "file: /tags/0 must be fixed: only the tags of dependencies may use ${name}");
}

TEST(NativeReader, PassesOnErrorsOfTheJsonItself) {
  const auto broken = read_descriptor("{\"schema\": \n", "example", "file");
  ASSERT_FALSE(broken.has_value());
  EXPECT_NE(broken.error().message.find("line"), std::string::npos);
  EXPECT_FALSE(read_descriptor("", "example", "file").has_value());
  const std::string deep = R"({"schema": "ck.package/1", "x-deep": )" + std::string(10000, '[');
  EXPECT_FALSE(read_descriptor(deep, "example", "file").has_value());
}

TEST(Summary, HasWhatSearchingNeedsOfEveryKind) {
  for (const test::Example& example : test::examples()) {
    if (example.schema == "ck.repo.1.json" || example.schema == "ck.known-repositories.1.json") {
      continue;
    }
    const Json document = test::example(example.file);
    const auto summary = read_summary(to_text(document), "example", "file");
    ASSERT_TRUE(summary.has_value()) << example.file;
    EXPECT_EQ("ck." + summary->kind + ".1.json", example.schema);
    EXPECT_EQ(summary->name, "example");
    EXPECT_EQ(summary->uid, "0123456789abcdef");
    EXPECT_EQ(summary->version,
              document.at("schema") == "ck.software/1" ? "" : document.at("version"));
    EXPECT_EQ(summary->tags.empty(), !document.contains("tags"));
  }
}

TEST(Summary, DoesNotMindErrorsFurtherDown) {
  const Json document =
      test::changed(test::example("package.json"), R"({"build": 3, "unknown": 1})");
  EXPECT_FALSE(read_descriptor(to_text(document), "example", "file").has_value());
  EXPECT_TRUE(read_summary(to_text(document), "example", "file").has_value());
}

TEST(Summary, NeedsItsOwnKeys) {
  for (const char* patch : {R"({"uid": null})", R"({"name": "other"})", R"({"tags": [1]})",
                            R"({"version": "x"})", R"({"schema": "ck.thing/1"})"}) {
    const Json document = test::changed(test::example("package.json"), patch);
    EXPECT_FALSE(read_summary(to_text(document), "example", "file").has_value()) << patch;
  }
  EXPECT_FALSE(read_summary("[", "example", "file").has_value());
}

}  // namespace
}  // namespace ck::model
