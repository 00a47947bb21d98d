#pragma once
/// Which recorded points of a sweep say what would be measured now. Internal to app.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/programs.hpp"
#include "app/sweep.hpp"
#include "base/json.hpp"

namespace ck::app {

/// Recorded points of places that are measured again.
struct LeftAside {
  std::size_t code = 0;      ///< of another plan: program, dependencies, variables, profile
  std::size_t sampling = 0;  ///< on other processors, in another kind of environment, or too seldom
};
/// "3 recorded points are left aside: 2 of other code, 1 of other sampling"; empty for none.
std::string text_of(const LeftAside& left);

/// What is recorded of one place.
struct PlacePoints {
  std::vector<store::Point> same;  ///< of this code, under these conditions; oldest first
  LeftAside others;
};

/// Whether the point was repeated as often, or is as precise, as is asked for.
bool is_enough(const store::Point& point, const experiment::Sampling& wanted);

/// The recorded points of a sweep, compared with the plans that would run now.
class KnownPoints {
 public:
  static Result<KnownPoints> open(Session& session, const RunRequest& base,
                                  const std::string& experiment, const std::string& id);

  /// Points of these values. A place that cannot be planned has none: its run tells why.
  PlacePoints at(const SweepValues& values);

  /// About how long a point takes without its build: from this sweep's points, else from others of
  /// the same program; nothing when there are none.
  std::optional<double> seconds_per_point() const;

 private:
  /// What decides what is executed, as text; and the values that decide it.
  using Essence = std::optional<std::string>;
  using Key = std::pair<SweepValues, std::string>;

  /// What recorded points took.
  struct Cost {
    std::size_t points = 0;
    std::size_t repetitions = 0;
    double seconds = 0;
    void add(const store::Point& point);
  };

  KnownPoints(Session& session, const RunRequest& base) : session_(&session), base_(base) {}

  std::vector<std::string> varied_in(const SweepValues& values) const;
  bool same_code(const Json& document, const SweepValues& values);
  const Essence& planned(const SweepValues& values, const std::string& repeat);

  Session* session_;
  RunRequest base_;
  bool collective_ = false;  ///< the program is one of Collective Knowledge
  std::map<SweepValues, std::vector<store::Point>> points_;
  Cost own_;     ///< of this sweep
  Cost others_;  ///< of the same program beside it
  std::map<Key, Essence> planned_;
};

}  // namespace ck::app
