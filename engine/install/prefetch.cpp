#include "install/prefetch.hpp"

#include <algorithm>
#include <set>

#include "base/strings.hpp"
#include "install/resolver.hpp"
#include "install/use.hpp"
#include "model/substitution.hpp"
#include "sys/lock.hpp"

namespace ck::install {
namespace {

/// The downloads of a plan that are to be made, with the locks that say that we make them.
class Prefetch {
 public:
  explicit Prefetch(Context& context) : context_(context) {}

  Status add(const PlannedEnvironment& step) {
    const auto* recipe = recipe_of(*step.descriptor);
    if (recipe == nullptr) return {};
    for (const auto& source : recipe->sources) {
      if (const auto* url = std::get_if<model::UrlSource>(&source)) CK_CHECK(add(*url, step));
    }
    return {};
  }

  Status run() {
    if (requests_.empty()) return {};
    CK_TRY(http, context_.transfer.http());
    auto results = http->download_all(requests_, context_.events, context_.cancel);
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i]) continue;
      return fail(std::move(results[i].error())
                      .in("source " + printable(requests_[i].urls.front()))
                      .in(subjects_[i]));
    }
    return {};
  }

 private:
  Status add(const model::UrlSource& source, const PlannedEnvironment& step) {
    const fs::path file = context_.home.downloads() / source.sha256.substr(0, 2) / source.sha256;
    if (context_.use) context_.use->hold_downloads(context_.home);
    if (is_there(source.sha256) || !hashes_.insert(source.sha256).second) return {};
    auto lock = sys::FileLock::try_acquire(context_.home.lock("download-" + source.sha256),
                                           sys::FileLock::Mode::exclusive);
    if (!lock) return fail(std::move(lock.error()));
    if (!*lock) return {};
    locks_.push_back(std::move(**lock));
    sys::DownloadRequest request{{}, file, source.sha256, source.size_bytes};
    for (const auto& written : source.urls) {
      CK_TRY(url,
             model::substitute(written, [&](std::string_view name) { return value(name, step); }));
      request.urls.push_back(std::move(url));
    }
    std::string first = request.urls.front();
    first.resize(std::min(first.find_first_of("?#"), first.size()));
    request.name = first.substr(first.rfind('/') + 1);
    requests_.push_back(std::move(request));
    subjects_.push_back(step.component.id.text());
    return {};
  }

  /// Here or in a shared store.
  bool is_there(const std::string& sha256) const {
    const fs::path name = fs::path(sha256.substr(0, 2)) / sha256;
    std::error_code missing;
    return fs::exists(context_.home.downloads() / name, missing) ||
           std::ranges::any_of(context_.home.stores, [&](const fs::path& store) {
             return fs::exists(catalog::Home{store}.downloads() / name, missing);
           });
  }

  /// What may stand in a URL: the version and the component's own values.
  static std::optional<std::string> value(std::string_view name, const PlannedEnvironment& step) {
    if (name == "version") return step.environment.record.version;
    const auto known = step.values.find(std::string(name));
    if (known == step.values.end()) return std::nullopt;
    return known->second;
  }

  Context& context_;
  std::vector<sys::DownloadRequest> requests_;
  std::vector<std::string> subjects_;
  std::set<std::string> hashes_;
  std::vector<sys::FileLock> locks_;
};

}  // namespace

Status prefetch_sources(const InstallPlan& plan, Context& context) {
  if (context.offline) return {};
  Prefetch prefetch(context);
  for (const auto& step : plan.steps) {
    if (step.action == PlannedEnvironment::Action::build) CK_CHECK(prefetch.add(step));
  }
  return prefetch.run();
}

}  // namespace ck::install
