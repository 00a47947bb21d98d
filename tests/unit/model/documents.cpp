#include "documents.hpp"

#include <fstream>
#include <iterator>

#include "base/strings.hpp"
#include "model/native_reader.hpp"

namespace ck::model::test {

const std::vector<Example>& examples() {
  static const std::vector<Example> all = {
      {"dataset.json", "ck.dataset.1.json"},
      {"model.json", "ck.model.1.json"},
      {"package.json", "ck.package.1.json"},
      {"program.json", "ck.program.1.json"},
      {"software.json", "ck.software.1.json"},
      {"software-file.json", "ck.software.1.json"},
      {"script.json", "ck.script.1.json"},
      {"profile.json", "ck.profile.1.json"},
      {"repo.json", "ck.repo.1.json"},
      {"known-repositories.json", "ck.known-repositories.1.json"}};
  return all;
}

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Json example(const std::string& file) {
  const fs::path path = fs::path(CK_SOURCE_DIR) / "tests/unit/model/data" / file;
  return parse_json(content_of(path), file).value();
}

Json changed(Json base, std::string_view patch) {
  base.merge_patch(Json::parse(patch));
  return base;
}

Status read(const Json& document) {
  const Json schema = document.is_object() ? document.value("schema", Json()) : Json();
  const std::string text = to_text(document);
  if (schema == "ck.repo/1") {
    CK_CHECK(read_repository(text, "file"));
  } else if (schema == "ck.known-repositories/1") {
    CK_CHECK(read_known_repositories(text, "file"));
  } else {
    CK_CHECK(read_descriptor(text, "example", "file"));
  }
  return {};
}

std::string problems_of(const Json& document) {
  const Status status = read(document);
  if (status) return {};
  std::string text = status.error().message;
  for (const std::string& hint : status.error().hints) text += " (" + hint + ")";
  return text;
}

std::string problems_of(const std::string& file, std::string_view patch) {
  return problems_of(changed(example(file), patch));
}

}  // namespace ck::model::test
