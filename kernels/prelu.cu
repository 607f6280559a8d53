#include "kernels/prelu.h"

#include <string>

#include "kernels/error.h"
#include "kernels/launch.h"
#include "kernels/pack_math.h"

namespace striate {

// One index per piece of the innermost axis, along which the slopes are one or lie side by side.
struct PreluPieces {
  PreluShape shape;
  int64_t piece, pieces;
  struct Place {
    int64_t begin, end, slope;  // slope: of place `begin`
  };
  HD Place place(int64_t index) const {
    const int inner = shape.axes - 1;
    int64_t row = index / pieces;
    const int64_t start = index % pieces * piece, rest = shape.size[inner] - start;
    Place p{row * shape.size[inner] + start, 0, start * shape.stride[inner]};
    p.end = p.begin + (rest < piece ? rest : piece);
    for (int axis = inner - 1; axis >= 0; --axis) {
      p.slope += row % shape.size[axis] * shape.stride[axis];
      row /= shape.size[axis];
    }
    return p;
  }
};

struct Prelu {
  static constexpr int64_t work = 256;
  PreluPieces pieces;
  const float* x;
  const float* slopes;
  float* y;
  HD void operator()(int64_t index) const {
    const PreluPieces::Place p = pieces.place(index);
    const bool one = pieces.shape.stride[pieces.shape.axes - 1] == 0;
    const float all = slopes[p.slope];
    const float* from = x;
    float* to = y;
    for (int64_t i = p.begin; i < p.end; ++i) {
      const float v = from[i], slope = one ? all : slopes[p.slope + i - p.begin];
      to[i] = v > 0.0f ? v : slope * v;
    }
  }
};
struct PreluBackward {
  static constexpr int64_t work = 256;
  PreluPieces pieces;
  const float* x;
  const float* slopes;
  const float* dy;
  float* dx;
  bool add;
  HD void operator()(int64_t index) const {
    const PreluPieces::Place p = pieces.place(index);
    const bool one = pieces.shape.stride[pieces.shape.axes - 1] == 0;
    const float all = slopes[p.slope];
    for (int64_t i = p.begin; i < p.end; ++i) {
      const float slope = one ? all : slopes[p.slope + i - p.begin];
      const float v = x[i] > 0.0f ? dy[i] : slope * dy[i];
      dx[i] = add ? dx[i] + v : v;
    }
  }
};

// One block per slope: its threads share out the innermost of the axes over which it repeats.
template <int W, int Threads>
struct PreluBySlopes {
  static constexpr int threads = Threads;
  static constexpr int64_t work = 1024;
  struct Shared {
    double sum[Threads];
  };
  PreluShape shape;
  const float* x;
  const float* dy;
  float* dslopes;
  int64_t slopes;

  HD void operator()(Block<Threads> block, Shared& shared) const {
    const int64_t slope = static_cast<int64_t>(block.y) * 32768 + block.x;
    if (slope >= slopes) return;
    // Where this slope's values begin, and the axes over which they lie, innermost first.
    int64_t first = 0, left = slope, step = 1, size[PreluShape::kMaxAxes], steps[PreluShape::kMaxAxes], rows = 1;
    int repeats = 0;
    for (int axis = shape.axes - 1; axis >= 0; --axis) {
      if (shape.stride[axis] == 0) {
        if (repeats > 0) rows *= shape.size[axis];
        size[repeats] = shape.size[axis];
        steps[repeats++] = step;
      } else {
        first += left % shape.size[axis] * step;
        left /= shape.size[axis];
      }
      step *= shape.size[axis];
    }
    const int64_t inner = repeats > 0 ? size[0] : 1, inner_step = repeats > 0 ? steps[0] : 1;
    block.phase([&](int thread) {
      double sum = 0;
      for (int64_t row = 0; row < rows; ++row) {
        int64_t at = first, rest = row;
        for (int axis = 1; axis < repeats; ++axis) {
          at += rest % size[axis] * steps[axis];
          rest /= size[axis];
        }
        if (inner_step == 1) {
          sum += side_by_side(at, inner, thread);
          continue;
        }
        for (int64_t i = thread; i < inner; i += Threads) {
          const float v = x[at + i * inner_step], below = v > 0.0f ? 0.0f : v;
          sum += static_cast<double>(below) * static_cast<double>(dy[at + i * inner_step]);
        }
      }
      shared.sum[thread] = sum;
    });
    for (int half = Threads / 2; half > 0; half /= 2) {
      block.phase([&](int thread) {
        if (thread < half) shared.sum[thread] += shared.sum[thread + half];
      });
    }
    block.phase([&](int thread) {
      if (thread == 0) dslopes[slope] = static_cast<float>(shared.sum[0]);
    });
  }

