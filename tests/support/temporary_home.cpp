#include "support/temporary_home.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

namespace ck::test {

TemporaryHome::TemporaryHome() {
  std::string name = (fs::temp_directory_path() / "ck-test-XXXXXX").native();
  if (::mkdtemp(name.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "cannot create " + name);
  }
  path_ = fs::canonical(name);
}

TemporaryHome::~TemporaryHome() {
  // Not remove_tree: what is under test must not clean up after its own tests.
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator entry(path_, options, error), end; entry != end;
       entry.increment(error)) {
    if (error) break;
    std::error_code ignored;
    if (entry->is_symlink(ignored) || !entry->is_directory(ignored)) continue;
    fs::permissions(entry->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
  }
  fs::remove_all(path_, error);
}

bool TemporaryHome::reachable_by_others() const {
  for (fs::path folder = path_; folder.has_relative_path();) {
    folder = folder.parent_path();
    if ((fs::status(folder).permissions() & fs::perms::others_exec) == fs::perms::none)
      return false;
  }
  return true;
}

void write_text(const fs::path& file, std::string_view text) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream.write(text.data(), static_cast<std::streamsize>(text.size()));
  stream.close();
  EXPECT_TRUE(stream) << "cannot write " << file;
}

std::string read_text(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  EXPECT_TRUE(stream) << "cannot read " << file;
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::string text_of(const Error& error) {
  std::string text = error.message;
  for (const auto& place : error.context) text += "\n  in " + place;
  for (const auto& hint : error.hints) text += "\n  hint: " + hint;
  return text;
}

testing::AssertionResult is_error(const Error& error, ErrorCode code, std::string_view words) {
  const std::string text = text_of(error);
  if (error.code == code && text.find(words) != std::string::npos) {
    return testing::AssertionSuccess() << name_of(code) << ": " << text;
  }
  return testing::AssertionFailure() << "expected " << name_of(code) << " with '" << words
                                     << "', found " << name_of(error.code) << ": " << text;
}

}  // namespace ck::test
