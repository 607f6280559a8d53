// An OpenGL 3.3 context without a window or a display: for screenshots, `play --headless` and tests. EGL gives it,
// surfaceless, on the GPU or in software (llvmpipe).
#pragma once

#include <string>

namespace striate {

class OffscreenContext {
 public:
  // Makes it and makes it current. Throws Error where the machine has no EGL or no OpenGL 3.3, with what to install.
  OffscreenContext();
  ~OffscreenContext();
  OffscreenContext(const OffscreenContext&) = delete;
  OffscreenContext& operator=(const OffscreenContext&) = delete;

 private:
  void* display_ = nullptr;
  void* context_ = nullptr;
};

// Loads OpenGL's functions for the context that is current. Throws Error below 3.3.
void load_gl(void* (*address)(const char*));
std::string gl_description();  // renderer and version, for messages

}  // namespace striate
