// One index makes one row of the output (forward) or of the input (backward), so that the CPU walks memory in order.
// Windows of 2x2 with stride 2, by far the most common, have a form of their own without inner loops. Windows with
// dilation go to pool3d.h.
#include "kernels/pool.h"

#include <algorithm>
#include <string>

#include "kernels/error.h"
#include "kernels/implicit_gemm.h"
#include "kernels/launch.h"
#include "kernels/pack_math.h"
#include "kernels/pool3d.h"

namespace striate {

// The window of output row or column `i` along one axis, cut to the picture.
struct PoolAxis {
  int size, out, window, stride, pad;
  HD int begin(int i) const {
    const int b = i * stride - pad;
    return b < 0 ? 0 : b;
  }
  HD int end(int i) const {
    const int e = i * stride - pad + window;
    return e < size ? e : size;
  }
  // Outputs whose windows hold place `x`: first_out(x) .. last_out(x).
  HD int first_out(int x) const {
    const int reach = x + pad - window + 1;
    return reach <= 0 ? 0 : (reach + stride - 1) / stride;
  }
  HD int last_out(int x) const {
    const int last = (x + pad) / stride;
    return last < out - 1 ? last : out - 1;
  }
};

struct MaxPool {
  static constexpr int64_t work = 64;
  PoolAxis rows, columns;
  const float* x;
  float* y;
  int32_t* argmax;
  HD void operator()(int64_t index) const {
    const int p = static_cast<int>(index % rows.out);
    const float* from = x + index / rows.out * rows.size * columns.size;
    for (int q = 0; q < columns.out; ++q) window(index, p, q, from);
  }
  HD void window(int64_t index, int p, int q, const float* from) const {
    const int y1 = rows.end(p), x0 = columns.begin(q), x1 = columns.end(q);
    int32_t winner = rows.begin(p) * columns.size + x0;
    float best = from[winner];
    for (int yy = rows.begin(p); yy < y1; ++yy) {
      for (int xx = x0; xx < x1; ++xx) {
        const float v = from[yy * columns.size + xx];
        if (v > best || (v != v && best == best)) {
          best = v;
          winner = yy * columns.size + xx;
        }
      }
    }
    y[index * columns.out + q] = best;
    if (argmax != nullptr) argmax[index * columns.out + q] = winner;
  }
};

// The same with W windows beside each other at a time, for strides of 1 and 2 along a row; windows that the padding or
// the end of a row cuts are done one by one. Every window's values are compared in the order of MaxPool.
template <int W>
struct MaxPoolPacks {
  static constexpr int64_t work = 512;
  MaxPool one;
  HD void operator()(int64_t index) const {
    const PoolAxis &rows = one.rows, &columns = one.columns;
    const int p = static_cast<int>(index % rows.out), stride = columns.stride;
    const float* from = one.x + index / rows.out * rows.size * columns.size;
    const int begin = (columns.pad + stride - 1) / stride;  // windows from here on begin inside the row
    int end =
        columns.size + columns.pad < columns.window ? 0 : (columns.size + columns.pad - columns.window) / stride + 1;
    if (end > columns.out) end = columns.out;
    if (end < begin) end = begin;
    for (int q = 0; q < begin && q < columns.out; ++q) one.window(index, p, q, from);
    for (int q = begin; q < end; q += W) {
      const int count = end - q < W ? end - q : W, first = q * stride - columns.pad;
      const int corner = rows.begin(p) * columns.size + first;
      Pack<int32_t, W> winner = iota<W>(corner, stride);
      Pack<float, W> best = values(from + corner, stride, count);
      for (int row = rows.begin(p); row < rows.end(p); ++row) {
        for (int s = 0; s < columns.window; ++s) {
          const int at = row * columns.size + first + s;
          keep_larger(&best, &winner, values(from + at, stride, count), iota<W>(at, stride));
        }
      }
      store_part(best, one.y + index * columns.out + q, 0, count);
      if (one.argmax != nullptr) store_part(winner, one.argmax + index * columns.out + q, 0, count);
    }
    for (int q = end; q < columns.out; ++q) one.window(index, p, q, from);
  }
  // from[0], from[stride], ...: `count` of them.
  HD static Pack<float, W> values(const float* from, int stride, int count) {
    if (stride == 1) return load_part<W>(from, count);
    Pack<float, W> even, odd;
    deinterleave(from, 2 * count - 1, &even, &odd);
    return even;
  }
};

#ifndef __CUDACC__

// The largest values alone, on the CPU, for strides of 1 and 2 along a row: W windows beside each other, `together`
// rows of windows one below the other, so that a row that two of them share is compared once. Among equal values the
// first in reading order stays, as in MaxPool: 0 and -0 are told apart by their bits. Where a NaN is near MaxPool
// decides.
template <int W>
struct MaxPoolValues {
  static constexpr int64_t work = 2048;
  static constexpr int together = 8;
  MaxPool one;
  int parts;  // indices per plane
  using Floats = Pack<float, W>;

