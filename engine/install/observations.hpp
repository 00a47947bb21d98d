#pragma once
/// What the steps of one call of ck opened, collected while they run (`--trace`).

#include <mutex>
#include <string>
#include <vector>

#include "install/observed_inputs.hpp"

namespace ck::install {

/// Threads that build at the same time share it.
class Observations {
 public:
  /// To be looked up later, when nothing else is going on.
  void add(ObservedStep step) {
    const std::lock_guard guard(mutex_);
    steps_.push_back(std::move(step));
  }
  /// Looked up already.
  void add(ObservedInputs inputs) {
    const std::lock_guard guard(mutex_);
    inputs_.push_back(std::move(inputs));
  }
  /// All so far, the commands of one build as one; none are left.
  Result<std::vector<ObservedInputs>> take(Context& context);

 private:
  std::vector<ObservedStep> take_steps();

  std::mutex mutex_;
  std::vector<ObservedStep> steps_;
  std::vector<ObservedInputs> inputs_;
};

}  // namespace ck::install
