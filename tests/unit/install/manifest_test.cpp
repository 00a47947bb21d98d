/// What an environment says about itself on disk, and the store's list of them.

#include <gtest/gtest.h>

#include "install/environment.hpp"
#include "support/temporary_home.hpp"

namespace ck::install {
namespace {

const std::string kId(32, 'a');
const std::string kOther(32, 'b');

Manifest manifest(const std::string& id) {
  using Kind = sys::TreeEntry::Kind;
  Manifest manifest;
  manifest.record.id = id;
  manifest.record.component = {"core", "package", "onnx-lite", "0123456789abcdef"};
  manifest.record.version = "1.0";
  manifest.files = {{"bin", Kind::directory, false, 0, "", ""},
                    {"bin/tool", Kind::file, true, 12, std::string(64, 'c'), ""},
                    {"latest", Kind::symlink, false, 0, "", "bin/tool"}};
  return manifest;
}

class ManifestTest : public ::testing::Test {
 protected:
  void write(const fs::path& environment, const std::string& text) const {
    test::write_text(manifest_file(environment), text);
  }

  test::TemporaryHome folder_;
};

TEST_F(ManifestTest, IsReadBack) {
  const Manifest written = manifest(kId);
  write(folder_.path(), to_text(written));
  const auto read = read_manifest(folder_.path());
  ASSERT_OK(read);
  EXPECT_EQ(to_text(*read), to_text(written));
  ASSERT_EQ(read->files.size(), 3U);
  EXPECT_TRUE(read->files[1].executable);
  EXPECT_EQ(read->files[1].size_bytes, 12U);
  EXPECT_EQ(read->files[1].sha256, std::string(64, 'c'));
  EXPECT_EQ(read->files[2].kind, sys::TreeEntry::Kind::symlink);
  EXPECT_EQ(read->files[2].target, "bin/tool");
  EXPECT_EQ(read->record.component.text(), "package:onnx-lite");
}

TEST_F(ManifestTest, LiesBesideTheEnginesOtherFiles) {
  EXPECT_EQ(manifest_file("/e"), "/e/.ck/manifest.json");
  EXPECT_EQ(inputs_file("/e"), "/e/.ck/inputs");
  EXPECT_EQ(log_file("/e"), "/e/.ck/log");
}

TEST_F(ManifestTest, NamesFileAndPlaceOfWhatIsWrong) {
  EXPECT_ERROR(read_manifest(folder_.path()), not_found, "manifest.json");
  write(folder_.path(), "{");
  EXPECT_ERROR(read_manifest(folder_.path()), invalid, "manifest.json");
  write(folder_.path(), R"({"schema": "ck.manifest/1", "files": [{"path": "x", "kind": "pipe"}]})");
  EXPECT_ERROR(read_manifest(folder_.path()), invalid, "/files/0/kind");
  EXPECT_ERROR(read_manifest(folder_.path()), invalid, "environment");
  write(folder_.path(), R"({"schema": "ck.manifest/1", "environment": {}})");
  EXPECT_ERROR(read_manifest(folder_.path()), invalid, "manifest.json");
  write(folder_.path(), R"({"schema": "ck.manifest/9"})");
  EXPECT_ERROR(read_manifest(folder_.path()), invalid, "ck.manifest/1");
}

class RefreshEnvironments : public ManifestTest {
 protected:
  RefreshEnvironments() : home_{folder_ / "home"} {
    auto store = store::Store::open(home_.store(), home_.blobs());
    if (!store) throw std::runtime_error(test::text_of(store.error()));
    store_.emplace(std::move(*store));
  }

  /// Ids in the store's list after making it agree with the folders.
  std::vector<std::string> refreshed() {
    EXPECT_OK(refresh_environments(*store_, home_));
    std::vector<std::string> ids;
    const auto records = store_->environments();
    EXPECT_OK(records);
    if (records)
      for (const auto& record : *records) ids.push_back(record.id);
    return ids;
  }

  catalog::Home home_;
  std::optional<store::Store> store_;
};

using Ids = std::vector<std::string>;

TEST_F(RefreshEnvironments, ListsWhatLiesThere) {
  EXPECT_TRUE(refreshed().empty()) << "not even the folder is there";
  write(home_.environments() / kId, to_text(manifest(kId)));
  write(home_.environments() / kOther, to_text(manifest(kOther)));
  EXPECT_EQ(refreshed(), (Ids{kId, kOther}));
  EXPECT_EQ(refreshed(), (Ids{kId, kOther}));
}

TEST_F(RefreshEnvironments, ForgetsWhatIsGoneButNotWhatTheHostHas) {
  write(home_.environments() / kId, to_text(manifest(kId)));
  store::EnvironmentRecord detected = manifest(kOther).record;
  detected.origin = store::EnvironmentRecord::Origin::detected;
  ASSERT_OK(store_->put_environment(detected));
  EXPECT_EQ(refreshed(), (Ids{kId, kOther}));
  fs::remove_all(home_.environments() / kId);
  EXPECT_EQ(refreshed(), Ids{kOther});
}

TEST_F(RefreshEnvironments, DoesNotTakeJustAnyFolder) {
  fs::create_directories(home_.environments() / "empty");
  write(home_.environments() / "broken", "{");
  write(home_.environments() / "renamed", to_text(manifest(kId)));
  test::write_text(home_.environments() / "file", "");
  EXPECT_TRUE(refreshed().empty());
}

}  // namespace
}  // namespace ck::install
