#pragma once
/// ck doctor: is the machine ready, and are the components what they should be?

#include <string>
#include <vector>

#include "app/session.hpp"

namespace ck::app {

struct Finding {
  enum class Weight { good, odd, broken };
  Weight weight = Weight::good;
  std::string where;  ///< "machine", or a file
  std::string message;
};

struct DoctorReport {
  std::vector<Finding> findings;
  std::size_t components = 0;  ///< that were read
};

/// Looks at the machine, and at the components of one repository or of all (`repository` empty).
Result<DoctorReport> doctor(Session& session, const std::string& repository);

}  // namespace ck::app
