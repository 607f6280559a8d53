#include "kernels/strided.h"

#include "kernels/elementwise.h"
#include "kernels/exponential.h"
#include "kernels/launch.h"
#include "kernels/strided_kernel.h"
#include "kernels/strided_rows.h"

namespace striate {

struct TakeSum {
  HD static float of(float a, float b) { return a + b; }
};
struct TakeDifference {
  HD static float of(float a, float b) { return a - b; }
};
struct TakeProduct {
  HD static float of(float a, float b) { return a * b; }
};
struct TakeQuotient {
  HD static float of(float a, float b) { return a / b; }
};
struct TakePower {
  HD static float of(float a, float b) { return powf(a, b); }
};
struct TakeLarger {
  HD static float of(float a, float b) { return a > b || a != a ? a : b; }
};
struct TakeSmaller {
  HD static float of(float a, float b) { return a < b || a != a ? a : b; }
};

// A term of a sum; see SumTerm. The slopes that few networks need are apart: a loop with a power in it is slower, even
// where it is not taken.
struct CommonTerms {
  HD static float of(SumTerm term, const float* x, const float* z, const float* w) {
    switch (term) {
      case SumTerm::product:
        return *x * *z;
      case SumTerm::quotient:
        return *x / *z;
      case SumTerm::slope_by_divisor:
        return -*x * (*z / *w) / *w;
      default:
        return *x;
    }
  }
};
struct SlopeTerms {
  HD static float of(SumTerm term, const float* x, const float* z, const float* w) {
    switch (term) {
      case SumTerm::power_by_base:
        return *x * *w * powf(*z, *w - 1.0f);
      case SumTerm::power_by_exponent:
        return *z == 0.0f ? 0.0f : *x * powf(*z, *w) * log_of(*z);
      case SumTerm::where_larger:
        return *z > *w ? *x : (*z == *w ? 0.5f * *x : 0.0f);
      case SumTerm::where_smaller:
        return *z < *w ? *x : (*z == *w ? 0.5f * *x : 0.0f);
      default:  // share_of_norm
        return *w == 0.0f ? 0.0f : *x * (*z / *w);
    }
  }
};

struct StridedSumArguments {
  SumTerm term;
  StridedRows kept, rows;  // the axes that stay; the outer ones of those that are summed
  int64_t row_count, inner;
  int64_t step[3];  // along the innermost summed axis
  const float* operands[3];
  float* y;
  float factor;
  bool add;
  HD void store(int64_t i, float sum) const { y[i] = add ? y[i] + factor * sum : factor * sum; }
};

// Short sums: one index adds up one output.
template <typename Terms>
struct StridedSumFlat : StridedSumArguments {
  static constexpr int64_t work = 64;
  HD void operator()(int64_t i) const {
    int64_t base[3] = {0, 0, 0};
    kept.place(i, base);
    float sum = 0;
    for (int64_t row = 0; row < row_count; ++row) {
      int64_t at[3] = {base[0], base[1], base[2]};
      rows.place(row, at);
      for (int64_t j = 0; j < inner; ++j) {
        sum += Terms::of(term, operands[0] + at[0] + j * step[0], operands[1] + at[1] + j * step[1],
                         operands[2] + at[2] + j * step[2]);
      }
    }
    store(i, sum);
  }
};

// Long sums: a block per output. A thread adds up every `threads`th value, 32 at a time; those parts are added in
// double precision, so that a sum of millions keeps its digits.
template <typename Terms, int lanes>
struct StridedSumBlocks : StridedSumArguments {
  static constexpr int threads = lanes;
  static constexpr int64_t work = 1 << 15;
  int64_t outputs;
  struct Shared {
    double sums[lanes];
  };
  HD void operator()(Block<lanes> block, Shared& shared) const {
    const int64_t i = block.x + static_cast<int64_t>(block.y) * 32768;
    if (i >= outputs) return;
    block.phase([&](int thread) {
      int64_t base[3] = {0, 0, 0};
      kept.place(i, base);
      double sum = 0;
      for (int64_t row = 0; row < row_count; ++row) {
        int64_t at[3] = {base[0], base[1], base[2]};
        rows.place(row, at);
        for (int64_t first = thread; first < inner; first += int64_t{32} * lanes) {
          const int64_t end = first + int64_t{32} * lanes < inner ? first + int64_t{32} * lanes : inner;
          float part = 0;
          for (int64_t j = first; j < end; j += lanes) {
            part += Terms::of(term, operands[0] + at[0] + j * step[0], operands[1] + at[1] + j * step[1],
                              operands[2] + at[2] + j * step[2]);
          }
          sum += static_cast<double>(part);
        }
      }
      shared.sums[thread] = sum;
    });
    block.phase([&](int thread) {
      if (thread != 0) return;
      double sum = 0;
      for (int t = 0; t < lanes; ++t) sum += shared.sums[t];
      store(i, static_cast<float>(sum));
    });
  }
};

// A maximum: one index looks through what is reduced to one output.
struct StridedMax {
  static constexpr int64_t work = 64;
  StridedRows kept, rows;
  int64_t row_count, inner, step;
  const float* x;
  float* y;
  int32_t* argmax;
  HD void operator()(int64_t i) const {
    int64_t base[3] = {0, 0, 0};
    kept.place(i, base);
    float best = -INFINITY;
    int64_t winner = -1;
    for (int64_t row = 0; row < row_count; ++row) {
      int64_t at[3] = {base[0], 0, 0};
      rows.place(row, at);
      for (int64_t j = 0; j < inner; ++j) {
        const int64_t place = at[0] + j * step;
        const float value = x[place];
        const bool first_nan = value != value && best == best;
        if (value > best || winner < 0 || first_nan) best = value, winner = place;
      }
    }
    y[i] = best;
    if (argmax) argmax[i] = static_cast<int32_t>(winner);
  }
};
struct StridedMaxBackward {
  static constexpr int64_t work = 8;
  const int32_t* argmax;
  const float* dy;
  float* dx;
  HD void operator()(int64_t i) const {
    if (argmax[i] >= 0) dx[argmax[i]] += dy[i];
  }
};

// nvcc does not count their use in a lambda that is instantiated per device.
[[maybe_unused]] constexpr int kCpuChunk = 1024, kCpuSumLanes = 16, kGpuSumLanes = 128;

#ifdef __CUDACC__

template struct CudaFlat<StridedMap<Plain, TakeFirst, false, 1>>;
template struct CudaFlat<StridedMap<Plain, TakeFirst, true, 1>>;
template struct CudaFlat<StridedMap<Plain, TakeSum, false, 1>>;
template struct CudaFlat<StridedMap<Plain, TakeSum, true, 1>>;
template struct CudaFlat<StridedMap<Plain, TakeDifference, false, 1>>;
template struct CudaFlat<StridedMap<Plain, TakeDifference, true, 1>>;
template struct CudaFlat<StridedMap<Plain, TakeProduct, false, 1>>;
template struct CudaFlat<StridedMap<Plain, TakeProduct, true, 1>>;
template struct CudaFlat<StridedMap<Plain, TakeQuotient, false, 1>>;
template struct CudaFlat<StridedMap<Plain, TakeQuotient, true, 1>>;
template struct CudaFlat<StridedMap<Plain, TakePower, false, 1>>;
template struct CudaFlat<StridedMap<Plain, TakePower, true, 1>>;
template struct CudaFlat<StridedMap<Plain, TakeLarger, false, 1>>;
template struct CudaFlat<StridedMap<Plain, TakeLarger, true, 1>>;
template struct CudaFlat<StridedMap<Plain, TakeSmaller, false, 1>>;
template struct CudaFlat<StridedMap<Plain, TakeSmaller, true, 1>>;
template struct CudaFlat<StridedSumFlat<CommonTerms>>;
template struct CudaFlat<StridedSumFlat<SlopeTerms>>;
template struct CudaBlocks<StridedSumBlocks<CommonTerms, kGpuSumLanes>>;
template struct CudaBlocks<StridedSumBlocks<SlopeTerms, kGpuSumLanes>>;
template struct CudaFlat<StridedMax>;
template struct CudaFlat<StridedMaxBackward>;

#else

namespace {

template <typename Take, bool add>
void launch_map(Stream& stream, const char* name, const Box& box, const float* a, const Strides& sa, const float* b,
                const Strides& sb, float* y, const Strides& sy) {
  with_target(stream, [&](auto target) {
    constexpr int chunk = decltype(target)::is_gpu ? 1 : kCpuChunk;
    const auto map = StridedMap<Plain, Take, add, chunk>::of(box, a, sa, b, sb, y, sy);
    for_each(target, stream, name, map.indices(), map);
  });
}

template <typename Take>
void launch_map(Stream& stream, const char* name, Result result, const Box& box, const float* a, const Strides& sa,
                const float* b, const Strides& sb, float* y, const Strides& sy) {
  if (box.count() == 0) return;
  if (result == Result::accumulate) return launch_map<Take, true>(stream, name, box, a, sa, b, sb, y, sy);
  launch_map<Take, false>(stream, name, box, a, sa, b, sb, y, sy);
}

template <typename Terms>
void launch_sum(Stream& stream, int64_t outputs, const StridedSumArguments& arguments) {
  if (arguments.inner * arguments.row_count <= 64) {
    for_each(stream, "strided_sum_short", outputs, StridedSumFlat<Terms>{arguments});
    return;
  }
  with_target(stream, [&](auto target) {
    constexpr int lanes = decltype(target)::is_gpu ? kGpuSumLanes : kCpuSumLanes;
    const Grid grid{static_cast<int>(outputs < 32768 ? outputs : 32768), static_cast<int>((outputs + 32767) / 32768)};
    for_each_block(target, stream, "strided_sum", grid, StridedSumBlocks<Terms, lanes>{{arguments}, outputs});
  });
}

}  // namespace

Strides dense_strides(const Box& box) {
  Strides strides{};
  int64_t step = 1;
  for (int axis = box.rank - 1; axis >= 0; --axis) {
    strides[static_cast<size_t>(axis)] = step;
    step *= box.sizes[static_cast<size_t>(axis)];
  }
  return strides;
}

void strided_copy(Stream& stream, const Box& box, const float* x, const Strides& x_strides, float* y,
                  const Strides& y_strides, Result result) {
  launch_map<TakeFirst>(stream, "strided_copy", result, box, x, x_strides, x, x_strides, y, y_strides);
}

void strided_arithmetic(Stream& stream, Arithmetic operation, const Box& box, const float* a, const Strides& a_strides,
                        const float* b, const Strides& b_strides, float* y, Result result) {
  const Strides sy = dense_strides(box);
  switch (operation) {
    case Arithmetic::add:
      return launch_map<TakeSum>(stream, "strided_add", result, box, a, a_strides, b, b_strides, y, sy);
    case Arithmetic::subtract:
      return launch_map<TakeDifference>(stream, "strided_subtract", result, box, a, a_strides, b, b_strides, y, sy);
    case Arithmetic::multiply:
      return launch_map<TakeProduct>(stream, "strided_multiply", result, box, a, a_strides, b, b_strides, y, sy);
    case Arithmetic::divide:
      return launch_map<TakeQuotient>(stream, "strided_divide", result, box, a, a_strides, b, b_strides, y, sy);
    case Arithmetic::power:
      return launch_map<TakePower>(stream, "strided_power", result, box, a, a_strides, b, b_strides, y, sy);
    case Arithmetic::maximum:
      return launch_map<TakeLarger>(stream, "strided_maximum", result, box, a, a_strides, b, b_strides, y, sy);
    case Arithmetic::minimum:
      return launch_map<TakeSmaller>(stream, "strided_minimum", result, box, a, a_strides, b, b_strides, y, sy);
  }
}

void strided_sum(Stream& stream, SumTerm term, const Box& kept, const Box& summed, const SumOperand& x,
                 const SumOperand& z, const SumOperand& w, float factor, float* y, Result result) {
  const SumOperand& second = z.values == nullptr ? x : z;
  const SumOperand& third = w.values == nullptr ? x : w;
  StridedSumArguments arguments{};
  arguments.term = term;
  arguments.kept = joined(kept, {&x.kept, &second.kept, &third.kept});
  arguments.rows = joined(summed, {&x.summed, &second.summed, &third.summed});
  arguments.inner = take_inner(arguments.rows, arguments.step);
  arguments.row_count = count_of(arguments.rows);
  arguments.operands[0] = x.values, arguments.operands[1] = second.values, arguments.operands[2] = third.values;
  arguments.y = y;
  arguments.factor = factor;
  arguments.add = result == Result::accumulate;
  if (term == SumTerm::value || term == SumTerm::product || term == SumTerm::quotient ||
      term == SumTerm::slope_by_divisor) {
    launch_sum<CommonTerms>(stream, kept.count(), arguments);
  } else {
    launch_sum<SlopeTerms>(stream, kept.count(), arguments);
  }
}

void strided_max(Stream& stream, const Box& kept, const Box& summed, const SumOperand& x, float* y, int32_t* argmax) {
  StridedMax map{};
  map.kept = joined(kept, {&x.kept, &x.kept, &x.kept});
  map.rows = joined(summed, {&x.summed, &x.summed, &x.summed});
  int64_t step[3];
  map.inner = take_inner(map.rows, step);
  map.step = step[0];
  map.row_count = count_of(map.rows);
  map.x = x.values, map.y = y, map.argmax = argmax;
  for_each(stream, "strided_max", kept.count(), map);
}
void strided_max_backward(Stream& stream, int64_t outputs, const int32_t* argmax, const float* dy, int64_t inputs,
                          float* dx, Result result) {
  if (result == Result::overwrite) fill(stream, inputs, 0, dx);
  for_each(stream, "strided_max_backward", outputs, StridedMaxBackward{argmax, dy, dx});
}

#endif

}  // namespace striate
