// Small models made by protobuf: each operator in the meaning of its opset, all number types and ways to store them,
// the two forms of an architecture, and what a user is told about a model that is no picture classifier.
#include "engine/onnx/onnx_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "engine/error.h"
#include "tests/engine/onnx_builder.h"
#include "tests/engine/onnx_run.h"

namespace striate {
namespace {

using Floats = std::vector<float>;

Floats iota(size_t count, float first = 0, float step = 1) {
  Floats values(count);
  for (size_t i = 0; i < count; ++i) values[i] = first + step * static_cast<float>(i);
  return values;
}

Floats run(const OnnxBuilder& builder, const Floats& input) { return run(read_onnx(builder.bytes(), "m.onnx"), input); }

void expect_near(const Floats& got, const Floats& wanted, float tolerance = 1e-5f) {
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], wanted[i], tolerance) << "value " << i;
}

std::string text_of(const OnnxBuilder& builder, const OnnxOptions& options = {}) {
  return read_onnx(builder.bytes(), "m.onnx", options).architecture.text();
}

std::string error_of(const OnnxBuilder& builder, const OnnxOptions& options = {}) {
  try {
    return "no error: " + read_onnx(builder.bytes(), "m.onnx", options).architecture.text();
  } catch (const Error& error) {
    return error.what() + std::string(" / ") + error.hint();
  }
}
void expect_part(const std::string& got, const std::string& part) {
  EXPECT_NE(got.find(part), std::string::npos) << "got: " << got << "\nwanted: " << part;
}

// One operator on x, which is 1 x 2 x 2 x 2 unless told otherwise.
OnnxBuilder one(int64_t opset, const OnnxDims& dims = {1, 2, 2, 2}) {
  OnnxBuilder b(opset);
  b.input("x", dims).output("y");
  return b;
}

// ------------------------------------------------------------------------------------------------------------
// operators

TEST(OnnxModel, clip_has_attributes_then_inputs) {
  OnnxBuilder old = one(6);
  with(with(old.node("Clip", {"x"}, {"y"}), "min", 1.0f), "max", 4.0f);
  OnnxBuilder half = one(6);
  with(half.node("Clip", {"x"}, {"y"}), "max", 4.0f);
  OnnxBuilder now = one(13);
  now.floats("low", {}, {1}).floats("high", {}, {4});
  now.node("Clip", {"x", "low", "high"}, {"y"});
  OnnxBuilder open = one(13);
  open.floats("high", {}, {4});
  open.node("Clip", {"x", "", "high"}, {"y"});
  const Floats x = iota(8);
  EXPECT_EQ(run(old, x), (Floats{1, 1, 2, 3, 4, 4, 4, 4}));
  EXPECT_EQ(run(now, x), run(old, x));
  EXPECT_EQ(run(half, x), (Floats{0, 1, 2, 3, 4, 4, 4, 4}));
  EXPECT_EQ(run(open, x), run(half, x));
}

TEST(OnnxModel, softmax_takes_all_axes_behind_before_opset_13) {
  OnnxBuilder old = one(12), now = one(13);
  old.node("Softmax", {"x"}, {"y"});
  with(now.node("Softmax", {"x"}, {"y"}), "axis", 1);
  const Floats x = iota(8, 0, 0.5f);
  double sum = 0;
  for (const float value : x) sum += std::exp(static_cast<double>(value));
  Floats flat, channels;
  for (size_t i = 0; i < 8; ++i) {
    flat.push_back(static_cast<float>(std::exp(static_cast<double>(x[i])) / sum));
    const double a = std::exp(static_cast<double>(x[i])), b = std::exp(static_cast<double>(x[(i + 4) % 8]));
    channels.push_back(static_cast<float>(a / (a + b)));
  }
  expect_near(run(old, x), flat);
  expect_near(run(now, x), channels);
}

TEST(OnnxModel, add_lays_its_second_input_along_an_axis_in_opset_6) {
  OnnxBuilder old = one(6), now = one(7);
  old.floats("b", {2}, {10, 20});
  with(with(old.node("Add", {"x", "b"}, {"y"}), "broadcast", 1), "axis", 1);
  now.floats("b", {2, 1, 1}, {10, 20});
  now.node("Add", {"x", "b"}, {"y"});
  const Floats x = iota(8);
  EXPECT_EQ(run(old, x), (Floats{10, 11, 12, 13, 24, 25, 26, 27}));
  EXPECT_EQ(run(now, x), run(old, x));
  OnnxBuilder last = one(7);
  last.floats("b", {2}, {10, 20});
  last.node("Add", {"x", "b"}, {"y"});
  EXPECT_EQ(run(last, x), (Floats{10, 21, 12, 23, 14, 25, 16, 27}));
}

