// GELU and layer normalization that exporters took apart are read as the one layer that they were, with the values that
// the single operators give; a group that differs in anything stays apart, and is right as well.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "engine/onnx/onnx_model.h"
#include "tests/engine/onnx_builder.h"
#include "tests/engine/onnx_run.h"

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
OnnxModel read(const OnnxBuilder& b) { return read_onnx(b.bytes(), "m.onnx"); }

// "gelu | dense 3": the layers' texts without their names, behind the input.
std::string layers_of(const OnnxModel& model) {
  std::string text;
  for (const Node& node : model.architecture.nodes()) {
    if (node.layer) text += (text.empty() ? "" : " | ") + node.layer->text();
  }
  return text;
}
void expect_near(const Floats& got, const std::function<double(size_t)>& wanted, double tolerance,
                 const std::string& what) {
  for (size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(static_cast<double>(got[i]), wanted(i), tolerance) << what << ", value " << i;
}

// ---- GELU -----------------------------------------------------------------------------------------------------------

double gelu(double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }
double gelu_tanh(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
}

OnnxBuilder with_numbers(int64_t opset = 13, const OnnxDims& of_each = {}) {
  OnnxBuilder b(opset);
  b.input("x", {-1, 8}).output("y");
  b.floats("root2", of_each, {1.41421354f}).floats("1/root2", of_each, {0.707106769f}).floats("1", of_each, {1});
  b.floats("0.5", of_each, {0.5f}).floats("2", of_each, {2}).floats("3", of_each, {3});
  b.floats("0.044715", of_each, {0.044715f}).floats("root", of_each, {0.797884583f});
  return b;
}

// What stands around the curve, in the ways that exporters have.
void end_with(OnnxBuilder& b, const std::string& curve, int way) {
  if (way == 0) {  // PyTorch
    b.node("Add", {curve, "1"}, {"more"});
    b.node("Mul", {"x", "more"}, {"twice"});
    b.node("Mul", {"twice", "0.5"}, {"y"});
  } else if (way == 1) {  // Keras
    b.node("Mul", {"0.5", "x"}, {"half"});
    b.node("Add", {"1", curve}, {"more"});
    b.node("Mul", {"half", "more"}, {"y"});
  } else if (way == 2) {
    b.node("Add", {curve, "1"}, {"more"});
    b.node("Mul", {"more", "0.5"}, {"share"});
    b.node("Mul", {"share", "x"}, {"y"});
  } else {
    b.node("Add", {curve, "1"}, {"more"});
    b.node("Div", {"more", "2"}, {"share"});
    b.node("Mul", {"x", "share"}, {"y"});
  }
}
OnnxBuilder by_erf(int way, bool divides, const OnnxDims& of_each = {}) {
  OnnxBuilder b = with_numbers(13, of_each);
  divides ? b.node("Div", {"x", "root2"}, {"scaled"}) : b.node("Mul", {"1/root2", "x"}, {"scaled"});
  b.node("Erf", {"scaled"}, {"curve"});
  end_with(b, "curve", way);
  return b;
}
OnnxBuilder by_tanh(int way, int inside) {
  OnnxBuilder b = with_numbers();
  if (inside == 0) {
    b.node("Pow", {"x", "3"}, {"cube"});
    b.node("Mul", {"0.044715", "cube"}, {"bent"});
    b.node("Add", {"x", "bent"}, {"sum"});
    b.node("Mul", {"root", "sum"}, {"inner"});
  } else if (inside == 1) {
    b.node("Mul", {"x", "x"}, {"square"});
    b.node("Mul", {"square", "x"}, {"cube"});
    b.node("Mul", {"cube", "0.044715"}, {"bent"});
    b.node("Add", {"bent", "x"}, {"sum"});
    b.node("Mul", {"sum", "root"}, {"inner"});
  } else {
    b.node("Pow", {"x", "2"}, {"square"});
    b.node("Mul", {"square", "0.044715"}, {"bent"});
    b.node("Add", {"bent", "1"}, {"sum"});
    b.node("Mul", {"x", "root"}, {"scaled"});
    b.node("Mul", {"scaled", "sum"}, {"inner"});
  }
  b.node("Tanh", {"inner"}, {"curve"});
  end_with(b, "curve", way);
  return b;
}

TEST(OnnxTakenApart, gelu_in_all_its_ways_is_one_layer) {
  const Floats x = values(16, -4, 4);
  for (int way = 0; way < 4; ++way) {
    for (const bool divides : {false, true}) {
      for (const OnnxDims& of_each : {OnnxDims{}, OnnxDims{1}}) {
        const OnnxModel model = read(by_erf(way, divides, of_each));
        const std::string what = "erf, way " + std::to_string(way);
        EXPECT_EQ(layers_of(model), "gelu") << what;
        expect_near(
            run(model, x, 2), [&](size_t i) { return gelu(static_cast<double>(x[i])); }, 1e-6, what);
      }
    }
    for (int inside = 0; inside < 3; ++inside) {
      const OnnxModel model = read(by_tanh(way, inside));
      const std::string what = "tanh, way " + std::to_string(way) + ", inside " + std::to_string(inside);
      EXPECT_EQ(layers_of(model), "gelu tanh") << what;
      expect_near(
          run(model, x, 2), [&](size_t i) { return gelu_tanh(static_cast<double>(x[i])); }, 1e-6, what);
    }
  }
}

TEST(OnnxTakenApart, gelu_of_a_product_between_other_layers_and_with_constants_as_nodes) {
  OnnxBuilder b(13);
  b.input("picture", {-1, 8}).output("z").floats("factor", {8}, values(8, 0.5f, 2));
  const auto constant = [&](const std::string& name, float value) {
    onnx::AttributeProto& a = *b.node("Constant", {}, {name}).add_attribute();
    a.set_name("value");
    a.set_type(onnx::AttributeProto::TENSOR);
    a.mutable_t()->set_data_type(1);
    a.mutable_t()->add_float_data(value);
  };
  b.node("Mul", {"picture", "factor"}, {"x"});
  constant("root2", 1.41421354f);
  b.node("Div", {"x", "root2"}, {"scaled"});
  b.node("Erf", {"scaled"}, {"curve"});
  constant("1", 1), constant("0.5", 0.5f);
  end_with(b, "curve", 0);
  b.node("Sigmoid", {"y"}, {"z"});
  const OnnxModel model = read(b);
  EXPECT_EQ(layers_of(model), "constant 8 | mul | gelu | sigmoid");
  const Floats in = values(8), factor = values(8, 0.5f, 2);
  expect_near(
      run(model, in),
      [&](size_t i) { return 1 / (1 + std::exp(-gelu(static_cast<double>(in[i]) * static_cast<double>(factor[i])))); },
      1e-6, "between");
}

TEST(OnnxTakenApart, what_is_almost_gelu_stays_apart) {
  const Floats x = values(8, -3, 3);
  const auto number = [](OnnxBuilder b, const std::string& name, float value) {
    for (auto& each : *b.graph().mutable_initializer())
      if (each.name() == name) each.set_raw_data(&value, sizeof value);
    return b;
  };
  const auto stays = [&](const OnnxBuilder& b, const char* curve, const std::function<double(double)>& f,
                         const std::string& what) {
    const OnnxModel model = read(b);
    EXPECT_NE(layers_of(model).find(curve), std::string::npos) << what << ": " << layers_of(model);
    EXPECT_EQ(layers_of(model).find("gelu"), std::string::npos) << what << ": " << layers_of(model);
    expect_near(
        run(model, x), [&](size_t i) { return f(static_cast<double>(x[i])); }, 1e-5, what);
  };
  stays(
      number(by_erf(0, true), "root2", 1.5f), "erf", [](double v) { return 0.5 * v * (1 + std::erf(v / 1.5)); },
      "another root");
  stays(
      number(by_erf(0, true), "1", 1.001f), "erf",
      [](double v) { return 0.5 * v * (1.001 + std::erf(v / std::sqrt(2.0))); }, "another sum");
  stays(
      number(by_erf(0, true), "0.5", 0.25f), "erf", [](double v) { return gelu(v) / 2; }, "another factor");
  stays(
      number(by_tanh(0, 0), "0.044715", 0.05f), "tanh",
      [](double v) { return 0.5 * v * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (v + 0.05 * v * v * v))); },
      "another bend");
  // What is between is an output, or is read by somebody else.
  OnnxBuilder told = by_erf(0, true);
  told.output("more");
  stays(told, "erf", gelu, "an output between");
  OnnxBuilder again = by_erf(0, true);
  again.graph().mutable_output(0)->set_name("z");
  again.node("Add", {"y", "curve"}, {"z"});
  stays(
      again, "erf", [](double v) { return gelu(v) + std::erf(v / std::sqrt(2.0)); }, "read again");
  // The product is of another value than the curve.
  OnnxBuilder other = with_numbers();
  other.node("Sigmoid", {"x"}, {"s"});
  other.node("Div", {"s", "root2"}, {"scaled"});
  other.node("Erf", {"scaled"}, {"curve"});
  end_with(other, "curve", 0);
  stays(
      other, "erf", [](double v) { return 0.5 * v * (1 + std::erf(1 / (1 + std::exp(-v)) / std::sqrt(2.0))); },
      "another value");
}

