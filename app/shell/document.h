// What several pages look at: the open image, and the device that computes. Pages share it and never each other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/image.h"
#include "engine/pyramid.h"
#include "kernels/stream.h"

namespace striate {

struct Document {
  explicit Document(Device device) : stream(device) {}

  Stream stream;  // where the window's own small work runs (hovered values, visible tiles); workers have their own

  ImagePtr image;                          // may be null: nothing is open
  std::shared_ptr<const Pyramid> pyramid;  // of `image`; its smaller levels may still be on their way
  std::string source;                      // what `open` was given: a path, "portrait" or "sample:NAME"
  uint64_t image_version = 0;              // counts up whenever `image` changes

  std::string state_folder;  // where work that is not saved is kept until the program closes in order; empty: nowhere
};

}  // namespace striate
