// What current networks are made of beside convolutions: layers that exporters took apart, attention, tokens and
// windows that turn the batch's axis for a while, values written to places. Each against its formula, and a batch of
// pictures against each picture alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "engine/error.h"
#include "engine/export/onnx_writer.h"
#include "engine/onnx/onnx_model.h"
#include "tests/engine/onnx_builder.h"
#include "tests/engine/onnx_run.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

using Floats = std::vector<float>;

Floats values(size_t count, float low = -1.5f, float high = 1.5f) {
  Floats list(count);
  for (size_t i = 0; i < count; ++i) {
    list[i] = low + (high - low) * static_cast<float>(i * 7919 % 1000) / 1000;
  }
  return list;
}

void expect_near(const Floats& got, const Floats& wanted, float tolerance = 1e-5f) {
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], wanted[i], tolerance) << "value " << i;
}

OnnxBuilder one(const OnnxDims& dims, int64_t opset = 13) {
  OnnxBuilder b(opset);
  b.input("x", dims).output("y");
  return b;
}
OnnxModel read(const OnnxBuilder& b) { return read_onnx(b.bytes(), "m.onnx"); }
std::string text_of(const OnnxBuilder& b) { return read(b).architecture.text(); }
std::string error_of(const OnnxBuilder& b) {
  try {
    return "no error: " + text_of(b);
  } catch (const Error& error) {
    return error.what() + std::string(" / ") + error.hint();
  }
}

// The model has the form for batches, without a note, and three pictures at once give what each gives alone.
void expect_each_alone(const OnnxBuilder& b, size_t size) {
  const OnnxModel model = read(b);
  ASSERT_FALSE(model.architecture.whole()) << model.architecture.text();
  EXPECT_TRUE(model.notes.empty());
  const Floats three = values(3 * size);
  const Floats all = run(model, three, 3);
  for (size_t i = 0; i < 3; ++i) {
    const Floats each = run(model, Floats(three.begin() + i * size, three.begin() + (i + 1) * size));
    expect_near(Floats(all.begin() + i * each.size(), all.begin() + (i + 1) * each.size()), each, 0);
  }
}

TEST(OnnxTakenApart, gelu_by_its_error_function_is_gelu) {
  OnnxBuilder apart = one({1, 8});
  apart.floats("root", {}, {1.41421354f}).floats("one", {}, {1}).floats("half", {}, {0.5f});
  apart.node("Div", {"x", "root"}, {"scaled"});
  apart.node("Erf", {"scaled"}, {"erf"});
  apart.node("Add", {"erf", "one"}, {"more"});
  apart.node("Mul", {"x", "more"}, {"twice"});
  apart.node("Mul", {"twice", "half"}, {"y"});
  OnnxBuilder whole = one({1, 8}, 20);
  whole.node("Gelu", {"x"}, {"y"});
  expect_near(run(read(apart), values(8, -4, 4)), run(read(whole), values(8, -4, 4)), 1e-6f);
}

TEST(OnnxTakenApart, gelu_by_its_tangent_is_gelu_tanh) {
  OnnxBuilder apart = one({1, 8});
  apart.floats("three", {}, {3}).floats("part", {}, {0.044715f}).floats("root", {}, {0.797884583f});
  apart.floats("one", {}, {1}).floats("half", {}, {0.5f});
  apart.node("Pow", {"x", "three"}, {"cube"});
  apart.node("Mul", {"cube", "part"}, {"bent"});
  apart.node("Add", {"x", "bent"}, {"sum"});
  apart.node("Mul", {"sum", "root"}, {"inner"});
  apart.node("Tanh", {"inner"}, {"tanh"});
  apart.node("Add", {"tanh", "one"}, {"more"});
  apart.node("Mul", {"x", "more"}, {"twice"});
  apart.node("Mul", {"twice", "half"}, {"y"});
  OnnxBuilder whole = one({1, 8}, 20);
  with(whole.node("Gelu", {"x"}, {"y"}), "approximate", "tanh");
  expect_near(run(read(apart), values(8, -4, 4)), run(read(whole), values(8, -4, 4)), 1e-6f);
}

