// Sheets of small maps, and parts of a picture each in a place of its own.
#include "app/widgets/sheet.h"

#include <algorithm>
#include <cstring>

#include "app/widgets/picture_callback.h"
#include "app/widgets/tile_cache.h"
#include "app/widgets/ui.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr int kTile = TileCache::kTile;

// The pixels of a map with its edge repeated around it, into a tile of the sheet.
void put_map(const Color* map, int width, int height, const CellRect& place, const CellRect& rect, uint8_t* bytes) {
  for (int y = -1; y <= height; ++y) {
    const int row = place.y + y - rect.y;
    if (row < 0 || row >= rect.h) continue;
    const Color* from = map + static_cast<size_t>(std::clamp(y, 0, height - 1)) * static_cast<size_t>(width);
    for (int x = -1; x <= width; ++x) {
      const int column = place.x + x - rect.x;
      if (column < 0 || column >= rect.w) continue;
      const Color color = from[std::clamp(x, 0, width - 1)];
      std::memcpy(bytes + (static_cast<size_t>(row) * static_cast<size_t>(rect.w) + static_cast<size_t>(column)) * 4,
                  &color, 4);
    }
  }
}

}  // namespace

Sheet::Sheet(int64_t count, int width, int height) : count_(count) {
  check(count >= 0 && width > 0 && height > 0, "a sheet of {} maps of {} x {}", count, width, height);
  reduce_ = (std::max(width, height) + kTile - 3) / (kTile - 2);
  width_ = (width + reduce_ - 1) / reduce_;
  height_ = (height + reduce_ - 1) / reduce_;
  columns_ = kTile / (width_ + 2);
  rows_ = kTile / (height_ + 2);
}

CellRect Sheet::place(int64_t map) const {
  const int64_t tile = map / per_tile(), index = map % per_tile();
  return {static_cast<int>(tile * kTile + (index % columns_) * (width_ + 2) + 1),
          static_cast<int>((index / columns_) * (height_ + 2) + 1), width_, height_};
}

int Sheet::sheet_width() const {
  if (count_ <= 0) return 0;
  if (tiles() > 1) return static_cast<int>(tiles() * kTile);
  return static_cast<int>(std::min<int64_t>(count_, columns_)) * (width_ + 2);
}

int Sheet::sheet_height() const {
  if (count_ <= 0) return 0;
  if (tiles() > 1) return kTile;
  return static_cast<int>((count_ + columns_ - 1) / columns_) * (height_ + 2);
}

PictureSource sheet_source(std::string key, uint64_t version, const Sheet& sheet, PaintMap paint) {
  PictureSource source;
  source.key = std::move(key);
  source.version = version;
  source.width = sheet.sheet_width();
  source.height = sheet.sheet_height();
  source.levels = 1;
  source.pixels = [sheet, paint = std::move(paint)](int, CellRect rect) {
    TilePixels tile;
    tile.bytes.assign(static_cast<size_t>(rect.w) * static_cast<size_t>(rect.h) * 4, 0);
    std::vector<Color> map(static_cast<size_t>(sheet.width()) * static_cast<size_t>(sheet.height()));
    // `rect` reaches a pixel over the tile's edge on either side: its middle says which tile it is.
    const int64_t index = (rect.x + rect.w / 2) / kTile;
    const int64_t first = index * sheet.per_tile(), last = std::min(first + sheet.per_tile(), sheet.count());
    for (int64_t i = first; i < last; ++i) {
      paint(i, map.data());
      put_map(map.data(), sheet.width(), sheet.height(), sheet.place(i), rect, tile.bytes.data());
    }
    return tile;
  };
  return source;
}

void Ui::parts(const PictureSource& source, std::span<const PicturePart> list, bool nearest) {
  if (source.width <= 0 || source.height <= 0 || list.empty()) return;
  PictureStyle style;
  style.nearest = nearest;
  bool drawing = false;
  const Rect seen = clip();
  for (const PicturePart& part : list) {
    if (!part.to.overlaps(seen)) continue;
    const int tx = part.from.x / kTile, ty = part.from.y / kTile;
    const TileCache::Tile* tile = tiles_->find(source, 0, tx, ty);
    if (!tile || tile->version != source.version) {
      if (const TileCache::Tile* made = tiles_->make(source, 0, tx, ty, textures_)) tile = made;
    }
    if (!tile) {
      tiles_->note_missing();
      continue;
    }
    if (tile->version != source.version) tiles_->note_missing();
    if (!drawing) draw_->AddCallback(picture_style_callback(), const_cast<PictureStyle*>(tiles_->keep(style)));
    drawing = true;
    const auto u = [&](int x) { return static_cast<float>(x - tile->outer.x) / static_cast<float>(tile->outer.w); };
    const auto v = [&](int y) { return static_cast<float>(y - tile->outer.y) / static_cast<float>(tile->outer.h); };
    draw_->AddImage(reinterpret_cast<ImTextureID>(tile->texture), ImVec2(part.to.x, part.to.y),
                    ImVec2(part.to.right(), part.to.bottom()), ImVec2(u(part.from.x), v(part.from.y)),
                    ImVec2(u(part.from.x + part.from.w), v(part.from.y + part.from.h)), rgb(0xFFFFFF));
  }
  if (drawing) draw_->AddCallback(picture_style_callback(), nullptr);
}

}  // namespace striate
