#pragma once
/// What the archive says, as JSON documents with a schema id each.

#include <string>

#include "app/archive.hpp"

namespace ck::cli {

std::string json_text(const experiment::Selection& selection);  ///< "ck.points/1"
std::string json_text(const app::AnnotateReport& report);       ///< "ck.annotations/1"
std::string json_text(const app::SearchWordsReport& report);    ///< "ck.search-words/1"

/// The selection as comma-separated values (RFC 4180) with a line of names.
std::string csv_text(const experiment::Selection& selection);

}  // namespace ck::cli
