#include "support/ck_test.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "base/sha256.hpp"
#include "sys/sqlite.hpp"

namespace ck::test {
namespace {

/// A file of /proc, which may vanish at any time.
/// A file of /proc; "" when its process ends meanwhile, which a stream reports by throwing.
std::string proc_text(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::string said(const CkResult& result) {
  return "exit " + std::to_string(result.code) + "\nstdout:\n" + result.out + "\nstderr:\n" +
         result.err;
}

}  // namespace

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream stream{std::string(line)};
  return {std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()};
}

testing::AssertionResult fails(const CkResult& result, int code, std::string_view words) {
  std::size_t errors = 0;
  std::istringstream lines(result.err);
  for (std::string line; std::getline(lines, line);) errors += line.starts_with("ck: ");
  const bool told = result.err.find(words) != std::string::npos;
  if (result.code == code && errors == 1 && told && result.out.empty())
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << "expected exit " << code << " and one error with '" << words
                                     << "', found " << said(result);
}

testing::AssertionResult succeeds(const CkResult& result) {
  if (result.code == 0) return testing::AssertionSuccess();
  return testing::AssertionFailure() << said(result);
}

CkTest::CkTest() { fs::create_directories(folder / "user"); }

Variables CkTest::variables() const {
  return {{"CK_HOME", home().string()},
          {"HOME", (folder / "user").string()},
          {"PATH", "/usr/local/bin:/usr/bin:/bin"},
          {"LC_ALL", "C.UTF-8"},
          {"TZ", "UTC"},
          {"NO_COLOR", "1"}};
}

namespace {

void set_all(Variables& variables, const Variables& more) {
  for (const auto& one : more) {
    std::erase_if(variables, [&](const auto& known) { return known.first == one.first; });
    variables.push_back(one);
  }
}

}  // namespace

CkProcess CkTest::start(std::string_view line, const Variables& more) const {
  CkCall call{words_of(line), variables(), folder.path(), ""};
  set_all(call.variables, more);
  return {call, folder.path()};
}

CkResult CkTest::ck(const std::vector<std::string>& arguments, const Variables& more) const {
  CkCall call{arguments, variables(), folder.path(), ""};
  set_all(call.variables, more);
  return CkProcess(call, folder.path()).wait();
}

CkResult CkTest::ck(std::string_view line, const Variables& more) const {
  return ck(words_of(line), more);
}

CkResult CkTest::ck_in(const fs::path& where, std::string_view line) const {
  return CkProcess({words_of(line), variables(), where, ""}, folder.path()).wait();
}

CommandResult CkTest::shell(const std::string& line, const Variables& more) const {
  Variables all = variables();
  for (auto& [name, value] : all) {
    if (name == "PATH") value = fs::path(CK_BINARY).parent_path().string() + ":" + value;
  }
  all.insert(all.end(), more.begin(), more.end());
  return run_command({"/bin/bash", "-c", line}, folder.path(), all);
}

void CkTest::import() {
  ASSERT_TRUE(succeeds(ck({"import", "repo", "--path=" + components.folder().string()})));
}

std::vector<std::string> CkTest::names_in(const fs::path& relative) const {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(home() / relative, missing))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

void CkTest::expect_clean() const {
  EXPECT_EQ(names_in("staging"), std::vector<std::string>());
  EXPECT_EQ(names_in("work"), std::vector<std::string>());
  for (const auto& name : names_in("repos"))
    EXPECT_FALSE(name.starts_with(".")) << "left in repos/: " << name;
  std::error_code missing;
  for (const auto& entry :
       fs::recursive_directory_iterator(home() / "downloads" / "sha256", missing)) {
    // What a broken download left is resumed by the next one.
    if (!entry.is_regular_file() || entry.path().extension() == ".part") continue;
    EXPECT_EQ(sha256_hex(read_text(entry.path())), entry.path().filename().string());
  }
  std::vector<std::string> known;
  const Json shown = json_of(ck("show env --json"));
  for (const auto& environment : shown["environments"]) {
    const auto id = environment["id"].get<std::string>();
    // Software of CK's has a folder too, with its env.sh.
    if (environment["origin"] == "built" || fs::exists(home() / "envs" / id)) known.push_back(id);
  }
  std::ranges::sort(known);
  EXPECT_EQ(environments(), known);
  for (const auto& id : environments())
    EXPECT_TRUE(fs::exists(home() / "envs" / id / ".ck" / "manifest.json")) << id;
  expect_sound_databases();
  EXPECT_EQ(leftover_processes(), std::vector<std::string>());
}

void CkTest::expect_sound_databases() const {
  for (const char* name : {"ck.sqlite", "index.sqlite"}) {
    if (!fs::exists(home() / name)) continue;
    auto database = sys::Database::open(home() / name);
    ASSERT_OK(database);
    auto check = database->prepare("PRAGMA integrity_check");
    ASSERT_OK(check);
    ASSERT_OK(check->step());
    EXPECT_EQ(check->text(0), "ok") << name;
  }
}

Json CkTest::points(const std::string& experiment) const {
  const auto shown = ck({"show", "experiment:" + experiment, "--json"});
  if (shown.code != 0) return Json::array();
  return json_of(shown)["points"];
}

std::vector<std::string> CkTest::leftover_processes() const {
  std::vector<std::string> found;
  for (const auto& process : fs::directory_iterator("/proc")) {
    const std::string name = process.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (name == std::to_string(::getpid())) continue;
    const std::string command = proc_text(process.path() / "cmdline");
    if ((command + proc_text(process.path() / "environ")).find(folder.path().string()) !=
        std::string::npos)
      found.push_back(name + " " + command);
  }
  return found;
}

void CkTest::wait_for(const fs::path& file) const {
  for (int i = 0; i < 5000; ++i) {
    if (fs::exists(file)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  FAIL() << file << " does not appear";
}

void CkTest::wait_for_inside(const std::string& name) const {
  for (int i = 0; i < 5000; ++i) {
    for (const auto* folder_of_work : {"work", "staging"}) {
      // Folders come and go meanwhile.
      std::error_code gone;
      fs::recursive_directory_iterator entry(home() / folder_of_work, gone);
      for (; !gone && entry != fs::end(entry); entry.increment(gone)) {
        if (entry->path().filename() == name) return;
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  FAIL() << name << " does not appear";
}

}  // namespace ck::test
