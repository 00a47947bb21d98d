#include <cstdlib>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "app/collective_services.hpp"
#include "app/generated.hpp"
#include "app/module_action.hpp"
#include "base/counted.hpp"
#include "base/strings.hpp"
#include "cli/command.hpp"

namespace ck::cli {
namespace {

Result<int> access(Call& call) {
  std::string request{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
  CK_TRY(answer, app::access(call.session, request));
  call.output.data(answer);
  return 0;
}

Result<int> fetch(Call& call) {
  app::FetchRequest request;
  if (call.line.words.size() != 1 ||
      (call.line.words.front() != "wget" && call.line.words.front() != "curl")) {
    return fail(Error(ErrorCode::usage, "fetch needs wget or curl, and after -- what they take")
                    .hint("ck fetch wget -- https://example.org/data.tgz"));
  }
  request.tool = call.line.words.front();
  request.arguments = call.line.arguments;
  if (const char* channel = std::getenv("CK_FETCH_CHANNEL")) request.channel = channel;
  std::error_code gone;
  request.directory = fs::current_path(gone);
  CK_TRY(text, app::fetch(call.session, request));
  call.output.data(text);
  return 0;
}

Result<app::GenerateRequest> generate_request(const Call& call) {
  app::GenerateRequest request;
  request.pattern.kind = "cmdgen";
  if (!call.line.words.empty() && call.line.words != std::vector<std::string>{"cmdgen"}) {
    CK_TRY(pattern, pattern_of(call, {"cmdgen"}));
    request.pattern = pattern;
  }
  for (const auto& word : call.line.own) {
    if (word != "--json" && word != "--offline" && word != "--execute")
      request.words.push_back(word);
  }
  return request;
}

Result<int> iterate(Call& call) {
  CK_TRY(request, generate_request(call));
  CK_TRY(combinations, app::iterate(call.session, request));
  Json list = Json::array();
  for (const auto& combination : combinations) {
    Json one = Json::object();
    for (const auto& [name, value] : combination) one[name] = value;
    if (!call.output.json()) call.output.data(to_text(one) + "\n");
    list.push_back(std::move(one));
  }
  if (call.output.json())
    call.output.data(to_pretty_text({{"schema", "ck.combinations/1"}, {"combinations", list}}));
  return 0;
}

/// What is executed is shown by the commands themselves; here stands what became of them.
Result<int> execute(Call& call, const std::vector<std::string>& commands) {
  CK_TRY(executed, app::execute(call.session, commands, !call.output.json()));
  Json list = Json::array();
  std::vector<std::string> failed;
  for (const auto& one : executed) {
    if (!one.ok) failed.push_back(printable(one.command) + ": " + one.ending);
    list.push_back({{"command", one.command}, {"ending", one.ending}, {"ok", one.ok}});
  }
  if (call.output.json())
    call.output.data(to_pretty_text({{"schema", "ck.executed-commands/1"}, {"commands", list}}));
  if (failed.empty()) return 0;
  if (call.output.json()) return exit_code(ErrorCode::program_failed);
  Error error(ErrorCode::program_failed, std::to_string(failed.size()) + " of " +
                                             counted(executed.size(), "command") + " failed");
  for (auto& one : failed) error.in(std::move(one));
  return fail(std::move(error));
}

Result<int> perform(Call& call) {
  if (call.line.words.size() != 2) {
    return fail(Error(ErrorCode::usage, "perform needs an action and a module")
                    .hint("ck perform ACTION MODULE[:ENTRY] [--NAME=value …]"));
  }
  app::ModuleActionRequest request;
  request.action = call.line.words[0];
  CK_TRY(pattern, model::ComponentPattern::parse(call.line.words[1]));
  // A word alone is the module.
  if (pattern.kind.empty()) std::swap(pattern.kind, pattern.name);
  request.pattern = pattern;
  for (const auto& word : call.line.own) {
    if (word != "--json" && word != "--offline") request.options.push_back(word);
  }
  CK_TRY(report, app::run_module_action(call.session, request));
  if (!call.output.json()) call.output.data(report.output);
  if (call.output.json()) call.output.data(report.result);
  return 0;
}

Result<int> generate(Call& call) {
  CK_TRY(request, generate_request(call));
  if (request.pattern.name.empty())
    return fail(Error(ErrorCode::usage, "nothing says which commands to generate")
                    .hint("'ck ls cmdgen' lists what there is"));
  CK_TRY(commands, app::generate(call.session, request));
  if (call.line.has("execute")) return execute(call, commands);
  if (call.output.json()) {
    call.output.data(to_pretty_text({{"schema", "ck.commands/1"}, {"commands", commands}}));
    return 0;
  }
  for (const auto& command : commands) call.output.data(command + "\n");
  return 0;
}

const std::string kParameters =
    "Parameters: --NAME=value; --NAME alone is yes; --NAME,=a,b and --NAME:=a:b take each value in "
    "turn,\n"
    "--NAME:1:9:2 each second number from 1 to 9; --A:B,=1:2,3:4 values that belong together;\n"
    "--group.NAME what the entry lists under that name. The last parameter changes fastest.";

}  // namespace

std::vector<Command> collective_commands() {
  return {
      {"gen",
       "print the commands that a CK cmdgen entry makes of parameters",
       {"gen cmdgen:NAME [--PARAMETER=value …]", "run cmdgen:NAME [--PARAMETER=value …]"},
       kParameters +
           "\nThe second form executes the commands, one after the other; exit code 3 when one "
           "failed.",
       {{{"execute", "", "execute them instead"}}, {}, false, true},
       {"ck gen cmdgen:benchmark --model=small --batch,=1,8"},
       generate},
      {"iterate",
       "print every combination of parameters, as 'ck gen' uses them",
       {"iterate cmdgen[:NAME] [--PARAMETER=value …]"},
       kParameters,
       {{}, {}, false, true},
       {"ck iterate cmdgen --batch:=1:8 --threads:1:4"},
       iterate},
      {"perform",
       "run an action that a repository of CK brings with one of its modules",
       {"perform ACTION MODULE[:ENTRY] [--NAME=value …]", "ACTION MODULE[:ENTRY] [--NAME=value …]"},
       "The action is a function of the module's module.py. It runs under the profile clean, in a\n"
       "process of its own, and gets the options as CK's command line gives them; it may ask for "
       "what\n"
       "'ck access' answers. What it prints is printed; --json prints what it returns instead. "
       "Exit\n"
       "code 3 when it fails. 'ck load module:NAME' shows which actions there are.",
       {{}, {}, false, true},
       {"ck perform summary report:nightly --days=7"},
       perform,
       2,
       true},
      {"access",
       "answer a request of CK's kernel, for component scripts",
       {"access < REQUEST.json"},
       "Reads one JSON object with action, module_uoa, data_uoa, tags … and prints CK's answer "
       "with\n"
       "\"return\" 0, or another number and \"error\". Offered are find, load, search, list; "
       "detect "
       "soft,\n"
       "install package, compile program, resolve env. Repositories are only read.",
       {},
       {"ck access --help"},
       access},
      {"fetch",
       "download through the verified cache, as wget or curl would",
       {"fetch wget -- ARGUMENT…", "fetch curl -- ARGUMENT…"},
       "What wget and curl become inside installation scripts. What a URL held when it was first "
       "seen is\n"
       "required from then on.",
       {},
       {"ck fetch wget --help"},
       fetch},
  };
}

}  // namespace ck::cli
