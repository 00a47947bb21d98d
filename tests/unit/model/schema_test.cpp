// The published schemas and the reader say the same: each key of one is a key of the other.
#include <gtest/gtest.h>

#include "documents.hpp"
#include "json_schema.hpp"
#include "model/native_reader.hpp"

namespace ck::model {
namespace {

using test::ClosedObject;
using test::Example;
using test::SchemaSet;

const SchemaSet& schemas() {
  static const SchemaSet set(fs::path(CK_SOURCE_DIR) / "components/schemas");
  return set;
}

std::string lines(const std::vector<std::string>& texts) {
  std::string result;
  for (const std::string& text : texts) result += text + "\n";
  return result;
}

/// Places of all values in a document, containers included.
void collect_places(const Json& value, const Json::json_pointer& here,
                    std::vector<Json::json_pointer>& places) {
  places.push_back(here);
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) collect_places(member, here / key, places);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) collect_places(value[i], here / i, places);
  }
}

class SchemaOf : public testing::TestWithParam<Example> {
 protected:
  Json document_ = test::example(GetParam().file);
  test::SchemaReport check(const Json& document) {
    return schemas().check(document, GetParam().schema);
  }
};

TEST_P(SchemaOf, AgreesWithTheReaderOnAllKeysOfTheExample) {
  EXPECT_EQ(lines(check(document_).problems), "");
  EXPECT_EQ(test::problems_of(document_), "");
}

TEST_P(SchemaOf, NamesTheKeysThatTheReaderNeeds) {
  for (const ClosedObject& object : check(document_).objects) {
    for (const std::string& key : object.required) {
      Json without = document_;
      without.at(Json::json_pointer(object.pointer)).erase(key);
      EXPECT_NE(test::problems_of(without), "") << object.pointer << " without " << key;
      EXPECT_FALSE(check(without).problems.empty()) << object.pointer << " without " << key;
    }
  }
}

TEST_P(SchemaOf, NamesAllKeysThatTheReaderTakes) {
  const std::set<std::string> names = schemas().property_names();
  for (const ClosedObject& object : check(document_).objects) {
    for (const std::string& key : names) {
      Json with = document_;
      Json& place = with.at(Json::json_pointer(object.pointer));
      if (object.keys.contains(key) || place.contains(key)) continue;
      place[key] = nullptr;
      const std::string problems = test::problems_of(with);
      const bool refused = problems.find("is not a known key") != std::string::npos ||
                           problems.find("must have exactly one of") != std::string::npos ||
                           problems.find("must have either") != std::string::npos;
      EXPECT_TRUE(refused) << object.pointer << " with " << key << ": " << problems;
    }
  }
}

TEST_P(SchemaOf, LetsKeysOfOthersPass) {
  for (const ClosedObject& object : check(document_).objects) {
    Json with = document_;
    with.at(Json::json_pointer(object.pointer))["x-mine"] = Json::array({1, nullptr});
    EXPECT_EQ(test::problems_of(with), "") << object.pointer;
    EXPECT_TRUE(check(with).problems.empty()) << object.pointer;
  }
}

TEST_P(SchemaOf, AcceptsWhateverTheReaderAccepts) {
  const std::vector<Json> odd = {nullptr,
                                 true,
                                 -1,
                                 1.5,
                                 UINT64_MAX,
                                 "",
                                 "x",
                                 "..",
                                 std::string("\0\x1b", 2),
                                 Json::array(),
                                 Json::object(),
                                 Json::array({nullptr}),
                                 Json::object({{"", nullptr}})};
  std::vector<Json::json_pointer> places;
  collect_places(document_, Json::json_pointer(), places);
  for (const auto& place : places) {
    for (const Json& value : odd) {
      Json mutated = document_;
      mutated[place] = value;
      if (!test::read(mutated)) continue;
      EXPECT_EQ(lines(check(mutated).problems), "") << place << " = " << value;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Model, SchemaOf, testing::ValuesIn(test::examples()), [](const auto& one) {
  std::string name = one.param.file.substr(0, one.param.file.find('.'));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Schemas, HaveNoKeyThatNoExampleUses) {
  std::set<std::string> unused;
  std::set<std::string> used;
  for (const Example& example : test::examples()) {
    const auto report = schemas().check(test::example(example.file), example.schema);
    used.insert(report.used.begin(), report.used.end());
    const auto properties = schemas().properties(example.schema);
    unused.insert(properties.begin(), properties.end());
  }
  for (const std::string& place : used) unused.erase(place);
  EXPECT_EQ(lines({unused.begin(), unused.end()}), "");
}

/// Whether the schema at the end of all references describes itself.
bool is_described(const std::map<std::string, Json>& files, const std::string& file,
                  const Json& schema) {
  if (schema.contains("description")) return true;
  if (!schema.contains("$ref")) return false;
  const std::string reference = schema["$ref"].get<std::string>();
  const std::size_t hash = reference.find('#');
  const std::string target = hash == 0 ? file : reference.substr(0, hash);
  const Json::json_pointer pointer(reference.substr(hash + 1));
  return is_described(files, target, files.at(target).at(pointer));
}

TEST(Schemas, DescribeEveryKey) {
  for (const auto& [file, schema] : schemas().files()) {
    EXPECT_EQ(schema["$id"], file);
    EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    for (const std::string& place : schemas().properties(file)) {
      const std::size_t hash = place.find('#');
      const std::string where = place.substr(0, hash);
      const Json::json_pointer pointer(place.substr(hash + 1));
      EXPECT_TRUE(is_described(schemas().files(), where, schemas().files().at(where).at(pointer)))
          << place;
    }
  }
}

/// Descriptors of this checkout.
std::vector<fs::path> own_descriptors() {
  std::vector<fs::path> found;
  for (const char* folder : {"components", "packages", "programs", "environments"}) {
    const fs::path root = fs::path(CK_SOURCE_DIR) / folder;
    if (!fs::is_directory(root)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.path().filename() == "ck.json") found.push_back(entry.path());
    }
  }
  return found;
}

std::string schema_file_of(const Json& document) {
  std::string name = document.at("schema").get<std::string>();
  return name.replace(name.find('/'), 1, ".") + ".json";
}

TEST(OwnComponents, AllReadAndFollowTheirSchema) {
  for (const fs::path& file : own_descriptors()) {
    const std::string text = test::content_of(file);
    const std::string name = file.parent_path().filename().string();
    const auto descriptor = read_descriptor(text, name, file.string());
    EXPECT_TRUE(descriptor.has_value()) << descriptor.error().message;
    const auto summary = read_summary(text, name, file.string());
    EXPECT_TRUE(summary.has_value()) << summary.error().message;
    if (!descriptor) continue;
    const Json document = parse_json(text, file.string()).value();
    EXPECT_EQ(lines(schemas().check(document, schema_file_of(document)).problems), "") << file;
  }
}

TEST(OwnComponents, RepositoryFilesReadAndFollowTheirSchema) {
  for (const char* name : {"ck-repo.json", "repos/known.json"}) {
    const fs::path file = fs::path(CK_SOURCE_DIR) / name;
    if (!fs::exists(file)) continue;
    const Json document = parse_json(test::content_of(file), name).value();
    EXPECT_EQ(test::problems_of(document), "");
    EXPECT_EQ(lines(schemas().check(document, schema_file_of(document)).problems), "") << name;
  }
}

}  // namespace
}  // namespace ck::model
