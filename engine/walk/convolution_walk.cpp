#include "engine/walk/convolution_walk.h"

#include <cmath>
#include <cstdint>

#include "engine/error.h"
#include "kernels/memory.h"

namespace striate {
namespace {

constexpr int64_t kMaxCells = int64_t{1} << 24;  // of the output; these grids are for looking at

void check_finite(const std::vector<double>& values, const char* what) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      throw Error(fmt::format("the {} has a value that is not a number, at index {}", what, i),
                  "give every cell a finite number");
    }
  }
}

void check_length(size_t has, int64_t needs, const char* what) {
  if (static_cast<int64_t>(has) != needs) {
    throw Error(fmt::format("the {} has {} values, its sizes make {}", what, has, needs),
                "give as many values as height times width times channels");
  }
}

void check_window(const ConvolutionGeometry& g, int in, int padding, int kernel, const char* axis) {
  const int span = g.span(kernel);
  if (span > in + padding) {
    throw Error(
        fmt::format("the window does not fit: the kernel spans {} {} (size {}, dilation {}), the padded input has {}",
                    span, axis, kernel, g.dilation, in + padding),
        fmt::format("make the kernel smaller, the dilation less, or the padding larger by {}", span - in - padding));
  }
}

void check_padding(const ConvolutionGeometry& g, int padding, int in, const char* side) {
  if (padding < 0) {
    throw Error(fmt::format("the padding at the {} is {}", side, padding), "padding is 0 or more");
  }
  if (g.border == Border::reflect && padding >= in) {
    throw Error(fmt::format("reflected padding of {} at the {} needs an input of {} or more cells there, it has {}",
                            padding, side, padding + 1, in),
                in > 1 ? fmt::format("use a padding of {} or less, or the mode zero, replicate or wrap", in - 1)
                       : "use no padding, or the mode zero, replicate or wrap");
  }
}

void check_positive(int value, const char* what) {
  if (value < 1) throw Error(fmt::format("the {} is {}", what, value), fmt::format("the {} is 1 or more", what));
}

}  // namespace

void check_geometry(const ConvolutionGeometry& g) {
  check_positive(g.height, "input's height");
  check_positive(g.width, "input's width");
  check_positive(g.channels, "number of channels");
  check_positive(g.outputs, "number of output channels");
  check_positive(g.kernel_height, "kernel's height");
  check_positive(g.kernel_width, "kernel's width");
  check_positive(g.stride, "stride");
  check_positive(g.dilation, "dilation");
  check_positive(g.groups, "number of groups");
  if (g.channels % g.groups != 0 || g.outputs % g.groups != 0) {
    throw Error(fmt::format("{} groups do not divide {} input and {} output channels", g.groups, g.channels, g.outputs),
                "take a number of groups that divides both");
  }
  check_padding(g, g.top, g.height, "top");
  check_padding(g, g.bottom, g.height, "bottom");
  check_padding(g, g.left, g.width, "left");
  check_padding(g, g.right, g.width, "right");
  check_window(g, g.height, g.top + g.bottom, g.kernel_height, "rows");
  check_window(g, g.width, g.left + g.right, g.kernel_width, "columns");
  if (!std::isfinite(g.divisor) || g.divisor == 0) {
    throw Error("the divisor is 0 or not a number", "divide by any other number, or by 1 to leave the sum as it is");
  }
  if (!std::isfinite(g.offset)) throw Error("the offset is not a number", "add any finite number, or 0");
  if (g.output_cells() > kMaxCells) {
    throw Error(fmt::format("the output would have {} cells", g.output_cells()),
                fmt::format("at most {} are shown", kMaxCells));
  }
}

void check_convolution(const Convolution& c) {
  const ConvolutionGeometry& g = c.geometry;
  check_geometry(g);
  check_length(c.x.size(), static_cast<int64_t>(g.channels) * g.height * g.width, "input");
  check_length(c.w.size(), static_cast<int64_t>(g.outputs) * g.group_channels() * g.kernel_height * g.kernel_width,
               "kernel");
  if (g.has_bias) check_length(c.bias.size(), g.outputs, "bias");
  check_finite(c.x, "input");
  check_finite(c.w, "kernel");
  check_finite(c.bias, "bias");
}