  void operator()(int64_t index) const {
    const PoolAxis &rows = one.rows, &columns = one.columns;
    const int64_t plane = index / parts;
    const int first = static_cast<int>(index % parts) * together;
    const int last = first + together < rows.out ? first + together : rows.out;
    const float* from = one.x + plane * rows.size * columns.size;
    const int begin = std::min((columns.pad + columns.stride - 1) / columns.stride, columns.out);
    const int reach = columns.size + columns.pad - columns.window;
    const int end = std::max(begin, reach < 0 ? 0 : std::min(reach / columns.stride + 1, columns.out));
    for (int p = first; p < last; ++p) {
      for (int q = 0; q < begin; ++q) one.window(plane * rows.out + p, p, q, from);
      for (int q = end; q < columns.out; ++q) one.window(plane * rows.out + p, p, q, from);
    }
    for (int q = begin; q < end; q += W) some(plane, from, first, last, q, std::min(W, end - q));
  }
  void some(int64_t plane, const float* from, int first, int last, int q, int count) const {
    const PoolAxis &rows = one.rows, &columns = one.columns;
    from += q * columns.stride - columns.pad;
    Row row;
    int at = -1;  // the row that `row` holds
    Floats sum = Floats::all(0);
    for (int p = first; p < last; ++p) {
      const int end = rows.end(p);
      int next = rows.begin(p);
      if (at != next) row = largest(from + static_cast<int64_t>(next) * columns.size, count);
      Row all = row;
      while (++next < end) {
        row = largest(from + static_cast<int64_t>(next) * columns.size, count);
        all.best = larger(all.best, row.best), all.sum = all.sum + row.sum;
      }
      at = end - 1;
      sum = sum + all.sum;
      store_part(all.best, one.y + (plane * rows.out + p) * columns.out + q, 0, count);
    }
    const float near = sum_of(sum);
    if (near == near) return;
    const float* const picture = one.x + plane * rows.size * columns.size;
    for (int p = first; p < last; ++p) {
      for (int i = 0; i < count; ++i) one.window(plane * rows.out + p, p, q + i, picture);
    }
  }

