#pragma once
/// Questions of programs in a sandbox to the engine outside: over a socket in a folder that both
/// see.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ck::sys {

/// What is answered: a text, and files that the asking side may read although it cannot see them.
struct LocalAnswer {
  std::string text;
  std::vector<fs::path> files;
};

/// Answers questions, one after another, in a thread of its own until the value goes away.
class LocalServer {
 public:
  using Handler = std::function<LocalAnswer(const std::string& question)>;

  /// The socket is made at `socket`, which must not exist; its folder decides who can reach it.
  static Result<LocalServer> start(const fs::path& socket, Handler handler);
  LocalServer(LocalServer&&) noexcept;
  LocalServer& operator=(LocalServer&&) noexcept;
  ~LocalServer();

 private:
  struct State;
  explicit LocalServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The other side: an answer whose files can be read as long as it lives.
class ReceivedAnswer {
 public:
  ReceivedAnswer(std::string text, std::vector<int> descriptors);
  ReceivedAnswer(ReceivedAnswer&& other) noexcept;
  ReceivedAnswer& operator=(ReceivedAnswer&&) = delete;
  ~ReceivedAnswer();

  const std::string& text() const { return text_; }
  std::size_t file_count() const { return descriptors_.size(); }
  /// A path by which the file can be opened in this process.
  fs::path file(std::size_t index) const;

 private:
  friend Result<ReceivedAnswer> ask_local(const fs::path& socket, const std::string& question);

  std::string text_;
  std::vector<int> descriptors_;
};

/// Asks, and waits for the answer. `io` when nobody answers.
Result<ReceivedAnswer> ask_local(const fs::path& socket, const std::string& question);

}  // namespace ck::sys
