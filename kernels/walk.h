// Convolution and pooling of small grids, one thread per output cell, written to be followed step by step. The lesson
// pages show every product of it: a cell's terms come from the same loops as the cell's value (walk_taps, walk_window),
// on the processor and on the GPU, so the printed sum and the picture cannot differ.
//
//   sum(k, p, q) = sum over c, r, s of  w[k][c][r][s] * x[c][p*stride - top + r*dilation][q*stride - left + s*dilation]
//   total        = sum + bias[k]
//   value        = total / divisor + offset, then clamped to 0 .. 255 where clamp is on
//
// Letters: C input channels, H W input size, K output channels, R S kernel size, P Q output size. This is
// cross-correlation, as in every framework; with `flip` the kernel is turned by half a turn first: convolution.
// All of it is double: numbers that a student types print back as they were typed, and float weights of a network are
// held exactly. Products are rounded, then added (never fused), in the order row, column within a channel; then the
// channels, then the bias: so every device gives the same bits.
#pragma once

#include <cstdint>

#include "kernels/hd.h"
#include "kernels/image_filter.h"
#include "kernels/stream.h"

namespace striate {

struct ConvolutionGeometry {
  int channels = 1;           // C; groups divides it
  int height = 1, width = 1;  // H, W
  int outputs = 1;            // K; groups divides it
  int groups = 1;
  int kernel_height = 1, kernel_width = 1;       // R, S
  int top = 0, bottom = 0, left = 0, right = 0;  // padding per side
  Border border = Border::zero;                  // what the padding holds
  int stride = 1, dilation = 1;                  // along both axes
  bool flip = false;
  bool has_bias = false;
  bool clamp = false;
  double divisor = 1, offset = 0;

  HD int span(int kernel) const { return dilation * (kernel - 1) + 1; }  // input cells from first to last tap
  // floor((in + padding - span) / stride) + 1; 0 or less where the window doesn't fit.
  HD int output_size(int in, int padding, int kernel) const {
    const int room = in + padding - span(kernel);
    return room < 0 ? 0 : room / stride + 1;
  }
  HD int output_height() const { return output_size(height, top + bottom, kernel_height); }  // P
  HD int output_width() const { return output_size(width, left + right, kernel_width); }     // Q
  HD int group_channels() const { return channels / groups; }
  HD int64_t output_cells() const { return static_cast<int64_t>(outputs) * output_height() * output_width(); }
};

// One tap of one output cell.
struct ConvolutionTap {
  int channel;                // of the input
  int row, column;            // in the padded input, counted from the input's own first cell: negative in the padding
  int from_row, from_column;  // the input cell whose value is read; -1 where the padding holds a zero
  int kernel_row, kernel_column;  // of the kernel as it is stored
  double x, w;
  HD double product() const { return x * w; }  // the build fuses nothing: StriateOptions.cmake, StriateCuda.cmake
};

// Calls tap(ConvolutionTap) for every tap of output cell (k, p, q), in the order in which the sum is added, and
// end_channel(channel, sum) after each channel. Returns the sum over all channels, without the bias.
//   x (C, H, W)   w (K, C/groups, R, S)
template <typename Tap, typename Channel>
HD double walk_taps(const ConvolutionGeometry& g, const double* x, const double* w, int k, int p, int q, const Tap& tap,
                    const Channel& end_channel) {
  const int per_group = g.group_channels();
  const int group = k / (g.outputs / g.groups);
  double sum = 0;
  for (int c = 0; c < per_group; ++c) {
    double channel_sum = 0;
    for (int r = 0; r < g.kernel_height; ++r) {
      for (int s = 0; s < g.kernel_width; ++s) {
        ConvolutionTap t;
        t.channel = group * per_group + c;
        t.row = p * g.stride - g.top + r * g.dilation;
        t.column = q * g.stride - g.left + s * g.dilation;
        t.from_row = border_index(t.row, g.height, g.border);
        t.from_column = border_index(t.column, g.width, g.border);
        if (t.from_row < 0 || t.from_column < 0) t.from_row = t.from_column = -1;
        t.x = t.from_row < 0 ? 0.0
                             : x[(static_cast<int64_t>(t.channel) * g.height + t.from_row) * g.width + t.from_column];
        t.kernel_row = g.flip ? g.kernel_height - 1 - r : r;
        t.kernel_column = g.flip ? g.kernel_width - 1 - s : s;
        t.w = w[((static_cast<int64_t>(k) * per_group + c) * g.kernel_height + t.kernel_row) * g.kernel_width +
                t.kernel_column];
        channel_sum += t.product();
        tap(t);
      }
    }
    end_channel(group * per_group + c, channel_sum);
    sum += channel_sum;
  }
  return sum;
}

enum class PoolKind { max, average, global };  // global: the average of each whole channel

struct PoolGeometry {
  PoolKind kind = PoolKind::max;
  int channels = 1, height = 1, width = 1;       // C, H, W
  int window_height = 2, window_width = 2;       // R, S; global uses H, W
  int top = 0, bottom = 0, left = 0, right = 0;  // padding per side: never wins a maximum, zero in an average
  int stride = 2;
  bool count_padding = true;  // an average divides by R*S; false: by the number of input cells under the window

