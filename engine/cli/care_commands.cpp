#include "app/care.hpp"

#include "base/strings.hpp"
#include "cli/archive_commands.hpp"
#include "cli/care_json.hpp"
#include "cli/command.hpp"

namespace ck::cli {
namespace {

constexpr std::size_t kShownId = 12;
constexpr std::size_t kShownDamage = 20;
constexpr std::size_t kShownKeepers = 8;

std::string shown(const install::Environment& environment) {
  const auto& record = environment.record;
  return "env:" + record.id.substr(0, kShownId) + "  " + printable(record.component.text()) + " " +
         printable(record.version);
}

Result<app::EnvironmentQuery> query_of(Call& call) {
  CK_TRY(name, name_of_kind(call, "env"));
  return app::EnvironmentQuery{name, model::TagQuery::parse(call.line.get("tags"))};
}

// ck why

/// One line of the tree and what hangs below it.
struct Branch {
  std::string text;
  std::vector<Branch> below;
};

std::string keeper_text(const experiment::Keeper& keeper) {
  if (keeper.kind == experiment::Keeper::Kind::lock_file)
    return "lock file " + printable(keeper.name);
  std::string text = "point " + keeper.name + " of experiment:" + printable(keeper.experiment);
  if (!keeper.request.empty()) text += ": " + printable(shortened(keeper.request, 100));
  return text;
}

Branch branch_of(const app::WhyReport& report, const std::string& id, std::string text,
                 std::set<std::string>& seen) {
  Branch branch{std::move(text), {}};
  if (!seen.insert(id).second) {
    if (report.users.contains(id)) branch.text += " (see above)";
    return branch;
  }
  if (const auto users = report.users.find(id); users != report.users.end()) {
    for (const auto& user : users->second) {
      const auto& environment = report.environments.at(user.id);
      branch.below.push_back(branch_of(
          report, user.id, shown(environment) + " has it as '" + printable(user.key) + "'", seen));
    }
  }
  const auto keepers = report.direct_keepers(id);
  for (std::size_t i = 0; i < keepers.size() && i < kShownKeepers; ++i)
    branch.below.push_back({keeper_text(*keepers[i]), {}});
  if (keepers.size() > kShownKeepers) {
    branch.below.push_back(
        {"… and " + std::to_string(keepers.size() - kShownKeepers) + " more points or lock files",
         {}});
  }
  return branch;
}

void draw(const Branch& branch, const std::string& indent, std::string& text) {
  for (std::size_t i = 0; i < branch.below.size(); ++i) {
    const bool last = i + 1 == branch.below.size();
    text += indent + (last ? "└─ " : "├─ ") + branch.below[i].text + "\n";
    draw(branch.below[i], indent + (last ? "   " : "│  "), text);
  }
}

Result<int> why(Call& call) {
  CK_TRY(query, query_of(call));
  CK_TRY(report, app::why(call.session, query));
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  std::set<std::string> seen;
  const Branch root =
      branch_of(report, report.environment.record.id, shown(report.environment), seen);
  std::string text = root.text + "\n";
  if (!report.request.empty())
    text += "made by: " + printable(shortened(report.request, 200)) + "\n";
  draw(root, "", text);
  if (!report.needed()) text += "nothing needs it\n";
  call.output.data(text);
  return 0;
}

// ck verify, ck repair

void print_damage(Call& call, const std::vector<install::Damage>& damage) {
  for (std::size_t i = 0; i < damage.size() && i < kShownDamage; ++i) {
    const auto& one = damage[i];
    call.output.data("  " + std::string(name_of(one.kind)) + "  " + printable(one.path) +
                     (one.detail.empty() ? "" : "  (" + printable(one.detail) + ")") + "\n");
  }
  if (damage.size() > kShownDamage) {
    call.output.data("  … and " + std::to_string(damage.size() - kShownDamage) +
                     " more; --json shows all\n");
  }
}

Status needs_choice(const Call& call, const app::EnvironmentQuery& query, const char* verb) {
  const bool all = call.line.has("all");
  const bool some = !query.id.empty() || !query.tags.empty();
  if (all != some) return {};
  return fail(Error(ErrorCode::usage,
                    all ? "--all and an environment exclude each other" : "which environments?")
                  .hint(std::string("ck ") + verb + " env:ID or ck " + verb + " env --all"));
}

Result<int> verify_environments(Call& call) {
  CK_TRY(query, query_of(call));
  CK_CHECK(needs_choice(call, query, "verify"));
  CK_TRY(report, app::verify(call.session, query));
  const int code = report.ok() ? 0 : exit_code(ErrorCode::verification);
  if (call.output.json()) {
    call.output.data(json_text(report));
    return code;
  }
  for (const auto& one : report.environments) {
    const std::string word = one.ok() ? call.output.good("sound") : call.output.bad("damaged");
    call.output.data(word + "  " + shown(one.environment) + "  " + std::to_string(one.files) +
                     (one.files == 1 ? " file, " : " files, ") +
                     human_bytes(static_cast<double>(one.bytes)) + "\n");
    print_damage(call, one.damage);
  }
  if (!report.ok())
    call.output.say(call.output.strong("hint: ") +
                    "'ck repair env --all' builds again what is damaged");
  return code;
}

/// What a word means decides who verifies it.
Result<int> verify(Call& call) {
  const std::string word = call.line.words.empty() ? "" : call.line.words.front();
  if (word.ends_with(".json")) return verify_claims(call);
  if (word == "experiment" || word.starts_with("experiment:")) return verify_experiments(call);
  if (word.empty() || word == "env" || word.starts_with("env:")) return verify_environments(call);
  return fail(Error(ErrorCode::usage, "'" + printable(word) + "' is nothing that ck verifies")
                  .hint("ck verify env:ID, ck verify env --all or ck verify CLAIMS.json")
                  .hint("ck verify experiment:NAME or ck verify experiment --all"));
}

Result<int> repair(Call& call) {
  const std::string word = call.line.words.empty() ? "" : call.line.words.front();
  if (word == "experiment" || word.starts_with("experiment:")) return repair_experiments(call);
  CK_TRY(query, query_of(call));
  CK_CHECK(needs_choice(call, query, "repair"));
  CK_TRY(report, app::repair(call.session, query, call.line.has("force")));
  const int code = report.ok() ? 0 : exit_code(ErrorCode::build_failed);
  if (call.output.json()) {
    call.output.data(json_text(report));
    return code;
  }
  using Outcome = app::RepairReport::One::Outcome;
  for (const auto& one : report.environments) {
    if (one.outcome == Outcome::failed) {
      call.output.data(call.output.bad("not repaired") + "  " + shown(one.environment) + "\n");
      print_damage(call, one.damage);
      Error error = *one.failure;
      call.output.error(std::move(error).in(shown(one.environment)));
      continue;
    }
    const bool sound = one.outcome == Outcome::sound;
    call.output.data(call.output.good(sound ? "sound" : "repaired") + "  " +
                     shown(one.environment) + "\n");
  }
  return code;
}

}  // namespace

std::vector<Command> care_commands() {
  const Option tags{"tags", "A,B", "those that have all these tags"};
  return {
      {"why",
       "tell why an environment exists: what was built with it, who recorded it",
       {"why env:ID"},
       "A tree up to the recorded points and registered lock files that need it. The first digits "
       "of "
       "an\n"
       "id are enough.",
       {{tags}, {}, false},
       {"ck why env --tags=dataset,digits"},
       why},
      {"verify",
       "tell whether environments and records are what they were, and a paper's claims hold",
       {"verify env:ID", "verify env --tags=A,B", "verify env --all",
        "verify experiment:NAME [--allowed_signers=FILE]", "verify experiment --all",
        "verify CLAIMS.json [--claim=NAME] [--reduced] [--dry_run]"},
       "Every file of an environment is compared with what was recorded when it was made; of "
       "detected\n"
       "software the file it was recognised by. Exit code 1 when something is changed, missing, "
       "too many,\n"
       "or may be written.\n"
       "Of experiments the hashes of the records and their chain are computed again, of one "
       "experiment also\n"
       "its kept outputs and its signatures; the first broken record is named. The columns that "
       "queries\n"
       "read are compared with the points; notes, and tags given later, have a chain of their "
       "own.\n"
       "Each claim (schema ck.claims/1) names recorded experiments, imported ones too, and either "
       "a\n"
       "number of a metric or a relation: what is how many times faster than what. Numbers are "
       "measured\n"
       "again, 'repetitions' times or until half the 95 % interval is a third of the margin (for\n"
       "'cost_seconds', 60 s), and tested for equivalence within the claim's margin, else the "
       "author's\n"
       "own spread; relations side by side, interleaved (for 'cost_seconds', 300 s). What cannot "
       "be held\n"
       "equal to the record is told first. Verdicts: reproduced, trend only (better than claimed, "
       "or\n"
       "faster but not by that factor), inconclusive (and how much is missing), differs. Exit code "
       "0 only\n"
       "if all are reproduced, else 4.",
       {{tags,
         {"all", "", "all environments, or every record of every experiment"},
         {"allowed_signers", "FILE", "whose keys count (default: $CK_HOME/allowed_signers)"},
         {"claim", "NAME", "only this claim"},
         {"reduced", "", "the shorter runs that the claims name"},
         {"dry_run", "", "tell what is claimed and about how long it takes"}},
        {},
        false},
       {"ck verify env --all", "ck verify experiment --all", "ck verify claims.json --dry_run",
        "ck verify claims.json --claim=speed --reduced"},
       verify},
      {"repair",
       "build damaged environments again, from what is recorded of them",
       {"repair env:ID [--force]", "repair env --all", "repair experiment:NAME [--force]",
        "repair experiment --all"},
       "What they were built with is verified and repaired first. The new one takes the place of "
       "the\n"
       "old in one step, and has the same id. Of experiments the columns that queries read are "
       "made again\n"
       "from the points, where 'ck verify' finds that they say something else.",
       {{tags,
         {"all", "", "all environments, or experiments"},
         {"force", "", "also what is sound"}},
        {},
        false},
       {"ck repair env --all"},
       repair},
  };
}

}  // namespace ck::cli