  HD double side_by_side(int64_t at, int64_t count, int thread) const {
    // Packs are added to for a while only, so that their float sums keep their digits.
    constexpr int64_t stretch = static_cast<int64_t>(Threads) * W * 64;
    const Pack<float, W> zero = Pack<float, W>::all(0);
    double sum = 0;
    for (int64_t begin = 0; begin < count; begin += stretch) {
      const int64_t end = begin + stretch < count ? begin + stretch : count;
      Pack<float, W> lanes = zero;
      for (int64_t i = begin + thread * W; i < end; i += Threads * W) {
        const Pack<float, W> below = minimum(load_part<W>(x + at + i, end - i), zero);
        lanes = fma(below, load_part<W>(dy + at + i, end - i), lanes);
      }
      sum += static_cast<double>(sum_of(lanes));
    }
    return sum;
  }
};

#ifdef __CUDACC__

template struct CudaFlat<Prelu>;
template struct CudaFlat<PreluBackward>;
template struct CudaBlocks<PreluBySlopes<1, 128>>;

#else

namespace {

PreluPieces pieces_of(const Stream& stream, const PreluShape& shape) {
  const int64_t piece = stream.device().is_gpu() ? 8 : 256;
  return {shape, piece, (shape.size[shape.axes - 1] + piece - 1) / piece};
}
int64_t indices(const PreluPieces& p) {
  return p.shape.count() == 0 ? 0 : p.shape.count() / p.shape.size[p.shape.axes - 1] * p.pieces;
}
std::string text_of(const std::vector<int64_t>& sizes) {
  std::string text;
  for (const int64_t size : sizes) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text.empty() ? "one value" : text;
}

}  // namespace

int64_t PreluShape::count() const {
  int64_t product = 1;
  for (int i = 0; i < axes; ++i) product *= size[i];
  return product;
}
int64_t PreluShape::slopes() const {
  int64_t product = 1;
  for (int i = 0; i < axes; ++i) product *= stride[i] == 0 ? 1 : size[i];
  return product;
}

PreluShape prelu_shape(const std::vector<int64_t>& x, const std::vector<int64_t>& slopes) {
  if (x.size() > PreluShape::kMaxAxes) {
    throw Error("prelu of " + std::to_string(x.size()) + " axes", "at most 8 are possible");
  }
  const Error misfit("slopes of " + text_of(slopes) + " for " + text_of(x),
                     "from the right each size of the slopes is 1 or that of the values");
  if (slopes.size() > x.size()) throw misfit;
  const size_t shift = x.size() - slopes.size();
  PreluShape shape;
  shape.axes = 0;
  bool repeats[PreluShape::kMaxAxes] = {};
  for (size_t axis = 0; axis < x.size(); ++axis) {
    const int64_t own = axis < shift ? 1 : slopes[axis - shift];
    if (own != 1 && own != x[axis]) throw misfit;
    if (x[axis] == 1) continue;
    const bool repeated = own == 1;
    if (shape.axes > 0 && repeats[shape.axes - 1] == repeated) {
      shape.size[shape.axes - 1] *= x[axis];
    } else {
      repeats[shape.axes] = repeated;
      shape.size[shape.axes++] = x[axis];
    }
  }
  if (shape.axes == 0) {
    shape.axes = 1;
    repeats[0] = true;
    shape.size[0] = 1;
  }
  int64_t stride = 1;
  for (int axis = shape.axes - 1; axis >= 0; --axis) {
    shape.stride[axis] = repeats[axis] ? 0 : stride;
    if (!repeats[axis]) stride *= shape.size[axis];
  }
  return shape;
}

void prelu_forward(Stream& stream, const PreluShape& shape, const float* x, const float* slopes, float* y) {
  const PreluPieces p = pieces_of(stream, shape);
  for_each(stream, "prelu", indices(p), Prelu{p, x, slopes, y});
}
void prelu_backward_input(Stream& stream, const PreluShape& shape, const float* x, const float* slopes, const float* dy,
                          float* dx, Result result) {
  const PreluPieces p = pieces_of(stream, shape);
  for_each(stream, "prelu_by_input", indices(p), PreluBackward{p, x, slopes, dy, dx, result == Result::accumulate});
}
void prelu_backward_slopes(Stream& stream, const PreluShape& shape, const float* x, const float* dy, float* dslopes) {
  const int64_t slopes = shape.slopes();
  const Grid grid{static_cast<int>(slopes < 32768 ? slopes : 32768), static_cast<int>((slopes + 32767) / 32768), 1};
  with_target(stream, [&](auto target) {
    using T = decltype(target);
    using K = PreluBySlopes<T::is_gpu ? 1 : T::width, T::is_gpu ? 128 : 1>;
    for_each_block(target, stream, "prelu_by_slopes", grid, K{shape, x, dy, dslopes, slopes});
  });
}

#endif

}  // namespace striate
