#include "cli/invocation.hpp"

#include <gtest/gtest.h>

#include "support/temporary_home.hpp"

namespace ck::cli {
namespace {

using Words = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

Grammar grammar() {
  Grammar grammar;
  grammar.options = {{"tags", "TAGS", "find by tags"},
                     {"record_uoa", "NAME", "name of the experiment"},
                     {"json", "", "print JSON"},
                     {"dry_run", "", "only plan"},
                     {"repetitions", "N", "how often"}};
  grammar.prefixes = {"env", "dep"};
  return grammar;
}

Result<Invocation> parse(const Words& arguments) { return parse_invocation(grammar(), arguments); }

TEST(Invocation, TakesWordsAndOptionsInAnyOrder) {
  const auto line = parse({"program:a", "--tags=x,y", "second", "--json"});
  ASSERT_OK(line);
  EXPECT_EQ(line->words, (Words{"program:a", "second"}));
  EXPECT_EQ(line->get("tags"), "x,y");
  EXPECT_TRUE(line->has("json"));
  EXPECT_FALSE(line->has("dry_run"));
  EXPECT_EQ(line->given("dry_run"), std::nullopt);
  EXPECT_EQ(line->get("dry_run"), "");
  EXPECT_OK(parse({}));
}

TEST(Invocation, TakesDashesForUnderscoresAndOneDashForTwo) {
  for (const auto* option : {"--record_uoa=x", "--record-uoa=x", "-record-uoa=x", "-record_uoa=x"})
    EXPECT_EQ(parse({option})->get("record_uoa"), "x") << option;
  EXPECT_TRUE(parse({"--dry-run"})->has("dry_run"));
}

TEST(Invocation, TakesAValueAfterABlank) {
  const auto line = parse({"--tags", "a,b", "word", "--repetitions", "-1"});
  ASSERT_OK(line);
  EXPECT_EQ(line->get("tags"), "a,b");
  EXPECT_EQ(line->get("repetitions"), "-1");
  EXPECT_EQ(line->words, Words{"word"});
}

TEST(Invocation, KeepsValuesAsTheyAre) {
  EXPECT_EQ(parse({"--tags=a=b=c"})->get("tags"), "a=b=c");
  EXPECT_EQ(parse({"--tags="})->given("tags"), "");
  EXPECT_EQ(parse({"--tags= a-b "})->get("tags"), " a-b ");
  EXPECT_EQ(parse({"--env.A-b=c-d=e"})->prefixed.at("env"), (Pairs{{"A-b", "c-d=e"}}));
}

TEST(Invocation, WantsAValueWhereOneBelongs) {
  EXPECT_ERROR(parse({"--tags"}), usage, "--tags needs a value: TAGS");
  EXPECT_ERROR(parse({"--tags", "--json"}), usage, "--tags needs a value: TAGS");
  EXPECT_ERROR(parse({"--tags", "--json"}), usage, "--tags=--json");
  EXPECT_ERROR(parse({"--tags", "--", "x"}), usage, "--tags needs a value");
  EXPECT_EQ(parse({"--tags=--json"})->get("tags"), "--json");
}

TEST(Invocation, KnowsFlagsByYesAndNo) {
  EXPECT_TRUE(parse({"--json=yes"})->has("json"));
  EXPECT_FALSE(parse({"--json=no"})->has("json"));
  EXPECT_ERROR(parse({"--json=1"}), usage, "--json is a flag; it takes no value but yes or no");
  EXPECT_EQ(parse({"--json", "word"})->words, Words{"word"});
}

TEST(Invocation, CollectsPrefixedOptions) {
  const auto line = parse({"--env.B=2", "--dep.compiler=tags:gcc", "-env.A=1", "--env.EMPTY="});
  ASSERT_OK(line);
  EXPECT_EQ(line->prefixed.at("env"), (Pairs{{"B", "2"}, {"A", "1"}, {"EMPTY", ""}}));
  EXPECT_EQ(line->prefixed.at("dep"), (Pairs{{"compiler", "tags:gcc"}}));
  for (const auto* broken : {"--env.A", "--env.=1"})
    EXPECT_ERROR(parse({broken}), usage, "must look like --env.NAME=value");
  EXPECT_ERROR(parse({"--evn.A=1"}), usage, "did you mean '--env'?");
}

TEST(Invocation, RefusesAnythingTwice) {
  EXPECT_ERROR(parse({"--tags=a", "--tags=a"}), usage, "'--tags': this option is given twice");
  EXPECT_ERROR(parse({"--json", "-json"}), usage, "given twice");
  EXPECT_ERROR(parse({"--json=no", "--json"}), usage, "given twice");
  EXPECT_ERROR(parse({"--record-uoa=a", "--record_uoa=b"}), usage, "given twice");
  EXPECT_ERROR(parse({"--env.A=1", "--env.A=2"}), usage, "given twice");
  EXPECT_OK(parse({"--env.A=1", "--env.a=2"}));
}

TEST(Invocation, CollectsWhatMayBeGivenAgain) {
  Grammar collecting = grammar();
  collecting.collected = {"tags"};
  const auto line = parse_invocation(collecting, {"--tags=a,b", "--tags", "c"});
  ASSERT_OK(line);
  EXPECT_EQ(line->get("tags"), "a,b;c");
  EXPECT_TRUE(line->repeated.empty()) << "no variants";
  EXPECT_ERROR(parse_invocation(collecting, {"--repetitions=1", "--repetitions=2"}), usage,
               "given twice");
}

TEST(Invocation, SuggestsOptions) {
  EXPECT_ERROR(parse({"--tag=a"}), usage, "there is no option '--tag'");
  EXPECT_ERROR(parse({"--tag=a"}), usage, "did you mean '--tags'?");
  EXPECT_ERROR(parse({"--repetition=3"}), usage, "did you mean '--repetitions'?");
  const auto far = parse({"--quite-another"});
  EXPECT_ERROR(far, usage, "there is no option");
  EXPECT_TRUE(far.error().hints.empty());
  for (const auto* nameless : {"--=x", "-=x", "---", "--.x=1"})
    EXPECT_ERROR(parse({nameless}), usage, "there is no option");
}

TEST(Invocation, TellsNoValuesThatMayBeSecrets) {
  for (const auto& line : {Words{"--token=HIDDEN"}, Words{"--none.such=HIDDEN"},
                           Words{"--env.A=HIDDEN", "--env.A=HIDDEN"}, Words{"--env.=HIDDEN"}}) {
    const auto refused = parse(line);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message.find("HIDDEN"), std::string::npos) << refused.error().message;
  }
}

TEST(Invocation, KnowsWhichOptionsAwaitAValue) {
  EXPECT_TRUE(awaits_value(grammar(), "--tags"));
  EXPECT_TRUE(awaits_value(grammar(), "-record-uoa"));
  EXPECT_FALSE(awaits_value(grammar(), "--tags=a"));
  EXPECT_FALSE(awaits_value(grammar(), "--json"));
  EXPECT_FALSE(awaits_value(grammar(), "tags"));
}

TEST(Invocation, EndsOptionsWithTwoDashes) {
  const auto line = parse({"a", "--", "--tags=x", "--", "-"});
  ASSERT_OK(line);
  EXPECT_EQ(line->words, Words{"a"});
  EXPECT_EQ(line->arguments, (Words{"--tags=x", "--", "-"}));
  EXPECT_TRUE(line->options.empty());
  EXPECT_TRUE(parse({"--"})->arguments.empty());
  EXPECT_EQ(parse({"-"})->words, Words{"-"}) << "standard input, by custom";
}

TEST(Invocation, TakesFreeValuesOnlyWhereTheGrammarHasThem) {
  EXPECT_ERROR(parse({"--model=mlp16"}), usage, "there is no option");
  Grammar free = grammar();
  free.free_values = true;
  const auto line = parse_invocation(free, {"--model=mlp16", "--batch-size=3", "--tags=a"});
  ASSERT_OK(line);
  EXPECT_EQ(line->values,
            (std::map<std::string, std::string>{{"model", "mlp16"}, {"batch_size", "3"}}));
  EXPECT_ERROR(parse_invocation(free, {"--model"}), usage, "there is no option '--model'");
  EXPECT_ERROR(parse_invocation(free, {"--model=a", "--model=b"}), usage, "given twice");
  EXPECT_ERROR(parse_invocation(free, {"--=b"}), usage, "there is no option");
}

TEST(InvocationNumbers, AreCheckedAgainstTheirRange) {
  Invocation line;
  line.options = {{"n", "12"}, {"x", "0.25"}, {"bad", "many"}, {"low", "-0.5"}, {"inf", "inf"}};
  EXPECT_EQ(*line.integer("n", 1, 20), 12);
  EXPECT_EQ(*line.number("x", 0), 0.25);
  EXPECT_EQ(*line.integer("absent", 1, 2), std::nullopt);
  EXPECT_EQ(*line.number("absent", 1), std::nullopt);
  EXPECT_ERROR(line.integer("n", 1, 11), usage, "--n=12 must be a whole number from 1 to 11");
  EXPECT_ERROR(line.integer("x", 0, 1), usage, "--x=0.25 must be a whole number from 0 to 1");
  EXPECT_ERROR(line.number("low", 0), usage, "--low=-0.5 must be a number, at least 0");
  EXPECT_ERROR(line.number("x", 0.5), usage, "--x=0.25 must be a number, at least 0.5");
  for (const auto* name : {"bad", "inf"}) {
    EXPECT_ERROR(line.number(name, 0), usage, std::string("--") + name);
    EXPECT_ERROR(line.integer(name, 0, 9), usage, std::string("--") + name);
  }
}

TEST(Invocation, OwnOptionsAreKeptAsTyped) {
  Grammar grammar;
  grammar.options = {{"verbose", "", "print details"}, {"limit", "N", "at most"}};
  grammar.own_options = true;
  const auto line = parse_invocation(
      grammar, {"cmdgen:x", "--a-b,=1,2", "-c:1:3", "d=5", "--verbose", "--limit=3", "--", "-e"});
  ASSERT_OK(line);
  EXPECT_EQ(line->words, std::vector<std::string>{"cmdgen:x"});
  EXPECT_EQ(line->own,
            (std::vector<std::string>{"--a-b,=1,2", "-c:1:3", "d=5", "--verbose", "--limit=3"}));
  EXPECT_TRUE(line->has("verbose"));
  EXPECT_FALSE(line->has("limit"));
  EXPECT_EQ(line->arguments, std::vector<std::string>{"-e"});
}

TEST(Invocation, NamedValuesMayStandAlone) {
  Grammar grammar;
  grammar.free_values = true;
  grammar.flags = {"skip_it"};
  const auto line = parse_invocation(grammar, {"--skip-it", "--other=1"});
  ASSERT_OK(line);
  EXPECT_EQ(line->values.at("skip_it"), "yes");
  EXPECT_ERROR(parse_invocation(grammar, {"--other"}), usage, "--other");
  EXPECT_EQ(parse_invocation(grammar, {"--skip_it=no"})->values.at("skip_it"), "no");
}

TEST(InvocationShares, AreFractionsOrPercent) {
  const Grammar grammar{{{"precision", "SHARE", "how narrow"}}, {}, false};
  const auto share = [&](const std::string& text) {
    return parse_invocation(grammar, {"--precision=" + text})->share("precision");
  };
  EXPECT_DOUBLE_EQ(**share("0.02"), 0.02);
  EXPECT_DOUBLE_EQ(**share("2%"), 0.02);
  EXPECT_DOUBLE_EQ(**share("2 %"), 0.02);
  for (const auto* bad : {"", "%", "0", "-1%", "x", "inf"}) {
    const auto refused = share(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, ErrorCode::usage);
  }
  EXPECT_FALSE(*parse_invocation(grammar, {})->share("precision"));
}

Grammar with_variants() {
  Grammar grammar{{{"flags", "FLAGS", "flags"}, {"compare", "", "compare"}}, {"env"}, true};
  grammar.repeatable_with = "compare";
  return grammar;
}

TEST(InvocationVariants, AreOneLineForEachValue) {
  const auto line = parse_invocation(
      with_variants(), {"program:x", "--compare", "--flags=-O2", "--env.N=1", "--model=a",
                        "--flags=-O3", "--env.N=2", "--model=b", "--env.M=3"});
  ASSERT_TRUE(line.has_value()) << line.error().message;
  const auto variants = line->variants();
  ASSERT_TRUE(variants.has_value());
  ASSERT_EQ(variants->size(), 2U);
  EXPECT_EQ(variants->at(0).get("flags"), "-O2");
  EXPECT_EQ(variants->at(1).get("flags"), "-O3");
  EXPECT_EQ(variants->at(1).values.at("model"), "b");
  EXPECT_EQ(variants->at(1).prefixed.at("env"), (Pairs{{"N", "2"}, {"M", "3"}}));
  EXPECT_EQ(line->variant_label(1), "--flags=-O3 --env.N=2 --model=b");
}

TEST(InvocationVariants, OfNothingRepeatedAreTheLineItself) {
  const auto line = parse_invocation(with_variants(), {"--flags=-O2"});
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->variants()->size(), 1U);
}

TEST(InvocationVariants, NeedTheirFlagAndAsManyValuesEach) {
  const auto twice = parse_invocation(with_variants(), {"--flags=-O2", "--flags=-O3"});
  ASSERT_FALSE(twice.has_value());
  EXPECT_NE(twice.error().message.find("given twice"), std::string::npos);
  const auto uneven = parse_invocation(with_variants(), {"--compare", "--flags=1", "--flags=2",
                                                         "--flags=3", "--env.N=1", "--env.N=2"});
  ASSERT_TRUE(uneven.has_value());
  ASSERT_FALSE(uneven->variants().has_value());
  EXPECT_EQ(uneven->variants().error().code, ErrorCode::usage);
  EXPECT_FALSE(parse_invocation(with_variants(), {"--compare", "--compare"}).has_value());
}

}  // namespace
}  // namespace ck::cli
