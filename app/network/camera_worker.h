// The camera on the pool: opened by the first picture that is asked for, closed when nobody holds this any more.
#pragma once

#include <memory>

#include "app/worker/latest.h"
#include "engine/camera/camera.h"

namespace striate {

class CameraWorker {
 public:
  // One at a time. Null: canceled. Throws Error.
  ImagePtr next(const Progress& progress) {
    if (!camera_) camera_ = open_camera();
    // Short waits: what else stands in line on the pool has its turn.
    for (int i = 0; i < kTries && !progress.canceled; ++i) {
      if (ImagePtr image = camera_->next(kMilliseconds)) return image;
    }
    if (progress.canceled) return nullptr;
    throw Error(camera_->name() + " gives no pictures", "see whether it is covered, or used by another program");
  }

 private:
  static constexpr int kMilliseconds = 50, kTries = 60;
  std::unique_ptr<Camera> camera_;
};

}  // namespace striate
