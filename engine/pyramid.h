// A picture at its own size and at halves of it down to one pixel, so that a zoomed-out view reads about as many
// values as the screen has pixels. Level l has ceil(size / 2^l) columns and rows; each value is the mean of the up to
// 2 x 2 values of the level before (engine/halve.h). Level 0 is the image itself, not a copy; levels 1 and 2, 15/16
// of all the others' bytes, are computed from it when they are read.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/image.h"
#include "kernels/image_filter.h"

namespace striate {

class Pyramid {
 public:
  explicit Pyramid(ImagePtr image);  // levels 0 to 2 only; build() makes the rest
  Pyramid(const Pyramid&) = delete;
  Pyramid& operator=(const Pyramid&) = delete;

  // Makes the smaller levels, largest first; may run on another thread while ready levels are read. Stops early when
  // `canceled` becomes true.
  void build(const std::atomic<bool>& canceled);

  const ImagePtr& image() const { return image_; }
  int level_count() const { return static_cast<int>(levels_.size()); }
  int ready_levels() const { return ready_.load(std::memory_order_acquire); }  // levels 0 .. ready_levels() - 1
  int width(int level) const { return levels_[static_cast<size_t>(level)].width; }
  int height(int level) const { return levels_[static_cast<size_t>(level)].height; }
  // The pixels of a part of a ready level, channels interleaved as the image's: rect.width * rect.height of them.
  std::vector<uint8_t> read(int level, const Region& rect) const;
  size_t bytes() const;  // of the levels that are kept, the image's own not among them

 private:
  static constexpr int kComputed = 2;  // the last level that is not kept
  struct Storage {
    int width = 0;
    int height = 0;
    std::vector<uint8_t> bytes;  // empty for levels 0 to kComputed
  };

  ImagePtr image_;
  std::vector<Storage> levels_;
  std::atomic<int> ready_{1};
};

}  // namespace striate
