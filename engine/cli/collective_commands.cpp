#include <cstdlib>
#include <iostream>
#include <iterator>

#include "app/collective_services.hpp"
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

}  // namespace

std::vector<Command> collective_commands() {
  return {
      {"access",
       "answer a request of CK's kernel, for component scripts",
       {"access < REQUEST.json"},
       "Reads one JSON object with action, module_uoa, data_uoa, tags … and prints CK's answer "
       "with\n"
       "\"return\" 0, or another number and \"error\". Reads only: find, load, search, list.",
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