TEST(OnnxTakenApart, layer_normalization_by_its_mean_and_deviation) {
  OnnxBuilder apart = one({-1, 3, 5});
  apart.floats("two", {}, {2})
      .floats("epsilon", {}, {1e-5f})
      .floats("scale", {5}, values(5))
      .floats("b", {5}, values(5));
  with(with(apart.node("ReduceMean", {"x"}, {"mean"}), "keepdims", 1), "axes", OnnxDims{-1});
  apart.node("Sub", {"x", "mean"}, {"d"});
  apart.node("Pow", {"d", "two"}, {"squares"});
  with(with(apart.node("ReduceMean", {"squares"}, {"variance"}), "keepdims", 1), "axes", OnnxDims{-1});
  apart.node("Add", {"variance", "epsilon"}, {"more"});
  apart.node("Sqrt", {"more"}, {"deviation"});
  apart.node("Div", {"d", "deviation"}, {"n"});
  apart.node("Mul", {"n", "scale"}, {"s"});
  apart.node("Add", {"s", "b"}, {"y"});
  OnnxBuilder whole = one({-1, 3, 5}, 17);
  whole.floats("scale", {5}, values(5)).floats("b", {5}, values(5));
  with(whole.node("LayerNormalization", {"x", "scale", "b"}, {"y"}), "axis", -1);
  expect_near(run(read(apart), values(15)), run(read(whole), values(15)), 1e-5f);
  expect_each_alone(apart, 15);
}

TEST(OnnxFunctions, of_one_value_and_of_two) {
  const Floats x = values(6, 0.25f, 2);
  const auto each = [&](const std::function<float(float)>& f) {
    Floats list;
    for (const float v : x) list.push_back(f(v));
    return list;
  };
  const auto plain = [&](const char* op) {
    OnnxBuilder b = one({1, 6});
    b.node(op, {"x"}, {"y"});
    return run(read(b), x);
  };
  expect_near(plain("Erf"), each([](float v) { return std::erf(v); }));
  expect_near(plain("Exp"), each([](float v) { return std::exp(v); }));
  expect_near(plain("Log"), each([](float v) { return std::log(v); }));
  expect_near(plain("Sqrt"), each([](float v) { return std::sqrt(v); }));
  expect_near(plain("Neg"), each([](float v) { return -v; }));
  expect_near(plain("Reciprocal"), each([](float v) { return 1 / v; }));
  expect_near(plain("Softsign"), each([](float v) { return v / (1 + v); }));
  for (const float alpha : {1.0f, 1.5f}) {
    OnnxBuilder b = one({1, 6}, 24);
    if (alpha != 1) {
      with(b.node("Swish", {"x"}, {"y"}), "alpha", alpha);
    } else {
      b.node("Swish", {"x"}, {"y"});
    }
    expect_near(run(read(b), x), each([alpha](float v) { return v / (1 + std::exp(-alpha * v)); }));
  }
  const auto with_number = [&](const char* op, float number) {
    OnnxBuilder b = one({1, 6});
    b.floats("number", {}, {number});
    b.node(op, {"x", "number"}, {"y"});
    return run(read(b), x);
  };
  for (const float power : {0.0f, 0.5f, 1.0f, 2.0f, 3.0f, -1.5f}) {
    expect_near(with_number("Pow", power), each([&](float v) { return std::pow(v, power); }));
  }
  expect_near(with_number("Max", 1), each([](float v) { return std::max(v, 1.0f); }));
  expect_near(with_number("Min", 1), each([](float v) { return std::min(v, 1.0f); }));
  OnnxBuilder three = one({1, 6});
  three.floats("a", {}, {0.5f}).floats("b", {6}, {2, 2, 2, 0, 0, 0});
  three.node("Max", {"x", "a", "b"}, {"y"});
  expect_near(run(read(three), {0, 1, 3, 0, 1, 3}), {2, 2, 3, 0.5f, 1, 3});
}

TEST(OnnxFunctions, a_square_is_a_product_and_a_root_a_root) {
  OnnxBuilder b = one({1, 6});
  b.floats("two", {1}, {2});
  b.node("Pow", {"x", "two"}, {"y"});
  EXPECT_EQ(text_of(b), "input 6 | y: mul input");
}

