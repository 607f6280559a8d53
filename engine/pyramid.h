// A picture at its own size and at halves of it down to one pixel, so that a zoomed-out view reads about as many
// values as the screen has pixels. Level l has ceil(size / 2^l) columns and rows; each value is the area average of
// the values it covers (kernels/resize.h). Level 0 is the image itself, not a copy.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/image.h"

namespace striate {

class Pyramid {
 public:
  struct Level {
    int width = 0;
    int height = 0;
    const uint8_t* bytes = nullptr;  // channels interleaved, as the image's
  };

  explicit Pyramid(ImagePtr image);  // level 0 only; build() makes the rest
  Pyramid(const Pyramid&) = delete;
  Pyramid& operator=(const Pyramid&) = delete;

  // Makes the smaller levels, largest first; may run on another thread while ready levels are read. Stops early when
  // `canceled` becomes true.
  void build(const std::atomic<bool>& canceled);

  const ImagePtr& image() const { return image_; }
  int level_count() const { return static_cast<int>(levels_.size()); }
  int ready_levels() const { return ready_.load(std::memory_order_acquire); }  // levels 0 .. ready_levels() - 1
  Level level(int index) const;                                                // index < ready_levels()

 private:
  struct Storage {
    int width = 0;
    int height = 0;
    std::vector<uint8_t> bytes;  // empty for level 0
  };
  ImagePtr image_;
  std::vector<Storage> levels_;
  std::atomic<int> ready_{1};
};

}  // namespace striate
