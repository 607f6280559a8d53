// Forward: an index makes a row of outputs, or one on a GPU. Backward passes gather: an input value asks the windows
// that hold it, so no two indices write the same place.
#include "kernels/pool3d.h"

#include <cmath>
#include <string>

#include "kernels/error.h"
#include "kernels/launch.h"

namespace striate {

struct Pool3dAxis {
  int in, out, window, stride, dilation, before, after;
  HD int start(int o) const { return o * stride - before; }
  // The taps of output o that lie in the volume: first_tap .. last_tap - 1; none where they meet.
  HD int first_tap(int o) const {
    const int s = start(o);
    return s >= 0 ? 0 : (-s + dilation - 1) / dilation;
  }
  HD int last_tap(int o) const { return taps_below(o, in); }
  HD int inside(int o) const {
    const int count = last_tap(o) - first_tap(o);
    return count > 0 ? count : 0;
  }
  HD int inside_padding(int o) const { return taps_below(o, in + after); }
  // The output that reads place i with tap t; -1: none.
  HD int out_of(int i, int t) const {
    const int o = i + before - t * dilation;
    if (o < 0 || o % stride != 0) return -1;
    return o / stride < out ? o / stride : -1;
  }
  HD int taps_below(int o, int limit) const {
    const int room = limit - start(o);
    const int taps = room <= 0 ? 0 : (room + dilation - 1) / dilation;
    return taps < window ? taps : window;
  }
};

// The windows that hold place `index` of x, in the order of their outputs: f(where y stands, o, p, q).
template <typename F>
HD void for_each_window(const Pool3dAxis& z, const Pool3dAxis& y, const Pool3dAxis& x, int64_t index, const F& f) {
  const int column = static_cast<int>(index % x.in), row = static_cast<int>(index / x.in % y.in);
  const int slice = static_cast<int>(index / x.in / y.in % z.in);
  const int64_t plane = index / x.in / y.in / z.in;
  for (int tz = z.window - 1; tz >= 0; --tz) {
    const int o = z.out_of(slice, tz);
    if (o < 0) continue;
    for (int ty = y.window - 1; ty >= 0; --ty) {
      const int p = y.out_of(row, ty);
      if (p < 0) continue;
      for (int tx = x.window - 1; tx >= 0; --tx) {
        const int q = x.out_of(column, tx);
        if (q >= 0) f(((plane * z.out + o) * y.out + p) * x.out + q, o, p, q);
      }
    }
  }
}

// The outputs of an index: `together` neighbors of one row.
struct Pool3dRows {
  Pool3dAxis z, y, x;
  int together, parts;
  struct Place {
    int64_t plane;  // n*C + c
    int slice, row, first, last;
  };
  HD Place place(int64_t index) const {
    Place at;
    at.first = static_cast<int>(index % parts) * together;
    at.last = at.first + together < x.out ? at.first + together : x.out;
    int64_t rest = index / parts;
    at.row = static_cast<int>(rest % y.out);
    rest /= y.out;
    at.slice = static_cast<int>(rest % z.out);
    at.plane = rest / z.out;
    return at;
  }
  HD int64_t in_volume() const { return static_cast<int64_t>(z.in) * y.in * x.in; }
  HD int64_t out_row(const Place& at) const { return ((at.plane * z.out + at.slice) * y.out + at.row) * x.out; }
  // The first largest value of a window: its place in the channel, -1 where there is none.
  HD int32_t winner(const float* from, const Place& at, int column, float* best) const {
    int32_t winner = -1;
    *best = -INFINITY;
    const int x0 = x.first_tap(column), x1 = x.last_tap(column), left = x.start(column);
    for (int tz = z.first_tap(at.slice); tz < z.last_tap(at.slice); ++tz) {
      const int slice = z.start(at.slice) + tz * z.dilation;
      for (int ty = y.first_tap(at.row); ty < y.last_tap(at.row); ++ty) {
        const int32_t line = (slice * y.in + y.start(at.row) + ty * y.dilation) * x.in + left;
        for (int tx = x0; tx < x1; ++tx) {
          const float v = from[line + tx * x.dilation];
          if (winner < 0 || v > *best || (v != v && *best == *best)) {
            *best = v;
            winner = line + tx * x.dilation;
          }
        }
      }
    }
    return winner;
  }
};

struct MaxPool3d {
  static constexpr int64_t work = 256;
  Pool3dRows rows;
  const float* x;
  float* y;
  int32_t* argmax;
  HD void operator()(int64_t index) const {
    const Pool3dRows::Place at = rows.place(index);
    const float* from = x + at.plane * rows.in_volume();
    const int64_t out = rows.out_row(at);
    for (int q = at.first; q < at.last; ++q) {
      float best;
      const int32_t winner = rows.winner(from, at, q, &best);
      y[out + q] = best;
      if (argmax != nullptr) argmax[out + q] = winner;
    }
  }
};

struct MaxPool3dArgmax {
  static constexpr int64_t work = 256;
  Pool3dRows rows;
  bool columns_first;
  const float* x;
  float* places;
  HD void operator()(int64_t index) const {
    const Pool3dRows::Place at = rows.place(index);
    const int64_t before = at.plane * rows.in_volume(), out = rows.out_row(at);
    for (int q = at.first; q < at.last; ++q) {
      float best;
      int32_t winner = rows.winner(x + before, at, q, &best);
      if (winner >= 0 && columns_first) {
        const int column = winner % rows.x.in, row = winner / rows.x.in % rows.y.in;
        winner = (column * rows.y.in + row) * rows.z.in + winner / rows.x.in / rows.y.in;
      }
      places[out + q] = winner < 0 ? -1.0f : static_cast<float>(before + winner);
    }
  }
};

struct MaxPool3dBackward {
  static constexpr int64_t work = 64;
  Pool3dAxis z, y, x;
  const float* dy;
  const int32_t* argmax;
  float* dx;
  bool add;
  HD void operator()(int64_t index) const {
    const int32_t me = static_cast<int32_t>(index % (static_cast<int64_t>(z.in) * y.in * x.in));
    float sum = 0;
    for_each_window(z, y, x, index, [&](int64_t at, int, int, int) {
      if (argmax[at] == me) sum += dy[at];
    });
    dx[index] = add ? dx[index] + sum : sum;
  }
};

struct AveragePool3d {
  static constexpr int64_t work = 256;
  Pool3dRows rows;
  const float* x;
  float* y;
  bool count_include_pad;
  // How many places the window divides by.
  HD float divisor(int o, int p, int q) const {
    if (count_include_pad) {
      return static_cast<float>(rows.z.inside_padding(o) * rows.y.inside_padding(p) * rows.x.inside_padding(q));
    }
    return static_cast<float>(rows.z.inside(o) * rows.y.inside(p) * rows.x.inside(q));
  }
  HD void operator()(int64_t index) const {
    const Pool3dRows::Place at = rows.place(index);
    const Pool3dAxis &az = rows.z, &ay = rows.y, &ax = rows.x;
    const float* from = x + at.plane * rows.in_volume();
    const int64_t out = rows.out_row(at);
    for (int q = at.first; q < at.last; ++q) {
      const int x0 = ax.first_tap(q), x1 = ax.last_tap(q);
      float sum = 0;
      for (int tz = az.first_tap(at.slice); tz < az.last_tap(at.slice); ++tz) {
        const int slice = az.start(at.slice) + tz * az.dilation;
        for (int ty = ay.first_tap(at.row); ty < ay.last_tap(at.row); ++ty) {
          const int64_t line =
              (static_cast<int64_t>(slice) * ay.in + ay.start(at.row) + ty * ay.dilation) * ax.in + ax.start(q);
          for (int tx = x0; tx < x1; ++tx) sum += from[line + tx * ax.dilation];
        }
      }
      const float places = divisor(at.slice, at.row, q);
      y[out + q] = places > 0 ? sum / places : 0.0f;
    }
  }
};

struct AveragePool3dBackward {
  static constexpr int64_t work = 64;
  AveragePool3d pool;  // x and y unused
  const float* dy;
  float* dx;
  bool add;
  HD void operator()(int64_t index) const {
    const Pool3dAxis &z = pool.rows.z, &y = pool.rows.y, &x = pool.rows.x;
    float sum = 0;
    for_each_window(z, y, x, index, [&](int64_t at, int o, int p, int q) { sum += dy[at] / pool.divisor(o, p, q); });
    dx[index] = add ? dx[index] + sum : sum;
  }
};

#ifdef __CUDACC__

template struct CudaFlat<MaxPool3d>;
template struct CudaFlat<MaxPool3dArgmax>;
template struct CudaFlat<MaxPool3dBackward>;
template struct CudaFlat<AveragePool3d>;
template struct CudaFlat<AveragePool3dBackward>;

#else

namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& hint) { throw Error("pooling: " + what, hint); }

