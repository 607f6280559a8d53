// How a convolution becomes the two loops of implicit_gemm.h and reduction_gemm.h:
//
//   1. spread   x is copied once with its padding around it, and with a stride one plane per remainder of row and
//               column (a plane for the even columns, one for the odd ones), so that every tap reads neighbors side by
//               side. Without padding and stride there is nothing to copy: x itself is read.
//   2. pack     the weights are laid out in the order in which they are used, with the shift of each tap beside them.
//   3. sum      forward: implicit_gemm of x. By the input: implicit_gemm of dy with the taps turned around, once per
//               remainder of a stride. By the weights: reduction_gemm of dy with shifted x; on a GPU, where it is
//               large, tiled_product of the same.
#include "kernels/conv2d.h"

#include <algorithm>
#include <string>
#include <vector>

#include "kernels/conv2d_weight_tiles.h"
#include "kernels/epilogue_math.h"
#include "kernels/error.h"
#include "kernels/implicit_gemm.h"
#include "kernels/launch.h"
#include "kernels/pack_math.h"
#include "kernels/panel_gemm.h"
#include "kernels/reduction_gemm.h"
#include "kernels/tiled_product.h"

namespace striate {

// One axis of a copy with padding: place `i` of plane `f` holds source index i*step + first[f], or 0 outside 0..size-1.
struct PaddedAxis {
  int size;            // of the source
  int count;           // places per plane
  int step;            // the stride
  int phases;          // planes along this axis
  int first;           // source index of place 0 of phase 0
  int remainder_step;  // between phases, modulo step: phase f starts at first + (f*remainder_step) % step
};

// `together` rows of one plane of the spread copy per index, W values at a time.
template <int W>
struct PaddedRows {
  // More than its arithmetic: shared out as finely as the sums that follow, so that the thread that reads a plane is
  // the one that wrote it. (One thread writing all of it took six times as long, waiting for lines of the other's
  // cache.)
  static constexpr int64_t work = 4096;
  const float* x;  // (planes, rows.size, columns.size)
  float* out;      // (planes, rows.phases, columns.phases, rows.count, columns.count)
  PaddedAxis rows, columns;
  int together, parts;  // parts = how many indices share a plane
  HD void operator()(int64_t index) const {
    const int64_t block = parts == 1 ? index : index / parts;
    const int first_row = parts == 1 ? 0 : static_cast<int>(index % parts) * together;
    const int phases = rows.phases * columns.phases;
    const int64_t plane = phases == 1 ? block : block / phases;
    const int phase = static_cast<int>(block - plane * phases);
    const int row_phase = phase / columns.phases, column_phase = phase % columns.phases;
    const int from_row = rows.first + row_phase * rows.remainder_step % rows.step;
    const int first = columns.first + column_phase * columns.remainder_step % columns.step;
    // Places before `begin` and from `end` on lie outside the source.
    const int begin = first >= 0 ? 0 : (-first + columns.step - 1) / columns.step;
    int end = first >= columns.size ? 0 : (columns.size - first + columns.step - 1) / columns.step;
    if (end > columns.count) end = columns.count;
    const int last_row = first_row + together < rows.count ? first_row + together : rows.count;
    for (int row = first_row; row < last_row; ++row) {
      const int source = from_row + row * rows.step;
      const bool inside = source >= 0 && source < rows.size && begin < end;
      const float* from = x + (plane * rows.size + (inside ? source : 0)) * columns.size;
      one_row(inside ? from : nullptr, out + (block * rows.count + row) * columns.count, first, begin, end);
    }
  }
  HD void one_row(const float* from, float* to, int first, int begin, int end) const {
    const int count = columns.count;
    if (from == nullptr) {
      for (int i = 0; i < count; i += W) store_part(Pack<float, W>::all(0), to + i, 0, count - i < W ? count - i : W);
      return;
    }
    for (int i = 0; i < begin; i += W) store_part(Pack<float, W>::all(0), to + i, 0, begin - i < W ? begin - i : W);
    from += first;
    if (columns.step == 1) {
      for (int i = begin; i < end; i += W) {
        store_part(load_part<W>(from + i, end - i), to + i, 0, end - i < W ? end - i : W);
      }
    } else if (columns.step == 2) {
      for (int i = begin; i < end; i += W) {
        // The last pair's second value may lie past the row: it is not read.
        const int here = end - i < W ? end - i : W;
        Pack<float, W> even, odd;
        deinterleave(from + 2 * i, 2 * here - 1, &even, &odd);
        store_part(even, to + i, 0, here);
      }
    } else {
      for (int i = begin; i < end; ++i) to[i] = from[i * columns.step];
    }
    for (int i = end; i < count; i += W) store_part(Pack<float, W>::all(0), to + i, 0, count - i < W ? count - i : W);
  }
};

// One kernel per channel (a depthwise convolution), on the CPU: one plane per index is spread in the thread's own
// scratch and summed from there, some rows at a time, with the terms of implicit_gemm in its order.
constexpr int kDepthwiseTaps = 64;
template <int W>
struct Depthwise {
  static constexpr int64_t work = 4096;
  static constexpr int together = 4;  // rows
  PaddedRows<W> copy;                 // of one plane; x and out are not set
  const float *x, *w, *b;
  float* y;
  int channels, taps, p, q;
  int32_t offsets[kDepthwiseTaps];
  Epilogue epilogue;

  int64_t copied() const {
    return static_cast<int64_t>(copy.rows.phases) * copy.columns.phases * copy.rows.count * copy.columns.count;
  }
  void operator()(int64_t plane) const {
    // A pack may begin at the last value.
    auto* spread = static_cast<float*>(thread_scratch(3, sizeof(float) * static_cast<size_t>(copied() + W)));
    PaddedRows<W> rows = copy;
    rows.x = x + plane * rows.rows.size * rows.columns.size;
    rows.out = spread;
    for (int phase = 0; phase < rows.rows.phases * rows.columns.phases; ++phase) rows(phase);
    const int channel = static_cast<int>(plane % channels);
    const ChannelNorm norm = epilogue.mean != nullptr ? channel_norm(epilogue, channel) : ChannelNorm();
    for (int row = 0; row < p; row += together) {
      for (int column = 0; column < q; column += W) some(plane, channel, norm, spread, row, column);
    }
  }
  void some(int64_t plane, int channel, const ChannelNorm& norm, const float* spread, int row, int column) const {
    const int64_t pitch = copy.columns.count;
    const float* from[together];
    Pack<float, W> sum[together];
    for (int i = 0; i < together; ++i) {
      from[i] = spread + (row + i < p ? row + i : p - 1) * pitch + column;  // beyond the last row: not stored
      sum[i] = Pack<float, W>::all(b != nullptr ? b[channel] : 0.0f);
    }
    const float* factors = w + static_cast<int64_t>(channel) * taps;
    for (int tap = 0; tap < taps; ++tap) {
      const auto factor = Pack<float, W>::all(factors[tap]);
      STRIATE_UNROLL
      for (int i = 0; i < together; ++i) {
        sum[i] = fma(factor, Pack<float, W>::load(from[i] + offsets[tap]), sum[i]);
      }
    }
    const int end = q - column < W ? q - column : W;
    for (int i = 0; i < together && row + i < p; ++i) {
      const int64_t at = (plane * p + row + i) * q + column;
      if (epilogue.mean != nullptr) sum[i] = norm(sum[i]);
      if (epilogue.addend != nullptr) sum[i] = sum[i] + load_part<W>(epilogue.addend + at, end);
      store_part(bent(epilogue, sum[i]), y + at, 0, end);
    }
  }
};

#ifndef __CUDACC__

// The same for kernels of 3 x 3, the same stride in both axes and no dilation: one plane per index, without a copy.
// Each row of x is read once for all rows of y that it counts for, whose taps still add in their order.
template <int W, int Stride>
struct Depthwise3x3 {
  static constexpr int64_t work = 4096;
  static constexpr int together = 4;  // rows of y
  using Floats = Pack<float, W>;
  Conv2dShape s;
  const float *x, *w, *b;
  float* y;
  Epilogue epilogue;

