#include "app/shell/fonts.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string_view>
#include <utility>

#include "app/embedded.h"

namespace striate {

const std::vector<float> kCellSizes = {7, 8, 9, 10, 11, 12, 13, 15, 18, 22, 28, 36};

namespace {

// What a font role is made of. Fewer glyphs make a faster start: the atlas is drawn before the first frame.
struct Face {
  Font font;
  float size;
  const char* file;
  const char* stand_in;
  bool letters;  // false: only what numbers need
};

constexpr Face kFaces[] = {
    {Font::body, 17, "fonts/inter-regular", "fonts/dejavu-sans", true},
    {Font::strong, 17, "fonts/inter-semibold", "fonts/inter-bold", true},
    {Font::heading, 22, "fonts/inter-semibold", "fonts/inter-bold", true},
    {Font::control, 15, "fonts/inter-regular", "fonts/dejavu-sans", true},
    {Font::caption, 14, "fonts/inter-regular", "fonts/dejavu-sans", true},
    {Font::label, 12, "fonts/inter-semibold", "fonts/inter-bold", true},
    {Font::number, 15, "fonts/mono-regular", "fonts/mono-medium", true},
    {Font::big_number, 32, "fonts/mono-regular", "fonts/mono-medium", false},
};

constexpr ImWchar kReplacement = 0xFFFD;  // drawn for what no font has
// Latin with its accents and the Greek letters of formulas. Other scripts are baked once a text needs them.
const ImWchar kLetters[] = {0x20,   0x7E,   0xA0,   0x17F,  0x391,  0x3C9,  0x2010,       0x2026,       0x2032, 0x2033,
                            0x2070, 0x2089, 0x2190, 0x2193, 0x2212, 0x2212, kReplacement, kReplacement, 0};
const ImWchar kDigits[] = {0x20, 0x7E, 0xA0, 0xA0, 0xB1, 0xB2, 0xB7, 0xB7, 0xD7, 0xD7, 0xF7, 0xF7, 0x2212, 0x2212, 0};
// Signs that Inter or JetBrains Mono may lack: arrows, brackets of floor and ceiling, sums, comparisons.
const ImWchar kSigns[] = {0x2190, 0x2194, 0x21E7, 0x21E7, 0x2202,       0x2208,       0x220F, 0x2212,
                          0x2218, 0x221E, 0x2248, 0x2248, 0x2260,       0x2265,       0x2295, 0x2299,
                          0x2308, 0x230B, 0x25A0, 0x25A1, kReplacement, kReplacement, 0};
const ImWchar kCodeGlyphs[] = {0x20,   0x7E,   0xD7,   0xD7, 0x2026,
                               0x2026, 0x2212, 0x2212, 0};  // one size that source text is shown in
const ImWchar kCellGlyphs[] = {' ', ' ', '(', '9', '=',  '=',  'a',    'f',    'x', 'x',
                               '%', '%', 'A', 'F', 0xD7, 0xD7, 0x2212, 0x2212, 0};

// Fonts of the system that have what the embedded ones lack, Chinese, Japanese and Korean above all: where Debian,
// Ubuntu and Fedora put them. Read once a text needs them.
constexpr const char* kSystemFonts[] = {"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
                                        "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
                                        "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
                                        "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
                                        "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
                                        "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
                                        "/usr/share/fonts/truetype/nanum/NanumGothic.ttf",
                                        "/usr/share/fonts/truetype/unifont/unifont.ttf"};
constexpr size_t kMostWanted = 1500;  // characters beyond the alphabets: each is drawn for every face, in one go

bool within(const ImWchar* ranges, uint32_t code) {
  for (; *ranges; ranges += 2) {
    if (code >= ranges[0] && code <= ranges[1]) return true;
  }
  return false;
}

// The character that begins at `at`, and where the next one does.
uint32_t decode(std::string_view text, size_t* at) {
  unsigned code = 0;
  *at += static_cast<size_t>(std::max(1, ImTextCharFromUtf8(&code, text.data() + *at, text.data() + text.size())));
  return code;
}

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
ImFont* add(ImFontAtlas& atlas, std::string_view data, float size, const ImWchar* ranges, bool merge) {
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

void Fonts::want(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    if (static_cast<uint8_t>(text[i]) < 0x80) {
      ++i;
      continue;
    }
    const uint32_t code = decode(text, &i);
    if (code >= known_.size() || known_[code] || within(kLetters, code) || within(kSigns, code)) continue;
    // An alphabet is wanted as a whole, of other scripts what is there.
    const uint32_t first = code < 0x2000 ? code & ~0xFFu : code, last = code < 0x2000 ? code | 0xFFu : code;
    for (uint32_t each = first; each <= last; ++each) known_[each] = true;
    if (first == last && ++wanted_count_ > kMostWanted) continue;
    wanted_.push_back(static_cast<ImWchar>(std::max(first, 0x80u)));
    wanted_.push_back(static_cast<ImWchar>(last));
    wants_ = true;
  }
}

// The system's font for what the embedded ones lack; empty where there is none.
std::string_view Fonts::system_font() {
  if (std::exchange(looked_, true)) return system_;
  for (const char* path : kSystemFonts) {
    std::ifstream file(path, std::ios::binary);
    if (!file) continue;
    system_.assign(std::istreambuf_iterator<char>(file), {});
    if (system_.size() > 12) break;
    system_.clear();
  }
  return system_;
}

bool Fonts::prepare(float scale, Textures& textures) {
  if (scale == scale_ && !wants_) return false;
  scale_ = scale, wants_ = false, textures_ = &textures;
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  atlas.Clear();
  atlas.Flags = ImFontAtlasFlags_NoMouseCursors;
  atlas.TexGlyphPadding = 1;
  baked_.clear();
  const auto with_wanted = [&](std::initializer_list<const ImWchar*> all_ranges) {
    std::vector<ImWchar> all(wanted_);
    for (const ImWchar* ranges : all_ranges) {
      for (; *ranges; ++ranges) all.push_back(*ranges);
    }
    all.push_back(0);
    return all;
  };
  // The atlas reads its ranges when it is drawn, below. What is merged adds only what is not there yet.
  const std::vector<ImWchar> letters = with_wanted({kLetters}), signs = with_wanted({kSigns, kLetters}),
                             others = with_wanted({});
  const bool beyond = std::any_of(wanted_.begin(), wanted_.end(), [](ImWchar code) { return code >= 0x590; });
  const std::string_view system = beyond ? system_font() : std::string_view();
  for (const Face& face : kFaces) {
    float pixels = std::round(face.size * scale);
    ImFont* made =
        add(atlas, font_data(face.file, face.stand_in), pixels, face.letters ? letters.data() : kDigits, false);
    if (face.letters) {
      add(atlas, font_data("fonts/dejavu-sans", "fonts/dejavu-sans"), pixels, signs.data(), true);
      if (!system.empty()) add(atlas, system, pixels, others.data(), true);
    }
    const ImWchar* only = face.letters ? nullptr : kDigits;
    baked_.push_back(
        {face.font, face.size, pixels / scale, made, height_per_em(font_data(face.file, face.stand_in)), only});
  }
  const std::string_view mono = font_data("fonts/mono-regular", "fonts/mono-medium");
  for (float size : kCellSizes) {
    if (size == role_size(Font::number)) continue;
    const ImWchar* glyphs = size == kCodeSize ? kCodeGlyphs : kCellGlyphs;
    const float pixels = std::round(size * scale);
    ImFont* made = add(atlas, mono, pixels, glyphs, false);
    baked_.push_back({Font::number, size, pixels / scale, made, height_per_em(mono), glyphs});
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

bool Fonts::Baked::holds(std::string_view text) const {
  if (!only) return true;
  for (size_t i = 0; i < text.size();) {
    if (!within(only, decode(text, &i))) return false;
  }
  return true;
}

Fonts::Choice Fonts::face(Font font, float size, std::string_view text) const {
  const Baked* best = nullptr;
  for (const Baked& baked : baked_) {
    if (baked.font != font && !(font == Font::big_number && baked.font == Font::number)) continue;
    if (!baked.holds(text)) continue;
    if (!best) {
      best = &baked;
      continue;
    }
    bool enough = baked.size + 0.01f >= size, best_enough = best->size + 0.01f >= size;
    if (enough != best_enough ? enough : (enough ? baked.size < best->size : baked.size > best->size)) best = &baked;
  }
  if (!best) return {ImGui::GetFont(), size};
  // In its own size as it was made, pixel for pixel: at a scale of 1.5 that is a little more or less.
  const bool own = std::abs(size - best->size) < 0.01f;
  return {best->face, (own ? best->drawn : size) * best->height_per_size};
}

}  // namespace striate
