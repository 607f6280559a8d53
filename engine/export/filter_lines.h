// A chain of filters as the few lines that do the same in NumPy or in PyTorch, with the present numbers: what stands
// beside the kernel's own source. In double precision, added row by row, as kernels/image_filter.h has it; of a filter
// that is no sum the definition in its own words (kernels/window_filter.h, kernels/canny.h).
#pragma once

#include <string>

#include "engine/filter_chain.h"

namespace striate {

struct FilterLines {
  std::string open;     // imports, and the picture as `x`
  std::string compute;  // from `x` to `result`: 8-bit rows, columns, channels
  std::string save;
  std::string text() const { return open + "\n" + compute + "\n" + save; }
};

// `picture`: the file's name; `gray`: it has one channel. NumPy: x is (rows, columns, channels). PyTorch: (channels, 1,
// rows, columns), so that each channel is filtered on its own.
FilterLines numpy_lines(const FilterChain& chain, const std::string& picture, bool gray);
FilterLines torch_lines(const FilterChain& chain, const std::string& picture, bool gray);

}  // namespace striate
