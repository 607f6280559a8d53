// Forward and by the input are one loop, Conv3dSum: they differ in which place of the source a tap of an output reads.
// An index makes a pack of neighbors in a row for some channels at once, so that what is loaded is used several times.
#include "kernels/conv3d.h"

#include <string>

#include "kernels/channel_sums.h"
#include "kernels/error.h"
#include "kernels/launch.h"
#include "kernels/pack_math.h"

namespace striate {

// Which place of an axis of length `in` tap t of output o reads; -1: none. `turned`: of the gradient by the input.
struct Conv3dAxis {
  int in, out, taps, stride, before, dilation;
  template <bool turned>
  HD int from(int o, int t) const {
    if (!turned) {
      const int i = o * stride - before + t * dilation;
      return i >= 0 && i < in ? i : -1;
    }
    const int i = o + before - t * dilation;
    if (i < 0 || i % stride != 0) return -1;
    return i / stride < in ? i / stride : -1;
  }
};

template <int W, int KT, bool turned>
struct Conv3dSum {
  static constexpr int64_t work = 4096;
  Conv3dAxis z, y, x;
  int sums, terms, groups;          // channels made and channels read, per group
  int tiles, packs;                 // of the channels made, of a row
  int64_t sum_weights, in_weights;  // from one channel made, and one read, to the next in w
  const float* from;                // (n, groups * terms, z.in, y.in, x.in)
  const float* w;
  const float* b;  // (groups * sums) or null
  float* to;       // (n, groups * sums, z.out, y.out, x.out)
  bool add;

  HD void operator()(int64_t index) const {
    const int first = static_cast<int>(index % packs) * W;
    int64_t rest = index / packs;
    const int row = static_cast<int>(rest % y.out);
    rest /= y.out;
    const int slice = static_cast<int>(rest % z.out);
    rest /= z.out;
    const int made = static_cast<int>(rest % tiles) * KT;
    rest /= tiles;
    const int group = static_cast<int>(rest % groups);
    const int64_t n = rest / groups;
    const int here = sums - made < KT ? sums - made : KT;
    const int64_t taps = static_cast<int64_t>(z.taps) * y.taps * x.taps, plane = static_cast<int64_t>(y.in) * x.in;
    const int64_t group_weights = static_cast<int64_t>(sums) * terms * taps * group;

    Pack<float, W> sum[KT];
    int64_t weights[KT];  // beyond the last channel it is repeated, and not stored
    for (int i = 0; i < KT; ++i) {
      const int channel = made + (i < here ? i : here - 1);
      sum[i] = Pack<float, W>::all(b != nullptr ? b[group * sums + channel] : 0.0f);
      weights[i] = group_weights + channel * sum_weights;
    }
    for (int c = 0; c < terms; ++c) {
      const float* source = from + (n * groups * terms + group * terms + c) * z.in * plane;
      for (int tz = 0; tz < z.taps; ++tz) {
        const int in_slice = z.template from<turned>(slice, tz);
        if (in_slice < 0) continue;
        for (int ty = 0; ty < y.taps; ++ty) {
          const int in_row = y.template from<turned>(row, ty);
          if (in_row < 0) continue;
          const float* line = source + in_slice * plane + static_cast<int64_t>(in_row) * x.in;
          const float* tap = w + c * in_weights + (static_cast<int64_t>(tz) * y.taps + ty) * x.taps;
          for (int tx = 0; tx < x.taps; ++tx) {
            const Pack<float, W> value = values(line, first, tx);
            STRIATE_UNROLL
            for (int i = 0; i < KT; ++i) sum[i] = fma(value, Pack<float, W>::all(tap[weights[i] + tx]), sum[i]);
          }
        }
      }
    }
    const int count = x.out - first < W ? x.out - first : W;
    const int64_t volume = static_cast<int64_t>(z.out) * y.out * x.out;
    for (int i = 0; i < here; ++i) {
      float* place = to + ((n * groups + group) * sums + made + i) * volume +
                     (static_cast<int64_t>(slice) * y.out + row) * x.out + first;
      if (add) sum[i] += load_part<W>(place, count);
      store_part(sum[i], place, 0, count);
    }
  }
  // What the outputs first .. first + W-1 read with tap t.
  HD Pack<float, W> values(const float* line, int first, int t) const {
    const int start = turned ? first + x.before - t * x.dilation : first - x.before + t * x.dilation;
    if (x.stride == 1 && start >= 0 && start + W <= x.in) return Pack<float, W>::load(line + start);
    Pack<float, W> value = Pack<float, W>::all(0);
    for (int i = 0; i < W; ++i) {
      const int at = x.template from<turned>(first + i, t);
      if (at >= 0) value.set(i, line[at]);
    }
    return value;
  }
};

// One weight's gradient per index. Rows are summed in float, the rows' sums in double: there may be many.
template <int W>
struct Conv3dByWeights {
  static constexpr int64_t work = 8192;
  Conv3dAxis z, y, x;
  int n, c, k, groups;
  const float* from;  // (n, c, z.in, y.in, x.in)
  const float* dy;    // (n, k, z.out, y.out, x.out)
  float* dw;
  bool add;
  HD void operator()(int64_t index) const {
    const int tx = static_cast<int>(index % x.taps), ty = static_cast<int>(index / x.taps % y.taps);
    int64_t rest = index / x.taps / y.taps;
    const int tz = static_cast<int>(rest % z.taps);
    rest /= z.taps;
    const int per_group = c / groups, kernel = static_cast<int>(rest / per_group);
    const int channel = kernel / (k / groups) * per_group + static_cast<int>(rest % per_group);
    // The outputs of a row whose tap lies in x.
    const int shift = tx * x.dilation - x.before;
    const int begin = shift >= 0 ? 0 : (-shift + x.stride - 1) / x.stride;
    int end = x.in - shift <= 0 ? 0 : (x.in - shift + x.stride - 1) / x.stride;
    if (end > x.out) end = x.out;
    double sum = 0;
    for (int image = 0; image < n; ++image) {
      const float* source = from + (static_cast<int64_t>(image) * c + channel) * z.in * y.in * x.in;
      const float* gradient = dy + (static_cast<int64_t>(image) * k + kernel) * z.out * y.out * x.out;
      for (int slice = 0; slice < z.out; ++slice) {
        const int in_slice = z.template from<false>(slice, tz);
        if (in_slice < 0) continue;
        for (int row = 0; row < y.out; ++row) {
          const int in_row = y.template from<false>(row, ty);
          if (in_row < 0) continue;
          sum += row_of(source + (static_cast<int64_t>(in_slice) * y.in + in_row) * x.in + shift,
                        gradient + (static_cast<int64_t>(slice) * y.out + row) * x.out, begin, end);
        }
      }
    }
    const float value = static_cast<float>(sum);
    dw[index] = add ? dw[index] + value : value;
  }
  HD float row_of(const float* line, const float* gradient, int begin, int end) const {
    Pack<float, W> sums = Pack<float, W>::all(0);
    int q = begin;
    if (x.stride == 1) {
      for (; q + W <= end; q += W) sums = fma(Pack<float, W>::load(line + q), Pack<float, W>::load(gradient + q), sums);
    }
    float sum = sum_of(sums);
    for (; q < end; ++q) sum += line[static_cast<int64_t>(q) * x.stride] * gradient[q];
    return sum;
  }
};

#ifdef __CUDACC__

template struct CudaFlat<Conv3dSum<1, 4, false>>;
template struct CudaFlat<Conv3dSum<1, 4, true>>;
template struct CudaFlat<Conv3dByWeights<1>>;

#else

namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& hint) {
  throw Error("3-D convolution: " + what, hint);
}
std::string sizes(const int (&a)[3]) {
  return std::to_string(a[0]) + " x " + std::to_string(a[1]) + " x " + std::to_string(a[2]);
}

