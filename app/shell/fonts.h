// The type: Inter for words, JetBrains Mono for numbers, DejaVu Sans merged in for mathematical signs, all embedded
// (app/embedded.h); where a face is missing another stands in. Baked into one texture for one scale and text factor.
#pragma once

#include <string_view>
#include <vector>

#include "app/widgets/textures.h"
#include "app/widgets/ui.h"

namespace striate {

// Logical size of a role before the presentation factor.
float role_size(Font font);

class Fonts {
 public:
  ~Fonts();
  // Bakes anew when scale or factor changed; needs the ImGui context. True if it did.
  bool prepare(float scale, float factor, Textures& textures);
  // The baked face that suits a role at this logical size best: never one that would be blown up where a larger is
  // there.
  struct Choice {
    ImFont* face = nullptr;
    float height = 0;  // what Dear ImGui calls the size: from the highest ascender to the lowest descender
  };
  Choice face(Font font, float size) const;

 private:
  struct Baked {
    Font font;
    float size = 0;  // logical
    ImFont* face = nullptr;
    float height_per_size = 1;
  };
  std::vector<Baked> baked_;
  float scale_ = 0, factor_ = 0;
  Textures* textures_ = nullptr;
  TextureId texture_ = 0;
};

// Ascender minus descender over the em of a TrueType or OpenType file (its `hhea` and `head` tables): sizes here are
// ems, as everywhere but in Dear ImGui. 1 where the file cannot be understood.
float height_per_em(std::string_view file);

// Logical sizes at which cell numbers are crisp, smallest first.
extern const std::vector<float> kCellSizes;
// The one of them that holds all of ASCII: for source text, where the presentation factor is 1.
inline constexpr float kCodeSize = 13;

}  // namespace striate
