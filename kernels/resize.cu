// Resizing; see resize.h. One thread makes one output pixel, its sum in double precision: 8-bit results are the exact
// ones, and a picture that is made smaller by a whole number has its plain means.
#include "kernels/resize.h"

#include <cmath>
#include <string>

#include "kernels/error.h"
#include "kernels/launch.h"

namespace striate {
namespace resizing {

HD inline double add(double total, double weight, double value) {
#ifdef __CUDA_ARCH__
  return __dadd_rn(total, __dmul_rn(weight, value));
#else
  return total + weight * value;
#endif
}

HD inline uint8_t to_value(double value, const uint8_t*) {
  const double rounded = rint(value);
  return static_cast<uint8_t>(rounded > 0 ? (rounded < 255 ? rounded : 255) : 0);
}
HD inline float to_value(double value, const float*) { return static_cast<float>(value); }

// The input's pixels under one output pixel along one axis, with the share of each.
struct Span {
  int first, last;                 // inclusive
  double first_share, last_share;  // of the first and the last one; 1 for those between
  HD double share(int i) const { return i == first ? first_share : i == last ? last_share : 1; }
};

HD inline Span covered(double begin, double end, int size) {
  Span span;
  span.first = static_cast<int>(floor(begin));
  if (span.first > size - 1) span.first = size - 1;
  if (span.first < 0) span.first = 0;
  span.last = static_cast<int>(ceil(end)) - 1;
  if (span.last > size - 1) span.last = size - 1;
  if (span.last < span.first) span.last = span.first;
  if (span.first == span.last) {
    span.first_share = span.last_share = 1;  // one pixel is its own mean
  } else {
    span.first_share = span.first + 1 - begin;
    span.last_share = end - span.last;
  }
  return span;
}

template <typename T>
struct Area {
  static constexpr int64_t work = 64;
  const T* input;  // (height, width, channels)
  int height, width, channels;
  double x, y, step_x, step_y;  // the crop's corner, input pixels per output pixel
  T* output;                    // (out_height, out_width, channels)
  int out_width;

  HD void operator()(int64_t i) const {
    const int64_t p = i / out_width, q = i - p * out_width;
    const Span rows = covered(y + p * step_y, y + (p + 1) * step_y, height);
    const Span columns = covered(x + q * step_x, x + (q + 1) * step_x, width);
    double total[4] = {0, 0, 0, 0}, area = 0;
    for (int r = rows.first; r <= rows.last; ++r) {
      const T* from = input + (static_cast<int64_t>(r) * width + columns.first) * channels;
      for (int s = columns.first; s <= columns.last; ++s, from += channels) {
        const double weight = rows.share(r) * columns.share(s);
        area += weight;
        for (int c = 0; c < channels; ++c) total[c] = add(total[c], weight, from[c]);
      }
    }
    for (int c = 0; c < channels; ++c) output[i * channels + c] = to_value(total[c] / area, output);
  }
};

template <typename T>
struct Bilinear {
  static constexpr int64_t work = 32;
  const T* input;
  int height, width, channels;
  double x, y, step_x, step_y;
  T* output;
  int out_width;

  HD static double clamp(double value, int size) { return value < 0 ? 0 : value > size - 1 ? size - 1 : value; }

  HD void operator()(int64_t i) const {
    const int64_t p = i / out_width, q = i - p * out_width;
    const double fy = clamp(y + (p + 0.5) * step_y - 0.5, height);
    const double fx = clamp(x + (q + 0.5) * step_x - 0.5, width);
    const int y0 = static_cast<int>(fy), x0 = static_cast<int>(fx);
    const int y1 = y0 + 1 < height ? y0 + 1 : y0, x1 = x0 + 1 < width ? x0 + 1 : x0;
    const double v = fy - y0, u = fx - x0;
    const T* top = input + static_cast<int64_t>(y0) * width * channels;
    const T* bottom = input + static_cast<int64_t>(y1) * width * channels;
    for (int c = 0; c < channels; ++c) {
      double value = 0;
      value = add(value, (1 - v) * (1 - u), top[x0 * channels + c]);
      value = add(value, (1 - v) * u, top[x1 * channels + c]);
      value = add(value, v * (1 - u), bottom[x0 * channels + c]);
      value = add(value, v * u, bottom[x1 * channels + c]);
      output[i * channels + c] = to_value(value, output);
    }
  }
};

}  // namespace resizing

template struct CudaFlat<resizing::Area<uint8_t>>;
template struct CudaFlat<resizing::Area<float>>;
template struct CudaFlat<resizing::Bilinear<uint8_t>>;
template struct CudaFlat<resizing::Bilinear<float>>;

#ifndef __CUDACC__

using namespace resizing;

namespace {

template <typename T>
void run(Stream& stream, Resample method, const T* input, int height, int width, int channels, Crop crop, T* output,
         int out_height, int out_width) {
  if (width < 1 || height < 1 || out_width < 1 || out_height < 1 || channels < 1 || channels > 4) {
    throw Error("cannot resize " + std::to_string(width) + " x " + std::to_string(height) + " with " +
                    std::to_string(channels) + " channels to " + std::to_string(out_width) + " x " +
                    std::to_string(out_height),
                "sizes are 1 or more, channels 1 to 4");
  }
  if (!(crop.width > 0 && crop.height > 0 && crop.x >= 0 && crop.y >= 0 && crop.x + crop.width <= width + 1e-9 &&
        crop.y + crop.height <= height + 1e-9)) {
    throw Error(
        "the part to resize is not inside the picture of " + std::to_string(width) + " x " + std::to_string(height),
        "choose a part inside it");
  }
  const double step_x = crop.width / out_width, step_y = crop.height / out_height;
  const int64_t n = static_cast<int64_t>(out_width) * out_height;
  if (method == Resample::area) {
    for_each(stream, "resize_area", n,
             Area<T>{input, height, width, channels, crop.x, crop.y, step_x, step_y, output, out_width});
  } else {
    for_each(stream, "resize_bilinear", n,
             Bilinear<T>{input, height, width, channels, crop.x, crop.y, step_x, step_y, output, out_width});
  }
}

Crop whole(int height, int width) { return {0, 0, static_cast<double>(width), static_cast<double>(height)}; }

}  // namespace

void resize(Stream& stream, Resample method, const uint8_t* input, int height, int width, int channels, uint8_t* output,
            int out_height, int out_width) {
  run(stream, method, input, height, width, channels, whole(height, width), output, out_height, out_width);
}

void resize(Stream& stream, Resample method, const float* input, int height, int width, int channels, float* output,
            int out_height, int out_width) {
  run(stream, method, input, height, width, channels, whole(height, width), output, out_height, out_width);
}

void resize(Stream& stream, Resample method, const uint8_t* input, int height, int width, int channels, Crop crop,
            uint8_t* output, int out_height, int out_width) {
  run(stream, method, input, height, width, channels, crop, output, out_height, out_width);
}

#endif

}  // namespace striate
