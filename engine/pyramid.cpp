#include "engine/pyramid.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/halve.h"

namespace striate {
namespace {

constexpr int kBand = 64;  // rows of a level that are computed at once

}  // namespace

Pyramid::Pyramid(ImagePtr image) : image_(std::move(image)) {
  check(image_ != nullptr, "a pyramid of no image");
  int width = image_->width, height = image_->height;
  levels_.push_back({width, height, {}});
  while (width > 1 || height > 1) {
    width = (width + 1) / 2;
    height = (height + 1) / 2;
    levels_.push_back({width, height, {}});
  }
  ready_ = std::min(level_count(), kComputed + 1);
}

void Pyramid::build(const std::atomic<bool>& canceled) {
  std::vector<uint8_t> computed;  // level kComputed, by bands: no copy of the image is made
  for (int index = ready_levels(); index < level_count(); ++index) {
    int w = width(index - 1), h = height(index - 1);
    for (int y = 0; index == kComputed + 1 && y < h; y += kBand) {
      if (canceled) return;
      const std::vector<uint8_t> band = read(kComputed, {0, y, w, std::min(kBand, h - y)});
      computed.insert(computed.end(), band.begin(), band.end());
    }
    const std::vector<uint8_t>& finer =
        index == kComputed + 1 ? computed : levels_[static_cast<size_t>(index) - 1].bytes;
    levels_[static_cast<size_t>(index)].bytes = halved(finer, &w, &h, image_->channels);
    ready_.store(index + 1, std::memory_order_release);
    if (canceled) return;
  }
}

std::vector<uint8_t> Pyramid::read(int level, const Region& rect) const {
  check(level >= 0 && level < ready_levels(), "level {} of {} that are ready", level, ready_levels());
  check(rect.x >= 0 && rect.y >= 0 && rect.width > 0 && rect.height > 0 && rect.x + rect.width <= width(level) &&
            rect.y + rect.height <= height(level),
        "a part that reaches out of the {} x {} pixels of level {}", width(level), height(level), level);
  // Of a level that is computed, the part of the image that it is made of.
  const int shift = level <= kComputed ? level : 0, from = level - shift;
  const int x = rect.x << shift, y = rect.y << shift;
  int w = std::min(rect.width << shift, width(from) - x), h = std::min(rect.height << shift, height(from) - y);
  const int64_t channels = image_->channels, stride = width(from) * channels, row = w * channels;
  const uint8_t* pixels = from == 0 ? image_->bytes.data() : levels_[static_cast<size_t>(from)].bytes.data();
  std::vector<uint8_t> out(static_cast<size_t>(row) * static_cast<size_t>(h));
  for (int i = 0; i < h; ++i) std::copy_n(pixels + (y + i) * stride + x * channels, row, out.data() + i * row);
  for (int i = 0; i < shift; ++i) out = halved(out, &w, &h, image_->channels);
  return out;
}

size_t Pyramid::bytes() const {
  size_t bytes = 0;
  for (const Storage& level : levels_) bytes += level.bytes.capacity();
  return bytes;
}

}  // namespace striate
