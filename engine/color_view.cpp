#include "engine/color_view.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/error.h"
#include "engine/marked.h"

namespace striate {
namespace {

// Half to even, as everywhere in Striate (the default rounding mode), then the range of a byte.
uint8_t byte_of(float value) { return static_cast<uint8_t>(std::clamp(std::nearbyint(value), 0.0f, 255.0f)); }

void set_gray(uint8_t* color, uint8_t value) { color[0] = color[1] = color[2] = value; }

// The color of the whole pixel, made back from the numbers that are printed.
void color_of_all(ColorSpace space, const float* value, int count, uint8_t* color) {
  if (count == 1) return set_gray(color, byte_of(value[0]));
  float rgb[3] = {value[0], value[1], value[2]};
  if (space == ColorSpace::hsv) rgb_of_hsv(value[0], value[1], value[2], rgb);
  if (space == ColorSpace::ycbcr) rgb_of_ycbcr(value[0], value[1], value[2], rgb);
  for (int c = 0; c < 3; ++c) color[c] = byte_of(rgb[c]);
}

// The color of one component alone. A hue is shown pure; where there is no hue (saturation 0), as middle gray.
void color_of_component(ColorSpace space, int component, const float* all, uint8_t* color) {
  if (space == ColorSpace::hsv && component == 0) {
    if (all[1] == 0) return set_gray(color, 128);
    float rgb[3];
    rgb_of_hsv(all[0], 1, 255, rgb);
    for (int c = 0; c < 3; ++c) color[c] = byte_of(rgb[c]);
    return;
  }
  const float scale = space == ColorSpace::hsv && component == 1 ? 255.0f : 1.0f;
  set_gray(color, byte_of(all[component] * scale));
}

}  // namespace

PixelNumbers numbers_of(const ColorView& view, const uint8_t* pixel, int channels) {
  const bool gray_pixel = channels < 3;
  const float r = view.change.of(pixel[0]);
  const float g = gray_pixel ? r : view.change.of(pixel[1]);
  const float b = gray_pixel ? r : view.change.of(pixel[2]);
  PixelNumbers numbers;
  float all[3] = {r, g, b};
  numbers.count = 3;
  switch (view.space) {
    case ColorSpace::rgb:
      if (gray_pixel) numbers.count = 1;
      break;
    case ColorSpace::gray:
      all[0] = gray_of(view.weights, r, g, b);
      numbers.count = 1;
      break;
    case ColorSpace::hsv:
      hsv_of(r, g, b, all);
      break;
    case ColorSpace::ycbcr:
      ycbcr_of(r, g, b, all);
      break;
  }
  if (view.component == 0 || numbers.count == 1) {
    std::copy(all, all + numbers.count, numbers.value);
    color_of_all(view.space, all, numbers.count, numbers.color);
    return numbers;
  }
  numbers.count = 1;
  numbers.first = view.component - 1;
  numbers.value[0] = all[numbers.first];
  color_of_component(view.space, numbers.first, all, numbers.color);
  return numbers;
}

bool shows_as_stored(const ColorView& view) {
  return view.space != ColorSpace::gray && view.component == 0 && view.change.rule == Overflow::none;
}

// Tiles are made while somebody drags: the launches for many pixels, which compute what the forms for one do.
void show_in_space(const ColorView& view, uint8_t* rgba, int64_t n) {
  if (view.change.rule != Overflow::none) {
    uint8_t table[256];
    for (int v = 0; v < 256; ++v) table[v] = view.change.of(static_cast<uint8_t>(v));
    for (int64_t i = 0; i < n; ++i) {
      for (int c = 0; c < 3; ++c) rgba[4 * i + c] = table[rgba[4 * i + c]];
    }
  }
  Stream here;
  if (view.space == ColorSpace::gray) {
    std::vector<uint8_t> plane(static_cast<size_t>(n));
    gray(here, view.weights, rgba, 4, n, plane.data());
    for (int64_t i = 0; i < n; ++i) set_gray(rgba + 4 * i, plane[static_cast<size_t>(i)]);
    return;
  }
  // All three numbers together make the pixel again, exactly (tested): nothing to do.
  if (view.component == 0) return;
  if (view.space == ColorSpace::rgb) {
    for (int64_t i = 0; i < n; ++i) set_gray(rgba + 4 * i, rgba[4 * i + view.component - 1]);
    return;
  }
  std::vector<float> planes(static_cast<size_t>(3 * n));
  if (view.space == ColorSpace::hsv) {
    hsv(here, rgba, 4, n, planes.data());
  } else {
    ycbcr(here, rgba, 4, n, planes.data());
  }
  for (int64_t i = 0; i < n; ++i) {
    const float all[3] = {planes[static_cast<size_t>(i)], planes[static_cast<size_t>(n + i)],
                          planes[static_cast<size_t>(2 * n + i)]};
    color_of_component(view.space, view.component - 1, all, rgba + 4 * i);
  }
}

std::string cell_number(ColorSpace space, int component, float value, NumberFormat format) {
  const bool fraction = space == ColorSpace::hsv && component == 1;
  const bool degrees = space == ColorSpace::hsv && component == 0;
  if (format == NumberFormat::unit) {
    return fmt::format("{:.2f}", std::max(0.0, value / component_high(space, component)));
  }
  if (fraction) return fmt::format("{:.2f}", value);
  const int whole = static_cast<int>(std::nearbyint(value));
  if (degrees) return fmt::format("{}", whole);
  // A gray of weights that add up to more than 1 is cut where the picture is.
  const int byte = byte_of(value);
  return format == NumberFormat::hex ? fmt::format("{:02X}", byte) : fmt::format("{}", byte);
}

int cell_characters(ColorSpace space, int component, NumberFormat format) {
  if (format == NumberFormat::unit) return 4;
  if (space == ColorSpace::hsv) return component == 0 ? 4 : component == 2 ? 4 : 3;
  return format == NumberFormat::hex ? 2 : 3;
}

std::string_view component_name(ColorSpace space, int component) {
  static constexpr std::string_view rgb[] = {N_("Red"), N_("Green"), N_("Blue")};
  static constexpr std::string_view hsv[] = {N_("Hue"), N_("Saturation"), N_("Value")};
  static constexpr std::string_view ycbcr[] = {"Y", "Cb", "Cr"};
  switch (space) {
    case ColorSpace::rgb:
      return rgb[component];
    case ColorSpace::gray:
      return N_("Gray");
    case ColorSpace::hsv:
      return hsv[component];
    case ColorSpace::ycbcr:
      return ycbcr[component];
  }
  return {};
}

int component_count(ColorSpace space) { return space == ColorSpace::gray ? 1 : 3; }

double component_high(ColorSpace space, int component) {
  if (space != ColorSpace::hsv) return 255;
  return component == 0 ? 360 : component == 1 ? 1 : 255;
}

std::string_view name_of(ColorSpace space) {
  static constexpr std::string_view names[] = {"rgb", "gray", "hsv", "ycbcr"};
  return names[static_cast<int>(space)];
}

std::string_view name_of(NumberFormat format) {
  static constexpr std::string_view names[] = {"decimal", "hex", "unit"};
  return names[static_cast<int>(format)];
}

ColorSpace color_space_of(std::string_view name) {
  for (ColorSpace space : {ColorSpace::rgb, ColorSpace::gray, ColorSpace::hsv, ColorSpace::ycbcr}) {
    if (name_of(space) == name) return space;
  }
  check(false, "no color space is called '{}'", name);
  return ColorSpace::rgb;
}

NumberFormat number_format_of(std::string_view name) {
  for (NumberFormat format : {NumberFormat::decimal, NumberFormat::hex, NumberFormat::unit}) {
    if (name_of(format) == name) return format;
  }
  check(false, "no number format is called '{}'", name);
  return NumberFormat::decimal;
}

}  // namespace striate
