/// The rebuildable lists: environments and what detection found; and the JSON of an environment.

#include <nlohmann/json.hpp>

#include "store_fixture.hpp"

namespace ck::store {
namespace {

using Lists = StoreTest;

EnvironmentRecord detected_compiler() {
  EnvironmentRecord record;
  record.id = "00112233445566778899aabbccddeeff";
  record.origin = EnvironmentRecord::Origin::detected;
  record.component = {"core", "software", "gcc", "0123456789abcdef"};
  record.version = "12.2.0";
  record.parameters = {{"language", "c++"}};
  record.tags = model::Tags({"compiler", "gcc", "software"});
  record.path = "/usr";
  record.file = "/usr/bin/gcc-12";
  record.file_sha256 = std::string(64, 'd');
  record.owner = "gcc-12 12.2.0-14";
  record.isolation = R"({"enforced":["no network"],"missing":[]})";
  record.dependencies = {{"binutils", "ffeeddccbbaa99887766554433221100"}};
  record.exports.values = {{"cc", "${prefix}/bin/gcc-12"}};
  record.exports.variables = {{"CC", "/usr/bin/gcc-12"}};
  record.exports.prepend = {{"PATH", "${prefix}/bin"}};
  record.recipe_hash = "abc";
  record.created_ns = 1'700'000'000'000'000'000;
  record.size_bytes = 12'345;
  return record;
}

TEST(EnvironmentRecord, RoundTripsThroughJson) {
  const auto record = detected_compiler();
  const Json json = to_json(record);
  const auto read = environment_from_json(json, "test");
  ASSERT_OK(read);
  EXPECT_EQ(to_json(*read), json);
  EXPECT_EQ(read->origin, EnvironmentRecord::Origin::detected);
  EXPECT_EQ(read->component, record.component);
  EXPECT_EQ(read->parameters, record.parameters);
  EXPECT_EQ(read->tags, record.tags);
  EXPECT_EQ(read->file, record.file);
  EXPECT_EQ(read->file_sha256, record.file_sha256);
  EXPECT_EQ(read->owner, record.owner);
  EXPECT_EQ(read->isolation, record.isolation);
  EXPECT_EQ(read->dependencies, record.dependencies);
  EXPECT_EQ(read->exports.values, record.exports.values);
  EXPECT_EQ(read->exports.variables, record.exports.variables);
  EXPECT_EQ(read->exports.prepend, record.exports.prepend);
  EXPECT_EQ(read->created_ns, record.created_ns);
  EXPECT_EQ(read->size_bytes, record.size_bytes);
}

TEST(EnvironmentRecord, ListsEverythingWrongWithADocument) {
  Json json = to_json(detected_compiler());
  json["origin"] = "found";
  json["size_bytes"] = -1;
  json["component"].erase("name");
  json["exports"]["variable"] = Json::object();
  json.erase("id");
  const auto read = environment_from_json(json, "manifest.json");
  EXPECT_ERROR(read, invalid, "manifest.json");
  for (const auto* words : {"/origin", "/size_bytes", "name", "/exports/variable", "id"})
    EXPECT_ERROR(read, invalid, words);
}

TEST(EnvironmentRecord, RefusesWhatIsNoRecord) {
  EXPECT_ERROR(environment_from_json(Json::array(), "x"), invalid, "object");
  Json newer = to_json(detected_compiler());
  newer["schema"] = "ck.environment/2";
  EXPECT_ERROR(environment_from_json(newer, "x"), invalid, "ck.environment/1");
  Json bare = to_json(detected_compiler());
  bare.erase("exports");
  bare.erase("component");
  EXPECT_ERROR(environment_from_json(bare, "x"), invalid, "exports");
}

TEST_F(Lists, KeepEnvironmentsSortedAndReplaceThem) {
  Store store = open();
  EnvironmentRecord record = detected_compiler();
  ASSERT_OK(store.put_environment(record));
  record.id = "00000000000000000000000000000000";
  ASSERT_OK(store.put_environment(record));
  record.version = "13";
  ASSERT_OK(store.put_environment(record));
  const auto records = store.environments();
  ASSERT_OK(records);
  ASSERT_EQ(records->size(), 2U);
  EXPECT_EQ(records->at(0).version, "13");
  EXPECT_EQ(records->at(1).version, "12.2.0");
  ASSERT_OK(store.remove_environment(record.id));
  ASSERT_OK(store.remove_environment("no such id"));
  EXPECT_EQ(store.environments()->size(), 1U);
}

TEST_F(Lists, NameTheEnvironmentThatCannotBeRead) {
  Store store = open();
  ASSERT_OK(store.put_environment(detected_compiler()));
  alter("UPDATE environment SET record = '{}'");
  EXPECT_ERROR(store.environments(), invalid, "environment 00112233445566778899aabbccddeeff");
  alter("UPDATE environment SET record = '{'");
  EXPECT_ERROR(store.environments(), invalid, "ck.sqlite");
}

TEST_F(Lists, RememberDetections) {
  Store store = open();
  EXPECT_FALSE(store.detection("gcc", "/usr/bin/gcc")->has_value());
  DetectionRecord record{"gcc", "/usr/bin/gcc", "1", "12", std::string(64, 'a'), "gcc 4:12", "{}"};
  ASSERT_OK(store.put_detection(record));
  record.stamp = "2";
  record.version = "13";
  ASSERT_OK(store.put_detection(record));
  const auto found = store.detection("gcc", "/usr/bin/gcc");
  ASSERT_OK(found);
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ(found->value().stamp, "2");
  EXPECT_EQ(found->value().version, "13");
  EXPECT_EQ(found->value().file_sha256, record.file_sha256);
  EXPECT_EQ(found->value().owner, "gcc 4:12");
  EXPECT_EQ(found->value().isolation, "{}");
  EXPECT_FALSE(store.detection("clang", "/usr/bin/gcc")->has_value());
}

}  // namespace
}  // namespace ck::store
