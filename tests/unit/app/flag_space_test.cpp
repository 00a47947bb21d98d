#include "app/flag_space.hpp"

#include <gtest/gtest.h>

namespace ck::app {
namespace {

using Names = std::vector<std::string>;

TEST(OptimisationSwitches, AreReadFromGccsHelp) {
  EXPECT_EQ(optimisation_switches("The following options control optimizations:\n"
                                  "  -O<number>                  Set optimization level\n"
                                  "  -Ofast                      Optimize for speed\n"
                                  "  -funroll-loops              Perform loop unrolling -fbogus\n"
                                  "  -falign-loops               Align the start of loops.\n"
                                  "  -falign-loops=<number>      Align the start of loops.\n"
                                  "  -fno-threadsafe-statics     Do not\n"
                                  "  -fivopts\n"
                                  "  --param=x=<0,1>\n",
                                  CompilerFamily::gcc),
            (Names{"align-loops", "ivopts", "unroll-loops"}));
}

TEST(OptimisationSwitches, AreReadFromClangsHelpBothWaysOnce) {
  EXPECT_EQ(optimisation_switches("  -fno-slp-vectorize      Disable the superword vectorizer\n"
                                  "  -fslp-vectorize         Enable it\n"
                                  "  -fcolor=<value>         No\n"
                                  "  -fpass-plugin=<dsopath> No\n"
                                  "  -ftrigraphs             Process trigraph sequences\n",
                                  CompilerFamily::clang),
            Names{"slp-vectorize"});
}

TEST(OptimisationSwitches, ThoseThatGiveOtherResultsAreLeftOut) {
  EXPECT_EQ(optimisation_switches("  -ffast-math\n  -ffinite-math-only\n  -funsafe-math-opts\n"
                                  "  -fwrapv\n  -ftrapv\n  -fshort-enums\n  -fpack-struct\n"
                                  "  -fprofile-use\n  -fexceptions\n  -fsigned-zeros\n",
                                  CompilerFamily::gcc),
            Names{});
  EXPECT_EQ(optimisation_switches("", CompilerFamily::gcc), Names{});
}

}  // namespace
}  // namespace ck::app
