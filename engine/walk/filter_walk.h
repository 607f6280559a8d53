// One pixel of a filter chain's result, followed down to its multiplications: what the inspector of the filters page
// prints. The result and the raw value come from engine/filter_chain.h, the very functions that make the picture; the
// terms here add up to them (FilterWalk.terms_add_up_to_the_picture). Of a filter that is no sum it is what it does
// instead: the values in order, the weights, Canny's decisions; they lead to the picture's values, too.
#pragma once

#include <optional>
#include <vector>

#include "engine/filter_chain.h"

namespace striate {

struct FilterWalk {
  int x = 0, y = 0;
  FilterStage stage;       // the last one that runs, its strength mixed in: the kernel whose numbers are multiplied.
                           // Of an opening or a closing its second half: dilation or erosion
  bool later = false;      // the window holds what earlier stages made, not the picture's own bytes
  bool has_range = false;  // `result` and `shown` hold (min-max before its range is known: they don't)

  struct Tap {
    int x = 0, y = 0;      // the pixel that is read, in the picture
    bool outside = false;  // the border rule was asked
    bool zero = false;     // it gave a zero, not a pixel
  };
  std::vector<Tap> taps;  // one per number of the kernel, in row-major order

  struct Channel {
    std::vector<double> window;  // the values under the kernel, one per tap
    double sum = 0;              // of window * kernel, in double precision, added in row-major order; bilateral: of
                                 // window * weights
    double value = 0;            // sum / divisor + offset: the raw value, or what the filter gives that is no sum
    // Median, erosion, dilation: the taps that count in ascending order of their values, equal ones in row-major order;
    // and which place of it is taken.
    std::vector<int> order;
    int taken = -1;
    double blurred = 0;  // unsharp: the mean that is taken away
    double shown = 0;    // after clip, abs, offset 128 or min-max; neither rounded nor clamped
    int result = 0;      // the 8-bit value of the picture
    int before = 0;      // of the open picture
  };
  std::vector<Channel> channels;  // the filtered ones: 1 or 3
  int alpha = -1;                 // carried through; -1 where there is none

  // Bilateral: how alike the pixels are, one number per tap, the same for all channels; and the sum of all weights
  // (kernel number * alike).
  std::vector<double> alike;
  double weights = 0;
  // What a tap's value is multiplied by in the sum.
  double weight(size_t tap) const {
    return alike.empty() ? stage.kernel.taps[tap] : stage.kernel.taps[tap] * alike[tap];
  }

  struct Canny {
    int channel = 0;  // whose gradient is the steepest
    double dx = 0, dy = 0;
    double magnitude = 0;
    double degrees = 0;  // of the gradient: 0 to the right, 90 down; 0 .. 180, -180 .. 0 upward
    AcrossEdge across = {0, 0, false};
    double first = 0, second = 0;  // the magnitudes of the neighbors across the edge
    CannyState state = CannyState::none;
    bool edge = false;
    // Of a weak pixel on an edge: the nearest strong one that it hangs together with, and over how many pixels.
    int strong_x = -1, strong_y = -1, steps = 0;
  };
  std::optional<Canny> canny;
};

// `range` may be null: it is only needed for min-max. Throws what filter_chain() throws.
FilterWalk walk_filter(Stream& stream, const FilterChain& chain, const Range* range, Picture<const uint8_t> input,
                       int x, int y);

}  // namespace striate
