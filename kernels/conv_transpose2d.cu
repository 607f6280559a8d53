// No loop of its own: what is the output here is the input of a convolution there.
#include "kernels/conv_transpose2d.h"

#include <algorithm>
#include <string>

#include "kernels/channel_sums.h"
#include "kernels/error.h"

#ifndef __CUDACC__

namespace striate {

Conv2dShape ConvTranspose2dShape::convolution() const {
  Conv2dShape shape;
  shape.n = n, shape.c = k, shape.h = p(), shape.w = q();
  shape.k = c, shape.r = r, shape.s = s;
  shape.stride_y = stride_y, shape.stride_x = stride_x;
  shape.dilation_y = dilation_y, shape.dilation_x = dilation_x;
  shape.pad_top = pad_top, shape.pad_left = pad_left;
  // Its last window ends where the stamped picture does; what is below it is not read there.
  shape.pad_bottom = pad_bottom - output_pad_y, shape.pad_right = pad_right - output_pad_x;
  shape.groups = groups;
  return shape;
}

void check(const ConvTranspose2dShape& s) {
  const auto refuse = [](const std::string& what, const std::string& hint) {
    throw Error("transposed convolution: " + what, hint);
  };
  if (s.n < 1 || s.c < 1 || s.h < 1 || s.w < 1) {
    refuse("input of " + std::to_string(s.n) + " x " + std::to_string(s.c) + " x " + std::to_string(s.h) + " x " +
               std::to_string(s.w) + " values",
           "every size is at least 1");
  }
  if (s.k < 1 || s.r < 1 || s.s < 1) {
    refuse(std::to_string(s.k) + " channels out, kernels of " + std::to_string(s.r) + " x " + std::to_string(s.s),
           "at least one channel, and kernels of at least 1 x 1");
  }
  if (s.stride_y < 1 || s.stride_x < 1 || s.dilation_y < 1 || s.dilation_x < 1) {
    refuse("stride " + std::to_string(s.stride_y) + " x " + std::to_string(s.stride_x) + ", dilation " +
               std::to_string(s.dilation_y) + " x " + std::to_string(s.dilation_x),
           "stride and dilation are at least 1");
  }
  if (s.pad_top < 0 || s.pad_bottom < 0 || s.pad_left < 0 || s.pad_right < 0 || s.output_pad_y < 0 ||
      s.output_pad_x < 0) {
    refuse("negative padding", "padding, also that of the output, is 0 or more");
  }
  if (s.groups < 1 || s.c % s.groups != 0 || s.k % s.groups != 0) {
    refuse(
        std::to_string(s.groups) + " groups for " + std::to_string(s.c) + " and " + std::to_string(s.k) + " channels",
        "the number of groups divides both");
  }
  const auto stamped = [](int in, int stride, int dilation, int taps) {
    return static_cast<int64_t>(in - 1) * stride + static_cast<int64_t>(dilation) * (taps - 1) + 1;
  };
  const int64_t tall = stamped(s.h, s.stride_y, s.dilation_y, s.r), wide = stamped(s.w, s.stride_x, s.dilation_x, s.s);
  if (tall + s.output_pad_y > INT32_MAX / 2 || wide + s.output_pad_x > INT32_MAX / 2) {
    refuse("a picture of more than 2^30 rows or columns", "use a smaller stride or dilation");
  }
  if (static_cast<int64_t>(s.pad_top) + s.pad_bottom >= tall ||
      static_cast<int64_t>(s.pad_left) + s.pad_right >= wide) {
    refuse("a padding that cuts off all of " + std::to_string(tall) + " x " + std::to_string(wide), "use less padding");
  }
  check(s.convolution());
}

int64_t conv_transpose2d_scratch(const ConvTranspose2dShape& s) {
  check(s);
  return std::max<int64_t>(conv2d_scratch(s.convolution()), s.k);
}

void conv_transpose2d_forward(Stream& stream, const ConvTranspose2dShape& s, const float* x, const float* w,
                              const float* b, float* y, float* scratch) {
  check(s);
  conv2d_backward_input(stream, s.convolution(), x, w, y, Result::overwrite, scratch, b);
}

void conv_transpose2d_backward_input(Stream& stream, const ConvTranspose2dShape& s, const float* dy, const float* w,
                                     float* dx, Result result, float* scratch) {
  check(s);
  conv2d_forward(stream, s.convolution(), dy, w, nullptr, dx, scratch, result);
}

void conv_transpose2d_backward_weights(Stream& stream, const ConvTranspose2dShape& s, const float* x, const float* dy,
                                       float* dw, float* db, Result result, float* scratch) {
  check(s);
  if (dw != nullptr) conv2d_backward_weights(stream, s.convolution(), dy, x, dw, nullptr, result, scratch);
  if (db != nullptr) {
    channel_sums(stream, s.n, s.k, static_cast<int64_t>(s.p()) * s.q(), dy, db, result, scratch);
  }
}

}  // namespace striate

#endif
