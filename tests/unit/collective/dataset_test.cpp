#include "collective/dataset.hpp"

#include "workbench_fixture.hpp"

namespace ck::collective {
namespace {

class DatasetTest : public WorkbenchTest {
 protected:
  Result<ChosenDataset> choose(const std::vector<std::string>& tags, const DatasetWish& wish = {}) {
    return choose_dataset(tags, wish, bench());
  }
};

TEST_F(DatasetTest, TheOnlyOneWithTheTagsIsTaken) {
  repository.dataset("cat", "image,jpeg", "cat.jpg", "meow");
  repository.dataset("dog", "image,pgm", "dog.pgm", "wuff");
  const auto chosen = choose({"image", "pgm"});
  ASSERT_OK(chosen);
  EXPECT_EQ(chosen->component.id.name, "dog");
  EXPECT_EQ(chosen->dataset.file, "dog.pgm");
  EXPECT_EQ(chosen->dataset.path, repository.folder_of("dataset", "dog"));
  EXPECT_EQ(world.events.of<Warning>().size(), 0U);
  const auto before = chosen->content;
  repository.file("dataset", "dog", "dog.pgm", "WUFF");
  reopen();
  EXPECT_NE(choose({"pgm"})->content, before);
}

TEST_F(DatasetTest, OfSeveralTheFirstByNameIsTakenAndTheOthersAreTold) {
  repository.dataset("b", "image", "b.pgm", "b");
  repository.dataset("a", "image", "a.pgm", "a");
  const auto chosen = choose({"image"});
  ASSERT_OK(chosen);
  EXPECT_EQ(chosen->component.id.name, "a");
  const auto warnings = world.events.of<Warning>();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].message.find("--dataset_uoa=NAME: b"), std::string::npos)
      << warnings[0].message;
}

TEST_F(DatasetTest, IsTakenByNameUidAndFile) {
  repository.entry("dataset", "many", R"({"tags": "image", "dataset_files": ["x", "y"]})");
  for (const auto& name : {std::string("many"), test::uid_of("dataset:many")}) {
    const auto chosen = choose({"image"}, {name, "y"});
    ASSERT_OK(chosen);
    EXPECT_EQ(chosen->dataset.file, "y");
  }
  EXPECT_ERROR(choose({"image"}, {"many", "z"}), usage, "takes one of: x, y");
}

TEST_F(DatasetTest, NothingFoundSaysWhatThereIs) {
  repository.dataset("cat", "image,jpeg", "cat.jpg", "meow");
  EXPECT_ERROR(choose({"audio"}), not_found, "no dataset has the tags audio");
  EXPECT_ERROR(choose({"image"}, {"cta", ""}), not_found, "cat");
}

TEST_F(DatasetTest, OneWithoutFilesHasNone) {
  repository.entry("dataset", "empty", R"({"tags": ["t"]})");
  const auto chosen = choose({"t"});
  ASSERT_OK(chosen);
  EXPECT_EQ(chosen->dataset.file, "");
}

}  // namespace
}  // namespace ck::collective