  struct Row {
    Floats best, sum;  // of each window's values in one row; a NaN goes into the sum
  };
  static Floats larger(Floats best, Floats value) { return {value.v > best.v ? value.v : best.v}; }
  Row largest(const float* from, int count) const {
    const int window = one.columns.window;
    Row row;
    if (one.columns.stride == 1) {
      row.best = row.sum = load_part<W>(from, count);
      for (int s = 1; s < window; ++s) take(row, load_part<W>(from + s, count));
      return row;
    }
    for (int s = 0; s < window; s += 2) {
      Floats even, odd;
      deinterleave(from + s, 2 * count - (s + 1 < window ? 0 : 1), &even, &odd);
      if (s == 0) {
        row.best = row.sum = even;
      } else {
        take(row, even);
      }
      if (s + 1 < window) take(row, odd);
    }
    return row;
  }
  static void take(Row& row, Floats value) { row.best = larger(row.best, value), row.sum = row.sum + value; }
};

#endif

// 2x2, stride 2, nothing padded and nothing cut off at the end of an axis: W windows at a time, `packs` packs per row
// of windows; an index walks `together` of them.
template <int W>
struct MaxPool2x2 {
  static constexpr int64_t work = 64;
  int w, p, q, packs, together;
  int64_t plane;  // h * w
  const float* x;
  float* y;
  int32_t* argmax;
  HD void operator()(int64_t index) const {
    const int64_t row = index / packs;
    const int first = static_cast<int>(index % packs) * W * together;
    const int32_t corner = static_cast<int32_t>(row % p) * 2 * w;
    const float* top = x + row / p * plane + corner;
    for (int i = first; i < first + W * together && i < q; i += W) {
      const int count = q - i < W ? q - i : W;
      Pack<float, W> best, second, third, fourth;
      split_pairs(top + 2 * i, count, &best, &second);
      split_pairs(top + w + 2 * i, count, &third, &fourth);
      Pack<int32_t, W> winner = iota<W>(corner + 2 * i, 2);
      const Pack<int32_t, W> start = winner;
      keep_larger(&best, &winner, second, start + Pack<int32_t, W>::all(1));
      keep_larger(&best, &winner, third, start + Pack<int32_t, W>::all(w));
      keep_larger(&best, &winner, fourth, start + Pack<int32_t, W>::all(w + 1));
      store_part(best, y + row * q + i, 0, count);
      if (argmax != nullptr) store_part(winner, argmax + row * q + i, 0, count);
    }
  }
};

// Gathers: an input value asks the windows that hold it whether it won. No two indices write the same place.
struct MaxPoolBackward {
  static constexpr int64_t work = 128;
  PoolAxis rows, columns;
  const float* dy;
  const int32_t* argmax;
  float* dx;
  bool add;
  HD void operator()(int64_t index) const {
    const int row = static_cast<int>(index % rows.size);
    const int64_t plane = index / rows.size * rows.out * columns.out;
    const int p1 = rows.last_out(row);
    for (int column = 0; column < columns.size; ++column) {
      const int32_t me = row * columns.size + column;
      const int q0 = columns.first_out(column), q1 = columns.last_out(column);
      float sum = 0;
      for (int p = rows.first_out(row); p <= p1; ++p) {
        for (int q = q0; q <= q1; ++q) {
          const int64_t at = plane + static_cast<int64_t>(p) * columns.out + q;
          if (argmax[at] == me) sum += dy[at];
        }
      }
      float* to = dx + index * columns.size + column;
      *to = add ? *to + sum : sum;
    }
  }
};

#ifndef __CUDACC__

// MaxPoolBackward on the CPU, plane by plane: each dy is added where it came from, for every input value in the same
// order.
struct MaxPoolScatter {
  static constexpr int64_t work = 1 << 13;
  int64_t in, out;  // values of a plane
  const float* dy;
  const int32_t* argmax;
  float* dx;
  bool add;
  void operator()(int64_t plane) const {
    float* const to = dx + plane * in;
    float* sum = to;
    if (add) sum = static_cast<float*>(thread_scratch(2, sizeof(float) * static_cast<size_t>(in)));
    std::fill_n(sum, in, 0.0f);
    for (int64_t i = plane * out; i < (plane + 1) * out; ++i) sum[argmax[i]] += dy[i];
    for (int64_t i = 0; add && i < in; ++i) to[i] += sum[i];
  }
};

#endif

template <int W>
struct MaxPoolBackward2x2 {
  static constexpr int64_t work = 64;
  int w, p, q, packs, together;
  int64_t plane;
  const float* dy;
  const int32_t* argmax;
  float* dx;
  bool add;
  // Some windows of a row: two rows of inputs, and what no window reaches beside and below them.
  HD void operator()(int64_t index) const {
    const int64_t window_row = index / packs;
    const int first = static_cast<int>(index % packs) * W * together;
    const int32_t row = static_cast<int32_t>(window_row % p) * 2;
    float* top = dx + window_row / p * plane + static_cast<int64_t>(row) * w;
    float* bottom = top + w;
    for (int i = first; i < first + W * together && i < q; i += W) {
      const int count = q - i < W ? q - i : W;
      const Pack<float, W> d = load_part<W>(dy + window_row * q + i, count);
      const Pack<int32_t, W> place = load_part<W>(argmax + window_row * q + i, count) - iota<W>(row * w + 2 * i, 2);
      Pack<float, W> a = select(place, 0, d), b = select(place, 1, d);
      Pack<float, W> c = select(place, w, d), e = select(place, w + 1, d);
      if (add) {
        Pack<float, W> even, odd;
        split_pairs(top + 2 * i, count, &even, &odd);
        a += even, b += odd;
        split_pairs(bottom + 2 * i, count, &even, &odd);
        c += even, e += odd;
      }
      store_pairs(a, b, count, top + 2 * i);
      store_pairs(c, e, count, bottom + 2 * i);
    }
    if (add || first != 0) return;
    if (2 * q < w) top[2 * q] = bottom[2 * q] = 0;
    if (row + 2 >= 2 * p) {
      for (int64_t i = static_cast<int64_t>(row + 2) * w; i < plane; ++i) top[i - static_cast<int64_t>(row) * w] = 0;
    }
  }
};

struct AveragePool {
  static constexpr int64_t work = 64;
  PoolAxis rows, columns;
  const float* x;
  float* y;
  int pad_bottom, pad_right;
  bool count_include_pad;
  // How many places the window (p, q) divides by.
  HD float divisor(int p, int q) const {
    if (!count_include_pad) {
      return static_cast<float>((rows.end(p) - rows.begin(p)) * (columns.end(q) - columns.begin(q)));
    }
    const int y0 = p * rows.stride - rows.pad, x0 = q * columns.stride - columns.pad;
    const int y1 = y0 + rows.window < rows.size + pad_bottom ? y0 + rows.window : rows.size + pad_bottom;
    const int x1 = x0 + columns.window < columns.size + pad_right ? x0 + columns.window : columns.size + pad_right;
    return static_cast<float>((y1 - y0) * (x1 - x0));
  }
  HD void operator()(int64_t index) const {
    const int p = static_cast<int>(index % rows.out);
    const float* from = x + index / rows.out * rows.size * columns.size;
    for (int q = 0; q < columns.out; ++q) {
      const int y1 = rows.end(p), x1 = columns.end(q);
      float sum = 0;
      for (int yy = rows.begin(p); yy < y1; ++yy) {
        for (int xx = columns.begin(q); xx < x1; ++xx) sum += from[yy * columns.size + xx];
      }
      y[index * columns.out + q] = sum / divisor(p, q);
    }
  }
};
struct AveragePoolBackward {
  static constexpr int64_t work = 128;
  AveragePool pool;  // x and y unused
  const float* dy;
  float* dx;
  bool add;
  HD void operator()(int64_t index) const {
    const int row = static_cast<int>(index % pool.rows.size);
    const int64_t plane = index / pool.rows.size * pool.rows.out * pool.columns.out;
    const int p1 = pool.rows.last_out(row);
    for (int column = 0; column < pool.columns.size; ++column) {
      const int q1 = pool.columns.last_out(column);
      float sum = 0;
      for (int p = pool.rows.first_out(row); p <= p1; ++p) {
        for (int q = pool.columns.first_out(column); q <= q1; ++q) {
          sum += dy[plane + static_cast<int64_t>(p) * pool.columns.out + q] / pool.divisor(p, q);
        }
      }
      float* to = dx + index * pool.columns.size + column;
      *to = add ? *to + sum : sum;
    }
  }
};

struct GlobalAverage {
  static constexpr int64_t work = 256;
  const float* x;
  float* y;
  int64_t pixels;
  HD void operator()(int64_t plane) const {
    // Eight sums side by side: the order stays fixed, and a processor can run them together.
    float sum[8] = {};
    const float* from = x + plane * pixels;
    int64_t i = 0;
    for (; i + 8 <= pixels; i += 8) {
      for (int k = 0; k < 8; ++k) sum[k] += from[i + k];
    }
    float rest = 0;
    for (; i < pixels; ++i) rest += from[i];
    y[plane] = (((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7])) + rest) /
               static_cast<float>(pixels);
  }
};
struct GlobalAverageBackward {
  const float* dy;
  float* dx;
  int64_t pixels;
  float share;
  bool add;
  HD void operator()(int64_t i) const {
    const float v = dy[i / pixels] * share;
    dx[i] = add ? dx[i] + v : v;
  }
};