ConvolutionPicture convolve(Stream& stream, const Convolution& c) {
  check_convolution(c);
  const ConvolutionGeometry& g = c.geometry;
  ConvolutionPicture picture{g.outputs, g.output_height(), g.output_width(), {}, {}};
  const size_t cells = static_cast<size_t>(g.output_cells());
  picture.total.resize(cells);
  picture.value.resize(cells);
  if (stream.device().is_cpu()) {
    convolve_cells(stream, g, c.x.data(), c.w.data(), g.has_bias ? c.bias.data() : nullptr, picture.total.data(),
                   picture.value.data());
    return picture;
  }
  const Device device = stream.device();
  Buffer<double> x(device, static_cast<int64_t>(c.x.size()), "the input grid");
  Buffer<double> w(device, static_cast<int64_t>(c.w.size()), "the kernel");
  Buffer<double> bias(device, g.outputs, "the bias");
  Buffer<double> total(device, g.output_cells(), "the sums");
  Buffer<double> value(device, g.output_cells(), "the output grid");
  upload(stream, x, c.x.data(), x.size());
  upload(stream, w, c.w.data(), w.size());
  if (g.has_bias) upload(stream, bias, c.bias.data(), bias.size());
  convolve_cells(stream, g, x.data(), w.data(), g.has_bias ? bias.data() : nullptr, total.data(), value.data());
  download(stream, picture.total.data(), total, total.size());
  download(stream, picture.value.data(), value, value.size());
  return picture;
}

ConvolutionWalk walk_convolution(const Convolution& c, int k, int p, int q) {
  check_convolution(c);
  const ConvolutionGeometry& g = c.geometry;
  if (k < 0 || k >= g.outputs || p < 0 || p >= g.output_height() || q < 0 || q >= g.output_width()) {
    throw Error(fmt::format("there is no output cell at column {}, row {}", q, p),
                fmt::format("columns are 0 to {}, rows 0 to {}", g.output_width() - 1, g.output_height() - 1));
  }
  ConvolutionWalk walk;
  walk.output = k;
  walk.row = p;
  walk.column = q;
  size_t first = 0;
  walk.sum = walk_taps(
      g, c.x.data(), c.w.data(), k, p, q, [&](const ConvolutionTap& tap) { walk.taps.push_back(tap); },
      [&](int channel, double sum) {
        walk.channels.push_back({channel, first, walk.taps.size(), sum});
        first = walk.taps.size();
      });
  walk.bias = g.has_bias ? c.bias[static_cast<size_t>(k)] : 0;
  walk.total = g.has_bias ? walk.sum + walk.bias : walk.sum;
  walk.value = finished_value(g, walk.total);
  walk.clamped = walk.value != walk.total / g.divisor + g.offset;
  return walk;
}

std::vector<CellAt> outputs_that_read(const ConvolutionGeometry& g, int row, int column) {
  std::vector<CellAt> cells;
  const auto reads = [&](int out, int at, int before, int kernel) {
    const int offset = at + before - out * g.stride;
    return offset >= 0 && offset % g.dilation == 0 && offset / g.dilation < kernel;
  };
  for (int p = 0; p < g.output_height(); ++p) {
    if (!reads(p, row, g.top, g.kernel_height)) continue;
    for (int q = 0; q < g.output_width(); ++q) {
      if (reads(q, column, g.left, g.kernel_width)) cells.push_back({p, q});
    }
  }
  return cells;
}

std::vector<CellAt> inputs_under_tap(const ConvolutionGeometry& g, int kernel_row, int kernel_column) {
  const int r = g.flip ? g.kernel_height - 1 - kernel_row : kernel_row;
  const int s = g.flip ? g.kernel_width - 1 - kernel_column : kernel_column;
  std::vector<CellAt> cells;
  for (int p = 0; p < g.output_height(); ++p) {
    for (int q = 0; q < g.output_width(); ++q) {
      cells.push_back({p * g.stride - g.top + r * g.dilation, q * g.stride - g.left + s * g.dilation});
    }
  }
  return cells;
}

double padded_value(const Convolution& c, int channel, int row, int column) {
  const ConvolutionGeometry& g = c.geometry;
  const int from_row = border_index(row, g.height, g.border), from_column = border_index(column, g.width, g.border);
  if (from_row < 0 || from_column < 0) return 0;
  return c.x[(static_cast<size_t>(channel) * g.height + from_row) * g.width + from_column];
}

int dropped_cells(const ConvolutionGeometry& g, int in, int padding, int kernel) {
  const int outputs = g.output_size(in, padding, kernel);
  return outputs < 1 ? 0 : in + padding - ((outputs - 1) * g.stride + g.span(kernel));
}

std::string size_formula(const ConvolutionGeometry& g, int in, int before, int after, int kernel) {
  const std::string padding = before == after ? fmt::format("2*{}", before) : fmt::format("{} + {}", before, after);
  return fmt::format("floor(({} + {} - {}*({}-1) - 1) / {}) + 1 = {}", in, padding, g.dilation, kernel, g.stride,
                     g.output_size(in, before + after, kernel));
}

}  // namespace striate
