// Every file-system call of an installation fails once: a clear error, the old state is intact, and
// the next call succeeds.
//
// With CK_FAULT_FULL set every call fails with each error; else they take turns, and only every
// fifth call fails.

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "support/ck_test.hpp"

namespace ck::test {
namespace {

constexpr std::array kErrors{ENOSPC, EACCES, EIO};

class FailingCalls : public CkTest {
 protected:
  void SetUp() override {
    if (!fs::exists(CK_FAILING_CALLS)) GTEST_SKIP() << "built without " << CK_FAILING_CALLS;
    components.package("base", "echo base >\"$1/base\"", R"("tags": ["base"])");
    components.package("victim",
                       "mkdir \"$1/d\"; echo one >\"$1/d/one\"; ln -s one \"$1/d/two\"; echo said",
                       R"("dependencies": {"lib": {"tags": ["base"]}},
                          "sources": [{"files": "data", "to": "in"}])");
    components.file("package", "victim", "data/x", "content");
    components.program("sound", "echo fine", R"("dependencies": {"lib": {"tags": ["base"]}})");
    import();
    ASSERT_TRUE(succeeds(ck("run program:sound --quiet")));
  }

  /// The line with one call failing; whether there was such a call.
  bool with_failure(const std::string& line, std::size_t number, int error, CkResult& result) {
    const fs::path told = folder / "told";
    fs::remove(told);
    result = ck(line, {{"LD_PRELOAD", CK_FAILING_CALLS},
                       {"CK_FAIL_BELOW", home().string()},
                       {"CK_FAIL_AT", std::to_string(number)},
                       {"CK_FAIL_ERRNO", std::to_string(error)},
                       {"CK_FAIL_TOLD", told.string()}});
    if (!fs::exists(told)) return false;
    what_ = read_text(told) + std::strerror(error);
    return true;
  }

  /// Lets one call after the other fail, until none is left; `undo` makes the next one possible.
  void fail_each(const std::string& line, const std::string& undo) {
    const bool full = std::getenv("CK_FAULT_FULL") != nullptr;
    std::size_t number = 1, failures = 0;
    for (;; number += full ? 1 : 5) {
      bool any = false;
      for (std::size_t i = 0; i < (full ? kErrors.size() : 1); ++i) {
        CkResult result;
        const int error = kErrors[(number + i) % kErrors.size()];
        if (!with_failure(line, number, error, result)) break;
        any = true;
        SCOPED_TRACE("call " + std::to_string(number) + ": " + what_);
        failures += result.code != 0;
        check(result);
        ASSERT_TRUE(succeeds(ck(line)));
        ASSERT_TRUE(succeeds(ck("verify env --all --quiet")));
        ASSERT_TRUE(succeeds(ck(undo)));
        if (HasFailure()) return;
      }
      if (!any) break;
    }
    EXPECT_GT(failures, full ? 10U : 2U);
    EXPECT_EQ(points("sound").size(), 1U);
    expect_clean();
    RecordProperty("calls", static_cast<int>(number - 1));
    std::printf("%s: %zu calls, %zu failures told\n", line.c_str(), number - 1, failures);
  }

 private:
  /// Told in one error, or of no consequence.
  void check(const CkResult& result) {
    EXPECT_TRUE(result.code == 0 || result.code == 1) << result.code << "\n" << result.err;
    if (result.code == 0) return;
    EXPECT_NE(result.err.find("ck: "), std::string::npos) << result.err;
  }
  std::string what_;
};

TEST_F(FailingCalls, OfAnInstallation) { fail_each("install package:victim", "rm env:victim"); }

TEST_F(FailingCalls, OfARebuild) {
  ASSERT_TRUE(succeeds(ck("install package:victim")));
  fail_each("install package:victim --rebuild", "install package:victim");
}

TEST_F(FailingCalls, OfARemoval) {
  ASSERT_TRUE(succeeds(ck("install package:victim")));
  const bool full = std::getenv("CK_FAULT_FULL") != nullptr;
  for (std::size_t number = 1;; number += full ? 1 : 5) {
    CkResult result;
    if (!with_failure("rm env:victim", number, EIO, result)) break;
    SCOPED_TRACE("call " + std::to_string(number));
    EXPECT_TRUE(result.code == 0 || result.code == 1) << result.code << "\n" << result.err;
    ASSERT_TRUE(succeeds(ck("install package:victim")));
    ASSERT_TRUE(succeeds(ck("verify env --all --quiet")));
  }
  // The last one met no failure.
  EXPECT_EQ(environments().size(), 2U);
  expect_clean();
}

}  // namespace
}  // namespace ck::test
