// Walking boxes of numbers with strides: the one loop behind broadcasting (add, subtract, multiply, divide, powers, the
// larger of two), transpose, slices, joining along any axis, sums and maxima over any axes.
//
// A Box says how many indices there are along each axis, outermost first; no axis is one index, a size of 0 none at
// all. Strides say how far apart neighbors along an axis stand in memory, in floats: 0 repeats a value (broadcasting),
// negative ones walk backwards. Pointers are those of index 0, 0, ... Axes that can be walked as one are joined here:
// callers need not. Boxes hold fewer than 2^31 indices. Outputs must not overlap inputs unless said otherwise; what is
// written must have no two indices at one place. Same inputs, same bits.
#pragma once

#include <array>
#include <cstdint>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

struct Box {
  static constexpr int kMaxAxes = 8;
  int rank = 0;
  std::array<int64_t, kMaxAxes> sizes{};
  int64_t count() const {
    int64_t product = 1;
    for (int i = 0; i < rank; ++i) product *= sizes[static_cast<size_t>(i)];
    return product;
  }
};
using Strides = std::array<int64_t, Box::kMaxAxes>;

// Strides of a box whose values stand one behind the other.
Strides dense_strides(const Box& box);

// y = x or y += x at every index.
void strided_copy(Stream& stream, const Box& box, const float* x, const Strides& x_strides, float* y,
                  const Strides& y_strides, Result result = Result::overwrite);

// A maximum or minimum with a NaN is that NaN.
enum class Arithmetic { add, subtract, multiply, divide, power, maximum, minimum };

// y = a OP b, or y += a OP b, at every index; y is dense. y may be a or b where that one is dense, too.
void strided_arithmetic(Stream& stream, Arithmetic operation, const Box& box, const float* a, const Strides& a_strides,
                        const float* b, const Strides& b_strides, float* y, Result result = Result::overwrite);

// What is summed: x; x * z; x / z; -x * z / w^2 (the slope of z / w by w, times x). Then other slopes, times x:
//   power_by_base      w * z^(w - 1)       of z^w by z
//   power_by_exponent  z^w * log z         of z^w by w; 0 where z is 0
//   where_larger       1 where z > w, half where they are equal, else 0: of max(z, w) by z
//   where_smaller      the same of min(z, w)
//   share_of_norm      z / w, 0 where w is 0: of the root w of a sum of squares by one of them
enum class SumTerm {
  value,
  product,
  quotient,
  slope_by_divisor,
  power_by_base,
  power_by_exponent,
  where_larger,
  where_smaller,
  share_of_norm
};
struct SumOperand {
  const float* values = nullptr;
  Strides kept{}, summed{};  // along the axes of both boxes
};

// y[kept] = factor * sum over `summed` of a term of the operands x, z, w (as many as the term has), or added to y,
// which is dense. The sum of nothing is 0. Sums are cut into the same pieces on every run.
void strided_sum(Stream& stream, SumTerm term, const Box& kept, const Box& summed, const SumOperand& x,
                 const SumOperand& z, const SumOperand& w, float factor, float* y, Result result = Result::overwrite);

// y[kept] = the largest x over `summed`; minus infinity of nothing, NaN where one of them is. `argmax`, one for each
// y, or null: how many floats behind x it stands; the first of equal ones.
void strided_max(Stream& stream, const Box& kept, const Box& summed, const SumOperand& x, float* y, int32_t* argmax);
// dx[argmax[i]] = dy[i] and 0 elsewhere, or added to dx; no two argmax are the same, a negative one is none.
void strided_max_backward(Stream& stream, int64_t outputs, const int32_t* argmax, const float* dy, int64_t inputs,
                          float* dx, Result result);

}  // namespace striate
