#include "collective/file_series.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/temporary_home.hpp"

namespace ck::collective {
namespace {

class FileSeriesTest : public testing::Test {
 protected:
  void write(const std::vector<std::string>& names) const {
    for (const auto& name : names) test::write_text(folder / name, "12");
  }
  test::TemporaryHome folder;
};

TEST_F(FileSeriesTest, CountsWhatDiffersInTheNumberAlone) {
  write({"val_0001.JPEG", "val_0002.JPEG", "val_0003.JPEG", "val_04.JPEG", "val_0005.png",
         "train_0006.JPEG", "val.JPEG"});
  const auto series = series_of(folder / "val_0001.JPEG");
  ASSERT_TRUE(series);
  EXPECT_EQ(series->pattern, "val_####.JPEG");
  EXPECT_EQ(series->count, 3U);
  EXPECT_EQ(series->bytes, 6U);
  EXPECT_EQ(series->missing(), 0U);
  EXPECT_EQ(description_of(*series), "3 files val_####.JPEG, numbered 1 to 3");
  EXPECT_EQ(to_json(*series)["last"], 3);
}

TEST_F(FileSeriesTest, TellsOfGapsAndOfASingleFile) {
  write({"a001", "a004", "b007.x"});
  EXPECT_EQ(description_of(*series_of(folder / "a001")),
            "2 of the files a###, numbered 1 to 4: 2 are missing");
  EXPECT_EQ(description_of(*series_of(folder / "b007.x")), "1 file b###.x alone, number 7");
}

TEST_F(FileSeriesTest, ThereIsNoneWithoutANumber) {
  write({"model.pb", "v12.bin", "x0123456789012345678901.bin"});
  for (const auto* name : {"model.pb", "v12.bin", "x0123456789012345678901.bin", "gone_0001.x"})
    EXPECT_FALSE(series_of(folder / name)) << name;
}

}  // namespace
}  // namespace ck::collective