#ifdef __CUDACC__

template struct CudaFlat<MaxPool>;
template struct CudaFlat<MaxPool2x2<1>>;
template struct CudaFlat<MaxPoolBackward>;
template struct CudaFlat<MaxPoolBackward2x2<1>>;
template struct CudaFlat<AveragePool>;
template struct CudaFlat<AveragePoolBackward>;
template struct CudaFlat<GlobalAverage>;
template struct CudaFlat<GlobalAverageBackward>;

#else

namespace {

PoolAxis rows_of(const Pool2dShape& s) { return {s.h, s.p(), s.r, s.stride_y, s.pad_top}; }
PoolAxis columns_of(const Pool2dShape& s) { return {s.w, s.q(), s.s, s.stride_x, s.pad_left}; }

bool is_2x2(const Pool2dShape& s) {
  return s.r == 2 && s.s == 2 && s.stride_y == 2 && s.stride_x == 2 && s.pad_top == 0 && s.pad_bottom == 0 &&
         s.pad_left == 0 && s.pad_right == 0 && s.p() == s.h / 2 && s.q() == s.w / 2;
}

Pool3dShape general(const Pool2dShape& s) {
  Pool3dShape g;
  g.n = s.n, g.c = s.c;
  g.in[1] = s.h, g.in[2] = s.w;
  g.window[1] = s.r, g.window[2] = s.s;
  g.stride[1] = s.stride_y, g.stride[2] = s.stride_x;
  g.dilation[1] = s.dilation_y, g.dilation[2] = s.dilation_x;
  g.before[1] = s.pad_top, g.before[2] = s.pad_left;
  g.after[1] = s.pad_bottom, g.after[2] = s.pad_right;
  g.ceil_mode = s.ceil_mode, g.count_include_pad = s.count_include_pad;
  return g;
}
bool is_dilated(const Pool2dShape& s) { return s.dilation_y != 1 || s.dilation_x != 1; }

// One window per thread on a GPU, a whole row of windows per index on the CPU.
template <typename Target>
struct WindowPacks {
  static constexpr int W = Target::is_gpu ? 1 : Target::width;
  int packs, together;
  explicit WindowPacks(int q) : packs(Target::is_gpu ? q : 1), together(Target::is_gpu ? 1 : (q + W - 1) / W) {}
};

}  // namespace

