#include <gtest/gtest.h>
#include <inference/session.hpp>
#include <onnx_lite/io.hpp>
#include <stdexcept>

#include "support.hpp"

namespace {

using components::make_model;
using components::message_of;
using components::TemporaryFolder;
using onnx_lite::Model;
using onnx_lite::Node;
using onnx_lite::Tensor;

/// Classes are the sums of two halves of a 1 x 2 x 2 image.
Model halves(std::int64_t batch) {
  return make_model({batch, 1, 2, 2},
                    {Node{"flat", "Flatten", "", {"x"}, {"f"}, {}},
                     Node{"sum", "Gemm", "", {"f", "w"}, {"y"}, {}}},
                    {Tensor{"w", {4, 2}, std::vector<float>{1, 0, 1, 0, 0, 1, 0, 1}}});
}

std::unique_ptr<inference::Session> open(const Model& model) {
  const TemporaryFolder folder;
  onnx_lite::write_file(model, folder / "m.onnx");
  return inference::open_session(folder / "m.onnx");
}

TEST(Session, ScoresEveryImageOfABatch) {
  const auto session = open(halves(-1));
  EXPECT_EQ(session->input_shape(), (inference::ImageShape{1, 2, 2}));
  EXPECT_EQ(session->classes(), 2U);
  const std::vector<float> images{1, 2, 3, 4, 5, 6, 7, 8};
  const auto scores = session->run(images, 2);
  EXPECT_EQ(std::vector<float>(scores.begin(), scores.end()), (std::vector<float>{3, 7, 11, 15}));
}

TEST(Session, AFixedBatchIsRespected) {
  const auto session = open(halves(2));
  const std::vector<float> images{1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(session->run(images, 2).size(), 4U);
  EXPECT_EQ(message_of([&] { session->run(std::span(images).first(4), 1); }),
            "the model takes batches of 2 images only, not of 1");
}

TEST(Session, ImagesThatAreNotABatchAreAnError) {
  const auto session = open(halves(-1));
  const std::vector<float> images(7);
  EXPECT_EQ(message_of([&] { session->run(images, 2); }),
            "expected 2 images of 4 values, got 7 values");
  EXPECT_THROW(session->run({}, 0), std::runtime_error);
}

TEST(Session, ModelsThatDoNotClassifyImagesAreErrors) {
  Model model = halves(-1);
  model.graph.inputs[0].shape.pop_back();
  EXPECT_NE(message_of([&] { open(model); }).find("the input has extents [-1, 1, 2]"),
            std::string::npos);
  model = halves(-1);
  model.graph.outputs[0].name = "x";
  EXPECT_NE(message_of([&] { open(model); }).find("the output has extents [1, 1, 2, 2]"),
            std::string::npos);
  model = halves(-1);
  model.graph.inputs.push_back(model.graph.inputs[0]);
  model.graph.inputs[1].name = "z";
  EXPECT_NE(message_of([&] { open(model); }).find("more than one input: 'x' and 'z'"),
            std::string::npos);
}

TEST(Session, ExtentsThatDoNotFitAreFoundWhenLoading) {
  Model model = halves(-1);
  model.graph.initializers[0] = Tensor{"w", {3, 2}, std::vector<float>(6)};
  EXPECT_NE(
      message_of([&] { open(model); })
          .find("m.onnx: node 'sum' (Gemm): the left factor has extents [1, 4], the right one "
                "has 3 rows"),
      std::string::npos);
}

TEST(Session, EveryChangedByteOfAModelIsHarmless) {
  const TemporaryFolder folder;
  const std::string bytes = onnx_lite::serialize(halves(-1));
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const char change : {'\x01', '\x04', '\x40', '\x7f', '\xff'}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ change);
      components::write_text(folder / "m.onnx", changed);
      try {
        const auto session = inference::open_session(folder / "m.onnx");
        EXPECT_GT(session->classes(), 0U);
      } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("m.onnx"), std::string::npos);
      }
    }
}

}  // namespace
