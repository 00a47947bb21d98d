#include "app/collective.hpp"
#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/software.hpp"
#include "install/profile.hpp"

namespace ck::app {
namespace {

install::DetectionMiss nowhere(const std::vector<fs::path>& searched) {
  std::vector<std::string> folders;
  for (const auto& folder : searched) folders.push_back(folder.string());
  return {"no file of its name",
          "looked in " + join(folders, ", ") + "; --search_dirs=A,B adds folders"};
}

}  // namespace

Result<DetectedSoftware> detect_collective(Session& session, const catalog::Component& soft,
                                           const DetectRequest& request) {
  CK_TRY(context, session.context());
  CK_TRY(profile, install::load_profile(request.profile, *context));
  CK_TRY(wishes, wishes_of(session, request.collective));
  CK_TRY(bench, collective::Workbench::open(*context, profile, std::move(wishes)));
  collective::DetectOptions options;
  options.full_path = request.full_path;
  options.extra_tags = collective::comma_list(request.collective.extra_tags);
  options.variations = request.variations;
  options.version = request.collective.force_version;
  CK_TRY(detection, collective::detect_software(soft, options, bench));
  DetectedSoftware detected;
  detected.component = soft;
  detected.detection.missed = std::move(detection.missed);
  if (detection.hits.empty() && detected.detection.missed.empty() && !detection.searched.empty())
    detected.detection.missed.push_back(nowhere(detection.searched));
  if (detection.registered)
    detected.detection.found.push_back(std::move(detection.registered->environment));
  for (std::size_t i = 1; i < detection.hits.size(); ++i) {
    const auto& hit = detection.hits[i];
    const bool same = hit.version == detection.hits.front().version;
    detected.others.push_back({hit.file.string(), "version " + hit.version +
                                                      (same ? ", the same" : ", not the highest") +
                                                      "; --full_path= takes it"});
  }
  return detected;
}

}  // namespace ck::app