// What both kinds of shape ask for.
template <typename S>
void check_numbers(const S& s) {
  if (s.n < 1 || s.c < 1 || s.in[0] < 1 || s.in[1] < 1 || s.in[2] < 1) {
    refuse("input of " + std::to_string(s.n) + " x " + std::to_string(s.c) + " x " + sizes(s.in) + " values",
           "every size is at least 1");
  }
  if (s.k < 1 || s.kernel[0] < 1 || s.kernel[1] < 1 || s.kernel[2] < 1) {
    refuse(std::to_string(s.k) + " channels out, kernels of " + sizes(s.kernel),
           "at least one channel, and kernels of at least 1 x 1 x 1");
  }
  for (int a = 0; a < 3; ++a) {
    if (s.stride[a] < 1 || s.dilation[a] < 1) {
      refuse("stride " + sizes(s.stride) + ", dilation " + sizes(s.dilation), "stride and dilation are at least 1");
    }
  }
  if (s.groups < 1 || s.c % s.groups != 0 || s.k % s.groups != 0) {
    refuse(
        std::to_string(s.groups) + " groups for " + std::to_string(s.c) + " and " + std::to_string(s.k) + " channels",
        "the number of groups divides both");
  }
}

Conv3dAxis forward_axis(const Conv3dShape& s, int a) {
  return {s.in[a], s.out(a), s.kernel[a], s.stride[a], s.before[a], s.dilation[a]};
}
Conv3dAxis turned_axis(const Conv3dShape& s, int a) {
  return {s.out(a), s.in[a], s.kernel[a], s.stride[a], s.before[a], s.dilation[a]};
}

template <typename K>
int64_t indices(const K& kernel, int n) {
  return static_cast<int64_t>(n) * kernel.groups * kernel.tiles * kernel.z.out * kernel.y.out * kernel.packs;
}

constexpr int kTogether = 4;  // channels made at once

}  // namespace

Conv3dShape ConvTranspose3dShape::convolution() const {
  Conv3dShape s;
  s.n = n, s.c = k, s.k = c, s.groups = groups;
  for (int a = 0; a < 3; ++a) {
    s.in[a] = out(a), s.kernel[a] = kernel[a], s.stride[a] = stride[a], s.dilation[a] = dilation[a];
    s.before[a] = before[a], s.after[a] = after[a] - output_pad[a];
  }
  return s;
}

