// A network as a place: where its tensors stand as blocks of cells, what lies under a point of the picture, and the
// faces that are drawn of it. Pure but for the values, which come as a SceneAtlas (scene_values.h).
//
// A tensor (C, H, W) that is closed is one block: its front face is channel 0 as it is read from the input's side, its
// depth are the channels, and its sides show the border cells of all of them. Opened, each channel is a plate of its
// own, row by row of the figure. A vector is one plate, its units from left to right and from the top down. Sides
// shrink with the root of their cells, so that 7 x 7 can be seen beside 224 x 224.
#pragma once

#include <cstdint>
#include <glm/glm.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/scene/camera.h"
#include "app/scene/graph_layout.h"
#include "app/scene/scene.h"
#include "engine/session/open_network.h"

namespace striate {

enum class BlockSize { shape, milliseconds, parameters, multiply_adds, memory };

// What is shown of a network, and how large.
struct SceneChoice {
  bool every_tensor = false;     // else a layer with the batch normalization and the activation behind it is one
  std::set<int> opened, closed;  // nodes that somebody opened or closed; the rest as is usual
  std::set<int> kernels;         // nodes whose weights stand before them
  BlockSize size = BlockSize::shape;
  std::vector<double> costs;  // per node, for the sizes but `shape`
  float aspect = 1.6f;        // of the stage
  friend bool operator==(const SceneChoice&, const SceneChoice&) = default;
};

constexpr int64_t kMostOpenCells = int64_t{1} << 22;  // of a tensor, or of a layer's weights

// Rows and columns of a layer's weights as one picture: the input channels of a filter side by side, filters below each
// other, where they are narrow in several columns, line by line.
struct KernelSizes {
  int64_t filters = 0, slices = 1;
  int rows = 1, columns = 1;
  std::string tensor;    // "conv1.weight"
  int64_t per_line = 1;  // filters side by side
  int64_t count() const { return filters * slices * rows * columns; }
  int64_t picture_rows() const { return (filters + per_line - 1) / per_line * rows; }
  int64_t picture_columns() const { return per_line * slices * columns; }
  struct At {
    int64_t filter = 0, slice = 0;
    int row = 0, column = 0;
  };
  // What stands at a place of the picture; a filter that is not there in the last line.
  At at(int64_t picture_row, int64_t picture_column) const {
    const int64_t wide = slices * columns;
    return {picture_row / rows * per_line + picture_column / wide, picture_column % wide / columns,
            static_cast<int>(picture_row % rows), static_cast<int>(picture_column % columns)};
  }
  int64_t index(const At& at) const { return ((at.filter * slices + at.slice) * rows + at.row) * columns + at.column; }
};

struct SceneBlock {
  int node = 0;
  bool kernel = false;  // the weights of the layer, not its output
  bool vector = false;
  float open = 0;  // 0: closed, 1: opened, between on the way
  int64_t channels = 1, rows = 1, columns = 1;
  int per_line = 1;   // opened: maps side by side; of a vector: units
  KernelSizes sizes;  // kernel
  glm::vec3 center{0}, closed_size{1}, open_size{1};
  float map_width = 1, map_height = 1, gap = 0;  // opened: of a plate
  int hidden = 0;  // nodes before it that are not shown: those whose values it took further
  int64_t lines() const { return (channels + per_line - 1) / per_line; }
  glm::vec3 size() const { return closed_size + (open_size - closed_size) * open; }
  WorldBounds bounds() const;
};

struct SceneLine {
  std::vector<glm::vec3> points;
  bool jump = false, between_lines = false;
};

struct NetworkScene {
  std::vector<SceneBlock> blocks;  // in running order
  std::vector<SceneLine> lines;
  std::vector<int> block_of;   // per node: its block, or the one that stands for it
  std::vector<int> kernel_of;  // per node: the block of its weights; -1: not opened
  WorldBounds bounds() const;
};

// Whether a node's values go on, place by place, into the only node that reads them.
bool goes_on_in_next(const OpenNetworkInfo& info, int node);
// Whether a tensor is open where nobody said so.
bool open_by_itself(const OpenNetworkInfo& info, int node);
// Whether it can be opened; why not, in words. Empty: it can.
std::string why_not_opened(const OpenNetworkInfo& info, int node);
// Of the layer of a node. Nothing: it has no weights to multiply with.
std::optional<KernelSizes> kernel_sizes(const OpenNetworkInfo& info, int node);

NetworkScene arrange(const OpenNetworkInfo& info, const SceneChoice& choice);
// On the way from one to another of the same network, t from 0 to 1.
NetworkScene mix_scenes(const NetworkScene& from, const NetworkScene& to, float t);

// ---- cells in the world

struct SceneCell {
  int node = 0;
  bool kernel = false;
  int64_t channel = 0, row = 0, column = 0;  // kernel: filter; then row and column among all its slices
  friend bool operator==(const SceneCell&, const SceneCell&) = default;
};

struct CellQuad {
  glm::vec3 corners[4];  // around
  glm::vec3 center() const { return (corners[0] + corners[1] + corners[2] + corners[3]) * 0.25f; }
};
// The front of a cell: of a closed block, where its channel lies in it. Nothing: its tensor is not shown.
std::optional<CellQuad> quad_of(const NetworkScene& scene, const SceneCell& cell);

struct ScenePick {
  SceneCell cell;
  int block = 0;
  int face = 0;  // number among the faces of faces_of(), and the cell of its image
  int64_t face_row = 0, face_column = 0;
  float depth = 0;
  CellQuad quad;  // the part of the face that is the cell
};
// What the ray of a point of the picture meets first. Cells that are not there (the last line of a vector) are passed.
std::optional<ScenePick> pick(const NetworkScene& scene, const CameraView& view, Vec at);

// ---- faces

// Of a block: where its values lie in the atlas.
struct BlockImages {
  bool there = false;  // false: there are no values
  bool is_signed = false;
  std::vector<float> limits;  // of the color scale: one, or one per channel
  bool planes = false;        // opened: an image per channel from `first` on, `step` texels apart
  SceneImage first;
  int32_t step = 0;
  bool picture = false;  // the network's picture in its own colors
  SceneImage faces[6];   // closed: front, back, top, bottom, left (first column), right
  float limit(int64_t channel) const {
    return limits.empty() ? 1 : limits[limits.size() > 1 ? static_cast<size_t>(channel) : 0];
  }
};

// How bright a block or one of its channels is, and how much of it is computed yet.
struct BlockLook {
  float bright = 1, reveal = 1;
  std::vector<int64_t> bright_channels;  // stay bright where the rest of the block steps back; sorted
};

// The faces that look at the eye, in the order of the blocks. `images` and `looks`: per block.
std::vector<SceneFace> faces_of(const NetworkScene& scene, const std::vector<BlockImages>& images,
                                const std::vector<BlockLook>& looks, const glm::vec3& eye, Color plain);

}  // namespace striate
