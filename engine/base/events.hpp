#pragma once
/// How long work reports what it is doing. Layers emit events; only `cli` turns them into text.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace ck {

/// A step began: "building package:onnx-lite 1.0.0".
struct StepStarted {
  std::string what;
};
/// The last step of this name ended well; `detail` may add a result ("12.3 s", "cached").
struct StepFinished {
  std::string what;
  std::string detail;
};
/// How far a step has come. `total` is absent when unknown; `unit` is "bytes", "objects" or "runs".
struct Progress {
  std::string what;
  std::uint64_t done = 0;
  std::optional<std::uint64_t> total;
  std::string unit;
  std::optional<double> per_second = std::nullopt;  ///< units a second, when somebody measures
};
/// Something the user should know although the work goes on.
struct Warning {
  std::string message;
};
/// A detail that only `--verbose` shows.
struct Note {
  std::string message;
};

using Event = std::variant<StepStarted, StepFinished, Progress, Warning, Note>;

/// Receives events; called from the thread that does the work, so implementations must be quick.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on(const Event& event) = 0;
};

/// Ignores everything; for callers that have nobody to tell.
class NoEvents final : public EventSink {
 public:
  void on(const Event&) override {}
};

}  // namespace ck
