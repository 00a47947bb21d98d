#include "app/collective_services.hpp"

#include <nlohmann/json.hpp>

#include "app/collective.hpp"
#include "collective/access.hpp"
#include "collective/fetch_tools.hpp"
#include "collective/meta.hpp"
#include "install/profile.hpp"

namespace ck::app {

Result<std::string> access(Session& session, const std::string& request) {
  CK_TRY(json, parse_json(request, "the request", {.duplicate_keys = true}));
  if (!json.is_object())
    return fail(Error(ErrorCode::invalid, "the request must be a JSON object")
                    .hint("for example {\"action\": \"find\", \"module_uoa\": \"program\", "
                          "\"data_uoa\": \"hello\"}"));
  CK_TRY(context, session.context());
  CK_TRY(profile, install::load_profile("clean", *context));
  CK_TRY(wishes, wishes_of(session, {}));
  CK_TRY(bench, collective::Workbench::open(*context, profile, std::move(wishes)));
  return to_pretty_text(collective::answer(json, bench));
}

Result<std::optional<catalog::Component>> module_with_action(Session& session,
                                                             const std::string& action,
                                                             const std::string& word) {
  const auto pattern = model::ComponentPattern::parse(word);
  if (!pattern) return std::optional<catalog::Component>();
  const std::string& kind = pattern->kind.empty() ? pattern->name : pattern->kind;
  CK_TRY(catalog, session.catalog());
  auto found = catalog->find({.repo = {}, .kind = "module", .name = kind});
  if (!found) return std::optional<catalog::Component>();
  CK_TRY(document, catalog->load_document(*found));
  if (!collective::object_at(document, "actions").contains(action))
    return std::optional<catalog::Component>();
  return std::optional(std::move(*found));
}

Result<std::string> fetch(Session& session, const FetchRequest& request) {
  CK_TRY(order, request.tool == "curl" ? collective::read_curl(request.arguments)
                                       : collective::read_wget(request.arguments));
  CK_TRY(context, session.context());
  std::string to_stdout;
  CK_CHECK(
      collective::execute_fetch(order, request.channel, request.directory, *context, to_stdout));
  return to_stdout;
}

}  // namespace ck::app
