#include <gtest/gtest.h>
#include <onnx_lite/graph.hpp>
#include <onnx_lite/io.hpp>

#include "support.hpp"

namespace {

using components::make_model;
using components::message_of;
using onnx_lite::Model;
using onnx_lite::Node;
using onnx_lite::Tensor;
using Integers = std::vector<std::int64_t>;

Model rich_model() {
  Model model = make_model(
      {-1, 1, 8, 8},
      {Node{"conv",
            "Conv",
            "",
            {"x", "w", ""},
            {"a"},
            {{"kernel_shape", Integers{3, 3}}, {"auto_pad", std::string("NOTSET")}}},
       Node{"",
            "Custom",
            "my.domain",
            {"a"},
            {"y"},
            {{"alpha", 0.5F},
             {"axis", std::int64_t{-1}},
             {"scales", std::vector<float>{1.5F, -2.0F}},
             {"value", Tensor{"t", {2}, Integers{-1, INT64_MAX}}},
             {"nothing", Integers{}}}}},
      {Tensor{"w", {1, 1, 2, 2}, std::vector<float>{1, -0.0F, 3.25F, 1e-40F}},
       Tensor{"scalar", {}, std::vector<float>{7}}, Tensor{"empty", {3, 0}, std::vector<float>{}}});
  model.producer_version = "1.2.3";
  model.opsets.push_back({"my.domain", 1});
  return model;
}

std::string order_error(const Model& model) {
  return message_of([&] { onnx_lite::execution_order(model.graph); });
}

TEST(OnnxLite, WhatIsWrittenIsReadBack) {
  const Model model = rich_model();
  EXPECT_EQ(onnx_lite::parse(onnx_lite::serialize(model)), model);
}

TEST(OnnxLite, FilesAreWrittenAndReadBack) {
  const components::TemporaryFolder folder;
  onnx_lite::write_file(rich_model(), folder / "model.onnx");
  EXPECT_EQ(onnx_lite::read_file(folder / "model.onnx"), rich_model());
  EXPECT_EQ(std::distance(components::fs::directory_iterator(folder.path()), {}), 1);
}

TEST(OnnxLite, FilesThatCannotBeReadOrWrittenAreNamed) {
  const components::TemporaryFolder folder;
  const auto missing = folder / "no/model.onnx";
  EXPECT_NE(message_of([&] { onnx_lite::read_file(missing); }).find("no/model.onnx"),
            std::string::npos);
  EXPECT_NE(message_of([&] { onnx_lite::write_file(rich_model(), missing); }).find("cannot write"),
            std::string::npos);
}

TEST(OnnxLite, ReadsTypedDataPackedOrNot) {
  // Tensor "t": dims 2 (packed), int64_data packed {1, 300}; tensor "f": float_data one by one.
  const std::string ints("\x0a\x01\x02\x10\x07\x3a\x03\x01\xac\x02\x42\x01t", 13);
  const std::string reals("\x08\x02\x10\x01\x25\x00\x00\x80\x3f\x25\x00\x00\x00\x40\x42\x01g", 17);
  const std::string graph = std::string("\x2a\x0d") + ints + "\x2a\x11" + reals;
  const Model model =
      onnx_lite::parse("\x3a" + std::string(1, static_cast<char>(graph.size())) + graph);
  ASSERT_EQ(model.graph.initializers.size(), 2U);
  EXPECT_EQ(model.graph.initializers[0], (Tensor{"t", {2}, Integers{1, 300}}));
  EXPECT_EQ(model.graph.initializers[1], (Tensor{"g", {2}, std::vector<float>{1, 2}}));
}

TEST(OnnxLite, TensorsWhoseDataDoesNotFitAreNotWritten) {
  Model model = rich_model();
  model.graph.initializers[0].dims = {5};
  EXPECT_NE(message_of([&] { onnx_lite::serialize(model); }).find("'w' has room for 5"),
            std::string::npos);
}

TEST(OnnxLite, OrderFollowsTheValuesNotTheFile) {
  const Model model = make_model(
      {1},
      {Node{"second", "Relu", "", {"a"}, {"y"}, {}}, Node{"first", "Relu", "", {"x"}, {"a"}, {}}},
      {});
  EXPECT_EQ(onnx_lite::execution_order(model.graph), (std::vector<std::size_t>{1, 0}));
}

TEST(OnnxLite, CyclesAreNamed) {
  const Model model = make_model(
      {1},
      {Node{"one", "Add", "", {"x", "y"}, {"a"}, {}}, Node{"two", "Relu", "", {"a"}, {"y"}, {}}},
      {});
  EXPECT_EQ(order_error(model),
            "nodes wait for each other in a cycle: node 'one' (Add), node 'two' (Relu)");
}

TEST(OnnxLite, MissingInputsAreNamedWithTheirNode) {
  const Model model = make_model({1}, {Node{"relu", "Relu", "", {"ghost"}, {"y"}, {}}}, {});
  EXPECT_EQ(order_error(model),
            "node 'relu' (Relu) reads 'ghost', which no input, initializer or node provides");
}

TEST(OnnxLite, MissingOutputsAndDoubleDefinitionsAreErrors) {
  EXPECT_EQ(order_error(make_model({1}, {}, {})), "nothing provides the graph's output 'y'");
  EXPECT_EQ(order_error(make_model({1}, {Node{"n", "Relu", "", {"x"}, {"x"}, {}}}, {})),
            "node 'n' (Relu) writes 'x', which something else provides already");
  const Tensor tensor{"w", {1}, std::vector<float>{1}};
  EXPECT_EQ(order_error(make_model({1}, {}, {tensor, tensor})), "two initializers are called 'w'");
}

TEST(OnnxLiteHostile, EveryTruncationIsAnErrorOrAShorterModel) {
  const std::string bytes = onnx_lite::serialize(rich_model());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    try {
      onnx_lite::parse(std::string_view(bytes).substr(0, size));
    } catch (const onnx_lite::Error& error) {
      EXPECT_STRNE(error.what(), "");
    }
  }
}

