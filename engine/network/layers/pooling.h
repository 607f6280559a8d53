// What the poolings share: their settings, text and shapes.
#pragma once

#include <algorithm>

#include "engine/network/layers/windows.h"
#include "kernels/pool.h"
#include "kernels/pool3d.h"

namespace striate {

extern const LayerKind kMaxPool, kMaxPool3d;

namespace layers {

class Pooling : public Layer {
 public:
  explicit Pooling(int axes) { windows.axes = axes; }
  Windows windows;
  bool ceil = false, count_padding = true;

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

// ---- their settings
template <int axes>
struct PoolWindowForm : KernelForm<axes> {
  static std::string text(const Windows& w) { return brief(w.window, w.axes); }
};
// A stride that is not said is the window.
template <int axes>
struct PoolStrideForm : StrideForm<axes> {
  static bool same(const Windows& one, const Windows&) { return one.stride == one.window; }
};
inline void settle_stride(Layer& layer, const SettingsSaid& said) {
  Windows& w = static_cast<Pooling&>(layer).windows;
  if (!said.said("stride")) w.stride = w.window;
}

template <int axes>
constexpr LayerField pool_window_field() {
  return place_as<PoolWindowForm<axes>, &Pooling::windows>("window", axes == 2 ? "SIZE" : "DxRxS")
      .must()
      .said_as("window size")
      .between(1, 1024)
      .called("kernel_size", "pool_size", "kernel_shape")
      .explained(axes == 2 ? "Height and width of the part that becomes one value"
                           : "Depth, height and width of the part that becomes one value");
}
template <int axes>
constexpr LayerField pool_stride_field() {
  return after_as<PoolStrideForm<axes>, &Pooling::windows>("stride", "stride", shown_size<axes>())
      .following("window")
      .between(1, 1024)
      .called("stride", "strides", "strides")
      .explained("How far the window moves; as far as it is large where nothing is said");
}
template <int axes>
constexpr LayerField pool_dilation_field() {
  return dilation_field<axes, &Pooling::windows>()
      .called("dilation", kNoName, "dilations")
      .explained("Distance between the values under the window; 2 leaves out every second");
}
constexpr LayerField ceil_field() {
  return turned_on<&Pooling::ceil>("partial-windows", "ceil")
      .called("ceil_mode", kNoName, "ceil_mode")
      .explained("Whether a window that hangs over the border counts, so that no row or column is dropped");
}

}  // namespace layers
}  // namespace striate
