#include <gtest/gtest.h>

#include "documents.hpp"
#include "model/native_reader.hpp"

namespace ck::model {
namespace {

using test::problems_of;

Recipe recipe_of(const std::string& file) {
  const auto descriptor = read_descriptor(to_text(test::example(file)), "example", "file");
  EXPECT_TRUE(descriptor.has_value()) << file;
  return descriptor ? std::get<Package>(*descriptor).recipe : Recipe();
}

/// What is wrong with the package example when `patch` is merged into it, in one line.
std::string problem(std::string_view patch) { return problems_of("package.json", patch); }

TEST(Recipe, ReadsParameters) {
  const Recipe recipe = recipe_of("package.json");
  ASSERT_EQ(recipe.parameters.size(), 5u);
  EXPECT_EQ(recipe.parameters[0].name, "model");
  EXPECT_EQ(recipe.parameters[0].type, Parameter::Type::choice);
  EXPECT_EQ(recipe.parameters[0].choices, (std::vector<std::string>{"small", "large"}));
  EXPECT_EQ(recipe.parameters[0].default_value, "small");
  EXPECT_EQ(recipe.parameters[1].default_value, "3");
  EXPECT_EQ(recipe.parameters[1].unit, "images");
  EXPECT_EQ(recipe.parameters[2].default_value, "0.5");
  EXPECT_EQ(recipe.parameters[3].default_value, "true");
  EXPECT_EQ(recipe.parameters[4].default_value, "");
}

TEST(Recipe, ReadsDependencies) {
  const Recipe recipe = recipe_of("package.json");
  ASSERT_EQ(recipe.dependencies.size(), 3u);
  const Dependency& compiler = recipe.dependencies[0];
  EXPECT_EQ(compiler.key, "compiler");
  EXPECT_EQ(compiler.text(),
            "software compiler,cpp with c++20 or c++17,concepts without clang version >=12,<14");
  EXPECT_FALSE(compiler.is_private);
  EXPECT_TRUE(compiler.when.any_of.empty());
  const Dependency& weights = recipe.dependencies[1];
  EXPECT_TRUE(weights.is_private);
  EXPECT_EQ(weights.when.choices_text(), "'compiler' is gcc version >=12");
  EXPECT_TRUE(weights.when.holds(
      {{"model", "large"}, {"fast", "true"}, {"threads", "openmp"}, {"size", "3"}}));
  EXPECT_EQ(recipe.dependencies[2].name, "example-tool");
}

TEST(Recipe, ReadsConditionsOnChoicesAndConflicts) {
  const char* text = R"({"schema": "ck.package/1", "name": "p", "uid": "0123456789abcdef",
    "dependencies": {
      "compiler": {"any_tags": ["gcc", ["clang", "lto"]]},
      "omp": {"tags": ["libomp"], "when": {"dep:compiler": "clang"}},
      "rt": {"name": "rt", "when": {"dep:compiler": ["clang", "icc"]}},
      "old": {"tags": ["old"], "when": {"dep:compiler": {"tags": ["gcc"], "version": "<9"}}}},
    "conflicts": [{"tags": ["mkl"], "version": "<2020", "description": "same symbols"}],
    "variations": {
      "link": {"options": {"static": {"excludes": ["openmp"], "conflicts": [{"name": "pie"}]}}},
      "threads": {"options": {"openmp": {}}}}})";
  const auto descriptor = read_descriptor(text, "p", "file");
  ASSERT_TRUE(descriptor.has_value()) << descriptor.error().message;
  const auto& recipe = std::get<Package>(*descriptor).recipe;
  EXPECT_EQ(recipe.dependencies[0].text(), "with gcc or clang,lto");
  EXPECT_EQ(recipe.dependencies[1].when.choices_text(), "'compiler' is clang");
  EXPECT_EQ(recipe.dependencies[2].when.choices_text(), "'compiler' is with clang or icc");
  EXPECT_EQ(recipe.dependencies[3].when.choices_text(), "'compiler' is gcc version <9");
  ASSERT_EQ(recipe.conflicts.size(), 1u);
  EXPECT_EQ(recipe.conflicts[0].wish.text(), "mkl version <2020");
  EXPECT_EQ(recipe.conflicts[0].description, "same symbols");
  const auto& option = recipe.variations[0].options[0];
  EXPECT_EQ(option.excludes, std::vector<std::string>{"openmp"});
  EXPECT_EQ(option.conflicts.at(0).wish.name, "pie");
}

