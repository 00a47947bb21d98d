#include <gtest/gtest.h>
#include <onnx_lite/io.hpp>
#include <sstream>

#include "support.hpp"

namespace {

using components::Finished;
using components::read_text;
using components::run;
using components::TemporaryFolder;
using components::write_text;

std::string quoted(const components::fs::path& path) { return "'" + path.string() + "'"; }

/// A few striped images, one class for each place of the stripe.
std::string stripes(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    for (int pixel = 0; pixel < 64; ++pixel)
      text += pixel / 8 == i % 8 ? std::to_string(10 + i % 7) + "," : "0,";
    text += std::to_string(i % 8) + "\n";
  }
  return text;
}

Finished train(const std::string& architecture, const components::fs::path& data,
               const components::fs::path& output, const std::string& options = "") {
  return run("'" TRAIN_DIGITS "' --architecture " + architecture + " --data " + quoted(data) +
             " --output " + quoted(output) + " " + options);
}

Finished classify(const std::string& program, const components::fs::path& model,
                  const components::fs::path& folder, const std::string& variables = "") {
  return run(variables + " '" + program + "' --model " + quoted(model) + " --data " +
             quoted(folder) + " --metrics " + quoted(folder / "metrics.json") + " --predictions " +
             quoted(folder / "predictions.txt"));
}

/// A number of the metrics file, which has one to a line.
double metric(const components::fs::path& folder, const std::string& name) {
  std::istringstream lines(read_text(folder / "metrics.json"));
  const std::string start = "  \"" + name + "\": ";
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(start)) return std::stod(line.substr(start.size()));
  ADD_FAILURE() << "no metric " << name;
  return -1;
}

/// A folder with training and test images.
class Programs : public testing::Test {
 protected:
  Programs() {
    write_text(folder / "train.csv", stripes(64));
    write_text(folder / "test.csv", stripes(50));
  }
  TemporaryFolder folder;
};

TEST_F(Programs, TrainingTwiceGivesTheSameBytes) {
  for (const std::string architecture : {"mlp16", "mlp64", "cnn4", "cnn16"}) {
    ASSERT_EQ(train(architecture, folder.path(), folder / "a", "--epochs 2").exit_code, 0);
    ASSERT_EQ(train(architecture, folder.path(), folder / "b", "--epochs 2").exit_code, 0);
    EXPECT_EQ(read_text(folder / "a"), read_text(folder / "b")) << architecture;
    ASSERT_EQ(train(architecture, folder.path(), folder / "b", "--epochs 2 --seed 7").exit_code, 0);
    EXPECT_NE(read_text(folder / "a"), read_text(folder / "b")) << architecture;
  }
}

TEST_F(Programs, TrainedModelIsWellFormed) {
  ASSERT_EQ(train("cnn16", folder.path(), folder / "m", "--epochs 1").exit_code, 0);
  const onnx_lite::Graph graph = onnx_lite::read_file(folder / "m").graph;
  std::string operators;
  for (const auto& node : graph.nodes) operators += node.op_type + " ";
  EXPECT_EQ(operators, "Conv Relu MaxPool Conv Relu MaxPool Flatten Gemm Softmax ");
}

TEST_F(Programs, TrainingRefusesWrongCommandLines) {
  EXPECT_EQ(train("mlp9", folder.path(), folder / "m").exit_code, 2);
  EXPECT_EQ(train("mlp16", folder.path(), folder / "m", "--epochs 0").exit_code, 2);
  EXPECT_EQ(train("mlp16", folder.path(), folder / "m", "--seed -1").exit_code, 2);
  EXPECT_EQ(train("mlp16", folder.path(), folder / "m", "--what 1").exit_code, 2);
  EXPECT_EQ(train("mlp16", folder.path(), folder / "m", "--seed").exit_code, 2);
  EXPECT_EQ(run("'" TRAIN_DIGITS "'").exit_code, 2);
  EXPECT_EQ(run("'" TRAIN_DIGITS "' --help").exit_code, 0);
}

TEST_F(Programs, TrainingNamesFilesThatFail) {
  const Finished unread = train("mlp16", folder / "no", folder / "m");
  EXPECT_EQ(unread.exit_code, 1);
  EXPECT_NE(unread.err.find("no/train.csv"), std::string::npos) << unread.err;
  const Finished unwritten = train("mlp16", folder.path(), folder / "no/m", "--epochs 1");
  EXPECT_EQ(unwritten.exit_code, 1);
  EXPECT_NE(unwritten.err.find("cannot write"), std::string::npos) << unwritten.err;
}

