// What every command has in common: help, JSON, suggestions, streams.

#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "support/ck_test.hpp"

namespace ck::test {
namespace {

class CommandLine : public CkTest {
 protected:
  CommandLine() {
    components.program("greet", "echo hi; echo there >&2", R"("tags": ["greeting"],
      "parameters": {"size": {"type": "integer", "default": 3}},
      "metrics": {"n": {"unit": "1", "direction": "none", "required": false,
                        "from": {"stdout": "n=([0-9]+)$"
  }
}
})");
    components.package("thing", "echo x >\"$1/x\"", R"("tags": ["thing"])");
    import();
  }

  /// Names of all commands, from the general help.
  std::vector<std::string> verbs() const {
    std::vector<std::string> names;
    std::istringstream help(ck("--help").out);
    bool inside = false;
    for (std::string line; std::getline(help, line);) {
      if (line == "commands:")
        inside = true;
      else if (line.empty())
        inside = false;
      else if (inside)
        names.push_back(words_of(line).front());
    }
    return names;
  }

  /// As JSON, which is instead of a command of the shell; what would fetch from the network or
  /// compile for minutes is only planned.
  static std::string prepared(std::string example) {
    for (const auto* command : {" -- ", " --shell_cmd"})
      example.resize(std::min(example.find(command), example.size()));
    const auto add = [&](const std::string& option) {
      if (example.find(option) != std::string::npos) return;
      example += " " + option;
    };
    add("--json");
    add("--offline");
    if (example.starts_with("ck install")) add("--dry_run");
    return example;
  }

