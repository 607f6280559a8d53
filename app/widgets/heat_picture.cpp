#include "app/widgets/heat_picture.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/widgets/color_map.h"

namespace striate {
namespace {

constexpr uint8_t kNothing = 0x60, kGap = 0xff;

Image empty(int64_t width, int64_t height, uint8_t value) {
  Image made;
  made.width = static_cast<int>(width), made.height = static_cast<int>(height), made.channels = 3;
  made.format = "made here";
  made.bytes.resize(made.value_count());
  std::fill(made.bytes.begin(), made.bytes.end(), value);
  return made;
}

uint8_t byte(float share) { return static_cast<uint8_t>(std::lround(std::clamp(share, 0.0f, 1.0f) * 255)); }

uint8_t* at(Image& image, int x, int y) {
  return image.bytes.data() + (static_cast<size_t>(y) * static_cast<size_t>(image.width) + static_cast<size_t>(x)) * 3;
}

// The cell that is drawn at a pixel's middle; -1: none.
int64_t cell_at(double pixel, double step, double size, int64_t cells) {
  const double first = (size - step) / 2;  // a cell is drawn as wide as the way to the next, around its middle
  const double index = std::floor((pixel - first) / step);
  return index < 0 || index >= static_cast<double>(cells) ? -1 : static_cast<int64_t>(index);
}

}  // namespace

ColorMap heat_colors(bool has_sign) { return has_sign ? ColorMap::signed_blue_orange : ColorMap::viridis; }

float heat_limit(const HeatMap& map) {
  constexpr size_t kMany = 1000;
  std::vector<float> sizes;
  for (const float v : map.values)
    if (!std::isnan(v) && v != 0) sizes.push_back(std::fabs(v));
  if (sizes.empty()) return 1;
  auto at = sizes.end() - 1;
  if (sizes.size() >= kMany) at = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() - sizes.size() / 200);
  std::nth_element(sizes.begin(), at, sizes.end());
  const float limit = *at > 0 ? *at : map.largest();
  return limit > 0 ? limit : 1;
}

float heat_share(float value, float limit, bool has_sign) {
  return std::clamp(has_sign ? 0.5f + 0.5f * value / limit : value / limit, 0.0f, 1.0f);
}

std::optional<float> heat_at(const HeatMap& map, double y, double x) {
  const int64_t row = cell_at(y, map.step_y, map.size_y, map.rows);
  const int64_t column = cell_at(x, map.step_x, map.size_x, map.columns);
  if (row < 0 || column < 0 || std::isnan(map.at(row, column))) return std::nullopt;
  return map.at(row, column);
}

int shown_scale(const Shape& picture) {
  const int64_t side = std::max(picture[1], picture[2]);
  return static_cast<int>(std::max<int64_t>(1, 224 / std::max<int64_t>(side, 1)));
}

Image shown_picture(const Shape& picture, const std::vector<float>& pixels, int scale) {
  Image made = empty(picture[2] * scale, picture[1] * scale, 0);
  const auto plane = static_cast<size_t>(picture[1] * picture[2]);
  for (int y = 0; y < made.height; ++y) {
    for (int x = 0; x < made.width; ++x) {
      const auto from = static_cast<size_t>((y / scale) * picture[2] + x / scale);
      for (size_t c = 0; c < 3; ++c) at(made, x, y)[c] = byte(pixels[picture[0] >= 3 ? c * plane + from : from]);
    }
  }
  return made;
}

Image shown_heat(const HeatMap& map, bool has_sign, const Shape& picture, int scale) {
  Image made = empty(picture[2] * scale, picture[1] * scale, kNothing);
  const float limit = heat_limit(map);
  std::array<std::array<uint8_t, 3>, 256> colors{};
  for (size_t i = 0; i < 256; ++i) {
    const Color color = map_color(heat_colors(has_sign), static_cast<float>(i) / 255);
    colors[i] = {static_cast<uint8_t>(color), static_cast<uint8_t>(color >> 8), static_cast<uint8_t>(color >> 16)};
  }
  for (int y = 0; y < made.height; ++y) {
    for (int x = 0; x < made.width; ++x) {
      const std::optional<float> value = heat_at(map, (y + 0.5) / scale, (x + 0.5) / scale);
      if (!value) continue;
      const std::array<uint8_t, 3>& color = colors[byte(heat_share(*value, limit, has_sign))];
      std::copy(color.begin(), color.end(), at(made, x, y));
    }
  }
  return made;
}

Image heat_over(const Image& picture, const Image& heat, float opacity) {
  Image made = heat;
  for (int y = 0; y < made.height; ++y) {
    for (int x = 0; x < made.width; ++x) {
      const uint8_t* from = picture.at(x, y);
      const float gray = (0.299f * static_cast<float>(from[0]) + 0.587f * static_cast<float>(from[1]) +
                          0.114f * static_cast<float>(from[2])) /
                         255;
      for (int c = 0; c < 3; ++c) {
        uint8_t& to = at(made, x, y)[c];
        to = byte(opacity * static_cast<float>(to) / 255 + (1 - opacity) * gray);
      }
    }
  }
  return made;
}

Image beside(const std::vector<Image>& panels, int gap) {
  int width = 0, height = 0;
  for (const Image& panel : panels) {
    width += panel.width + (width > 0 ? gap : 0);
    height = std::max(height, panel.height);
  }
  Image made = empty(width, height, kGap);
  int left = 0;
  for (const Image& panel : panels) {
    for (int y = 0; y < panel.height; ++y) {
      std::copy_n(panel.at(0, y), static_cast<size_t>(panel.width) * 3, at(made, left, y));
    }
    left += panel.width + gap;
  }
  return made;
}

}  // namespace striate
