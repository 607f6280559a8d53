// Each kind of layer as ONNX operators: the ordered list of all of them is at the end. Where an operator of its own
// came with a later set of operators (LayerNormalization 17, Mish 18, Gelu 20, GroupNormalization 21) the file asks for
// that set rather than spelling the formula out, so that what is read again is the same layer.
//
// Longer than other files: every kind of layer, a few lines each, is looked for in one place.
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/error.h"
#include "engine/export/onnx_nodes.h"

namespace striate {
namespace {

using Ints = std::vector<int64_t>;
constexpr int64_t kAxis1 = 1;

// An operator with one input and no settings.
void plain(OnnxNodes& to, const ExportNode& n, const char* name, int opset = OnnxNodes::kLowest) {
  to.need(opset, name);
  to.op(name, n, {to.input(n)});
}
void relu(OnnxNodes& to, const ExportNode& n) { plain(to, n, "Relu"); }
void sigmoid(OnnxNodes& to, const ExportNode& n) { plain(to, n, "Sigmoid"); }
void tangent(OnnxNodes& to, const ExportNode& n) { plain(to, n, "Tanh"); }
void identity(OnnxNodes& to, const ExportNode& n) { plain(to, n, "Identity"); }
void hard_swish(OnnxNodes& to, const ExportNode& n) { plain(to, n, "HardSwish", 14); }
void mish(OnnxNodes& to, const ExportNode& n) { plain(to, n, "Mish", 18); }
void softplus(OnnxNodes& to, const ExportNode& n) { plain(to, n, "Softplus"); }
void erf(OnnxNodes& to, const ExportNode& n) { plain(to, n, "Erf"); }
void exponential(OnnxNodes& to, const ExportNode& n) { plain(to, n, "Exp"); }
void logarithm(OnnxNodes& to, const ExportNode& n) { plain(to, n, "Log"); }
void root(OnnxNodes& to, const ExportNode& n) { plain(to, n, "Sqrt"); }
void absolute(OnnxNodes& to, const ExportNode& n) { plain(to, n, "Abs"); }

// ---- windows
Ints both(const WindowFacts& w) {
  Ints pads = w.before;
  pads.insert(pads.end(), w.after.begin(), w.after.end());
  return pads;
}
void add_window(WrittenNode& node, const WindowFacts& w) {
  node.with("kernel_shape", w.size).with("strides", w.stride).with("pads", both(w));
  if (w.dilated()) node.with("dilations", w.dilation);
}
// Kernels of rows of values are stored with a height of 1.
Ints kernel_dims(int64_t first, int64_t second, const WindowFacts& w) {
  Ints dims{first, second};
  dims.insert(dims.end(), w.size.begin(), w.size.end());
  return dims;
}
void convolution(OnnxNodes& to, const ExportNode& n) {
  const WindowFacts w = window_facts(n.facts, n.in[0]);
  std::vector<std::string> inputs{to.input(n)};
  inputs.push_back(to.array(n, "weight", kernel_dims(w.filters, n.in[0][1] / w.groups, w)));
  if (w.bias) inputs.push_back(to.array(n, "bias"));
  WrittenNode& node = to.op("Conv", n, inputs);
  add_window(node, w);
  node.with("group", w.groups);
}
void transposed_convolution(OnnxNodes& to, const ExportNode& n) {
  const WindowFacts w = window_facts(n.facts, n.in[0]);
  std::vector<std::string> inputs{to.input(n)};
  inputs.push_back(to.array(n, "weight", kernel_dims(n.in[0][1], w.filters / w.groups, w)));
  if (w.bias) inputs.push_back(to.array(n, "bias"));
  WrittenNode& node = to.op("ConvTranspose", n, inputs);
  add_window(node, w);
  node.with("group", w.groups);
  if (std::any_of(w.output_padding.begin(), w.output_padding.end(), [](int64_t size) { return size > 0; }))
    node.with("output_padding", w.output_padding);
}
// Windows that would begin behind the input and what stands before it count for nothing, in Striate as in PyTorch. Not
// every program that reads ONNX's ceil_mode knows that: where it would make a difference, it is said by the padding.
void say_ceil_by_padding(WindowFacts& w, const ExportNode& n) {
  if (!w.ceil) return;
  const Ints needed = pooling_after(w, n);
  bool differs = false;
  for (size_t a = 0; a < w.axes(); ++a) {
    const auto axis = static_cast<int>(a) + 2;
    const int64_t room = n.in[0][axis] + w.before[a] + w.after[a] - w.covers(a);
    differs = differs || (room + w.stride[a] - 1) / w.stride[a] + 1 != n.out[axis];
    // More padding than there was would be counted.
    if (n.facts.kind().rfind("avgpool", 0) == 0 && w.count_padding && needed[a] > w.after[a]) return;
  }
  if (!differs) return;
  w.ceil = false;
  for (size_t a = 0; a < w.axes(); ++a) w.after[a] = std::max<int64_t>(0, needed[a]);
}
WindowFacts pooling_facts(const ExportNode& n) {
  WindowFacts w = window_facts(n.facts, n.in[0]);
  say_ceil_by_padding(w, n);
  return w;
}
void max_pool(OnnxNodes& to, const ExportNode& n) {
  const WindowFacts w = pooling_facts(n);
  WrittenNode& node = to.op("MaxPool", n, {to.input(n)});
  add_window(node, w);
  if (w.ceil) node.with("ceil_mode", int64_t{1});
}
// The second output of a maximum, as numbers with a point like all others here.
void max_pool_indices(OnnxNodes& to, const ExportNode& n) {
  const WindowFacts w = pooling_facts(n);
  std::string pooled;
  WrittenNode& node = to.step("MaxPool", n, "pooled", {to.input(n)}, pooled);
  add_window(node, w);
  if (w.ceil) node.with("ceil_mode", int64_t{1});
  if (w.columns_first) node.with("storage_order", int64_t{1});
  const std::string places = to.unique(n.name + ".places");
  node.outputs.push_back(places);
  to.op("Cast", n, {places}).with("to", int64_t{1});
}
void average_pool(OnnxNodes& to, const ExportNode& n) {
  const WindowFacts w = pooling_facts(n);
  if (w.dilated()) to.need(19, "AveragePool with dilations");
  WrittenNode& node = to.op("AveragePool", n, {to.input(n)});
  add_window(node, w);
  if (w.ceil) node.with("ceil_mode", int64_t{1});
  node.with("count_include_pad", int64_t{w.count_padding});
}
void global_pool(OnnxNodes& to, const ExportNode& n) {
  const std::string op = n.facts.kind() == "globalavgpool" ? "GlobalAveragePool" : "GlobalMaxPool";
  if (n.facts.has("keep")) {
    to.op(op, n, {to.input(n)});
    return;
  }
  std::string pooled;
  to.step(op, n, "pooled", {to.input(n)}, pooled);
  to.op("Flatten", n, {pooled}).with("axis", kAxis1);
}

// ---- products and normalizations
void dense(OnnxNodes& to, const ExportNode& n) {
  std::vector<std::string> inputs{to.input(n), to.array(n, "weight")};
  if (!n.facts.has("no", "bias")) inputs.push_back(to.array(n, "bias"));
  to.op("Gemm", n, inputs).with("transB", int64_t{1});
}
double epsilon_of(const ExportNode& n) { return n.facts.number_behind("epsilon", double{1e-5f}); }
void batch_norm(OnnxNodes& to, const ExportNode& n) {
  std::vector<std::string> inputs{to.input(n)};
  for (const char* part : {"weight", "bias", "running_mean", "running_var"}) inputs.push_back(to.array(n, part));
  to.op("BatchNormalization", n, inputs)
      .with_real("epsilon", epsilon_of(n))
      .with_real("momentum", 1 - n.facts.number_behind("momentum", 0.1));
}
void instance_norm(OnnxNodes& to, const ExportNode& n) {
  to.op("InstanceNormalization", n, {to.input(n), to.array(n, "weight"), to.array(n, "bias")})
      .with_real("epsilon", epsilon_of(n));
}
void group_norm(OnnxNodes& to, const ExportNode& n) {
  to.need(21, "GroupNormalization");
  to.op("GroupNormalization", n, {to.input(n), to.array(n, "weight"), to.array(n, "bias")})
      .with_real("epsilon", epsilon_of(n))
      .with("num_groups", n.facts.whole(1, 1));
}
std::string ones(OnnxNodes& to, const ExportNode& n, int64_t axis) {
  std::vector<int64_t> dims = n.in[0].sizes();
  dims.erase(dims.begin(), dims.begin() + axis);
  WrittenTensor tensor;
  tensor.name = to.unique(n.name + ".ones");
  tensor.dims = dims;
  tensor.reals.assign(static_cast<size_t>(Shape(dims).count()), 1.0f);
  to.tensors.push_back(std::move(tensor));
  return to.tensors.back().name;
}
void layer_norm(OnnxNodes& to, const ExportNode& n) {
  to.need(17, "LayerNormalization");
  const int64_t axis = n.facts.whole_behind("from", 1);
  std::vector<std::string> inputs{to.input(n)};
  inputs.push_back(n.facts.has("no", "scale") ? ones(to, n, axis) : to.array(n, "weight"));
  if (!n.facts.has("no", "bias")) inputs.push_back(to.array(n, "bias"));
  to.op("LayerNormalization", n, inputs).with("axis", axis).with_real("epsilon", epsilon_of(n));
}
// Its second and third output.
void layer_norm_part(OnnxNodes& to, const ExportNode& n) {
  to.need(17, "LayerNormalization");
  const int64_t axis = n.facts.whole_behind("from", 1);
  std::string whole;
  const std::string scale = ones(to, n, axis);
  WrittenNode& node = to.step("LayerNormalization", n, "normalized", {to.input(n), scale}, whole);
  node.with("axis", axis).with_real("epsilon", epsilon_of(n));
  if (n.facts.kind() == "layernormdeviation") node.outputs.push_back("");
  const std::string part = to.unique(n.name + ".part");
  node.outputs.push_back(part);
  to.op("Identity", n, {part});
}
void local_response(OnnxNodes& to, const ExportNode& n) {
  to.op("LRN", n, {to.input(n)})
      .with("size", n.facts.whole(1, 5))
      .with_real("alpha", n.facts.number_behind("alpha", 1e-4))
      .with_real("beta", n.facts.number_behind("beta", 0.75))
      .with_real("bias", n.facts.number_behind("k", 1));
}
void dropout(OnnxNodes& to, const ExportNode& n) {
  const std::string rate = to.reals(n, "rate", {static_cast<float>(n.facts.number(1, 0.5))}, true);
  to.op("Dropout", n, {to.input(n), rate});
}

// ---- value by value
void leaky_relu(OnnxNodes& to, const ExportNode& n) {
  to.op("LeakyRelu", n, {to.input(n)}).with_real("alpha", n.facts.number(1, double{0.01f}));
}
void elu(OnnxNodes& to, const ExportNode& n) {
  to.op("Elu", n, {to.input(n)}).with_real("alpha", n.facts.number(1, 1));
}
void celu(OnnxNodes& to, const ExportNode& n) {
  to.op("Celu", n, {to.input(n)}).with_real("alpha", n.facts.number(1, 1));
}
void selu(OnnxNodes& to, const ExportNode& n) {
  to.op("Selu", n, {to.input(n)})
      .with_real("alpha", n.facts.number(1, 1.67326319217681884765625))
      .with_real("gamma", n.facts.number(2, 1.05070102214813232421875));
}
void hard_sigmoid(OnnxNodes& to, const ExportNode& n) {
  to.op("HardSigmoid", n, {to.input(n)})
      .with_real("alpha", n.facts.number(1, double{0.2f}))
      .with_real("beta", n.facts.number(2, 0.5));
}
void gelu(OnnxNodes& to, const ExportNode& n) {
  to.need(20, "Gelu");
  to.op("Gelu", n, {to.input(n)}).with_text("approximate", n.facts.has("tanh") ? "tanh" : "none");
}
void clip(OnnxNodes& to, const ExportNode& n) {
  const auto bound = [&](size_t i, const char* what) -> std::string {
    if (n.facts.word(i) == "none") return "";
    return to.reals(n, what, {static_cast<float>(n.facts.number(i, 0))}, true);
  };
  const std::string low = bound(1, "low"), high = bound(2, "high");
  std::vector<std::string> inputs{to.input(n), low, high};
  while (inputs.back().empty()) inputs.pop_back();
  to.op("Clip", n, inputs);
}
void prelu(OnnxNodes& to, const ExportNode& n) {
  Ints dims;
  if (n.facts.word(1).empty()) {  // one for each channel, laid over axis 1
    dims.assign(static_cast<size_t>(n.in[0].rank() - 1), 1);
    dims[0] = n.in[0][1];
  }
  to.op("PRelu", n, {to.input(n), to.array(n, "weight", dims)});
}
void softmax(OnnxNodes& to, const ExportNode& n) {
  const std::string op = n.facts.kind() == "softmax" ? "Softmax" : "LogSoftmax";
  const int64_t axis = n.facts.has("from") ? n.facts.whole_behind("from", 1) : n.facts.whole_behind("axis", 1);
  if (!n.facts.has("from") || axis + 1 == n.in[0].rank()) {
    to.op(op, n, {to.input(n)}).with("axis", axis);
    return;
  }
  // All axes from there on as one, and back. In ONNX a size of 0 is what the input has at that place.
  Ints sizes = n.in[0].sizes();
  if (axis > 0) sizes[0] = 0;
  Ints row(sizes.begin(), sizes.begin() + axis);
  row.push_back(-1);
  std::string rows, soft;
  const std::string row_sizes = to.integers(n, "row", row), all_sizes = to.integers(n, "sizes", sizes);
  to.step("Reshape", n, "rows", {to.input(n), row_sizes}, rows);
  to.step(op, n, "soft", {rows}, soft).with("axis", axis);
  to.op("Reshape", n, {soft, all_sizes});
}
void binary(OnnxNodes& to, const ExportNode& n) {
  std::vector<std::string> inputs;
  for (size_t i = 0; i < n.inputs.size(); ++i) inputs.push_back(to.input(n, i));
  const std::string& kind = n.facts.kind();
  const std::string op = kind == "add"   ? (inputs.size() == 2 ? "Add" : "Sum")
                         : kind == "sub" ? "Sub"
                         : kind == "mul" ? "Mul"
                         : kind == "div" ? "Div"
                         : kind == "pow" ? "Pow"
                         : kind == "max" ? "Max"
                         : kind == "min" ? "Min"
                                         : "MatMul";
  to.op(op, n, inputs);
}

// ---- shapes
void flatten(OnnxNodes& to, const ExportNode& n) {
  to.op("Flatten", n, {to.input(n)}).with("axis", n.facts.whole_behind("axis", 1));
}
void concat(OnnxNodes& to, const ExportNode& n) {
  std::vector<std::string> inputs;
  for (size_t i = 0; i < n.inputs.size(); ++i) inputs.push_back(to.input(n, i));
  to.op("Concat", n, inputs).with("axis", n.facts.whole_behind("axis", 1));
}
void constant(OnnxNodes& to, const ExportNode& n) { to.op("Identity", n, {to.array(n, "value")}); }
void reshape(OnnxNodes& to, const ExportNode& n) {
  Ints sizes = whole_list(n.facts.word(1));
  const bool zeros = std::find(sizes.begin(), sizes.end(), 0) != sizes.end();
  // In ONNX a 0 is what the input has at that place: the batch, where it comes first.
  if (!zeros && !sizes.empty() && sizes[0] == kBatchSize) sizes[0] = 0;
  const std::string list = to.sizes(n, "sizes", sizes);
  WrittenNode& node = to.op("Reshape", n, {to.input(n), list});
  if (!zeros) return;
  to.need(14, "Reshape with sizes of 0");
  node.with("allowzero", int64_t{1});
}
void transpose(OnnxNodes& to, const ExportNode& n) {
  to.op("Transpose", n, {to.input(n)}).with("perm", whole_list(n.facts.word(1)));
}
void slice(OnnxNodes& to, const ExportNode& n) {
  const auto list = [&](const char* word, const char* what, int64_t otherwise) {
    return to.integers(n, what, {n.facts.whole_behind(word, otherwise)});
  };
  const std::string from = list("from", "from", 0), end = list("to", "to", 0), axes = list("axis", "axes", 0);
  std::vector<std::string> inputs{to.input(n), from, end, axes};
  if (n.facts.has("step")) inputs.push_back(list("step", "steps", 1));
  to.op("Slice", n, inputs);
}
void gather(OnnxNodes& to, const ExportNode& n) {
  const bool shaped = n.facts.has("shape");
  const Ints places = whole_list(n.facts.word(shaped ? 5 : 3));
  Ints dims{static_cast<int64_t>(places.size())};
  if (shaped) {
    dims.clear();
    std::string text = n.facts.behind("shape");
    std::replace(text.begin(), text.end(), 'x', ',');
    dims = whole_list(text);
  }
  const std::string list = to.integers_of_shape(n, "places", dims, places);
  to.op("Gather", n, {to.input(n), list}).with("axis", n.facts.whole_behind("axis", 0));
}
void pad(OnnxNodes& to, const ExportNode& n) {
  const std::string mode = n.facts.word(1);
  if (mode == "wrap") to.need(19, "Pad that wraps around");
  std::vector<std::string> inputs{to.input(n), to.integers(n, "pads", whole_list(n.facts.word(2)))};
  if (n.facts.has("value"))
    inputs.push_back(to.reals(n, "value", {static_cast<float>(n.facts.number_behind("value", 0))}, true));
  to.op("Pad", n, inputs).with_text("mode", mode);
}
// Every so-many-th row and column, then channels of zeros before and behind.
void subsample(OnnxNodes& to, const ExportNode& n) {
  const int64_t stride = n.facts.whole(1, 2), more = n.out[1] - n.in[0][1];
  const std::string from = to.integers(n, "from", {0, 0}), axes = to.integers(n, "axes", {2, 3});
  const std::string end = to.integers(n, "to", {n.in[0][2], n.in[0][3]});
  const std::string steps = to.integers(n, "steps", {stride, stride});
  const std::vector<std::string> inputs{to.input(n), from, end, axes, steps};
  if (more == 0) {
    to.op("Slice", n, inputs);
    return;
  }
  std::string part;
  to.step("Slice", n, "part", inputs, part);
  const std::string pads = to.integers(n, "pads", {0, more / 2, 0, 0, 0, more - more / 2, 0, 0});
  to.op("Pad", n, {part, pads}).with_text("mode", "constant");
}
void reduce(OnnxNodes& to, const ExportNode& n) {
  const std::string& kind = n.facts.kind();
  const std::string op = kind == "reducesum"   ? "ReduceSum"
                         : kind == "reducemax" ? "ReduceMax"
                         : kind == "reducel2"  ? "ReduceL2"
                                               : "ReduceMean";
  const bool axes_are_an_input = to.opset() >= (kind == "reducesum" ? 13 : 18);
  const Ints axes = whole_list(n.facts.word(1));
  std::vector<std::string> inputs{to.input(n)};
  if (axes_are_an_input) inputs.push_back(to.integers(n, "axes", axes));
  WrittenNode& node = to.op(op, n, inputs);
  if (!axes_are_an_input) node.with("axes", axes);
  node.with("keepdims", int64_t{n.facts.has("keep")});
}
// As many pictures as the other input has: its shape's first number, then the sizes that are known.
void repeat(OnnxNodes& to, const ExportNode& n) {
  Ints rest = n.out.sizes();
  rest.erase(rest.begin());
  std::string shape, batch;
  const std::string from = to.integers(n, "from", {0}), end = to.integers(n, "to", {1}),
                    behind = to.integers(n, "rest", rest);
  to.step("Shape", n, "shape", {to.input(n, 1)}, shape);
  to.step("Slice", n, "batch", {shape, from, end}, batch);
  std::string sizes = batch;
  if (!rest.empty()) to.step("Concat", n, "sizes", {batch, behind}, sizes).with("axis", int64_t{0});
  to.op("Expand", n, {to.input(n), sizes});
}
// How a Resize says what each axis becomes: by scales where rounding down gives the sizes, by sizes where the scales
// are their quotients. Else one scale holds for several axes and the sizes are rounded: opset 18 has that as "as large
// as fits into these sizes", where an axis that fits exactly gives the scale.
struct ResizeTarget {
  bool by_scales = false, fits = false;
  Ints axes, sizes;  // where fits
};
ResizeTarget resize_target(const ExportNode& n, const std::vector<double>& scales, const std::vector<double>& roi) {
  ResizeTarget target;
  bool quotients = true, floors = !scales.empty();
  double common = 0;
  bool exact = false, one = true;
  for (size_t i = 0; i < scales.size(); ++i) {
    const double in = static_cast<double>(n.in[0][static_cast<int>(i)]), scale = scales[i];
    const auto out = n.out[static_cast<int>(i)];
    const double part = roi.empty() ? 1 : roi[i + scales.size()] - roi[i];
    const double quotient = static_cast<double>(out) / in;
    floors = floors && static_cast<int64_t>(std::floor(in * part * double{static_cast<float>(scale)})) == out;
    const bool same = std::abs(scale - quotient) <= 1e-6 * quotient;
    quotients = quotients && same;
    if (scale == 1 && same) continue;
    one = one && (common == 0 || scale == common) && out == static_cast<int64_t>(std::floor(scale * in + 0.5));
    common = scale;
    exact = exact || same;
    target.axes.push_back(static_cast<int64_t>(i));
    target.sizes.push_back(same ? out : out + 1);
  }
  target.by_scales = floors;
  if (floors || quotients) return target;
  target.fits = one && exact;
  if (target.fits) return target;
  throw Error(fmt::format("layer {} (resize): ONNX can't say its scales together with its sizes", n.name),
              "give its sizes without scales");
}
void resize(OnnxNodes& to, const ExportNode& n) {
  const std::vector<double> scales = number_list(n.facts.behind("scales")), roi = number_list(n.facts.behind("roi"));
  const std::string coordinates = n.facts.has("coordinates") ? n.facts.behind("coordinates") : "half_pixel";
  if (coordinates == "half_pixel_symmetric") to.need(19, "Resize with half_pixel_symmetric");
  if (n.facts.has("antialias")) to.need(18, "Resize with antialias");
  const ResizeTarget target = resize_target(n, scales, roi);
  if (target.fits) to.need(18, "Resize with one scale for several axes");
  std::vector<std::string> inputs{to.input(n), "", ""};
  if (!roi.empty()) inputs[1] = to.reals(n, "roi", std::vector<float>(roi.begin(), roi.end()), false);
  if (target.by_scales) {
    inputs[2] = to.reals(n, "scales", std::vector<float>(scales.begin(), scales.end()), false);
  } else if (target.fits) {
    inputs.push_back(to.integers(n, "sizes", target.sizes));
  } else {
    inputs.push_back(to.sizes(n, "sizes", whole_list(n.facts.word(2))));
  }
  WrittenNode& node = to.op("Resize", n, inputs);
  node.with_text("mode", n.facts.word(1)).with_text("coordinate_transformation_mode", coordinates);
  if (target.fits) node.with("axes", target.axes).with_text("keep_aspect_ratio_policy", "not_larger");
  if (n.facts.word(1) == "nearest")
    node.with_text("nearest_mode", n.facts.has("rounding") ? n.facts.behind("rounding") : "round_prefer_floor");
  if (coordinates == "tf_crop_and_resize") node.with_real("extrapolation_value", n.facts.number_behind("outside", 0));
  if (n.facts.has("antialias")) node.with("antialias", int64_t{1});
  if (n.facts.has("exclude", "outside")) node.with("exclude_outside", int64_t{1});
}

constexpr LayerWriter<WriteOnnxLayer> kRows[] = {
    {"conv", convolution},
    {"conv3d", convolution},
    {"convtranspose", transposed_convolution},
    {"convtranspose3d", transposed_convolution},
    {"maxpool", max_pool},
    {"maxpool3d", max_pool},
    {"maxpoolindices", max_pool_indices},
    {"avgpool", average_pool},
    {"avgpool3d", average_pool},
    {"globalavgpool", global_pool},
    {"globalmaxpool", global_pool},
    {"dense", dense},
    {"relu", relu},
    {"leakyrelu", leaky_relu},
    {"sigmoid", sigmoid},
    {"tanh", tangent},
    {"softmax", softmax},
    {"logsoftmax", softmax},
    {"batchnorm", batch_norm},
    {"dropout", dropout},
    {"flatten", flatten},
    {"add", binary},
    {"sub", binary},
    {"mul", binary},
    {"div", binary},
    {"matmul", binary},
    {"concat", concat},
    {"subsample", subsample},
    {"identity", identity},
    {"constant", constant},
    {"reshape", reshape},
    {"transpose", transpose},
    {"slice", slice},
    {"gather", gather},
    {"pad", pad},
    {"reducemean", reduce},
    {"resize", resize},
    {"elu", elu},
    {"selu", selu},
    {"celu", celu},
    {"hardsigmoid", hard_sigmoid},
    {"hardswish", hard_swish},
    {"clip", clip},
    {"gelu", gelu},
    {"mish", mish},
    {"softplus", softplus},
    {"prelu", prelu},
    {"groupnorm", group_norm},
    {"instancenorm", instance_norm},
    {"layernorm", layer_norm},
    {"layernormmean", layer_norm_part},
    {"layernormdeviation", layer_norm_part},
    {"lrn", local_response},
    {"erf", erf},
    {"exp", exponential},
    {"log", logarithm},
    {"sqrt", root},
    {"abs", absolute},
    {"pow", binary},
    {"max", binary},
    {"min", binary},
    {"reducesum", reduce},
    {"reducemax", reduce},
    {"reducel2", reduce},
    {"repeat", repeat},
};

}  // namespace

WriteOnnxLayer find_onnx_layer(const std::string& kind) { return find_writer(kRows, kind); }

}  // namespace striate
