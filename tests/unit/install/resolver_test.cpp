/// What is offered to the solver: variations that needs speak of, facts about the machine.

#include "install/resolver.hpp"

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "support/installation.hpp"

namespace ck::install {
namespace {

class Resolver : public ::testing::Test {
 protected:
  /// Key -> candidate for the dependencies of package:app, or the error's text.
  std::map<std::string, std::string> choices(const std::vector<std::string>& pins = {}) {
    auto& context = machine_.context();
    const auto component = context.catalog.find({"", "package", "app"});
    EXPECT_OK(component);
    const auto loaded = context.catalog.load(*component);
    EXPECT_OK(loaded);
    const auto& recipe = *recipe_of(*loaded);
    const auto values = complete_values(recipe, {}, "package:app");
    ResolveRequest request;
    request.subject = "package:app";
    request.dependencies = *active_dependencies(recipe, *values);
    request.conflicts = *active_conflicts(recipe, *values);
    request.host = host_;
    request.why_not = why_not_;
    for (const auto& pin : pins) {
      const auto equals = pin.find('=');
      request.pins.push_back(*parse_pin(pin.substr(0, equals), pin.substr(equals + 1)));
    }
    auto resolved = resolve(request, context);
    if (!resolved) {
      hints_ = join(resolved.error().hints, "\n");
      return {{"error", resolved.error().message}};
    }
    objections_ = resolved->objections;
    std::map<std::string, std::string> result;
    for (const auto& choice : resolved->resolution.choices) result[choice.key] = choice.candidate;
    return result;
  }

  void app(const std::string& dependencies, const std::string& more = "") {
    machine_.package("app", R"("tags": ["app"], "dependencies": {)" + dependencies + "}" + more);
  }

  test::Installation machine_;
  std::optional<HostFacts> host_ = HostFacts{{"host.glibc", "2.36"}, {"host.cpu.avx2", "yes"}};
  std::optional<model::Wish> why_not_;
  std::vector<solve::Objection> objections_;
  std::string hints_;  ///< of the last error
};

using Choices = std::map<std::string, std::string>;

constexpr const char* kFoo = R"("tags": ["lib", "foo"], "variations": {
  "threads": {"default": "serial", "options": {"serial": {}, "openmp": {"tags": ["parallel"]},
                                               "tbb": {"tags": ["parallel"]}}},
  "link": {"options": {"static": {"excludes": ["tbb"]}}}})";

TEST_F(Resolver, TakesDefaultVariationsWhereNobodyAsksForOthers) {
  machine_.package("foo", kFoo);
  app(R"("foo": {"tags": ["foo"]})");
  EXPECT_EQ(choices(), (Choices{{"foo", "package:foo@1.0.0"}}));
}

TEST_F(Resolver, FindsAPackageByTheTagOfAVariation) {
  machine_.package("foo", kFoo);
  app(R"("foo": {"tags": ["foo", "openmp"]})");
  EXPECT_EQ(choices(), (Choices{{"foo", "package:foo@1.0.0[openmp]"}}));
  app(R"("foo": {"tags": ["parallel"]})");
  EXPECT_EQ(choices(), (Choices{{"foo", "package:foo@1.0.0[openmp]"}}));
}

TEST_F(Resolver, CombinesVariationsThatDifferentNeedsAskFor) {
  machine_.package("foo", kFoo);
  machine_.package("bar", R"("tags": ["bar"], "dependencies": {"foo": {"tags": ["static"]}})");
  app(R"("bar": {"tags": ["bar"]}, "foo": {"tags": ["foo", "openmp"]})");
  EXPECT_EQ(choices().at("foo"), "package:foo@1.0.0[openmp,static]");
}

TEST_F(Resolver, NeverCombinesVariationsThatExcludeEachOther) {
  machine_.package("foo", kFoo);
  app(R"("foo": {"tags": ["static", "parallel"]})");
  EXPECT_EQ(choices().at("foo"), "package:foo@1.0.0[openmp,static]");
  app(R"("foo": {"tags": ["static", "tbb"]})");
  EXPECT_TRUE(choices().contains("error"));
  const auto component = machine_.find("package:foo");
  const auto loaded = machine_.context().catalog.load(*component);
  const auto values =
      complete_values(*recipe_of(*loaded), {{"threads", "tbb"}, {"link", "static"}}, "package:foo");
  ASSERT_FALSE(values.has_value());
  EXPECT_EQ(values.error().message,
            "package:foo: variations 'static' and 'tbb' exclude each other");
}

