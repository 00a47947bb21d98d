#include "run/placement.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "install/staging.hpp"
#include "sys/files.hpp"

namespace ck::run {
namespace {

constexpr std::string_view kEngineFolder = ".ck";

bool is_placed_otherwise(const RunPlan& plan, const std::string& name) {
  return std::ranges::any_of(plan.placements,
                             [&](const Placement& other) { return other.to == name; });
}

/// A link for everything in `from`, but for what another placement brings.
Status link_content(const RunPlan& plan, const fs::path& from, const fs::path& to) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(from, error)) {
    const std::string name = entry.path().filename().string();
    if (name == kEngineFolder || is_placed_otherwise(plan, name)) continue;
    fs::create_symlink(entry.path(), to / name, error);
    if (error) break;
  }
  if (error) return fail(system_error("link " + from.string() + " into the run", error.value()));
  return {};
}

Status copy_content(const fs::path& from, const fs::path& to, const sys::Cancel& cancel) {
  CK_TRY(entries, sys::list_tree(from, {.skip_names = {}, .hash = false}, cancel));
  return sys::copy_tree(from, to, entries, cancel);
}

}  // namespace

Status place(const RunPlan& plan, const fs::path& folder, install::Context& context) {
  for (const auto& placement : plan.placements) {
    const fs::path from = replace_all(placement.from, "${home}", context.home.root.string());
    std::error_code missing;
    if (!fs::is_directory(from, missing)) {
      return fail(Error(ErrorCode::not_found, "what the run needs is gone: " + from.string())
                      .hint("run the program again: it will be built"));
    }
    CK_TRY(to, install::make_inside(folder, placement.to));
    CK_CHECK(placement.link ? link_content(plan, from, to)
                            : copy_content(from, to, context.cancel));
  }
  const auto directory = install::make_inside(folder, plan.directory);
  if (!directory) return fail(directory.error());
  return {};
}

}  // namespace ck::run
