// The type: Inter for words, JetBrains Mono for numbers, DejaVu Sans merged in for mathematical signs, all embedded
// (app/embedded.h); where a face is missing another stands in. Baked into one texture for one scale: Latin and Greek at
// the start, other scripts when a text needs them, also from a font of the system; what no font has is drawn as U+FFFD.
#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "app/widgets/textures.h"
#include "app/widgets/ui.h"

namespace striate {

// Logical size of a role.
float role_size(Font font);

class Fonts {
 public:
  ~Fonts();
  // Bakes anew when the scale changed; needs the ImGui context. True if it did.
  bool prepare(float scale, Textures& textures);
  // What is about to be drawn: characters that are not baked yet are with the next prepare().
  void want(std::string_view text);
  bool wants_more() const { return wants_; }
  // The baked face that suits a role at this logical size best: never one that lacks what the text needs, nor one that
  // would be blown up where a larger is there.
  struct Choice {
    ImFont* face = nullptr;
    float height = 0;  // what Dear ImGui calls the size: from the highest ascender to the lowest descender
  };
  Choice face(Font font, float size, std::string_view text) const;

 private:
  struct Baked {
    Font font;
    float size = 0;   // logical
    float drawn = 0;  // the size at which its pixels are the screen's
    ImFont* face = nullptr;
    float height_per_size = 1;
    const ImWchar* only = nullptr;  // the ranges that it has; null: letters, and whatever was wanted
    bool holds(std::string_view text) const;
  };
  std::string_view system_font();
  std::vector<Baked> baked_;
  std::vector<ImWchar> wanted_;  // ranges beyond what every face with letters has
  size_t wanted_count_ = 0;      // of those that are wanted one by one
  std::bitset<0x10000> known_;   // wanted already, whether or not a font has it
  bool wants_ = false, looked_ = false;
  std::string system_;
  float scale_ = 0;
  Textures* textures_ = nullptr;
  TextureId texture_ = 0;
};

// Ascender minus descender over the em of a TrueType or OpenType file (its `hhea` and `head` tables): sizes here are
// ems, as everywhere but in Dear ImGui. 1 where the file cannot be understood.
float height_per_em(std::string_view file);

// Logical sizes at which cell numbers are crisp, smallest first.
extern const std::vector<float> kCellSizes;
// The one of them that holds all of ASCII: for source text.
inline constexpr float kCodeSize = 13;

}  // namespace striate