TEST(OnnxModel, gemm_in_all_its_forms) {
  // A is 2 x 3, B is 3 x 4, both also transposed; C a row, a column, a whole, or none.
  const auto a = [](int row, int column) { return static_cast<float>(1 + row * 3 + column); };
  const auto b = [](int row, int column) { return static_cast<float>(row * 4 + column - 5); };
  for (const bool a_turned : {false, true}) {
    for (const bool b_turned : {false, true}) {
      for (const OnnxDims& third :
           {OnnxDims{}, OnnxDims{4}, OnnxDims{1, 4}, OnnxDims{2, 1}, OnnxDims{2, 4}, OnnxDims{0}}) {
        OnnxBuilder m = one(13, a_turned ? OnnxDims{3, 2} : OnnxDims{2, 3});
        Floats x, weights, bias;
        for (int i = 0; i < 6; ++i) x.push_back(a_turned ? a(i % 2, i / 2) : a(i / 3, i % 3));
        for (int i = 0; i < 12; ++i) weights.push_back(b_turned ? b(i % 3, i / 3) : b(i / 4, i % 4));
        m.floats("b", b_turned ? OnnxDims{4, 3} : OnnxDims{3, 4}, weights);
        const bool biased = third != OnnxDims{0};
        int64_t count = 1;
        for (const int64_t size : third) count *= size;
        bias = iota(static_cast<size_t>(count), 100, 10);
        if (biased) m.floats("c", third, bias);
        onnx::NodeProto& node = m.node("Gemm", {"x", "b"}, {"y"});
        if (biased) node.add_input("c");
        with(with(node, "alpha", 0.5f), "beta", 0.25f);
        with(with(node, "transA", a_turned ? 1 : 0), "transB", b_turned ? 1 : 0);
        Floats wanted;
        for (int row = 0; row < 2; ++row) {
          for (int column = 0; column < 4; ++column) {
            float sum = 0;
            for (int k = 0; k < 3; ++k) sum += a(row, k) * b(k, column);
            const size_t rows = third.size() == 2 ? static_cast<size_t>(third[0]) : 1;
            const size_t columns = third.empty() ? 1 : static_cast<size_t>(third.back());
            const size_t place =
                (rows == 1 ? 0 : static_cast<size_t>(row)) * columns + (columns == 1 ? 0 : static_cast<size_t>(column));
            wanted.push_back(0.5f * sum + (biased ? 0.25f * bias[place] : 0));
          }
        }
        SCOPED_TRACE(text_of(m));
        expect_near(run(m, x), wanted);
      }
    }
  }
}

TEST(OnnxModel, a_dense_layer_takes_its_weights_from_either_order) {
  OnnxBuilder m = one(13, {-1, 3});
  m.floats("w", {3, 2}, {1, 2, 3, 4, 5, 6}).floats("b", {2}, {10, 20});
  m.node("Gemm", {"x", "w", "b"}, {"y"});
  EXPECT_EQ(text_of(m), "input 3 | y: dense 2");
  EXPECT_EQ(run(m, {1, 1, 1}), (Floats{19, 32}));
}

TEST(OnnxModel, normalizations_for_training_are_told_from_those_for_use) {
  const auto norm = [](int64_t opset) {
    OnnxBuilder b = one(opset);
    b.floats("s", {2}, {1, 2}).floats("b", {2}, {0, 1}).floats("m", {2}, {1, 2}).floats("v", {2}, {4, 9});
    b.node("BatchNormalization", {"x", "s", "b", "m", "v"}, {"y"});
    return b;
  };
  Floats wanted;
  for (int i = 0; i < 8; ++i) {
    const float x = static_cast<float>(i);
    wanted.push_back(i < 4 ? (x - 1) / 2 : 2 * (x - 2) / 3 + 1);
  }
  for (const int64_t opset : {6, 7, 8, 9, 13, 14, 15, 25}) expect_near(run(norm(opset), iota(8)), wanted, 1e-4f);
  OnnxBuilder mode = norm(14);
  with(*mode.graph().mutable_node(0), "training_mode", 1);
  expect_part(error_of(mode), "export the model for use (in PyTorch: model.eval()");
  OnnxBuilder outputs = norm(9);
  outputs.graph().mutable_node(0)->add_output("mean");
  outputs.output("mean");
  expect_part(error_of(outputs), "which only training does");
  OnnxBuilder dead = norm(13);  // as PyTorch writes graphs for training: nobody reads the statistics
  for (const char* name : {"mean", "var", "dead_output-0", "dead_output-1"}) {
    dead.graph().mutable_node(0)->add_output(name);
  }
  expect_part(error_of(dead), "which only training does");
  OnnxBuilder nameless = norm(9);
  nameless.graph().mutable_node(0)->add_output("");
  expect_near(run(nameless, iota(8)), wanted, 1e-4f);
  OnnxBuilder spatial = norm(7);
  with(*spatial.graph().mutable_node(0), "spatial", 0);
  expect_part(error_of(spatial), "normalizes every pixel by itself");
  OnnxBuilder drop = one(13);
  drop.tensor("training", {}, 9).add_int32_data(1);
  drop.node("Dropout", {"x", "", "training"}, {"y"});
  expect_part(error_of(drop), "drops values at random");
  OnnxBuilder use = one(13);
  use.tensor("training", {}, 9).add_int32_data(0);
  use.floats("rate", {}, {0.25f});
  use.node("Dropout", {"x", "rate", "training"}, {"y"});
  EXPECT_EQ(text_of(use), "input 2x2x2 | y: dropout 0.25");
  EXPECT_EQ(run(use, iota(8)), iota(8));
}

