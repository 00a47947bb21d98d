#pragma once
/// Reports of why, verify and repair as JSON.

#include <string>

#include "app/care.hpp"

namespace ck::cli {

std::string json_text(const app::WhyReport& report);     ///< "ck.why/1"
std::string json_text(const app::VerifyReport& report);  ///< "ck.verify/1"
std::string json_text(const app::RepairReport& report);  ///< "ck.repair/1"

}  // namespace ck::cli
