#pragma once
/// The machine before and while something is measured. Internal to app.

#include <utility>
#include <vector>

#include "app/programs.hpp"

namespace ck::app {

/// Settings of the machine that are changed back when this ends.
class QuietMachine {
 public:
  QuietMachine() = default;
  QuietMachine(const QuietMachine&) = delete;
  QuietMachine& operator=(const QuietMachine&) = delete;
  ~QuietMachine();

  /// As asked for: quietens the machine (`fix`), looks at it and says what disturbs (`preflight`),
  /// and puts it into `sampling` for the record.
  void prepare(Session& session, const RunRequest& request, experiment::Sampling& sampling);

  void quieten(Session& session);

 private:
  std::vector<std::pair<fs::path, std::string>> changed_;
};

}  // namespace ck::app
