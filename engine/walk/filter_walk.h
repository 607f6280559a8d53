// One pixel of a filter chain's result, followed down to its multiplications: what the inspector of the filters page
// prints. The result and the raw value come from engine/filter_chain.h, the very functions that make the picture; the
// terms here add up to them (FilterWalk.terms_add_up_to_the_picture).
#pragma once

#include <vector>

#include "engine/filter_chain.h"

namespace striate {

struct FilterWalk {
  int x = 0, y = 0;
  FilterStage stage;       // the last one that runs, its strength mixed in: the kernel whose numbers are multiplied
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
    double sum = 0;              // of window * kernel, in double precision, added in row-major order
    double value = 0;            // sum / divisor + offset: the raw value
    double shown = 0;            // after clip, abs, offset 128 or min-max; neither rounded nor clamped
    int result = 0;              // the 8-bit value of the picture
    int before = 0;              // of the open picture
  };
  std::vector<Channel> channels;  // the filtered ones: 1 or 3
  int alpha = -1;                 // carried through; -1 where there is none
};

// `range` may be null: it is only needed for min-max. Throws what filter_chain() throws.
FilterWalk walk_filter(Stream& stream, const FilterChain& chain, const Range* range, Picture<const uint8_t> input,
                       int x, int y);

}  // namespace striate
