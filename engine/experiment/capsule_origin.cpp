#include "experiment/capsule_origin.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "sys/files.hpp"
#include "sys/lock.hpp"

namespace ck::experiment {
namespace {

constexpr const char* kSchema = "ck.capsule-origin/1";

fs::path note_file(const std::string& experiment_uid, const catalog::Home& home) {
  return home.mirrors() / experiment_uid / "origin.json";
}

/// One origin after the other; an empty list for what cannot be read.
std::vector<CapsuleOrigin> read_origins(const fs::path& file) {
  std::vector<CapsuleOrigin> origins;
  const auto text = sys::read_file(file);
  if (!text) return origins;
  const auto json = parse_json(*text, file.string());
  if (!json) return origins;
  JsonProblems problems(file.string());
  ObjectReader reader(*json, "", problems);
  if (reader.string("schema") != kSchema) return origins;
  reader.each("capsules", [&](const Json& value, const std::string& path) {
    ObjectReader capsule(value, path, problems);
    origins.push_back({capsule.strings("points"), capsule.strings("places")});
  });
  if (!problems.empty()) origins.clear();
  return origins;
}

bool is_here(const std::string& place, const catalog::Home& home) {
  std::error_code missing;
  return fs::exists(home.root / place, missing) ||
         std::ranges::any_of(home.stores, [&](const fs::path& store) {
           return fs::exists(store / place, missing);
         });
}

}  // namespace

Status keep_origin(const std::string& experiment_uid, const CapsuleOrigin& origin,
                   const catalog::Home& home, const sys::Cancel& cancel) {
  constexpr std::chrono::seconds kPatience{10};
  const fs::path file = note_file(experiment_uid, home);
  CK_CHECK(sys::make_directories(file.parent_path()));
  const auto lock = sys::FileLock::acquire(home.lock("capsules"), sys::FileLock::Mode::exclusive,
                                           kPatience, cancel);
  if (!lock) return fail(lock.error());
  auto origins = read_origins(file);
  origins.push_back(origin);
  Json json = {{"schema", kSchema}, {"capsules", Json::array()}};
  for (const auto& one : origins)
    json["capsules"].push_back({{"points", one.points}, {"places", one.places}});
  return sys::write_file(file, to_pretty_text(json));
}

bool is_from_capsule(const std::string& experiment_uid, const std::string& point,
                     const catalog::Home& home) {
  return std::ranges::any_of(
      read_origins(note_file(experiment_uid, home)), [&](const CapsuleOrigin& origin) {
        return std::ranges::find(origin.points, point) != origin.points.end() &&
               std::ranges::all_of(origin.places,
                                   [&](const std::string& place) { return is_here(place, home); });
      });
}

}  // namespace ck::experiment