TEST_F(Programs, ClassifyingWritesMetricsAndPredictions) {
  ASSERT_EQ(train("mlp16", folder.path(), folder / "m", "--epochs 60").exit_code, 0);
  const Finished finished = classify(CLASSIFY_ONNX_LITE, folder / "m", folder.path());
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(metric(folder.path(), "images"), 50);
  EXPECT_EQ(metric(folder.path(), "top1"), 1.0);
  EXPECT_EQ(metric(folder.path(), "top5"), 1.0);
  EXPECT_LE(metric(folder.path(), "latency_p50_ns"), metric(folder.path(), "latency_p99_ns"));
  EXPECT_GT(metric(folder.path(), "latency_mean_ns"), 0);
  EXPECT_GT(metric(folder.path(), "images_per_second"), 0);
  EXPECT_GT(metric(folder.path(), "peak_memory_bytes"), 1 << 20);
  EXPECT_TRUE(read_text(folder / "predictions.txt").starts_with("0 0 0\n1 1 1\n2 2 2\n"));
  EXPECT_NE(finished.out.find("top-1        100.00 %"), std::string::npos) << finished.out;
}

TEST_F(Programs, PredictionsDoNotDependOnTheBatchSize) {
  ASSERT_EQ(train("cnn16", folder.path(), folder / "m", "--epochs 1").exit_code, 0);
  std::string first;
  for (const std::string batch : {"1", "7", "32", "4096"}) {
    const Finished finished =
        classify(CLASSIFY_ONNX_LITE, folder / "m", folder.path(), "WARMUP=0 BATCH_SIZE=" + batch);
    ASSERT_EQ(finished.exit_code, 0) << finished.err;
    const std::string predictions = read_text(folder / "predictions.txt");
    if (first.empty()) first = predictions;
    EXPECT_EQ(predictions, first) << batch;
  }
}

TEST_F(Programs, ClassifyingRefusesWrongVariables) {
  for (const std::string value : {"BATCH_SIZE=0", "BATCH_SIZE=-1", "BATCH_SIZE=x", "BATCH_SIZE=1.5",
                                  "BATCH_SIZE=", "BATCH_SIZE=4097",
                                  "BATCH_SIZE=99999999999999999999", "WARMUP=-1", "WARMUP=many"}) {
    const Finished finished = classify(CLASSIFY_ONNX_LITE, folder / "m", folder.path(), value);
    EXPECT_EQ(finished.exit_code, 2) << value;
    const std::string name = value.substr(0, value.find('='));
    EXPECT_NE(finished.err.find("environment variable " + name + " must be a whole number"),
              std::string::npos)
        << finished.err;
  }
  EXPECT_EQ(run("'" CLASSIFY_ONNX_LITE "' --model x").exit_code, 2);
  EXPECT_EQ(run("'" CLASSIFY_ONNX_LITE "' --nothing").exit_code, 2);
}

TEST_F(Programs, ClassifyingNamesFilesThatFail) {
  write_text(folder / "broken.onnx", "no model");
  Finished finished = classify(CLASSIFY_ONNX_LITE, folder / "broken.onnx", folder.path());
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.err.find("broken.onnx: not a readable ONNX file"), std::string::npos)
      << finished.err;
  finished = classify(CLASSIFY_ONNX_LITE, folder / "missing.onnx", folder.path());
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.err.find("missing.onnx"), std::string::npos) << finished.err;
}

TEST_F(Programs, OpenCvFailsAsClearly) {
  if (std::string(CLASSIFY_OPENCV).empty()) GTEST_SKIP() << "OpenCV is not installed";
  write_text(folder / "broken.onnx", "no model");
  for (const std::string name : {"broken.onnx", "missing.onnx"}) {
    const Finished finished = classify(CLASSIFY_OPENCV, folder / name, folder.path());
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_NE(finished.err.find(name), std::string::npos) << finished.err;
  }
}

struct Expected {
  const char* architecture;
  double top1;
};

class TrainedModels : public testing::TestWithParam<Expected> {};

TEST_P(TrainedModels, AreAsAccurateAsPromisedWithEveryRuntime) {
  if (!exists(components::kDigitsArchive)) GTEST_SKIP() << "python3-sklearn is not installed";
  const TemporaryFolder folder;
  ASSERT_EQ(components::split_digits(folder.path()).exit_code, 0);
  ASSERT_EQ(train(GetParam().architecture, folder.path(), folder / "m").exit_code, 0);
  Finished finished = classify(CLASSIFY_ONNX_LITE, folder / "m", folder.path());
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_NEAR(metric(folder.path(), "top1"), GetParam().top1, 0.0001);
  if (std::string(CLASSIFY_OPENCV).empty()) GTEST_SKIP() << "OpenCV is not installed";
  const std::string predictions = read_text(folder / "predictions.txt");
  for (const std::string batch : {"1", "32"}) {
    finished = classify(CLASSIFY_OPENCV, folder / "m", folder.path(), "BATCH_SIZE=" + batch);
    ASSERT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_EQ(read_text(folder / "predictions.txt"), predictions) << batch;
  }
}

INSTANTIATE_TEST_SUITE_P(Digits, TrainedModels,
                         testing::Values(Expected{"mlp16", 0.9314}, Expected{"mlp64", 0.9493},
                                         Expected{"cnn4", 0.8621}, Expected{"cnn16", 0.9600}),
                         [](const auto& each) { return std::string(each.param.architecture); });

}  // namespace
