#include "engine/walk/pooling_walk.h"

#include <cmath>
#include <cstdint>

#include "engine/error.h"
#include "engine/marked.h"
#include "kernels/memory.h"

namespace striate {
namespace {

void check_positive(int value, const char* what) {
  if (value < 1) throw Error(fmt::format("the {} is {}", what, value), fmt::format("the {} is 1 or more", what));
}

void check_axis(int in, int before, int after, int window, const char* axis) {
  if (before < 0 || after < 0 || 2 * before > window || 2 * after > window) {
    throw Error(fmt::format("a padding of {} and {} {} does not go with a window of {}", before, after, axis, window),
                fmt::format("padding is 0 to half the window, here {}", window / 2));
  }
  if (window > in + before + after) {
    throw Error(
        fmt::format("the window does not fit: it has {} {}, the padded input {}", window, axis, in + before + after),
        fmt::format("use a window of {} or less", in + before + after));
  }
}

}  // namespace

void check_pooling(const Pooling& pooling) {
  const PoolGeometry& g = pooling.geometry;
  check_positive(g.channels, "number of channels");
  check_positive(g.height, "input's height");
  check_positive(g.width, "input's width");
  if (g.kind != PoolKind::global) {
    check_positive(g.window_height, "window's height");
    check_positive(g.window_width, "window's width");
    check_positive(g.stride, "stride");
    check_axis(g.height, g.top, g.bottom, g.window_height, "rows");
    check_axis(g.width, g.left, g.right, g.window_width, "columns");
  }
  const size_t needs = static_cast<size_t>(g.channels) * static_cast<size_t>(g.height) * static_cast<size_t>(g.width);
  if (pooling.x.size() != needs) {
    throw Error(fmt::format("the input has {} values, its sizes make {}", pooling.x.size(), needs),
                "give as many values as height times width times channels");
  }
  for (size_t i = 0; i < pooling.x.size(); ++i) {
    if (!std::isfinite(pooling.x[i])) {
      throw Error(fmt::format("the input has a value that is not a number, at index {}", i),
                  "give every cell a finite number");
    }
  }
}

PoolingPicture pool(Stream& stream, const Pooling& pooling) {
  check_pooling(pooling);
  const PoolGeometry& g = pooling.geometry;
  PoolingPicture picture{g.channels, g.output_height(), g.output_width(), {}, {}};
  const size_t cells = static_cast<size_t>(picture.channels) * picture.height * picture.width;
  picture.value.resize(cells);
  picture.winner.resize(cells);
  if (stream.device().is_cpu()) {
    pool_cells(stream, g, pooling.x.data(), picture.value.data(), picture.winner.data());
    return picture;
  }
  Buffer<double> x(stream.device(), static_cast<int64_t>(pooling.x.size()), "the input grid");
  Buffer<double> value(stream.device(), static_cast<int64_t>(cells), "the output grid");
  Buffer<int32_t> winner(stream.device(), static_cast<int64_t>(cells), "the argmax");
  upload(stream, x, pooling.x.data(), x.size());
  pool_cells(stream, g, x.data(), value.data(), winner.data());
  download(stream, picture.value.data(), value, value.size());
  download(stream, picture.winner.data(), winner, winner.size());
  return picture;
}

PoolingWalk walk_pooling(const Pooling& pooling, int c, int p, int q) {
  check_pooling(pooling);
  const PoolGeometry& g = pooling.geometry;
  if (c < 0 || c >= g.channels || p < 0 || p >= g.output_height() || q < 0 || q >= g.output_width()) {
    throw Error(fmt::format("there is no output cell at column {}, row {}", q, p),
                fmt::format("columns are 0 to {}, rows 0 to {}", g.output_width() - 1, g.output_height() - 1));
  }
  PoolingWalk walk;
  walk.channel = c;
  walk.row = p;
  walk.column = q;
  walk.result = walk_window(g, pooling.x.data(), c, p, q, [&](const PoolCell& cell) { walk.cells.push_back(cell); });
  return walk;
}

std::vector<double> pool_gradient(Stream& stream, const Pooling& pooling, const std::vector<double>& dy) {
  check_pooling(pooling);
  const PoolGeometry& g = pooling.geometry;
  check(dy.size() == static_cast<size_t>(g.channels) * g.output_height() * g.output_width(),
        "a gradient of {} values for a pooling output of {}x{}x{}", dy.size(), g.channels, g.output_height(),
        g.output_width());
  std::vector<double> dx(pooling.x.size());
  if (stream.device().is_cpu()) {
    pool_cells_backward(stream, g, pooling.x.data(), dy.data(), dx.data());
    return dx;
  }
  Buffer<double> x(stream.device(), static_cast<int64_t>(pooling.x.size()), "the input grid");
  Buffer<double> dy_there(stream.device(), static_cast<int64_t>(dy.size()), "the gradient");
  Buffer<double> dx_there(stream.device(), static_cast<int64_t>(dx.size()), "the input's gradient");
  upload(stream, x, pooling.x.data(), x.size());
  upload(stream, dy_there, dy.data(), dy_there.size());
  pool_cells_backward(stream, g, x.data(), dy_there.data(), dx_there.data());
  download(stream, dx.data(), dx_there, dx_there.size());
  return dx;
}

std::vector<double> shifted(const std::vector<double>& x, int channels, int height, int width, int columns, int rows,
                            double fill) {
  std::vector<double> out(x.size(), fill);
  for (int c = 0; c < channels; ++c) {
    for (int row = 0; row < height; ++row) {
      for (int column = 0; column < width; ++column) {
        const int from_row = row - rows, from_column = column - columns;
        if (from_row < 0 || from_row >= height || from_column < 0 || from_column >= width) continue;
        const size_t plane = static_cast<size_t>(c) * height;
        out[(plane + row) * width + column] = x[(plane + from_row) * width + from_column];
      }
    }
  }
  return out;
}

std::string pool_size_formula(const PoolGeometry& g, int in, int before, int after, int window) {
  if (g.kind == PoolKind::global) return N_("the whole channel: 1");
  const std::string padding = before == 0 && after == 0 ? "" : fmt::format(" + {}", before + after);
  return fmt::format("\u230a({}{} \u2212 {}) / {}\u230b + 1 = {}", in, padding, window, g.stride,
                     (in + before + after - window) / g.stride + 1);
}

}  // namespace striate