TEST(Recipe, ReadsSources) {
  const Recipe recipe = recipe_of("package.json");
  ASSERT_EQ(recipe.sources.size(), 7u);
  EXPECT_EQ(std::get<FilesSource>(recipe.sources[0]).path, ".");
  const UrlSource& archive = std::get<UrlSource>(recipe.sources[1]);
  EXPECT_EQ(archive.urls.size(), 2u);
  EXPECT_EQ(archive.size_bytes, 1024u);
  EXPECT_EQ(archive.strip, 1u);
  EXPECT_EQ(archive.to, "archive");
  const UrlSource& plain = std::get<UrlSource>(recipe.sources[2]);
  EXPECT_EQ(plain.urls, std::vector<std::string>{"http://example.org/one"});
  EXPECT_TRUE(plain.unpack);
  EXPECT_EQ(std::get<GitSource>(recipe.sources[3]).url, "git@example.org:me/example.git");
  EXPECT_EQ(std::get<DebianSource>(recipe.sources[4]).version, "1:1.2.0+dfsg-1");
  EXPECT_EQ(std::get<DebianSource>(recipe.sources[4]).paths, std::vector<std::string>{"usr/lib/*"});
  EXPECT_EQ(std::get<PipSource>(recipe.sources[5]).version, "1.26.4");
  EXPECT_EQ(std::get<PipSource>(recipe.sources[5]).from, "https://example.org/numpy.whl");
  EXPECT_EQ(std::get<NpmSource>(recipe.sources[6]).package, "@example/left-pad");
}

TEST(Recipe, ReadsVariations) {
  const Recipe recipe = recipe_of("package.json");
  ASSERT_EQ(recipe.variations.size(), 2u);
  EXPECT_EQ(recipe.variations[0].default_option, "openmp");
  ASSERT_EQ(recipe.variations[0].options.size(), 2u);
  const Variation& openmp = recipe.variations[0].options[0];
  EXPECT_EQ(openmp.tags.text(), "openmp");
  EXPECT_EQ(openmp.variables, (NamedTexts{{"CXXFLAGS", "-fopenmp"}}));
  EXPECT_EQ(openmp.dependencies.at(0).key, "openmp");
  EXPECT_FALSE(recipe.variations[1].default_option.has_value());
}

TEST(Recipe, ReadsBuildExportsAndCheck) {
  const Recipe recipe = recipe_of("package.json");
  EXPECT_EQ(recipe.build.system, Build::System::cmake);
  EXPECT_EQ(recipe.build.options.at(1),
            std::make_pair(std::string("THREADS"), std::string("${threads}")));
  EXPECT_EQ(recipe.build.targets.size(), 2u);
  EXPECT_EQ(recipe.exports.values.at(0).first, "file");
  EXPECT_EQ(recipe.exports.prepend.size(), 2u);
  EXPECT_EQ(recipe.check.files.at(1).path, "include/${model}.hpp");
  EXPECT_EQ(recipe.check.run.at(1), "--version");

  const Build commands = recipe_of("dataset.json").build;
  ASSERT_EQ(commands.commands.size(), 1u);
  EXPECT_EQ(commands.commands[0].run.at(1), "${source}/build.sh");
  EXPECT_EQ(commands.commands[0].directory, "sub/${model}");
  EXPECT_EQ(commands.commands[0].variables.size(), 1u);
}

