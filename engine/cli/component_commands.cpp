#include "app/components.hpp"

#include "base/strings.hpp"
#include "base/table.hpp"
#include "cli/archive_commands.hpp"
#include "cli/command.hpp"
#include "cli/report_json.hpp"
#include "cli/search_options.hpp"

namespace ck::cli {
namespace {

Result<model::ComponentPattern> any_pattern(const Call& call) {
  if (call.line.words.empty()) return model::ComponentPattern{};
  if (call.line.words.size() > 1) {
    return fail(ErrorCode::usage,
                "one KIND:NAME is expected, found also '" + call.line.words[1] + "'");
  }
  return model::ComponentPattern::parse(call.line.words.front());
}

void warn_of_broken(Call& call, const std::vector<catalog::BrokenComponent>& broken) {
  for (const auto& one : broken) {
    const std::string file = printable(one.file.string());
    const std::string reason = printable(split(one.error.message, '\n').front());
    const bool named = reason.find(file) != std::string::npos;
    call.output.say(call.output.bad("warning: ") + "left out " +
                    (named ? reason : file + ": " + reason));
  }
}

Result<app::SearchReport> searched(Call& call, const model::ComponentPattern& pattern) {
  CK_TRY(request, search_request(call, pattern));
  CK_TRY(report, app::search(call.session, request));
  warn_of_broken(call, report.broken);
  if (report.timed_out) {
    call.output.say(call.output.bad("warning: ") + "stopped after --time_out=" +
                    call.line.get("time_out") + " seconds: there may be more");
  }
  return report;
}

Result<int> search(Call& call) {
  if (!call.line.words.empty() && call.line.words.front() == "experiment") {
    CK_CHECK(check_searchable(call, "experiments"));
    return search_experiments(call);
  }
  CK_TRY(pattern, any_pattern(call));
  if (pattern.kind == "env") {
    CK_CHECK(check_searchable(call, "env"));
    return search_environments(call);
  }
  CK_TRY(report, searched(call, pattern));
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  TextTable table({{"COMPONENT"}, {"VERSION"}, {"TAGS"}});
  for (const auto& component : report.components) {
    table.add_row({printable(component.id.full_text()), printable(component.version),
                   printable(component.tags.text())});
  }
  if (!table.empty()) call.output.data(table.to_string());
  for (const auto& hint : report.hints)
    call.output.say(call.output.strong("hint: ") + printable(hint));
  return 0;
}

Result<int> find(Call& call) {
  CK_TRY(pattern, any_pattern(call));
  CK_TRY(report, app::find(call.session, pattern));
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  call.output.data(report.component.path.string() + "\n");
  for (const auto& other : report.shadowed) {
    call.output.say("also in " + printable(other.id.full_text()) + " at " + other.path.string());
  }
  return 0;
}

Result<int> load(Call& call) {
  CK_TRY(pattern, any_pattern(call));
  CK_TRY(report, app::load(call.session, pattern));
  call.output.data(report.document);
  return 0;
}

Result<int> list(Call& call) {
  CK_TRY(pattern, any_pattern(call));
  if (pattern.kind == "repo" || pattern.kind == "experiment" || pattern.kind == "env")
    CK_CHECK(check_searchable(call, pattern.kind));
  if (pattern.kind == "repo") return list_repositories(call);
  if (pattern.kind == "experiment")
    return asks_for_points(call) ? list_points(call) : list_experiments(call);
  if (asks_for_points(call)) {
    return fail(Error(ErrorCode::usage, "only experiments have points to choose from")
                    .hint("ck ls experiment --where=CONDITION"));
  }
  if (pattern.kind == "env") return show_environments(call);
  return list_components(call);
}

Result<int> show(Call& call) {
  CK_TRY(pattern, any_pattern(call));
  if (pattern.kind == "env") return show_environments(call);
  if (pattern.kind == "experiment") return show_experiment(call);
  if (pattern.kind == "repo") return show_repository(call);
  return load(call);
}

Result<int> remove(Call& call) {
  CK_TRY(pattern, any_pattern(call));
  if (pattern.kind == "env") return remove_environments(call);
  if (pattern.kind == "experiment") return remove_experiment(call);
  if (pattern.kind == "repo") return remove_repository(call);
  return fail(Error(ErrorCode::usage, "'" + pattern.text() + "' is nothing that ck removes")
                  .hint("ck rm repo:NAME, ck rm env:ID or ck rm experiment:NAME")
                  .hint("components belong to their repository: remove the folder there"));
}

const Option kTags{"tags", "A,B", "only those that have all these tags"};

/// With the options that look into descriptions.
Grammar with_search_options(Grammar grammar) {
  for (auto& option : search_options()) grammar.options.push_back(std::move(option));
  grammar.prefixes = search_documents();
  grammar.documents = search_documents();
  return grammar;
}

Grammar search_grammar() {
  return with_search_options(
      {{kTags, {"no_tags", "C,D", "none of these tags"}, {"limit", "N", "at most so many"}},
       {},
       false});
}

Grammar list_grammar() {
  Grammar grammar = with_search_options({{kTags}, {}, false});
  for (const auto& option : point_options()) grammar.options.push_back(option);
  return grammar;
}

}  // namespace

Result<int> list_components(Call& call) {
  CK_TRY(pattern, any_pattern(call));
  CK_TRY(report, searched(call, pattern));
  if (call.output.json()) {
    call.output.data(json_text(report));
    return 0;
  }
  for (const auto& component : report.components)
    call.output.data(printable(component.id.full_text()) + "\n");
  return 0;
}

std::vector<Command> component_commands() {
  return {
      {"search",
       "find components by tags, or experiments by words",
       {"search KIND[:NAME] [--tags=A,B] [--no_tags=C] [--limit=N]", "search REPO:KIND:NAME",
        "search env [--tags=A,B]",
        "search [KIND[:NAME]] [--search_string=TEXT] [--search_dict.KEY=value]",
        "search experiment WORDS…"},
       "NAME, KIND and REPO may hold * and ?. Tags must be equal, byte for byte.\n"
       "All that is asked of a description must hold. --search_dict looks at what it inherits too, "
       "and\n"
       "compares texts; numbers, lists and inner objects come as JSON, for example with\n"
       "@@@{'search_dict': {'deps': {'compiler': {'local': 'yes'}}}} or @FILE.json.\n"
       "Of experiments, names, tags, notes, errors and logs are searched for words; a word* may "
       "go on.",
       search_grammar(),
       {"ck search program --tags=image-classification",
        "ck search software --no_tags=compiler --json",
        "ck search program --search_string='*classif*' --ignore_case"},
       search,
       1,
       true},
      {"find",
       "print the folder of a component",
       {"find KIND:NAME", "find ^[[KIND:]NAME]"},
       "What a reference that begins with ^ (or #) leaves out, the current folder tells, for "
       "every\n"
       "command: ^ is the component it is in, ^NAME another of its kind, ^KIND:NAME one in its\n"
       "repository.",
       {},
       {"ck find program:hello"},
       find},
      {"load",
       "print a component's descriptor as JSON",
       {"load KIND:NAME"},
       "Entries of CK repositories are printed with what they inherit.",
       {},
       {"ck load program:hello --json"},
       load},
      {"ls",
       "list components, repositories, environments or experiments",
       {"ls KIND[:PATTERN] [--tags=A,B] [--search_string=TEXT]", "ls repo", "ls env",
        "ls experiment",
        "ls experiment[:NAME] [--where=CONDITION] [--sort=NAMES] [--pareto=NAMES] [--csv]"},
       "A condition compares metrics, facts and parameters: NAME OP VALUE with = != < <= > >=,\n"
       "NAME in (A, B), NAME like 'x*', joined by and, or, not and parentheses. Numbers may have "
       "units\n"
       "(latency < 1.5ms), and names too (latency_ms). Of several executions the median counts, "
       "else\n"
       "NAME.min, .max, .mean, .p90. Facts: subject, state, created, ended, repetitions, command,\n"
       "experiment, param.NAME, host.NAME, version.NAME, commit.REPOSITORY, compile.NAME,\n"
       "env.NAME.",
       list_grammar(),
       {"ck ls program", "ck ls 'software:g*'", "ck ls repo",
        "ck ls experiment --where=\"state = ok and wall_time < 5s\" --sort=-wall_time --limit=10"},
       list,
       1,
       true},
      {"show",
       "show an experiment, environments, a repository or a component",
       {"show experiment:NAME [--point=UID]", "show env[:ID] [--tags=A,B]", "show env:ID --log",
        "show repo:NAME", "show KIND:NAME"},
       "",
       {{kTags,
         {"point", "UID", "only this point of an experiment"},
         {"log", "", "of one environment: what its build printed"}},
        {},
        false},
       {"ck show env", "ck show env --tags=dataset,digits --log", "ck show repo:core"},
       show},
      {"rm",
       "remove a repository, an environment or an experiment",
       {"rm repo:NAME [--force]", "rm env:ID [--force]", "rm env --tags=A,B", "rm experiment:NAME"},
       "A clone with local changes, or an environment that others were built with, is removed only "
       "with\n"
       "--force.",
       {{kTags, {"force", "", "remove although something would be lost"}}, {}, false},
       {"ck rm env --tags=no-such-tag --force"},
       remove},
  };
}

}  // namespace ck::cli
