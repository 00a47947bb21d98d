#pragma once
/// Writes small component repositories as a user would: files in folders.

#include <string>
#include <string_view>
#include <vector>

#include "base/path.hpp"

namespace ck::test {

class ComponentWriter {
 public:
  /// Writes the descriptor of a repository; `needs` is the JSON text of its array.
  ComponentWriter(fs::path folder, const std::string& name, const std::string& needs = "[]");

  /// A component; `body` is what its ck.json holds beside schema, name, uid and version.
  void component(const std::string& kind, const std::string& name, const std::string& body,
                 const std::string& version = "1.0.0") const;
  /// ck.json as it stands.
  void raw(const std::string& kind, const std::string& name, std::string_view text) const;
  void file(const std::string& kind, const std::string& name, const fs::path& relative,
            std::string_view text) const;

  /// A program that is a shell script; `body` adds to its ck.json ("" or `"metrics": {…}`).
  void program(const std::string& name, const std::string& script,
               const std::string& body = "") const;
  /// A package that a shell script builds, in an empty folder, into "$1"; `body` as above.
  void package(const std::string& name, const std::string& script,
               const std::string& body = "") const;

  fs::path folder_of(const std::string& kind, const std::string& name) const;
  const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
};

/// 16 hex digits that belong to a text.
std::string uid_of(std::string_view text);

/// A text as JSON writes it, with quotes.
std::string quoted_json(std::string_view text);

}  // namespace ck::test
