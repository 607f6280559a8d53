// Convolutions of pictures and rows of values ("conv") and of volumes ("conv3d").
#include <algorithm>

#include "engine/network/layers/windows.h"
#include "engine/network/layers/windows_rows.h"
#include "kernels/conv2d.h"
#include "kernels/conv3d.h"
#include "kernels/winograd.h"

namespace striate {
namespace {

class Conv : public Layer {
 public:
  explicit Conv(int axes) { windows.axes = axes; }

  int k = 1, groups = 1;
  layers::Windows windows;
  bool bias = true;

  Shape output(const std::vector<Shape>& inputs) const override {
    layers::check_rank(inputs[0], windows);
    const layers::Extent x = layers::extent(inputs[0], windows.axes, kind());
    if (x.c % groups != 0 || k % groups != 0) {
      throw Error(fmt::format("got {} channels, needs channels in and out that {} groups divide", x.c, groups),
                  "change the groups or the number of filters");
    }
    layers::Triple needs{};
    bool fits = true;
    for (size_t a = 0; a < 3; ++a) {
      const int covers = windows.dilation[a] * (windows.window[a] - 1) + 1, pad = windows.before[a] + windows.after[a];
      fits = fits && covers <= x.in[a] + pad;
      needs[a] = std::max(1, covers - pad);
    }
    if (!fits) {
      throw Error(flat() ? fmt::format("got pictures of {} x {}, needs {} x {} or more with this padding", x.in[1],
                                       x.in[2], needs[1], needs[2])
                         : fmt::format("got volumes of {} x {} x {}, needs {} x {} x {} or more with this padding",
                                       x.in[0], x.in[1], x.in[2], needs[0], needs[1], needs[2]),
                  "use a smaller kernel, more padding, or less pooling before");
    }
    return layers::with_axes(inputs[0], k, out(inputs[0]));
  }
  std::vector<WeightSpec> parameters(const std::vector<Shape>& inputs) const override {
    const int64_t c = inputs[0][1] / groups, in = c * windows.volume(), outputs = k / groups * windows.volume();
    std::vector<int64_t> sizes{k, c};
    for (size_t a = flat() ? 1 : 0; a < 3; ++a) sizes.push_back(windows.window[a]);
    std::vector<WeightSpec> list{{"weight", Shape(sizes), WeightSpec::Kind::weight, in, outputs}};
    if (bias) list.push_back({"bias", Shape{k}, WeightSpec::Kind::bias, in, outputs});
    return list;
  }
  Counted parameter_count(const std::vector<Shape>& inputs) const override {
    const int64_t each = windows.volume() * (inputs[0][1] / groups);
    if (!bias) return {layers::product({each, k}), fmt::format("{}*{}", terms(inputs[0]), k)};
    return {layers::product({each + 1, k}), fmt::format("({} + 1)*{}", terms(inputs[0]), k)};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    const layers::Triple o = out(inputs[0]);
    return {layers::product({windows.volume(), inputs[0][1] / groups, k, o[0], o[1], o[2]}),
            fmt::format("{}*{}*{}", terms(inputs[0]), k, layers::product_of(o, windows.axes))};
  }
  LayerGeometry geometry(const std::vector<Shape>& inputs) const override {
    LayerGeometry geometry;
    if (flat()) geometry.convolution = plane(inputs[0]);
    return geometry;
  }
  int64_t scratch(const std::vector<Shape>& inputs) const override {
    if (!flat()) return volume(inputs[0]).scratch_size();
    return std::max(conv2d_scratch(plane(inputs[0])), winograd_scratch(plane(inputs[0])));
  }