TEST(OnnxLiteHostile, EveryChangedByteIsAnErrorOrAnotherModel) {
  const std::string bytes = onnx_lite::serialize(rich_model());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int value = 0; value < 256; value += 5) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(value);
      try {
        onnx_lite::execution_order(onnx_lite::parse(changed).graph);
      } catch (const onnx_lite::Error&) {
        continue;
      }
    }
  }
}

TEST(OnnxLiteHostile, ErrorsTellWhatAndWhere) {
  const auto error = [](const std::string& bytes) {
    return message_of([&] { onnx_lite::parse(bytes); });
  };
  EXPECT_EQ(error(""), "not a readable ONNX file: there is no graph, in the model at byte 0");
  EXPECT_EQ(error("\x3a\x7f"),
            "not a readable ONNX file: wanted 127 bytes, only 0 are left, in the "
            "model at byte 2");
  EXPECT_EQ(error(std::string(11, '\xff')),
            "not a readable ONNX file: a number has more than 64 bits, in the model at byte 10");
  EXPECT_EQ(error("<html>"), "not a readable ONNX file: bad wire type 4, in the model at byte 1");
  EXPECT_EQ(error(std::string("\x08\x01\x00\x00", 4)),
            "not a readable ONNX file: bad field number 0, in the model at byte 3");
}

TEST(OnnxLiteHostile, HugeExtentsDoNotAllocate) {
  // A tensor of 2^62 elements without data, in a graph, in a model.
  const std::string dims("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x40\x10\x01", 12);
  const std::string graph = std::string("\x2a\x0c") + dims;
  const std::string bytes = std::string("\x3a\x0e") + graph;
  EXPECT_NE(message_of([&] { onnx_lite::parse(bytes); }).find("more than 2147483647 elements"),
            std::string::npos);
}

TEST(OnnxLiteHostile, AMillionEmptyNodesAreRefused) {
  std::string graph;
  for (int i = 0; i < 1'000'001; ++i) graph += std::string("\x0a\x00", 2);
  std::string bytes = "\x3a";
  for (std::size_t rest = graph.size(); rest != 0; rest >>= 7)
    bytes.push_back(static_cast<char>((rest & 0x7F) | (rest >= 0x80 ? 0x80 : 0)));
  EXPECT_NE(message_of([&] { onnx_lite::parse(bytes + graph); }).find("more than 1000000 parts"),
            std::string::npos);
}

TEST(OnnxLiteHostile, NamesInMessagesAreHarmless) {
  EXPECT_EQ(onnx_lite::quote("a\x1b[2Jb\n"), "'a\\x1b[2Jb\\x0a'");
  EXPECT_LT(onnx_lite::quote(std::string(10'000, 'x')).size(), 100U);
}

TEST(OnnxLiteHostile, OtherElementTypesAreNamed) {
  const std::string tensor("\x10\x0b\x42\x01t", 5);  // double
  const std::string bytes = std::string("\x3a\x07\x2a\x05") + tensor;
  EXPECT_NE(message_of([&] { onnx_lite::parse(bytes); }).find("tensor 't' has element type 11"),
            std::string::npos);
}

}  // namespace
