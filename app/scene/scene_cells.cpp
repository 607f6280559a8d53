// The faces of blocks: one walk over them for what is drawn, for what lies under a point, and for where a cell is.
#include <algorithm>
#include <cmath>

#include "app/scene/network_scene.h"

namespace striate {
namespace {

enum Side { front, back, top, bottom, left, right };

struct Box {
  glm::vec3 low{0}, high{0};
};

Box box_around(const glm::vec3& center, const glm::vec3& size) { return {center - size * 0.5f, center + size * 0.5f}; }

// Of one channel of a tensor that is opened, or on the way.
Box plate_of(const SceneBlock& block, int64_t channel) {
  const glm::vec3 closed = block.closed_size;
  const float depth = closed.x / static_cast<float>(block.channels);
  const glm::vec3 slice_center =
      block.center + glm::vec3((static_cast<float>(channel) + 0.5f) * depth - closed.x / 2, 0, 0);
  const auto line = static_cast<float>(channel / block.per_line), at = static_cast<float>(channel % block.per_line);
  const glm::vec3 open_center =
      block.center + glm::vec3(0, block.open_size.y / 2 - line * (block.map_height + block.gap) - block.map_height / 2,
                               -block.open_size.z / 2 + at * (block.map_width + block.gap) + block.map_width / 2);
  const glm::vec3 slice{depth, closed.y, closed.z}, map{block.open_size.x, block.map_height, block.map_width};
  return box_around(slice_center + (open_center - slice_center) * block.open, slice + (map - slice) * block.open);
}

// One face with its cells.
struct Face {
  int block = 0;
  int64_t channel = -1;  // -1: all, of a closed block; a vector's or a kernel's only plate
  Side side = front;
  glm::vec3 origin{0}, across{0}, down{0};
  int64_t width = 1, height = 1;  // cells along them
};

void set_side(Face& face, const Box& box, Side side) {
  const glm::vec3 size = box.high - box.low;
  const glm::vec3 x{size.x, 0, 0}, y{0, -size.y, 0}, z{0, 0, size.z};
  face.side = side;
  face.origin = {box.low.x, box.high.y, box.low.z};
  switch (side) {
    case back:
      face.origin.x = box.high.x;
      [[fallthrough]];
    case front:
      face.across = z, face.down = y;
      break;
    case bottom:
      face.origin.y = box.low.y;
      [[fallthrough]];
    case top:
      face.across = x, face.down = z;
      break;
    case right:
      face.origin.z = box.high.z;
      [[fallthrough]];
    case left:
      face.across = x, face.down = y;
      break;
  }
}

// The sides of a box that look at the eye.
template <typename Take>
void sides_of(const Box& box, const glm::vec3& eye, const Take& take) {
  if (eye.x < box.low.x) take(front);
  if (eye.x > box.high.x) take(back);
  if (eye.y > box.high.y) take(top);
  if (eye.y < box.low.y) take(bottom);
  if (eye.z < box.low.z) take(left);
  if (eye.z > box.high.z) take(right);
}

// All faces of a block, in order.
template <typename Take>
void faces_of_block(const SceneBlock& block, int index, const glm::vec3& eye, const Take& take) {
  Face face;
  face.block = index;
  const bool plates = !block.vector && !block.kernel && block.open > 0;
  const int64_t count = plates ? block.channels : 1;
  for (int64_t c = 0; c < count; ++c) {
    const Box box = plates ? plate_of(block, c) : box_around(block.center, block.closed_size);
    face.channel = plates || block.vector || block.kernel ? c : -1;
    const bool deep = face.channel < 0;
    const int64_t rows = block.vector ? block.lines() : block.rows,
                  columns = block.vector ? block.per_line : block.columns;
    sides_of(box, eye, [&](Side side) {
      set_side(face, box, side);
      const bool flat = side == front || side == back;
      face.width = flat ? columns : deep ? block.channels : 1;
      face.height = side == top || side == bottom ? columns : rows;
      take(face);
    });
  }
}

SceneCell cell_at(const SceneBlock& block, const Face& face, int64_t u, int64_t v) {
  SceneCell cell;
  cell.node = block.node;
  cell.kernel = block.kernel;
  const int64_t rows = block.vector ? block.lines() : block.rows,
                columns = block.vector ? block.per_line : block.columns;
  int64_t row = v, column = u;
  switch (face.side) {
    case front:
    case back:
      break;
    case top:
    case bottom:
      row = face.side == top ? 0 : rows - 1, column = v;
      break;
    case left:
    case right:
      column = face.side == left ? 0 : columns - 1;
      break;
  }
  if (block.vector) {
    cell.channel = row * columns + column;
    return cell;
  }
  cell.row = row, cell.column = column;
  if (face.channel >= 0) {
    cell.channel = face.channel;
  } else if (face.side == front || face.side == back) {
    cell.channel = face.side == front ? 0 : block.channels - 1;
  } else {
    cell.channel = u;
  }
  return cell;
}

CellQuad quad_in(const Face& face, int64_t u, int64_t v) {
  const glm::vec3 across = face.across / static_cast<float>(face.width),
                  down = face.down / static_cast<float>(face.height);
  const glm::vec3 from = face.origin + across * static_cast<float>(u) + down * static_cast<float>(v);
  return {{from, from + across, from + across + down, from + down}};
}

// Whether a ray can meet a box at all.
bool meets(const WorldBounds& bounds, const glm::dvec3& eye, const glm::dvec3& ray) {
  double near = 0, far = 1e30;
  for (int axis = 0; axis < 3; ++axis) {
    const double low = bounds.low[axis] - 1e-3, high = bounds.high[axis] + 1e-3;
    if (std::abs(ray[axis]) < 1e-12) {
      if (eye[axis] < low || eye[axis] > high) return false;
      continue;
    }
    const double a = (low - eye[axis]) / ray[axis], b = (high - eye[axis]) / ray[axis];
    near = std::max(near, std::min(a, b));
    far = std::min(far, std::max(a, b));
  }
  return near <= far;
}

// While it opens or closes its plates may stand outside of both sizes.
WorldBounds room_of(const SceneBlock& block) {
  WorldBounds room;
  const glm::vec3 half = glm::max(block.closed_size, block.open > 0 ? block.open_size : block.closed_size) * 0.5f;
  room.add(block.center - half);
  room.add(block.center + half);
  return room;
}

}  // namespace

std::optional<CellQuad> quad_of(const NetworkScene& scene, const SceneCell& cell) {
  if (cell.node < 0 || static_cast<size_t>(cell.node) >= scene.block_of.size()) return std::nullopt;
  const auto n = static_cast<size_t>(cell.node);
  const int index = cell.kernel ? scene.kernel_of[n] : scene.block_of[n];
  if (index < 0) return std::nullopt;
  const SceneBlock& block = scene.blocks[static_cast<size_t>(index)];
  Face face;
  face.channel = cell.channel;
  face.width = block.vector ? block.per_line : block.columns;
  face.height = block.vector ? block.lines() : block.rows;
  const bool plates = !block.vector && !block.kernel;
  // Of a closed block its slice, where its front would be seen.
  set_side(face, plates ? plate_of(block, cell.channel) : box_around(block.center, block.closed_size), front);
  const int64_t u = block.vector ? cell.channel % block.per_line : cell.column,
                v = block.vector ? cell.channel / block.per_line : cell.row;
  return quad_in(face, u, v);
}

std::optional<ScenePick> pick(const NetworkScene& scene, const CameraView& view, Vec at) {
  const glm::dvec3 eye = view.eye(), ray = view.ray(at);
  std::optional<ScenePick> best;
  int number = 0;
  for (size_t b = 0; b < scene.blocks.size(); ++b) {
    const SceneBlock& block = scene.blocks[b];
    const bool possible = meets(room_of(block), eye, ray);
    faces_of_block(block, static_cast<int>(b), view.eye(), [&](const Face& face) {
      const int own = number++;
      if (!possible) return;
      const glm::dvec3 across = face.across, down = face.down, from = glm::dvec3(face.origin) - eye;
      const glm::dvec3 normal = glm::cross(across, down);
      const double along = glm::dot(normal, ray);
      if (std::abs(along) < 1e-15) return;
      const double depth = glm::dot(normal, from) / along;
      if (!(depth > 0) || (best && depth >= static_cast<double>(best->depth))) return;
      const glm::dvec3 met = ray * depth - from;
      const double u = glm::dot(met, across) / glm::dot(across, across) * static_cast<double>(face.width),
                   v = glm::dot(met, down) / glm::dot(down, down) * static_cast<double>(face.height);
      if (!(u >= 0) || !(v >= 0) || u >= static_cast<double>(face.width) || v >= static_cast<double>(face.height))
        return;
      const auto column = static_cast<int64_t>(u), row = static_cast<int64_t>(v);
      ScenePick found;
      found.cell = cell_at(block, face, column, row);
      if (block.vector && found.cell.channel >= block.channels) return;
      if (block.kernel && block.sizes.at(found.cell.row, found.cell.column).filter >= block.sizes.filters) return;
      found.block = static_cast<int>(b);
      found.face = own;
      found.face_row = row, found.face_column = column;
      found.depth = static_cast<float>(depth);
      found.quad = quad_in(face, column, row);
      best = found;
    });
  }
  return best;
}

std::vector<SceneFace> faces_of(const NetworkScene& scene, const std::vector<BlockImages>& images,
                                const std::vector<BlockLook>& looks, const glm::vec3& eye, Color plain) {
  std::vector<SceneFace> faces;
  faces.reserve(scene.blocks.size() * 3);
  for (size_t b = 0; b < scene.blocks.size(); ++b) {
    const SceneBlock& block = scene.blocks[b];
    const BlockImages* values = b < images.size() && images[b].there ? &images[b] : nullptr;
    const BlockLook look = b < looks.size() ? looks[b] : BlockLook{};
    faces_of_block(block, static_cast<int>(b), eye, [&](const Face& from) {
      SceneFace& face = faces.emplace_back();
      face.origin = from.origin, face.across = from.across, face.down = from.down;
      face.width = static_cast<int32_t>(from.width), face.height = static_cast<int32_t>(from.height);
      const bool kept = from.channel >= 0 &&
                        std::binary_search(look.bright_channels.begin(), look.bright_channels.end(), from.channel);
      face.bright = kept ? 1.0f : look.bright;
      const bool level = from.side == top || from.side == bottom;
      face.reveal = !level ? look.reveal : look.reveal > 0 ? 1.0f : 0.0f;
      face.kind = static_cast<int32_t>(FaceKind::plain);
      face.color = plain;
      if (values == nullptr) return;
      const bool flat = from.side == front || from.side == back;
      if (values->picture && !flat) return;
      SceneImage image;
      if (from.channel < 0) {
        image = values->faces[from.side];
      } else {
        image = values->first;
        image.offset += static_cast<int32_t>(from.channel) * values->step;
        // The thin sides show the cells at the border.
        if (!flat) {
          const int32_t width = image.width, height = image.height;
          if (from.side == right) image.offset += width - 1;
          if (from.side == bottom) image.offset += (height - 1) * width;
          image.stride = level ? 1 : width;
          image.levels = 1;
        }
      }
      // On the way between open and closed there are values for one of the two alone.
      if (from.channel >= 0 && !values->planes && !block.vector && !block.kernel) return;
      if (from.channel < 0 && values->planes) return;
      face.offset = image.offset, face.stride = image.stride, face.levels = image.levels;
      face.kind = static_cast<int32_t>(values->picture     ? FaceKind::picture
                                       : values->is_signed ? FaceKind::signed_values
                                                           : FaceKind::unsigned_values);
      face.plane = values->picture ? values->step : 0;
      if (block.kernel && flat) {
        face.seam_columns = static_cast<float>(block.sizes.columns);
        face.seam_rows = static_cast<float>(block.sizes.rows);
      }
    });
  }
  return faces;
}

}  // namespace striate
