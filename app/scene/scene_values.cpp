#include "app/scene/scene_values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace striate {
namespace {

struct Maps {
  std::span<const float> values;
  int64_t channels = 1, rows = 1, columns = 1;
  bool channels_last = false;
  float at(int64_t channel, int64_t row, int64_t column) const {
    const int64_t index =
        channels_last ? (row * columns + column) * channels + channel : (channel * rows + row) * columns + column;
    return values[static_cast<size_t>(index)];
  }
};

std::optional<Maps> maps_of(const NetworkMoment& moment, int node) {
  const auto n = static_cast<size_t>(node);
  if (n >= moment.answer.activations.size()) return std::nullopt;
  const OpenNetworkInfo& info = *moment.info;
  Maps maps;
  maps.values = moment.answer.activations[n].values;
  maps.channels_last = node == 0 && info.channels_last;
  const Shape cells = cells_of(info, node);
  maps.channels = cells[0], maps.rows = cells[1], maps.columns = cells[2];
  if (static_cast<int64_t>(maps.values.size()) < cells.count()) return std::nullopt;
  return maps;
}

std::vector<float> limits_of(const Maps& maps, ScaleScope scope, bool is_signed, float network) {
  TensorMaps all;
  all.values = maps.values;
  all.count = maps.channels;
  all.height = static_cast<int>(maps.rows), all.width = static_cast<int>(maps.columns);
  if (scope == ScaleScope::map && (maps.channels_last || maps.rows * maps.columns == 1)) scope = ScaleScope::layer;
  return scale_of(all, scope, is_signed, network).limits;
}

bool any_negative(std::span<const float> values) {
  return std::any_of(values.begin(), values.end(), [](float v) { return v < 0; });
}

void add_picture(const NetworkMoment& moment, SceneAtlas& atlas, BlockImages& images) {
  const Shape& shape = moment.info->picture;
  const auto rows = static_cast<int>(shape[1]), columns = static_cast<int>(shape[2]);
  for (int64_t c = 0; c < shape[0]; ++c) {
    const float* plane = moment.input.pixels.data() + c * shape[1] * shape[2];
    const SceneImage image = atlas.add(columns, rows, false, [&](int row, int column) {
      return static_cast<int>(scale_step(plane[static_cast<ptrdiff_t>(row) * columns + column], 1, false));
    });
    if (c == 0) images.faces[0] = images.faces[1] = image;
    if (c == 1) images.step = image.offset - images.faces[0].offset;
  }
  images.picture = images.there = true;
  images.limits = {1};
}

// Front, back, top, bottom, left, right: as scene_cells.cpp lays them.
void add_sides(const Maps& maps, const SceneBlock& block, SceneAtlas& atlas, BlockImages& images) {
  const auto channels = static_cast<int>(block.channels), rows = static_cast<int>(block.rows),
             columns = static_cast<int>(block.columns);
  for (int side = 0; side < 6; ++side) {
    const bool flat = side < 2, level = side == 2 || side == 3, far = side % 2 == 1;
    const int width = flat ? columns : channels, height = level ? columns : rows;
    images.faces[side] = atlas.add(width, height, images.is_signed, [&](int v, int u) {
      const int64_t channel = flat ? (far ? channels - 1 : 0) : u;
      const int64_t row = level ? (far ? rows - 1 : 0) : v;
      const int64_t column = flat ? u : level ? v : (far ? columns - 1 : 0);
      return static_cast<int>(scale_step(maps.at(channel, row, column), images.limit(channel), images.is_signed));
    });
  }
}

void add_planes(const Maps& maps, const SceneBlock& block, SceneAtlas& atlas, BlockImages& images) {
  images.planes = true;
  for (int64_t c = 0; c < block.channels; ++c) {
    const SceneImage image = atlas.add(
        static_cast<int>(block.columns), static_cast<int>(block.rows), images.is_signed, [&](int row, int column) {
          return static_cast<int>(scale_step(maps.at(c, row, column), images.limit(c), images.is_signed));
        });
    if (c == 0) images.first = image;
    if (c == 1) images.step = image.offset - images.first.offset;
  }
}

void add_vector(const Maps& maps, const SceneBlock& block, SceneAtlas& atlas, BlockImages& images) {
  images.planes = true;
  images.first = atlas.add(block.per_line, static_cast<int>(block.lines()), images.is_signed, [&](int row, int column) {
    const int64_t unit = int64_t{row} * block.per_line + column;
    return unit < block.channels ? static_cast<int>(scale_step(maps.values[static_cast<size_t>(unit)],
                                                               images.limit(unit), images.is_signed))
                                 : -1;
  });
}

void add_kernel(const KernelValues& kernel, SceneAtlas& atlas, BlockImages& images) {
  const KernelSizes& sizes = kernel.sizes;
  images.planes = images.there = images.is_signed = true;
  float largest = 0;
  for (const float w : kernel.values) largest = std::max(largest, std::isfinite(w) ? std::abs(w) : 0);
  images.limits = {largest > 0 ? largest : 1};
  images.first = atlas.add(static_cast<int>(sizes.picture_columns()), static_cast<int>(sizes.picture_rows()), true,
                           [&](int row, int column) {
                             const KernelSizes::At at = sizes.at(row, column);
                             if (at.filter >= sizes.filters) return -1;
                             const auto index = static_cast<size_t>(sizes.index(at));
                             return static_cast<int>(scale_step(kernel.values[index], images.limits[0], true));
                           });
}

const KernelValues* kernel_of(const std::vector<KernelValues>& kernels, int node) {
  const auto found = std::find_if(kernels.begin(), kernels.end(), [&](const auto& each) { return each.node == node; });
  return found == kernels.end() || static_cast<int64_t>(found->values.size()) < found->sizes.count() ? nullptr
                                                                                                     : &*found;
}

}  // namespace

