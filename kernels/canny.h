// Edges by Canny (1986): the steepest pixels across an edge, kept where they hang together with a clear one.
//
//   gradient   dx, dy by Sobel's 3 x 3 kernels (-1 0 1; -2 0 2; -1 0 1 and its transpose), continued outside by the
//   border;
//              of several channels the one with the largest dx^2 + dy^2, the first of equal ones
//   thinning   a pixel stays where its magnitude m = sqrt(dx^2 + dy^2) is above that of both neighbors across the edge.
//              Those lie in one of four directions, by the angle of the gradient: within 22.5 degrees of a row they are
//              left and right, within 22.5 degrees of a column above and below, else on the diagonal. Of two equal
//              ones beside each other the first stays: it is m > left (above) and m >= right (below); on diagonals m >
//              both. Outside the picture magnitudes are 0.
//   thresholds m > high: an edge; m > low: one where it hangs together, over eight neighbors each, with an edge
//   result     255 on edges, 0 elsewhere, in every filtered channel; alpha carried through
//
// The same edges as OpenCV 4's Canny(picture, low, high, apertureSize 3, L2gradient true), which continues pictures by
// replicate and has the tangent of 22.5 degrees in fixed point, 13573 / 32768, as here. Exact for 8-bit pictures: all
// magnitudes are compared by their squares, which are whole numbers below 2^24.
#pragma once

#include <cstdint>

#include "kernels/image_filter.h"

namespace striate {

struct CannyOptions {
  double low = 100, high = 200;  // 0 <= low <= high
  Border border = Border::replicate;
};

// What thinning and thresholds make of a pixel.
enum class CannyState : uint8_t { none, weak, strong };

// One pixel's gradient.
struct Gradient {
  float dx = 0, dy = 0;
  HD float squared() const { return dx * dx + dy * dy; }
};

// Where the neighbors across the edge lie: the first is (x - dx, y - dy), the second (x + dx, y + dy).
struct AcrossEdge {
  int dx, dy;
  bool diagonal;
};
HD inline AcrossEdge across_edge(Gradient gradient) {
  const double x = gradient.dx < 0 ? -static_cast<double>(gradient.dx) : gradient.dx;
  const double y = gradient.dy < 0 ? -static_cast<double>(gradient.dy) : gradient.dy;
  if (y * 32768 < x * 13573) return {1, 0, false};
  if (y * 32768 > x * (13573 + 65536)) return {0, 1, false};
  return {(gradient.dx < 0) != (gradient.dy < 0) ? -1 : 1, 1, true};
}

// The state of a pixel from the squares of its magnitude and its two neighbors'.
HD inline CannyState canny_state(float own, float first, float second, bool diagonal, float low2, float high2) {
  if (!(own > low2) || !(own > first) || !(diagonal ? own > second : own >= second)) return CannyState::none;
  return own > high2 ? CannyState::strong : CannyState::weak;
}

// `input` is the whole picture, on the stream's device. `states` holds a CannyState a pixel, rows without gaps: all of
// thinning and thresholds. Throw Error for thresholds out of range.
void canny_states(Stream& stream, const CannyOptions& options, Picture<const uint8_t> input, CannyState* states);
void canny_states(Stream& stream, const CannyOptions& options, Picture<const float> input, CannyState* states);

// Every weak pixel that hangs together with a strong one becomes strong. Waits for it.
void canny_follow(Stream& stream, int width, int height, CannyState* states);

// 255 where a state is strong, else 0, for the rectangle `region`; `output` points at its first value, has the input's
// channels and its alpha.
void canny_write(Stream& stream, const CannyState* states, Picture<const uint8_t> input, Region region, float* output,
                 int64_t output_row_stride);
void canny_write(Stream& stream, const CannyState* states, Picture<const float> input, Region region, float* output,
                 int64_t output_row_stride);

}  // namespace striate