Pool3dAxis axis(const Pool3dShape& s, int a) {
  return {s.in[a], s.out(a), s.window[a], s.stride[a], s.dilation[a], s.before[a], s.after[a]};
}
Pool3dRows rows(const Stream& stream, const Pool3dShape& s) {
  const int q = s.out(2), together = stream.device().is_cpu() ? q : 1;
  return {axis(s, 0), axis(s, 1), axis(s, 2), together, (q + together - 1) / together};
}
int64_t indices(const Pool3dShape& s, const Pool3dRows& r) {
  return static_cast<int64_t>(s.n) * s.c * s.out(0) * s.out(1) * r.parts;
}

}  // namespace

void check(const Pool3dShape& s) {
  if (s.n < 1 || s.c < 1) refuse("an input without values", "every size is at least 1");
  int64_t values = 1;
  for (int a = 0; a < 3; ++a) {
    if (s.in[a] < 1) refuse("an input without values", "every size is at least 1");
    if (s.window[a] < 1 || s.stride[a] < 1 || s.dilation[a] < 1) {
      refuse("window " + std::to_string(s.window[a]) + ", stride " + std::to_string(s.stride[a]) + ", dilation " +
                 std::to_string(s.dilation[a]),
             "window, stride and dilation are at least 1");
    }
    const int64_t covers = static_cast<int64_t>(s.dilation[a]) * (s.window[a] - 1) + 1;
    if (s.before[a] < 0 || s.after[a] < 0 || s.before[a] >= covers || s.after[a] >= covers) {
      refuse("padding of " + std::to_string(s.before[a]) + " and " + std::to_string(s.after[a]) +
                 " for windows that cover " + std::to_string(covers),
             "padding is 0 or more, and less than a window covers");
    }
    const int64_t room = static_cast<int64_t>(s.in[a]) + s.before[a] + s.after[a] - covers;
    if (room < 0 && (!s.ceil_mode || room <= -s.stride[a])) {
      refuse("a window that covers " + std::to_string(covers) + " of " + std::to_string(room + covers) +
                 " values with their padding",
             "make the window smaller");
    }
    values *= s.in[a];
    if (values > INT32_MAX || covers > INT32_MAX / 4 || s.in[a] > INT32_MAX / 4) {
      refuse("a channel of more than 2^31 values", "use smaller pictures");
    }
  }
}

