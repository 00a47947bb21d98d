// Command lines with all that they print. A case is a text file in tests/golden/cases:
//
//     # a comment
//     $ ck search program --tags=hello      a line for bash; `ck` is the program under test
//     > COMPONENT …                         what it prints on stdout
//     ! hint: …                             what it prints on stderr
//     = 1                                   its exit code, if not 0
//
// The lines of a file run in order, in one fresh home, in a folder that holds
// tests/golden/repository as `demo`. What differs from call to call is replaced: <folder>,
// <sha256>, <commit>, <uid>, <id>, <time>, <duration>, <size>. With CK_ACCEPT=1 the files are
// rewritten instead of compared.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include "support/ck_test.hpp"

namespace ck::test {
namespace {

fs::path golden() { return fs::path(CK_SOURCE_DIR) / "tests" / "golden"; }

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(golden() / "cases"))
    names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

class Golden : public CkTest, public testing::WithParamInterface<std::string> {
 protected:
  Golden() { fs::copy(golden() / "repository", folder / "demo", fs::copy_options::recursive); }

  /// What a case file would say: its comments and commands, with what the commands print now.
  std::string told_now(const std::string& text) const {
    std::string told;
    for (const auto& line : lines_of(text)) {
      const bool output = line.starts_with(">") || line.starts_with("!") || line.starts_with("=");
      if (output) continue;
      told += line + "\n";
      if (line.starts_with("$ ")) told += transcript(line.substr(2));
    }
    return told;
  }

 private:
  std::string transcript(const std::string& command) const {
    write_text(folder / "command", command);
    const auto result = shell("source ./command >out 2>err");
    std::string text = marked(read_text(folder / "out"), ">");
    text += marked(read_text(folder / "err"), "!");
    if (result.code != 0) text += "= " + std::to_string(result.code) + "\n";
    return text;
  }

  std::string marked(const std::string& text, const std::string& mark) const {
    std::string result;
    for (const auto& line : lines_of(normalised(text)))
      result += mark + (line.empty() ? "" : " " + line) + "\n";
    return result;
  }

  std::string normalised(std::string text) const {
    static const std::vector<std::pair<std::regex, std::string>> kVarying = {
        {std::regex("/ck-[0-9a-f]{8}-[0-9]+-[0-9]+-\\w{6}\\b"), "/<staging>"},
        // What a machine can enforce differs.
        {std::regex("( sandbox \\w+:)[^\n]*"), "$1 <barriers>"},
        {std::regex("\n +sandbox lacks [^\n]*"), ""},
        {std::regex("\\b[0-9a-f]{64}\\b"), "<sha256>"},
        {std::regex("\\b[0-9a-f]{40}\\b"), "<commit>"},
        {std::regex("\\b[0-9a-f]{32}\\b"), "<id>"},
        {std::regex("\\b[0-9a-f]{16}\\b"), "<uid>"},
        {std::regex("\\b[0-9a-f]{12}\\b"), "<id>"},
        {std::regex("\\([0-9a-f]{8}\\)"), "(<id>)"},
        {std::regex("\\b\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z?"), "<time>"},
        {std::regex(" *\\b\\d+(\\.\\d+)? (ns|us|µs|ms|s|min)\\b"), " <duration>"},
        {std::regex(" *\\b\\d+(\\.\\d+)? (B|kB|MB|GB)\\b"), " <size>"},
    };
    const std::string here = folder.path().string();
    for (auto at = text.find(here); at != std::string::npos; at = text.find(here, at))
      text.replace(at, here.size(), "<folder>");
    const std::string source = CK_SOURCE_DIR;
    for (auto at = text.find(source); at != std::string::npos; at = text.find(source, at))
      text.replace(at, source.size(), "<checkout>");
    for (const auto& [pattern, name] : kVarying) text = std::regex_replace(text, pattern, name);
    return text;
  }
};

TEST_P(Golden, PrintsWhatItPrinted) {
  const fs::path file = golden() / "cases" / (GetParam() + ".txt");
  const std::string expected = read_text(file);
  const std::string now = told_now(expected);
  const char* accept = std::getenv("CK_ACCEPT");
  if (accept != nullptr && std::string_view(accept) == "1") {
    if (now != expected) write_text(file, now);
    return;
  }
  EXPECT_EQ(now, expected) << "CK_ACCEPT=1 rewrites " << file.string();
}

std::string test_name(const testing::TestParamInfo<std::string>& parameter) {
  std::string name = parameter.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, testing::ValuesIn(case_names()), test_name);

}  // namespace
}  // namespace ck::test