TEST(Recipe, KeepsWhatADatasetHoldsAsCompactJson) {
  const auto dataset = read_descriptor(to_text(test::example("dataset.json")), "example", "file");
  ASSERT_TRUE(dataset.has_value());
  EXPECT_EQ(std::get<Package>(*dataset).holds, R"({"samples":1797,"splits":{"train":397}})");
  EXPECT_EQ(std::get<Package>(*dataset).common.kind, Kind::dataset);
  EXPECT_EQ(problems_of("dataset.json", R"({"holds": [1]})"), "file: /holds must be an object");
  EXPECT_EQ(problem(R"({"holds": {}})").substr(0, 35), "file: /holds is not a known key (kn");
}

struct Wrong {
  const char* patch;
  const char* problem;  ///< how it begins, after "file: "
};

class WrongRecipe : public testing::TestWithParam<Wrong> {};

TEST_P(WrongRecipe, IsRefusedWithTheReason) {
  const std::string expected = std::string("file: ") + GetParam().problem;
  EXPECT_EQ(problem(GetParam().patch).substr(0, expected.size()), expected) << GetParam().patch;
}

const Wrong kParameters[] = {
    {R"({"parameters": {"1x": {"type": "string"}}})",
     "/parameters/1x must be a name of letters, digits and '_' that does not start with a digit"},
    {R"({"parameters": {"x": {"type": "strin", "default": 3}}})",
     "/parameters/x/type is 'strin', but must be one of 'choice', 'string', 'integer', 'number', "
     "'boolean' (did you mean 'string'?)"},
    {R"({"parameters": {"x": {}}})", "/parameters/x/type is missing"},
    {R"({"parameters": {"x": {"type": "choice"}}})",
     "/parameters/x/choices must name what can be chosen"},
    {R"({"parameters": {"x": {"type": "choice", "choices": ["a", "a"]}}})",
     "/parameters/x/choices/1 stands there twice"},
    {R"({"parameters": {"x": {"type": "choice", "choices": ["a b"]}}})",
     "/parameters/x/choices/0 is 'a b', but must be a name"},
    {R"({"parameters": {"x": {"type": "integer", "choices": ["1"]}}})",
     "/parameters/x/choices belongs to the type 'choice' only"},
    {R"({"parameters": {"model": {"default": "smal"}}})",
     "/parameters/model/default parameter 'model' is 'smal', but must be one of 'small', 'large' "
     "(did you mean 'small'?)"},
    {R"({"parameters": {"size": {"default": "3"}}})",
     "/parameters/size/default does not have the parameter's type 'integer'"},
    {R"({"parameters": {"size": {"default": 3.5}}})",
     "/parameters/size/default does not have the parameter's type 'integer'"},
    {R"({"parameters": {"size": {"default": 18446744073709551615}}})",
     "/parameters/size/default parameter 'size' is '18446744073709551615', but must be a whole"},
    {R"({"parameters": {"threads": {"type": "string"}}})",
     "/variations/threads has the name of a parameter"},
    {R"({"parameters": {"prefix": {"type": "string"}}})",
     "/parameters/prefix must have another name: ${prefix} has a meaning already"},
};
INSTANTIATE_TEST_SUITE_P(Parameters, WrongRecipe, testing::ValuesIn(kParameters));