TEST(OnnxModel, group_normalization_has_scales_of_groups_then_of_channels) {
  OnnxBuilder groups = one(18, {1, 4, 2, 1}), channels = one(21, {1, 4, 2, 1});
  groups.floats("s", {2}, {1, 3}).floats("b", {2}, {0, 10});
  channels.floats("s", {4}, {1, 1, 3, 3}).floats("b", {4}, {0, 0, 10, 10});
  for (OnnxBuilder* each : {&groups, &channels}) {
    with(each->node("GroupNormalization", {"x", "s", "b"}, {"y"}), "num_groups", 2);
  }
  const Floats x = {0, 1, 2, 3, 8, 6, 4, 2};
  Floats wanted;
  for (int g = 0; g < 2; ++g) {
    const double mean = g == 0 ? 1.5 : 5, variance = g == 0 ? 1.25 : 5;
    for (int i = 0; i < 4; ++i) {
      const double value = (static_cast<double>(x[static_cast<size_t>(4 * g + i)]) - mean) / std::sqrt(variance + 1e-5);
      wanted.push_back(static_cast<float>(g == 0 ? value : 3 * value + 10));
    }
  }
  expect_near(run(groups, x), wanted, 1e-4f);
  expect_near(run(channels, x), wanted, 1e-4f);
}

TEST(OnnxModel, attributes_became_inputs) {
  const Floats x = iota(8);
  const Floats means = {1.5f, 5.5f};
  OnnxBuilder old = one(13), now = one(18);
  with(with(old.node("ReduceMean", {"x"}, {"y"}), "axes", OnnxDims{2, -1}), "keepdims", 0);
  now.integers("axes", {2}, {-2, 3});
  with(now.node("ReduceMean", {"x", "axes"}, {"y"}), "keepdims", 0);
  EXPECT_EQ(run(old, x), means);
  EXPECT_EQ(run(now, x), means);
  OnnxBuilder pad_old = one(10, {1, 1, 2, 2}), pad_now = one(13, {1, 1, 2, 2}), pad_axes = one(18, {1, 1, 2, 2});
  with(with(pad_old.node("Pad", {"x"}, {"y"}), "pads", OnnxDims{0, 0, 0, 1, 0, 0, 1, 0}), "value", 7.0f);
  pad_now.integers("p", {8}, {0, 0, 0, 1, 0, 0, 1, 0}).floats("v", {}, {7});
  pad_now.node("Pad", {"x", "p", "v"}, {"y"});
  pad_axes.integers("p", {4}, {1, 0, 0, 1}).floats("v", {}, {7}).integers("a", {2}, {-1, 2});
  pad_axes.node("Pad", {"x", "p", "v", "a"}, {"y"});
  for (const OnnxBuilder* each : {&pad_old, &pad_now, &pad_axes}) {
    EXPECT_EQ(run(*each, {1, 2, 3, 4}), (Floats{7, 1, 2, 7, 3, 4, 7, 7, 7}));
  }
  OnnxBuilder slice_old = one(9, {1, 8}), slice_now = one(13, {1, 8});
  with(with(with(slice_old.node("Slice", {"x"}, {"y"}), "starts", OnnxDims{2}), "ends", OnnxDims{-1}), "axes",
       OnnxDims{1});
  slice_now.integers("s", {1}, {-1}).integers("e", {1}, {INT64_MIN}).integers("a", {1}, {1}).integers("t", {1}, {-3});
  slice_now.node("Slice", {"x", "s", "e", "a", "t"}, {"y"});
  EXPECT_EQ(run(slice_old, x), (Floats{2, 3, 4, 5, 6}));
  EXPECT_EQ(run(slice_now, x), (Floats{7, 4, 1}));
  OnnxBuilder squeeze_old = one(12, {1, 8, 1, 1}), squeeze_now = one(13, {1, 8, 1, 1});
  with(squeeze_old.node("Squeeze", {"x"}, {"y"}), "axes", OnnxDims{2, 3});
  squeeze_now.integers("a", {2}, {-1, -2});
  squeeze_now.node("Squeeze", {"x", "a"}, {"y"});
  EXPECT_EQ(text_of(squeeze_old), "input 8x1x1 | y: flatten");
  EXPECT_EQ(text_of(squeeze_now), text_of(squeeze_old));
  OnnxBuilder wide_old = one(12, {1, 8}), wide_now = one(13, {1, 8});
  with(wide_old.node("Unsqueeze", {"x"}, {"y"}), "axes", OnnxDims{2, 3});
  wide_now.integers("a", {2}, {2, -1});
  wide_now.node("Unsqueeze", {"x", "a"}, {"y"});
  EXPECT_EQ(text_of(wide_old), "input 8 | y: reshape batch,8,1,1");
  EXPECT_EQ(text_of(wide_now), text_of(wide_old));
}

