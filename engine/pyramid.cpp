#include "engine/pyramid.h"

#include "engine/error.h"
#include "kernels/resize.h"

namespace striate {

Pyramid::Pyramid(ImagePtr image) : image_(std::move(image)) {
  check(image_ != nullptr, "a pyramid of no image");
  int width = image_->width, height = image_->height;
  levels_.push_back({width, height, {}});
  while (width > 1 || height > 1) {
    width = (width + 1) / 2;
    height = (height + 1) / 2;
    levels_.push_back({width, height, {}});
  }
}

void Pyramid::build(const std::atomic<bool>& canceled) {
  Stream stream(Device::cpu());
  for (int index = ready_levels(); index < level_count(); ++index) {
    if (canceled) return;
    // Each from the one before: a mean of means, rounded to 8 bits each time, reads a third as much in all as every
    // level from the image would.
    Level finer = level(index - 1);
    Storage& storage = levels_[static_cast<size_t>(index)];
    storage.bytes.resize(static_cast<size_t>(storage.width) * static_cast<size_t>(storage.height) *
                         static_cast<size_t>(image_->channels));
    resize(stream, Resample::area, finer.bytes, finer.height, finer.width, image_->channels, storage.bytes.data(),
           storage.height, storage.width);
    ready_.store(index + 1, std::memory_order_release);
  }
}

Pyramid::Level Pyramid::level(int index) const {
  check(index >= 0 && index < ready_levels(), "level {} of {} that are ready", index, ready_levels());
  const Storage& storage = levels_[static_cast<size_t>(index)];
  return {storage.width, storage.height, index == 0 ? image_->bytes.data() : storage.bytes.data()};
}

}  // namespace striate
