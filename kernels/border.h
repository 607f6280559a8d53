// What stands beyond the ends of an axis: the one place that says which value a filter, a padded convolution or a pad
// reads there.
#pragma once

#include "kernels/hd.h"

namespace striate {

enum class Border {
  zero,       // 0 outside: 0 0 | a b c d | 0 0
  replicate,  // the nearest value of the edge: a a | a b c d | d d
  reflect,    // mirrored; the edge is not repeated: c b | a b c d | c b, again and again where the axis is short
  wrap        // from the other side: c d | a b c d | a b
};

// Which of the values 0 .. size-1 stands at index i, any index, of an axis that is extended by `border`; -1 for a zero.
template <typename Int>
HD inline Int border_index(Int i, Int size, Border border) {
  if (i >= 0 && i < size) return i;
  if (border == Border::zero) return -1;
  if (border == Border::replicate) return i < 0 ? 0 : size - 1;
  if (border == Border::wrap) {
    i %= size;
    return i < 0 ? i + size : i;
  }
  if (size == 1) return 0;
  const Int period = 2 * (size - 1);
  i %= period;
  if (i < 0) i += period;
  return i < size ? i : period - i;
}

}  // namespace striate