TEST(OnnxModel, upsample_and_resize_of_all_opsets_double_a_picture) {
  const Floats x = {1, 2, 3, 4}, wanted = {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4};
  OnnxBuilder seven = one(7, {1, 1, 2, 2});
  with(seven.node("Upsample", {"x"}, {"y"}), "scales", Floats{1, 1, 2, 2});
  EXPECT_EQ(run(seven, x), wanted);
  for (const auto& [opset, op] : {std::pair<int64_t, const char*>{9, "Upsample"}, {10, "Resize"}}) {
    OnnxBuilder b = one(opset, {1, 1, 2, 2});
    b.floats("s", {4}, {1, 1, 2, 2});
    b.node(op, {"x", "s"}, {"y"});
    EXPECT_EQ(run(b, x), wanted);
  }
  for (const int64_t opset : {11, 13, 18, 19}) {
    OnnxBuilder b = one(opset, {1, 1, 2, 2});
    b.floats("r", {0}, {}).floats("none", {0}, {}).integers("s", {4}, {1, 1, 4, 4});
    with(b.node("Resize", {"x", "r", "none", "s"}, {"y"}), "mode", "nearest");
    EXPECT_EQ(run(b, x), wanted);
  }
  OnnxBuilder linear = one(11, {1, 1, 1, 2});
  linear.floats("r", {0}, {}).floats("s", {4}, {1, 1, 1, 2});
  with(linear.node("Resize", {"x", "r", "s"}, {"y"}), "mode", "linear");
  expect_near(run(linear, {0, 4}), {0, 1, 3, 4});  // half pixels
  OnnxBuilder cubic = one(11, {1, 1, 2, 2});
  cubic.floats("r", {0}, {}).floats("s", {4}, {1, 1, 2, 2});
  with(cubic.node("Resize", {"x", "r", "s"}, {"y"}), "mode", "cubic");
  expect_part(error_of(cubic), "its mode is \"cubic\", which is not supported / striate resizes by nearest and linear");
}

TEST(OnnxModel, automatic_padding_is_uneven_on_the_side_that_it_says) {
  for (const bool upper : {true, false}) {
    OnnxBuilder b = one(11, {1, 1, 4, 4});
    b.floats("w", {1, 1, 2, 2}, {1, 10, 100, 1000});
    with(b.node("Conv", {"x", "w"}, {"y"}), "auto_pad", upper ? "SAME_UPPER" : "SAME_LOWER");
    EXPECT_EQ(text_of(b), upper ? "input 1x4x4 | y: conv 1 2x2 pad 0,1,0,1 no bias"
                                : "input 1x4x4 | y: conv 1 2x2 pad 1,0,1,0 no bias");
  }
  OnnxBuilder valid = one(11, {1, 1, 4, 4});
  valid.floats("w", {1, 1, 2, 2}, {1, 10, 100, 1000});
  with(with(valid.node("Conv", {"x", "w"}, {"y"}), "auto_pad", "VALID"), "pads", OnnxDims{1, 1, 1, 1});
  EXPECT_EQ(text_of(valid), "input 1x4x4 | y: conv 1 2x2 no bias");
  OnnxBuilder odd = one(11, {1, 1, 4, 4});
  odd.floats("w", {1, 1, 2, 2}, {1, 10, 100, 1000});
  with(odd.node("Conv", {"x", "w"}, {"y"}), "auto_pad", "SOMETIMES");
  expect_part(error_of(odd), "its auto_pad is \"SOMETIMES\"");
}

TEST(OnnxModel, transposed_convolutions_of_a_given_size) {
  for (const int64_t size : {5, 6, 7, 8}) {
    OnnxBuilder b = one(11, {1, 1, 3, 3});
    b.floats("w", {1, 1, 3, 3}, Floats(9, 1));
    with(with(b.node("ConvTranspose", {"x", "w"}, {"y"}), "strides", OnnxDims{2, 2}), "output_shape",
         OnnxDims{size, size});
    const OnnxModel model = read_onnx(b.bytes(), "m.onnx");
    EXPECT_EQ(model.architecture.shapes(1).back(), (Shape{1, 1, size, size}));
    double sum = 0;
    for (const float value : run(model, Floats(9, 1))) sum += static_cast<double>(value);
    if (size >= 7) {
      EXPECT_EQ(sum, 81) << "more rows than the stamps reach are zeros";
    }
  }
}

TEST(OnnxModel, prelu_slopes_of_every_shape) {
  const Floats x(8, -1);
  const auto slopes = [&](int64_t opset, const OnnxDims& dims, const Floats& values) {
    OnnxBuilder b = one(opset);
    b.floats("s", dims, values);
    b.node("PRelu", {"x", "s"}, {"y"});
    return run(b, x);
  };
  EXPECT_EQ(slopes(6, {1}, {2}), Floats(8, -2));
  EXPECT_EQ(slopes(6, {2}, {2, 3}), (Floats{-2, -2, -2, -2, -3, -3, -3, -3}));
  EXPECT_EQ(slopes(9, {2, 1, 1}, {2, 3}), (Floats{-2, -2, -2, -2, -3, -3, -3, -3}));
  EXPECT_EQ(slopes(9, {1, 2, 1, 1}, {2, 3}), (Floats{-2, -2, -2, -2, -3, -3, -3, -3}));
  EXPECT_EQ(slopes(9, {2}, {2, 3}), (Floats{-2, -3, -2, -3, -2, -3, -2, -3}));
  EXPECT_EQ(slopes(9, {2, 2}, {1, 2, 3, 4}), (Floats{-1, -2, -3, -4, -1, -2, -3, -4}));
}