  static void taps(const float* row, int at, int width, bool whole, Floats (&value)[3]) {
    const auto load = [&](int from) { return whole ? Floats::load(row + from) : load_beside<W>(row, from, width); };
    if constexpr (Stride == 1) {
      for (int tap = 0; tap < 3; ++tap) value[tap] = load(at + tap);
    } else {
      Floats unused;
      deinterleave(load(at), load(at + W), &value[0], &value[1]);
      deinterleave(load(at + 2), load(at + 2 + W), &value[2], &unused);
    }
  }

  void operator()(int64_t plane) const {
    const int p = s.p(), q = s.q(), channel = static_cast<int>(plane % s.c);
    const float* const from = x + plane * s.h * s.w;
    Floats factor[9];
    for (int tap = 0; tap < 9; ++tap) factor[tap] = Floats::all(w[static_cast<int64_t>(channel) * 9 + tap]);
    const Floats bias = Floats::all(b != nullptr ? b[channel] : 0.0f);
    const ChannelNorm norm = epilogue.mean != nullptr ? channel_norm(epilogue, channel) : ChannelNorm();
    for (int row = 0; row < p; row += together) {
      for (int column = 0; column < q; column += W) {
        const int at = column * Stride - s.pad_left;
        const bool whole = at >= 0 && at + Stride * W + 2 <= s.w;
        Floats sum[together];
        STRIATE_UNROLL
        for (int i = 0; i < together; ++i) sum[i] = bias;
        STRIATE_UNROLL
        for (int t = 0; t < (together - 1) * Stride + 3; ++t) {
          const int source = row * Stride - s.pad_top + t;
          const bool inside = source >= 0 && source < s.h;
          Floats value[3];
          taps(from + static_cast<int64_t>(inside ? source : 0) * s.w, at, inside ? s.w : -W, whole && inside, value);
          STRIATE_UNROLL
          for (int i = 0; i < together; ++i) {
            const int r = t - i * Stride;
            if (r < 0 || r > 2) continue;
            STRIATE_UNROLL
            for (int tap = 0; tap < 3; ++tap) sum[i] = fma(factor[r * 3 + tap], value[tap], sum[i]);
          }
        }
        const int end = q - column < W ? q - column : W;
        for (int i = 0; i < together && row + i < p; ++i) {
          const int64_t place = (plane * p + row + i) * q + column;
          if (epilogue.mean != nullptr) sum[i] = norm(sum[i]);
          if (epilogue.addend != nullptr) sum[i] = sum[i] + load_part<W>(epilogue.addend + place, end);
          store_part(bent(epilogue, sum[i]), y + place, 0, end);
        }
      }
    }
  }
};

#endif

// Forward weights, packed: kTerms terms of one (group, tile of k) per index.
constexpr int kTerms = 16;
struct PackForward {
  static constexpr int64_t work = 256;
  const float* w;  // (groups * k, j)
  float* packed;   // (groups, tiles, j, tile)
  int k, j, tile, tiles, parts;
  HD void operator()(int64_t index) const {
    const int64_t block = index / parts;
    const int begin = static_cast<int>(index % parts) * kTerms, end = begin + kTerms < j ? begin + kTerms : j;
    const int first = static_cast<int>(block % tiles) * tile;
    const int here = k - first < tile ? k - first : tile;
    const float* from = w + (block / tiles * k + first) * j;
    float* to = packed + block * j * tile;
    for (int i = 0; i < here; ++i) {
      for (int term = begin; term < end; ++term) to[term * tile + i] = from[static_cast<int64_t>(i) * j + term];
    }
    for (int i = here; i < tile; ++i) {
      for (int term = begin; term < end; ++term) to[term * tile + i] = 0;
    }
  }
};

// offsets[(c, r, s)] of the spread copy: those of one channel per index.
struct ForwardOffsets {
  static constexpr int64_t work = 16;
  int32_t* offsets;
  int r, s, stride_y, stride_x, dilation_y, dilation_x;
  int phases_y, phases_x;  // of the spread copy: phase f holds remainder f*dilation % stride
  int rows, pitch;         // of one of its planes
  HD void operator()(int64_t index) const {
    const int channel = static_cast<int>(index) * phases_y * phases_x * rows * pitch;
    int32_t* to = offsets + index * r * s;
    for (int row = 0; row < r; ++row) {
      for (int column = 0; column < s; ++column) {
        const int plane = row % phases_y * phases_x + column % phases_x;
        *to++ = channel + (plane * rows + row * dilation_y / stride_y) * pitch + column * dilation_x / stride_x;
      }
    }
  }
};

// The taps of one remainder (y, x) of the backward pass: terms (k, tap), weights turned so that c is what is summed to.
struct BackwardTaps {
  int first_r, step_r, count_r;  // r = first_r + i*step_r
  int first_s, step_s, count_s;
  int row0, row_step;  // row of the spread dy that tap i of r reads for output row 0: row0 - i*row_step
  int column0, column_step;
};
struct PackBackward {
  static constexpr int64_t work = 24;
  const float* w;  // (groups * k, c, r, s)
  float* packed;   // (groups, tiles of c, k * taps, tile)
  int k, c, r, s, tile, tiles;
  BackwardTaps taps;
  HD void operator()(int64_t index) const {
    const int per_k = taps.count_r * taps.count_s;
    const int64_t j = static_cast<int64_t>(k) * per_k;
    const int64_t term = index % j, block = index / j;
    const int first = static_cast<int>(block % tiles) * tile;
    const int64_t group = block / tiles;
    const int tap = static_cast<int>(term % per_k);
    const int row = taps.first_r + tap / taps.count_s * taps.step_r;
    const int column = taps.first_s + tap % taps.count_s * taps.step_s;
    const float* from = w + (group * k + term / per_k) * c * r * s + row * s + column;
    for (int i = 0; i < tile; ++i) {
      packed[index * tile + i] = first + i < c ? from[static_cast<int64_t>(first + i) * r * s] : 0.0f;
    }
  }
};
struct BackwardOffsets {
  int32_t* offsets;
  BackwardTaps taps;
  int rows, pitch;
  HD void operator()(int64_t index) const {
    const int per_k = taps.count_r * taps.count_s;
    const int tap = static_cast<int>(index % per_k), k = static_cast<int>(index / per_k);
    const int row = taps.row0 - tap / taps.count_s * taps.row_step;
    const int column = taps.column0 - tap % taps.count_s * taps.column_step;
    offsets[index] = (k * rows + row) * pitch + column;
  }
};

#ifndef __CUDACC__

// What a gradient by the weights multiplies, laid out by terms, on the CPU: for each position of y of some images the
// values of x under the kernel, (images * p * q, c * r * s), 0 in the padding. Some channels of one image per index.
struct GatherWindows {
  static constexpr int64_t work = 1 << 14;
  static constexpr int together = 8;
  Conv2dShape s;
  const float* x;
  float* out;
  int64_t parts;  // indices per image
  void operator()(int64_t index) const {
    const int64_t image = index / parts;
    const int first = static_cast<int>(index % parts) * together, last = std::min(first + together, s.c);
    const int rows = (s.p() - 1) * s.stride_y + (s.r - 1) * s.dilation_y + 1;
    const int columns = (s.q() - 1) * s.stride_x + (s.s - 1) * s.dilation_x + 1;
    const size_t floats = static_cast<size_t>(rows) * static_cast<size_t>(columns);
    auto* padded = static_cast<float*>(thread_scratch(2, sizeof(float) * floats));
    std::fill_n(padded, floats, 0.0f);
    const int begin = std::min(s.pad_left, columns), end = std::max(begin, std::min(columns, s.pad_left + s.w));
    for (int c = first; c < last; ++c) {
      const float* const from = x + (image * s.c + c) * s.h * s.w;
      for (int row = s.pad_top; row < std::min(rows, s.pad_top + s.h); ++row) {
        std::copy(from + static_cast<int64_t>(row - s.pad_top) * s.w,
                  from + static_cast<int64_t>(row - s.pad_top) * s.w + (end - begin),
                  padded + static_cast<int64_t>(row) * columns + begin);
      }
      float* to = out + (image * s.p() * s.q() * s.c + c) * s.r * s.s;
      for (int p = 0; p < s.p(); ++p) {
        const float* window = padded + static_cast<int64_t>(p) * s.stride_y * columns;
        for (int q = 0; q < s.q(); ++q, window += s.stride_x, to += static_cast<int64_t>(s.c) * s.r * s.s) {
          if (s.r == 3 && s.s == 3 && s.dilation_x == 1) {
            three_rows(window, static_cast<int64_t>(s.dilation_y) * columns, to);
            continue;
          }
          for (int r = 0; r < s.r; ++r) {
            for (int i = 0; i < s.s; ++i) {
              to[r * s.s + i] = window[static_cast<int64_t>(r) * s.dilation_y * columns + i * s.dilation_x];
            }
          }
        }
      }
    }
  }
  static void three_rows(const float* from, int64_t pitch, float* to) {
    for (int r = 0; r < 3; ++r, from += pitch, to += 3) to[0] = from[0], to[1] = from[1], to[2] = from[2];
  }
};
// dy of some images as (k, images * plane). One k per index.
struct GatherPlanes {
  static constexpr int64_t work = 1 << 12;
  const float* dy;
  float* out;
  int64_t images, k, plane;
  void operator()(int64_t channel) const {
    float* to = out + channel * images * plane;
    for (int64_t n = 0; n < images; ++n, to += plane) std::copy_n(dy + (n * k + channel) * plane, plane, to);
  }
};

#endif

// dw and db from the pieces' sums, in the pieces' order.
struct AddPieces {
  static constexpr int64_t work = 8;
  const float* sums;  // (pieces, k, j + 1)
  float* dw;          // (k, j) or null
  float* db;          // (k) or null
  int64_t k, j;
  int64_t columns;  // of a row of sums
  int pieces;
  bool add;
  HD void operator()(int64_t index) const {
    const int64_t row = index / columns, column = index % columns;
    float* to = column < j ? (dw != nullptr ? dw + row * j + column : nullptr) : (db != nullptr ? db + row : nullptr);
    if (to == nullptr) return;
    float sum = 0;
    for (int piece = 0; piece < pieces; ++piece) sum += sums[piece * (k * columns) + index];
    *to = add ? *to + sum : sum;
  }
};

#ifdef __CUDACC__

template struct CudaFlat<PaddedRows<1>>;
template struct CudaFlat<PackForward>;
template struct CudaFlat<ForwardOffsets>;
template struct CudaFlat<PackBackward>;
template struct CudaFlat<BackwardOffsets>;
template struct CudaFlat<AddPieces>;

#else

namespace {

constexpr int64_t kSlack = 32;  // floats between the parts of the scratch: keeps each part aligned to 64 bytes
int64_t padded(int64_t floats) { return (floats + 15) / 16 * 16 + kSlack; }

// How many different remainders modulo `stride` the taps 0, d, 2d, ... have; tap i has the remainder of tap i % phases.
int phase_count(int stride, int dilation, int taps) {
  int period = 1;
  while (period * dilation % stride != 0) ++period;
  return std::min(period, taps);
}

// The spread copy of x: none where x can be read as it is.
struct ForwardLayout {
  bool copies = false;
  int phases_y = 1, phases_x = 1, rows = 0, pitch = 0;
  int64_t plane() const { return static_cast<int64_t>(phases_y) * phases_x * rows * pitch; }
};
ForwardLayout spread_layout(const Conv2dShape& s) {
  ForwardLayout f;
  f.copies = true;
  f.phases_y = phase_count(s.stride_y, s.dilation_y, s.r);
  f.phases_x = phase_count(s.stride_x, s.dilation_x, s.s);
  f.rows = s.p() + (s.r - 1) * s.dilation_y / s.stride_y;
  f.pitch = s.q() + (s.s - 1) * s.dilation_x / s.stride_x;
  return f;
}
ForwardLayout forward_layout(const Conv2dShape& s) {
  const bool pads = s.pad_top != 0 || s.pad_bottom != 0 || s.pad_left != 0 || s.pad_right != 0;
  if (pads || s.stride_y != 1 || s.stride_x != 1) return spread_layout(s);
  ForwardLayout f;
  f.rows = s.h;
  f.pitch = s.w;
  return f;
}
PaddedAxis spread_rows(const Conv2dShape& s, const ForwardLayout& f) {
  return {s.h, f.rows, s.stride_y, f.phases_y, -s.pad_top, s.dilation_y};
}
PaddedAxis spread_columns(const Conv2dShape& s, const ForwardLayout& f) {
  return {s.w, f.pitch, s.stride_x, f.phases_x, -s.pad_left, s.dilation_x};
}
ForwardOffsets forward_offsets(const Conv2dShape& s, const ForwardLayout& f, int32_t* offsets) {
  return {offsets,      s.r,        s.s,        s.stride_y, s.stride_x, s.dilation_y,
          s.dilation_x, f.phases_y, f.phases_x, f.rows,     f.pitch};
}

// Images spread at a time: as many as stay in the processor's second cache; on a GPU, 16 MiB of them.
int64_t images_at_once(const Stream* stream, int64_t image_floats, int64_t images) {
  const int64_t budget = stream != nullptr && stream->device().is_cpu() ? 1 << 18 : 1 << 22;
  return std::max<int64_t>(1, std::min(images, budget / std::max<int64_t>(1, image_floats)));
}

void padded_copy(Stream& stream, const float* x, int64_t planes, PaddedAxis rows, PaddedAxis columns, float* out) {
  const int64_t blocks = planes * rows.phases * columns.phases;
  with_target(stream, [&](auto target) {
    using Target = decltype(target);
    constexpr int W = Target::is_gpu ? 1 : Target::width;
    const int together = Target::is_gpu ? 1 : 32, parts = (rows.count + together - 1) / together;
    for_each(target, stream, "convolution_padded_copy", blocks * parts,
             PaddedRows<W>{x, out, rows, columns, together, parts});
  });
}

void padded_copy_of_input(Stream& stream, const Conv2dShape& s, const ForwardLayout& f, const float* x, int64_t images,
                          float* out) {
  padded_copy(stream, x, images * s.c, spread_rows(s, f), spread_columns(s, f), out);
}

// Where dy has to lie for the backward pass by the input, along one axis.
struct BackwardAxis {
  // For each remainder: the first output index, how many outputs, and its taps.
  struct Remainder {
    int first, count, first_tap, taps, shift;  // tap first_tap + i*tap_step reads dy[u + shift - i*shift_step]
  };
  std::vector<Remainder> remainders;
  int tap_step = 1, shift_step = 1;
  int lead = 0, count = 0;  // of the spread dy: zeros before it, places in all
};
BackwardAxis backward_axis(int in, int out, int taps, int stride, int pad, int dilation) {
  BackwardAxis a;
  int period = 1;
  while (period * dilation % stride != 0) ++period;
  a.tap_step = period;
  a.shift_step = period * dilation / stride;
  int least = 0, most = out - 1;
  for (int m = 0; m < std::min(stride, in); ++m) {
    BackwardAxis::Remainder r{m, (in - m + stride - 1) / stride, 0, 0, 0};
    for (int t = 0; t < std::min(period, taps); ++t) {
      if ((m + pad - t * dilation) % stride != 0) continue;
      r.first_tap = t;
      r.taps = (taps - t + period - 1) / period;
      r.shift = (m + pad - t * dilation) / stride;
      least = std::min(least, r.shift - (r.taps - 1) * a.shift_step);
      most = std::max(most, r.shift + r.count - 1);
    }
    a.remainders.push_back(r);
  }
  a.lead = -least;
  a.count = most - least + 1;
  return a;
}

struct WeightPieces {
  int64_t images_per_piece, pieces;
};
// Pieces are small enough for the second cache and few enough that adding them up costs little.
WeightPieces weight_pieces(const Conv2dShape& s) {
  const ForwardLayout f = forward_layout(s);
  const int64_t image = s.c * f.plane() + static_cast<int64_t>(s.k) * s.p() * s.q();
  const int64_t sums = s.w_size() + s.k;
  const int64_t most = std::max<int64_t>(1, std::min<int64_t>(64, (1 << 20) / sums));
  int64_t per_piece = std::max<int64_t>(1, (1 << 16) / image);
  per_piece = std::max(per_piece, (s.n + most - 1) / most);
  per_piece = std::min<int64_t>(per_piece, std::max(1, s.n / 8));
  per_piece = std::max(per_piece, (s.n + most - 1) / most);
  return {per_piece, (s.n + per_piece - 1) / per_piece};
}

// Where the rows of y don't fill a pack, a processor sums a gradient by the weights one term after the other, with
// neighboring weights in the lanes: so many images at a time. 0: as weight_pieces() says.
constexpr int64_t kWindows = 1 << 19;  // floats of x under the kernel, at most, but for a single image
int64_t images_in_order(const Conv2dShape& s) {
  const int64_t plane = static_cast<int64_t>(s.p()) * s.q();
  const int64_t row = forward_layout(s).pitch == s.q() ? plane : s.q();
  const int64_t longest = s.w_size() < (1 << 15) ? CpuTarget::width / 2 : CpuTarget::width;  // measured
  if (row > longest || plane > 256 || s.w_size() < (1 << 13)) return 0;
  const int64_t most = std::max<int64_t>(1, kWindows / (plane * s.c * s.r * s.s)), pieces = (s.n + most - 1) / most;
  return (s.n + pieces - 1) / pieces;
}

// On a GPU, where outputs and taps fill tiles: the products of each group, in pieces of whole images, or parts of one.
// All but the pointers; no places where it is not done so.
TiledProductArguments tiled_weights(const Conv2dShape& s) {
  TiledProductArguments g;
  const ForwardLayout f = forward_layout(s);
  const int k = s.k / s.groups, p = s.p(), q = s.q();
  const int64_t j = s.w_size() / s.k, image = int64_t{p} * q, terms = s.n * image;
  if (k < 24 || j < 24 || terms < 256) return g;
  g.batch.rank = 1;
  g.batch.sizes[0] = s.groups;
  g.a_batch[0] = k * image, g.b_batch[0] = s.c / s.groups * f.plane();
  g.m = k, g.n = static_cast<int>(j);
  g.images = s.n, g.lines = p;
  g.a.apart = image;
  g.a.of_image = s.k * image, g.a.of_line = q;
  g.b.of_image = s.c * f.plane(), g.b.of_line = f.pitch;
  // Pieces' sums have the room that other sums need anyway, or an eighth of what a copy of x takes: there is one
  // scratch for all that a plan does, also without gradients.
  const int64_t x_image = f.copies ? g.b.of_image : 0, copy = images_at_once(nullptr, x_image, s.n) * x_image;
  const int64_t room = std::max({int64_t{1 << 14}, copy / 8, weight_pieces(s).pieces * (s.w_size() + s.k)});
  const int64_t tiles = (k + 63) / 64 * ((j + 63) / 64) * s.groups;
  const int64_t pieces = std::max<int64_t>(1, std::min(room / s.w_size(), int64_t{pieces_of_product(tiles, terms)}));
  g.images_per_piece = static_cast<int>(pieces < s.n ? (s.n + pieces - 1) / pieces : 1);
  const int64_t parts = std::max<int64_t>(1, pieces / s.n), each = g.images_per_piece * image;
  g.places = q;
  g.terms_per_part = static_cast<int>(((each + parts - 1) / parts + 31) / 32 * 32);
  if (!tiled_product_fits(g)) g.places = 0;
  return g;
}

[[noreturn]] void refuse(const std::string& what, const std::string& hint) {
  throw Error("convolution: " + what, hint);
}

}  // namespace

void check(const Conv2dShape& s) {
  if (s.n < 1 || s.c < 1 || s.h < 1 || s.w < 1) {
    refuse("input of " + std::to_string(s.n) + " x " + std::to_string(s.c) + " x " + std::to_string(s.h) + " x " +
               std::to_string(s.w) + " values",
           "every size is at least 1");
  }
  if (s.k < 1 || s.r < 1 || s.s < 1) {
    refuse(std::to_string(s.k) + " kernels of " + std::to_string(s.r) + " x " + std::to_string(s.s),
           "at least one kernel of at least 1 x 1");
  }
  if (s.stride_y < 1 || s.stride_x < 1 || s.dilation_y < 1 || s.dilation_x < 1) {
    refuse("stride " + std::to_string(s.stride_y) + " x " + std::to_string(s.stride_x) + ", dilation " +
               std::to_string(s.dilation_y) + " x " + std::to_string(s.dilation_x),
           "stride and dilation are at least 1");
  }
  if (s.pad_top < 0 || s.pad_left < 0 || s.pad_bottom <= -s.h || s.pad_right <= -s.w) {
    refuse("negative padding", "padding is 0 or more at the top and at the left; elsewhere it leaves something of x");
  }
  if (s.groups < 1 || s.c % s.groups != 0 || s.k % s.groups != 0) {
    refuse(std::to_string(s.groups) + " groups for " + std::to_string(s.c) + " channels and " + std::to_string(s.k) +
               " kernels",
           "the number of groups divides both");
  }
  const int64_t tall = static_cast<int64_t>(s.dilation_y) * (s.r - 1) + 1;
  const int64_t wide = static_cast<int64_t>(s.dilation_x) * (s.s - 1) + 1;
  const int64_t height = static_cast<int64_t>(s.h) + s.pad_top + s.pad_bottom;
  const int64_t width = static_cast<int64_t>(s.w) + s.pad_left + s.pad_right;
  if (tall > height || wide > width) {
    refuse("a kernel that covers " + std::to_string(tall) + " x " + std::to_string(wide) + " on a picture of " +
               std::to_string(height) + " x " + std::to_string(width) + " with its padding",
           "make the kernel or its dilation smaller, or add padding");
  }
  const int64_t image = (static_cast<int64_t>(s.c) + s.k) * (height + tall) * (width + wide);
  if (image > INT32_MAX || s.w_size() > INT32_MAX) {
    refuse("one picture or its weights take more than 2^31 values", "use fewer channels or a smaller picture");
  }
}

namespace {

// Without a stride panels are laid out from x itself, but a 1x1 convolution's, whose plane is one row.
PaddedPicture forward_picture(const Conv2dShape& s) {
  if (s.stride_y != 1 || s.stride_x != 1 || forward_layout(s).pitch == s.q()) return {};
  return {s.h, s.w, s.r, s.s, s.pad_top, s.pad_left, s.dilation_y, s.dilation_x};
}

PanelPlan cpu_plan(const Conv2dShape& s) {
  const bool one_row = forward_layout(s).pitch == s.q();
  return panel_plan(s.groups, s.k / s.groups, static_cast<int64_t>(s.c) / s.groups * s.r * s.s, one_row ? 1 : s.p(),
                    one_row ? static_cast<int64_t>(s.p()) * s.q() : s.q(), forward_picture(s));
}
int64_t shared_panels(const PanelPlan& plan, int64_t images) {
  return images_shared_at_once(plan, images) * plan.panels;
}
int64_t forward_terms(const Conv2dShape& s) { return static_cast<int64_t>(s.c) / s.groups * s.r * s.s; }
PanelPlan forward_plan(const Stream& stream, const Conv2dShape& s) {
  return stream.device().is_cpu() ? cpu_plan(s) : PanelPlan();
}

}  // namespace

namespace {

// The gradient by the input on the CPU, in panels where no stride takes its results apart. A 1x1 kernel's gains nothing
// (measured), and its panels would take more room than all other sums.
PanelPlan gradient_plan(const Conv2dShape& s) {
  if (s.r * s.s == 1) return {};
  const BackwardAxis rows = backward_axis(s.h, s.p(), s.r, s.stride_y, s.pad_top, s.dilation_y);
  const BackwardAxis columns = backward_axis(s.w, s.q(), s.s, s.stride_x, s.pad_left, s.dilation_x);
  if (rows.remainders.size() != 1 || columns.remainders.size() != 1) return {};
  const BackwardAxis::Remainder &row = rows.remainders[0], &column = columns.remainders[0];
  const int64_t j = static_cast<int64_t>(s.k) / s.groups * row.taps * column.taps;
  const bool one_row = columns.count == column.count;
  return panel_plan(s.groups, s.c / s.groups, j, one_row ? 1 : row.count,
                    one_row ? int64_t{row.count} * column.count : column.count, {});
}

// Floats of the weights of a gradient by the input, for any form of the sum.
int64_t packed_gradient_weights(const Conv2dShape& s) {
  const int64_t terms = static_cast<int64_t>(s.k) / s.groups * s.r * s.s;
  const PanelPlan plan = gradient_plan(s);
  const int64_t panels = plan.used ? plan.weights(s.groups, s.c / s.groups, terms) : 0;
  return std::max(panels, packed_weights_size(s.groups, s.c / s.groups, terms));
}

// Of a gradient by the weights that is summed in order.
struct InOrderScratch {
  int64_t offsets = 0, windows = 0, planes = 0, packed = 0, shared = 0, sums = 0;
  int64_t all() const { return offsets + windows + planes + packed + shared + sums; }
};
PanelPlan in_order_plan(const Conv2dShape& s, int64_t images) {
  return panel_plan(s.groups, s.k / s.groups, images * s.p() * s.q(), 1, forward_terms(s), {});
}
InOrderScratch in_order_scratch(const Conv2dShape& s) {
  const int64_t images = images_in_order(s), terms = images * s.p() * s.q();
  InOrderScratch f;
  if (images == 0) return f;
  const int k = s.k / s.groups;
  f.offsets = padded(terms);
  f.windows = padded(terms * s.c * s.r * s.s);
  f.planes = padded(terms * s.k);
  f.packed = padded(std::max(most_packed_weights(s.groups, k, terms), packed_weights_size(s.groups, k, terms)));
  const int64_t last = s.n - (s.n - 1) / images * images;  // images of the last piece
  f.shared = padded(std::max(shared_panels(in_order_plan(s, images), 1), shared_panels(in_order_plan(s, last), 1)));
  f.sums = padded((s.n + images - 1) / images * s.k);
  return f;
}

}  // namespace

int64_t conv2d_scratch(const Conv2dShape& s) {
  check(s);
  const ForwardLayout f = forward_layout(s);
  const int64_t terms = std::max<int64_t>(static_cast<int64_t>(s.c) / s.groups * s.r * s.s,
                                          static_cast<int64_t>(s.k) / s.groups * s.r * s.s);
  const int64_t offsets = padded(terms);
  const int64_t packed =
      padded(std::max(most_packed_weights(s.groups, s.k / s.groups, forward_terms(s)), packed_gradient_weights(s)));
  const WeightPieces pieces = weight_pieces(s);
  const TiledProductArguments tiled = tiled_weights(s);
  const int64_t most_pieces = std::max<int64_t>(pieces.pieces, tiled.places > 0 ? tiled.pieces() : 0);
  const int64_t sums = padded(most_pieces * (s.w_size() + s.k));
  const int64_t x_image = f.copies ? s.c * f.plane() : 0;
  const BackwardAxis y_axis = backward_axis(s.h, s.p(), s.r, s.stride_y, s.pad_top, s.dilation_y);
  const BackwardAxis x_axis = backward_axis(s.w, s.q(), s.s, s.stride_x, s.pad_left, s.dilation_x);
  const int64_t dy_image = static_cast<int64_t>(s.k) * y_axis.count * x_axis.count;
  const int64_t copy = padded(
      std::max({images_at_once(nullptr, x_image, s.n) * x_image, images_at_once(nullptr, dy_image, s.n) * dy_image,
                std::max<int64_t>(pieces.images_per_piece, tiled.images_per_piece) * x_image}));
  const int64_t shared = padded(std::max(shared_panels(cpu_plan(s), s.n), shared_panels(gradient_plan(s), s.n)));
  const int64_t usual = offsets + std::max(packed, sums) + shared + copy;
  return std::max(usual, in_order_scratch(s).all());
}

namespace {

struct ForwardSum {
  ForwardLayout layout;
  ImplicitGemmArguments a;  // x and out are not set yet
  PanelPlan plan;
  float *shared, *copy;
};

int64_t forward_length(const Conv2dShape& s) {
  return static_cast<int64_t>(s.p() - 1) * forward_layout(s).pitch + s.q();
}

// Of the forward sum: where its terms are (int32_t), and its weights in panels or tiles.
void lay_out_offsets(Stream& stream, const Conv2dShape& s, const PanelPlan& plan, float* to) {
  auto* const offsets = reinterpret_cast<int32_t*>(to);
  if (plan.used && plan.rows) return panel_row_offsets(plan, forward_picture(s), forward_terms(s), offsets);
  for_each(stream, "convolution_offsets", s.c / s.groups, forward_offsets(s, forward_layout(s), offsets));
}
// Weights (groups * k, j) in panels, or as implicit_gemm() reads them for sums at `length` positions.
void lay_out_rows(Stream& stream, const PanelPlan& plan, int groups, int k, int j, int64_t length, const float* w,
                  float* packed) {
  if (plan.used) return pack_panels(stream, plan, groups, k, j, w, packed);
  const int tile = implicit_gemm_tile(stream, k, j, length);
  const int tiles = (k + tile - 1) / tile, parts = (j + kTerms - 1) / kTerms;
  for_each(stream, "convolution_pack", static_cast<int64_t>(groups) * tiles * parts,
           PackForward{w, packed, k, j, tile, tiles, parts});
}
void lay_out_weights(Stream& stream, const Conv2dShape& s, const PanelPlan& plan, const float* w, float* packed) {
  lay_out_rows(stream, plan, s.groups, s.k / s.groups, static_cast<int>(forward_terms(s)), forward_length(s), w,
               packed);
}

// The sums as the plan says.
void compute(Stream& stream, const char* name, const PanelPlan& plan, const ImplicitGemmArguments& a,
             const PaddedPicture& picture, float* shared) {
  if (plan.used) return panel_gemm(stream, name, plan, a, picture, shared);
  implicit_gemm(stream, name, a);
}

// Lays out weights and offsets, in panels where `plan` uses them.
ForwardSum prepare_forward(Stream& stream, const Conv2dShape& s, const float* w, const float* b, float* scratch,
                           Result result, const PanelPlan& plan, const float* packed_before) {
  check(s);
  const ForwardLayout f = forward_layout(s);
  const int p = s.p(), q = s.q();
  ImplicitGemmArguments a;
  a.groups = s.groups;
  a.k = s.k / s.groups;
  a.j = s.c / s.groups * s.r * s.s;
  a.bias = b;
  a.out_image = static_cast<int64_t>(s.k) * p * q;
  a.out_plane = static_cast<int64_t>(p) * q;
  a.out_row = q;
  a.pitch = f.pitch;
  a.valid = q;
  a.length = static_cast<int64_t>(p - 1) * f.pitch + q;
  if (f.pitch == q) a.pitch = a.valid = a.out_row = a.length;  // 1x1: the whole plane is one row
  a.add = result == Result::accumulate;
  a.x_image = s.c * f.plane();
  a.x_group = s.c / s.groups * f.plane();
  a.images = s.n;

  float* const offsets = scratch;
  float* const packed = scratch + padded(a.j);
  float* const shared = packed + padded(most_packed_weights(a.groups, a.k, a.j));
  a.offsets = reinterpret_cast<const int32_t*>(packed_before != nullptr ? packed_before : offsets);
  if (packed_before != nullptr) {
    a.weights = packed_before + padded(a.j);
  } else {
    lay_out_offsets(stream, s, plan, offsets);
    if (plan.used && plan.shared && images_shared_at_once(plan, s.n) == s.n) {
      a.rows = w;  // all images at once: each tile is packed once, by the thread that uses it
    } else {
      lay_out_weights(stream, s, plan, w, packed);
      a.weights = packed;
    }
  }
  return {f, a, plan, shared, shared + padded(shared_panels(plan, s.n))};
}

bool is_depthwise(const Stream& stream, const Conv2dShape& s) {
  return stream.device().is_cpu() && s.groups > 1 && s.groups == s.c && s.k == s.c && s.r * s.s <= kDepthwiseTaps;
}

void depthwise_forward(Stream& stream, const Conv2dShape& s, const float* x, const float* w, const float* b, float* y,
                       const Epilogue& epilogue) {
  constexpr int W = CpuTarget::width;
  const int64_t planes = static_cast<int64_t>(s.n) * s.c;
  const bool plain = s.r == 3 && s.s == 3 && s.stride_y == s.stride_x && s.dilation_y == 1 && s.dilation_x == 1;
  if (plain && s.stride_x == 1) {
    return for_each(CpuTarget{}, stream, "convolution_depthwise", planes, Depthwise3x3<W, 1>{s, x, w, b, y, epilogue});
  }
  if (plain && s.stride_x == 2) {
    return for_each(CpuTarget{}, stream, "convolution_depthwise", planes, Depthwise3x3<W, 2>{s, x, w, b, y, epilogue});
  }
  const ForwardLayout f = spread_layout(s);
  Depthwise<W> kernel{};
  kernel.copy = {nullptr, nullptr, spread_rows(s, f), spread_columns(s, f), f.rows, 1};
  kernel.x = x, kernel.w = w, kernel.b = b, kernel.y = y;
  kernel.channels = s.c, kernel.taps = s.r * s.s, kernel.p = s.p(), kernel.q = s.q();
  kernel.epilogue = epilogue;
  forward_offsets(s, f, kernel.offsets)(0);
  for_each(CpuTarget{}, stream, "convolution_depthwise", planes, kernel);
}

}  // namespace

int64_t conv2d_packed_size(const Stream& stream, const Conv2dShape& s) {
  check(s);
  if (!stream.device().is_cpu() || is_depthwise(stream, s)) return 0;
  const PanelPlan plan = cpu_plan(s);
  const int k = s.k / s.groups;
  const int64_t j = forward_terms(s);
  return padded(j) + (plan.used ? plan.weights(s.groups, k, j) : packed_weights_size(s.groups, k, j));
}

void conv2d_pack(Stream& stream, const Conv2dShape& s, const float* w, float* packed) {
  const PanelPlan plan = forward_plan(stream, s);
  lay_out_offsets(stream, s, plan, packed);
  lay_out_weights(stream, s, plan, w, packed + padded(forward_terms(s)));
}

void conv2d_forward(Stream& stream, const Conv2dShape& s, const float* x, const float* w, const float* b, float* y,
                    float* scratch, Result result, const Epilogue& epilogue, const float* packed) {
  check(s);
  if (is_depthwise(stream, s) && result == Result::overwrite) {
    return depthwise_forward(stream, s, x, w, b, y, epilogue);
  }
  ForwardSum sum = prepare_forward(stream, s, w, b, scratch, result, forward_plan(stream, s), packed);
  ImplicitGemmArguments& a = sum.a;
  a.epilogue = epilogue;
  const PaddedPicture picture = forward_picture(s);
  if (sum.plan.used && picture.h > 0) {
    sum.layout.copies = false;
    a.x_image = static_cast<int64_t>(s.c) * s.h * s.w;
    a.x_group = a.x_image / s.groups;
  }
  const auto sums = [&] { compute(stream, "convolution", sum.plan, a, picture, sum.shared); };
  if (!sum.layout.copies) {
    a.x = x;
    a.out = y;
    return sums();
  }
  const int64_t step = images_at_once(&stream, a.x_image, s.n);
  const int64_t x_values = static_cast<int64_t>(s.c) * s.h * s.w;
  for (int64_t n = 0; n < s.n; n += step) {
    a.images = std::min(step, s.n - n);
    padded_copy_of_input(stream, s, sum.layout, x + n * x_values, a.images, sum.copy);
    a.x = sum.copy;
    a.out = y + n * a.out_image;
    if (epilogue.addend != nullptr) a.epilogue.addend = epilogue.addend + n * a.out_image;
    sums();
  }
}

ImplicitGemmArguments conv2d_forward_sum(Stream& stream, const Conv2dShape& s, const float* x, const float* w, float* y,
                                         float* scratch) {
  ForwardSum sum = prepare_forward(stream, s, w, nullptr, scratch, Result::overwrite, {}, nullptr);
  sum.a.x = x;
  if (sum.layout.copies) {
    sum.a.images = images_at_once(&stream, sum.a.x_image, s.n);
    padded_copy_of_input(stream, s, sum.layout, x, sum.a.images, sum.copy);
    sum.a.x = sum.copy;
  }
  sum.a.out = y;
  return sum.a;
}

void conv2d_backward_input(Stream& stream, const Conv2dShape& s, const float* dy, const float* w, float* dx,
                           Result result, float* scratch, const float* b) {
  check(s);
  const int p = s.p(), q = s.q();
  const BackwardAxis rows = backward_axis(s.h, p, s.r, s.stride_y, s.pad_top, s.dilation_y);
  const BackwardAxis columns = backward_axis(s.w, q, s.s, s.stride_x, s.pad_left, s.dilation_x);
  const bool copies = rows.lead != 0 || columns.lead != 0 || rows.count != p || columns.count != q;
  const int k = s.k / s.groups, c = s.c / s.groups;

  const PanelPlan plan = stream.device().is_cpu() ? gradient_plan(s) : PanelPlan();
  auto* offsets = reinterpret_cast<int32_t*>(scratch);
  float* packed = scratch + padded(static_cast<int64_t>(k) * s.r * s.s);
  float* const shared = packed + padded(packed_gradient_weights(s));
  float* copy = shared + padded(shared_panels(plan, s.n));

  const int64_t dy_plane = static_cast<int64_t>(rows.count) * columns.count;
  const int64_t dy_values = static_cast<int64_t>(s.k) * p * q, dx_plane = static_cast<int64_t>(s.h) * s.w;
  // With a stride the packed weights are made anew for each remainder, so all images go at once unless a copy is made.
  const bool one = rows.remainders.size() == 1 && columns.remainders.size() == 1;
  const int64_t step = copies ? images_at_once(&stream, s.k * dy_plane, s.n) : s.n;
  for (int64_t n = 0; n < s.n; n += step) {
    const int64_t images = std::min<int64_t>(step, s.n - n);
    if (copies) {
      padded_copy(stream, dy + n * dy_values, images * s.k, {p, rows.count, 1, 1, -rows.lead, 1},
                  {q, columns.count, 1, 1, -columns.lead, 1}, copy);
    }
    for (const BackwardAxis::Remainder& row : rows.remainders) {
      for (const BackwardAxis::Remainder& column : columns.remainders) {
        ImplicitGemmArguments a;
        a.images = images;
        a.groups = s.groups;
        a.k = c;
        a.j = k * row.taps * column.taps;
        a.x = copies ? copy : dy + n * dy_values;
        a.x_image = s.k * dy_plane;
        a.x_group = k * dy_plane;
        a.offsets = offsets;
        a.weights = packed;
        a.bias = b;
        a.out = dx + n * s.c * dx_plane + static_cast<int64_t>(row.first) * s.w + column.first;
        a.out_image = s.c * dx_plane;
        a.out_plane = dx_plane;
        a.out_row = static_cast<int64_t>(s.stride_y) * s.w;
        a.out_column = s.stride_x;
        a.pitch = columns.count;
        a.valid = column.count;
        a.length = static_cast<int64_t>(row.count - 1) * columns.count + column.count;
        a.add = result == Result::accumulate;
        if (plan.used && a.pitch == a.valid) a.pitch = a.valid = a.length;
        if (n == 0 || !one) {
          const BackwardTaps taps{row.first_tap,         rows.tap_step,    row.taps,
                                  column.first_tap,      columns.tap_step, column.taps,
                                  row.shift + rows.lead, rows.shift_step,  column.shift + columns.lead,
                                  columns.shift_step};
          const int tile = plan.used ? plan.outputs_of_tile() : implicit_gemm_tile(stream, a.k, a.j, a.length);
          const int tiles = (c + tile - 1) / tile;
          for_each(stream, "convolution_offsets", a.j, BackwardOffsets{offsets, taps, rows.count, columns.count});
          for_each(stream, "convolution_pack", static_cast<int64_t>(a.groups) * tiles * a.j,
                   PackBackward{w, packed, k, c, s.r, s.s, tile, tiles, taps});
        }
        compute(stream, "convolution_data_gradient", plan, a, {}, shared);
      }
    }
  }
}

Conv2dWeightOrder conv2d_weight_order(const SummationOrder& of_device, const Conv2dShape& s) {
  check(s);
  const int64_t in_order = of_device.threads == 1 ? images_in_order(s) : 0;  // a GPU's blocks have many
  if (in_order > 0) return {in_order, false, true};
  return {weight_pieces(s).images_per_piece, forward_layout(s).pitch == s.q(), false};
}

Conv2dWeightTiles conv2d_weight_tiles(const Conv2dShape& s) {
  check(s);
  const TiledProductArguments tiled = tiled_weights(s);
  return {tiled.images_per_piece, tiled.places > 0 ? tiled.terms_per_part : 0};
}

namespace {

void backward_weights_in_order(Stream& stream, const Conv2dShape& s, const float* x, const float* dy, float* dw,
                               float* db, Result result, float* scratch) {
  const InOrderScratch f = in_order_scratch(s);
  const int64_t most = images_in_order(s), plane = static_cast<int64_t>(s.p()) * s.q(), j = forward_terms(s);
  float* const windows = scratch + f.offsets;
  float* const planes = windows + f.windows;
  float* const packed = planes + f.planes;
  float* const shared = packed + f.packed;
  float* const sums = shared + f.shared;
  for (int64_t n = 0; n < s.n && dw != nullptr; n += most) {
    const int64_t images = std::min<int64_t>(most, s.n - n), terms = images * plane;
    const float* const from = x + n * s.c * s.h * s.w;
    const int64_t parts = (s.c + GatherWindows::together - 1) / GatherWindows::together;
    for_each(CpuTarget{}, stream, "convolution_windows", images * parts, GatherWindows{s, from, windows, parts});
    for_each(CpuTarget{}, stream, "convolution_planes", s.k,
             GatherPlanes{dy + n * s.k * plane, planes, images, s.k, plane});
    ImplicitGemmArguments a;
    a.groups = s.groups;
    a.k = s.k / s.groups;
    a.j = static_cast<int>(terms);
    a.x = windows;
    a.x_group = j;
    auto* const offsets = reinterpret_cast<int32_t*>(scratch);
    for (int64_t t = 0; t < terms; ++t) offsets[t] = static_cast<int32_t>(t * s.groups * j);
    a.offsets = offsets;
    a.out = dw;
    a.out_plane = a.out_row = a.length = a.pitch = a.valid = j;
    a.add = n > 0 || result == Result::accumulate;
    const PanelPlan plan = in_order_plan(s, images);
    if (plan.used && plan.shared) {
      a.rows = planes;
    } else {
      lay_out_rows(stream, plan, a.groups, a.k, a.j, a.length, planes, packed);
      a.weights = packed;
    }
    compute(stream, "convolution_weight_gradient", plan, a, {}, shared);
  }
  if (db == nullptr) return;
  ReductionGemmArguments a;
  a.images = s.n;
  a.images_per_piece = most;
  a.k = s.k;
  a.a = dy;
  a.a_image = s.k * plane;
  a.a_plane = a.a_row = a.columns = plane;
  a.ones = true;
  a.out = sums;
  a.out_stride = 1;
  reduction_gemm(stream, "convolution_weight_gradient", a);
  for_each(
      stream, "convolution_add_pieces", s.k,
      AddPieces{sums, nullptr, db, s.k, 0, 1, static_cast<int>((s.n + most - 1) / most), result == Result::accumulate});
}

// The gradient by the weights alone.
void tiled_backward_weights(Stream& stream, const Conv2dShape& s, TiledProductArguments g, const float* x,
                            const float* dy, float* dw, Result result, float* scratch) {
  const ForwardLayout f = forward_layout(s);
  const int64_t dy_values = g.a.of_image, x_values = static_cast<int64_t>(s.c) * s.h * s.w;
  const int pieces = g.pieces(), parts = g.parts();
  auto* offsets = reinterpret_cast<int32_t*>(scratch);
  float* sums = scratch + padded(g.n);
  float* copy = sums + padded(pieces * s.w_size());
  for_each(stream, "convolution_offsets", s.c / s.groups, forward_offsets(s, f, offsets));
  g.b.shifts = offsets;
  const int64_t at_once = f.copies ? images_at_once(&stream, g.b.of_image, s.n) : s.n;
  const int64_t step = std::max<int64_t>(1, at_once / g.images_per_piece) * g.images_per_piece;
  for (int64_t n = 0; n < s.n; n += step) {
    g.images = static_cast<int>(std::min<int64_t>(step, s.n - n));
    if (f.copies) padded_copy_of_input(stream, s, f, x + n * x_values, g.images, copy);
    g.a.data = dy + n * dy_values;
    g.b.data = f.copies ? copy : x + n * x_values;
    g.out = pieces > 1 ? sums + n / g.images_per_piece * parts * s.w_size() : dw;
    g.add = pieces == 1 && result == Result::accumulate;
    tiled_product(stream, "convolution_weight_gradient", g);
  }
  if (pieces > 1) {
    add_pieces(stream, "convolution_add_pieces", s.w_size(), s.w_size(), pieces, sums, nullptr, dw,
               result == Result::accumulate);
  }
}

}  // namespace

void conv2d_backward_weights(Stream& stream, const Conv2dShape& s, const float* x, const float* dy, float* dw,
                             float* db, Result result, float* scratch) {
  check(s);
  if (stream.device().is_gpu() && dw != nullptr) {
    const TiledProductArguments tiled = tiled_weights(s);
    if (tiled.places > 0) {
      tiled_backward_weights(stream, s, tiled, x, dy, dw, result, scratch);
      dw = nullptr;
    }
  }
  if (dw == nullptr && db == nullptr) return;
  if (stream.device().is_cpu() && images_in_order(s) > 0) {
    return backward_weights_in_order(stream, s, x, dy, dw, db, result, scratch);
  }
  const ForwardLayout f = forward_layout(s);
  const WeightPieces pieces = weight_pieces(s);
  const int p = s.p(), q = s.q();
  const int j = s.c / s.groups * s.r * s.s;

  ReductionGemmArguments a;
  a.images_per_piece = pieces.images_per_piece;
  a.groups = s.groups;
  a.k = s.k / s.groups;
  a.j = dw != nullptr ? j : 0;
  a.a_image = static_cast<int64_t>(s.k) * p * q;
  a.a_plane = static_cast<int64_t>(p) * q;
  a.a_row = q;
  a.x_image = s.c * f.plane();
  a.x_group = s.c / s.groups * f.plane();
  a.pitch = f.pitch;
  a.rows = p;
  a.columns = q;
  if (f.pitch == q) {  // 1x1: the whole plane is one row
    a.rows = 1;
    a.columns = static_cast<int64_t>(p) * q;
    a.pitch = a.columns;
    a.a_row = a.columns;
  }
  a.ones = db != nullptr;
  a.out_stride = a.j + (a.ones ? 1 : 0);

  auto* offsets = reinterpret_cast<int32_t*>(scratch);
  float* sums = scratch + padded(j);
  float* copy = sums + padded(pieces.pieces * (s.w_size() + s.k));
  if (dw != nullptr) for_each(stream, "convolution_offsets", s.c / s.groups, forward_offsets(s, f, offsets));
  a.offsets = offsets;
  const bool copies = f.copies && dw != nullptr;
  const int64_t at_once = copies ? images_at_once(&stream, a.x_image, s.n) : s.n;
  const int64_t step = std::max<int64_t>(1, at_once / pieces.images_per_piece) * pieces.images_per_piece;
  const int64_t x_values = static_cast<int64_t>(s.c) * s.h * s.w;
  for (int64_t n = 0; n < s.n; n += step) {
    a.images = std::min<int64_t>(step, s.n - n);
    if (copies) padded_copy_of_input(stream, s, f, x + n * x_values, a.images, copy);
    a.x = copies ? copy : x + n * x_values;
    a.a = dy + n * a.a_image;
    a.out = sums + n / pieces.images_per_piece * s.k * a.out_stride;
    reduction_gemm(stream, "convolution_weight_gradient", a);
  }
  for_each(
      stream, "convolution_add_pieces", s.k * a.out_stride,
      AddPieces{sums, dw, db, s.k, a.j, a.out_stride, static_cast<int>(pieces.pieces), result == Result::accumulate});
}

#endif

}  // namespace striate
