// A picture to draw into that is not the window, and reading pixels back.
#pragma once

#include "engine/image.h"

namespace striate {

class Framebuffer {
 public:
  Framebuffer(int width, int height);  // pixels; bound for drawing. Throws Error for sizes the GPU doesn't have.
  ~Framebuffer();
  Framebuffer(const Framebuffer&) = delete;
  Framebuffer& operator=(const Framebuffer&) = delete;
  void bind() const;
  void finish() const;  // waits until everything is drawn
  int width() const { return width_; }
  int height() const { return height_; }

 private:
  int width_, height_;
  unsigned framebuffer_ = 0, color_ = 0;
};

// The pixels of what is bound, from the lower left corner, as an RGB image with its top row first.
Image read_pixels(int width, int height);

}  // namespace striate