// ---------------------------------------------------------------------------------------------------- types and
// storage

TEST(OnnxModel, weights_of_every_type_raw_and_typed) {
  // 1, 2, -3 in each type; `raw`: as bytes.
  struct Case {
    int type;
    std::vector<uint16_t> bits;
  };
  for (const bool raw : {true, false}) {
    for (const int64_t repeat : {1, 200}) {  // long ones stay in the file
      for (const int type : {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16}) {
        OnnxBuilder b = one(13, {1, 3});
        onnx::TensorProto& t = b.tensor("w", {repeat, 3}, type);
        std::string bytes;
        const bool negative = type != 2 && type != 4 && type != 12 && type != 13 && type != 9;
        const std::vector<double> values = {1, type == 9 ? 0.0 : 2.0, negative ? -3.0 : 1.0};
        const std::vector<uint16_t> half = {0x3c00, 0x4000, 0xc200}, brain = {0x3f80, 0x4000, 0xc040};
        for (int64_t i = 0; i < 3 * repeat; ++i) {
          const double value = values[static_cast<size_t>(i % 3)];
          const auto put = [&](auto v) { bytes.append(reinterpret_cast<const char*>(&v), sizeof v); };
          const auto whole = static_cast<int64_t>(value);
          switch (type) {
            case 1:
              raw ? put(static_cast<float>(value)) : t.add_float_data(static_cast<float>(value));
              break;
            case 11:
              raw ? put(value) : t.add_double_data(value);
              break;
            case 7:
              raw ? put(whole) : t.add_int64_data(whole);
              break;
            case 12:
              raw ? put(static_cast<uint32_t>(whole)) : t.add_uint64_data(static_cast<uint64_t>(whole));
              break;
            case 13:
              raw ? put(static_cast<uint64_t>(whole)) : t.add_uint64_data(static_cast<uint64_t>(whole));
              break;
            case 10:
              raw ? put(half[static_cast<size_t>(i % 3)]) : t.add_int32_data(half[static_cast<size_t>(i % 3)]);
              break;
            case 16:
              raw ? put(brain[static_cast<size_t>(i % 3)]) : t.add_int32_data(brain[static_cast<size_t>(i % 3)]);
              break;
            case 2:
            case 3:
            case 9:
              raw ? put(static_cast<uint8_t>(whole)) : t.add_int32_data(static_cast<int32_t>(whole));
              break;
            case 4:
            case 5:
              raw ? put(static_cast<uint16_t>(whole)) : t.add_int32_data(static_cast<int32_t>(whole));
              break;
            default:
              raw ? put(static_cast<int32_t>(whole)) : t.add_int32_data(static_cast<int32_t>(whole));
              break;
          }
        }
        if (raw) t.set_raw_data(bytes);
        with(b.node("Cast", {"w"}, {"f"}), "to", 1);
        b.node("ReduceMean", {"f"}, {"m"});
        b.node("Add", {"x", "f"}, {"y"});
        Floats wanted;
        for (int64_t i = 0; i < 3 * repeat; ++i)
          wanted.push_back(static_cast<float>(values[static_cast<size_t>(i % 3)]));
        SCOPED_TRACE(onnx_type_name(type) + (raw ? " raw " : " typed ") + std::to_string(repeat));
        EXPECT_EQ(run(b, {0, 0, 0}), wanted);
      }
    }
  }
}

TEST(OnnxModel, constants_in_all_their_forms) {
  const auto added = [](const std::function<void(onnx::NodeProto&)>& fill) {
    OnnxBuilder b = one(13, {1, 2});
    fill(b.node("Constant", {}, {"c"}));
    with(b.node("Cast", {"c"}, {"f"}), "to", 1);
    b.node("Add", {"x", "f"}, {"y"});
    return run(b, {0, 0});
  };
  EXPECT_EQ(added([](onnx::NodeProto& n) { with(n, "value_float", 2.5f); }), (Floats{2.5f, 2.5f}));
  EXPECT_EQ(added([](onnx::NodeProto& n) { with(n, "value_floats", Floats{1.5f, 2}); }), (Floats{1.5f, 2}));
  EXPECT_EQ(added([](onnx::NodeProto& n) { with(n, "value_int", 3); }), (Floats{3, 3}));
  EXPECT_EQ(added([](onnx::NodeProto& n) { with(n, "value_ints", OnnxDims{3, -4}); }), (Floats{3, -4}));
  EXPECT_EQ(added([](onnx::NodeProto& n) {
              onnx::AttributeProto& a = attribute(n, "value");
              a.set_type(onnx::AttributeProto::TENSOR);
              a.mutable_t()->set_data_type(1);
              a.mutable_t()->add_dims(2);
              a.mutable_t()->add_float_data(5);
              a.mutable_t()->add_float_data(6);
            }),
            (Floats{5, 6}));
  OnnxBuilder text = one(13, {1, 2});
  with(text.node("Constant", {}, {"c"}), "value_string", "hello");
  text.node("Add", {"x", "c"}, {"y"});
  expect_part(error_of(text), "it has no value that striate reads");
}

