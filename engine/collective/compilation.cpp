#include "collective/compilation.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/shell.hpp"
#include "sys/files.hpp"

namespace ck::collective {
namespace {

constexpr const char* kValue = "compilation";  ///< of an environment
constexpr std::chrono::minutes kLongestDisassembly{2};
constexpr std::size_t kMd5Digits = 32;

/// "0123…  -", as md5sum prints it.
std::string md5_in(const std::string& printed) {
  const std::string digits = printed.substr(0, printed.find(' '));
  const bool is_hex = digits.size() == kMd5Digits &&
                      digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  return is_hex ? digits : std::string();
}

/// The original writes the disassembly beside the binary; here it would be copied into every run.
Result<std::string> md5_of_code(const Compilation& compilation, Workbench& bench) {
  if (yes_at(compilation.meta, "skip_objdump") || yes_at(compilation.meta, "skip_md5sum"))
    return std::string();
  ShellStep step = compilation.loading;
  // Without a disassembler the original would execute a file of the binary's name.
  step.script += "\n[ -n \"$CK_OBJDUMP\" ] || exit 1\nset -o pipefail\n$CK_OBJDUMP " +
                 shell_path(compilation.script.target) + " 2>/dev/null | md5sum";
  step.time_limit = kLongestDisassembly;
  CK_TRY(printed, printed_by(step, bench));
  if (!printed.failure) return md5_in(printed.text);
  bench.context().events.on(
      Note{"no md5_sum of " + compilation.script.target + ": " + printed.failure->message});
  return std::string();
}

/// Sizes of the object files that are there; a program's own command may call them otherwise.
void add_objects(const Compilation& compilation, Json& characteristics) {
  if (compilation.script.objects.empty()) return;
  Json sizes = Json::object();
  std::uintmax_t total = 0;
  for (const auto& name : compilation.script.objects) {
    std::error_code missing;
    const auto size = fs::file_size(compilation.loading.directory / name, missing);
    if (missing) continue;
    sizes[name] = size;
    total += size;
  }
  characteristics["obj_sizes"] = std::move(sizes);
  characteristics["obj_size"] = total;
}

Status add_binary(const Compilation& compilation, Json& characteristics, Workbench& bench) {
  const auto& target = compilation.script.target;
  if (target.empty()) return {};
  const auto file = sys::contained_path(compilation.loading.directory, target);
  // One that lies elsewhere is none of ours to read, and no failure of the compilation.
  std::error_code missing;
  if (!file || !fs::is_regular_file(*file, missing)) return {};
  characteristics["binary_size"] = fs::file_size(*file, missing);
  CK_TRY(sha256, sys::hash_file(*file, bench.context().cancel));
  characteristics["binary_sha256"] = sha256;
  CK_TRY(md5, md5_of_code(compilation, bench));
  if (!md5.empty()) characteristics["md5_sum"] = md5;
  return {};
}

}  // namespace

Result<Json> characteristics_of(const Compilation& compilation, Workbench& bench) {
  Json characteristics = {{"compilation_time", compilation.seconds}};
  if (!compilation.commit.empty()) characteristics["program_git_hash"] = compilation.commit;
  add_objects(compilation, characteristics);
  CK_CHECK(add_binary(compilation, characteristics, bench));
  return characteristics;
}

void keep_characteristics(const Json& characteristics, store::EnvironmentRecord& record) {
  record.exports.values.emplace_back(kValue, to_text(characteristics));
}

Json kept_characteristics(const store::EnvironmentRecord& record) {
  for (const auto& [name, text] : record.exports.values) {
    if (name != kValue) continue;
    auto read = parse_json(text, "the compilation of " + record.component.text());
    if (read && read->is_object()) return std::move(*read);
  }
  return Json::object();
}

}  // namespace ck::collective
