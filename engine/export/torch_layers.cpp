// Each kind of layer in PyTorch: a module where it has weights, a function where it has none. The list of all kinds is
// at the end.
//
// Longer than other files: every kind of layer, a few lines each, is looked for in one place.
#include <algorithm>

#include "engine/error.h"
#include "engine/export/python_text.h"
#include "engine/export/torch_script.h"

namespace striate {
namespace {

using Ints = std::vector<int64_t>;

// A function of the input with arguments behind it.
template <typename... Values>
void call(TorchScript& to, const ExportNode& n, const char* function, const std::string& arguments = "") {
  to.line(n, fmt::format("{}({}{}{})", function, to.x(n), arguments.empty() ? "" : ", ", arguments));
}
void apply(TorchScript& to, const ExportNode& n) { to.line(n, fmt::format("{}({})", to.layer(n), to.x(n))); }

// Paddings in PyTorch's order: the last axis first.
Ints pads_of(const Ints& before, const Ints& after) {
  Ints pads;
  for (size_t a = before.size(); a-- > 0;) pads.push_back(before[a]), pads.push_back(after[a]);
  return pads;
}
bool none(const Ints& list) {
  return std::all_of(list.begin(), list.end(), [](int64_t each) { return each == 0; });
}

// ---- windows
void convolution(TorchScript& to, const ExportNode& n) {
  const WindowFacts w = window_facts(n.facts, n.in[0]);
  std::string code = fmt::format("nn.Conv{}d({}, {}, {}", w.axes(), n.in[0][1], w.filters, python_brief(w.size));
  if (w.strided()) code += ", stride=" + python_brief(w.stride);
  if (w.padded() && w.symmetric()) code += ", padding=" + python_brief(w.before);
  if (w.dilated()) code += ", dilation=" + python_brief(w.dilation);
  if (w.groups != 1) code += fmt::format(", groups={}", w.groups);
  if (!w.bias) code += ", bias=False";
  to.module(n, code + ")");
  if (w.symmetric()) return apply(to, n);
  to.line(n, fmt::format("{}(F.pad({}, {}))", to.layer(n), to.x(n), python_list(pads_of(w.before, w.after))));
}

void transposed_convolution(TorchScript& to, const ExportNode& n) {
  const WindowFacts w = window_facts(n.facts, n.in[0]);
  std::string code =
      fmt::format("nn.ConvTranspose{}d({}, {}, {}", w.axes(), n.in[0][1], w.filters, python_brief(w.size));
  if (w.strided()) code += ", stride=" + python_brief(w.stride);
  bool plain = w.symmetric();
  for (size_t a = 0; a < w.axes(); ++a) plain = plain && w.output_padding[a] < std::max(w.stride[a], w.dilation[a]);
  if (plain && w.padded()) code += ", padding=" + python_brief(w.before);
  if (plain && !none(w.output_padding)) code += ", output_padding=" + python_brief(w.output_padding);
  if (w.groups != 1) code += fmt::format(", groups={}", w.groups);
  if (!w.bias) code += ", bias=False";
  if (w.dilated()) code += ", dilation=" + python_brief(w.dilation);
  to.module(n, code + ")");
  if (plain) return apply(to, n);
  // Everything that is stamped, then cut or widened: the bias comes last.
  Ints begin, end;
  for (size_t a = 0; a < w.axes(); ++a) begin.push_back(-w.before[a]), end.push_back(w.output_padding[a] - w.after[a]);
  std::string value = fmt::format("F.pad(F.conv_transpose{}d({}, {}.weight, None, {}, 0, 0, {}, {}), {})", w.axes(),
                                  to.x(n), to.layer(n), python_brief(w.stride), w.groups, python_brief(w.dilation),
                                  python_list(pads_of(begin, end)));
  if (w.bias) {
    std::string ones;
    for (size_t a = 0; a < w.axes(); ++a) ones += ", 1";
    value += fmt::format(" + {}.bias.view(-1{})", to.layer(n), ones);
  }
  to.line(n, value);
}

// Whether PyTorch's own pooling does the same: one padding on both sides, at most half a window, and as many outputs.
bool same_pooling(const WindowFacts& w, const ExportNode& n) {
  for (size_t a = 0; a < w.axes(); ++a) {
    const int64_t in = n.in[0][static_cast<int>(a) + 2], pad = w.before[a], stride = w.stride[a];
    if (w.after[a] != pad || 2 * pad > w.size[a]) return false;
    const int64_t room = in + 2 * pad - w.covers(a);
    int64_t out = (room + (w.ceil ? stride - 1 : 0)) / stride + 1;
    if (w.ceil && (out - 1) * stride >= in + pad) --out;
    if (out != n.out[static_cast<int>(a) + 2]) return false;
  }
  return true;
}

void max_pool(TorchScript& to, const ExportNode& n) {
  const WindowFacts w = window_facts(n.facts, n.in[0]);
  const bool same = same_pooling(w, n);
  std::string x = to.x(n);
  if (!same) {
    x = fmt::format("F.pad({}, {}, value=-float(\"inf\"))", x, python_list(pads_of(w.before, pooling_after(w, n))));
  }
  std::string value = fmt::format("F.max_pool{}d({}, {}", w.axes(), x, python_brief(w.size));
  if (w.stride != w.size) value += ", stride=" + python_brief(w.stride);
  if (same && w.padded()) value += ", padding=" + python_brief(w.before);
  if (w.dilated()) value += ", dilation=" + python_brief(w.dilation);
  if (same && w.ceil) value += ", ceil_mode=True";
  to.line(n, value + ")");
}

void max_pool_indices(TorchScript& to, const ExportNode& n) {
  const WindowFacts w = window_facts(n.facts, n.in[0]);
  to.helper("max_places");
  to.line(n, fmt::format("max_places({}, {}, {}, {}, {}, {}, {})", to.x(n), python_list(w.size), python_list(w.stride),
                         python_list(w.before), python_list(pooling_after(w, n)), python_list(w.dilation),
                         w.columns_first ? "True" : "False"));
}

void average_pool(TorchScript& to, const ExportNode& n) {
  const WindowFacts w = window_facts(n.facts, n.in[0]);
  if (w.dilated() || !same_pooling(w, n)) {
    Ints beyond = pooling_after(w, n);
    for (size_t a = 0; a < w.axes(); ++a) beyond[a] -= w.after[a];
    to.helper("average_pool");
    to.line(n, fmt::format("average_pool({}, {}, {}, {}, {}, {}, {}, {})", to.x(n), python_list(w.size),
                           python_list(w.stride), python_list(w.before), python_list(w.after), python_list(w.dilation),
                           w.count_padding ? "True" : "False", python_list(beyond)));
    return;
  }
  std::string value = fmt::format("F.avg_pool{}d({}, {}", w.axes(), to.x(n), python_brief(w.size));
  if (w.stride != w.size) value += ", stride=" + python_brief(w.stride);
  if (w.padded()) value += ", padding=" + python_brief(w.before);
  if (w.ceil) value += ", ceil_mode=True";
  if (w.padded() && !w.count_padding) value += ", count_include_pad=False";
  to.line(n, value + ")");
}

void global_pool(TorchScript& to, const ExportNode& n) {
  Ints axes;
  for (int i = 2; i < n.in[0].rank(); ++i) axes.push_back(i);
  to.line(n, fmt::format("{}.{}(dim={}{})", to.x(n), n.facts.kind() == "globalavgpool" ? "mean" : "amax",
                         python_list(axes), n.facts.has("keep") ? ", keepdim=True" : ""));
}

// ---- products and normalizations
void dense(TorchScript& to, const ExportNode& n) {
  to.module(n, fmt::format("nn.Linear({}, {}{})", n.in[0][1], n.facts.whole(1, 1),
                           n.facts.has("no", "bias") ? ", bias=False" : ""));
  apply(to, n);
}
double epsilon_of(const ExportNode& n) { return n.facts.number_behind("epsilon", double{1e-5f}); }
std::string epsilon_argument(const ExportNode& n) {
  return n.facts.has("epsilon") ? ", eps=" + python_number(epsilon_of(n)) : "";
}
int norm_axes(const ExportNode& n) { return std::clamp(n.in[0].rank() - 2, 1, 3); }
void batch_norm(TorchScript& to, const ExportNode& n) {
  std::string code = fmt::format("nn.BatchNorm{}d({}{}", norm_axes(n), n.in[0][1], epsilon_argument(n));
  if (n.facts.has("momentum")) code += ", momentum=" + python_number(n.facts.number_behind("momentum", 0.1));
  to.module(n, code + ")");
  apply(to, n);
}
void instance_norm(TorchScript& to, const ExportNode& n) {
  to.module(n, fmt::format("nn.InstanceNorm{}d({}{}, affine=True)", norm_axes(n), n.in[0][1], epsilon_argument(n)));
  apply(to, n);
}
void group_norm(TorchScript& to, const ExportNode& n) {
  to.module(n, fmt::format("nn.GroupNorm({}, {}{})", n.facts.whole(1, 1), n.in[0][1], epsilon_argument(n)));
  apply(to, n);
}
Ints from_axis(const ExportNode& n) {
  Ints axes;
  for (auto i = static_cast<int>(n.facts.whole_behind("from", 1)); i < n.in[0].rank(); ++i) axes.push_back(i);
  return axes;
}
void layer_norm(TorchScript& to, const ExportNode& n) {
  Ints sizes;
  for (const int64_t axis : from_axis(n)) sizes.push_back(n.in[0][static_cast<int>(axis)]);
  const bool scaled = !n.facts.has("no", "scale"), shifted = !n.facts.has("no", "bias");
  const std::string shape = python_list(sizes);
  if (scaled && shifted) {
    to.module(n, fmt::format("nn.LayerNorm({}{})", shape, epsilon_argument(n)));
    return apply(to, n);
  }
  if (scaled || shifted) {
    to.helper("Values");
    to.module(n, fmt::format("Values({}={})", scaled ? "weight" : "bias", shape));
  }
  to.line(n, fmt::format("F.layer_norm({}, {}, {}, {}, {})", to.x(n), shape, scaled ? to.layer(n) + ".weight" : "None",
                         shifted ? to.layer(n) + ".bias" : "None", python_number(epsilon_of(n))));
}
void layer_norm_mean(TorchScript& to, const ExportNode& n) {
  to.line(n, fmt::format("{}.mean(dim={}, keepdim=True)", to.x(n), python_list(from_axis(n))));
}
void layer_norm_deviation(TorchScript& to, const ExportNode& n) {
  to.line(n, fmt::format("({}.var(dim={}, unbiased=False, keepdim=True) + {}).rsqrt()", to.x(n),
                         python_list(from_axis(n)), python_number(epsilon_of(n))));
}
void local_response(TorchScript& to, const ExportNode& n) {
  const int64_t size = n.facts.whole(1, 5);
  const bool odd = size % 2 == 1 && n.in[0].rank() > 2;
  if (!odd) to.helper("local_response");
  call(to, n, odd ? "F.local_response_norm" : "local_response",
       fmt::format("{}, {}, {}, {}", size, python_number(n.facts.number_behind("alpha", 1e-4)),
                   python_number(n.facts.number_behind("beta", 0.75)), python_number(n.facts.number_behind("k", 1))));
}
void dropout(TorchScript& to, const ExportNode& n) {
  call(to, n, "F.dropout", python_number(n.facts.number(1, 0.5)) + ", self.training");
}

// ---- value by value
void relu(TorchScript& to, const ExportNode& n) { call(to, n, "F.relu"); }
void sigmoid(TorchScript& to, const ExportNode& n) { call(to, n, "torch.sigmoid"); }
void tangent(TorchScript& to, const ExportNode& n) { call(to, n, "torch.tanh"); }
void hard_swish(TorchScript& to, const ExportNode& n) { call(to, n, "F.hardswish"); }
void mish(TorchScript& to, const ExportNode& n) { call(to, n, "F.mish"); }
void softplus(TorchScript& to, const ExportNode& n) { call(to, n, "F.softplus"); }
void erf(TorchScript& to, const ExportNode& n) { call(to, n, "torch.erf"); }
void exponential(TorchScript& to, const ExportNode& n) { call(to, n, "torch.exp"); }
void logarithm(TorchScript& to, const ExportNode& n) { call(to, n, "torch.log"); }
void root(TorchScript& to, const ExportNode& n) { call(to, n, "torch.sqrt"); }
void absolute(TorchScript& to, const ExportNode& n) { call(to, n, "torch.abs"); }
// A function of two.
void power(TorchScript& to, const ExportNode& n) { call(to, n, "torch.pow", to.x(n, 1)); }
void larger(TorchScript& to, const ExportNode& n) { call(to, n, "torch.maximum", to.x(n, 1)); }
void smaller(TorchScript& to, const ExportNode& n) { call(to, n, "torch.minimum", to.x(n, 1)); }
void leaky_relu(TorchScript& to, const ExportNode& n) {
  call(to, n, "F.leaky_relu", python_number(n.facts.number(1, 0.01)));
}
void elu(TorchScript& to, const ExportNode& n) { call(to, n, "F.elu", python_number(n.facts.number(1, 1))); }
void celu(TorchScript& to, const ExportNode& n) { call(to, n, "F.celu", python_number(n.facts.number(1, 1))); }
void selu(TorchScript& to, const ExportNode& n) {
  if (n.facts.word(1).empty()) return call(to, n, "F.selu");
  to.line(n, fmt::format("{} * F.elu({}, {})", python_number(n.facts.number(2, 1)), to.x(n),
                         python_number(n.facts.number(1, 1))));
}
void hard_sigmoid(TorchScript& to, const ExportNode& n) {
  to.line(n, fmt::format("torch.clamp({} * {} + {}, 0, 1)", python_number(n.facts.number(1, 0.2)), to.x(n),
                         python_number(n.facts.number(2, 0.5))));
}
void gelu(TorchScript& to, const ExportNode& n) {
  call(to, n, "F.gelu", n.facts.has("tanh") ? "approximate=\"tanh\"" : "");
}
void clip(TorchScript& to, const ExportNode& n) {
  std::string bounds;
  if (n.facts.word(1) != "none") bounds += "min=" + python_number(n.facts.number(1, 0));
  if (n.facts.word(2) != "none") bounds += (bounds.empty() ? "max=" : ", max=") + python_number(n.facts.number(2, 0));
  if (bounds.empty()) return to.line(n, to.x(n));
  call(to, n, "torch.clamp", bounds);
}
void prelu(TorchScript& to, const ExportNode& n) {
  if (!n.facts.has("shape")) {
    to.module(n, fmt::format("nn.PReLU({})", n.facts.has("shared") ? 1 : n.in[0][1]));
    return apply(to, n);
  }
  std::string sizes = n.facts.word(2);
  std::replace(sizes.begin(), sizes.end(), 'x', ',');
  to.helper("Values");
  to.module(n, fmt::format("Values(weight={})", python_list(whole_list(sizes))));
  to.line(n, fmt::format("torch.where({0} > 0, {0}, {1}.weight * {0})", to.x(n), to.layer(n)));
}
void softmax(TorchScript& to, const ExportNode& n) {
  const std::string function = n.facts.kind() == "softmax" ? "softmax" : "log_softmax";
  if (!n.facts.has("from"))
    return call(to, n, ("F." + function).c_str(), fmt::format("dim={}", n.facts.whole_behind("axis", 1)));
  const int64_t axis = n.facts.whole_behind("from", 1);
  to.line(n, fmt::format("{0}.flatten({1}).{2}({1}).reshape({0}.shape)", to.x(n), axis, function));
}
void binary(TorchScript& to, const ExportNode& n) {
  const std::string& kind = n.facts.kind();
  const char* sign = kind == "add"   ? " + "
                     : kind == "sub" ? " - "
                     : kind == "mul" ? " * "
                     : kind == "div" ? " / "
                                     : " @ ";
  std::string value = to.x(n);
  for (size_t i = 1; i < n.inputs.size(); ++i) value += sign + to.x(n, i);
  to.line(n, value);
}

// ---- shapes
void flatten(TorchScript& to, const ExportNode& n) {
  const int64_t axis = n.facts.whole_behind("axis", 1);
  if (axis == 1) return to.line(n, to.x(n) + ".flatten(1)");
  // The rows are the batch and what stands before the axis.
  to.line(n, fmt::format("{}.reshape({}, {})", to.x(n), axis == 0 ? 1 : -1, axis == 0 ? -1 : n.out[1]));
}
void concat(TorchScript& to, const ExportNode& n) {
  std::string list;
  for (size_t i = 0; i < n.inputs.size(); ++i) list += (i > 0 ? ", " : "") + to.x(n, i);
  to.line(n, fmt::format("torch.cat([{}], dim={})", list, n.facts.whole_behind("axis", 1)));
}
void identity(TorchScript& to, const ExportNode& n) { to.line(n, to.x(n)); }
void constant(TorchScript& to, const ExportNode& n) {
  to.helper("Values");
  to.module(n, fmt::format("Values(value={})", python_list(n.out.sizes())));
  to.line(n, to.layer(n) + ".value");
}
void reshape(TorchScript& to, const ExportNode& n) {
  std::string sizes;
  for (const int64_t size : whole_list(n.facts.word(1)))
    sizes += (sizes.empty() ? "" : ", ") + (size == kBatchSize ? to.x(n) + ".shape[0]" : std::to_string(size));
  to.line(n, fmt::format("{}.reshape({})", to.x(n), sizes.empty() ? "()" : sizes));
}
void transpose(TorchScript& to, const ExportNode& n) {
  const Ints axes = whole_list(n.facts.word(1));
  to.line(n, fmt::format("{}.permute({})", to.x(n), fmt::join(axes, ", ")));
}
// "x[:, :, PART]"
std::string at_axis(const std::string& x, int64_t axis, const std::string& part) {
  std::string text = x + "[";
  for (int64_t i = 0; i < axis; ++i) text += ":, ";
  return text + part + "]";
}
void slice(TorchScript& to, const ExportNode& n) {
  const int64_t axis = n.facts.whole_behind("axis", 0), step = n.facts.whole_behind("step", 1);
  const int64_t from = n.facts.whole_behind("from", 0), end = n.facts.whole_behind("to", 0);
  if (step > 0) {
    const std::string by = step == 1 ? "" : fmt::format(":{}", step);
    return to.line(n, at_axis(to.x(n), axis, fmt::format("{}:{}{}", from, end, by)));
  }
  // PyTorch's slices don't walk backwards.
  const std::string places = fmt::format("range({}.shape[{}])[{}:{}:{}]", to.x(n), axis, from, end, step);
  to.line(n, at_axis(to.x(n), axis, "list(" + places + ")"));
}
void gather(TorchScript& to, const ExportNode& n) {
  const int64_t axis = n.facts.whole_behind("axis", 0);
  const bool shaped = n.facts.has("shape");
  const std::string places = python_list(whole_list(n.facts.word(shaped ? 5 : 3)), false);
  if (!shaped) return to.line(n, at_axis(to.x(n), axis, places));
  std::string sizes = n.facts.behind("shape");
  std::replace(sizes.begin(), sizes.end(), 'x', ',');
  const Ints list = whole_list(sizes);
  const std::string shape = list.empty() ? "()" : python_list(list);
  to.line(n, at_axis(to.x(n), axis, fmt::format("torch.tensor({}).reshape({})", places, shape)));
}
void pad(TorchScript& to, const ExportNode& n) {
  const Ints pads = whole_list(n.facts.word(2));
  const size_t rank = pads.size() / 2;
  const std::string mode = n.facts.word(1);
  if (mode == "constant") {
    const Ints before(pads.begin(), pads.begin() + static_cast<int64_t>(rank));
    const Ints after(pads.begin() + static_cast<int64_t>(rank), pads.end());
    std::string more = python_list(pads_of(before, after));
    if (n.facts.has("value")) more += ", value=" + python_number(n.facts.number_behind("value", 0));
    return call(to, n, "F.pad", more);
  }
  to.helper("pad_axis");
  std::string value = to.x(n);
  for (size_t axis = 0; axis < rank; ++axis) {
    const int64_t before = pads[axis], after = pads[axis + rank];
    if (before == 0 && after == 0) continue;
    value = fmt::format("pad_axis({}, {}, {}, {}, {})", value, axis, before, after, python_text(mode));
  }
  to.line(n, value);
}
void subsample(TorchScript& to, const ExportNode& n) {
  const int64_t stride = n.facts.whole(1, 2), more = n.out[1] - n.in[0][1];
  const std::string part = fmt::format("{0}[:, :, ::{1}, ::{1}]", to.x(n), stride);
  if (more == 0) return to.line(n, part);
  to.line(n, fmt::format("F.pad({}, (0, 0, 0, 0, {}, {}))", part, more / 2, more - more / 2));
}
void reduce(TorchScript& to, const ExportNode& n) {
  const std::string& kind = n.facts.kind();
  const std::string how =
      fmt::format("dim={}{}", python_list(whole_list(n.facts.word(1))), n.facts.has("keep") ? ", keepdim=True" : "");
  if (kind == "reducel2") return call(to, n, "torch.linalg.vector_norm", how);
  const char* function = kind == "reducesum" ? "sum" : kind == "reducemax" ? "amax" : "mean";
  to.line(n, fmt::format("{}.{}({})", to.x(n), function, how));
}
void repeat(TorchScript& to, const ExportNode& n) {
  std::string rest;
  for (int i = 1; i < n.out.rank(); ++i) rest += ", -1";
  to.line(n, fmt::format("{}.expand({}.shape[0]{})", to.x(n), to.x(n, 1), rest));
}
// PyTorch's own interpolation where it is surely the same; else a matrix for each axis.
bool interpolates(const ExportNode& n, std::string& how) {
  const ExportLayer& f = n.facts;
  const int rank = n.in[0].rank();
  if (rank < 3 || rank > 5 || f.has("antialias") || f.has("exclude") || f.has("scales")) return false;
  if (n.in[0][1] != n.out[1] || (!n.batched && n.in[0][0] != n.out[0])) return false;
  Ints sizes;
  bool multiple = true;
  for (int i = 2; i < rank; ++i) {
    sizes.push_back(n.out[i]);
    multiple = multiple && n.out[i] % n.in[0][i] == 0;
  }
  const std::string coordinates = f.has("coordinates") ? f.behind("coordinates") : "half_pixel";
  const char* const linear[] = {"linear", "bilinear", "trilinear"};
  how = "size=" + python_list(sizes) + ", mode=";
  if (f.word(1) == "nearest") {
    how += "\"nearest\"";
    return multiple && coordinates == "asymmetric" && f.behind("rounding") == "floor";
  }
  how += python_text(linear[rank - 3]) + (coordinates == "align_corners" ? ", align_corners=True" : "");
  return coordinates == "half_pixel" || coordinates == "align_corners";
}
void resize(TorchScript& to, const ExportNode& n) {
  std::string how;
  if (interpolates(n, how)) return call(to, n, "F.interpolate", how);
  to.helper("resize_axis");
  std::string value = to.x(n);
  const bool crops = n.facts.behind("coordinates") == "tf_crop_and_resize";
  for (const ResizedAxis& each : python_resized_axes(n)) {
    const std::string outside = crops ? ", " + python_number(n.facts.number_behind("outside", 0)) : "";
    value = fmt::format("resize_axis({}, {}, {}{})", value, each.axis, each.call, outside);
  }
  to.line(n, value);
}

constexpr LayerWriter<WriteTorchLayer> kRows[] = {
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
    {"layernormmean", layer_norm_mean},
    {"layernormdeviation", layer_norm_deviation},
    {"lrn", local_response},
    {"erf", erf},
    {"exp", exponential},
    {"log", logarithm},
    {"sqrt", root},
    {"abs", absolute},
    {"pow", power},
    {"max", larger},
    {"min", smaller},
    {"reducesum", reduce},
    {"reducemax", reduce},
    {"reducel2", reduce},
    {"repeat", repeat},
};

}  // namespace

WriteTorchLayer find_torch_layer(const std::string& kind) { return find_writer(kRows, kind); }

}  // namespace striate
