#include "model/split_folders.hpp"

#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "model/native_fields.hpp"

namespace ck::model {
namespace {

/// A number, also one in quotes; 0 for anything else.
double number_of(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return 0;
  return static_cast<double>(parse_integer(trim(value.get<std::string>())).value_or(0));
}

std::size_t characters_at(const Json& object, const std::string& key, const std::string& path,
                          JsonProblems& problems) {
  constexpr int kMost = 100;
  const auto found = object.find(key);
  if (found == object.end()) return 0;
  const double number = number_of(*found);
  if (number >= 0 && number <= kMost) return static_cast<std::size_t>(number);
  problems.add(native::child(path, key),
               "spreads entries over folders named by the first " + to_text(*found) +
                   " characters of their names, which cannot be",
               "write a number from 1 to " + std::to_string(kMost) + ", or remove the key");
  return 0;
}

/// Where the character after the one at `at` begins in a UTF-8 text.
std::size_t after(std::string_view text, std::size_t at) {
  constexpr unsigned kMark = 0xC0;
  constexpr unsigned kContinues = 0x80;
  do ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & kMark) == kContinues);
  return at;
}

}  // namespace

std::size_t SplitFolders::characters(std::string_view module, std::string_view uid) const {
  if (all != 0) return all;
  for (const auto name : {uid, module}) {
    const auto found = modules.find(name);
    if (found != modules.end()) return found->second;
  }
  return 0;
}

SplitFolders read_split_folders(const Json& details, const std::string& path,
                                JsonProblems& problems) {
  SplitFolders split;
  split.all = characters_at(details, "split_all_dirs", path, problems);
  const auto modules = details.find("split_dirs");
  if (modules == details.end() || !modules->is_object()) return split;
  for (const auto& [module, unused] : modules->items()) {
    const auto characters =
        characters_at(*modules, module, native::child(path, "split_dirs"), problems);
    if (characters != 0) split.modules[module] = characters;
  }
  return split;
}

std::string split_folder(std::string_view name, std::size_t characters) {
  std::size_t end = 0;
  for (; characters > 0 && end < name.size(); --characters) end = after(name, end);
  return end < name.size() ? std::string(name.substr(0, end)) : "_";
}

}  // namespace ck::model
