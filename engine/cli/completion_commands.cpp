/// The rows completion and manual.

#include "app/names.hpp"
#include "base/strings.hpp"
#include "cli/completion.hpp"

namespace ck::cli {
namespace {

/// What cannot be found out is not completed: an error would be printed over the line being typed.
NameSource source_of(Call& call) {
  return {[&call] { return app::kinds(call.session).value_or(std::vector<std::string>()); },
          [&call](const std::string& kind) {
            return app::names_of_kind(call.session, kind).value_or(std::vector<std::string>());
          }};
}

Result<int> complete(Call& call) {
  if (call.line.has("words")) {
    for (const auto& word : completions(commands(), call.line.arguments, source_of(call)))
      call.output.data(word + "\n");
    return 0;
  }
  const std::string shell = call.line.words.empty() ? "" : call.line.words.front();
  if (const char* script = completion_script(shell)) {
    call.output.data(script);
    return 0;
  }
  return fail(Error(ErrorCode::usage, shell.empty() ? "nothing says which shell"
                                                    : "'" + shell + "' is no shell ck knows")
                  .hint("ck completion " + join(completed_shells(), ", or ck completion ")));
}

Result<int> manual(Call& call) {
  call.output.data(manual_page(commands(), CK_VERSION));
  return 0;
}

}  // namespace

std::vector<Command> completion_commands() {
  return {
      {"completion",
       "print what makes a shell complete ck's command lines",
       {"completion bash | zsh | fish", "completion --words -- WORD …"},
       "For bash: source <(ck completion bash). Verbs, options, kinds and names are completed.\n"
       "With --words: what the last of the words may become, one a line; that is what shells ask.",
       {{{"words", "", "complete the words after --"}}, {}, false},
       {"ck completion bash", "ck completion --words -- run program:"},
       complete},
      {"manual",
       "print the manual page",
       {"manual"},
       "In roff: ck manual | man -l - shows it.",
       {{}, {}, false},
       {"ck manual"},
       manual},
  };
}

}  // namespace ck::cli
