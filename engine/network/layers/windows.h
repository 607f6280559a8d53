// What layers with a window share, convolutions and poolings on two axes or three: sizes, their words and their text.
// Two axes take pictures (N x C x H x W) and rows of values (N x C x L, as pictures of height 1: windows 1xS); three
// take volumes (N x C x D x H x W).
#pragma once

#include <array>

#include "engine/network/layers/kinds.h"

namespace striate {
namespace layers {

using Triple = std::array<int, 3>;  // depth (1, or 0 of a padding, where there is none), height, width

struct Windows {
  int axes = 2;
  Triple window{1, 1, 1}, stride{1, 1, 1}, dilation{1, 1, 1};
  Triple before{0, 0, 0}, after{0, 0, 0};

  int64_t volume() const { return int64_t{1} * window[0] * window[1] * window[2]; }
  bool padded() const { return before != Triple{} || after != Triple{}; }
};

// What stands before the window's axes, and their sizes. `kind`: the layer, for the error.
struct Extent {
  int n = 1, c = 1;
  Triple in{1, 1, 1};
};
inline Extent extent(const Shape& shape, int axes, const std::string& kind) {
  if (shape.rank() != axes + 2 && !(axes == 2 && shape.rank() == 3)) {
    std::string hint = "put it before the flatten layer";
    if (axes == 2 && shape.rank() == 5) {
      hint = find_layer_kind(kind + "3d") != nullptr ? "volumes have a layer of their own: " + kind + "3d"
                                                     : "write a window of three sizes, as in " + kind + " 2x2x2";
    } else if (axes == 3 && shape.rank() > 2 && shape.rank() < 5) {
      const size_t end = kind.find("3d");
      hint = end != std::string::npos ? "pictures have a layer of their own: " + kind.substr(0, end)
                                      : "write a window of two sizes, as in " + kind + " 2x2";
    }
    throw Error(fmt::format("got {}, needs {}",
                            shape.rank() == 2 ? fmt::format("{} values for each picture", shape[1]) : shape.text(),
                            axes == 3 ? "channels x depth x height x width" : "channels x height x width"),
                hint);
  }
  check_sizes(shape);
  Extent e;
  e.n = static_cast<int>(shape[0]), e.c = static_cast<int>(shape[1]);
  for (int i = 2; i < shape.rank(); ++i) {
    e.in[static_cast<size_t>(i + 3 - shape.rank())] = static_cast<int>(shape[i]);
  }
  return e;
}
// A window that suits the rank: rows of values have a height of 1 and nothing above and below.
inline void check_rank(const Shape& shape, const Windows& w) {
  if (shape.rank() == 3 && (w.window[1] != 1 || w.before[1] != 0 || w.after[1] != 0)) {
    throw Error(
        fmt::format("got {}: rows of values, needs a window of height 1 without padding above and below", shape.text()),
        fmt::format("write 1x{}, and pad 0,0,LEFT,RIGHT", w.window[2]));
  }
}
inline Shape with_axes(const Shape& like, int64_t c, const Triple& out) {
  if (like.rank() == 3) return Shape{like[0], c, out[2]};
  if (like.rank() == 4) return Shape{like[0], c, out[1], out[2]};
  return Shape{like[0], c, out[0], out[1], out[2]};
}
// "5x5", "2x3x3"
inline std::string sizes_of(const Triple& t, int axes) {
  return axes == 3 ? fmt::format("{}x{}x{}", t[0], t[1], t[2]) : rows_columns_text({t[1], t[2]});
}
// The same as a product in a formula: "5*5", "2*3*3".
inline std::string product_of(const Triple& t, int axes) {
  return axes == 3 ? fmt::format("{}*{}*{}", t[0], t[1], t[2]) : fmt::format("{}*{}", t[1], t[2]);
}

// One size for all axes where they are the same: "2".
inline std::string brief(const Triple& t, int axes) {
  return t[1] == t[2] && (axes == 2 || t[0] == t[1]) ? std::to_string(t[1]) : sizes_of(t, axes);
}
inline std::string padding_of(const Windows& w) {
  if (w.before == w.after) return brief(w.before, w.axes);
  std::string text = w.axes == 3 ? fmt::format("{},{},", w.before[0], w.after[0]) : "";
  return text + fmt::format("{},{},{},{}", w.before[1], w.after[1], w.before[2], w.after[2]);
}

inline Triple read_sizes(LayerWords& words, const std::string& what, int axes, int low, int high) {
  if (axes == 3) return words.volume(what, low, high);
  const RowsColumns size = words.rows_columns(what, low, high);
  return {low == 0 ? 0 : 1, size.rows, size.columns};
}

// ---- their settings
constexpr LayerField::Type window_type(int axes) {
  return axes == 2 ? LayerField::Type::rows_columns : LayerField::Type::list;
}
template <int axes>
struct KernelForm {
  static constexpr auto kType = window_type(axes);
  static void read(LayerWords& words, const LayerField& f, Windows& w) {
    w.window = read_sizes(words, spoken(f), w.axes, 1, 1024);
  }
  static std::string text(const Windows& w) { return sizes_of(w.window, w.axes); }
  static bool same(const Windows& one, const Windows& other) { return one.window == other.window; }
};
template <int axes>
struct StrideForm {
  static constexpr auto kType = window_type(axes);
  static void read(LayerWords& words, const LayerField& f, Windows& w) {
    w.stride = read_sizes(words, spoken(f), w.axes, 1, 1024);
  }
  static std::string text(const Windows& w) { return brief(w.stride, w.axes); }
  static bool same(const Windows& one, const Windows& other) { return one.stride == other.stride; }
};
template <int axes>
struct DilationForm {
  static constexpr auto kType = window_type(axes);
  static void read(LayerWords& words, const LayerField& f, Windows& w) {
    w.dilation = read_sizes(words, spoken(f), w.axes, 1, 1024);
  }
  static std::string text(const Windows& w) { return brief(w.dilation, w.axes); }
  static bool same(const Windows& one, const Windows& other) { return one.dilation == other.dilation; }
};
template <int axes>
struct PaddingForm {
  static constexpr auto kType = axes == 2 ? LayerField::Type::sides : LayerField::Type::list;
  static void read(LayerWords& words, const LayerField& f, Windows& w) {
    if (w.axes == 3) {
      const std::array<int, 6> sides = words.volume_sides(spoken(f), 1024);
      w.before = {sides[0], sides[2], sides[4]};
      w.after = {sides[1], sides[3], sides[5]};
      return;
    }
    const Sides sides = words.sides(spoken(f), 1024);
    w.before = {0, sides.top, sides.left};
    w.after = {0, sides.bottom, sides.right};
  }
  static std::string text(const Windows& w) { return padding_of(w); }
  static bool same(const Windows& one, const Windows& other) {
    return one.before == other.before && one.after == other.after;
  }
};

template <int axes>
constexpr const char* shown_size() {
  return axes == 2 ? "S" : "DxRxS";
}
template <int axes, auto... path>
constexpr LayerField kernel_field(const char* what) {
  return place_as<KernelForm<axes>, path...>("kernel", axes == 2 ? "ROWSxCOLUMNS" : "DxRxS")
      .must()
      .said_as("kernel size")
      .between(1, 1024)
      .called("kernel_size", "kernel_size", "kernel_shape")
      .explained(what);
}
template <int axes, auto... path>
constexpr LayerField stride_field() {
  return after_as<StrideForm<axes>, path...>("stride", "stride", shown_size<axes>())
      .between(1, 1024)
      .called("stride", "strides", "strides")
      .explained("How far the kernel moves from one place to the next; 2 halves height and width");
}
template <int axes, auto... path>
constexpr LayerField padding_field() {
  return after_as<PaddingForm<axes>, path...>("pad", "padding", "P")
      .between(0, 1024)
      .called("padding", "padding", "pads")
      .explained("Rows and columns of zeros around the picture, so that its border counts as much as its middle");
}
template <int axes, auto... path>
constexpr LayerField dilation_field() {
  return after_as<DilationForm<axes>, path...>("dilation", "dilation", axes == 2 ? "D" : "DxRxS")
      .between(1, 1024)
      .called("dilation", "dilation_rate", "dilations");
}

inline void set_axes(int (&to)[3], const Triple& from) {
  for (size_t a = 0; a < 3; ++a) to[a] = from[a];
}
// A window's part of a kernel's shape on two axes, which convolutions and poolings name alike.
template <typename S>
void set_plane(S& s, const Windows& w, const Extent& x) {
  s.n = x.n, s.c = x.c, s.h = x.in[1], s.w = x.in[2];
  s.r = w.window[1], s.s = w.window[2];
  s.stride_y = w.stride[1], s.stride_x = w.stride[2];
  s.pad_top = w.before[1], s.pad_bottom = w.after[1];
  s.pad_left = w.before[2], s.pad_right = w.after[2];
  s.dilation_y = w.dilation[1], s.dilation_x = w.dilation[2];
}
// And on three, but for the window itself.
template <typename S>
void set_volume(S& s, const Windows& w, const Extent& x) {
  s.n = x.n, s.c = x.c;
  set_axes(s.in, x.in), set_axes(s.stride, w.stride), set_axes(s.dilation, w.dilation);
  set_axes(s.before, w.before), set_axes(s.after, w.after);
}

}  // namespace layers
}  // namespace striate
