#include "app/generated.hpp"

#include <nlohmann/json.hpp>

#include "app/collective.hpp"
#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "install/profile.hpp"

namespace ck::app {
namespace {

struct Entry {
  std::string name;
  Json document = Json::object();
};

Result<Entry> entry_of(Session& session, const model::ComponentPattern& pattern) {
  CK_TRY(catalog, session.catalog());
  CK_TRY(component, catalog->find(pattern));
  CK_TRY(document, catalog->load_document(component));
  return Entry{component.id.text(), std::move(document)};
}

}  // namespace

Result<std::vector<collective::Combination>> iterate(Session& session,
                                                     const GenerateRequest& request) {
  Entry entry;
  if (!request.pattern.name.empty()) {
    CK_TRY(found, entry_of(session, request.pattern));
    entry = std::move(found);
  }
  return collective::combinations(request.words, collective::object_at(entry.document, "groups"));
}

Result<std::vector<std::string>> generate(Session& session, const GenerateRequest& request) {
  CK_TRY(entry, entry_of(session, request.pattern));
  CK_TRY(all,
         collective::combinations(request.words, collective::object_at(entry.document, "groups")));
  return collective::generate_commands(entry.document, all, entry.name);
}

Result<std::vector<ExecutedCommand>> execute(Session& session,
                                             const std::vector<std::string>& commands, bool show) {
  CK_TRY(context, session.context());
  CK_TRY(profile, install::load_profile("clean", *context));
  CK_TRY(wishes, wishes_of(session, {}));
  CK_TRY(bench, collective::Workbench::open(*context, profile, std::move(wishes)));
  std::error_code gone;
  sys::ProcessSpec spec;
  spec.directory = fs::current_path(gone);
  if (gone) return fail(system_error("find the current folder", gone.value()));
  spec.variables = bench.user_variables();
  spec.out.to = show ? sys::OutputTarget::To::inherit : sys::OutputTarget::To::discard;
  spec.err.to = sys::OutputTarget::To::inherit;
  std::vector<ExecutedCommand> executed;
  for (const auto& command : commands) {
    spec.argv = {"/bin/sh", "-c", command};
    context->events.on(Note{"running " + printable_lines(command)});
    CK_TRY(result, context->processes.run(spec, context->cancel));
    if (result.killed_for == sys::KilledFor::cancelled)
      return fail(ErrorCode::interrupted, "interrupted while running " + printable(command));
    executed.push_back({command, result.ending_text(), result.ok()});
  }
  return executed;
}

}  // namespace ck::app