TEST(OnnxFunctions, the_logarithm_of_a_softmax_is_one_layer) {
  OnnxBuilder b = one({1, 6});
  b.node("Softmax", {"x"}, {"s"});
  b.node("Log", {"s"}, {"y"});
  const OnnxModel model = read(b);
  EXPECT_EQ(model.architecture.nodes().back().layer->text(), "logsoftmax");
  EXPECT_NEAR(run(model, {0, 0, 0, 0, 0, 100})[0], -100, 1e-4) << "not minus infinity";
}

TEST(OnnxFunctions, where_hides_by_a_known_mask) {
  OnnxBuilder b = one({-1, 4});
  b.tensor("mask", {4}, 9).set_raw_data(std::string({1, 0, 1, 0}));
  b.floats("low", {}, {-INFINITY});
  b.node("Where", {"mask", "x", "low"}, {"y"});
  EXPECT_EQ(run(read(b), {1, 2, 3, 4}), (Floats{1, -INFINITY, 3, -INFINITY}));
  OnnxBuilder other = one({-1, 4});
  other.tensor("mask", {4}, 9).set_raw_data(std::string({1, 0, 1, 0}));
  other.floats("seven", {1}, {7});
  other.node("Where", {"mask", "seven", "x"}, {"y"});
  EXPECT_EQ(run(read(other), {1, 20, -3, 4}), (Floats{7, 20, 7, 4}));
  OnnxBuilder both = one({-1, 4});
  both.tensor("mask", {4}, 9).set_raw_data(std::string({1, 0, 1, 0}));
  both.node("Relu", {"x"}, {"r"});
  both.node("Where", {"mask", "x", "r"}, {"y"});
  EXPECT_NE(error_of(both).find("(Where): it chooses between two values that both depend on the picture"),
            std::string::npos)
      << error_of(both);
}

TEST(OnnxReductions, all_of_them) {
  const auto reduced = [](const char* op, bool keep) {
    OnnxBuilder b = one({1, 2, 3}, 18);
    b.integers("axes", {1}, {-1});
    with(b.node(op, {"x", "axes"}, {"y"}), "keepdims", keep ? 1 : 0);
    return run(read(b), {1, 2, 3, -3, 4, 0.5f});
  };
  for (const bool keep : {false, true}) {
    expect_near(reduced("ReduceSum", keep), {6, 1.5f});
    expect_near(reduced("ReduceMean", keep), {2, 0.5f});
    expect_near(reduced("ReduceMax", keep), {3, 4});
    expect_near(reduced("ReduceMin", keep), {1, -3});
    expect_near(reduced("ReduceL1", keep), {6, 7.5f});
    expect_near(reduced("ReduceL2", keep), {std::sqrt(14.0f), std::sqrt(25.25f)});
    expect_near(reduced("ReduceSumSquare", keep), {14, 25.25f});
    expect_near(reduced("ReduceLogSum", keep), {std::log(6.0f), std::log(1.5f)});
    expect_near(reduced("ReduceLogSumExp", keep), {3.4076059f, 4.0306420f});
  }
}

TEST(OnnxPlaces, depth_goes_to_space_and_back) {
  for (const char* mode : {"DCR", "CRD"}) {
    OnnxBuilder b = one({-1, 8, 1, 2});
    with(with(b.node("DepthToSpace", {"x"}, {"y"}), "blocksize", 2), "mode", mode);
    const Floats got = run(read(b), values(16, 0, 1000));
    const Floats x = values(16, 0, 1000);
    for (int c = 0; c < 2; ++c) {
      for (int row = 0; row < 2; ++row) {
        for (int column = 0; column < 4; ++column) {
          const int block = row * 2 + column % 2, from = mode[0] == 'D' ? block * 2 + c : c * 4 + block;
          EXPECT_EQ(got[(c * 2 + row) * 4 + column], x[from * 2 + column / 2]) << mode;
        }
      }
    }
    expect_each_alone(b, 16);
  }
  OnnxBuilder both = one({1, 2, 4, 6});
  with(both.node("SpaceToDepth", {"x"}, {"deep"}), "blocksize", 2);
  with(both.node("DepthToSpace", {"deep"}, {"y"}), "blocksize", 2);
  EXPECT_EQ(run(read(both), values(48)), values(48));
}

