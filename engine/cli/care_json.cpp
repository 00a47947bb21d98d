#include "cli/care_json.hpp"

#include <nlohmann/json.hpp>

namespace ck::cli {
namespace {

Json environment_json(const install::Environment& environment) {
  Json json = store::to_json(environment.record);
  json["path"] = environment.path.string();
  return json;
}

Json damage_json(const std::vector<install::Damage>& damage) {
  Json list = Json::array();
  for (const auto& one : damage)
    list.push_back({{"kind", name_of(one.kind)}, {"path", one.path}, {"detail", one.detail}});
  return list;
}

Json keeper_json(const experiment::Keeper& keeper) {
  if (keeper.kind == experiment::Keeper::Kind::lock_file)
    return {{"kind", "lock_file"}, {"file", keeper.name}, {"environments", keeper.environments}};
  return {{"kind", "point"},
          {"uid", keeper.name},
          {"experiment", keeper.experiment},
          {"subject", keeper.subject},
          {"request", keeper.request},
          {"created_ns", keeper.created_ns},
          {"environments", keeper.environments}};
}

std::string_view name_of(app::RepairReport::One::Outcome outcome) {
  constexpr std::string_view kNames[] = {"sound", "repaired", "failed"};
  return kNames[static_cast<std::size_t>(outcome)];
}

}  // namespace

std::string json_text(const app::WhyReport& report) {
  Json json = {{"schema", "ck.why/1"},
               {"environment", environment_json(report.environment)},
               {"request", report.request},
               {"needed", report.needed()}};
  Json& users = json["users"] = Json::array();
  for (const auto& [id, all] : report.users) {
    for (const auto& user : all)
      users.push_back({{"environment", user.id}, {"key", user.key}, {"uses", id}});
  }
  Json& environments = json["environments"] = Json::array();
  for (const auto& [id, environment] : report.environments)
    environments.push_back(environment_json(environment));
  Json& keepers = json["keepers"] = Json::array();
  for (const auto& keeper : report.keepers) keepers.push_back(keeper_json(keeper));
  return to_pretty_text(json);
}

std::string json_text(const app::VerifyReport& report) {
  Json json = {{"schema", "ck.verify/1"}, {"ok", report.ok()}};
  Json& environments = json["environments"] = Json::array();
  for (const auto& one : report.environments) {
    environments.push_back({{"id", one.environment.record.id},
                            {"component", one.environment.record.component.text()},
                            {"path", one.environment.path.string()},
                            {"ok", one.ok()},
                            {"files", one.files},
                            {"size_bytes", one.bytes},
                            {"damage", damage_json(one.damage)}});
  }
  return to_pretty_text(json);
}

std::string json_text(const app::RepairReport& report) {
  Json json = {{"schema", "ck.repair/1"}, {"ok", report.ok()}};
  Json& environments = json["environments"] = Json::array();
  for (const auto& one : report.environments) {
    Json entry = {{"id", one.environment.record.id},
                  {"component", one.environment.record.component.text()},
                  {"outcome", name_of(one.outcome)},
                  {"damage", damage_json(one.damage)}};
    if (one.failure) {
      entry["error"] = {{"code", name_of(one.failure->code)},
                        {"message", one.failure->message},
                        {"context", one.failure->context},
                        {"hints", one.failure->hints}};
    }
    environments.push_back(std::move(entry));
  }
  return to_pretty_text(json);
}

}  // namespace ck::cli
