// Many small pictures of one size on few textures: filters, feature maps, samples. Hundreds of them cost one upload
// when their values change and four corners each per frame. View arithmetic is pure; Ui::parts() draws.
//
//   Sheet sheet(count, 28, 28);
//   PictureSource source = sheet_source("overview.filters", version, sheet, [&](int64_t map, Color* out) { ... });
//   parts.push_back({sheet.place(i), where_on_screen});
//   ui.parts(source, parts);
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/shell/theme.h"
#include "app/widgets/geometry.h"
#include "app/widgets/picture.h"

namespace striate {

class Sheet {
 public:
  Sheet() = default;
  // `count` maps of width x height values, all 1 or more. A map larger than a texture is shown by every `reduce`-th
  // value of every `reduce`-th row.
  Sheet(int64_t count, int width, int height);

  int64_t count() const { return count_; }
  int width() const { return width_; }    // of a map on the sheet, in pixels
  int height() const { return height_; }  // of a map on the sheet
  int reduce() const { return reduce_; }
  // Where a map lies, without the border of one pixel that repeats its edge.
  CellRect place(int64_t map) const;
  int sheet_width() const;
  int sheet_height() const;
  int64_t tiles() const { return per_tile() > 0 ? (count_ + per_tile() - 1) / per_tile() : 0; }
  int64_t per_tile() const { return int64_t{columns_} * rows_; }

 private:
  int64_t count_ = 0;
  int width_ = 0, height_ = 0, reduce_ = 1;
  int columns_ = 0, rows_ = 0;  // maps per tile
};

// Writes a map's width() * height() colors, top row first.
using PaintMap = std::function<void(int64_t map, Color* out)>;
// One tile per texture; `paint` is called for the maps of a tile when `version` is another.
PictureSource sheet_source(std::string key, uint64_t version, const Sheet& sheet, PaintMap paint);

// A part of a picture of 8-bit colors and where it is to stand.
struct PicturePart {
  CellRect from;  // pixels of level 0, within one tile
  Rect to;
};

}  // namespace striate
