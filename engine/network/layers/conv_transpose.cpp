// Transposed convolutions of pictures and rows of values ("convtranspose") and of volumes ("convtranspose3d").
#include <algorithm>
#include <limits>

#include "engine/network/layers/windows.h"
#include "engine/network/layers/windows_rows.h"
#include "kernels/conv3d.h"
#include "kernels/conv_transpose2d.h"

namespace striate {
namespace {

// What a stride leaves open: so many rows and columns more at the end.
struct StampedWindows : layers::Windows {
  layers::Triple more{0, 0, 0};
};

class ConvTranspose : public Layer {
 public:
  explicit ConvTranspose(int axes) { windows.axes = axes; }

  int k = 1, groups = 1;
  StampedWindows windows;
  bool bias = true;

  Shape output(const std::vector<Shape>& inputs) const override {
    layers::check_rank(inputs[0], windows);
    const ConvTranspose3dShape s = volume(inputs[0]);
    if (inputs[0].rank() == 3 && windows.more[1] != 0) {
      throw Error(fmt::format("got {}: rows of values, needs an output padding of 0 rows", inputs[0].text()),
                  fmt::format("write output padding 0x{}", windows.more[2]));
    }
    if (s.c % groups != 0 || k % groups != 0) {
      throw Error(fmt::format("got {} channels, needs channels in and out that {} groups divide", s.c, groups),
                  "change the groups or the number of channels");
    }
    for (int a = 0; a < 3; ++a) {
      if (s.stamped(a) > int64_t{1} << 30) {
        throw Error(fmt::format("got {}, which makes {} values on one axis", inputs[0].text(), s.stamped(a)),
                    "use a smaller stride");
      }
      if (int64_t{1} * s.before[a] + s.after[a] < s.stamped(a)) continue;
      throw Error(fmt::format("got {}, which makes {} values on one axis, and a padding that cuts off all of them",
                              inputs[0].text(), s.stamped(a)),
                  "use less padding");
    }
    flat() ? check(plane(inputs[0])) : check(s);
    return layers::with_axes(inputs[0], k, {s.out(0), s.out(1), s.out(2)});
  }
  std::vector<WeightSpec> parameters(const std::vector<Shape>& inputs) const override {
    // What PyTorch counts as coming in: the weights of one input channel.
    const int64_t c = inputs[0][1], each = k / groups * windows.volume(), other = c / groups * windows.volume();
    std::vector<int64_t> sizes{c, k / groups};
    for (size_t a = flat() ? 1 : 0; a < 3; ++a) sizes.push_back(windows.window[a]);
    std::vector<WeightSpec> list{{"weight", Shape(sizes), WeightSpec::Kind::weight, each, other}};
    if (bias) list.push_back({"bias", Shape{k}, WeightSpec::Kind::bias, each, other});
    return list;
  }
  Counted parameter_count(const std::vector<Shape>& inputs) const override {
    const int64_t weights = layers::product({windows.volume(), inputs[0][1], k / groups});
    if (!bias) return {weights, stamps(inputs[0])};
    if (weights > std::numeric_limits<int64_t>::max() - k) return {weights, stamps(inputs[0])};
    return {weights + k, fmt::format("{} + {}", stamps(inputs[0]), k)};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    const layers::Extent x = layers::extent(inputs[0], windows.axes, kind());
    return {layers::product({windows.volume(), x.c, k / groups, x.in[0], x.in[1], x.in[2]}),
            fmt::format("{}*{}", stamps(inputs[0]), layers::product_of(x.in, windows.axes))};
  }
  std::optional<CellBox> cells_behind(const std::vector<Shape>& inputs, const CellBox& of) const override {
    const Shape& x = inputs[0];
    if (x.rank() != 4) return std::nullopt;
    // Input i stamps outputs i * stride - before ... + (window - 1) * dilation.
    const auto stamping = [&](size_t a, const CellRange& range, int64_t count) {
      const int64_t stride = windows.stride[a], reach = int64_t{windows.dilation[a]} * (windows.window[a] - 1);
      const int64_t low = range.first + windows.before[a] - reach, high = range.last + windows.before[a];
      return CellRange{low <= 0 ? 0 : (low + stride - 1) / stride, std::min(high / stride, count - 1)};
    };
    return CellBox{{0, x[1] - 1}, stamping(1, of.rows, x[2]), stamping(2, of.columns, x[3])};
  }
  int64_t scratch(const std::vector<Shape>& inputs) const override {
    if (flat()) return conv_transpose2d_scratch(plane(inputs[0]));
    return volume(inputs[0]).convolution().scratch_size();
  }

