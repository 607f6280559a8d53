// Draws what a Ui drew into a picture in memory, without OpenGL: text, lines, shapes. For pictures that are written to
// a file by a command, which must work without a display and whatever the window shows.
//
//   SoftTextures textures;
//   Ui ui(registry, textures);
//   ui.begin_frame(frame); ...; ui.end_frame();
//   Image image = soft_picture(*ImGui::GetDrawData(), textures, background);
//
// Pictures of floats (PictureStyle) are left out: nothing that is drawn with this has any.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "app/shell/theme.h"
#include "app/widgets/textures.h"
#include "engine/image.h"

namespace striate {

class SoftTextures : public Textures {
 public:
  TextureId create(TextureFormat format, int width, int height, const void* pixels) override;
  void destroy(TextureId texture) override { textures_.erase(texture); }

  struct Texture {
    int width = 0, height = 0;
    std::vector<uint32_t> texels;  // red in the low byte, alpha in the high one
  };
  const Texture* find(TextureId texture) const;  // null: none, or one of floats

 private:
  std::unordered_map<TextureId, Texture> textures_;
  TextureId count_ = 0;
};

// DisplaySize times FramebufferScale pixels, RGB.
Image soft_picture(const ImDrawData& data, const SoftTextures& textures, Color background);

}  // namespace striate