  static std::vector<std::string> examples_of(const std::string& help) {
    std::vector<std::string> examples;
    std::istringstream lines(help.substr(help.find("\nexamples:\n")));
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("  ck ")) examples.push_back(line.substr(2));
    return examples;
  }
};

TEST_F(CommandLine, EveryCommandHasHelpWithAnExample) {
  const auto names = verbs();
  ASSERT_GE(names.size(), 16u);
  for (const auto& name : names) {
    const auto help = ck(name + " --help");
    EXPECT_TRUE(succeeds(help));
    EXPECT_EQ(help.err, "") << name;
    EXPECT_EQ(ck("help " + name).out, help.out);
    EXPECT_EQ(ck(name + " --no-such-option -h").out, help.out);
    EXPECT_NE(help.out.find("usage: ck " + name), std::string::npos);
    EXPECT_FALSE(examples_of(help.out).empty()) << name;
  }
}

/// Each example runs, or fails for what this machine or a fresh home does not have: never for the
/// command line. What would compile for minutes is only planned.
TEST_F(CommandLine, EveryExampleIsUnderstood) {
  for (const auto& name : verbs()) {
    for (const auto& written : examples_of(ck(name + " --help").out)) {
      const std::string example = prepared(written);
      const auto result = shell(example + " >out.json");
      EXPECT_TRUE(result.code == 0 || result.code == 1)
          << example << "\n"
          << result.output << read_text(folder / "out.json");
      if (result.code == 1) {
        const auto document = parse_json(read_text(folder / "out.json"), "stdout");
        ASSERT_OK(document);
        EXPECT_EQ((*document)["schema"], "ck.error/1") << example;
      }
    }
  }
}

TEST_F(CommandLine, EveryVerbPrintsOneJsonDocumentWithASchema) {
  ASSERT_TRUE(succeeds(ck("install package:thing")));
  ASSERT_TRUE(succeeds(ck("run program:greet")));
  const std::vector<std::pair<std::string, std::string>> calls = {
      {"ls program", "ck.search/1"},
      {"search program", "ck.search/1"},
      {"find program:greet", "ck.find/1"},
      {"load program:greet", "ck.program/1"},
      {"show program:greet", "ck.program/1"},
      {"ls repo", "ck.repositories/1"},
      {"show repo:tiny", "ck.repository/1"},
      {"import repo --path=components", "ck.repositories/1"},
      {"add repo:mine --path=mine", "ck.repositories/1"},
      {"rm repo:mine", "ck.repositories/1"},
      {"pull repo --all", "ck.pull/1"},
      {"detect software:python3", "ck.detect/1"},
      {"install package:thing", "ck.install/1"},
      {"install package:thing --dry-run", "ck.install/1"},
      {"show env", "ck.environments/1"},
      {"ls env", "ck.environments/1"},
      {"locate env --tags=thing", "ck.environments/1"},
      {"run program:greet", "ck.run/1"},
      {"run program:greet --dry-run", "ck.run/1"},
      {"benchmark program:greet --repetitions=2", "ck.run/1"},
      {"explain program:greet", "ck.explain/1"},
      {"ls experiment", "ck.experiments/1"},
      {"show experiment:greet", "ck.experiment/1"},
      {"replay experiment:greet", "ck.replay/1"},
      {"ls experiment --where=state=ok --sort=-wall_time", "ck.points/1"},
      {"tag experiment:greet +new", "ck.annotations/1"},
      {"note experiment:greet seen", "ck.annotations/1"},
      {"search experiment seen", "ck.search-words/1"},
      {"rm experiment:greet", "ck.experiments/1"},
      {"rm env --tags=thing", "ck.environments/1"},
  };
  for (const auto& [line, schema] : calls) {
    SCOPED_TRACE(line);
    const auto result = ck(line + " --json");
    EXPECT_TRUE(succeeds(result));
    EXPECT_EQ(json_of(result)["schema"], schema);
  }
}

TEST_F(CommandLine, ErrorsAreJsonToo) {
  const std::vector<std::tuple<std::string, int, std::string>> calls = {
      {"frobnicate", 2, "usage"},
      {"run program:greet --repetitions=3 --tmeout=3", 2, "usage"},
      {"search program --limit=x", 2, "usage"},
      {"find program:nothing", 1, "not_found"},
      {"locate env --tags=nothing", 1, "not_found"},
      {"show experiment:nothing", 1, "not_found"},
      {"pull repo --url=file:///no/such/folder", 1, "network"},
      {"rm repo:core", 1, "denied"},
  };
  for (const auto& [line, code, name] : calls) {
    SCOPED_TRACE(line);
    const auto result = ck(line + " --json");
    EXPECT_EQ(result.code, code);
    const Json json = json_of(result);
    EXPECT_EQ(json["schema"], "ck.error/1");
    EXPECT_EQ(json["error"]["code"], name) << result.out;
    EXPECT_EQ(json["error"]["exit_code"], code);
  }
}

TEST_F(CommandLine, MistypedWordsAreSuggested) {
  EXPECT_TRUE(fails(ck("serch program"), 2, "did you mean 'search'?"));
  EXPECT_TRUE(fails(ck("search program --tgas=x"), 2, "did you mean '--tags'?"));
  EXPECT_TRUE(fails(ck("run program:greet --siz=3"), 2, "did you mean 'size'?"));
  EXPECT_TRUE(fails(ck("run program:greet --evn.X=3"), 2, "did you mean '--env'?"));
  EXPECT_TRUE(fails(ck("run program:greet --cmd_key=rnu"), 2, "did you mean 'run'?"));
}

TEST_F(CommandLine, MistypedOptionOfACommandWithParametersIsSuggestedToo) {
  EXPECT_TRUE(fails(ck("run program:greet --tmeout=3"), 2, "did you mean '--timeout'?"));
  EXPECT_TRUE(fails(ck("install package:thing --vresion=3"), 2, "did you mean '--version'?"));
}

TEST_F(CommandLine, ValuesOfAParameterAreChecked) {
  EXPECT_TRUE(fails(ck("run program:greet --size=big"), 2, "size"));
  EXPECT_TRUE(succeeds(ck("run program:greet --size=4")));
}

TEST_F(CommandLine, NothingIsAWrongCommandLine) {
  const auto result = ck("");
  EXPECT_EQ(result.code, 2);
  EXPECT_TRUE(fails(ck("run"), 2, "program:NAME"));
  EXPECT_TRUE(fails(ck("run program:greet again"), 2, "again"));
  EXPECT_TRUE(fails(ck("run package:thing"), 2, "program"));
  EXPECT_TRUE(fails(ck("rm program:greet"), 2, "ck rm"));
  EXPECT_TRUE(fails(ck("rm env"), 2, "--tags"));
  EXPECT_TRUE(fails(ck("pull repo"), 2, "--url"));
  EXPECT_TRUE(fails(ck("replay"), 2, "experiment"));
}

TEST_F(CommandLine, DashAndUnderscoreAreTheSame) {
  const auto one = ck("run program:greet --dry_run");
  EXPECT_TRUE(succeeds(one));
  EXPECT_EQ(ck("run program:greet --dry-run").out, one.out);
  EXPECT_EQ(ck("run program:greet -dry-run").out, one.out);
  EXPECT_EQ(ck("search program --no-tags=greeting").out,
            ck("search program --no_tags=greeting").out);
  EXPECT_EQ(ck("search program --tags greeting").out, ck("search program --tags=greeting").out);
}

TEST_F(CommandLine, StdoutHoldsDataOnly) {
  const auto run = ck("run program:greet");
  EXPECT_EQ(run.out, "hi\n");
  EXPECT_NE(run.err.find("there\n"), std::string::npos);
  EXPECT_NE(run.err.find("recorded as point"), std::string::npos);
  const auto installed = ck("install package:thing");
  EXPECT_EQ(installed.out, ck("locate env --tags=thing").out);
  EXPECT_NE(installed.err.find("building package:thing"), std::string::npos);
  EXPECT_EQ(ck("find program:greet").out, components.folder_of("program", "greet").string() + "\n");
}

TEST_F(CommandLine, QuietPrintsNoProgress) {
  const auto installed = ck("install package:thing --quiet");
  EXPECT_TRUE(succeeds(installed));
  EXPECT_EQ(installed.err, "");
  const auto run = ck("run program:greet --quiet");
  EXPECT_EQ(run.out, "hi\n");
  EXPECT_EQ(run.err, "there\n");
  EXPECT_TRUE(fails(ck("find program:nothing --quiet"), 1, "nothing"));
}

TEST_F(CommandLine, ProgramsOutputPassesThroughByteForByte) {
  components.program("bytes", "printf 'a\\0b\\033[31m\\377\\n'");
  EXPECT_EQ(ck("run program:bytes --quiet").out, std::string("a\0b\033[31m\377\n", 10));
  EXPECT_EQ(json_of(ck("run program:bytes --json"))["schema"], "ck.run/1");
}

TEST_F(CommandLine, ProgramWithoutFilesOfItsOwnRuns) {
  components.component("program", "plain",
                       R"("build": {"system": "none"},
                           "commands": {"run": {"run": ["/bin/echo", "plain"]}})");
  EXPECT_EQ(ck("run program:plain --quiet").out, "plain\n");
  EXPECT_EQ(ck("run program:plain --quiet").out, "plain\n");
  expect_clean();
}

TEST_F(CommandLine, NoColoursWithoutATerminal) {
  for (const char* line : {"find program:nothing", "run program:greet", "ls repo", "--help"}) {
    const auto result = ck(line, {{"NO_COLOR", ""}, {"TERM", "xterm"}});
    EXPECT_EQ((result.out + result.err).find('\x1b'), std::string::npos) << line;
  }
}

TEST_F(CommandLine, ColoursOnATerminalUnlessNoColor) {
  if (find_program("script").empty()) GTEST_SKIP() << "needs script(1) for a terminal";
  const std::string line = "script -qec 'ck find program:gret' /dev/null; true";
  const auto colours = shell(line, {{"TERM", "xterm"}, {"NO_COLOR", ""}});
  EXPECT_NE(colours.output.find("\x1b[31m"), std::string::npos) << colours.output;
  const auto plain = shell(line, {{"TERM", "xterm"}, {"NO_COLOR", "1"}});
  EXPECT_EQ(plain.output.find("\x1b["), std::string::npos) << plain.output;
  EXPECT_NE(plain.output.find("did you mean"), std::string::npos) << plain.output;
}

TEST_F(CommandLine, NothingIsAskedWithoutATerminal) {
  ASSERT_TRUE(succeeds(ck("run program:greet")));
  EXPECT_TRUE(succeeds(ck("rm experiment:greet")));
  EXPECT_EQ(points("greet").size(), 0u);
  EXPECT_TRUE(succeeds(ck("rm repo:tiny")));
}

TEST_F(CommandLine, OnATerminalRemovalIsAskedFor) {
  if (find_program("script").empty()) GTEST_SKIP() << "needs script(1) for a terminal";
  ASSERT_TRUE(succeeds(ck("run program:greet")));
  const auto no = shell("echo n | script -qec 'ck rm experiment:greet' /dev/null");
  EXPECT_NE(no.output.find("[y/N]"), std::string::npos) << no.output;
  EXPECT_EQ(points("greet").size(), 1u);
  const auto yes = shell("script -qec 'ck rm experiment:greet --yes' /dev/null </dev/null");
  EXPECT_EQ(yes.output.find("[y/N]"), std::string::npos) << yes.output;
  EXPECT_EQ(points("greet").size(), 0u);
}

TEST_F(CommandLine, VersionNeedsNoHome) {
  const auto result = ck("--version", {{"CK_HOME", "/proc/nowhere"}});
  EXPECT_TRUE(succeeds(result));
  EXPECT_TRUE(std::regex_match(result.out, std::regex("ck \\d+\\.\\d+\\.\\d+.*\n"))) << result.out;
}

TEST_F(CommandLine, HomeThatCannotBeUsedIsExplained) {
  EXPECT_TRUE(fails(ck("ls program", {{"CK_HOME", "/proc/nowhere"}}), 1, "CK_HOME"));
  EXPECT_TRUE(fails(ck("ls program", {{"CK_HOME", "relative"}}), 2, "absolute"));
}

TEST_F(CommandLine, AnAnswerThatCannotBeWrittenIsAnError) {
  const auto result = shell("ck ls program >/dev/full");
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.output.find("cannot write to standard output"), std::string::npos)
      << result.output;
}

TEST_F(CommandLine, BashCompletesNamesAndKeepsWhatIsBeforeTheColon) {
  const auto completed = [&](const std::string& line) {
    return shell(
               "bash -c 'source <(ck completion bash); COMP_LINE=$1; COMP_POINT=${#1}; "
               "_ck 2>/dev/null; echo \"${COMPREPLY[*]}\"' - \"" +
               line + "\"")
        .output;
  };
  EXPECT_EQ(completed("ck repl"), "replay\n");
  EXPECT_EQ(completed("ck run program:gr"), "greet\n");
  EXPECT_EQ(completed("ck run program:greet --timeo"), "--timeout=\n");
  EXPECT_EQ(completed("ck run program:nobody"), "\n");
}

}  // namespace
}  // namespace ck::test
