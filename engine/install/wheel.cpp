#include "install/wheel.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "install/package_index.hpp"
#include "install/staging.hpp"
#include "sys/files.hpp"

namespace ck::install {
namespace {

constexpr std::string_view kContent = "content";
constexpr std::string_view kModules = "lib/python";
constexpr std::string_view kInterpreter = "#!/usr/bin/env python3\n";

std::string field(std::string_view metadata, std::string_view name) {
  for (const auto& line : split(metadata, '\n')) {
    if (trim(line).empty()) break;  // the description follows
    if (line.starts_with(name) && line.substr(name.size()).starts_with(":"))
      return std::string(trim(std::string_view(line).substr(name.size() + 1)));
  }
  return {};
}

/// The one folder of an unpacked wheel with this ending.
Result<fs::path> folder_with(const fs::path& content, std::string_view ending) {
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(content, unreadable)) {
    if (entry.path().filename().string().ends_with(ending) && entry.is_directory(unreadable))
      return entry.path();
  }
  return fail(ErrorCode::not_found, "no folder *" + std::string(ending));
}

Result<std::string> metadata_of(const fs::path& content) {
  const auto folder = folder_with(content, ".dist-info");
  if (!folder) {
    return fail(Error(ErrorCode::invalid, "it is no wheel: it has no folder *.dist-info")
                    .hint("sources that are not wheels are given as 'url', and built"));
  }
  return sys::read_file(*folder / "METADATA");
}

Status check_identity(std::string_view metadata, const model::PipSource& source) {
  const std::string name = field(metadata, "Name");
  const std::string version = field(metadata, "Version");
  if (normalised_python_name(name) == normalised_python_name(source.package) &&
      version == source.version) {
    return {};
  }
  return fail(ErrorCode::verification, "the wheel is " + printable(name + " " + version) +
                                           ", but the source says " + source.package + " " +
                                           source.version);
}

Status move_tree(const fs::path& from, const fs::path& root, const std::string& to,
                 Context& context) {
  CK_TRY(target, make_inside(root, to));
  CK_TRY(entries, sys::list_tree(from, {.skip_names = {}, .hash = false}, context.cancel));
  return sys::copy_tree(from, target, entries, context.cancel);
}

Status write_script(const fs::path& bin, const std::string& name, const std::string& text) {
  if (!sys::is_plain_relative_path(name) || name.find('/') != std::string::npos)
    return fail(ErrorCode::denied, "the wheel has a script called '" + printable(name) + "'");
  CK_CHECK(sys::remove_tree(bin / name));
  return sys::write_new_file(bin / name, text, 0755);
}

/// Scripts say "#!python" where an installer puts the interpreter.
Status take_scripts(const fs::path& from, const fs::path& bin) {
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(from, unreadable)) {
    CK_TRY(text, sys::read_file(entry.path()));
    if (text.starts_with("#!python")) {
      const auto end = std::min(text.find('\n'), text.size() - 1);
      text.replace(0, end + 1, kInterpreter);
    }
    CK_CHECK(write_script(bin, entry.path().filename().string(), text));
  }
  return {};
}

bool is_dotted_name(std::string_view text) {
  const auto parts = split(text, '.');
  return std::ranges::all_of(parts, [](const std::string& part) {
    return !part.empty() && std::ranges::all_of(part, [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '_' || c >= 0x80;
    });
  });
}

/// "module:object.attribute [extra]" as a program; empty for what is none.
std::string entry_script(std::string_view target) {
  target = trim(target.substr(0, target.find('[')));
  const auto colon = target.find(':');
  if (colon == std::string_view::npos) return {};
  const std::string module(trim(target.substr(0, colon)));
  const std::string object(trim(target.substr(colon + 1)));
  if (!is_dotted_name(module) || !is_dotted_name(object)) return {};
  return std::string(kInterpreter) + "import sys\nfrom " + module + " import " +
         object.substr(0, object.find('.')) + "\nif __name__ == \"__main__\":\n    sys.exit(" +
         object + "())\n";
}