const Wrong kDependencies[] = {
    {R"({"dependencies": {"a b": {"tags": ["x"]}}})", "/dependencies/a b must be a key"},
    {R"({"dependencies": {"x": {}}})",
     "/dependencies/x must say what it needs, by 'tags', 'any_tags' or 'name'"},
    {R"({"dependencies": {"x": {"no_tags": ["y"]}}})", "/dependencies/x must say what it needs"},
    {R"({"dependencies": {"x": {"tags": [1]}}})", "/dependencies/x/tags/0 must be a string"},
    {R"({"dependencies": {"x": {"tags": []}}})", "/dependencies/x must say what it needs"},
    {R"({"dependencies": {"x": {"tags": ["y"], "kind": "progam"}}})",
     "/dependencies/x/kind is 'progam', but must be one of"},
    {R"({"dependencies": {"x": {"tags": ["y"], "version": ">=1 <2"}}})",
     "/dependencies/x/version '>=1 <2' is no version range: bounds are separated by commas"},
    {R"({"dependencies": {"x": {"name": "../y"}}})",
     "/dependencies/x/name is '../y', but must be the name or UID of a component"},
    {R"({"dependencies": {"x": {"tags": ["${modl}"]}}})",
     "/dependencies/x/tags/0 uses ${modl}, which has no meaning here (did you mean 'model'?)"},
    {R"({"dependencies": {"x": {"tags": ["${prefix}"]}}})",
     "/dependencies/x/tags/0 uses ${prefix}, which has no meaning here (known here:"},
    {R"({"dependencies": {"x": {"tags": ["a${b"]}}})",
     "/dependencies/x/tags/0 'a${b' has a '${' without a '}'"},
    {R"({"dependencies": {"x": {"tags": ["y"], "when": {"modle": "small"}}}})",
     "/dependencies/x/when/modle is no parameter or variation group of this component (did you "
     "mean 'model'?)"},
    {R"({"dependencies": {"x": {"tags": ["y"], "when": {"model": ["small", "smal"]}}}})",
     "/dependencies/x/when/model/1 can never hold: parameter 'model' is 'smal'"},
    {R"({"dependencies": {"x": {"tags": ["y"], "when": {"threads": "tbb"}}}})",
     "/dependencies/x/when/threads can never hold: parameter 'threads' is 'tbb'"},
    {R"({"dependencies": {"x": {"tags": ["y"], "when": {"model": []}}}})",
     "/dependencies/x/when/model must name at least one value"},
    {R"({"dependencies": {"x": {"tags": ["y"], "when": {"model": {}}}}})",
     "/dependencies/x/when/model must be a value or an array of values"},
    {R"({"dependencies": {"x": {"tags": ["y"], "when": {"dep:compilr": "gcc"}}}})",
     "/dependencies/x/when/dep:compilr looks at the dependency 'compilr', which this component "
     "does not have (did you mean 'compiler'?)"},
    {R"({"dependencies": {"x": {"tags": ["y"], "when": {"dep:compiler": 3}}}})",
     "/dependencies/x/when/dep:compiler must be a tag, an array of tags or an object"},
    {R"({"dependencies": {"x": {"tags": ["y"], "when": {"dep:compiler": {"tag": ["a"]}}}}})",
     "/dependencies/x/when/dep:compiler/tag is not a known key"},
    {R"({"dependencies": {"x": {"tags": ["y"], "when": {"dep:compiler": ["a", 3]}}}})",
     "/dependencies/x/when/dep:compiler/1 must be a tag or an array of tags"},
    {R"({"dependencies": {"x": {"any_tags": []}}})",
     "/dependencies/x/any_tags must be an array of at least one alternative"},
    {R"({"dependencies": {"x": {"any_tags": ["a b"]}}})",
     "/dependencies/x/any_tags/0 is 'a b', but must be a tag"},
    {R"({"conflicts": [{"version": "<2"}]})",
     "/conflicts/0 must say what cannot be used with it, by 'tags', 'any_tags' or 'name'"},
    {R"({"conflicts": [{"tags": ["y"], "when": {"dep:compiler": "gcc"}}]})",
     "/conflicts/0/when may only name parameters and variation groups"},
    {R"({"variations": {"threads": {"options": {"openmp": {"excludes": ["serial"]}}}}})",
     "/variations/threads/options/openmp/excludes/0 is no option of another variation group"},
};
INSTANTIATE_TEST_SUITE_P(Dependencies, WrongRecipe, testing::ValuesIn(kDependencies));

const Wrong kSources[] = {
    {R"({"sources": [{}]})",
     "/sources/0 must have exactly one of the keys 'files', 'url', 'git', 'debian', 'pip' and "
     "'npm'"},
    {R"({"sources": [{"files": ".", "git": "https://a/b"}]})",
     "/sources/0 must have exactly one of"},
    {R"({"sources": [3]})", "/sources/0 is 3, but must be an object"},
    {R"({"sources": [{"files": "/etc"}]})", "/sources/0/files is '/etc', but must be a relative"},
    {R"({"sources": [{"files": "a/../../b"}]})", "/sources/0/files is 'a/../../b', but must be"},
    {R"({"sources": [{"files": ".", "to": "../x"}]})", "/sources/0/to is '../x', but must be"},
    {R"({"sources": [{"files": "a\\b"}]})", "/sources/0/files is 'a\\b', but must be"},
    {R"({"sources": [{"files": ""}]})", "/sources/0/files is '', but must be"},
    {R"({"sources": [{"files": "${prefix}"}]})", "/sources/0/files uses ${prefix}, which has no"},
    {R"({"sources": [{"url": "https://a/b"}]})", "/sources/0/sha256 is missing"},
    {R"({"sources": [{"url": "https://a/b", "sha256": "00"}]})",
     "/sources/0/sha256 is '00', but must be 64 lower-case hex digits"},
    {R"({"sources": [{"git": "https://a/b", "commit": "main"}]})",
     "/sources/0/commit is 'main', but must be a commit: 40 lower-case hex digits"},
    {R"({"sources": [{"git": "ssh://-oProxyCommand=x/y", "commit": "0123456789abcdef0123456789abcdef01234567"}]})",
     "/sources/0/git is 'ssh://-oProxyCommand=x/y', but must be a git URL"},
    {R"({"sources": [{"git": "/srv/x", "commit": "0123456789abcdef0123456789abcdef01234567"}]})",
     "/sources/0/git is '/srv/x', but must be a git URL"},
    {R"({"sources": [{"debian": "lib x", "version": "1", "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}]})",
     "/sources/0/debian is 'lib x', but must be the name of a Debian package"},
    {R"({"sources": [{"debian": "libx", "version": "-1", "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}]})",
     "/sources/0/version is '-1', but must be the version of a Debian package"},
    {R"({"sources": [{"debian": "libx", "version": "1", "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "paths": ["/usr"]}]})",
     "/sources/0/paths/0 is '/usr', but must be a relative path"},
};
INSTANTIATE_TEST_SUITE_P(Sources, WrongRecipe, testing::ValuesIn(kSources));