TEST(OnnxModel, whole_numbers_fold_in_their_own_type) {
  const auto folded = [](const std::string& op, int type, int64_t a, int64_t b) {
    OnnxBuilder m = one(14, {1, 1});
    m.tensor("a", {1}, type).add_int32_data(static_cast<int32_t>(a));
    m.tensor("b", {1}, type).add_int32_data(static_cast<int32_t>(b));
    m.node(op, {"a", "b"}, {"c"});
    with(m.node("Cast", {"c"}, {"f"}), "to", 1);
    m.node("Add", {"x", "f"}, {"y"});
    return run(m, {0})[0];
  };
  EXPECT_EQ(folded("Add", 2, 200, 100), 44);
  EXPECT_EQ(folded("Sub", 2, 1, 2), 255);
  EXPECT_EQ(folded("Mul", 3, 100, 2), -56);
  EXPECT_EQ(folded("Div", 6, -7, 2), -3);
  EXPECT_EQ(folded("Mod", 6, -7, 2), 1);
  EXPECT_EQ(folded("Max", 6, -7, 2), 2);
}

// ---------------------------------------------------------------------------------------------------------- two forms

TEST(OnnxModel, the_arithmetic_on_shapes_that_pytorch_leaves_is_folded) {
  OnnxBuilder b = one(13, {-1, 2, 2, 2});
  b.integers("zero", {}, {0}).integers("axis", {1}, {0}).integers("rest", {1}, {-1});
  b.node("Shape", {"x"}, {"shape"});
  with(b.node("Gather", {"shape", "zero"}, {"n"}), "axis", 0);
  b.node("Unsqueeze", {"n", "axis"}, {"n1"});
  with(b.node("Concat", {"n1", "rest"}, {"target"}), "axis", 0);
  b.node("Reshape", {"x", "target"}, {"flat"});
  b.floats("w", {8, 3}, iota(24));
  b.node("MatMul", {"flat", "w"}, {"y"});
  EXPECT_EQ(text_of(b), "input 2x2x2 | flat: flatten | y: dense 3 no bias");
}

TEST(OnnxModel, a_batch_of_pictures_gives_what_each_gives_alone) {
  OnnxBuilder b = one(13, {-1, 1, 3, 3});
  b.floats("w", {2, 1, 2, 2}, iota(8, -0.5f, 0.25f)).floats("shift", {1, 2, 1, 1}, {1, -1});
  b.integers("shape", {2}, {1, -1}).floats("m", {8, 3}, iota(24, -1, 0.1f));
  b.node("Conv", {"x", "w"}, {"c"});
  b.node("Add", {"c", "shift"}, {"s"});
  b.node("Reshape", {"s", "shape"}, {"f"});
  b.node("MatMul", {"f", "m"}, {"d"});
  b.node("Softmax", {"d"}, {"y"});
  const OnnxModel model = read_onnx(b.bytes(), "m.onnx");
  EXPECT_FALSE(model.architecture.whole());
  const Floats two = iota(18, -1, 0.2f);
  const Floats both = run(model, two, 2);
  const Floats first = run(model, Floats(two.begin(), two.begin() + 9));
  const Floats second = run(model, Floats(two.begin() + 9, two.end()));
  EXPECT_EQ(Floats(both.begin(), both.begin() + 3), first);
  EXPECT_EQ(Floats(both.begin() + 3, both.end()), second);
}

TEST(OnnxModel, what_mixes_the_batch_is_read_as_a_whole) {
  const auto is_whole = [](const std::function<void(OnnxBuilder&)>& fill, const OnnxDims& dims = {1, 2, 3}) {
    OnnxBuilder b = one(13, dims);
    fill(b);
    return read_onnx(b.bytes(), "m.onnx").architecture.whole();
  };
  EXPECT_TRUE(is_whole([](OnnxBuilder& b) { with(b.node("Softmax", {"x"}, {"y"}), "axis", 0); }));
  EXPECT_FALSE(is_whole([](OnnxBuilder& b) { with(b.node("Softmax", {"x"}, {"y"}), "axis", 1); }));
  EXPECT_TRUE(is_whole([](OnnxBuilder& b) { with(b.node("Transpose", {"x"}, {"y"}), "perm", OnnxDims{1, 0, 2}); }));
  EXPECT_FALSE(is_whole([](OnnxBuilder& b) { with(b.node("Transpose", {"x"}, {"y"}), "perm", OnnxDims{0, 2, 1}); }));
  EXPECT_TRUE(is_whole([](OnnxBuilder& b) { with(b.node("Concat", {"x", "x"}, {"y"}), "axis", 0); }));
  EXPECT_FALSE(is_whole([](OnnxBuilder& b) { with(b.node("Concat", {"x", "x"}, {"y"}), "axis", 1); }));
  EXPECT_TRUE(is_whole([](OnnxBuilder& b) { b.node("ReduceMean", {"x"}, {"y"}); }));
  EXPECT_TRUE(is_whole([](OnnxBuilder& b) {
    b.floats("c", {2, 2, 3}, Floats(12, 1));
    b.node("Add", {"x", "c"}, {"y"});
  }));
  EXPECT_TRUE(is_whole([](OnnxBuilder& b) {
    b.floats("c", {1, 1, 2, 3}, Floats(6, 1));
    b.node("Add", {"x", "c"}, {"y"});
  }));
  EXPECT_TRUE(is_whole([](OnnxBuilder& b) {
    b.integers("s", {1}, {-1});
    b.node("Reshape", {"x", "s"}, {"y"});
  }));
  EXPECT_TRUE(is_whole([](OnnxBuilder& b) { b.node("Relu", {"x"}, {"y"}); }, {4, 2, 3}));
  EXPECT_TRUE(is_whole([](OnnxBuilder& b) { b.node("Relu", {"x"}, {"y"}); }, {}));
}