TEST(OnnxPlaces, scatter_writes_rows_picture_by_picture) {
  OnnxBuilder b = one({-1, 4, 2}, 18);
  b.integers("places", {1, 2, 2}, {0, 3, 0, 1});
  b.integers("first", {1}, {0}).integers("end", {1}, {2}).integers("axis", {1}, {1});
  b.node("Slice", {"x", "first", "end", "axis"}, {"rows"});
  b.node("Neg", {"rows"}, {"updates"});
  b.node("ScatterND", {"x", "places", "updates"}, {"y"});
  EXPECT_EQ(run(read(b), {1, 2, 3, 4, 5, 6, 7, 8}), (Floats{1, 2, -3, -4, 5, 6, -1, -2}));
  expect_each_alone(b, 8);
}

TEST(OnnxPlaces, scatter_adds_up_what_comes_to_one_place) {
  const auto scattered = [](const char* how) {
    OnnxBuilder b = one({1, 4}, 18);
    b.integers("places", {3, 2}, {0, 1, 0, 1, 0, 3}).floats("updates", {3}, {5, -2, 3});
    with(b.node("ScatterND", {"x", "places", "updates"}, {"y"}), "reduction", how);
    return run(read(b), {1, 2, 3, 4});
  };
  EXPECT_EQ(scattered("none"), (Floats{1, -2, 3, 3}));
  EXPECT_EQ(scattered("add"), (Floats{1, 5, 3, 7}));
  EXPECT_EQ(scattered("mul"), (Floats{1, -20, 3, 12}));
  EXPECT_EQ(scattered("max"), (Floats{1, 5, 3, 4}));
  EXPECT_EQ(scattered("min"), (Floats{1, -2, 3, 3}));
  OnnxBuilder large = one({1, 300, 300}, 18);
  large.integers("places", {1, 3}, {0, 0, 0}).floats("updates", {1}, {5});
  large.node("ScatterND", {"x", "places", "updates"}, {"y"});
  EXPECT_NE(error_of(large).find("(ScatterND): it writes into 90000 rows"), std::string::npos) << error_of(large);
}

// A learned token in front of the patches of each picture; tokens before pictures, as PyTorch's attention has them;
// queries, keys and values apart along a new first axis; windows of all pictures in one row.
OnnxBuilder token() {
  OnnxBuilder b = one({-1, 3, 4}, 17);
  b.floats("token", {1, 1, 4}, {1, 2, 3, 4}).floats("places", {1, 4, 4}, values(16));
  with(b.node("Concat", {"token", "x"}, {"all"}), "axis", 1);
  b.node("Add", {"all", "places"}, {"placed"});
  b.integers("zero", {}, {0});
  with(b.node("Gather", {"placed", "zero"}, {"y"}), "axis", 1);
  return b;
}
OnnxBuilder tokens_first() {
  OnnxBuilder b = one({-1, 3, 4});
  b.floats("w", {4, 8}, values(32)).integers("heads", {3}, {3, 2, 4}).integers("back", {3}, {1, 3, 8});
  with(b.node("Transpose", {"x"}, {"t"}), "perm", OnnxDims{1, 0, 2});
  b.node("MatMul", {"t", "w"}, {"m"});
  b.node("Reshape", {"m", "heads"}, {"h"});
  with(b.node("Transpose", {"h"}, {"q"}), "perm", OnnxDims{1, 0, 2});
  with(b.node("Softmax", {"q"}, {"s"}), "axis", -1);
  with(b.node("Transpose", {"s"}, {"u"}), "perm", OnnxDims{1, 0, 2});
  b.node("Reshape", {"u", "back"}, {"y"});
  return b;
}
OnnxBuilder apart() {
  OnnxBuilder b = one({-1, 3, 12});
  b.integers("split", {5}, {1, 3, 3, 2, 2}).integers("zero", {}, {0}).integers("one", {}, {1}).integers("two", {}, {2});
  b.node("Reshape", {"x", "split"}, {"r"});
  with(b.node("Transpose", {"r"}, {"t"}), "perm", OnnxDims{2, 0, 3, 1, 4});
  b.node("Gather", {"t", "zero"}, {"q"});
  b.node("Gather", {"t", "one"}, {"k"});
  b.node("Gather", {"t", "two"}, {"v"});
  with(b.node("Transpose", {"k"}, {"kt"}), "perm", OnnxDims{0, 1, 3, 2});
  b.node("MatMul", {"q", "kt"}, {"scores"});
  b.node("Softmax", {"scores"}, {"shares"});
  b.node("MatMul", {"shares", "v"}, {"y"});
  return b;
}
OnnxBuilder windows() {
  OnnxBuilder b = one({-1, 4, 4, 3}, 17);
  b.integers("cut", {6}, {1, 2, 2, 2, 2, 3}).integers("rows", {3}, {4, 4, 3}).integers("back", {4}, {1, 4, 4, 3});
  b.integers("again", {4}, {1, 4, 4, 3}).floats("w", {3, 3}, values(9)).floats("mask", {1, 4, 4, 3}, values(48));
  b.floats("scale", {3}, {1, 2, 3}).floats("bias", {3}, values(3));
  b.node("Reshape", {"x", "cut"}, {"c"});
  with(b.node("Transpose", {"c"}, {"t"}), "perm", OnnxDims{0, 1, 3, 2, 4, 5});
  b.node("Reshape", {"t", "rows"}, {"r"});
  b.node("LayerNormalization", {"r", "scale", "bias"}, {"n"});
  b.node("MatMul", {"n", "w"}, {"m"});
  b.node("Reshape", {"m", "again"}, {"a"});
  b.node("Add", {"a", "mask"}, {"masked"});
  with(b.node("Softmax", {"masked"}, {"s"}), "axis", -1);
  b.node("Reshape", {"s", "cut"}, {"d"});
  with(b.node("Transpose", {"d"}, {"e"}), "perm", OnnxDims{0, 1, 3, 2, 4, 5});
  b.node("Reshape", {"e", "back"}, {"y"});
  return b;
}

