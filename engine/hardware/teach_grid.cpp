#include "engine/hardware/teach_grid.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "engine/error.h"
#include "kernels/teach_choice.h"

namespace striate {

void check_block(int width, int height) {
  const int64_t threads = static_cast<int64_t>(width) * height;
  if (std::find(std::begin(kTeachThreads), std::end(kTeachThreads), threads) != std::end(kTeachThreads)) return;
  throw Error(fmt::format("a block of {} x {} has {} threads", width, height, threads),
              fmt::format("take {} threads: 32 x 8 for one", fmt::join(kTeachThreads, ", ")));
}

void TeachGrid::check_warp(int64_t warp) const {
  if (warp >= 0 && warp < warps()) return;
  throw Error(fmt::format("there is no warp {}", warp), fmt::format("this launch has warps 0 to {}", warps() - 1));
}

namespace {

// Version "shipped".
TeachGrid shipped_grid(TeachTask task, const TeachSettings& settings) {
  const int n = settings.n;
  TeachGrid shape;
  const auto flat = [&](int64_t indices) { shape.threads = kFlatThreads, shape.grid[0] = flat_blocks(indices); };
  switch (task) {
    case TeachTask::copy:
    case TeachTask::transpose:
      flat(int64_t{n} * n);
      shape.part = {kFlatThreads, 0};
      break;
    case TeachTask::filter: {
      const Grid grid = filtering::grid_of({0, 0, n, n});
      shape.threads = ShippedFilter<Plain>::threads;
      shape.grid[0] = grid.x, shape.grid[1] = grid.y;
      shape.part = {filtering::kTileWidth, filtering::kTileHeight};
      break;
    }
    case TeachTask::matmul: {
      shape.threads = ShippedProduct<Plain>::threads;
      shape.grid[0] = ShippedProduct<Plain>::of(teach_product(settings, nullptr, nullptr, nullptr)).grid().x;
      break;
    }
    case TeachTask::reduce: {
      const TeachSums sums = teach_sums(settings);
      shape.threads = ShippedSums<Plain>::threads;
      shape.grid[0] = sums.count;
      shape.part = {static_cast<int>(sums.values), 0};
      break;
    }
    case TeachTask::convolution:
    case TeachTask::layer: {
      ImplicitGemmArguments sum;
      sum.k = teach_outputs(task);
      // Positions of the padded picture from the first to the last result (implicit_gemm.h).
      sum.length = (int64_t{n} - 1) * (n + 2) + n;
      if (task == TeachTask::convolution) {
        flat(ShippedConvolution<Plain>::of(sum).tiles);
      } else {
        shape.threads = ShippedLayer<Plain>::threads;
        shape.grid[0] = ShippedLayer<Plain>::of(sum).grid().x;
      }
      break;
    }
  }
  return shape;
}

}  // namespace

TeachGrid teach_grid(TeachTask task, const std::string& version, const TeachSettings& settings) {
  check_block(settings.width, settings.height);
  if (teach_is_shipped(version)) return shipped_grid(task, settings);
  TeachGrid shape;
  const bool found = with_version<Plain>(task, version, settings.width * settings.height, [&](auto kernel) {
    kernel.t.n = settings.n, kernel.t.w = settings.width, kernel.t.h = settings.height;
    kernel.t.stride = settings.stride;
    const Grid grid = kernel.grid();
    shape.grid[0] = grid.x, shape.grid[1] = grid.y, shape.grid[2] = grid.z;
    shape.threads = kernel.threads;
    shape.part = kernel.part();
  });
  if (!found) {
    throw Error(fmt::format("this kernel has no version '{}'", version),
                fmt::format("it has {}", fmt::join(teach_versions(task), ", ")));
  }
  return shape;
}

}  // namespace striate
