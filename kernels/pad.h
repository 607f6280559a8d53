// Padding of arrays of any rank, and its gradient.
//
//   y[o0][o1]... = x[i0][i1]..., where i = o - begin along each axis. Where an i lies outside 0 .. size-1:
//     constant   y = value
//     edge       the nearest inside:                      a a a b c c c
//     reflect    mirrored, the edge not repeated:         c b a b c b a     (again and again where the array is short)
//     wrap       from the other side:                     b c a b c a b
// as in numpy.pad and ONNX's Pad. begin may be negative: values are cut off; likewise `to` may be anything from 0 on.
// Except for constant an axis that is padded has at least one value. x and y must not overlap. Gradients are added in a
// fixed order.
#pragma once

#include "kernels/border.h"
#include "kernels/strided.h"

namespace striate {

enum class PadMode { constant, edge, reflect, wrap };  // the words of NumPy and ONNX
inline Border border_of(PadMode mode) {
  constexpr Border borders[] = {Border::zero, Border::replicate, Border::reflect, Border::wrap};
  return borders[static_cast<int>(mode)];
}

struct PadShape {
  PadMode mode = PadMode::constant;
  Box from;       // of x
  Box to;         // of y, the same rank
  Strides begin;  // how many values come before x along each axis
  float value = 0;
};

void pad_forward(Stream& stream, const PadShape& shape, const float* x, float* y);
void pad_backward(Stream& stream, const PadShape& shape, const float* dy, float* dx, Result result);

}  // namespace striate
