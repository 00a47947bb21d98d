#include "app/flag_space.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <set>
#include <span>

#include "base/strings.hpp"
#include "sys/host.hpp"
#include "sys/process.hpp"

namespace ck::app {
namespace {

constexpr auto kLimit = std::chrono::seconds(30);
constexpr std::size_t kHelpBytes = 4u << 20;

/// Beginnings of gcc's names: what gives other results, other layouts or other checks, or works for
/// a debugger.
constexpr std::array kLeftOut = std::to_array<std::string_view>({"allow-store-data-races",
                                                                 "associative-math",
                                                                 "asynchronous-unwind",
                                                                 "branch-probabilities",
                                                                 "cx-",
                                                                 "delete-dead-exceptions",
                                                                 "exceptions",
                                                                 "fast-math",
                                                                 "finite-math",
                                                                 "float-store",
                                                                 "fp-",
                                                                 "handle-exceptions",
                                                                 "harden-",
                                                                 "isolate-",
                                                                 "keep-gc",
                                                                 "live-patching",
                                                                 "math-errno",
                                                                 "non-call-exceptions",
                                                                 "opt-info",
                                                                 "pack-struct",
                                                                 "patchable",
                                                                 "profile",
                                                                 "reciprocal-math",
                                                                 "reg-struct",
                                                                 "rounding-math",
                                                                 "rtti",
                                                                 "save-optimization",
                                                                 "short-",
                                                                 "signaling-nans",
                                                                 "signed",
                                                                 "single-precision",
                                                                 "stack-",
                                                                 "strict-enums",
                                                                 "strict-volatile",
                                                                 "threadsafe-statics",
                                                                 "trap",
                                                                 "trivial-auto",
                                                                 "unconstrained",
                                                                 "unsafe-math",
                                                                 "unwind-tables",
                                                                 "var-tracking",
                                                                 "wrapv"});

/// clang does not tell its optimisations from its languages: of what it names, these.
constexpr std::array kOfClang = std::to_array<std::string_view>(
    {"data-sections", "delete-null-pointer-checks", "finite-loops", "function-sections",
     "inline-functions", "jump-tables", "merge-all-constants", "omit-frame-pointer", "plt",
     "reroll-loops", "slp-vectorize", "split-machine-functions", "strict-aliasing",
     "strict-overflow", "strict-return", "strict-vtable-pointers", "unroll-loops", "vectorize"});

bool is_optimisation(std::string_view name, CompilerFamily family) {
  if (family == CompilerFamily::clang) return std::ranges::find(kOfClang, name) != kOfClang.end();
  return std::ranges::none_of(kLeftOut, [&](auto start) { return name.starts_with(start); });
}

bool is_switch_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Result<sys::ProcessResult> ask(Session& session, std::vector<std::string> argv) {
  sys::ProcessSpec spec;
  spec.argv = std::move(argv);
  spec.variables = {{"LC_ALL", "C.UTF-8"}};
  for (const auto& [name, value] : sys::process_variables()) {
    if (name == "PATH") spec.variables.emplace_back(name, value);
  }
  spec.directory = "/";
  spec.limits.wall_time = kLimit;
  spec.out.keep_bytes = kHelpBytes;
  sys::SystemProcesses processes;
  return processes.run(spec, session.cancel());
}

using Switches = std::span<const std::string>;

/// Whether the compiler takes all of these flags, on and off.
Result<bool> takes(Session& session, const std::string& compiler, Switches names) {
  for (const std::string start : {"-f", "-fno-"}) {
    std::vector<std::string> argv{compiler};
    for (const auto& name : names) argv.push_back(start + name);
    // clang only warns of what it does not know.
    for (const auto* word : {"-O2", "-Werror", "-S", "-x", "c", "/dev/null", "-o", "/dev/null"})
      argv.emplace_back(word);
    CK_TRY(result, ask(session, std::move(argv)));
    if (!result.ok()) return false;
  }
  return true;
}

/// Those among the names that the compiler takes, found by halving.
Status add_taken(Session& session, const std::string& compiler, Switches names,
                 std::vector<std::string>& taken) {
  if (names.empty()) return {};
  CK_TRY(all, takes(session, compiler, names));
  if (all) {
    taken.insert(taken.end(), names.begin(), names.end());
  } else if (names.size() > 1) {
    const auto half = names.size() / 2;
    CK_CHECK(add_taken(session, compiler, names.first(half), taken));
    CK_CHECK(add_taken(session, compiler, names.subspan(half), taken));
  }
  return {};
}

Result<std::vector<std::string>> named_switches(Session& session, const std::string& compiler) {
  CK_TRY(gcc, ask(session, {compiler, "--help=optimizers"}));
  if (gcc.ok()) return optimisation_switches(gcc.out, CompilerFamily::gcc);
  CK_TRY(clang, ask(session, {compiler, "--help-hidden"}));
  return optimisation_switches(clang.out, CompilerFamily::clang);
}

}  // namespace

std::vector<std::string> optimisation_switches(std::string_view help, CompilerFamily family) {
  std::set<std::string> names;
  for (const std::string& line : split(help, '\n')) {
    const std::string text(trim(line));
    std::string_view word = std::string_view(text).substr(0, text.find_first_of(" \t"));
    if (!word.starts_with("-f")) continue;
    word.remove_prefix(word.starts_with("-fno-") ? 5 : 2);
    if (is_switch_name(word) && is_optimisation(word, family)) names.emplace(word);
  }
  return {names.begin(), names.end()};
}

Result<std::vector<FlagAxis>> flag_space(Session& session, const std::string& compiler) {
  CK_TRY(names, named_switches(session, compiler));
  std::vector<std::string> taken;
  CK_CHECK(add_taken(session, compiler, names, taken));
  if (taken.empty()) {
    return fail(Error(ErrorCode::build_failed, compiler + " tells no optimisation flags")
                    .hint("gcc and clang do: --compiler=gcc"));
  }
  std::vector<FlagAxis> axes{{"-O", {"-O3", "-O2", "-O1", "-Os", "-O0"}}};
  for (const auto& name : taken) axes.push_back({"-f" + name, {"", "-f" + name, "-fno-" + name}});
  return axes;
}

}  // namespace ck::app