// A note says why there is no form for batches, and speaks of mixing only where pictures are mixed.
TEST(OnnxModel, only_what_mixes_pictures_is_said_to) {
  const auto note = [](const std::function<void(OnnxBuilder&)>& fill) {
    OnnxBuilder b = one(13, {-1, 2, 3});
    fill(b);
    const std::vector<std::string> notes = read_onnx(b.bytes(), "m.onnx").notes;
    return notes.empty() ? std::string() : notes.back();
  };
  const std::string so = ", so it is run with one picture at a time";
  EXPECT_EQ(note([](OnnxBuilder& b) { with(b.node("Softmax", {"x"}, {"y"}), "axis", 0); }),
            "it mixes the pictures of a batch" + so);
  EXPECT_EQ(note([](OnnxBuilder& b) { b.node("ReduceMean", {"x"}, {"y"}); }), "it mixes the pictures of a batch" + so);
  EXPECT_EQ(note([](OnnxBuilder& b) {
              with(b.node("Transpose", {"x"}, {"t"}), "perm", OnnxDims{1, 0, 2});
              b.node("Relu", {"t"}, {"r"});
              with(b.node("Transpose", {"r"}, {"y"}), "perm", OnnxDims{1, 0, 2});
            }),
            "");
  EXPECT_EQ(note([](OnnxBuilder& b) {
              b.integers("i", {}, {0});
              with(b.node("Gather", {"x", "i"}, {"y"}), "axis", 0);
            }),
            "it takes the pictures of a batch by their numbers" + so);
  EXPECT_EQ(note([](OnnxBuilder& b) { b.node("Relu", {"x"}, {"y"}); }), "");
}

TEST(OnnxModel, open_sizes_are_said_by_the_caller) {
  OnnxBuilder b = one(13, {-1, 3, -1, -1});
  b.node("Relu", {"x"}, {"y"});
  expect_part(error_of(b), "its input \"x\" is -1x3x-1x-1, where -1 is left open / say the size of the picture");
  OnnxOptions options;
  options.input = {1, 3, 8, 9};
  EXPECT_EQ(text_of(b, options), "input 3x8x9 | y: relu");
  options.input = {1, 4, 8, 9};
  expect_part(error_of(b, options), "its input \"x\" is -1x3x-1x-1, not 1x4x8x9");
  options.input = {1, 3, 8};
  expect_part(error_of(b, options), "not 1x3x8");
}

TEST(OnnxModel, outputs_names_and_what_nobody_needs) {
  OnnxBuilder b = one(13, {1, 4});
  b.output("second").output("fixed");
  b.node("Relu", {"x"}, {"y"});
  b.node("Tanh", {"y"}, {"second"});
  b.node("NonMaxSuppression", {"x"}, {"unused"});
  with(b.node("Constant", {}, {"fixed"}), "value_float", 2.0f);
  const OnnxModel model = read_onnx(b.bytes(), "m.onnx");
  EXPECT_EQ(model.architecture.text(), "input 4 | y: relu | second: tanh | from y | output: identity");
  ASSERT_EQ(model.outputs.size(), 3u);
  EXPECT_EQ(model.outputs[0].node, 3);
  EXPECT_EQ(model.outputs[1].node, 2);
  EXPECT_EQ(model.outputs[2].node, -1);
  EXPECT_EQ(model.outputs[2].value.at(0), 2.0);
  OnnxBuilder odd;
  odd.input("x", {1, 4}).output("input");
  odd.node("Relu", {"x"}, {"a b:c"});
  odd.node("Relu", {"a b:c"}, {"a|b#c"});
  odd.node("Relu", {"a|b#c"}, {"12"});
  odd.node("Relu", {"12"}, {"input"});
  EXPECT_EQ(text_of(odd), "input 4 | a_b_c: relu | a_b_c-2: relu | n12: relu | input-2: relu");
  EXPECT_EQ(Architecture::parse(text_of(odd)).size(), 5);
}

