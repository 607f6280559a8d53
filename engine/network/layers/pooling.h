// What max and average pooling share: their settings, text and shapes.
#pragma once

#include "engine/network/layers/kinds.h"
#include "kernels/pool.h"

namespace striate {
namespace layers {

class Pooling : public Layer {
 public:
  RowsColumns window, stride;
  Sides pad;
  bool ceil = false, count_padding = true;

  std::string text() const override {
    std::string text = kind() + ' ' + short_text(window);
    if (stride.rows != window.rows || stride.columns != window.columns) text += " stride " + short_text(stride);
    if (!pad.none()) text += " pad " + pad.text();
    if (ceil) text += " ceil";
    if (!count_padding) text += " without padding";
    return text;
  }
  Shape output(const std::vector<Shape>& inputs) const override {
    const Pictures x = pictures(inputs[0]);
    if (2 * std::max(pad.top, pad.bottom) > window.rows || 2 * std::max(pad.left, pad.right) > window.columns) {
      throw Error(fmt::format("got a padding of {}, needs at most half of the window of {}", pad.text(),
                              rows_columns_text(window)),
                  "use less padding or a larger window");
    }
    if (window.rows > x.h + pad.top + pad.bottom || window.columns > x.w + pad.left + pad.right) {
      throw Error(
          fmt::format("got pictures of {} x {}, needs at least the window of {}", x.h, x.w, rows_columns_text(window)),
          "use a smaller window, or less pooling before");
    }
    const Pool2dShape s = shape(inputs[0]);
    return pictures_shape(x.n, x.c, s.p(), s.q());
  }
  LayerGeometry geometry(const std::vector<Shape>& inputs) const override {
    LayerGeometry geometry;
    geometry.pooling = shape(inputs[0]);
    return geometry;
  }

 protected:
  Pool2dShape shape(const Shape& in) const {
    const Pictures x = pictures(in);
    Pool2dShape s;
    s.n = x.n, s.c = x.c, s.h = x.h, s.w = x.w;
    s.r = window.rows, s.s = window.columns;
    s.stride_y = stride.rows, s.stride_x = stride.columns;
    s.pad_top = pad.top, s.pad_bottom = pad.bottom, s.pad_left = pad.left, s.pad_right = pad.right;
    s.ceil_mode = ceil;
    s.count_include_pad = count_padding;
    return s;
  }
};

template <typename L>
std::shared_ptr<const Layer> parse_pooling(LayerWords& words) {
  auto layer = std::make_shared<L>();
  layer->window = layer->stride = words.rows_columns("window size", 1, 1024);
  const bool average = layer->kind() == kAvgPool.word;
  while (words.more()) {
    if (words.take("stride")) {
      layer->stride = words.rows_columns("stride", 1, 1024);
    } else if (words.take("pad")) {
      layer->pad = words.sides("padding", 1024);
    } else if (words.take("ceil")) {
      layer->ceil = true;
    } else if (average && words.take("without", "padding")) {
      layer->count_padding = false;
    } else {
      words.unknown(average ? std::vector<std::string>{"stride", "pad", "ceil", "without padding"}
                            : std::vector<std::string>{"stride", "pad", "ceil"});
    }
  }
  return layer;
}

}  // namespace layers
}  // namespace striate
