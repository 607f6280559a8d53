// How a walk with strides finds its place: the axes that up to three arrays walk together, joined where they can be
// walked as one. For strided.cu alone.
#pragma once

#include "kernels/hd.h"
#include "kernels/strided.h"

namespace striate {

// The outer axes of a walk with up to three arrays.
struct StridedRows {
  int rank;
  int64_t sizes[Box::kMaxAxes];
  int64_t strides[3][Box::kMaxAxes];
  HD void place(int64_t index, int64_t* at) const {
    for (int axis = rank - 1; axis >= 0; --axis) {
      const int64_t rest = index / sizes[axis], here = index - rest * sizes[axis];
      for (int k = 0; k < 3; ++k) at[k] += here * strides[k][axis];
      index = rest;
    }
  }
};

// The axes that up to three arrays walk together, joined where each of them can walk two as one.
inline StridedRows joined(const Box& box, const Strides* const (&strides)[3]) {
  StridedRows rows{};
  for (int axis = 0; axis < box.rank; ++axis) {
    const auto at = static_cast<size_t>(axis);
    const int64_t size = box.sizes[at];
    if (size == 1) continue;
    const int last = rows.rank - 1;
    bool joins = last >= 0;
    for (int k = 0; k < 3 && joins; ++k) joins = rows.strides[k][last] == (*strides[k])[at] * size;
    const int to = joins ? last : rows.rank++;
    rows.sizes[to] = joins ? rows.sizes[last] * size : size;
    for (int k = 0; k < 3; ++k) rows.strides[k][to] = (*strides[k])[at];
  }
  return rows;
}

// Takes the innermost axis off: its size, 1 where there is none, and its strides.
inline int64_t take_inner(StridedRows& rows, int64_t (&step)[3]) {
  if (rows.rank == 0) {
    for (int64_t& s : step) s = 1;
    return 1;
  }
  const int last = --rows.rank;
  for (int k = 0; k < 3; ++k) step[k] = rows.strides[k][last];
  return rows.sizes[last];
}

inline int64_t count_of(const StridedRows& rows) {
  int64_t product = 1;
  for (int i = 0; i < rows.rank; ++i) product *= rows.sizes[i];
  return product;
}

}  // namespace striate