TEST(OnnxTransformer, pictures_keep_an_axis_of_their_own) {
  {
    SCOPED_TRACE("token");
    expect_each_alone(token(), 12);
    EXPECT_EQ(run(read(token()), Floats(12, 0)),
              (Floats{1 + values(16)[0], 2 + values(16)[1], 3 + values(16)[2], 4 + values(16)[3]}));
  }
  {
    SCOPED_TRACE("tokens first");
    expect_each_alone(tokens_first(), 12);
  }
  {
    SCOPED_TRACE("apart");
    expect_each_alone(apart(), 36);
  }
  {
    SCOPED_TRACE("windows");
    expect_each_alone(windows(), 48);
  }
}

TEST(OnnxTransformer, the_two_forms_agree) {
  for (const auto& [b, size] : {std::pair{token(), 12}, {tokens_first(), 12}, {apart(), 36}, {windows(), 48}}) {
    OnnxOptions whole;
    whole.whole = true;
    const Floats x = values(static_cast<size_t>(size));
    expect_near(run(read(b), x), run(read_onnx(b.bytes(), "m.onnx", whole), x), 1e-6f);
  }
}

TEST(OnnxTransformer, is_written_again_with_the_open_batch_that_it_had) {
  const TestFolder folder;
  for (const OnnxBuilder& b : {token(), tokens_first(), apart(), windows()}) {
    const OnnxModel model = read(b);
    Stream stream(Device::cpu());
    Network network(stream, model.architecture);
    model.load_weights(stream, network);
    const std::string path = folder / "again.onnx";
    write_onnx(stream, network, {}, path);
    const OnnxModel again = read_onnx(path);
    ASSERT_FALSE(again.input_sizes.empty());
    EXPECT_EQ(again.input_sizes[0], -1);
    EXPECT_FALSE(again.architecture.whole());
    const Floats two = values(2 * static_cast<size_t>(model.architecture.input().count()));
    expect_near(run(again, two, 2), run(model, two, 2), 1e-6f);
  }
}

