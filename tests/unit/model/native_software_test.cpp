#include <gtest/gtest.h>

#include "documents.hpp"
#include "model/native_reader.hpp"

namespace ck::model {
namespace {

using test::problems_of;
using Texts = std::vector<std::string>;

Descriptor read(const std::string& file) {
  const auto descriptor = read_descriptor(to_text(test::example(file)), "example", "file");
  EXPECT_TRUE(descriptor.has_value()) << file;
  return descriptor ? *descriptor : Descriptor();
}

TEST(SoftwareReader, ReadsHowToFindIt) {
  const Software software = std::get<Software>(read("software.json"));
  EXPECT_EQ(software.executables, (Texts{"example", "example-[0-9]*"}));
  EXPECT_EQ(software.files, Texts{"lib/*/libexample.so*"});
  EXPECT_EQ(software.roots, (Texts{"/usr", "/opt/*", "/"}));
  EXPECT_EQ(software.version_run, (Texts{"${file}", "--version"}));
  EXPECT_EQ(software.version_pattern, "version ([0-9.]+)");
  EXPECT_EQ(software.required_files.size(), 2u);
  EXPECT_EQ(software.exports.values.size(), 1u);
  EXPECT_TRUE(software.common.version.unknown());
}

TEST(SoftwareReader, ReadsAVersionFromAFile) {
  const Software software = std::get<Software>(read("software-file.json"));
  EXPECT_EQ(software.version_file, "${file}");
  EXPECT_TRUE(software.version_run.empty());
  EXPECT_EQ(software.roots, (Texts{"/usr/local", "/usr", "/opt/*"}));
}

TEST(ScriptReader, ReadsItsCommand) {
  const Script script = std::get<Script>(read("script.json"));
  EXPECT_EQ(script.run.size(), 4u);
  EXPECT_EQ(script.recipe.parameters.size(), 1u);
  EXPECT_EQ(script.recipe.dependencies.at(0).key, "python");
}

TEST(ProfileReader, ReadsVariablesAndLimits) {
  const Profile profile = std::get<Profile>(read("profile.json"));
  EXPECT_EQ(profile.pass, (Texts{"LANG", "LC_*", "[A-C]?"}));
  EXPECT_EQ(profile.variables.at(1).second, "${work}");
  EXPECT_EQ(profile.limits.timeout_seconds, 3600);
}

struct Wrong {
  const char* file;
  const char* patch;
  const char* problem;
};
class WrongDescriptor : public testing::TestWithParam<Wrong> {};

TEST_P(WrongDescriptor, IsRefusedWithTheReason) {
  const std::string expected = std::string("file: ") + GetParam().problem;
  const std::string problem = problems_of(GetParam().file, GetParam().patch);
  EXPECT_EQ(problem.substr(0, expected.size()), expected) << GetParam().patch;
}

const Wrong kCases[] = {
    {"software.json", R"({"find": null})", "/find is missing"},
    {"software.json", R"({"find": {"executables": null, "files": null}})",
     "/find must name what to look for, by 'executables' or 'files'"},
    {"software.json", R"({"find": {"executables": ["bin/x"]}})",
     "/find/executables/0 is 'bin/x', but must be the name of a file"},
    {"software.json", R"({"find": {"files": ["/usr/x"]}})", "/find/files/0 is '/usr/x', but must"},
    {"software.json", R"({"find": {"roots": ["usr"]}})", "/find/roots/0 is 'usr', but must be an"},
    {"software.json", R"({"find": {"roots": ["/usr/../etc"]}})", "/find/roots/0 is '/usr/../etc'"},
    {"software.json", R"({"find": {"roots": []}})", "/find/roots must name at least one folder"},
    {"software.json", R"({"version": "1.0"})", "/version is '1.0', but must be an object"},
    {"software.json", R"({"version": {"file": "${file}"}})",
     "/version must have either 'run' or 'file', and 'pattern'"},
    {"software.json", R"({"version": {"pattern": "[0-9"}})",
     "/version/pattern '[0-9' is no usable"},
    {"software.json", R"({"version": {"run": ["${fle}"]}})",
     "/version/run/0 uses ${fle}, which has no meaning here (did you mean 'file'?)"},
    {"software.json", R"({"requires": {"files": []}})", "/requires/files must name at least one"},
    {"software.json", R"({"requires": {"files": ["${prefix}/x"]}})",
     "/requires/files/0 uses ${prefix}, which has no meaning here (known here: file, directory, "},
    {"software.json", R"({"exports": {"variables": {"LD_PRELOAD": "${file}"}}})",
     "/exports/variables/LD_PRELOAD must not be set for others"},
    {"software.json", R"({"build": {}})", "/build is not a known key"},
    {"script.json", R"({"run": null})", "/run is missing"},
    {"script.json", R"({"run": ["${program.path}"]})", "/run/0 uses ${program.path}"},
    {"script.json", R"({"sources": []})", "/sources is not a known key"},
    {"profile.json", R"({"pass": ["A B"]})", "/pass/0 is 'A B', but must be a pattern"},
    {"profile.json", R"({"pass": "A"})", "/pass is 'A', but must be an array"},
    {"profile.json", R"({"variables": {"X": "${prefix}"}})",
     "/variables/X uses ${prefix}, which has no meaning here (known here: work)"},
};
INSTANTIATE_TEST_SUITE_P(All, WrongDescriptor, testing::ValuesIn(kCases));

}  // namespace
}  // namespace ck::model