TEST(UrlSource, MustBeOnTheWebOrAFile) {
  for (const std::string url :
       {"ftp://a/b", "https://", "https:///b", "https://-x/y", "file://host/x", "file:///", "a/b",
        "https://a b/c", "https://a/\\n", "javascript:x", "", "https://a/`x`", "https://a/${"}) {
    Json document = test::example("package.json");
    document["sources"][2]["url"] = url;
    EXPECT_NE(problems_of(document), "") << url;
  }
  for (const std::string url : {"https://a/b", "http://user@host:8080/b?c=d#e", "file:///srv/x",
                                "https://a/${version}/${model}.tgz", "https://[::1]/x"}) {
    Json document = test::example("package.json");
    document["sources"][2]["url"] = url;
    EXPECT_EQ(problems_of(document), "") << url;
  }
}

TEST(UrlSource, HasFieldsThatFitTogether) {
  Json document = test::example("package.json");
  document["sources"][1]["unpack"] = false;
  EXPECT_EQ(problems_of(document),
            "file: /sources/1/strip belongs to archives that are unpacked only");
  document = test::example("package.json");
  document["sources"][1]["url"] = Json::array();
  EXPECT_EQ(problems_of(document), "file: /sources/1/url must be a URL or an array of URLs");
  document = test::example("package.json");
  document["sources"][1]["size_bytes"] = 0;
  EXPECT_NE(problems_of(document).find("/sources/1/size_bytes is 0"), std::string::npos);
}