  void forward(Stream& stream, const LayerCall& call) const override {
    const Shape& in = call.x[0].shape;
    const float* b = bias ? call.weights[1] : nullptr;
    if (flat()) {
      conv_transpose2d_forward(stream, plane(in), call.x[0].data, call.weights[0], b, call.y.data, call.scratch);
    } else {
      conv_transpose3d_forward(stream, volume(in), call.x[0].data, call.weights[0], b, call.y.data);
    }
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    const Shape& in = call.x[0].shape;
    const float *x = call.x[0].data, *w = call.weights[0];
    float* const db = !call.dw.empty() && bias ? call.dw[1] : nullptr;
    if (flat()) {
      const ConvTranspose2dShape s = plane(in);
      if (!call.dw.empty()) {
        conv_transpose2d_backward_weights(stream, s, x, call.dy, call.dw[0], db, Result::overwrite, call.scratch);
      }
      if (call.dx[0] != nullptr) {
        conv_transpose2d_backward_input(stream, s, call.dy, w, call.dx[0], call.dx_result[0], call.scratch);
      }
      return;
    }
    const ConvTranspose3dShape s = volume(in);
    if (!call.dw.empty()) {
      conv_transpose3d_backward_weights(stream, s, x, call.dy, call.dw[0], db, Result::overwrite, call.scratch);
    }
    if (call.dx[0] != nullptr) {
      conv_transpose3d_backward_input(stream, s, call.dy, w, call.dx[0], call.dx_result[0]);
    }
  }