// ---- layer normalization --------------------------------------------------------------------------------------------

struct Norm {
  OnnxDims axes{-1};
  OnnxDims second_axes{};  // of the variance; empty: the same
  OnnxDims scale{5}, bias{5};
  bool scaled = true, shifted = true;
  bool multiplies = false, twice = false, by_power = false, bias_first = false;
  float exponent = 2;
  int64_t opset = 13;
};

OnnxBuilder apart(const Norm& n) {
  OnnxBuilder b(n.opset);
  b.input("x", {-1, 3, 5}).output("y");
  b.floats("exponent", {}, {n.exponent}).floats("half", {}, {0.5f}).floats("epsilon", {}, {1e-3f});
  const auto count = [](const OnnxDims& dims) {
    size_t all = 1;
    for (const int64_t size : dims) all *= static_cast<size_t>(size);
    return all;
  };
  b.floats("scale", n.scale, values(count(n.scale))).floats("bias", n.bias, values(count(n.bias), 0, 3));
  const auto mean = [&](const std::string& of, const std::string& name, const OnnxDims& axes) {
    std::vector<std::string> inputs{of};
    if (n.opset >= 18) {
      b.integers(name + ".axes", {static_cast<int64_t>(axes.size())}, axes);
      inputs.push_back(name + ".axes");
    }
    onnx::NodeProto& node = with(b.node("ReduceMean", inputs, {name}), "keepdims", 1);
    if (n.opset < 18) with(node, "axes", axes);
  };
  mean("x", "mean", n.axes);
  b.node("Sub", {"x", "mean"}, {"d"});
  n.multiplies ? b.node("Mul", {"d", "d"}, {"squares"}) : b.node("Pow", {"d", "exponent"}, {"squares"});
  mean("squares", "variance", n.second_axes.empty() ? n.axes : n.second_axes);
  b.node("Add", {"variance", "epsilon"}, {"more"});
  n.by_power ? b.node("Pow", {"more", "half"}, {"deviation"}) : b.node("Sqrt", {"more"}, {"deviation"});
  if (n.twice) b.node("Sub", {"x", "mean"}, {"again"});
  b.node("Div", {n.twice ? "again" : "d", "deviation"}, {n.scaled || n.shifted ? "n" : "y"});
  if (n.scaled) b.node("Mul", {"n", "scale"}, {n.shifted ? "s" : "y"});
  const std::string before = n.scaled ? "s" : "n";
  if (n.shifted && n.bias_first) b.node("Add", {"bias", before}, {"y"});
  if (n.shifted && !n.bias_first) b.node("Add", {before, "bias"}, {"y"});
  return b;
}

