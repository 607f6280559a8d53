#include "app/shell/fonts.h"

#include <cmath>
#include <string_view>

#include "app/embedded.h"

namespace striate {

const std::vector<float> kCellSizes = {8, 9, 10, 11, 12, 13, 15, 18, 22, 28, 36};

namespace {

// What a font role is made of. Fewer glyphs make a faster start: the atlas is drawn before the first frame.
struct Face {
  Font font;
  float size;
  const char* file;
  const char* stand_in;
  bool letters;  // false: only what numbers need
  bool world;    // also Cyrillic: names of files
};

constexpr Face kFaces[] = {
    {Font::body, 17, "fonts/inter-regular", "fonts/dejavu-sans", true, false},
    {Font::strong, 17, "fonts/inter-semibold", "fonts/inter-bold", true, false},
    {Font::heading, 22, "fonts/inter-semibold", "fonts/inter-bold", true, false},
    {Font::control, 15, "fonts/inter-regular", "fonts/dejavu-sans", true, true},
    {Font::caption, 14, "fonts/inter-regular", "fonts/dejavu-sans", true, true},
    {Font::label, 12, "fonts/inter-semibold", "fonts/inter-bold", true, false},
    {Font::number, 15, "fonts/mono-regular", "fonts/mono-medium", true, false},
    {Font::big_number, 32, "fonts/mono-regular", "fonts/mono-medium", false, false},
};

const ImWchar kLetters[] = {0x20,   0x7E,   0xA0,   0x17F,  0x391,  0x3C9,  0x2010, 0x2026, 0x2032,
                            0x2033, 0x2070, 0x2089, 0x2190, 0x2193, 0x2212, 0x2212, 0};
const ImWchar kWorld[] = {0x20,   0x7E,   0xA0,   0x17F,  0x391,  0x3C9,  0x410, 0x44F,
                          0x2010, 0x2026, 0x2190, 0x2193, 0x2212, 0x2212, 0};
const ImWchar kDigits[] = {0x20, 0x7E, 0xA0, 0xA0, 0xB1, 0xB2, 0xB7, 0xB7, 0xD7, 0xD7, 0xF7, 0xF7, 0x2212, 0x2212, 0};
// Signs that Inter or JetBrains Mono may lack: arrows, brackets of floor and ceiling, sums, comparisons.
const ImWchar kSigns[] = {0x2190, 0x2194, 0x21E7, 0x21E7, 0x2202, 0x2208, 0x220F, 0x2212, 0x2218, 0x221E, 0x2248,
                          0x2248, 0x2260, 0x2265, 0x2295, 0x2299, 0x2308, 0x230B, 0x25A0, 0x25A1, 0};
const ImWchar kCodeGlyphs[] = {0x20,   0x7E,   0xD7,   0xD7, 0x2026,
                               0x2026, 0x2212, 0x2212, 0};  // one size that source text is shown in
const ImWchar kCellGlyphs[] = {' ', ' ', '(', '9', '=',  '=',  'a',    'f',    'x', 'x',
                               '%', '%', 'A', 'F', 0xD7, 0xD7, 0x2212, 0x2212, 0};

uint32_t big_endian(std::string_view file, size_t at, int bytes) {
  uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | static_cast<uint8_t>(file[at + static_cast<size_t>(i)]);
  return value;
}

std::string_view font_data(const char* file, const char* stand_in) {
  std::string_view data = embedded_file(file);
  if (data.empty()) data = embedded_file(stand_in);
  if (data.empty()) data = embedded_file("fonts/dejavu-sans");
  return data;
}

// `size` in pixels per em.
ImFont* add(ImFontAtlas& atlas, const char* file, const char* stand_in, float size, const ImWchar* ranges, bool merge) {
  std::string_view data = font_data(file, stand_in);
  float pixels = size * height_per_em(data);
  ImFontConfig config;
  config.OversampleH = pixels < 30 ? 2 : 1;
  config.OversampleV = 1;
  config.MergeMode = merge;
  if (data.empty()) {
    if (merge) return nullptr;
    config.SizePixels = pixels;
    return atlas.AddFontDefault(&config);
  }
  config.FontDataOwnedByAtlas = false;
  return atlas.AddFontFromMemoryTTF(const_cast<char*>(data.data()), static_cast<int>(data.size()), pixels, &config,
                                    ranges);
}

}  // namespace

float height_per_em(std::string_view file) {
  if (file.size() < 12) return 1;
  size_t tables = big_endian(file, 4, 2), head = 0, hhea = 0;
  for (size_t i = 0; i < tables && 12 + 16 * (i + 1) <= file.size(); ++i) {
    std::string_view tag = file.substr(12 + 16 * i, 4);
    size_t at = big_endian(file, 12 + 16 * i + 8, 4);
    if (at + 20 > file.size()) continue;
    if (tag == "head") head = at;
    if (tag == "hhea") hhea = at;
  }
  if (!head || !hhea) return 1;
  auto ascender = static_cast<int16_t>(big_endian(file, hhea + 4, 2));
  auto descender = static_cast<int16_t>(big_endian(file, hhea + 6, 2));
  auto em = static_cast<int>(big_endian(file, head + 18, 2));
  float ratio = em > 0 ? static_cast<float>(ascender - descender) / static_cast<float>(em) : 0;
  return ratio > 0.5f && ratio < 3 ? ratio : 1;
}

float role_size(Font font) {
  for (const Face& face : kFaces) {
    if (face.font == font) return face.size;
  }
  return 17;
}

Fonts::~Fonts() {
  if (texture_ && textures_) textures_->destroy(texture_);
}

bool Fonts::prepare(float scale, float factor, Textures& textures) {
  if (scale == scale_ && factor == factor_) return false;
  scale_ = scale, factor_ = factor, textures_ = &textures;
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  atlas.Clear();
  atlas.Flags = ImFontAtlasFlags_NoMouseCursors;
  atlas.TexGlyphPadding = 1;
  baked_.clear();
  for (const Face& face : kFaces) {
    float pixels = std::round(face.size * factor * scale);
    const ImWchar* ranges = !face.letters ? kDigits : face.world ? kWorld : kLetters;
    ImFont* made = add(atlas, face.file, face.stand_in, pixels, ranges, false);
    if (face.letters && face.font != Font::label)
      add(atlas, "fonts/dejavu-sans", "fonts/dejavu-sans", pixels, kSigns, true);
    baked_.push_back({face.font, face.size * factor, made, height_per_em(font_data(face.file, face.stand_in))});
  }
  for (float size : kCellSizes) {
    if (size == role_size(Font::number) && factor == 1) continue;
    float pixels = std::round(size * scale);
    const ImWchar* glyphs = size == kCodeSize ? kCodeGlyphs : kCellGlyphs;
    ImFont* made = add(atlas, "fonts/mono-regular", "fonts/mono-medium", pixels, glyphs, false);
    baked_.push_back({Font::number, size, made, height_per_em(font_data("fonts/mono-regular", "fonts/mono-medium"))});
  }
  unsigned char* pixels = nullptr;
  int width = 0, height = 0;
  atlas.GetTexDataAsAlpha8(&pixels, &width, &height);
  if (texture_) textures.destroy(texture_);
  texture_ = textures.create(TextureFormat::coverage8, width, height, pixels);
  atlas.SetTexID(reinterpret_cast<ImTextureID>(texture_));
  atlas.ClearTexData();
  atlas.ClearInputData();
  return true;
}

Fonts::Choice Fonts::face(Font font, float size) const {
  const Baked* best = nullptr;
  for (const Baked& baked : baked_) {
    if (baked.font != font && !(font == Font::big_number && baked.font == Font::number)) continue;
    if (!best) {
      best = &baked;
      continue;
    }
    bool enough = baked.size + 0.01f >= size, best_enough = best->size + 0.01f >= size;
    if (enough != best_enough ? enough : (enough ? baked.size < best->size : baked.size > best->size)) best = &baked;
  }
  if (!best) return {ImGui::GetFont(), size};
  return {best->face, size * best->height_per_size};
}

}  // namespace striate