  bool takes_epilogue() const override { return flat(); }
  int64_t packed_weights(const Stream& stream, const std::vector<Shape>& inputs, bool winograd) const override {
    if (!flat()) return 0;
    const Conv2dShape s = plane(inputs[0]);
    return transforms(stream, s, winograd) ? winograd_packed_size(s) : conv2d_packed_size(stream, s);
  }
  void pack_weights(Stream& stream, const LayerCall& call, float* packed) const override {
    const Conv2dShape s = plane(call.x[0].shape);
    if (transforms(stream, s, call.winograd)) return winograd_pack(stream, s, call.weights[0], packed);
    conv2d_pack(stream, s, call.weights[0], packed);
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    const Shape& in = call.x[0].shape;
    const float* b = bias ? call.weights[1] : nullptr;
    if (flat() && transforms(stream, plane(in), call.winograd)) {
      winograd_forward(stream, plane(in), call.x[0].data, call.packed, b, call.y.data, call.epilogue, call.scratch);
    } else if (flat()) {
      conv2d_forward(stream, plane(in), call.x[0].data, call.weights[0], b, call.y.data, call.scratch,
                     Result::overwrite, call.epilogue, call.packed);
    } else {
      conv3d_forward(stream, volume(in), call.x[0].data, call.weights[0], b, call.y.data);
    }
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    const Shape& in = call.x[0].shape;
    const float *x = call.x[0].data, *w = call.weights[0];
    float* const db = !call.dw.empty() && bias ? call.dw[1] : nullptr;
    if (!call.dw.empty()) {
      if (flat()) {
        conv2d_backward_weights(stream, plane(in), x, call.dy, call.dw[0], db, Result::overwrite, call.scratch);
      } else {
        conv3d_backward_weights(stream, volume(in), x, call.dy, call.dw[0], db, Result::overwrite, call.scratch);
      }
    }
    if (call.dx[0] == nullptr) return;
    if (flat()) {
      conv2d_backward_input(stream, plane(in), call.dy, w, call.dx[0], call.dx_result[0], call.scratch);
    } else {
      conv3d_backward_input(stream, volume(in), call.dy, w, call.dx[0], call.dx_result[0]);
    }
  }

