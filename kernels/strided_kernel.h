// The map of strided.h, which reads and writes through M (access.h), so that it can be observed: broadcasting,
// transpose, slices.
#pragma once

#include <type_traits>

#include "kernels/access.h"
#include "kernels/launch.h"
#include "kernels/strided_rows.h"

namespace striate {

// y = a; b is not read.
struct TakeFirst {
  template <typename Value>
  HD static Value of(Value a) {
    return a;
  }
};

// An index is a piece of `chunk` values of one row, the innermost axis. On the GPU a piece is one value, so that
// neighboring threads touch neighboring values; on the CPU it is a loop that the compiler turns into packs.
template <class M, typename Take, bool add, int chunk>
struct StridedMap {
  using In = typename M::In;
  using Out = typename M::Out;
  static constexpr int64_t work = chunk + 24;
  StridedRows rows;
  In a, b;
  Out y;
  int64_t inner, pieces;  // values and pieces of a row
  int64_t step[3];        // along it: of a, b, y

  HD static void row(In pa, int64_t sa, In pb, int64_t sb, Out py, int64_t sy, int64_t n) {
    for (int64_t j = 0; j < n; ++j) {
      if constexpr (std::is_same_v<Take, TakeFirst>) {
        const typename M::Value value = Take::of(pa[j * sa]);
        py[j * sy] = add ? py[j * sy] + value : value;
      } else {
        const typename M::Value value = Take::of(pa[j * sa], pb[j * sb]);
        py[j * sy] = add ? py[j * sy] + value : value;
      }
    }
  }
  HD void operator()(int64_t i) const {
    const int64_t which = i / pieces, first = (i - which * pieces) * chunk;
    int64_t at[3] = {first * step[0], first * step[1], first * step[2]};
    rows.place(which, at);
    const int64_t n = inner - first < chunk ? inner - first : chunk;
    const In pa = a + at[0], pb = b + at[1];
    const Out py = y + at[2];
    if (step[2] == 1 && step[0] == 1 && step[1] == 1) {
      row(pa, 1, pb, 1, py, 1, n);
    } else if (step[2] == 1 && step[0] == 1 && step[1] == 0) {
      row(pa, 1, pb, 0, py, 1, n);
    } else if (step[2] == 1 && step[0] == 0 && step[1] == 1) {
      row(pa, 0, pb, 1, py, 1, n);
    } else {
      row(pa, step[0], pb, step[1], py, step[2], n);
    }
  }

  // For index 0 to indices() - 1. y must not be walked by two indices at one place.
  static StridedMap of(const Box& box, In a, const Strides& sa, In b, const Strides& sb, Out y, const Strides& sy) {
    StridedMap map{};
    map.rows = joined(box, {&sa, &sb, &sy});
    map.a = a, map.b = b, map.y = y;
    map.inner = take_inner(map.rows, map.step);
    map.pieces = (map.inner + chunk - 1) / chunk;
    return map;
  }
  int64_t indices() const { return count_of(rows) * pieces; }
};

}  // namespace striate
