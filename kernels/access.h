// What a kernel of teach.h, or one that the program ships, reads and writes through. Plain is what runs: pointers and
// floats. Observed (observed.h) has the same names and notes every access.
#pragma once

#include <cstdint>

#include "kernels/launch.h"
#include "kernels/pack_math.h"

namespace striate {

struct Plain {
  using In = const float*;
  using Out = float*;
  using Integers = const int32_t*;
  using Value = float;
  template <int W>
  using Floats = Pack<float, W>;
  // What a kernel for several kinds of numbers has: one, pointers, and its words in a block's shared memory.
  template <typename T>
  using Number = T;
  template <typename T>
  using From = const T*;
  template <typename T>
  using To = T*;
  template <typename T, int count>
  using Words = T[count];
  // In a block's shared memory, for requests of 16 bytes, too.
  template <int count>
  struct alignas(16) Tile {
    float values[count];
    HD float& operator[](int i) { return values[i]; }
  };

  template <int W>
  HD static Floats<W> load(In from) {
    return Floats<W>::load(from);
  }
  template <int W>
  HD static void store(Floats<W> value, Out to) {
    value.store(to);
  }
  template <int W>
  HD static Floats<W> load_part(In from, int64_t count) {
    return striate::load_part<W>(from, count);
  }
  template <int W>
  HD static void store_part(Floats<W> value, Out to, int begin, int end) {
    striate::store_part<W>(value, to, begin, end);
  }
  // A condition on which threads of a warp may differ; see Block::when().
  HD static bool when(bool condition) { return condition; }

  // Four neighbors in one request of 16 bytes. `at` is a multiple of 4.
  struct alignas(16) Four {
    float values[4];
    HD float operator[](int i) const { return values[i]; }
  };
  HD static Four four(In from, int64_t at) { return *reinterpret_cast<const Four*>(from + at); }
  template <int count>
  HD static Four four(const Tile<count>& from, int at) {
    return *reinterpret_cast<const Four*>(from.values + at);
  }
  template <int count>
  HD static void put_four(Tile<count>& to, int at, Four value) {
    *reinterpret_cast<Four*>(to.values + at) = value;
  }
  HD static void put_four(Out to, int64_t at, Four value) { *reinterpret_cast<Four*>(to + at) = value; }
};

// a / b, rounded up.
constexpr int up(int a, int b) { return (a + b - 1) / b; }

// The part of the n x n picture that a block works on: w x h pixels, or with h = 0 so many floats in the order of
// memory; none at all with w = 0.
struct TeachPart {
  int w = 0, h = 0;
};

// What all kernels of teach.h are given.
template <class M>
struct TeachArguments {
  int n;       // side of the picture
  int w, h;    // of a block, in threads
  int stride;  // see TeachSettings
  typename M::In a, b;
  typename M::Out c;

  TeachPart of_threads() const { return {w, h}; }
  Grid blocks(TeachPart part) const {
    if (part.h == 0) return {up(n * n, part.w)};
    return {up(n, part.w), up(n, part.h)};
  }
};

}  // namespace striate