SceneValues make_scene_values(const NetworkMomentPtr& moment, const NetworkScene& scene, ScaleScope scope,
                              std::vector<KernelValues> kernels) {
  SceneValues made;
  made.moment = moment;
  made.scope = scope;
  made.kernels = std::move(kernels);
  made.images.resize(scene.blocks.size());
  auto atlas = std::make_shared<SceneAtlas>(size_t{1} << 16);
  float network = 0;
  if (scope == ScaleScope::network) {
    for (const SceneBlock& block : scene.blocks) {
      const std::optional<Maps> maps = block.kernel || block.node == 0 ? std::nullopt : maps_of(*moment, block.node);
      if (maps) network = std::max(network, limits_of(*maps, ScaleScope::layer, true, 0).front());
    }
  }
  for (size_t b = 0; b < scene.blocks.size(); ++b) {
    const SceneBlock& block = scene.blocks[b];
    BlockImages& images = made.images[b];
    if (block.kernel) {
      if (const KernelValues* kernel = kernel_of(made.kernels, block.node)) add_kernel(*kernel, *atlas, images);
      continue;
    }
    const std::optional<Maps> maps = maps_of(*moment, block.node);
    if (!maps) continue;
    const bool picture = block.node == 0 && block.open == 0 && moment->info->picture.rank() == 3 &&
                         (block.channels == 1 || block.channels == 3) &&
                         static_cast<int64_t>(moment->input.pixels.size()) >= moment->info->picture.count();
    if (picture) {
      add_picture(*moment, *atlas, images);
      continue;
    }
    images.there = true;
    images.is_signed = any_negative(maps->values);
    images.limits = limits_of(*maps, scope, images.is_signed, network);
    if (block.vector) {
      add_vector(*maps, block, *atlas, images);
    } else if (block.open > 0) {
      add_planes(*maps, block, *atlas, images);
    } else {
      add_sides(*maps, block, *atlas, images);
    }
  }
  made.atlas = std::move(atlas);
  return made;
}

float scene_value(const SceneValues& values, const SceneCell& cell) {
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  if (cell.kernel) {
    const KernelValues* kernel = kernel_of(values.kernels, cell.node);
    if (kernel == nullptr) return kNone;
    const KernelSizes& sizes = kernel->sizes;
    if (cell.row < 0 || cell.column < 0 || cell.row >= sizes.picture_rows() || cell.column >= sizes.picture_columns()) {
      return kNone;
    }
    const KernelSizes::At at = sizes.at(cell.row, cell.column);
    return at.filter < sizes.filters ? kernel->values[static_cast<size_t>(sizes.index(at))] : kNone;
  }
  const std::optional<Maps> maps = maps_of(*values.moment, cell.node);
  if (!maps || cell.channel < 0 || cell.row < 0 || cell.column < 0 || cell.channel >= maps->channels ||
      cell.row >= maps->rows || cell.column >= maps->columns) {
    return kNone;
  }
  return maps->at(cell.channel, cell.row, cell.column);
}

}  // namespace striate
