// kill -9 at random moments of everything that writes, several processes at once in one home: no
// corrupt environment, index or store, no lost run that was told to be done, nothing left behind
// after the next call.
//
// CK_FAULT_KILLS says how many (the figure of the issue is 1000).

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <thread>

#include "base/sha256.hpp"
#include "support/ck_test.hpp"
#include "support/git_remote.hpp"
#include "support/http_server.hpp"

namespace ck::test {
namespace {

constexpr int kTogether = 8;
constexpr int kPackages = 12;

int wanted_kills() {
  const char* text = std::getenv("CK_FAULT_KILLS");
  return text == nullptr ? 24 : std::atoi(text);
}

class Stress : public CkTest {
 protected:
  Stress() {
    components.package("base", "echo base >\"$1/base\"", R"("tags": ["base"])");
    for (int i = 0; i < kPackages; ++i) {
      const std::string number = std::to_string(i);
      // Each with a download of its own.
      const std::string content = "download " + number + std::string(20'000, 'x');
      write_text(folder / "remote" / number, content);
      components.package("p" + number, "for i in 1 2 3 4; do echo $i >\"$1/$i\"; done",
                         R"("tags": ["p)" + number + R"("], "dependencies": {"lib": {"tags":
                            ["base"]}}, "sources": [{"url": "file://)" +
                             (folder / "remote" / number).string() + R"(", "sha256": ")" +
                             sha256_hex(content) + R"(", "unpack": false}])");
      components.program("r" + number, "echo $$",
                         R"("dependencies": {"p": {"tags": ["p)" + number + "\"]}}");
    }
    import();
    const ComponentWriter writer(remote_.work(), "far");
    for (int i = 0; i < 8; ++i) writer.program("f" + std::to_string(i), "true");
    remote_.commit("first");
  }

  std::string some_line(std::mt19937& random) const {
    const auto number = std::to_string(random() % kPackages);
    switch (random() % 8) {
      case 0:
        return "pull repo --url=" + remote_.url();
      case 1:
        return "rm env:r" + number + " --quiet";
      case 2:
        return "install package:p" + number + " --rebuild --quiet";
      case 3:
        return "install package:p" + number + " --quiet";
      case 4:
        return "gc --older-than=0 --yes --quiet";
      default:
        return "run program:r" + number + " --record_uoa=all --json";
    }
  }

  /// Runs commands and kills them until there were enough kills.
  void loop(unsigned seed, std::atomic<int>& kills_left, std::chrono::milliseconds longest) {
    std::mt19937 random(seed);
    std::uniform_int_distribution<std::int64_t> moment(0, longest.count());
    while (kills_left > 0) {
      const std::string line = some_line(random);
      CkProcess process = start(line);
      const bool ended = process.ends_within(std::chrono::milliseconds(moment(random)));
      if (!ended) {
        process.signal(SIGKILL);
        --kills_left;
      }
      const CkResult result = process.wait();
      const std::lock_guard guard(mutex_);
      take(line, result);
    }
  }

  /// What it told, it must have done; and it must not have failed for another reason than the
  /// others.
  void take(const std::string& line, const CkResult& result) {
    ++ended_[result.code];
    if (result.code == 0 && line.starts_with("run "))
      told_.insert(json_of(result)["point"]["uid"].get<std::string>());
    if (result.code == 0 || result.code == 128 + SIGKILL) return;
    // Somebody removed what it had chosen, or uses what it was to remove, or did so before: told.
    const std::string told = result.err + result.out;
    const bool expected = told.find("was removed after it was chosen") != std::string::npos ||
                          told.find("no environment with") != std::string::npos ||
                          told.find("there is no environment") != std::string::npos ||
                          result.code == 5;
    EXPECT_TRUE(expected) << line << "\n" << result.code << "\n" << result.err << result.out;
  }

  GitRemote remote_{folder / "remotes"};
  std::mutex mutex_;
  std::set<std::string> told_;
  std::map<int, int> ended_;
};

TEST_F(Stress, KilledAtRandomMoments) {
  const int kills = wanted_kills();
  std::atomic<int> left = kills;
  // So long that some end before their moment comes, whatever else the machine does.
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(succeeds(ck("run program:r0 --record_uoa=first")));
  const auto longest = 4 * std::chrono::duration_cast<std::chrono::milliseconds>(
                               std::chrono::steady_clock::now() - begin);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kTogether; ++i)
    threads.emplace_back([this, &left, i, longest] { loop(4711 + i, left, longest); });
  for (auto& thread : threads) thread.join();
  // The next calls find everything as it should be.
  ASSERT_TRUE(succeeds(ck("install package:base")));
  EXPECT_TRUE(succeeds(ck("verify env --all --quiet")));
  std::set<std::string> kept;
  for (const Json& point : points("all")) {
    kept.insert(point["uid"].get<std::string>());
    EXPECT_NE(point["state"], "running");
  }
  for (const auto& uid : told_) EXPECT_TRUE(kept.contains(uid)) << "lost " << uid;
  ASSERT_TRUE(succeeds(ck("pull repo --url=" + remote_.url())));
  EXPECT_EQ(json_of(ck("search far:program:* --json"))["components"].size(), 8U);
  expect_clean();
  std::string codes;
  for (const auto& [code, count] : ended_)
    codes += " " + std::to_string(code) + ": " + std::to_string(count);
  std::printf("%d kills; %zu runs told, %zu kept; exit codes%s\n", kills, told_.size(), kept.size(),
              codes.c_str());
}

}  // namespace
}  // namespace ck::test
