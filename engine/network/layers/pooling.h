// What the poolings share: their settings, text and shapes.
#pragma once

#include "engine/network/layers/windows.h"
#include "kernels/pool.h"
#include "kernels/pool3d.h"

namespace striate {
namespace layers {

class Pooling : public Layer {
 public:
  Windows windows;
  bool ceil = false, count_padding = true;

  std::string text() const override {
    const int axes = windows.axes;
    std::string text = kind() + ' ' + window_text();
    if (windows.stride != windows.window) text += " stride " + brief(windows.stride, axes);
    if (windows.padded()) text += " pad " + padding_of(windows);
    if (windows.dilation != Triple{1, 1, 1}) text += " dilation " + brief(windows.dilation, axes);
    if (ceil) text += " ceil";
    if (!count_padding) text += " without padding";
    return text;
  }
  Shape output(const std::vector<Shape>& inputs) const override {
    check_rank(inputs[0], windows);
    const Pool3dShape s = volume(inputs[0]);
    for (int a = 0; a < 3; ++a) {
      if (std::max(s.before[a], s.after[a]) >= s.covers(a)) {
        throw Error(fmt::format("got a padding of {}, needs less than the window covers, {}", padding_of(windows),
                                sizes_of({s.covers(0), s.covers(1), s.covers(2)}, windows.axes)),
                    "use less padding or a larger window");
      }
      const int room = s.in[a] + s.before[a] + s.after[a] - s.covers(a);
      if (room < 0 && (!ceil || room <= -s.stride[a])) {
        const bool flat = windows.axes == 2;
        throw Error(fmt::format("got {}, needs at least the window of {}",
                                flat ? fmt::format("pictures of {} x {}", s.in[1], s.in[2])
                                     : fmt::format("volumes of {} x {} x {}", s.in[0], s.in[1], s.in[2]),
                                sizes_of({s.covers(0), s.covers(1), s.covers(2)}, windows.axes)),
                    "use a smaller window, or less pooling before");
      }
    }
    check(s);
    return with_axes(inputs[0], s.c, {s.out(0), s.out(1), s.out(2)});
  }
  LayerGeometry geometry(const std::vector<Shape>& inputs) const override {
    LayerGeometry geometry;
    if (windows.axes == 2) geometry.pooling = plane(inputs[0]);
    return geometry;
  }

 protected:
  virtual std::string window_text() const { return brief(windows.window, windows.axes); }
  bool flat() const { return windows.axes == 2; }
  Pool3dShape volume(const Shape& in) const {
    Pool3dShape s;
    set_volume(s, windows, extent(in, windows.axes, kind()));
    set_axes(s.window, windows.window);
    s.ceil_mode = ceil;
    s.count_include_pad = count_padding;
    return s;
  }
  // For the faster form of two axes.
  Pool2dShape plane(const Shape& in) const {
    Pool2dShape s;
    set_plane(s, windows, extent(in, 2, kind()));
    s.ceil_mode = ceil;
    s.count_include_pad = count_padding;
    return s;
  }
};

// What follows the window's size; `layer` has its axes and window. `more` has the words that only it understands.
template <typename L, typename More>
std::shared_ptr<const Layer> parse_pooling_settings(LayerWords& words, std::shared_ptr<L> layer,
                                                    const std::string& word, const More& more) {
  Windows& w = layer->windows;
  w.stride = w.window;
  while (words.more()) {
    if (take_window_setting(words, w)) continue;
    if (words.take("ceil")) {
      layer->ceil = true;
    } else if (!more()) {
      std::vector<std::string> options{"stride", "pad", "dilation", "ceil"};
      if (!word.empty()) options.push_back(word);
      words.unknown(options);
    }
  }
  return layer;
}

template <typename L, int axes, bool average>
std::shared_ptr<const Layer> parse_pooling(LayerWords& words) {
  auto layer = std::make_shared<L>();
  layer->windows.axes = axes;
  layer->windows.window = read_sizes(words, "window size", axes, 1, 1024);
  return parse_pooling_settings(words, layer, average ? "without padding" : "", [&] {
    const bool mine = average && words.take("without", "padding");
    if (mine) layer->count_padding = false;
    return mine;
  });
}

}  // namespace layers
}  // namespace striate
