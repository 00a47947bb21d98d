#include "experiment/keepers.hpp"

#include <nlohmann/json.hpp>

#include "experiment/archive.hpp"
#include "install/roots.hpp"

namespace ck::experiment {
namespace {

void add_environments(const install::Lock& lock, Keeper& keeper) {
  for (const auto& environment : lock.environments)
    keeper.environments.insert(environment.record.id);
}

Result<Keeper> keeper_of(const store::Store::PointHead& head) {
  store::Point point;
  point.uid = head.uid;
  point.document = head.document;
  CK_TRY(document, document_of(point));
  Keeper keeper{Keeper::Kind::point, head.uid, head.experiment, head.subject, {},
                head.created_ns,     {}};
  const auto request = document.find("request");
  if (request != document.end() && request->is_string())
    keeper.request = request->get<std::string>();
  const auto lock = document.find("lock");
  if (lock == document.end() || !lock->is_object()) return keeper;
  CK_TRY(read, install::lock_from_json(*lock, "lock of point " + head.uid));
  add_environments(read, keeper);
  return keeper;
}

}  // namespace

Result<std::vector<Keeper>> keepers(store::Store& store, const catalog::Home& home) {
  std::vector<Keeper> all;
  CK_CHECK(store.each_point([&](const store::Store::PointHead& head) -> Status {
    CK_TRY(keeper, keeper_of(head));
    if (!keeper.environments.empty()) all.push_back(std::move(keeper));
    return {};
  }));
  CK_TRY(locks, install::lock_roots(home));
  for (const auto& [file, lock] : locks) {
    Keeper keeper;
    keeper.kind = Keeper::Kind::lock_file;
    keeper.name = file.string();
    add_environments(lock, keeper);
    all.push_back(std::move(keeper));
  }
  return all;
}

}  // namespace ck::experiment