  HD int rows() const { return kind == PoolKind::global ? height : window_height; }
  HD int columns() const { return kind == PoolKind::global ? width : window_width; }
  HD int output_height() const { return kind == PoolKind::global ? 1 : size(height + top + bottom - window_height); }
  HD int output_width() const { return kind == PoolKind::global ? 1 : size(width + left + right - window_width); }

 private:
  HD int size(int room) const { return room < 0 ? 0 : room / stride + 1; }
};

// One cell under a pooling window.
struct PoolCell {
  int row, column;  // in the input; outside it in the padding
  bool padding;
  double x;  // 0 in the padding
};

struct PoolResult {
  double value;                   // the maximum, or sum / divisor
  double sum;                     // of the window; averages
  int divisor;                    // averages: what the sum is divided by
  int winner_row, winner_column;  // maximum: the first largest cell in row-major order; NaN wins, as in PyTorch
};

// Calls cell(PoolCell) for every cell under the window of output (c, p, q), row by row, and returns the result.
//   x (C, H, W)
template <typename Cell>
HD PoolResult walk_window(const PoolGeometry& g, const double* x, int c, int p, int q, const Cell& cell) {
  const bool global = g.kind == PoolKind::global;
  PoolResult result{0, 0, 0, -1, -1};
  int inside = 0;
  double best = 0;
  for (int r = 0; r < g.rows(); ++r) {
    for (int s = 0; s < g.columns(); ++s) {
      PoolCell here;
      here.row = global ? r : p * g.stride - g.top + r;
      here.column = global ? s : q * g.stride - g.left + s;
      here.padding = here.row < 0 || here.row >= g.height || here.column < 0 || here.column >= g.width;
      here.x = here.padding ? 0.0 : x[(static_cast<int64_t>(c) * g.height + here.row) * g.width + here.column];
      if (!here.padding) {
        if (inside == 0 || here.x > best || (here.x != here.x && best == best)) {
          best = here.x;
          result.winner_row = here.row;
          result.winner_column = here.column;
        }
        ++inside;
        result.sum += here.x;
      }
      cell(here);
    }
  }
  result.divisor = g.count_padding && !global ? g.rows() * g.columns() : inside;
  result.value = g.kind == PoolKind::max ? best : result.sum / result.divisor;
  return result;
}

// The whole picture: total is (sum + bias), value what follows from it; both (K, P, Q), on the stream's device,
// written.
//   x (C, H, W)   w (K, C/groups, R, S)   bias (K) or null
void convolve_cells(Stream& stream, const ConvolutionGeometry& geometry, const double* x, const double* w,
                    const double* bias, double* total, double* value);

//   x (C, H, W)   value (C, P, Q) written   winner (C, P, Q) written: row * W + column of the largest cell; may be null
void pool_cells(Stream& stream, const PoolGeometry& geometry, const double* x, double* value, int32_t* winner);

// Where a gradient goes back to: dx is written, the sum over the windows of their share of dy. A maximum gives all of
// it to its winner, an average the same part to every cell.
//   dy (C, P, Q)   dx (C, H, W)
void pool_cells_backward(Stream& stream, const PoolGeometry& geometry, const double* x, const double* dy, double* dx);

// What a cell shows of its total: divided, moved, clamped.
HD inline double finished_value(const ConvolutionGeometry& g, double total) {
  const double value = total / g.divisor + g.offset;
  if (!g.clamp) return value;
  return value < 0 ? 0 : (value > 255 ? 255 : value);
}

}  // namespace striate
