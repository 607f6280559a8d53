// What the rows of layers with a window share: its settings along the axes that are there.
#pragma once

#include "engine/network/layers/rows.h"
#include "engine/network/layers/windows.h"

namespace striate::layers {

// Lists have one value for each axis of the input behind its channels: one for rows of values (their height of 1 is
// left out), two for pictures, three for volumes.
struct WindowFacts {
  Ints size, stride, dilation, before, after;

  size_t axes() const { return size.size(); }
  int64_t covers(size_t axis) const { return dilation[axis] * (size[axis] - 1) + 1; }
  bool symmetric() const { return before == after; }
  bool padded() const;
  bool dilated() const;
  bool strided() const;  // some stride is not 1
};
WindowFacts window_facts(const Windows& windows, const Shape& in);
// One of a window's settings, or another that goes with it, for the axes that are there.
Ints axes_there(const Triple& all, const Windows& windows, const Shape& in);

bool any_positive(const Ints& list);

// What a pooling puts behind its input, of `node`'s, so that plain windows, none of them cut off, give the same
// outputs. May be negative: that much of the input and of what stands before it is not looked at.
Ints pooling_after(const WindowFacts& window, const ExportNode& node);

// Paddings in PyTorch's order: the last axis first.
Ints torch_pads(const Ints& before, const Ints& after);
// "layers.ZeroPadding2D(((1, 1), (0, 2)))(x)"
std::string keras_sides(const char* layer, size_t axes, const Ints& before, const Ints& after, const std::string& x);
// kernel_shape, strides, pads and dilations of an operator.
void onnx_window(WrittenNode& node, const WindowFacts& w);
// Kernels of rows of values are stored with a height of 1.
Ints onnx_kernel_dims(int64_t first, int64_t second, const WindowFacts& w);

}  // namespace striate::layers
