#pragma once
/// An appendix for artifact evaluation, filled from the record. What was not recorded is said to be
/// missing; nothing is made up.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "experiment/records.hpp"

namespace ck::experiment {

/// Texts by name, in Markdown; an empty one was not recorded.
using ReportFacts = std::map<std::string, std::string>;

/// From all points that ended well; what describes the machine and software is of the newest one.
/// A note that begins with "NAME:" is the text of that name ("abstract: We show …"), for what no
/// machine can record. `not_found` when no point ended well.
Result<ReportFacts> report_facts(const ExperimentRecords& records);

struct Report {
  std::string text;
  std::vector<std::string> missing;  ///< names that had no text, in the order of the template
};
/// Every "{{name}}" replaced. `invalid` for a name that does not exist (with near ones).
Result<Report> fill_template(std::string_view text, const ReportFacts& facts,
                             const std::string& source);

}  // namespace ck::experiment
