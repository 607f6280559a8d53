// Where textures live: the GPU when there is one (gl/renderer.h), nowhere in tests.
#pragma once

#include <cstdint>

#include "app/widgets/picture.h"

namespace striate {

using TextureId = uintptr_t;  // 0: none; fits ImTextureID

enum class TextureFormat { coverage8, rgba8, float32 };

class Textures {
 public:
  virtual ~Textures() = default;
  // pixels: rows without padding, top row first. Smooth textures are sampled linearly.
  virtual TextureId create(TextureFormat format, int width, int height, const void* pixels) = 0;
  virtual void destroy(TextureId texture) = 0;
};

class NoTextures : public Textures {
 public:
  TextureId create(TextureFormat, int, int, const void*) override { return ++count_; }
  void destroy(TextureId) override {}

 private:
  TextureId count_ = 0;
};

// How the triangles that follow in a draw list are to be colored; set with ImDrawList::AddCallback(picture_style,
// &style) and taken back with AddCallback(picture_style, nullptr). The style must live until the frame is rendered.
struct PictureStyle {
  bool nearest = false;  // square pixels, not smooth ones
  bool values = false;   // a float texture: low..high through the map
  ColorMap map = ColorMap::gray;
  float low = 0, high = 1;
};

}  // namespace striate