TEST_F(Resolver, TakesAnotherVariationWhereTheDefaultIsExcluded) {
  machine_.package("foo", kFoo);
  app(R"("foo": {"tags": ["foo"], "no_tags": ["serial"]})");
  EXPECT_EQ(choices().at("foo"), "package:foo@1.0.0[openmp]");
}

TEST_F(Resolver, TakesAnotherVariationWhereTheDefaultIsInConflict) {
  machine_.package("foo", kFoo);
  machine_.package("bar", R"("tags": ["bar"], "conflicts": [{"tags": ["foo", "serial"]}])");
  app(R"("foo": {"tags": ["foo"]}, "bar": {"tags": ["bar"]})");
  EXPECT_EQ(choices().at("foo"), "package:foo@1.0.0[openmp]");
}

TEST_F(Resolver, TakesAVariationThatIsPinned) {
  machine_.package("foo", kFoo);
  app(R"("foo": {"tags": ["foo"]})");
  EXPECT_EQ(choices({"foo=tags:tbb"}).at("foo"), "package:foo@1.0.0[tbb]");
}

TEST_F(Resolver, TakesVersionsAsTagsInPins) {
  machine_.package("foo", kFoo);
  app(R"("foo": {"tags": ["foo"]})");
  EXPECT_EQ(choices({"foo=tags:lib,v1"}).at("foo"), "package:foo@1.0.0");
  EXPECT_EQ(choices({"foo=tags:lib,v1.0"}).at("foo"), "package:foo@1.0.0");
  EXPECT_TRUE(choices({"foo=tags:lib,v2"})
                  .at("error")
                  .starts_with("the pins leave no candidate for 'foo'"));
}

TEST_F(Resolver, TellsWhatAPinnedComponentLacks) {
  machine_.package("foo", kFoo);
  machine_.package("bar", R"("tags": ["lib", "bar"])");
  app(R"("foo": {"tags": ["lib", "foo"]})");
  for (const std::string pin : {"foo=package:bar@1.0", "foo=tags:bar"}) {
    const auto error = choices({pin}).at("error");
    EXPECT_NE(error.find("; package:bar 1.0.0 lacks the tag foo"), std::string::npos) << error;
    EXPECT_EQ(hints_.find("nothing "), std::string::npos) << hints_;
  }
  choices({"foo=package:baz"});
  EXPECT_NE(hints_.find("nothing is named 'baz'"), std::string::npos) << hints_;
}

TEST_F(Resolver, TagsThatAreInUseElsewhereAreNotSaidToBeNobodys) {
  machine_.package("x", R"("tags": ["w", "a"])");
  machine_.package("y", R"("tags": ["w", "b"])");
  app(R"("data": {"tags": ["w", "a", "b"]})");
  EXPECT_TRUE(choices().contains("error"));
  EXPECT_EQ(hints_,
            "without the tag 'a', 'data' could be package:y\n"
            "without the tag 'b', 'data' could be package:x");
  app(R"("data": {"tags": ["w", "c"]})");
  EXPECT_TRUE(choices().contains("error"));
  EXPECT_NE(hints_.find("nothing has the tag 'c'"), std::string::npos) << hints_;
  EXPECT_EQ(hints_.find("nothing has the tag 'w'"), std::string::npos) << hints_;
}

TEST_F(Resolver, SoftwareThatIsNotHereIsNotSaidToBeUnknown) {
  machine_.component("software", "nowhere",
                     R"("tags": ["tool", "rare"], "find": {"executables": ["no-such-program"]},
                        "version": {"run": ["${file}", "--version"], "pattern": "v([0-9.]+).*"})");
  app(R"("tool": {"tags": ["tool", "rare"]})");
  EXPECT_TRUE(choices().contains("error"));
  EXPECT_NE(hints_.find("software:nowhere would serve 'tool', but was not found"),
            std::string::npos)
      << hints_;
  EXPECT_EQ(hints_.find("nothing has the tag"), std::string::npos) << hints_;
}