// The same in double precision. `first`: the first of the axes, from 0 of the picture's own; `cube`: of the exponent 3.
Floats normalized(const Floats& x, const Norm& n, int first) {
  const size_t inner = first == 0 ? 15 : 5;
  const auto at = [](const OnnxDims& dims, const Floats& list, size_t i) {
    OnnxDims whole(3 - dims.size(), 1);
    whole.insert(whole.end(), dims.begin(), dims.end());
    const size_t row = whole[1] == 1 ? 0 : i / 5, column = whole[2] == 1 ? 0 : i % 5;
    return static_cast<double>(list[row * static_cast<size_t>(whole[2]) + column]);
  };
  Floats result(x.size());
  for (size_t begin = 0; begin < x.size(); begin += inner) {
    double mean = 0, variance = 0;
    for (size_t i = 0; i < inner; ++i) mean += static_cast<double>(x[begin + i]) / static_cast<double>(inner);
    for (size_t i = 0; i < inner; ++i)
      variance += std::pow(static_cast<double>(x[begin + i]) - mean, 2) / static_cast<double>(inner);
    for (size_t i = 0; i < inner; ++i) {
      double value = (static_cast<double>(x[begin + i]) - mean) / std::sqrt(variance + 1e-3f);
      if (n.scaled) value *= at(n.scale, values(15), (begin + i) % 15);
      if (n.shifted)
        value += at(
            n.bias,
            [&] {
              size_t count = 1;
              for (const int64_t size : n.bias) count *= static_cast<size_t>(size);
              return values(count, 0, 3);
            }(),
            (begin + i) % 15);
      result[begin + i] = static_cast<float>(value);
    }
  }
  return result;
}

