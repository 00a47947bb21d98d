#pragma once
/// What the archive says, as JSON documents with a schema id each.

#include <string>

#include "app/archive.hpp"
#include "app/bisect.hpp"
#include "app/capsules.hpp"

namespace ck::cli {

std::string json_text(const experiment::Selection& selection);  ///< "ck.points/1"
std::string json_text(const app::AnnotateReport& report);       ///< "ck.annotations/1"
std::string json_text(const app::SearchWordsReport& report);    ///< "ck.search-words/1"
std::string json_text(const experiment::DiffReport& report);    ///< "ck.diff/1"
std::string json_text(const app::BisectReport& report);         ///< "ck.bisect/1"
std::string json_text(const app::PlotReport& report);           ///< "ck.plot/1"
std::string json_text(const app::ColumnRepairReport& report);   ///< "ck.repair-columns/1"
std::string json_text(const app::RecordsReport& report);        ///< "ck.verify-records/1"
std::string json_text(const experiment::Report& report);        ///< "ck.report/1"
std::string json_text(const app::ExportCapsuleReport& report);  ///< "ck.capsule-export/1"
std::string json_text(const app::ImportCapsuleReport& report);  ///< "ck.capsule-import/1"
std::string json_text(const store::Signature& signature);       ///< "ck.signature/1"

/// The selection as comma-separated values (RFC 4180) with a line of names.
std::string csv_text(const experiment::Selection& selection);

}  // namespace ck::cli
