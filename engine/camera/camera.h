// A camera, picture by picture: what a network is shown live.
//
// Linux's own cameras through V4L2 (kernel.org, "Video for Linux API"): the first of /dev/video0 ... /dev/video63 that
// gives color pictures as YUYV or motion JPEG, at 640 x 480 or what it has nearest to that. Or, where the environment
// variable STRIATE_CAMERA names a folder, the pictures in it one after the other, from the first again after the last:
// for tests, and for a class without a camera. STRIATE_CAMERA=/dev/video2 names one camera of several.
//
// To add a system's: a class beside V4l2Camera, and its line in open_camera().
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/image.h"

namespace striate {

class Camera {
 public:
  virtual ~Camera() = default;
  // The newest picture that nobody has seen. Waits for at most so many milliseconds; null: none came. Throws Error: the
  // camera is gone.
  virtual ImagePtr next(int milliseconds) = 0;
  const std::string& name() const { return name_; }

 protected:
  std::string name_;  // as its maker calls it; of a folder: its path
};

// Whether there may be one: STRIATE_CAMERA, or a device node. Opens nothing.
bool has_camera();
// Throws Error: there is none; says what to do.
void need_camera();
// Asks the device nodes one after the other, which can take a moment. Throws Error: there is none, another program has
// it, this user may not use it, it gives no pictures that can be read.
std::unique_ptr<Camera> open_camera();

// YUYV 4:2:2 (ITU-R BT.601, 16..235 and 16..240) as RGB: `stride` bytes from row to row, an even width.
ImagePtr image_of_yuyv(const uint8_t* bytes, size_t stride, int width, int height);

}  // namespace striate
