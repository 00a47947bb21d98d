#include "app/mirrors.hpp"
#include "app/repositories.hpp"

#include "base/strings.hpp"
#include "base/table.hpp"
#include "cli/archive_commands.hpp"
#include "cli/command.hpp"
#include "cli/report_json.hpp"
#include "cli/search_options.hpp"

namespace ck::cli {
namespace {

constexpr std::size_t kShownCommit = 12;

std::string short_commit(const std::string& commit) { return commit.substr(0, kShownCommit); }

Result<int> pull(Call& call) {
  catalog::PullRequest request;
  request.all = call.line.has("all");
  request.url = call.line.get("url");
  request.revision.branch = call.line.given("branch");
  request.revision.tag = call.line.given("tag");
  request.revision.commit = call.line.given("commit");
  const bool everything = call.line.words == std::vector<std::string>{"all"};
  if (everything) {
    request.all = true;
  } else {
    CK_TRY(name, name_of_kind(call, "repo"));
    request.name = name;
  }
  const bool of_mirror =
      call.line.has("mirror") && request.name.empty() && request.url.empty() && !request.all;
  if (!of_mirror && request.name.empty() && request.url.empty() && !request.all) {
    return fail(Error(ErrorCode::usage, "nothing says what to pull")
                    .hint("ck pull repo:NAME, ck pull repo --url=URL, or ck pull repo --all"));
  }
  CK_TRY(report, of_mirror ? app::pull_from_mirror(call.session, call.line.get("mirror"))
                           : app::pull(call.session, request));
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  for (const auto& pulled : report.repositories) {
    std::string line = "repo:" + pulled.name + " ";
    if (pulled.old_commit.empty()) {
      line += "new at " + short_commit(pulled.commit);
    } else if (pulled.old_commit == pulled.commit) {
      line += "unchanged at " + short_commit(pulled.commit);
    } else {
      line += short_commit(pulled.old_commit) + " -> " + short_commit(pulled.commit);
    }
    if (!pulled.needed_by.empty()) line += " (needed by " + pulled.needed_by + ")";
    call.output.data(line + "\n");
  }
  return 0;
}

Result<int> report_one(Call& call, const catalog::Repository& repository, const std::string& done) {
  if (call.output.json()) {
    call.output.data(json_text(app::RepositoriesReport{{repository}}));
  } else {
    call.output.data("repo:" + repository.name + " " + done + " " + repository.path.string() +
                     "\n");
  }
  return 0;
}

Result<int> add(Call& call) {
  CK_TRY(name, name_of_kind(call, "repo"));
  if (name.empty()) {
    return fail(Error(ErrorCode::usage, "a new repository needs a name")
                    .hint("ck add repo:NAME [--path=FOLDER]"));
  }
  CK_TRY(repository, app::add_repository(call.session, name, call.line.get("path")));
  return report_one(call, repository, "made in");
}

/// `ck import repo FOLDER`, `--path=FOLDER`, or the current one.
Result<int> import_repository(Call& call) {
  const auto& words = call.line.words;
  const bool named = words.size() > 1 && words.front() == "repo";
  if (words.size() > 2)
    return fail(ErrorCode::usage, "one folder is expected, found also '" + words[2] + "'");
  if (named && call.line.has("path"))
    return fail(ErrorCode::usage, "the folder is given twice: '" + words[1] + "' and --path");
  if (!named) CK_CHECK(name_of_kind(call, "repo"));
  std::error_code gone;
  const std::string path = named ? words[1] : call.line.get("path");
  const fs::path folder = path.empty() ? fs::current_path(gone) : fs::absolute(path, gone);
  if (gone) return fail(system_error("find the current folder", gone.value()));
  CK_TRY(repository, app::import_repository(call.session, folder));
  return report_one(call, repository, "registered at");
}

Result<int> import(Call& call) {
  const std::string what = call.line.words.empty() ? "" : call.line.words.front();
  if (what == "experiments" || what == "experiment") return import_experiments(call);
  if (what.ends_with(".json")) return import_results(call);
  if (what.ends_with(".ckz")) return import_capsule(call);
  return import_repository(call);
}

}  // namespace

Result<int> list_repositories(Call& call) {
  CK_TRY(name, name_of_kind(call, "repo"));
  CK_TRY(report, app::list_repositories(call.session, name));
  CK_TRY(part, part_of(call));
  keep_part(part, report.repositories);
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  TextTable table({{"NAME"}, {"COMMIT"}, {"URL"}, {"PATH"}});
  for (const auto& repository : report.repositories) {
    table.add_row({repository.name, short_commit(repository.commit), repository.url,
                   repository.path.string()});
  }
  if (!table.empty()) call.output.data(table.to_string());
  return 0;
}

Result<int> show_repository(Call& call) {
  CK_TRY(name, name_of_kind(call, "repo"));
  if (name.empty() || has_wildcard(name)) return list_repositories(call);
  CK_TRY(report, app::show_repository(call.session, name));
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  const auto& repository = report.repository;
  std::string text = "repo:" + repository.name + "\n  path    " + repository.path.string() + "\n";
  if (!repository.url.empty()) text += "  url     " + printable(repository.url) + "\n";
  if (report.git) {
    text += "  commit  " + report.git->commit + "\n  branch  " +
            report.git->branch.value_or("(detached)") + "\n";
    for (const auto& change : report.git->local_changes)
      text += "  changed " + printable(change) + "\n";
  }
  for (const auto& [kind, count] : report.kinds)
    text += "  " + std::to_string(count) + " " + printable(kind) + "\n";
  for (const auto& broken : report.broken)
    text += "  broken  " + printable(broken.error.message) + "\n";
  call.output.data(text);
  return 0;
}

Result<int> remove_repository(Call& call) {
  CK_TRY(name, name_of_kind(call, "repo"));
  if (name.empty())
    return fail(Error(ErrorCode::usage, "which repository?").hint("ck rm repo:NAME"));
  if (!call.output.confirm("remove repo:" + name + "?",
                           call.line.has("yes") || call.line.has("force")))
    return 0;
  CK_TRY(repository, app::remove_repository(call.session, name, call.line.has("force")));
  return report_one(call, repository, "removed from");
}

std::vector<Command> repository_commands() {
  return {
      {"pull",
       "get or update a component repository and those it needs",
       {"pull repo:NAME [--url=URL] [--branch=B | --tag=T | --commit=C]", "pull repo --url=URL",
        "pull repo --all", "pull --mirror=DIR"},
       "The commit of every repository is recorded. Local changes are never overwritten: a clone "
       "that has\n"
       "some is left as it is and the command fails.",
       {{{"url", "URL", "where to clone from: https, ssh, git@host:path, file or a folder"},
         {"branch", "NAME", "follow this branch"},
         {"tag", "NAME", "stay at this tag"},
         {"commit", "HASH", "stay at this commit"},
         {"all", "", "update every cloned repository"}},
        {},
        false},
       {"ck pull repo --all", "ck pull repo --url=https://example.org/me/my-benchmarks"},
       pull},
      {"add",
       "make a new, empty repository of your own",
       {"add repo:NAME [--path=FOLDER]"},
       "",
       {{{"path", "FOLDER", "where to make it (default: in $CK_HOME)"}}, {}, false},
       {"ck add repo:mine --path=mine"},
       add},
      {"import",
       "take in a capsule, register a repository, or read experiments and results of others",
       {"import FILE.ckz", "import repo [FOLDER | --path=FOLDER]",
        "import experiments REPO|FOLDER [NAME…] [--tags=TAGS]",
        "import RESULTS.json [--name=EXPERIMENT]"},
       "A capsule (see ck export) brings an experiment with all that replaying it needs. What "
       "is\n"
       "here stays as it is.\n"
       "A repository is a folder (if none is named, the current one); nothing is copied.\n"
       "Experiments are read from a registered repository, or from a folder: a repository, its "
       "folder\n"
       "'experiment', or one entry of that. Importing again adds only what is new.\n"
       "Results are those of 'hyperfine --export-json=FILE', or of a program of Google Benchmark "
       "with\n"
       "--benchmark_out=FILE: each command or benchmark becomes a point with all its samples.",
       {{{"path", "FOLDER", "the repository (default: the current folder)"},
         {"tags", "TAGS", "only experiments that have all these"},
         {"name", "EXPERIMENT", "where results go (default: the file's name)"}},
        {},
        false},
       {"ck import hello.ckz", "ck import repo ~/my-components",
        "ck import experiments ck-request-asplos18-results",
        "ck import hyperfine.json --name=sorting"},
       import},
  };
}

}  // namespace ck::cli
