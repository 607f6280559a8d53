// In which order the network operators add up, so that one sum out of millions can be followed term by term and still
// give the very bits that the operator stored. Float sums depend on their order; the order depends on the device alone.
// The emulated GPU's is CUDA's; a product is not rounded before it is added where the processor can do that, too.
//
//   implicit_gemm.h     one term after the other: multiply_add(). A convolution forward and by the input, a dense layer
//                       by the input and by the weights.
//   tiled_product.h     pieces of so many terms, within them one after the other, then one piece's sum after the other:
//                       sum_of_pieces(). On a GPU, where they are large: a dense layer forward (dense_forward_piece()
//                       in dense.h), a convolution by the weights (conv2d_weight_tiles.h).
//   reduction_gemm.h    a block's threads, each with the lanes of its packs, share out columns and rows; then lanes and
//                       threads are added, halves onto halves: dot_product(). Otherwise a dense layer forward and a
//                       convolution by the weights (there in pieces of the batch, conv2d_weight_order() in conv2d.h,
//                       which also says where a processor adds those one term after the other).
//   row_sums            the same for the plain sum of a row: row_sum(). A convolution's gradient by the bias.
//
// Walks of engine/walk use these; tests hold them to the operators' own results, bit for bit, on every device.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/device.h"

namespace striate {

struct SummationOrder {
  int threads = 1;     // of a block
  int lanes = 1;       // of a pack
  bool fused = false;  // a product is not rounded before it is added
};
// The order of a device's operators.
SummationOrder summation_order(Device device);

float multiply_add(const SummationOrder& order, float a, float b, float sum);

// Halves onto halves, until one is left. `values` is a power of two long and used up.
float add_halves(std::vector<float>& values);

// The sum over images n, rows p, columns q of pair(n, p, q).first * .second; pair() is called once for each.
template <typename Pair>
float dot_product(const SummationOrder& order, int64_t images, int64_t rows, int64_t columns, const Pair& pair) {
  const int64_t wide = order.lanes, packs = (columns + wide - 1) / wide;
  const int64_t side = packs < order.threads ? packs : order.threads, step = order.threads / side;
  std::vector<float> threads(static_cast<size_t>(order.threads));
  for (int64_t thread = 0; thread < side * step; ++thread) {
    std::vector<float> lanes(static_cast<size_t>(wide));
    for (int64_t n = 0; n < images; ++n) {
      for (int64_t p = thread / side; p < rows; p += step) {
        for (int64_t q = thread % side * wide; q < columns; q += side * wide) {
          for (int64_t i = q; i < q + wide && i < columns; ++i) {
            const auto [a, b] = pair(n, p, i);
            float& lane = lanes[static_cast<size_t>(i - q)];
            lane = multiply_add(order, a, b, lane);
          }
        }
      }
    }
    threads[static_cast<size_t>(thread)] = add_halves(lanes);
  }
  return add_halves(threads);
}

// The sum over 0 .. count-1 of pair(i).first * .second in pieces of `piece` terms, each of which ends with its stretch
// of `stretch` terms at the latest.
template <typename Pair>
float sum_of_pieces(const SummationOrder& order, int64_t count, int64_t stretch, int64_t piece, const Pair& pair) {
  float total = 0;
  for (int64_t first = 0, end = 0; first < count; first = end) {
    end = (first / stretch + 1) * stretch;
    if (end > first + piece) end = first + piece;
    if (end > count) end = count;
    float sum = 0;
    for (int64_t i = first; i < end; ++i) {
      const auto [a, b] = pair(i);
      sum = multiply_add(order, a, b, sum);
    }
    total = first == 0 ? sum : total + sum;
  }
  return total;
}

// The sum over images n and places i of value(n, i).
template <typename Value>
float row_sum(const SummationOrder& order, int64_t images, int64_t count, const Value& value) {
  const int64_t wide = order.lanes, block = 4 * wide;
  std::vector<float> threads(static_cast<size_t>(order.threads));
  for (int64_t thread = 0; thread < order.threads; ++thread) {
    std::vector<float> sums(static_cast<size_t>(block));  // four packs
    for (int64_t n = 0; n < images; ++n) {
      for (int64_t q = thread * block; q < count; q += order.threads * block) {
        for (int64_t i = q; i < q + block && i < count; ++i) sums[static_cast<size_t>(i - q)] += value(n, i);
      }
    }
    std::vector<float> lanes(static_cast<size_t>(wide));
    for (size_t i = 0; i < lanes.size(); ++i) {
      const size_t w = lanes.size();
      lanes[i] = (sums[i] + sums[w + i]) + (sums[2 * w + i] + sums[3 * w + i]);
    }
    threads[static_cast<size_t>(thread)] = add_halves(lanes);
  }
  return add_halves(threads);
}

}  // namespace striate
