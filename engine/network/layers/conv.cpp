#include "kernels/conv2d.h"

#include "engine/network/layers/kinds.h"

namespace striate {
namespace {

class Conv : public Layer {
 public:
  int k = 1;
  RowsColumns kernel, stride, dilation;
  Sides pad;
  int groups = 1;
  bool bias = true;

  std::string kind() const override { return kConv.word; }
  std::string text() const override {
    std::string text = fmt::format("conv {} {}", k, rows_columns_text(kernel));
    if (stride.rows != 1 || stride.columns != 1) text += " stride " + short_text(stride);
    if (!pad.none()) text += " pad " + pad.text();
    if (dilation.rows != 1 || dilation.columns != 1) text += " dilation " + short_text(dilation);
    if (groups != 1) text += fmt::format(" groups {}", groups);
    if (!bias) text += " no bias";
    return text;
  }

  Shape output(const std::vector<Shape>& inputs) const override {
    const layers::Pictures x = layers::pictures(inputs[0]);
    if (x.c % groups != 0 || k % groups != 0) {
      throw Error(fmt::format("got {} channels, needs channels in and out that {} groups divide", x.c, groups),
                  "change the groups or the number of filters");
    }
    const Conv2dShape s = shape(inputs[0]);
    const int rows = dilation.rows * (kernel.rows - 1) + 1, columns = dilation.columns * (kernel.columns - 1) + 1;
    if (rows > x.h + pad.top + pad.bottom || columns > x.w + pad.left + pad.right) {
      throw Error(fmt::format("got pictures of {} x {}, needs {} x {} or more with this padding", x.h, x.w,
                              std::max(1, rows - pad.top - pad.bottom), std::max(1, columns - pad.left - pad.right)),
                  "use a smaller kernel, more padding, or less pooling before");
    }
    return layers::pictures_shape(x.n, k, s.p(), s.q());
  }
  std::vector<WeightSpec> parameters(const std::vector<Shape>& inputs) const override {
    const int64_t c = inputs[0][1] / groups, area = int64_t{1} * kernel.rows * kernel.columns;
    const int64_t in = c * area, out = k / groups * area;
    std::vector<WeightSpec> list{
        {"weight", Shape{k, c, kernel.rows, kernel.columns}, WeightSpec::Kind::weight, in, out}};
    if (bias) list.push_back({"bias", Shape{k}, WeightSpec::Kind::bias, in, out});
    return list;
  }
  Counted parameter_count(const std::vector<Shape>& inputs) const override {
    const int64_t each = int64_t{1} * kernel.rows * kernel.columns * (inputs[0][1] / groups);
    if (!bias) return {each * k, fmt::format("{}*{}", window(inputs[0]), k)};
    return {(each + 1) * k, fmt::format("({} + 1)*{}", window(inputs[0]), k)};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    Conv2dShape s = shape(inputs[0]);
    s.n = 1;
    return {s.multiply_adds(), fmt::format("{}*{}*{}*{}", window(inputs[0]), k, s.p(), s.q())};
  }
  LayerGeometry geometry(const std::vector<Shape>& inputs) const override {
    LayerGeometry geometry;
    geometry.convolution = shape(inputs[0]);
    return geometry;
  }
  int64_t scratch(const std::vector<Shape>& inputs) const override { return conv2d_scratch(shape(inputs[0])); }

  void forward(Stream& stream, const LayerCall& call) const override {
    conv2d_forward(stream, shape(call.x[0].shape), call.x[0].data, call.weights[0], bias ? call.weights[1] : nullptr,
                   call.y.data, call.scratch);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    const Conv2dShape s = shape(call.x[0].shape);
    if (!call.dw.empty()) {
      conv2d_backward_weights(stream, s, call.x[0].data, call.dy, call.dw[0], bias ? call.dw[1] : nullptr,
                              Result::replace, call.scratch);
    }
    if (call.dx[0] != nullptr) {
      conv2d_backward_input(stream, s, call.dy, call.weights[0], call.dx[0], call.dx_result[0], call.scratch);
    }
  }

 private:
  Conv2dShape shape(const Shape& in) const {
    const layers::Pictures x = layers::pictures(in);
    Conv2dShape s;
    s.n = x.n, s.c = x.c, s.h = x.h, s.w = x.w;
    s.k = k, s.r = kernel.rows, s.s = kernel.columns;
    s.stride_y = stride.rows, s.stride_x = stride.columns;
    s.pad_top = pad.top, s.pad_bottom = pad.bottom, s.pad_left = pad.left, s.pad_right = pad.right;
    s.dilation_y = dilation.rows, s.dilation_x = dilation.columns;
    s.groups = groups;
    return s;
  }
  // The weights that one output value multiplies with: "5*5*6", "3*3*16/4".
  std::string window(const Shape& in) const {
    return fmt::format("{}*{}*{}{}", kernel.rows, kernel.columns, in[1], groups == 1 ? "" : fmt::format("/{}", groups));
  }
};

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<Conv>();
  layer->k = words.whole("number of filters", 1, 65536);
  layer->kernel = words.rows_columns("kernel size", 1, 1024);
  while (words.more()) {
    if (words.take("stride")) {
      layer->stride = words.rows_columns("stride", 1, 1024);
    } else if (words.take("pad")) {
      layer->pad = words.sides("padding", 1024);
    } else if (words.take("dilation")) {
      layer->dilation = words.rows_columns("dilation", 1, 1024);
    } else if (words.take("groups")) {
      layer->groups = words.whole("number of groups", 1, 65536);
    } else if (words.take("no", "bias")) {
      layer->bias = false;
    } else {
      words.unknown({"stride", "pad", "dilation", "groups", "no bias"});
    }
  }
  return layer;
}

}  // namespace

const LayerKind kConv{"conv", "Convolution",
                      "conv FILTERS ROWSxCOLUMNS [stride S] [pad P] [dilation D] [groups G] [no bias]",
                      "A small grid of weights, the kernel, slides over the picture. At every place the values under "
                      "it are multiplied by "
                      "the weights and added up, over all channels, and one bias is added: that is one value of the "
                      "output. Each filter has "
                      "its own kernel and gives its own output channel, a map of where the picture looks like the "
                      "filter. The same weights "
                      "are used everywhere, so a pattern is found wherever it stands, and few weights are needed.",
                      parse};

}  // namespace striate
