#include "app/widgets/tile_cache.h"

#include <algorithm>
#include <functional>

#include "engine/error.h"

namespace striate {

uint64_t TileCache::key_of(const PictureSource& source, int level, int tx, int ty) {
  uint64_t hash = std::hash<std::string>{}(source.key);
  for (auto part : {static_cast<uint64_t>(level), static_cast<uint64_t>(tx), static_cast<uint64_t>(ty)}) {
    hash = (hash ^ part) * 0x9E3779B97F4A7C15ull;
    hash ^= hash >> 29;
  }
  return hash;
}

void TileCache::begin_frame(bool patient) {
  ++frame_;
  patient_ = patient;
  missing_ = false;
  made_ = 0;
  spent_ = {};
  styles_.clear();
}

bool TileCache::end_frame(Textures& textures) {
  while (bytes_ > kBudget) {
    auto oldest = tiles_.end();
    for (auto tile = tiles_.begin(); tile != tiles_.end(); ++tile) {
      if (tile->second.used < frame_ && (oldest == tiles_.end() || tile->second.used < oldest->second.used))
        oldest = tile;
    }
    if (oldest == tiles_.end()) break;  // all of them are on the screen
    bytes_ -= oldest->second.bytes;
    textures.destroy(oldest->second.texture);
    tiles_.erase(oldest);
  }
  return missing_;
}

void TileCache::clear(Textures& textures) {
  for (auto& [key, tile] : tiles_) textures.destroy(tile.texture);
  tiles_.clear();
  bytes_ = 0;
}

void TileCache::release_unseen(Textures& textures) {
  for (auto tile = tiles_.begin(); tile != tiles_.end();) {
    if (tile->second.used >= frame_) {
      ++tile;
      continue;
    }
    bytes_ -= tile->second.bytes;
    textures.destroy(tile->second.texture);
    tile = tiles_.erase(tile);
  }
}

const TileCache::Tile* TileCache::find(const PictureSource& source, int level, int tx, int ty) {
  auto found = tiles_.find(key_of(source, level, tx, ty));
  if (found == tiles_.end()) return nullptr;
  found->second.used = frame_;
  return &found->second;
}

const TileCache::Tile* TileCache::make(const PictureSource& source, int level, int tx, int ty, Textures& textures) {
  if (made_ > 0 && !patient_ && std::chrono::duration<double>(spent_).count() > kFrameBudget) {
    missing_ = true;
    return nullptr;
  }
  auto start = std::chrono::steady_clock::now();
  int width = (source.width + (1 << level) - 1) >> level, height = (source.height + (1 << level) - 1) >> level;
  Tile tile;
  tile.inner = {tx * kTile, ty * kTile, std::min(kTile, width - tx * kTile), std::min(kTile, height - ty * kTile)};
  int x0 = std::max(0, tile.inner.x - 1), y0 = std::max(0, tile.inner.y - 1);
  int x1 = std::min(width, tile.inner.x + tile.inner.w + 1), y1 = std::min(height, tile.inner.y + tile.inner.h + 1);
  tile.outer = {x0, y0, x1 - x0, y1 - y0};
  TilePixels pixels = source.pixels(level, tile.outer);
  size_t count = static_cast<size_t>(tile.outer.w) * static_cast<size_t>(tile.outer.h);
  bool values = !pixels.values.empty();
  check(values ? pixels.values.size() == count : pixels.bytes.size() == count * 4,
        "a tile of {} x {} pixels got {} bytes and {} values", tile.outer.w, tile.outer.h, pixels.bytes.size(),
        pixels.values.size());
  tile.texture = values ? textures.create(TextureFormat::float32, tile.outer.w, tile.outer.h, pixels.values.data())
                        : textures.create(TextureFormat::rgba8, tile.outer.w, tile.outer.h, pixels.bytes.data());
  tile.bytes = count * 4;
  tile.values = values;
  tile.version = source.version;
  tile.used = frame_;
  Tile& place = tiles_[key_of(source, level, tx, ty)];
  if (place.texture) {
    bytes_ -= place.bytes;
    textures.destroy(place.texture);
  }
  place = tile;
  bytes_ += tile.bytes;
  ++made_;
  spent_ += std::chrono::steady_clock::now() - start;
  return &place;
}

}  // namespace striate