TEST_F(Resolver, KeepsConflictsOfVariations) {
  machine_.package("mkl", R"("tags": ["mkl"])");
  machine_.package("foo", R"("tags": ["foo"], "variations": {"blas": {"options": {
      "atlas": {"conflicts": [{"tags": ["mkl"], "description": "same symbols"}]}}}})");
  app(R"("foo": {"tags": ["foo", "atlas"]}, "mkl": {"tags": ["mkl"]})");
  EXPECT_NE(choices().at("error").find("conflicts with package:mkl: same symbols"),
            std::string::npos);
  app(R"("foo": {"tags": ["foo"]}, "mkl": {"tags": ["mkl"]})");
  EXPECT_EQ(choices().size(), 2U);
}

TEST_F(Resolver, ResolvesConditionsOnOtherChoices) {
  machine_.package("cc", R"("tags": ["cc", "clang"])");
  machine_.package("omp", R"("tags": ["libomp"])");
  app(R"("cc": {"tags": ["cc"]}, "omp": {"tags": ["libomp"], "when": {"dep:cc": "clang"}},
         "gomp": {"tags": ["libgomp"], "when": {"dep:cc": "gcc"}})");
  EXPECT_EQ(choices(), (Choices{{"cc", "package:cc@1.0.0"}, {"omp", "package:omp@1.0.0"}}));
  EXPECT_OK(machine_.plan("package:app"));
}

TEST_F(Resolver, ServesFactsAboutTheMachine) {
  app(R"("libc": {"name": "host.glibc", "version": ">=2.31"}, "simd": {"name": "host.cpu.avx2"})");
  EXPECT_EQ(choices(), (Choices{{"libc", "host.glibc@2.36"}, {"simd", "host.cpu.avx2"}}));
  app(R"("libc": {"name": "host.glibc", "version": ">=2.40"})");
  EXPECT_NE(choices().at("error").find("there is only host.glibc 2.36"), std::string::npos);
  host_ = HostFacts{};
  EXPECT_NE(choices().at("error").find("which nothing provides"), std::string::npos);
}

TEST_F(Resolver, PlansNothingForFactsAboutTheMachine) {
  app(R"("os": {"name": "host.kernel.linux", "version": ">=2"})");
  const auto plan = machine_.plan("package:app");
  ASSERT_TRUE(plan.has_value()) << plan.error().message;
  EXPECT_EQ(plan->steps.size(), 1U);
  EXPECT_TRUE(plan->roots.empty());
}

TEST_F(Resolver, TellsWhyNotThatOne) {
  machine_.package("foo", kFoo);
  machine_.package("other", R"("tags": ["lib", "foo"])");
  machine_.package("stranger", R"("tags": ["x"])");
  app(R"("foo": {"tags": ["foo"]})");
  why_not_ = model::Wish{{}, "package", "other", {}};
  choices();
  ASSERT_EQ(objections_.size(), 1U);
  EXPECT_EQ(objections_[0].key, "foo");
  EXPECT_EQ(objections_[0].reason, "less preferred: comes later by repository rank and name");
  EXPECT_EQ(objections_[0].option, "--dep.foo=package:other@1.0.0");
  why_not_ = model::Wish{{}, "package", "stranger", {}};
  choices();
  ASSERT_EQ(objections_.size(), 1U);
  EXPECT_EQ(objections_[0].reason, "lacks the tag foo (asked by package:app)");
  why_not_ = model::Wish{{}, "package", "foo", {}};
  choices();
  EXPECT_TRUE(objections_.at(0).chosen);
  why_not_ = model::Wish{{}, "package", "foo", *model::VersionRange::parse("2")};
  choices();
  EXPECT_EQ(objections_.at(0).reason, "version 1.0.0 is not in 2");
  EXPECT_EQ(objections_.at(0).key, "");
}

}  // namespace
}  // namespace ck::install