void expect_layers(const Norm& n, const std::string& layers, int first, const std::string& what) {
  const OnnxModel model = read(apart(n));
  EXPECT_EQ(layers_of(model), layers) << what;
  const Floats x = values(30), wanted = normalized(x, n, first);
  expect_near(
      run(model, x, 2), [&](size_t i) { return static_cast<double>(wanted[i]); }, 2e-5, what);
}

TEST(OnnxTakenApart, layer_normalization_in_all_its_ways_is_one_layer) {
  const std::string last = "layernorm from 2 epsilon 0.001", both = "layernorm from 1 epsilon 0.001";
  expect_layers({}, last, 1, "PyTorch");
  expect_layers({.multiplies = true}, last, 1, "a product for the square");
  expect_layers({.twice = true}, last, 1, "the difference twice");
  expect_layers({.by_power = true}, last, 1, "a power for the root");
  expect_layers({.bias_first = true}, last, 1, "the bias first");
  expect_layers({.opset = 18}, last, 1, "axes as an input");
  expect_layers({.axes = {2}}, last, 1, "the axis counted from the front");
  expect_layers({.axes = {-2, -1}, .scale = {3, 5}, .bias = {3, 5}}, both, 0, "two axes");
  expect_layers({.axes = {2, 1}, .scale = {3, 5}, .bias = {1, 3, 5}}, both, 0, "two axes from the front");
  expect_layers({.scale = {1, 1, 5}, .bias = {1, 5}}, last, 1, "sizes of 1 in front");
  expect_layers({.scale = {1}, .bias = {}}, last, 1, "one value for all");
  expect_layers({.shifted = false}, last + " no bias", 1, "no bias");
  expect_layers({.scaled = false}, last + " no scale", 1, "no scale");
  expect_layers({.scaled = false, .shifted = false}, last + " no scale no bias", 1, "neither");
}

TEST(OnnxTakenApart, a_scale_of_other_axes_stays_behind_the_layer) {
  const std::string plain = "layernorm from 2 epsilon 0.001 no scale no bias | constant ";
  expect_layers({.scale = {3, 1}, .bias = {3, 1}}, plain + "3x1 | mul | constant 3x1 | add", 1, "a scale for each row");
  expect_layers({.scale = {3, 1}}, plain + "3x1 | mul | constant 5 | add", 1, "a bias behind it");
  expect_layers({.bias = {3, 5}}, "layernorm from 2 epsilon 0.001 no bias | constant 3x5 | add", 1,
                "a bias for each place");
}

TEST(OnnxTakenApart, what_is_almost_layer_normalization_stays_apart) {
  const auto stays = [](const Norm& n, const std::string& what) {
    const std::string layers = layers_of(read(apart(n)));
    EXPECT_EQ(layers.find("layernorm"), std::string::npos) << what << ": " << layers;
    EXPECT_NE(layers.find("reducemean"), std::string::npos) << what << ": " << layers;
  };
  stays({.axes = {1}}, "an axis that is not the last");
  stays({.axes = {-1}, .second_axes = {1}}, "two means of other axes");
  stays({.axes = {-1}, .second_axes = {2}}, "the same axis, written in two ways");
  stays({.exponent = 3}, "cubes");
  OnnxBuilder told = apart({});
  told.output("mean");
  EXPECT_EQ(layers_of(read(told)).find("layernorm"), std::string::npos) << "the mean is an output";
  OnnxBuilder told_more = apart({});
  told_more.output("s");
  EXPECT_EQ(layers_of(read(told_more)), "layernorm from 2 epsilon 0.001 no bias | constant 5 | add")
      << "what is scaled is an output: the bias stays behind it";
  // The mean of another value.
  OnnxBuilder other = apart({});
  other.node("Relu", {"x"}, {"r"});
  for (auto& node : *other.graph().mutable_node())
    if (node.output(0) == "mean") node.set_input(0, "r");
  EXPECT_EQ(layers_of(read(other)).find("layernorm"), std::string::npos) << "the mean of another value";
}

}  // namespace
}  // namespace striate
