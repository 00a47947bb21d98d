#include "collective/package_choice.hpp"

#include "workbench_fixture.hpp"

namespace ck::collective {
namespace {

using Texts = std::vector<std::string>;

class PackageChoice : public WorkbenchTest {
 protected:
  void package(const std::string& name, const std::string& meta) const {
    repository.entry("package", name, meta);
  }

  std::string chosen(const PackageQuery& query) {
    const auto choice = choose_package(query, bench());
    if (!choice) return "error: " + test::text_of(choice.error());
    std::string text = choice->component.id.name;
    for (const auto& variation : choice->varied.variations) text += " " + variation;
    return text;
  }

  static PackageQuery tagged(const Texts& tags) {
    PackageQuery query;
    query.tags = tags;
    return query;
  }
};

TEST_F(PackageChoice, TagsMayBeNamesOfVariations) {
  package("a", R"({"tags": ["lib", "x"], "variations": {"fast": {}, "small": {}}})");
  package("b", R"({"tags": ["lib", "y"]})");
  EXPECT_EQ(chosen(tagged({"lib", "x", "fast"})), "a fast");
  EXPECT_EQ(chosen(tagged({"y"})), "b");
  EXPECT_NE(chosen(tagged({"y", "fast"})).find("no package has the tags y,fast"),
            std::string::npos);
}

TEST_F(PackageChoice, OnlyVariationsMayBeAskedFor) {
  package("a", R"({"tags": ["lib"], "variations": {"only-here": {}, "other": {}}})");
  EXPECT_EQ(chosen(tagged({"only-here"})), "a only-here");
}

TEST_F(PackageChoice, ThePreferredIsBySortThenVersionThenName) {
  package("old", R"({"tags": ["t"], "customize": {"version": "1.9"}})");
  package("new", R"({"tags": ["t"], "customize": {"version": "1.10"}})");
  EXPECT_EQ(chosen(tagged({"t"})), "new");
  const auto choice = choose_package(tagged({"t"}), bench());
  ASSERT_OK(choice);
  EXPECT_EQ(choice->others, Texts{"package:old"});
  package("favourite", R"({"tags": ["t"], "customize": {"version": "0.1", "sort": "5"}})");
  package("z", R"({"tags": ["u"], "customize": {"version": "1"}})");
  package("a", R"({"tags": ["u"], "customize": {"version": "1"}})");
  reopen();
  EXPECT_EQ(chosen(tagged({"t"})), "favourite");
  EXPECT_EQ(chosen(tagged({"u"})), "z");
}

TEST_F(PackageChoice, BoundsExclusionsAndAlternativesHold) {
  package("one", R"({"tags": ["t", "red"], "customize": {"version": "1.0"}})");
  package("two", R"({"tags": ["t", "blue"], "customize": {"version": "2.0"}})");
  auto query = tagged({"t"});
  query.to = VersionParts{1, 5};
  EXPECT_EQ(chosen(query), "one");
  query.from = VersionParts{1, 1};
  EXPECT_EQ(chosen(query).substr(0, 5), "error");
  query = tagged({"t"});
  query.no_tags = {"blue"};
  EXPECT_EQ(chosen(query), "one");
  query.no_tags = {};
  query.or_tags = "green;red";
  EXPECT_EQ(chosen(query), "one");
}

TEST_F(PackageChoice, WhatIsForOtherMachinesIsNone) {
  package("droid", R"({"tags": ["t"], "only_for_target_os_tags": ["android"]})");
  package("win", R"({"tags": ["t"], "customize": {"only_for_host_os_tags": ["windows"]}})");
  EXPECT_EQ(chosen(tagged({"t"})).substr(0, 5), "error");
  package("here", R"({"tags": ["t"], "only_for_target_os_tags": ["linux", "macos"]})");
  reopen();
  EXPECT_EQ(chosen(tagged({"t"})), "here");
}

TEST_F(PackageChoice, ANamedPackageMustHaveTheTagsToo) {
  package("one", R"({"tags": ["t"]})");
  package("two", R"({"tags": ["t", "u"]})");
  PackageQuery query;
  query.name = "one";
  EXPECT_EQ(chosen(query), "one");
  query.name = test::uid_of("package:one");
  EXPECT_EQ(chosen(query), "one");
  query.name = "one";
  query.tags = {"u"};
  EXPECT_NE(chosen(query).find("package:one has not all of the tags u"), std::string::npos);
  query.name = "onee";
  EXPECT_EQ(chosen(query).substr(0, 5), "error");
}

TEST_F(PackageChoice, AMisspeltTagIsToldWithWhatComesNear) {
  package("one", R"({"tags": ["tensorflow"]})");
  const auto said = chosen(tagged({"tensorflwo"}));
  EXPECT_NE(said.find("no component at all has the tag 'tensorflwo'"), std::string::npos) << said;
  EXPECT_NE(said.find("tensorflow"), std::string::npos) << said;
  EXPECT_NE(said.find("ck pull repo:NAME"), std::string::npos) << said;
}

TEST_F(PackageChoice, AVersionThatIsNotThereIsNoMissingTag) {
  package("fxpack", R"({"tags": ["fxdata", "fxp"], "customize": {"version": "1.5"}})");
  auto query = tagged({"fxdata", "fxp"});
  query.from = VersionParts{9};
  const auto said = chosen(query);
  EXPECT_NE(said.find("no package answers fxdata,fxp version >= 9"), std::string::npos) << said;
  EXPECT_NE(said.find("package:fxpack of public is version 1.5"), std::string::npos) << said;
  EXPECT_EQ(said.find("no package has"), std::string::npos) << said;
  query.name = "fxpack";
  EXPECT_NE(chosen(query).find("package:fxpack does not answer fxdata,fxp version >= 9"),
            std::string::npos)
      << chosen(query);
}

TEST_F(PackageChoice, WhatIsExcludedIsToldWithTheReason) {
  package("red", R"({"tags": ["t", "red"], "problem": "yes"})");
  package("blue", R"({"tags": ["t", "blue"]})");
  package("droid", R"({"tags": ["t", "green"], "only_for_target_os_tags": ["android"]})");
  auto query = tagged({"t"});
  query.no_tags = {"red"};
  query.or_tags = "red;green";
  const auto said = chosen(query);
  EXPECT_NE(said.find("no package answers t with red;green without red"), std::string::npos)
      << said;
  EXPECT_NE(said.find("package:red of public has the tag red, which must not be, and is marked as "
                      "not working"),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("package:blue of public has none of red;green"), std::string::npos) << said;
  EXPECT_NE(said.find("package:droid of public is not for " + bench().platform().name),
            std::string::npos)
      << said;
}

TEST_F(PackageChoice, PackagesThatShareMostTagsAreNear) {
  package("cpu", R"({"tags": ["lib", "caffe"]})");
  package("cuda", R"({"tags": ["lib", "caffe", "vcuda"]})");
  package("other", R"({"tags": ["lib", "other"]})");
  const auto said = chosen(tagged({"lib", "caffe", "vcpu"}));
  EXPECT_NE(said.find("no package has the tags lib,caffe,vcpu"), std::string::npos) << said;
  EXPECT_NE(said.find("package:cpu of public has all but vcpu"), std::string::npos) << said;
  EXPECT_NE(said.find("package:cuda of public has all but vcpu"), std::string::npos) << said;
  EXPECT_EQ(said.find("package:other"), std::string::npos) << said;
}

TEST_F(PackageChoice, AProblemIsToldInItsAuthorsWords) {
  package("sad", R"({"tags": ["t"], "problem": "yes"})");
  repository.file("package", "sad", "problem.txt", "It needs \x1b[31m a licence.\n");
  const auto choice = choose_package(tagged({"t"}), bench());
  EXPECT_ERROR(choice, unsupported, "a licence.");
  EXPECT_EQ(test::text_of(choice.error()).find('\x1b'), std::string::npos);
}

TEST_F(PackageChoice, TwoEntriesOfOneUidAreOne) {
  repository.entry_with_uid("package", "first", "0123456789abcdef", R"({"tags": ["t"]})");
  const test::CollectiveRepository second(world.folder / "second", "second");
  second.entry_with_uid("package", "copy", "0123456789abcdef", R"({"tags": ["t"]})");
  add_repository("second", second.folder(), model::RepositoryDescriptor::Format::ck, 2);
  const auto choice = choose_package(tagged({"t"}), bench());
  ASSERT_OK(choice);
  EXPECT_EQ(choice->component.id.name, "first");
  EXPECT_EQ(choice->others, Texts{});
}

}  // namespace
}  // namespace ck::collective
