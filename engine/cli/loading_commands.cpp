#include <nlohmann/json.hpp>

#include "app/environment_script.hpp"
#include "base/strings.hpp"
#include "cli/loading.hpp"
#include "cli/shell_output.hpp"

namespace ck::cli {
namespace {

Result<int> load(Call& call) {
  CK_TRY(command, loaded_command(call.line));
  CK_TRY(request, loading_request(call));
  return enter(call, request, command);
}

/// What it writes executes nothing of a repository's: variables as they are once its scripts were
/// evaluated in their sandbox.
Result<int> set(Call& call) {
  CK_TRY(request, loading_request(call));
  CK_TRY(report, app::shell(call.session, request));
  if (call.line.has("print")) call.output.say("CK environment found: " + printable(report.subject));
  CK_CHECK(write_loading(
      call.line, call.output.json() ? variables_json(report) : exports_text(report), call.output));
  return 0;
}

Result<std::vector<app::EnvironmentQuery>> queries_of(const Call& call) {
  const auto tags = model::TagQuery::parse(call.line.get("tags"));
  std::vector<app::EnvironmentQuery> queries;
  for (const auto& word : call.line.words) {
    const auto colon = word.rfind(':');
    const std::string ids = colon == std::string::npos ? "" : word.substr(colon + 1);
    if (!names_environments({"cat", word})) {
      return fail(
          Error(ErrorCode::usage, "'" + printable(word) + "': this command works with environments")
              .hint("env:ID, or env with --tags=A,B; 'ck show env' lists them"));
    }
    for (const auto& id : split(ids, ',')) {
      if (!id.empty()) queries.push_back({id, tags});
    }
  }
  if (queries.empty() && !tags.empty()) queries.push_back({"", tags});
  return queries;
}

/// The first line, what it is of, the others: as CK prints it.
std::string script_text(const app::EnvironmentScript& script) {
  const auto& record = script.environment.record;
  const std::string line(20, '-');
  const std::string where = script.file.empty() ? record.id : script.file.string();
  const auto end = std::min(script.text.find('\n'), script.text.size());
  const std::string header =
      "#\n# " + line + "[ " + printable(script.name) + " ver. " +
      (record.version.empty() ? "UNKNOWN_VERSION" : printable(record.version)) + ", " +
      printable(where) + " ]" + line + "\n# Tags: " + printable(record.tags.text()) + "\n#\n";
  return printable_lines(script.text.substr(0, end)) + "\n" + header +
         printable_lines(script.text.substr(std::min(end + 1, script.text.size()))) + "\n\n\n";
}

Json script_json(const app::EnvironmentScript& script) {
  const auto& record = script.environment.record;
  return {{"id", record.id},
          {"component", record.component.text()},
          {"name", script.name},
          {"version", record.version},
          {"tags", record.tags.text()},
          {"file", script.file.string()},
          {"text", script.text}};
}

Result<int> cat(Call& call) {
  CK_TRY(queries, queries_of(call));
  CK_TRY(scripts, app::environment_scripts(call.session, queries));
  Json list = Json::array();
  for (const auto& script : scripts) {
    if (call.output.json()) {
      list.push_back(script_json(script));
    } else {
      call.output.data(script_text(script));
    }
  }
  if (call.output.json())
    call.output.data(to_pretty_text({{"schema", "ck.env-scripts/1"}, {"scripts", list}}));
  return 0;
}

/// What both ways of loading take.
Grammar loading_grammar() {
  Grammar grammar{choosing_options(), {"env", "deps", "dep_add_tags", "dep"}, false};
  grammar.options.insert(
      grammar.options.end(),
      {{"version", "RANGE", "for example '>=1.2,<2'"},
       {"existing", "", "by tags only one that exists; detect and install nothing"},
       {"jobs", "N", "processors for builds (default: all)"},
       {"profile", "NAME",
        "the variables of this profile, and its sandbox (default: yours, none)"}});
  return grammar;
}

Command virtual_command() {
  Grammar grammar = loading_grammar();
  grammar.options.push_back(
      {"shell_cmd", "COMMAND", "a line for bash, instead of a shell of your own"});
  grammar.options.push_back(print_option());
  return {
      "virtual",
      "execute a command, or your shell, with environments loaded, as in CK",
      {"virtual env --tags=A,B [--shell_cmd=COMMAND] [--env.NAME=value]",
       "virtual env --tag_groups='A,B C,D' [--shell_cmd=COMMAND]",
       "virtual env:ID[,ID…] [--shell_cmd=COMMAND]"},
      "Like 'ck shell', for several environments: each is loaded over those before it. By tags one "
      "of\n"
      "CK's is taken that exists, else what 'ck shell --tags' takes; a group with alternatives "
      "(A;B)\n"
      "takes one that exists.\n"
      "The exit code is the command's. --env.NAME=value sets a variable over all of them;\n"
      "--verbose shows what is loaded. Scripts of components may call it too, for what exists.",
      grammar,
      {"ck virtual env --tags=compiler,lang-c --shell_cmd='make'",
       "ck virtual env --tag_groups='compiler,lang-c lib,x' --shell_cmd='make'"},
      load};
}

Command cat_command() {
  return {"cat",
          "print the script that loads an environment",
          {"cat env:ID[,ID…]", "cat env [--tags=A,B]"},
          "Of several, each is printed, under a comment that tells which it is.",
          {{{"tags", "A,B", "those that have all these tags"}}, {}, false},
          {"ck cat env --tags=compiler"},
          cat};
}

Command set_command() {
  Grammar grammar = loading_grammar();
  grammar.options.insert(grammar.options.end(),
                         {{"bat_file", "FILE", "write them there, behind what it holds"},
                          {"bat_new", "", "write the file anew"},
                          {"print", "", "tell which environment was found"},
                          {"local", "", "taken for CK's sake: environments are of this machine"}});
  return {"set",
          "write the variables of environments as a script for your shell, as in CK",
          {"set env --tags=A,B [--bat_file=FILE [--bat_new]]", "set env:ID [--bat_file=FILE]"},
          "Chosen is as by 'ck virtual env'. Without --bat_file the script goes to stdout.",
          grammar,
          {"ck set env --tags=compiler,lang-c --bat_file=tmp-ck-env.sh --bat_new --print"},
          set};
}

}  // namespace

std::vector<Command> loading_commands() {
  return {virtual_command(), cat_command(), set_command()};
}

}  // namespace ck::cli
