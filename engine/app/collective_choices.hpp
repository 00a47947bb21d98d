#pragma once
/// What a command line asks of the dependencies of components of Collective Knowledge, and what
/// resolving them would give. Internal to app.

#include <set>
#include <string>
#include <vector>

#include "app/collective_options.hpp"
#include "app/host.hpp"
#include "app/session.hpp"
#include "collective/explain.hpp"
#include "collective/program.hpp"
#include "install/lock.hpp"
#include "solve/solver.hpp"

namespace ck::app {

/// --dep.KEY=CHOICE as wishes of a resolution. `usage` for a choice that is none, `not_found` for
/// an environment that is not here.
Status add_pins(Session& session, const NamedTexts& pins, collective::Wishes& wishes);

/// `usage` if another machine is described: CK's descriptions do not say what of it they need.
Status refuse_host(const HostOverrides& host, const std::string& component);

/// How far a program's needs are gone through.
enum class Depth {
  compile,
  run,        ///< and those of the command, which must be known
  run_if_any  ///< and those of the command, if one is named or there is one only
};
/// The command that is gone through; empty for none.
Result<std::string> explain_program(const Json& document, const collective::ProgramRequest& program,
                                    Depth depth, collective::Explainer& explainer,
                                    collective::Workbench& bench);

/// An explanation in the words of our own resolutions.
solve::Resolution resolution_of(const std::vector<collective::ExplainedNeed>& needs);

/// What it says of candidates that are called so: "package:x", "soft:y@1.0".
std::vector<solve::Objection> objections_against(const std::string& asked,
                                                 const solve::Resolution& resolution);

/// Every key that a program's or package's description has, whether it is needed now or not.
std::set<std::string> written_keys(const Json& document);

/// Every key that a lock's environments were made with.
std::set<std::string> keys_of(const install::Lock& lock);

/// `usage` for a --dep. of a key that nothing has, with those there are; a warning for one of
/// `written` that nothing needs now.
Status check_keys(const NamedTexts& pins, const std::string& subject,
                  const std::set<std::string>& met, const std::set<std::string>& written,
                  EventSink& events);

/// Warns of each key that components of one resolution answer differently.
void tell_different_answers(const std::vector<collective::ExplainedNeed>& needs, EventSink& events);
void tell_different_answers(const install::InstallPlan& used, const std::string& subject,
                            EventSink& events);

}  // namespace ck::app
