// Cameras of Linux, through V4L2: see camera.h.
#pragma once

#include <memory>
#include <string>

#include "engine/camera/camera.h"

namespace striate {

// Whether a device node is a camera that hands over pictures one by one. False where it can't be opened, unless that is
// for want of permission: open_v4l2_camera() then says so.
bool gives_pictures(const std::string& path);
// Throws Error.
std::unique_ptr<Camera> open_v4l2_camera(const std::string& path);

}  // namespace striate