 private:
  bool flat() const { return windows.axes == 2; }
  static bool transforms(const Stream& stream, const Conv2dShape& s, bool allowed) {
    return allowed && winograd_pays(stream, s);
  }
  Conv2dShape plane(const Shape& in) const {
    Conv2dShape s;
    layers::set_plane(s, windows, layers::extent(in, 2, kind()));
    s.k = k;
    s.groups = groups;
    return s;
  }
  Conv3dShape volume(const Shape& in) const {
    Conv3dShape s;
    layers::set_volume(s, windows, layers::extent(in, windows.axes, kind()));
    layers::set_axes(s.kernel, windows.window);
    s.k = k, s.groups = groups;
    return s;
  }
  layers::Triple out(const Shape& in) const {
    const Conv3dShape s = volume(in);
    return {s.out(0), s.out(1), s.out(2)};
  }
  // The weights that one output value multiplies with: "5*5*6", "3*3*16/4".
  std::string terms(const Shape& in) const {
    return fmt::format("{}*{}{}", layers::product_of(windows.window, windows.axes), in[1],
                       groups == 1 ? "" : fmt::format("/{}", groups));
  }
};

template <int axes>
constexpr LayerField kFields[] = {
    layers::place<&Conv::k>("filters", "FILTERS")
        .must()
        .said_as("number of filters")
        .between(1, 65536)
        .called("out_channels", "filters", "W")
        .explained("How many kernels: each gives one channel of the output"),
    layers::kernel_field<axes, &Conv::windows>(axes == 2 ? "Height and width of each kernel, as in 5 or 5x3"
                                                         : "Depth, height and width of each kernel, as in 3 or 1x3x3"),
    layers::stride_field<axes, &Conv::windows>(),
    layers::padding_field<axes, &Conv::windows>(),
    layers::dilation_field<axes, &Conv::windows>().explained(
        "Distance between the kernel's weights on the picture; 2 leaves out every second pixel"),
    layers::groups_field<&Conv::groups>(),
    layers::bias_field<&Conv::bias>()};

void to_torch(TorchPage& to, const ExportNode& n) {
  const Conv& conv = n.as<Conv>();
  const layers::WindowFacts w = layers::window_facts(conv.windows, n.in[0]);
  std::string code = fmt::format("nn.Conv{}d({}, {}, {}", w.axes(), n.in[0][1], conv.k, python_brief(w.size));
  if (w.strided()) code += ", stride=" + python_brief(w.stride);
  if (w.padded() && w.symmetric()) code += ", padding=" + python_brief(w.before);
  if (w.dilated()) code += ", dilation=" + python_brief(w.dilation);
  if (conv.groups != 1) code += fmt::format(", groups={}", conv.groups);
  if (!conv.bias) code += ", bias=False";
  to.module(n, code + ")");
  if (w.symmetric()) return layers::torch_apply(to, n);
  const std::string pads = python_list(layers::torch_pads(w.before, w.after));
  to.line(n, fmt::format("{}(F.pad({}, {}))", to.layer(n), to.x(n), pads));
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const Conv& conv = n.as<Conv>();
  const layers::WindowFacts w = layers::window_facts(conv.windows, n.in[0]);
  std::string x = to.x(n, KerasPage::Order::last);
  if (w.padded()) x = layers::keras_sides("ZeroPadding", w.axes(), w.before, w.after, x);
  const bool widened = w.dilated() && w.strided();  // Keras has one of the two
  layers::Ints size = w.size;
  for (size_t a = 0; a < w.axes() && widened; ++a) size[a] = w.covers(a);
  std::string code = fmt::format("layers.Conv{}D({}, {}", w.axes(), conv.k, python_brief(size));
  if (w.strided()) code += ", strides=" + python_brief(w.stride);
  if (w.dilated() && !widened) code += ", dilation_rate=" + python_brief(w.dilation);
  if (conv.groups != 1) code += fmt::format(", groups={}", conv.groups);
  if (!conv.bias) code += ", use_bias=False";
  to.line(n, KerasPage::Order::last, fmt::format("{}, {})({})", code, to.name(n), x));
  to.helper("kernel");
  const std::string wide = widened ? ", dilation=" + python_list(w.dilation) : "";
  to.weights(n, fmt::format("kernel({}, {}{}){}", to.array(n, "weight"), w.axes(), wide,
                            conv.bias ? ", " + to.array(n, "bias") : ""));
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const Conv& conv = n.as<Conv>();
  const layers::WindowFacts w = layers::window_facts(conv.windows, n.in[0]);
  std::vector<std::string> inputs{to.input(n)};
  inputs.push_back(to.array(n, "weight", layers::onnx_kernel_dims(conv.k, n.in[0][1] / conv.groups, w)));
  if (conv.bias) inputs.push_back(to.array(n, "bias"));
  WrittenNode& node = to.op("Conv", n, inputs);
  layers::onnx_window(node, w);
  node.with("group", int64_t{conv.groups});
}

}  // namespace

extern const LayerKind kConv{
    .word = "conv",
    .title = N_("Convolution"),
    .explanation =
        N_("A small grid of weights, the kernel, slides over the picture. At every place the values under it are "
           "multiplied by the weights and added up, over all channels, and one bias is added: that is one value of the "
           "output. Each filter has its own kernel and gives its own output channel, a map of where the picture looks "
           "like the filter. The same weights are used everywhere, so a pattern is found wherever it stands, and few "
           "weights are needed."),
    .make = layers::made<Conv, 2>,
    .fields = kFields<2>,
    .first = "conv 8 3x3",
    .follow = Follow::convolution,
    .torch = {"nn.Conv2d", to_torch},
    .keras = {"layers.Conv2D", to_keras},
    .onnx = {.name = "Conv", .write = to_onnx},
};

extern const LayerKind kConv3d{
    .word = "conv3d",
    .title = N_("Convolution of volumes"),
    .explanation = N_(
        "A convolution on three axes: the kernel is a small box of weights that slides through the slices of a scan or "
        "the frames of a film as well as across them. A filter can so answer to what moves, or to a surface, where one "
        "on a single picture sees only an edge. One value of the output costs as many multiplications as the box has "
        "weights."),
    .make = layers::made<Conv, 3>,
    .fields = kFields<3>,
    .follow = Follow::linear,
    .torch = {"nn.Conv3d", to_torch},
    .keras = {"layers.Conv3D", to_keras},
    .onnx = {.name = "Conv", .write = to_onnx},
};

}  // namespace striate