void check(const Pool2dShape& s) { check(general(s)); }

void max_pool_forward(Stream& stream, const Pool2dShape& s, const float* x, float* y, int32_t* argmax) {
  check(s);
  if (is_dilated(s)) return max_pool3d_forward(stream, general(s), x, y, argmax);
  const int64_t rows = static_cast<int64_t>(s.n) * s.c * s.p();
  const MaxPool pool{rows_of(s), columns_of(s), x, y, argmax};
  if (argmax == nullptr && s.stride_x <= 2 && stream.device().is_cpu()) {
    using Values = MaxPoolValues<CpuTarget::width>;
    const int parts = (s.p() + Values::together - 1) / Values::together;
    return for_each(CpuTarget{}, stream, "max_pool", static_cast<int64_t>(s.n) * s.c * parts, Values{pool, parts});
  }
  if (is_2x2(s)) {
    return with_target(stream, [&](auto target) {
      using Packs = WindowPacks<decltype(target)>;
      const Packs k(s.q());
      for_each(
          target, stream, "max_pool", rows * k.packs,
          MaxPool2x2<Packs::W>{s.w, s.p(), s.q(), k.packs, k.together, static_cast<int64_t>(s.h) * s.w, x, y, argmax});
    });
  }
  with_target(stream, [&](auto target) {
    if constexpr (!decltype(target)::is_gpu) {
      if (s.stride_x <= 2) {
        return for_each(target, stream, "max_pool", rows, MaxPoolPacks<decltype(target)::width>{pool});
      }
    }
    for_each(target, stream, "max_pool", rows, pool);
  });
}

