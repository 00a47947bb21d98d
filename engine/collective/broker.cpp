#include "collective/broker.hpp"

#include <algorithm>
#include <array>

#include "base/strings.hpp"
#include "collective/fetch_tools.hpp"
#include "collective/meta.hpp"
#include "install/staging.hpp"

namespace ck::collective {
namespace {

/// Commands that change nothing. Of ck itself: another word would be an action of a module, which
/// is a repository's code, outside.
constexpr std::array<std::string_view, 7> kQuestions{"search", "find", "locate", "show",
                                                     "ls",     "list", "load"};
/// Functions of `ck.access` that change nothing.
constexpr std::array<std::string_view, 7> kQueries{
    "search", "list", "find", "load", "path", "cid", "reload_repo_cache"};
constexpr std::string_view kSocket = "engine";

struct Facts {
  sys::Processes* processes;
  sys::Cancel cancel;
  install::Variables variables;  ///< of the engine's own calls
  fs::path executable;
  fs::path folder;  ///< that the script cannot see
  bool network;
  Broker::Serves serves;
};

sys::LocalAnswer told(int code, const std::string& out, const std::string& err) {
  return {to_text(Json{{"exit", code}, {"out", out}, {"err", err}}), {}};
}

sys::LocalAnswer refused(const std::string& message) {
  return told(1, "", "ck: " + message + "\n");
}

Result<sys::ProcessResult> call(const Facts& facts, std::vector<std::string> argv,
                                const std::string& input) {
  sys::ProcessSpec spec;
  argv.insert(argv.begin(), facts.executable.string());
  spec.argv = std::move(argv);
  spec.variables = facts.variables;
  spec.directory = facts.folder;
  spec.stdin_text = input;
  return facts.processes->run(spec, facts.cancel);
}

int code_of(const sys::ProcessResult& result) {
  const auto* exited = std::get_if<sys::Exited>(&result.ending);
  return exited != nullptr ? exited->code : 1;
}

/// Each URL is fetched into a folder of the engine's; where it goes is the script's own business.
sys::LocalAnswer fetched(const std::vector<std::string>& argv, const Facts& facts) {
  if (argv.size() < 3 || argv[2] != "--")
    return refused("fetch needs wget or curl, and after -- what they take");
  const std::vector<std::string> rest(argv.begin() + 3, argv.end());
  const auto order = argv[1] == "curl" ? read_curl(rest) : read_wget(rest);
  if (!order) return refused(order.error().message);
  Json files = Json::array();
  sys::LocalAnswer answer;
  for (const auto& item : order->items) {
    if (!may_be_fetched(item.url, facts.network))
      return refused("the sandbox does not let a script have " + printable(item.url) + " fetched");
    const fs::path file = facts.folder / std::to_string(answer.files.size());
    std::vector<std::string> command{"fetch", "wget", "--", "-O", file.filename().string()};
    for (const auto& header : order->headers) command.push_back("--header=" + header);
    command.push_back(item.url);
    const auto result = call(facts, std::move(command), "");
    if (!result) return refused(result.error().message);
    if (!result->ok()) return told(code_of(*result), "", result->err);
    answer.files.push_back(file);
    files.push_back(item.file);
  }
  answer.text = to_text(Json{{"exit", 0}, {"out", ""}, {"err", ""}, {"files", std::move(files)}});
  return answer;
}

/// Whether a line is about environments: of other kinds `cat` and the like would be actions of
/// modules.
bool is_about_environments(const std::vector<std::string>& argv) {
  return argv.size() > 1 && (argv[1] == "env" || argv[1].starts_with("env:"));
}

bool is_choice(const std::string& word) {
  constexpr std::array<std::string_view, 4> kChoices{
      "--tags=", "--or_tags=", "--no_tags=", "--tag_groups="};
  return word == "env" || word.starts_with("env:") ||
         std::ranges::any_of(kChoices, [&](auto choice) { return word.starts_with(choice); });
}

/// The script that loads the environments which `ck virtual env` means; the caller executes it in
/// its sandbox. Only what chooses environments is passed on, and none is made: what an installation
/// needs is to be declared, and could wait for the very thing that is being installed.
sys::LocalAnswer loading(std::vector<std::string> argv, const Facts& facts) {
  const auto strange = std::find_if_not(argv.begin() + 1, argv.end(),
                                        [](const auto& word) { return is_choice(word); });
  if (strange != argv.end())
    return refused("'" + printable(*strange) + "' does not choose environments in a sandbox");
  argv.emplace_back("--print=script");
  argv.emplace_back("--existing");
  const auto result = call(facts, std::move(argv), "");
  if (!result) return refused(result.error().message);
  return told(code_of(*result), result->out, result->err);
}

bool asks(const std::vector<std::string>& argv, const std::string& input) {
  const std::string& command = argv.front();
  if (command == "cat") return is_about_environments(argv);
  if (command != "access") return std::ranges::find(kQuestions, command) != kQuestions.end();
  const auto request = parse_json(input, "a call of ck.access");
  return request && std::ranges::find(kQueries, text_at(*request, "action")) != kQueries.end();
}

sys::LocalAnswer answer_of(const std::string& question, const Facts& facts) {
  const auto json = parse_json(question, "a call of ck");
  if (!json || !json->is_object()) return refused("that is no call");
  const auto argv = texts_at(*json, "argv");
  if (argv.empty()) return refused("that is no call");
  // Outside it would be another file: one that the sandbox may be hiding.
  const auto names_file = [](const std::string& word) {
    return word.starts_with('@') && !word.starts_with("@@@");
  };
  if (std::ranges::any_of(argv, names_file))
    return refused("scripts in a sandbox give options one by one or as @@@{…}, not as @FILE");
  const bool installing = facts.serves == Broker::Serves::downloads_too;
  if (installing && argv.front() == "fetch") return fetched(argv, facts);
  if (argv.front() == "virtual" && is_about_environments(argv)) return loading(argv, facts);
  if (!asks(argv, text_at(*json, "input")) && !(installing && argv.front() == "access"))
    return refused("'" + printable(argv.front()) +
                   "' is not for scripts in a sandbox; they may "
                   "ask (search, find, locate, show, ls, cat env, virtual env)" +
                   (installing ? " and fetch" : ", and fetch while something is installed"));
  const auto result = call(facts, argv, text_at(*json, "input"));
  if (!result) return refused(result.error().message);
  return told(code_of(*result), result->out, result->err);
}

bool is_address_near(std::string_view host) {
  constexpr std::array<std::string_view, 8> kNear{"127.*",     "0.*", "10.*",      "169.254.*",
                                                  "192.168.*", "[*]", "localhost", "*.localhost"};
  const auto near = [&](auto pattern) { return wildcard_match(pattern, host); };
  if (std::ranges::any_of(kNear, near)) return true;
  // 172.16.0.0/12; and numbers without dots, which are addresses too.
  const auto parts = split(host, '.');
  if (parts.size() == 4 && parts[0] == "172") {
    const auto second = parse_number(parts[1]);
    return second && *second >= 16 && *second <= 31;
  }
  return parse_number(std::string(host)).has_value() || host.starts_with("0x");
}

}  // namespace

bool may_be_fetched(const std::string& url, bool has_network) {
  const auto end = url.find("://");
  const std::string scheme = end == std::string::npos ? "http" : url.substr(0, end);
  if (scheme != "http" && scheme != "https" && scheme != "ftp") return false;
  if (has_network) return true;
  std::string host = end == std::string::npos ? url : url.substr(end + 3);
  host.resize(std::min(host.find_first_of("/?#"), host.size()));
  if (const auto user = host.rfind('@'); user != std::string::npos) host.erase(0, user + 1);
  if (!host.starts_with('[')) host.resize(std::min(host.find(':'), host.size()));
  if (host.starts_with('[')) return false;
  return !is_address_near(to_lower(host));
}

Result<Broker> Broker::start(const fs::path& channel, Serves what, Workbench& bench) {
  auto& context = bench.context();
  CK_TRY(made, install::make_staging(context.home.staging()));
  auto folder = std::make_unique<sys::TemporaryDirectory>(std::move(made));
  for (const auto* name : {"socket", "files"})
    CK_CHECK(sys::make_directories(folder->path() / name));
  // Of its own: nobody waits for an answer once the script has ended.
  const sys::Cancel cancel;
  std::error_code unknown;
  Facts facts{&context.processes,
              cancel,
              context.host_variables,
              fs::read_symlink("/proc/self/exe", unknown),
              folder->path() / "files",
              bench.profile().isolation.network,
              what};
  install::set_variable(facts.variables, "CK_HOME", context.home.root.string());
  if (!channel.empty())
    install::set_variable(facts.variables, "CK_FETCH_CHANNEL", channel.string());
  CK_TRY(server, sys::LocalServer::start(
                     folder->path() / "socket" / kSocket,
                     [facts](const std::string& question) { return answer_of(question, facts); }));
  const std::shared_ptr<void> stop(nullptr, [cancel](void*) { cancel.request(); });
  return Broker(std::move(folder), std::move(server), stop);
}

void Broker::add_to(install::Variables& variables, std::vector<fs::path>& readable) const {
  const fs::path socket = folder_->path() / "socket" / kSocket;
  install::set_variable(variables, kEngineSocket, socket.string());
  readable.push_back(socket.parent_path());
}

}  // namespace ck::collective