void check_argmax(const Pool3dShape& s) {
  check(s);
  if (s.x_size() > 1 << 24) {
    refuse("the places of " + std::to_string(s.x_size()) + " values",
           "floats count exactly up to 2^24 = 16777216: use a smaller batch or smaller pictures");
  }
}

void max_pool3d_forward(Stream& stream, const Pool3dShape& s, const float* x, float* y, int32_t* argmax) {
  check(s);
  const Pool3dRows r = rows(stream, s);
  for_each(stream, "max_pool3d", indices(s, r), MaxPool3d{r, x, y, argmax});
}

void max_pool3d_argmax(Stream& stream, const Pool3dShape& s, bool columns_first, const float* x, float* places) {
  check_argmax(s);
  const Pool3dRows r = rows(stream, s);
  for_each(stream, "max_pool3d_argmax", indices(s, r), MaxPool3dArgmax{r, columns_first, x, places});
}

void max_pool3d_backward(Stream& stream, const Pool3dShape& s, const float* dy, const int32_t* argmax, float* dx,
                         Result result) {
  check(s);
  for_each(stream, "max_pool3d_backward", s.x_size(),
           MaxPool3dBackward{axis(s, 0), axis(s, 1), axis(s, 2), dy, argmax, dx, result == Result::accumulate});
}

void average_pool3d_forward(Stream& stream, const Pool3dShape& s, const float* x, float* y) {
  check(s);
  const Pool3dRows r = rows(stream, s);
  for_each(stream, "average_pool3d", indices(s, r), AveragePool3d{r, x, y, s.count_include_pad});
}

void average_pool3d_backward(Stream& stream, const Pool3dShape& s, const float* dy, float* dx, Result result) {
  check(s);
  for_each(stream, "average_pool3d_backward", s.x_size(),
           AveragePool3dBackward{
               {rows(stream, s), nullptr, nullptr, s.count_include_pad}, dy, dx, result == Result::accumulate});
}

#endif

}  // namespace striate
