#include "app/gl/framebuffer.h"

#include <fmt/format.h>
#include <glad/gl.h>

#include <algorithm>

#include "engine/error.h"

namespace striate {

Framebuffer::Framebuffer(int width, int height) : width_(width), height_(height) {
  int most = 0;
  glGetIntegerv(GL_MAX_RENDERBUFFER_SIZE, &most);
  if (width < 1 || height < 1 || width > most || height > most) {
    throw Error(fmt::format("a picture of {} x {} cannot be drawn", width, height),
                fmt::format("sides from 1 to {} pixels are possible here", most));
  }
  glGenRenderbuffers(1, &color_);
  glBindRenderbuffer(GL_RENDERBUFFER, color_);
  glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, width, height);
  glGenFramebuffers(1, &framebuffer_);
  bind();
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, color_);
  if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
    throw Error("the graphics driver cannot draw outside a window", "update the driver, or use another");
  }
}

Framebuffer::~Framebuffer() {
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
  glDeleteFramebuffers(1, &framebuffer_);
  glDeleteRenderbuffers(1, &color_);
}

void Framebuffer::bind() const { glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_); }

void Framebuffer::finish() const { glFinish(); }

Image read_pixels(int width, int height) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = 3;
  image.format = "made here";
  image.name = "screenshot";
  size_t row = static_cast<size_t>(width) * 3;
  std::vector<uint8_t> bottom_up(row * static_cast<size_t>(height));
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE, bottom_up.data());
  image.bytes.resize(bottom_up.size());
  for (int y = 0; y < height; ++y) {
    std::copy_n(bottom_up.data() + row * static_cast<size_t>(height - 1 - y), row,
                image.bytes.data() + row * static_cast<size_t>(y));
  }
  return image;
}

}  // namespace striate