// ---- the operator Attention
Floats attended(const Floats& q, const Floats& k, const Floats& v, int heads, int tokens, int size,
                const std::function<double(int, int, int)>& bias) {
  Floats y(static_cast<size_t>(heads) * tokens * size);
  for (int h = 0; h < heads; ++h) {
    for (int i = 0; i < tokens; ++i) {
      std::vector<double> share(static_cast<size_t>(tokens));
      double sum = 0;
      for (int j = 0; j < tokens; ++j) {
        double score = 0;
        for (int d = 0; d < size; ++d) score += double{q[(h * tokens + i) * size + d]} * k[(h * tokens + j) * size + d];
        sum += share[j] = std::exp(score / std::sqrt(double(size)) + bias(h, i, j));
      }
      for (int j = 0; j < tokens; ++j) {
        for (int d = 0; d < size; ++d)
          y[(h * tokens + i) * size + d] += static_cast<float>(share[j] / sum * v[(h * tokens + j) * size + d]);
      }
    }
  }
  return y;
}

TEST(OnnxAttention, in_four_axes_with_masks) {
  const Floats x = values(2 * 3 * 4);
  OnnxBuilder plain = one({-1, 2, 3, 4}, 23);
  plain.node("Attention", {"x", "x", "x"}, {"y"});
  expect_near(run(read(plain), x), attended(x, x, x, 2, 3, 4, [](int, int, int) { return 0.0; }));
  expect_each_alone(plain, 24);
  OnnxBuilder causal = one({-1, 2, 3, 4}, 23);
  with(causal.node("Attention", {"x", "x", "x"}, {"y"}), "is_causal", 1);
  const auto before = [](int, int i, int j) { return j > i ? -INFINITY : 0.0; };
  expect_near(run(read(causal), x), attended(x, x, x, 2, 3, 4, before));
  OnnxBuilder masked = one({-1, 2, 3, 4}, 23);
  masked.floats("mask", {2, 3, 3}, values(18));
  masked.node("Attention", {"x", "x", "x", "mask"}, {"y"});
  expect_near(run(read(masked), x),
              attended(x, x, x, 2, 3, 4, [](int h, int i, int j) { return double{values(18)[(h * 3 + i) * 3 + j]}; }));
  OnnxBuilder blind = one({-1, 2, 3, 4}, 23);
  blind.tensor("mask", {3, 3}, 9).set_raw_data(std::string({1, 1, 0, 0, 0, 0, 1, 0, 1}));
  blind.node("Attention", {"x", "x", "x", "mask"}, {"y"});
  const Floats got = run(read(blind), x);
  for (int h = 0; h < 2; ++h) {
    for (int d = 0; d < 4; ++d) EXPECT_EQ(got[(h * 3 + 1) * 4 + d], 0.0f) << "a query that sees no key";
  }
}

TEST(OnnxAttention, in_three_axes_shares_the_heads_of_keys) {
  OnnxBuilder b = one({-1, 3, 8}, 23);
  b.integers("a", {1}, {0}).integers("e", {1}, {4}).integers("axis", {1}, {2});
  b.node("Slice", {"x", "a", "e", "axis"}, {"k"});
  with(with(b.node("Attention", {"x", "k", "k"}, {"y"}), "q_num_heads", 4), "kv_num_heads", 2);
  expect_each_alone(b, 24);
  // Heads 0 and 1 of the queries look at head 0 of the keys.
  const Floats x = values(24);
  Floats q(24), k(24), y(24);
  for (int i = 0; i < 3; ++i) {
    for (int h = 0; h < 4; ++h) {
      for (int d = 0; d < 2; ++d) {
        q[(h * 3 + i) * 2 + d] = x[i * 8 + h * 2 + d];
        k[(h * 3 + i) * 2 + d] = x[i * 8 + h / 2 * 2 + d];
      }
    }
  }
  const Floats heads = attended(q, k, k, 4, 3, 2, [](int, int, int) { return 0.0; });
  for (int i = 0; i < 3; ++i) {
    for (int h = 0; h < 4; ++h) {
      for (int d = 0; d < 2; ++d) y[i * 8 + h * 2 + d] = heads[(h * 3 + i) * 2 + d];
    }
  }
  expect_near(run(read(b), x), y);
}

TEST(OnnxAttention, what_it_does_not_have_is_told_by_name) {
  OnnxBuilder b = one({-1, 2, 3, 4}, 24);
  b.integers("length", {1}, {3});
  b.node("Attention", {"x", "x", "x", "", "", "", "length"}, {"y"});
  EXPECT_NE(error_of(b).find("(Attention): its input nonpad_kv_seqlen"), std::string::npos) << error_of(b);
}

}  // namespace
}  // namespace striate
