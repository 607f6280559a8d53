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

  bool guided = false;        // a lesson is open, or a script that was opened plays: what it runs, nobody clicked
  uint64_t guided_steps = 0;  // counts up with every step of a lesson and every script that is begun

  bool attended = false;  // somebody sits in front of a window: pages may show something of their own accord

  bool force = false;  // --force: files are written over whatever is there (engine/export/overwrite.h)

  std::string state_folder;  // where work that is not saved is kept until the program closes in order; empty: nowhere
  std::string fallback_folder;  // the same, where that one cannot be written to
};

}  // namespace striate
