// Many processes archive into one store at once: nothing is lost.
//
// CK_FAULT_WRITERS and CK_FAULT_RUNS say how many processes and how many runs each; the figure of
// the issue is 64 and 50.

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <set>

#include "store/store.hpp"
#include "support/ck_test.hpp"

namespace ck::test {
namespace {

int number(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::atoi(text);
}

/// One process; its exit code says whether the store took everything.
int archive_runs(const fs::path& file, const fs::path& blobs, int writer, int runs) {
  auto store = store::Store::open(file, blobs);
  if (!store) return 1;
  for (int i = 0; i < runs; ++i) {
    const std::string name = std::to_string(writer) + "." + std::to_string(i);
    store::NewPoint wanted;
    wanted.experiment = "together";
    wanted.subject = "program:x";
    wanted.document = "{\"n\": \"" + name + "\"}";
    wanted.created_ns = i;
    auto point = store->begin_point(wanted);
    if (!point) return 2;
    store::Repetition repetition;
    repetition.number = 1;
    repetition.ok = true;
    repetition.ending = "exited with 0";
    repetition.detail = "{}";
    auto out = store->blobs().put(name);
    auto err = store->blobs().put("");
    if (!out || !err) return 3;
    repetition.out_sha256 = *out;
    repetition.err_sha256 = *err;
    repetition.metrics = {static_cast<double>(i)};
    if (!store->add_repetition(*point, {{"n", "1", "none", ""}}, repetition)) return 4;
    if (!store->finish_point(*point, store::PointState::ok, i + 1, "", "")) return 5;
  }
  return 0;
}

TEST_F(CkTest, EveryRunOfManyWritersIsKept) {
  const int writers = number("CK_FAULT_WRITERS", 16);
  const int runs = number("CK_FAULT_RUNS", 5);
  const fs::path file = folder / "ck.sqlite";
  const fs::path blobs = folder / "blobs";
  std::vector<pid_t> processes;
  for (int i = 0; i < writers; ++i) {
    const pid_t process = ::fork();
    ASSERT_GE(process, 0);
    if (process == 0) ::_exit(archive_runs(file, blobs, i, runs));
    processes.push_back(process);
  }
  for (const pid_t process : processes) {
    int status = 0;
    ASSERT_EQ(::waitpid(process, &status, 0), process);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
  auto store = store::Store::open(file, blobs);
  ASSERT_OK(store);
  const auto points = store->points("together");
  ASSERT_OK(points);
  std::set<std::string> kept;
  for (const auto& point : *points) {
    ASSERT_EQ(point.repetitions.size(), 1U);
    EXPECT_EQ(point.state, store::PointState::ok);
    const auto out = store->blobs().get(point.repetitions.front().out_sha256);
    ASSERT_OK(out);
    kept.insert(*out);
  }
  EXPECT_EQ(kept.size(), static_cast<std::size_t>(writers * runs));
  std::printf("%zu of %d kept\n", kept.size(), writers * runs);
}

}  // namespace
}  // namespace ck::test