void max_pool_backward(Stream& stream, const Pool2dShape& s, const float* dy, const int32_t* argmax, float* dx,
                       Result result) {
  check(s);
  if (is_dilated(s)) return max_pool3d_backward(stream, general(s), dy, argmax, dx, result);
  const int64_t planes = static_cast<int64_t>(s.n) * s.c;
  if (is_2x2(s)) {
    return with_target(stream, [&](auto target) {
      using Packs = WindowPacks<decltype(target)>;
      const Packs k(s.q());
      for_each(target, stream, "max_pool_backward", planes * s.p() * k.packs,
               MaxPoolBackward2x2<Packs::W>{s.w, s.p(), s.q(), k.packs, k.together, static_cast<int64_t>(s.h) * s.w, dy,
                                            argmax, dx, result == Result::accumulate});
    });
  }
  if (stream.device().is_cpu()) {
    return for_each(
        CpuTarget{}, stream, "max_pool_backward", planes,
        MaxPoolScatter{int64_t{s.h} * s.w, int64_t{s.p()} * s.q(), dy, argmax, dx, result == Result::accumulate});
  }
  for_each(stream, "max_pool_backward", planes * s.h,
           MaxPoolBackward{rows_of(s), columns_of(s), dy, argmax, dx, result == Result::accumulate});
}

void average_pool_forward(Stream& stream, const Pool2dShape& s, const float* x, float* y) {
  check(s);
  if (is_dilated(s)) return average_pool3d_forward(stream, general(s), x, y);
  for_each(stream, "average_pool", static_cast<int64_t>(s.n) * s.c * s.p(),
           AveragePool{rows_of(s), columns_of(s), x, y, s.pad_bottom, s.pad_right, s.count_include_pad});
}

void average_pool_backward(Stream& stream, const Pool2dShape& s, const float* dy, float* dx, Result result) {
  check(s);
  if (is_dilated(s)) return average_pool3d_backward(stream, general(s), dy, dx, result);
  const AveragePool pool{rows_of(s), columns_of(s), nullptr, nullptr, s.pad_bottom, s.pad_right, s.count_include_pad};
  for_each(stream, "average_pool_backward", static_cast<int64_t>(s.n) * s.c * s.h,
           AveragePoolBackward{pool, dy, dx, result == Result::accumulate});
}

void global_average_pool_forward(Stream& stream, int n, int c, int64_t pixels, const float* x, float* y) {
  for_each(stream, "global_average_pool", static_cast<int64_t>(n) * c, GlobalAverage{x, y, pixels});
}

void global_average_pool_backward(Stream& stream, int n, int c, int64_t pixels, const float* dy, float* dx,
                                  Result result) {
  for_each(stream, "global_average_pool_backward", static_cast<int64_t>(n) * c * pixels,
           GlobalAverageBackward{dy, dx, pixels, 1.0f / static_cast<float>(pixels), result == Result::accumulate});
}

#endif

}  // namespace striate
