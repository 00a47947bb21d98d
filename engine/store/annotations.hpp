#pragma once
/// What people say about experiments and points after they were recorded: tags and notes. Nothing
/// of it is ever changed; what is taken back is another row. Rows are chained, see note_chain.hpp.

#include <cstdint>
#include <string>
#include <vector>

#include "store/archive.hpp"

namespace ck::store {

struct Annotation {
  enum class Kind { tag, untag, note };
  std::string point;  ///< uid; empty: about the experiment
  std::int64_t created_ns = 0;
  std::string author;
  Kind kind = Kind::note;
  std::string text;
};
std::string_view name_of(Annotation::Kind kind);
/// A note when nothing has that name.
Annotation::Kind kind_named(std::string_view name);

/// Adds all or none. `not_found` for an experiment or point that is not there, `usage` for an
/// empty text.
Status annotate(Archive& archive, const std::string& experiment,
                const std::vector<Annotation>& annotations);
/// Adds what was said elsewhere, in one transaction: all but what the experiment has already and
/// what is about points that it has not. How many were new. Errors as of `annotate`.
Result<std::size_t> import_annotations(Archive& archive, const std::string& experiment,
                                       const std::vector<Annotation>& annotations);
/// Oldest first.
Result<std::vector<Annotation>> annotations(Archive& archive, const std::string& experiment);

/// The tags an experiment has: those it was recorded with, and what was added and taken away later.
Result<model::Tags> effective_tags(sys::Database& database, std::int64_t experiment);

/// One place where searched words stand.
struct Found {
  std::string experiment;
  std::string point;   ///< uid, or empty
  std::string source;  ///< name, tag, note, error, stdout, stderr
  std::string excerpt;
};

/// Where all words stand together: names, tags, notes, errors, beginnings and ends of logs. A word
/// that ends in '*' is the beginning of one, words in "quotes" follow each other. Best match first.
/// `usage` when there is no word to look for.
Result<std::vector<Found>> search_words(Archive& archive, const std::string& words,
                                        std::size_t limit);

/// Private to this layer: makes a text findable. Empty texts are left out.
Status add_words(sys::Database& database, std::int64_t experiment, const std::string& point,
                 std::string_view source, std::string_view text);

}  // namespace ck::store