 private:
  bool flat() const { return windows.axes == 2; }
  ConvTranspose2dShape plane(const Shape& in) const {
    ConvTranspose2dShape s;
    layers::set_plane(s, windows, layers::extent(in, 2, kind()));
    s.k = k;
    s.output_pad_y = windows.more[1], s.output_pad_x = windows.more[2];
    s.groups = groups;
    return s;
  }
  ConvTranspose3dShape volume(const Shape& in) const {
    ConvTranspose3dShape s;
    layers::set_volume(s, windows, layers::extent(in, windows.axes, kind()));
    layers::set_axes(s.kernel, windows.window);
    s.k = k, s.groups = groups;
    layers::set_axes(s.output_pad, windows.more);
    return s;
  }
  // "3*3*16*8/2": the weights, and what one place of the input is multiplied with.
  std::string stamps(const Shape& in) const {
    return fmt::format("{}*{}*{}{}", layers::product_of(windows.window, windows.axes), in[1], k,
                       groups == 1 ? "" : fmt::format("/{}", groups));
  }
};

struct OutputPadding {
  static constexpr auto kType = LayerField::Type::rows_columns;
  static void read(LayerWords& words, const LayerField& f, StampedWindows& w) {
    w.more = layers::read_sizes(words, layers::spoken(f), w.axes, 0, 1024);
  }
  static std::string text(const StampedWindows& w) { return layers::brief(w.more, w.axes); }
  static bool same(const StampedWindows& one, const StampedWindows& other) { return one.more == other.more; }
};

template <int axes>
constexpr LayerField kFields[] = {
    layers::place<&ConvTranspose::k>("channels", "CHANNELS")
        .must()
        .said_as("number of channels")
        .between(1, 65536)
        .called("out_channels", "filters", "W")
        .explained("How many channels it gives"),
    layers::kernel_field<axes, &ConvTranspose::windows>(
        axes == 2 ? "Height and width of each stamp, as in 2 or 5x3"
                  : "Depth, height and width of each stamp, as in 2 or 1x3x3"),
    layers::stride_field<axes, &ConvTranspose::windows>().explained(
        "How far the stamps stand from each other; 2 doubles height and width"),
    layers::padding_field<axes, &ConvTranspose::windows>().explained(
        "How many rows and columns are cut off around the result"),
    layers::dilation_field<axes, &ConvTranspose::windows>().explained("Distance between the weights of a stamp"),
    layers::groups_field<&ConvTranspose::groups>(),
    layers::after_as<OutputPadding, &ConvTranspose::windows>("output padding", "output-padding",
                                                             axes == 2 ? "O" : "DxRxS")
        .said_as("output padding")
        .between(0, 1024)
        .called("output_padding", "output_padding", "output_padding")
        .explained("Rows and columns more at the end, which a stride leaves open"),
    layers::bias_field<&ConvTranspose::bias>()};

void to_torch(TorchPage& to, const ExportNode& n) {
  const ConvTranspose& conv = n.as<ConvTranspose>();
  const layers::WindowFacts w = layers::window_facts(conv.windows, n.in[0]);
  const layers::Ints more = layers::axes_there(conv.windows.more, conv.windows, n.in[0]);
  std::string code = fmt::format("nn.ConvTranspose{}d({}, {}, {}", w.axes(), n.in[0][1], conv.k, python_brief(w.size));
  if (w.strided()) code += ", stride=" + python_brief(w.stride);
  bool plain = w.symmetric();
  for (size_t a = 0; a < w.axes(); ++a) plain = plain && more[a] < std::max(w.stride[a], w.dilation[a]);
  if (plain && w.padded()) code += ", padding=" + python_brief(w.before);
  if (plain && layers::any_positive(more)) code += ", output_padding=" + python_brief(more);
  if (conv.groups != 1) code += fmt::format(", groups={}", conv.groups);
  if (!conv.bias) code += ", bias=False";
  if (w.dilated()) code += ", dilation=" + python_brief(w.dilation);
  to.module(n, code + ")");
  if (plain) return layers::torch_apply(to, n);
  // Everything that is stamped, then cut or widened: the bias comes last.
  layers::Ints begin, end;
  for (size_t a = 0; a < w.axes(); ++a) begin.push_back(-w.before[a]), end.push_back(more[a] - w.after[a]);
  std::string value = fmt::format("F.pad(F.conv_transpose{}d({}, {}.weight, None, {}, 0, 0, {}, {}), {})", w.axes(),
                                  to.x(n), to.layer(n), python_brief(w.stride), conv.groups, python_brief(w.dilation),
                                  python_list(layers::torch_pads(begin, end)));
  if (conv.bias) {
    std::string ones;
    for (size_t a = 0; a < w.axes(); ++a) ones += ", 1";
    value += fmt::format(" + {}.bias.view(-1{})", to.layer(n), ones);
  }
  to.line(n, value);
}
// Keras gives everything that is stamped, in * stride + max(size - stride, 0) values; what is not wanted is cut off.
// Zeros behind the input stamp nothing and make room where more is wanted.
void to_keras(KerasPage& to, const ExportNode& n) {
  const ConvTranspose& conv = n.as<ConvTranspose>();
  const layers::WindowFacts w = layers::window_facts(conv.windows, n.in[0]);
  layers::Ints size, more, behind;
  for (size_t a = 0; a < w.axes(); ++a) {
    const auto axis = static_cast<int>(a) + 2;
    size.push_back(w.covers(a));
    const int64_t full = n.in[0][axis] * w.stride[a] + std::max<int64_t>(size[a] - w.stride[a], 0);
    const int64_t wanted = w.before[a] + n.out[axis];
    more.push_back(wanted > full ? (wanted - full + w.stride[a] - 1) / w.stride[a] : 0);
    behind.push_back(full + more[a] * w.stride[a] - wanted);
  }
  std::string x = to.x(n, KerasPage::Order::last);
  if (layers::any_positive(more)) {
    x = layers::keras_sides("ZeroPadding", w.axes(), layers::Ints(w.axes(), 0), more, x);
  }
  std::string code = fmt::format("layers.Conv{}DTranspose({}, {}", w.axes(), conv.k, python_brief(size));
  if (w.strided()) code += ", strides=" + python_brief(w.stride);
  if (!conv.bias) code += ", use_bias=False";
  std::string value = fmt::format("{}, {})({})", code, to.name(n), x);
  if (layers::any_positive(w.before) || layers::any_positive(behind)) {
    value = layers::keras_sides("Cropping", w.axes(), w.before, behind, value);
  }
  to.line(n, KerasPage::Order::last, value);
  to.helper("kernel");
  std::string how;
  if (conv.groups != 1) how += fmt::format(", groups={}", conv.groups);
  if (w.dilated()) how += ", dilation=" + python_list(w.dilation);
  to.weights(n, fmt::format("kernel({}, {}{}){}", to.array(n, "weight"), w.axes(), how,
                            conv.bias ? ", " + to.array(n, "bias") : ""));
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const ConvTranspose& conv = n.as<ConvTranspose>();
  const layers::WindowFacts w = layers::window_facts(conv.windows, n.in[0]);
  std::vector<std::string> inputs{to.input(n)};
  inputs.push_back(to.array(n, "weight", layers::onnx_kernel_dims(n.in[0][1], conv.k / conv.groups, w)));
  if (conv.bias) inputs.push_back(to.array(n, "bias"));
  WrittenNode& node = to.op("ConvTranspose", n, inputs);
  layers::onnx_window(node, w);
  node.with("group", int64_t{conv.groups});
  const layers::Ints more = layers::axes_there(conv.windows.more, conv.windows, n.in[0]);
  if (layers::any_positive(more)) node.with("output_padding", more);
}

}  // namespace

extern const LayerKind kConvTranspose{
    .word = "convtranspose",
    .title = N_("Transposed convolution"),
    .explanation = N_(
        "A convolution the other way round: every value of the input stamps the kernel, times itself, onto a larger "
        "picture, and where stamps overlap they add up. With a stride of 2 the stamps stand two pixels apart, so the "
        "picture doubles. Networks that draw, or that say for every pixel what it is, grow their small maps back so. "
        "It is the very computation that carries a gradient back through a convolution; where stamps overlap unevenly, "
        "it leaves a checkerboard."),
    .make = layers::made<ConvTranspose, 2>,
    .fields = kFields<2>,
    .follow = Follow::linear,
    .torch = {"nn.ConvTranspose2d", to_torch},
    .keras = {"layers.Conv2DTranspose", to_keras},
    .onnx = {.name = "ConvTranspose", .write = to_onnx},
};

extern const LayerKind kConvTranspose3d{
    .word = "convtranspose3d",
    .title = N_("Transposed convolution of volumes"),
    .explanation = N_(
        "A transposed convolution on three axes: every value of the input stamps a box of weights, times itself, into "
        "a larger volume, and where stamps overlap they add up. Networks that mark organs in scans grow their small "
        "maps back so."),
    .make = layers::made<ConvTranspose, 3>,
    .fields = kFields<3>,
    .follow = Follow::linear,
    .torch = {"nn.ConvTranspose3d", to_torch},
    .keras = {"layers.Conv3DTranspose", to_keras},
    .onnx = {.name = "ConvTranspose", .write = to_onnx},
};

}  // namespace striate
