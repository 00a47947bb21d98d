#include "app/mirrors.hpp"
#include "base/counted.hpp"
#include "cli/command.hpp"
#include "cli/requests.hpp"

namespace ck::cli {
namespace {

Result<int> mirror(Call& call) {
  const auto& words = call.line.words;
  const bool create = words.size() == 2 && words.front() == "create";
  const bool verify = words.size() == 2 && words.front() == "verify";
  if (!create && !verify) {
    return fail(Error(ErrorCode::usage, "what is to be done with which mirror?")
                    .hint("ck mirror create DIR --locked=FILE, or ck mirror verify DIR"));
  }
  if (create && !call.line.has("locked")) {
    return fail(Error(ErrorCode::usage, "a mirror is made for a lock")
                    .hint("ck lock program:NAME --out=ck.lock; ck mirror create " + words[1] +
                          " --locked=ck.lock"));
  }
  Result<install::Mirror> done = fail(ErrorCode::internal, "nothing was done");
  if (create) {
    CK_TRY(lock, install::read_lock(call.line.get("locked")));
    done = app::create_mirror(call.session, lock, words[1]);
  } else {
    done = app::verify_mirror(call.session, words[1]);
  }
  CK_TRY(found, std::move(done));
  call.output.data(found.folder.string() + "\n");
  call.output.say(counted(found.files.size(), "file") + ", " +
                  counted(found.trees.size(), "git source") + ", " +
                  counted(found.clones.size(), "repository", "repositories"));
  return 0;
}

}  // namespace

std::vector<Command> mirror_commands() {
  return {{"mirror",
           "collect what a lock needs, for machines without a network",
           {"mirror create DIR --locked=FILE", "mirror verify DIR"},
           "Downloads by hash, git sources by commit, and the component repositories at their "
           "commits. There:\n"
           "'ck pull --mirror=DIR', then 'ck run --locked=FILE --offline --mirror=DIR'. Creating "
           "again adds\n"
           "what is missing.",
           {{{"locked", "FILE", "the lock, as 'ck lock' writes it"}}, {}, false},
           {"ck mirror create offline --locked=ck.lock", "ck mirror verify offline"},
           mirror}};
}

}  // namespace ck::cli