const Wrong kRest[] = {
    {R"({"variations": {"threads": {"default": "opnmp"}}})",
     "/variations/threads/default must be one of 'openmp', 'none', or null (did you mean "
     "'openmp'?)"},
    {R"({"variations": {"other": {}}})", "/variations/other/options must hold from 1 to 1000"},
    {R"({"variations": {"a-b": {"options": {"x": {}}}}})", "/variations/a-b must be a name"},
    {R"({"variations": {"other": {"options": {"a/b": {}}}}})",
     "/variations/other/options/a~1b must be a name"},
    {R"({"variations": {"threads": {"options": {"none": {"dependencies": {"y": {"tags": ["${x}"]}}}}}}})",
     "/variations/threads/options/none/dependencies/y/tags/0 uses ${x}"},
    {R"({"build": {"system": "none", "targets": null}})",
     "/build/options belongs to the systems 'cmake' and 'make' only"},
    {R"({"build": {"commands": [{"run": ["x"]}]}})",
     "/build/commands belongs to the system 'commands' only"},
    {R"({"build": {"system": "commands", "options": null, "targets": null}})",
     "/build/commands must hold at least one command"},
    {R"({"build": {"system": "commands", "options": null, "targets": null, "commands": [{"run": []}]}})",
     "/build/commands/0/run must name a command to run"},
    {R"({"build": {"system": "commands", "options": null, "targets": null, "commands": [{"run": ["", "x"]}]}})",
     "/build/commands/0/run/0 must name a command to run"},
    {R"({"build": {"system": "commands", "options": null, "targets": null, "commands": [{"run": ["x"], "cwd": "${build}"}]}})",
     "/build/commands/0/cwd uses ${build}, which has no meaning here"},
    {R"({"build": {"system": "commands", "options": null, "targets": null, "commands": [{"run": ["x"], "variables": {"A=B": "c"}}]}})",
     "/build/commands/0/variables/A=B must be the name of an environment variable"},
    {R"({"build": {"options": {"-D": "x"}}})", "/build/options/-D must be the name of a build"},
    {R"({"build": {"options": {"X": "${compilr.path}"}}})",
     "/build/options/X uses ${compilr.path}, which has no meaning here (did you mean "
     "'compiler.path'?)"},
    {R"({"build": {"options": {"X": "${program.path}"}}})",
     "/build/options/X uses ${program.path}"},
    {R"({"build": {"options": {"X": "${compiler.}"}}})", "/build/options/X uses ${compiler.}"},
    {R"({"build": {"options": {"X": "${compiler}"}}})", "/build/options/X uses ${compiler}"},
    {R"({"exports": {"values": {"a.b": "c"}}})", "/exports/values/a.b must be a name"},
    {R"({"exports": {"variables": {"LD_PRELOAD": "x"}}})",
     "/exports/variables/LD_PRELOAD must not be set for others: it makes them run other code"},
    {R"({"exports": {"variables": {"PATH": "x"}}})",
     "/exports/variables/PATH must not be replaced (put it under 'prepend')"},
    {R"({"exports": {"variables": {"HOME": "x"}}})", "/exports/variables/HOME must not be set"},
    {R"({"exports": {"prepend": {"LD_AUDIT": "x"}}})", "/exports/prepend/LD_AUDIT must not be set"},
    {R"({"exports": {"prepend": {"PATH": ""}}})", "/exports/prepend/PATH must not be empty"},
    {R"({"check": {"files": [{"path": "x"}]}})", "/check/files/0/sha256 is missing"},
    {R"({"check": {"files": [7]}})", "/check/files/0 is 7, but must be an object"},
};
INSTANTIATE_TEST_SUITE_P(Rest, WrongRecipe, testing::ValuesIn(kRest));

}  // namespace
}  // namespace ck::model