void check(const Conv3dShape& s) {
  check_numbers(s);
  int64_t values = 1;
  for (int a = 0; a < 3; ++a) {
    if (s.before[a] < 0 || s.after[a] <= -s.in[a]) refuse("negative padding", "padding is 0 or more on every side");
    const int64_t covers = static_cast<int64_t>(s.dilation[a]) * (s.kernel[a] - 1) + 1;
    const int64_t room = static_cast<int64_t>(s.in[a]) + s.before[a] + s.after[a];
    if (covers > room) {
      refuse("a kernel that covers " + std::to_string(covers) + " values of " + std::to_string(room) + " on one axis",
             "make the kernel or its dilation smaller, or add padding");
    }
    values *= room + covers;
    if (values > INT32_MAX) refuse("one channel of more than 2^31 values", "use a smaller volume");
  }
}

void check(const ConvTranspose3dShape& s) {
  check_numbers(s);
  for (int a = 0; a < 3; ++a) {
    if (s.before[a] < 0 || s.after[a] < 0 || s.output_pad[a] < 0) {
      refuse("negative padding", "padding, also that of the output, is 0 or more");
    }
    if (s.stamped(a) + s.output_pad[a] > INT32_MAX / 2) refuse("an axis of more than 2^30", "use a smaller stride");
    if (static_cast<int64_t>(s.before[a]) + s.after[a] >= s.stamped(a)) {
      refuse("a padding that cuts off all of " + std::to_string(s.stamped(a)) + " values on one axis",
             "use less padding");
    }
  }
  check(s.convolution());
}

void conv3d_forward(Stream& stream, const Conv3dShape& s, const float* x, const float* w, const float* b, float* y,
                    Result result) {
  check(s);
  const int sums = s.k / s.groups, terms = s.c / s.groups, tiles = (sums + kTogether - 1) / kTogether;
  with_target(stream, [&](auto target) {
    constexpr int W = decltype(target)::is_gpu ? 1 : decltype(target)::width;
    const Conv3dSum<W, kTogether, false> kernel{
        forward_axis(s, 0),          forward_axis(s, 1), forward_axis(s, 2), sums, terms, s.groups, tiles,
        (s.out(2) + W - 1) / W,      terms * s.taps(),   s.taps(),           x,    w,     b,        y,
        result == Result::accumulate};
    for_each(target, stream, "conv3d", indices(kernel, s.n), kernel);
  });
}

void conv3d_backward_input(Stream& stream, const Conv3dShape& s, const float* dy, const float* w, float* dx,
                           Result result, const float* b) {
  check(s);
  const int sums = s.c / s.groups, terms = s.k / s.groups, tiles = (sums + kTogether - 1) / kTogether;
  with_target(stream, [&](auto target) {
    constexpr int W = decltype(target)::is_gpu ? 1 : decltype(target)::width;
    const Conv3dSum<W, kTogether, true> kernel{
        turned_axis(s, 0),           turned_axis(s, 1), turned_axis(s, 2), sums, terms, s.groups, tiles,
        (s.in[2] + W - 1) / W,       s.taps(),          sums * s.taps(),   dy,   w,     b,        dx,
        result == Result::accumulate};
    for_each(target, stream, "conv3d_data_gradient", indices(kernel, s.n), kernel);
  });
}

void conv3d_backward_weights(Stream& stream, const Conv3dShape& s, const float* x, const float* dy, float* dw,
                             float* db, Result result, float* scratch) {
  check(s);
  if (dw != nullptr) {
    with_target(stream, [&](auto target) {
      constexpr int W = decltype(target)::is_gpu ? 1 : decltype(target)::width;
      for_each(target, stream, "conv3d_weight_gradient", s.w_size(),
               Conv3dByWeights<W>{forward_axis(s, 0), forward_axis(s, 1), forward_axis(s, 2), s.n, s.c, s.k, s.groups,
                                  x, dy, dw, result == Result::accumulate});
    });
  }
  if (db != nullptr) channel_sums(stream, s.n, s.k, s.out_volume(), dy, db, result, scratch);
}

void conv_transpose3d_forward(Stream& stream, const ConvTranspose3dShape& s, const float* x, const float* w,
                              const float* b, float* y) {
  check(s);
  conv3d_backward_input(stream, s.convolution(), x, w, y, Result::overwrite, b);
}
void conv_transpose3d_backward_input(Stream& stream, const ConvTranspose3dShape& s, const float* dy, const float* w,
                                     float* dx, Result result) {
  check(s);
  conv3d_forward(stream, s.convolution(), dy, w, nullptr, dx, result);
}
void conv_transpose3d_backward_weights(Stream& stream, const ConvTranspose3dShape& s, const float* x, const float* dy,
                                       float* dw, float* db, Result result, float* scratch) {
  check(s);
  const Conv3dShape convolution = s.convolution();
  conv3d_backward_weights(stream, convolution, dy, x, dw, nullptr, result, scratch);
  if (db != nullptr) channel_sums(stream, s.n, s.k, convolution.in_volume(), dy, db, result, scratch);
}

#endif

}  // namespace striate
