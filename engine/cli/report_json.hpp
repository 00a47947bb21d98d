#pragma once
/// Reports as the JSON documents that leave the program. Each has a schema id; keys are only ever
/// added.

#include <string>

#include "app/component_test.hpp"
#include "app/components.hpp"
#include "app/doctor.hpp"
#include "app/environments.hpp"
#include "app/lint.hpp"
#include "app/lint_fix.hpp"
#include "app/programs.hpp"
#include "app/repositories.hpp"

namespace ck::cli {

std::string json_text(const app::PullReport& report);
std::string json_text(const app::RepositoriesReport& report);
std::string json_text(const app::RepositoryDetail& report);
std::string json_text(const app::SearchReport& report);
std::string json_text(const app::FindReport& report);
std::string json_text(const app::DetectReport& report);
std::string json_text(const app::InstallReport& report);
std::string json_text(const app::EnvironmentsReport& report);
std::string json_text(const app::LogReport& report);
std::string json_text(const app::CompileReport& report);
std::string json_text(const app::DoctorReport& report);
std::string json_text(const app::LintReport& report, const std::vector<app::LintFix>& fixes);
std::string json_text(const app::ComponentTestReport& report);
std::string json_text(const app::ExplainReport& report);
std::string json_text(const install::HostFacts& facts);

}  // namespace ck::cli
