#include <gtest/gtest.h>
#include <algorithm>
#include <digits/images.hpp>

#include "support.hpp"

namespace {

using components::message_of;
using components::TemporaryFolder;

std::string line(const std::string& pixel, const std::string& label) {
  std::string out;
  for (int i = 0; i < 64; ++i) out += pixel + ",";
  return out + label + "\n";
}

std::string error_of(const std::string& text) {
  const TemporaryFolder folder;
  components::write_text(folder / "x.csv", text);
  const std::string message = message_of([&] { digits::read_csv(folder / "x.csv"); });
  return message.substr(message.find("x.csv"));
}

TEST(DigitsReader, ReadsPixelsAndLabels) {
  const TemporaryFolder folder;
  components::write_text(folder / "x.csv", line("16", "3") + line("4", "9"));
  const digits::Images images = digits::read_csv(folder / "x.csv");
  EXPECT_EQ(images.labels, (std::vector<int>{3, 9}));
  EXPECT_EQ(images.batch(0, 1)[63], 1.0F);
  EXPECT_EQ(images.batch(1, 1)[0], 0.25F);
}

TEST(DigitsReader, WrongLinesAreNamed) {
  EXPECT_EQ(error_of(line("1", "1") + line("17", "1")),
            "x.csv:2: pixel 1 is not a number from 0 to 16");
  EXPECT_EQ(error_of("1,2,3\n"), "x.csv:1: pixel 4 is not a number from 0 to 16");
  EXPECT_EQ(error_of(line("-1", "1")), "x.csv:1: pixel 1 is not a number from 0 to 16");
  EXPECT_EQ(error_of(line("1", "10")), "x.csv:1: the line does not end in a label from 0 to 9");
  EXPECT_EQ(error_of(line("1", "1,1")), "x.csv:1: the line does not end in a label from 0 to 9");
  EXPECT_EQ(error_of(""), "x.csv holds no images");
}

TEST(DigitsDataset, DividesTheImagesIntoTrainingAndTest) {
  if (!exists(components::kDigitsArchive)) GTEST_SKIP() << "python3-sklearn is not installed";
  const TemporaryFolder folder;
  const auto finished = components::split_digits(folder.path());
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  const digits::Images train = digits::read_csv(folder / "train.csv");
  const digits::Images test = digits::read_csv(folder / "test.csv");
  EXPECT_EQ(train.size(), 397U);
  EXPECT_EQ(test.size(), 1400U);
  EXPECT_EQ(digits::read_csv(folder / "digits.csv").size(), 1797U);
  for (int label = 0; label < digits::kClasses; ++label)
    EXPECT_GE(std::ranges::count(train.labels, label), 30) << label;
}

TEST(DigitsDataset, AnotherFileThanTheDigitsIsAnError) {
  const TemporaryFolder folder;
  components::write_text(folder / "other.csv", "1,2\n");
  const std::string other = (folder / "other.csv").string();
  const auto finished = components::run(
      "gzip -k '" + other + "' && sh '" SOURCE_FOLDER "/components/dataset/digits/split.sh' '" +
      other + ".gz' '" + folder.path().string() + "'");
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.err.find("expected 397 training and 1400 test images"), std::string::npos);
}

TEST(Hello, WritesItsMetric) {
  const TemporaryFolder folder;
  const auto finished = components::run("cd '" + folder.path().string() +
                                        "' && sh '" SOURCE_FOLDER "/programs/hello/hello.sh'");
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_EQ(components::read_text(folder / "metrics.json"), "{\"answer\": 42}\n");
}

}  // namespace
