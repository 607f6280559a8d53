#include "kernels/local2d.h"

#include <string>

#include "kernels/error.h"
#include "kernels/launch.h"

namespace striate {

// What the three kernels share: sizes, and where a tile begins.
struct LocalPlaces {
  Local2dShape shape;
  int p, q;

  HD int tile_row(int row) const { return static_cast<int>(static_cast<int64_t>(row) * shape.sets_y / p); }
  HD int tile_column(int column) const { return static_cast<int>(static_cast<int64_t>(column) * shape.sets_x / q); }
  // The first place of a tile: the smallest i with i * sets / places == tile.
  HD static int first(int tile, int sets, int places) {
    return static_cast<int>((static_cast<int64_t>(tile) * places + sets - 1) / sets);
  }
};

// One index per output value.
struct Local2d {
  static constexpr int64_t work = 64;
  LocalPlaces at;
  const float* x;
  const float* w;
  const float* b;
  float* y;
  HD void operator()(int64_t index) const {
    const Conv2dShape& s = at.shape.plane;
    const int column = static_cast<int>(index % at.q), row = static_cast<int>(index / at.q % at.p);
    const int64_t map = index / at.q / at.p;
    const int k = static_cast<int>(map % s.k);
    const int64_t n = map / s.k,
                  set = static_cast<int64_t>(at.tile_row(row)) * at.shape.sets_x + at.tile_column(column);
    const int64_t filter = set * s.k + k;
    const float* weight = w + filter * s.c * s.r * s.s;
    const float* picture = x + n * s.c * s.h * s.w;
    const int top = row * s.stride_y - s.pad_top, left = column * s.stride_x - s.pad_left;
    double sum = b == nullptr ? 0.0 : static_cast<double>(b[filter]);
    for (int c = 0; c < s.c; ++c) {
      for (int r = 0; r < s.r; ++r) {
        const int from = top + r * s.dilation_y;
        if (from < 0 || from >= s.h) continue;
        const float* line = picture + (static_cast<int64_t>(c) * s.h + from) * s.w;
        const float* taps = weight + (static_cast<int64_t>(c) * s.r + r) * s.s;
        for (int t = 0; t < s.s; ++t) {
          const int place = left + t * s.dilation_x;
          if (place >= 0 && place < s.w) sum += static_cast<double>(line[place]) * static_cast<double>(taps[t]);
        }
      }
    }
    y[index] = static_cast<float>(sum);
  }
};

// One index per input value: the places whose windows it lies in.
struct Local2dByInput {
  static constexpr int64_t work = 128;
  LocalPlaces at;
  const float* dy;
  const float* w;
  float* dx;
  bool add;
  HD void operator()(int64_t index) const {
    const Conv2dShape& s = at.shape.plane;
    const int column = static_cast<int>(index % s.w), row = static_cast<int>(index / s.w % s.h);
    const int64_t map = index / s.w / s.h;
    const int c = static_cast<int>(map % s.c);
    const int64_t n = map / s.c;
    double sum = 0;
    for (int r = 0; r < s.r; ++r) {
      const int down = row + s.pad_top - r * s.dilation_y;
      if (down < 0 || down % s.stride_y != 0 || down / s.stride_y >= at.p) continue;
      for (int t = 0; t < s.s; ++t) {
        const int right = column + s.pad_left - t * s.dilation_x;
        if (right < 0 || right % s.stride_x != 0 || right / s.stride_x >= at.q) continue;
        const int p = down / s.stride_y, q = right / s.stride_x;
        const int64_t set = static_cast<int64_t>(at.tile_row(p)) * at.shape.sets_x + at.tile_column(q);
        for (int k = 0; k < s.k; ++k) {
          const int64_t filter = set * s.k + k;
          sum += static_cast<double>(dy[((n * s.k + k) * at.p + p) * at.q + q]) *
                 static_cast<double>(w[((filter * s.c + c) * s.r + r) * s.s + t]);
        }
      }
    }
    const float v = static_cast<float>(sum);
    dx[index] = add ? dx[index] + v : v;
  }
};

// One index per weight, or, without x, per bias: the sum over the pictures and the places of its tile.
struct Local2dByWeights {
  static constexpr int64_t work = 256;
  LocalPlaces at;
  const float* x;  // null: of biases
  const float* dy;
  float* dw;
  bool add;
  HD void operator()(int64_t index) const {
    const Conv2dShape& s = at.shape.plane;
    int r = 0, t = 0, c = 0;
    int64_t filter = index;
    if (x != nullptr) {
      t = static_cast<int>(index % s.s);
      r = static_cast<int>(index / s.s % s.r);
      c = static_cast<int>(index / s.s / s.r % s.c);
      filter = index / s.s / s.r / s.c;
    }
    const int k = static_cast<int>(filter % s.k);
    const int64_t set = filter / s.k;
    const int tile_row = static_cast<int>(set / at.shape.sets_x), tile_column = static_cast<int>(set % at.shape.sets_x);
    const int top = LocalPlaces::first(tile_row, at.shape.sets_y, at.p);
    const int bottom = LocalPlaces::first(tile_row + 1, at.shape.sets_y, at.p);
    const int left = LocalPlaces::first(tile_column, at.shape.sets_x, at.q);
    const int right = LocalPlaces::first(tile_column + 1, at.shape.sets_x, at.q);
    double sum = 0;
    for (int n = 0; n < s.n; ++n) {
      const float* map = dy + (static_cast<int64_t>(n) * s.k + k) * at.p * at.q;
      const float* plane = x == nullptr ? nullptr : x + (static_cast<int64_t>(n) * s.c + c) * s.h * s.w;
      for (int p = top; p < bottom; ++p) {
        const int row = p * s.stride_y - s.pad_top + r * s.dilation_y;
        if (x != nullptr && (row < 0 || row >= s.h)) continue;
        for (int q = left; q < right; ++q) {
          const double slope = static_cast<double>(map[static_cast<int64_t>(p) * at.q + q]);
          if (x == nullptr) {
            sum += slope;
            continue;
          }
          const int column = q * s.stride_x - s.pad_left + t * s.dilation_x;
          if (column >= 0 && column < s.w) {
            sum += slope * static_cast<double>(plane[static_cast<int64_t>(row) * s.w + column]);
          }
        }
      }
    }
    const float v = static_cast<float>(sum);
    dw[index] = add ? dw[index] + v : v;
  }
};

#ifdef __CUDACC__

template struct CudaFlat<Local2d>;
template struct CudaFlat<Local2dByInput>;
template struct CudaFlat<Local2dByWeights>;

#else

namespace {

LocalPlaces places_of(const Local2dShape& shape) {
  check(shape);
  return {shape, shape.plane.p(), shape.plane.q()};
}

}  // namespace

void check(const Local2dShape& shape) {
  check(shape.plane);
  if (shape.plane.groups != 1) {
    throw Error("a locally connected layer in " + std::to_string(shape.plane.groups) + " groups", "it has none");
  }
  if (shape.sets_y < 1 || shape.sets_x < 1 || shape.sets_y > shape.plane.p() || shape.sets_x > shape.plane.q()) {
    throw Error(std::to_string(shape.sets_y) + " x " + std::to_string(shape.sets_x) + " sets of weights for " +
                    std::to_string(shape.plane.p()) + " x " + std::to_string(shape.plane.q()) + " places",
                "from 1 to as many as there are places");
  }
}

void local2d_forward(Stream& stream, const Local2dShape& shape, const float* x, const float* w, const float* b,
                     float* y) {
  for_each(stream, "local2d", shape.plane.y_size(), Local2d{places_of(shape), x, w, b, y});
}
void local2d_backward_input(Stream& stream, const Local2dShape& shape, const float* dy, const float* w, float* dx,
                            Result result) {
  for_each(stream, "local2d_by_input", shape.plane.x_size(),
           Local2dByInput{places_of(shape), dy, w, dx, result == Result::accumulate});
}
void local2d_backward_weights(Stream& stream, const Local2dShape& shape, const float* x, const float* dy, float* dw,
                              float* db, Result result) {
  const LocalPlaces at = places_of(shape);
  const bool add = result == Result::accumulate;
  if (dw != nullptr) for_each(stream, "local2d_by_weights", shape.w_size(), Local2dByWeights{at, x, dy, dw, add});
  if (db != nullptr) {
    for_each(stream, "local2d_by_biases", shape.b_size(), Local2dByWeights{at, nullptr, dy, db, add});
  }
}

#endif

}  // namespace striate
