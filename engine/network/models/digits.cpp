// The networks that read handwritten digits at Bell Labs, as they were. They were made for pictures of 16 x 16 and
// 32 x 32; what comes in is brought to that by their first layer.
#include <fmt/format.h>

#include "engine/network/models/families.h"

namespace striate::models_by_family {
namespace {

// A layer that makes pictures of this size, `border` around them; empty: they have it already.
std::string brought_to(const Shape& input, int64_t size, double border) {
  const int64_t h = input[1], w = input[2];
  if (h == size && w == size) return "";
  const int64_t rows = size - h, columns = size - w;
  if (rows >= 0 && columns >= 0 && rows <= 8 && columns <= 8) {
    return fmt::format("pad constant 0,0,{},{},0,0,{},{} value {} | ", rows / 2, columns / 2, rows - rows / 2,
                       columns - columns / 2, border);
  }
  return fmt::format("resize linear batch,{},{},{}{} | ", input[0], size, size,
                     rows < 0 || columns < 0 ? " antialias" : "");
}

}  // namespace

// LeCun and others, "Backpropagation applied to handwritten zip code recognition" (1989): biases of single units, a
// border of -1, and a second layer that reads 8 of 12 maps. Which 8 the article does not say: here each map leaves out
// four in a row, and the next map the four behind them.
std::string lenet1989(const Shape& input, int classes) {
  std::string table;
  for (int k = 0; k < 12; ++k) {
    std::string filter;
    for (int c = 0; c < 12; ++c) {
      const bool left_out = (c - 4 * k % 12 - k / 3 + 24) % 12 < 4;
      if (!left_out) filter += fmt::format("{}{}", filter.empty() ? "" : "+", c);
    }
    table += (table.empty() ? "" : ",") + filter;
  }
  return fmt::format(
      "{}pad constant 0,0,2,2,0,0,2,2 value -1 | h1: conv 12 5x5 stride 2 no bias | b1: unitbias | tanh | "
      "pad constant 0,0,2,2,0,0,2,2 value -1 | h2: tableconv {} 5x5 stride 2 no bias | b2: unitbias | tanh | "
      "flatten | h3: dense 30 | tanh | out: dense {} | tanh",
      brought_to(input, 16, -1), table, classes);
}

// LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998).
std::string lenet5_1998(const Shape& input, int classes) {
  return fmt::format(
      "{}c1: conv 6 5x5 | scaledtanh | s2: sumpool 2 | scaledtanh | "
      "c3: tableconv 0+1+2,1+2+3,2+3+4,3+4+5,0+4+5,0+1+5,0+1+2+3,1+2+3+4,2+3+4+5,0+3+4+5,0+1+4+5,0+1+2+5,0+1+3+4,"
      "1+2+4+5,0+2+3+5,0+1+2+3+4+5 5x5 | scaledtanh | s4: sumpool 2 | scaledtanh | c5: conv 120 5x5 | scaledtanh | "
      "flatten | f6: dense 84 | scaledtanh | rbf: rbf {} negative",
      brought_to(input, 32, -0.1), classes);
}

}  // namespace striate::models_by_family
