// Independent packages are built at the same time.

#include <signal.h>

#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"

namespace ck::test {
namespace {

class Parallel : public CkTest {
 protected:
  /// A package that ends only when the other one has begun.
  void meeting(const std::string& name, const std::string& other) const {
    components.package(name,
                       "touch '" + (folder / name).string() + "'; n=0; until [ -e '" +
                           (folder / other).string() +
                           "' ]; do sleep 0.01; n=$((n+1)); [ $n -lt 500 ] || exit 9; done; echo "
                           "\"$MAKEFLAGS $CMAKE_BUILD_PARALLEL_LEVEL\" >\"$1/jobs\"",
                       R"("tags": [")" + name + "\"]");
  }
  void both(const std::string& a, const std::string& b) const {
    components.package(
        "both", "echo x >\"$1/x\"",
        R"("dependencies": {"a": {"tags": [")" + a + R"("]}, "b": {"tags": [")" + b + "\"]}}");
  }
};

TEST_F(Parallel, IndependentPackagesMeet) {
  meeting("one", "two");
  meeting("two", "one");
  both("one", "two");
  import();
  const auto result = ck("install package:both --jobs=4 --profile=host");
  ASSERT_TRUE(succeeds(result));
  EXPECT_EQ(environments().size(), 3U);
  for (const auto& id : environments()) {
    const fs::path jobs = home() / "envs" / id / "jobs";
    if (!fs::exists(jobs)) continue;
    EXPECT_EQ(read_text(jobs), "-j2 2\n") << "each gets its share";
  }
  expect_clean();
}

TEST_F(Parallel, OneJobBuildsOneAfterTheOther) {
  const fs::path busy = folder / "busy";
  for (const char* name : {"one", "two"})
    components.package(name,
                       "mkdir '" + busy.string() + "' || exit 9; sleep 0.03; rmdir '" +
                           busy.string() + "'; echo x >\"$1/x\"",
                       R"("tags": [")" + std::string(name) + "\"]");
  both("one", "two");
  import();
  EXPECT_TRUE(succeeds(ck("install package:both --jobs=1 --profile=host")));
  EXPECT_TRUE(fails(ck("install package:both --jobs=0"), 2, "jobs"));
  EXPECT_TRUE(fails(ck("install package:both --jobs=many"), 2, "jobs"));
}

TEST_F(Parallel, FirstFailureStopsTheOthers) {
  const fs::path began = folder / "began";
  components.package("slow", "touch '" + began.string() + "'; exec sleep 60",
                     R"("tags": ["slow"])");
  components.package(
      "bad", "until [ -e '" + began.string() + "' ]; do sleep 0.01; done; echo words; exit 3",
      R"("tags": ["bad"])");
  both("slow", "bad");
  import();
  const auto begin = std::chrono::steady_clock::now();
  const auto result = ck("install package:both --jobs=2 --quiet --profile=host");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_TRUE(fails(result, 1, "building package:bad 1.0.0 failed"));
  EXPECT_NE(result.err.find("words"), std::string::npos) << result.err;
  EXPECT_EQ(environments(), std::vector<std::string>());
  expect_clean();
}

TEST_F(Parallel, InterruptEndsAll) {
  for (const char* name : {"one", "two"})
    components.package(name, "touch '" + (folder / name).string() + "'; exec sleep 60",
                       R"("tags": [")" + std::string(name) + "\"]");
  both("one", "two");
  import();
  CkProcess install = start("install package:both --jobs=2 --profile=host");
  wait_for(folder / "one");
  wait_for(folder / "two");
  install.signal(SIGINT);
  EXPECT_EQ(install.wait().code, 130);
  EXPECT_EQ(environments(), std::vector<std::string>());
  expect_clean();
}

TEST_F(Parallel, WhoWaitsIsToldForWhom) {
  const fs::path began = folder / "began";
  const fs::path go = folder / "go";
  components.package("slow", "touch '" + began.string() + "'; until [ -e '" + go.string() +
                                 "' ]; do sleep 0.005; done; echo x >\"$1/x\"");
  import();
  CkProcess first = start("install package:slow --profile=host");
  wait_for(began);
  const std::string told =
      "waiting for process " + std::to_string(first.id()) +
      " (ck install package:slow --profile=host), which makes package:slow 1.0.0";
  CkProcess second = start("install package:slow --profile=host");
  EXPECT_FALSE(second.ends_within(std::chrono::milliseconds(50)));
  CkProcess third = start("install package:slow --profile=host");
  EXPECT_FALSE(third.ends_within(std::chrono::milliseconds(50)));
  third.signal(SIGINT);
  EXPECT_EQ(third.wait().code, 130) << "waiting can be interrupted";
  write_text(go, "");
  EXPECT_TRUE(succeeds(first.wait()));
  const auto waited = second.wait();
  EXPECT_TRUE(succeeds(waited));
  EXPECT_NE(waited.err.find(told), std::string::npos) << waited.err;
}

TEST_F(Parallel, VariationVersionJobsAndDryRunAsInTheManual) {
  components.component("package", "lib-foo",
                       R"("build": {"system": "commands", "commands": [{"run": ["/bin/true"]}]},
         "variations": {"threads": {"default": "serial", "options": {"serial": {}, "openmp": {}}},
                        "linkage": {"default": "shared", "options": {"shared": {}, "static": {}}}})",
                       "1.4.0");
  import();
  const auto plan = ck({"install", "package:lib-foo", "--variation=openmp,static",
                        "--version=>=1.2,<2", "--jobs=2", "--dry-run"});
  ASSERT_TRUE(succeeds(plan));
  EXPECT_TRUE(fails(ck("install package:lib-foo --variation=openmpi --dry-run"), 2, "openmp"));
  EXPECT_TRUE(fails(ck({"install", "package:lib-foo", "--version=>=2", "--dry-run"}), 1, "1.4.0"));
}

}  // namespace
}  // namespace ck::test
