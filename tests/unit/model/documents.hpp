#pragma once
/// Documents for tests of the readers.

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/path.hpp"

namespace ck::model::test {

/// A file of tests/unit/model/data: all keys that its kind can have.
struct Example {
  std::string file;    ///< "package.json"
  std::string schema;  ///< "ck.package.1.json"

  /// How GoogleTest names a parameter.
  friend std::ostream& operator<<(std::ostream& out, const Example& one) { return out << one.file; }
};
const std::vector<Example>& examples();

std::string content_of(const fs::path& file);
Json example(const std::string& file);

/// `base` with other values merged in; null removes a key (RFC 7386).
Json changed(Json base, std::string_view patch);

/// Reads a descriptor, repository or list of known repositories called "example".
Status read(const Json& document);

/// The error's message and hints, or "" when the document can be read.
std::string problems_of(const Json& document);
/// The same for an example changed by a merge patch.
std::string problems_of(const std::string& file, std::string_view patch);

}  // namespace ck::model::test
