// Which component a request means, and what is said when there is none.

#include "base/strings.hpp"
#include "support/ck_test.hpp"

namespace ck::test {
namespace {

/// package:lib 1.0.0 in the repository that was registered first, 2.0.0 in another.
class Choice : public CkTest {
 protected:
  Choice() {
    components.package("lib", "echo older >\"$1/lib\"", R"("tags": ["lib", "foo"])");
    newer.component("package", "lib", R"("tags": ["lib", "foo"],
      "variations": {"threads": {"options": {"openmp": {}}}},
      "build": {"system": "commands", "commands": [
        {"run": ["/bin/sh", "-c", "echo newer >${prefix}/lib"]}]})",
                    "2.0.0");
    import();
    EXPECT_TRUE(succeeds(ck({"import", "repo", "--path=" + newer.folder().string()})));
  }

  /// What an installation put there.
  std::string installed(const std::string& line) const {
    const auto result = ck("install " + line);
    EXPECT_TRUE(succeeds(result));
    return read_text(fs::path(std::string(trim(result.out))) / "lib");
  }

  const ComponentWriter newer{folder / "newer", "newer"};
};

TEST_F(Choice, IsOfTheWantedVersion) {
  EXPECT_EQ(installed("package:lib"), "older\n");
  EXPECT_EQ(installed("package:lib --version=>=2"), "newer\n");
  EXPECT_EQ(installed("package --tags=lib,foo --version=>=2"), "newer\n");
  EXPECT_EQ(installed("package --tags=lib,foo --version=<2"), "older\n");
  EXPECT_TRUE(fails(ck("install package:lib --version=>=3"), 1,
                    "tiny:package:lib is version 1.0.0, newer:package:lib is version 2.0.0; wanted "
                    "is >=3"));
}

TEST_F(Choice, IsOfOneNameOnceTheVersionDecides) {
  components.package("another", "echo another >\"$1/lib\"", R"("tags": ["lib", "foo"])");
  EXPECT_TRUE(fails(ck("install package --tags=lib,foo"), 1, "3 components have the tags"));
  EXPECT_EQ(installed("package --tags=lib,foo --version=>=2"), "newer\n");
  EXPECT_EQ(installed("package --tags=lib,foo --variation=openmp"), "newer\n");
}

TEST_F(Choice, HasTheWantedVariations) {
  EXPECT_EQ(installed("package:lib --variation=openmp"), "newer\n");
  const auto none = ck("install package:lib --variation=opemp");
  EXPECT_TRUE(fails(none, 2, "none of 2 components has the variations opemp"));
  EXPECT_TRUE(fails(none, 2, "did you mean 'openmp'?"));
  EXPECT_TRUE(
      fails(ck("install newer:package:lib --variation=zzz"), 2, "there is no variation 'zzz'"));
}

TEST_F(Choice, NamesTheParameterThatAsksForWhatIsPinned) {
  for (const std::string name : {"a", "b"}) {
    components.package("data-" + name, "echo x >\"$1/x\"",
                       R"("tags": ["data", ")" + name + R"("])");
  }
  components.component("program", "choosing", R"("build": {"system": "none"},
    "parameters": {"which": {"type": "choice", "choices": ["a", "b"], "default": "a"}},
    "dependencies": {"data": {"tags": ["data", "${which}"]}},
    "commands": {"run": {"run": ["/bin/true"]}})");
  for (const std::string pin : {"package:data-b@1.0", "tags:b"}) {
    const auto result = ck("run program:choosing --dep.data=" + pin);
    EXPECT_TRUE(fails(result, 1, "give --which=b: then 'data' asks for "));
    EXPECT_EQ(result.err.find("nothing is named"), std::string::npos) << result.err;
  }
  EXPECT_TRUE(fails(ck("run program:choosing --dep.data=package:data-b"), 1,
                    "package:data-b 1.0.0 lacks the tag a"));
  EXPECT_TRUE(succeeds(ck("run program:choosing --which=b --dep.data=package:data-b")));
}

}  // namespace
}  // namespace ck::test