Status write_entry_points(const fs::path& information, const fs::path& bin) {
  const auto text = sys::read_file(information / "entry_points.txt");
  if (!text) return {};
  bool ours = false;
  for (const auto& written : split(*text, '\n')) {
    const std::string_view line = trim(written);
    if (line.starts_with('[')) ours = line == "[console_scripts]" || line == "[gui_scripts]";
    const auto equals = line.find('=');
    if (!ours || line.starts_with('[') || line.starts_with('#') || equals == line.npos) continue;
    const std::string script = entry_script(line.substr(equals + 1));
    if (script.empty())
      return fail(ErrorCode::invalid, "the wheel's entry point '" + printable(line) + "' is odd");
    CK_CHECK(write_script(bin, std::string(trim(line.substr(0, equals))), script));
  }
  return {};
}

/// NAME-VERSION.data holds what does not belong beside the modules.
Status spread_data(const fs::path& content, const fs::path& to, Context& context) {
  const auto data = folder_with(content, ".data");
  if (!data) return {};
  constexpr std::pair<const char*, std::string_view> kPlaces[] = {
      {"purelib", kModules}, {"platlib", kModules}, {"headers", "include"}, {"data", "."}};
  std::error_code missing;
  for (const auto& [scheme, place] : kPlaces) {
    if (fs::is_directory(*data / scheme, missing))
      CK_CHECK(move_tree(*data / scheme, to, std::string(place), context));
  }
  if (fs::is_directory(*data / "scripts", missing)) {
    CK_TRY(bin, make_inside(to, "bin"));
    CK_CHECK(take_scripts(*data / "scripts", bin));
  }
  return sys::remove_tree(*data);
}

bool has_entry_points(const fs::path& information) {
  std::error_code missing;
  return fs::exists(information / "entry_points.txt", missing);
}

/// An unpacked wheel in a folder of its own.
Result<sys::TemporaryDirectory> unpacked(const fs::path& wheel, Context& context,
                                         std::vector<std::string> only) {
  CK_TRY(staging, make_staging(context.home.staging()));
  CK_TRY(archives, context.transfer.archives());
  sys::UnpackOptions options;
  options.only = std::move(only);
  CK_CHECK(sys::make_directories(staging.path() / kContent));
  CK_CHECK(archives->unpack(wheel, staging.path() / kContent, options, context.cancel));
  return std::move(staging);
}

}  // namespace

std::vector<WheelNeed> needs_of(std::string_view metadata) {
  constexpr std::string_view kKey = "Requires-Dist:";
  std::vector<WheelNeed> needs;
  for (const auto& line : split(metadata, '\n')) {
    if (trim(line).empty()) break;
    if (!line.starts_with(kKey)) continue;
    const std::string text(trim(std::string_view(line).substr(kKey.size())));
    const auto marker = text.find(';');
    if (marker != std::string::npos && text.find("extra", marker) != std::string::npos) continue;
    const std::string name = text.substr(0, text.find_first_of(" \t([<>=!~;"));
    if (!name.empty()) needs.push_back({normalised_python_name(name), text});
  }
  return needs;
}

Result<std::vector<WheelNeed>> unpack_wheel(const fs::path& wheel, const model::PipSource& source,
                                            const fs::path& to, Context& context) {
  CK_TRY(staging, unpacked(wheel, context, {}));
  const fs::path content = staging.path() / kContent;
  CK_TRY(metadata, metadata_of(content));
  CK_CHECK(check_identity(metadata, source));
  CK_CHECK(spread_data(content, to, context));
  CK_TRY(information, folder_with(content, ".dist-info"));
  if (has_entry_points(information)) {
    CK_TRY(bin, make_inside(to, "bin"));
    CK_CHECK(write_entry_points(information, bin));
  }
  CK_CHECK(move_tree(content, to, std::string(kModules), context));
  return needs_of(metadata);
}

Result<std::vector<WheelNeed>> read_wheel_needs(const fs::path& wheel, Context& context) {
  CK_TRY(staging, unpacked(wheel, context, {"*.dist-info/METADATA"}));
  CK_TRY(metadata, metadata_of(staging.path() / kContent));
  return needs_of(metadata);
}

}  // namespace ck::install
