#include "app/shell/theme.h"

#include <cmath>

namespace striate {
namespace {

double linear(uint32_t byte) {
  double c = byte / 255.0;
  return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

Theme make_dark() {
  Theme t;
  t.dark = true;
  t.background = rgb(0x14161A);
  t.surface = rgb(0x1C1F26);
  t.raised = rgb(0x252A34);
  t.hovered = rgb(0x303745);
  t.line = rgb(0x2C313B);
  t.text = rgb(0xE7E9ED);
  t.secondary = rgb(0xA0A8B6);
  t.accent = rgb(0x4C9BE8);
  t.on_accent = rgb(0x0B1520);
  t.input = rgb(0x4C9BE8);
  t.kernel = rgb(0xF2A541);
  t.bias = rgb(0xB48EF0);
  t.activation = rgb(0x43C08A);
  t.gradient = rgb(0xEF6F86);
  t.warning = rgb(0xF2A541);
  t.red = rgb(0xF07A6B);
  t.green = rgb(0x5FC48F);
  t.blue = rgb(0x5B9DF0);
  t.gray = rgb(0xA0A8B6);
  t.shadow = rgb(0x000000, 0.5f);
  return t;
}

Theme make_light() {
  Theme t;
  t.dark = false;
  t.background = rgb(0xF5F6F8);
  t.surface = rgb(0xFFFFFF);
  t.raised = rgb(0xEDEFF3);
  t.hovered = rgb(0xE1E5EC);
  t.line = rgb(0xD9DDE4);
  t.text = rgb(0x1A1D23);
  t.secondary = rgb(0x586072);
  t.accent = rgb(0x1B66B8);
  t.on_accent = rgb(0xFFFFFF);
  t.input = rgb(0x1B66B8);
  t.kernel = rgb(0x955200);
  t.bias = rgb(0x7447BF);
  t.activation = rgb(0x0B7048);
  t.gradient = rgb(0xB52B4B);
  t.warning = rgb(0x955200);
  t.red = rgb(0xB8382A);
  t.green = rgb(0x0B7048);
  t.blue = rgb(0x1F5FC0);
  t.gray = rgb(0x586072);
  t.shadow = rgb(0x1A1D23, 0.18f);
  return t;
}

}  // namespace

Color faded(Color color, float alpha) {
  auto a = static_cast<uint32_t>(static_cast<float>(color >> 24) * alpha + 0.5f);
  return (color & 0x00FFFFFF) | ((a > 255 ? 255 : a) << 24);
}

Color mixed(Color from, Color to, float t) {
  if (t <= 0) return from;
  if (t >= 1) return to;
  Color result = 0;
  for (int shift = 0; shift < 32; shift += 8) {
    auto a = static_cast<float>((from >> shift) & 255);
    auto b = static_cast<float>((to >> shift) & 255);
    result |= static_cast<Color>(a + (b - a) * t + 0.5f) << shift;
  }
  return result;
}

double luminance(Color color) {
  return 0.2126 * linear(color & 255) + 0.7152 * linear((color >> 8) & 255) + 0.0722 * linear((color >> 16) & 255);
}

double contrast(Color a, Color b) {
  double la = luminance(a), lb = luminance(b);
  return la > lb ? (la + 0.05) / (lb + 0.05) : (lb + 0.05) / (la + 0.05);
}

// Black and white have the same contrast where (L + 0.05)^2 = 1.05 * 0.05.
Color ink_on(Color color) { return luminance(color) > 0.1791 ? rgb(0x000000) : rgb(0xFFFFFF); }

Concept concept_of(std::string_view name) {
  if (name == "input") return Concept::input;
  if (name == "kernel") return Concept::kernel;
  if (name == "bias") return Concept::bias;
  if (name == "activation" || name == "output") return Concept::activation;
  if (name == "gradient") return Concept::gradient;
  return Concept::none;
}

Color Theme::of(Concept what) const {
  switch (what) {
    case Concept::input:
      return input;
    case Concept::kernel:
      return kernel;
    case Concept::bias:
      return bias;
    case Concept::activation:
      return activation;
    case Concept::gradient:
      return gradient;
    case Concept::none:
      break;
  }
  return text;
}

const Theme& dark_theme() {
  static const Theme theme = make_dark();
  return theme;
}

const Theme& light_theme() {
  static const Theme theme = make_light();
  return theme;
}

}  // namespace striate