TEST(OnnxModel, what_the_file_says_about_itself) {
  OnnxBuilder b = one(13, {-1, 4});
  b.node("Relu", {"x"}, {"y"});
  b.model.set_producer_version("1.2");
  auto& entry = *b.model.add_metadata_props();
  entry.set_key("classes");
  entry.set_value("cat,dog");
  const OnnxModel model = read_onnx(b.bytes(), "m.onnx");
  EXPECT_EQ(model.producer, "test 1.2");
  EXPECT_EQ(model.opset, 13);
  EXPECT_EQ(model.metadata.at("classes"), "cat,dog");
  EXPECT_EQ(model.input, "x");
  EXPECT_EQ(model.input_sizes, (std::vector<int64_t>{-1, 4}));
}

// --------------------------------------------------------------------------------------------------- a user's mistakes

TEST(OnnxModel, an_operator_that_is_not_supported_is_named_with_its_node_and_what_is) {
  OnnxBuilder b = one(13);
  b.node("Einsum", {"x"}, {"y"}).set_name("mixer/einsum");
  const std::string error = error_of(b);
  expect_part(error,
              "m.onnx: node \"mixer/einsum\" (Einsum): the operator Einsum is not supported / striate knows Abs, Add, "
              "Attention, AveragePool, ");
  expect_part(error, "Upsample");
  OnnxBuilder custom = one(13);
  custom.node("FusedConv", {"x"}, {"y"}).set_domain("com.microsoft");
  expect_part(error_of(custom), "the operator FusedConv of \"com.microsoft\" is not supported");
  OnnxBuilder cast = one(13);
  with(cast.node("Cast", {"x"}, {"y"}), "to", 7);
  expect_part(error_of(cast), "it casts values that depend on the picture to int64");
}

TEST(OnnxModel, weights_may_be_one_value_everywhere_however_large) {
  OnnxBuilder b = one(9, {1, 4});
  b.integers("s", {2}, {4, 4'500'000});  // more than may be computed while a model is read
  b.node("ConstantOfShape", {"s"}, {"w"});
  b.graph().mutable_node(0)->add_attribute()->set_name("value");
  auto& value = *b.graph().mutable_node(0)->mutable_attribute(0);
  value.set_type(static_cast<decltype(value.type())>(4));
  value.mutable_t()->set_data_type(1);
  value.mutable_t()->add_dims(1);
  value.mutable_t()->add_float_data(0.5f);
  b.node("MatMul", {"x", "w"}, {"y"});
  const Floats got = run(b, iota(4, 1));
  ASSERT_EQ(got.size(), 4'500'000u);
  for (const size_t i : {size_t{0}, size_t{65535}, size_t{65536}, got.size() - 1}) EXPECT_EQ(got[i], 5.0f) << i;
}

TEST(OnnxModel, a_training_graph_is_recognized) {
  OnnxBuilder b = one(13, {1, 4});
  b.input("target", {1}, 7);
  b.graph().clear_output();
  b.output("loss");
  b.node("Relu", {"x"}, {"y"});
  b.node("SoftmaxCrossEntropyLoss", {"y", "target"}, {"loss"});
  expect_part(error_of(b), "this graph is for training");
  expect_part(error_of(b), "model.eval()");
}

TEST(OnnxModel, a_transformer_is_recognized) {
  OnnxBuilder b;
  b.input("input_ids", {1, 16}, 7).input("attention_mask", {1, 16}, 7).output("y");
  b.floats("table", {100, 8}, Floats(800, 1)).floats("s", {8}, Floats(8, 1));
  b.node("Gather", {"table", "input_ids"}, {"e"});
  b.node("LayerNormalization", {"e", "s", "s"}, {"n"});
  b.node("MatMul", {"n", "attention_mask"}, {"y"});
  expect_part(error_of(b), "this looks like a transformer");
  expect_part(error_of(b), "its input are words (tokens), not pictures");
  OnnxBuilder attention = one(23, {1, 4, 8});
  attention.node("MultiHeadAttention", {"x", "x", "x"}, {"y"}).set_domain("com.microsoft");
  expect_part(error_of(attention), "this looks like a transformer");
  expect_part(error_of(attention), "striate has attention as ONNX has it");
}

TEST(OnnxModel, a_detector_is_recognized) {
  OnnxBuilder b = one(13, {1, 3, 8, 8});
  b.output("boxes");
  b.node("Relu", {"x"}, {"y"});
  b.node("NonMaxSuppression", {"y", "y"}, {"boxes"});
  expect_part(error_of(b), "this looks like a detector, which finds boxes");
}

TEST(OnnxModel, a_second_input_is_named) {
  OnnxBuilder b = one(13, {1, 4});
  b.input("more", {1, 4});
  b.node("Add", {"x", "more"}, {"y"});
  expect_part(error_of(b), "it takes a second input, \"more\" (float32), beside \"x\"");
  OnnxOptions options;
  HostTensor tensor;
  tensor.dims = {1, 4};
  tensor.reals = {1, 2, 3, 4};
  options.bindings["more"] = tensor;
  EXPECT_EQ(run(read_onnx(b.bytes(), "m.onnx", options), {1, 1, 1, 1}), (Floats{2, 3, 4, 5}));
  options.bindings["less"] = tensor;
  expect_part(error_of(b, options), "it has no input \"less\"");
}

}  // namespace
}  // namespace striate
