// What the layers of tensors of any rank share: shapes that repeat (numpy's broadcasting), their strides, and the sums
// that lead a gradient back to what was repeated. Private to this folder.
#pragma once

#include "engine/network/layers/kinds.h"
#include "kernels/strided.h"

namespace striate::layers {

Box box_of(const Shape& shape);

// The shape of a and b side by side: sizes are aligned at the last axis and are equal, or 1, or missing in one of them.
// Throws Error.
Shape broadcast(const Shape& a, const Shape& b);
// Strides that walk a dense array of shape `of` along the axes of `to`, which it broadcasts to.
Strides repeated(const Shape& of, const Shape& to);

// Throws Error where the shape has no such axis.
void need_axis(int64_t axis, const Shape& shape);

struct Repeated {
  const float* values = nullptr;
  Shape shape;
};
// dx (=, +=) factor * term of dy, z, w, summed over the axes along which an operand of shape `of` was repeated to give
// dy's shape `to`. What dx is to a's part of y = a op b; see SumTerm.
void broadcast_gradient(Stream& stream, SumTerm term, float factor, const Shape& to, const Shape& of, const float* dy,
                        const Repeated& z, const Repeated& w, float* dx, Result result);

// Sizes before and behind an axis multiplied: (outer, shape[axis], inner).
struct AroundAxis {
  int64_t outer = 1, inner = 1;
};
AroundAxis around(const Shape& shape, int64_t axis);

// Lists of sizes in which one may be "batch", the size of the input's first axis: "batch,3,-1". -1 where `rest`.
constexpr int64_t kBatch = kBatchSize;
std::vector<int64_t> parse_sizes_with_batch(LayerWords& words, bool rest);
std::string sizes_with_batch(const std::vector<int64_t>& sizes);

// Such a list as a setting.
template <bool rest>
struct BatchSizes {
  static constexpr auto kType = LayerField::Type::list;
  static void read(LayerWords& words, const LayerField&, std::vector<int64_t>& value) {
    value = parse_sizes_with_batch(words, rest);
  }
  static std::string text(const std::vector<int64_t>& value) { return sizes_with_batch(value); }
};

}  // namespace striate::layers
