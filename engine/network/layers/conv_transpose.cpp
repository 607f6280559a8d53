// Transposed convolutions of pictures and rows of values ("convtranspose") and of volumes ("convtranspose3d").
#include <limits>

#include "engine/network/layers/windows.h"
#include "kernels/conv3d.h"
#include "kernels/conv_transpose2d.h"

namespace striate {
namespace {

class ConvTranspose : public Layer {
 public:
  int k = 1, groups = 1;
  layers::Windows windows;
  layers::Triple output_padding{0, 0, 0};
  bool bias = true;

  std::string kind() const override { return flat() ? kConvTranspose.word : kConvTranspose3d.word; }
  std::string text() const override {
    const int axes = windows.axes;
    std::string text = fmt::format("{} {} {}", kind(), k, layers::sizes_of(windows.window, axes));
    const layers::Triple ones{1, 1, 1};
    if (windows.stride != ones) text += " stride " + layers::brief(windows.stride, axes);
    if (windows.padded()) text += " pad " + layers::padding_of(windows);
    if (windows.dilation != ones) text += " dilation " + layers::brief(windows.dilation, axes);
    if (groups != 1) text += fmt::format(" groups {}", groups);
    if (output_padding != layers::Triple{}) text += " output padding " + layers::brief(output_padding, axes);
    if (!bias) text += " no bias";
    return text;
  }

  Shape output(const std::vector<Shape>& inputs) const override {
    layers::check_rank(inputs[0], windows);
    const ConvTranspose3dShape s = volume(inputs[0]);
    if (inputs[0].rank() == 3 && output_padding[1] != 0) {
      throw Error(fmt::format("got {}: rows of values, needs an output padding of 0 rows", inputs[0].text()),
                  fmt::format("write output padding 0x{}", output_padding[2]));
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
    s.output_pad_y = output_padding[1], s.output_pad_x = output_padding[2];
    s.groups = groups;
    return s;
  }
  ConvTranspose3dShape volume(const Shape& in) const {
    ConvTranspose3dShape s;
    layers::set_volume(s, windows, layers::extent(in, windows.axes, kind()));
    layers::set_axes(s.kernel, windows.window);
    s.k = k, s.groups = groups;
    layers::set_axes(s.output_pad, output_padding);
    return s;
  }
  // "3*3*16*8/2": the weights, and what one place of the input is multiplied with.
  std::string stamps(const Shape& in) const {
    return fmt::format("{}*{}*{}{}", layers::product_of(windows.window, windows.axes), in[1], k,
                       groups == 1 ? "" : fmt::format("/{}", groups));
  }
};

template <int axes>
std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<ConvTranspose>();
  layers::Windows& w = layer->windows;
  w.axes = axes;
  layer->k = words.whole("number of channels", 1, 65536);
  w.window = layers::read_sizes(words, "kernel size", axes, 1, 1024);
  while (words.more()) {
    if (layers::take_window_setting(words, w)) continue;
    if (words.take("groups")) {
      layer->groups = words.whole("number of groups", 1, 65536);
    } else if (words.take("output", "padding")) {
      layer->output_padding = layers::read_sizes(words, "output padding", axes, 0, 1024);
    } else if (words.take("no", "bias")) {
      layer->bias = false;
    } else {
      words.unknown({"stride", "pad", "dilation", "groups", "output padding", "no bias"});
    }
  }
  return layer;
}

}  // namespace

const LayerKind kConvTranspose{
    "convtranspose", "Transposed convolution",
    "convtranspose CHANNELS ROWSxCOLUMNS [stride S] [pad P] [dilation D] [groups G] [output padding O] [no bias]",
    "A convolution the other way round: every value of the input stamps the kernel, times itself, onto a larger "
    "picture, and where stamps overlap they add up. With a stride of 2 the stamps stand two pixels apart, so the "
    "picture doubles. Networks that draw, or that say for every pixel what it is, grow their small maps back so. It is "
    "the very computation that carries a gradient back through a convolution; where stamps overlap unevenly, it leaves "
    "a checkerboard.",
    parse<2>};

const LayerKind kConvTranspose3d{
    "convtranspose3d", "Transposed convolution of volumes",
    "convtranspose3d CHANNELS DxRxS [stride DxRxS] [pad P] [dilation DxRxS] [groups G] [output padding DxRxS] "
    "[no bias]",
    "A transposed convolution on three axes: every value of the input stamps a box of weights, times itself, into a "
    "larger volume, and where stamps overlap they add up. Networks that mark organs in scans grow their small maps "
    "back so.",
    parse<3>};

}  // namespace striate
