#include "app/module_action.hpp"

#include <nlohmann/json.hpp>

#include "app/collective.hpp"
#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "collective/workbench.hpp"
#include "install/profile.hpp"
#include "sys/files.hpp"

namespace ck::app {
namespace {

/// What the function gets, as CK's command line would make it.
Json input_of(const ModuleActionRequest& request, const catalog::Component& module) {
  Json input = {{"action", request.action},
                {"module_uoa", module.id.name},
                {"module_uid", module.id.uid},
                {"data_uoa", request.pattern.name},
                {"out", "con"}};
  if (!request.pattern.repo.empty()) input["repo_uoa"] = request.pattern.repo;
  for (const auto& option : request.options) {
    const auto equals = option.find('=');
    const auto start = option.find_first_not_of('-');
    const bool valued = equals != std::string::npos && equals > start;
    const std::string name = option.substr(start, valued ? equals - start : std::string::npos);
    input[name] = valued ? option.substr(equals + 1) : "yes";
  }
  return input;
}

/// The function behind an action: of its own name, unless the module says another.
Result<std::string> function_of(const Json& document, const ModuleActionRequest& request,
                                const catalog::Component& module) {
  const Json& actions = collective::object_at(document, "actions");
  const std::string redirected =
      collective::text_at(collective::object_at(document, "actions_redirect"), request.action);
  if (!redirected.empty()) return redirected;
  if (actions.contains(request.action)) return request.action;
  std::vector<std::string> names;
  for (const auto& [name, about] : actions.items()) names.push_back(name);
  Error error(ErrorCode::not_found,
              module.id.text() + " has no action '" + printable(request.action) + "'");
  if (const auto near = did_you_mean(near_misses(request.action, names))) error.hint(*near);
  return fail(std::move(error).hint(names.empty() ? "it has none"
                                                  : "it has: " + printable(join(names, ", "))));
}

}  // namespace

Result<ModuleActionReport> run_module_action(Session& session, const ModuleActionRequest& request) {
  CK_TRY(context, session.context());
  CK_TRY(profile, install::load_profile("clean", *context));
  CK_TRY(wishes, wishes_of(session, {}));
  CK_TRY(bench, collective::Workbench::open(*context, profile, std::move(wishes)));
  CK_TRY(module, bench.find("module", request.pattern.kind));
  CK_TRY(document, bench.document(module));
  CK_TRY(function, function_of(document, request, module));
  std::string name = collective::text_at(document, "module_name");
  if (name.empty()) name = "module";
  if (!sys::is_plain_relative_path(name + ".py"))
    return fail(ErrorCode::invalid, module.id.text() + " has '" + printable(name) +
                                        "' for its module_name, which must be the name of a file");
  collective::Workbench::Call call;
  call.component = module;
  call.file = name + ".py";
  call.function = function;
  call.input = input_of(request, module);
  call.input["self_cfg"] = document;
  call.input["self_work"] = {{"self_module_uid", module.id.uid},
                             {"self_module_uoa", module.id.name},
                             {"self_module_alias", module.id.name},
                             {"path", module.path.string()}};
  CK_TRY(answer, bench.call(std::move(call)));
  return ModuleActionReport{std::move(answer.output), to_pretty_text(answer.result)};
}

}  // namespace ck::app
