#include "app/widgets/tap_colors.h"

#include <algorithm>
#include <cmath>

namespace striate {
namespace {

// HSL to RGB (Joblove and Greenberg 1978); hue in turns.
Color hsl(float hue, float saturation, float lightness) {
  const auto channel = [&](float offset) {
    const float k = std::fmod(offset + hue * 12, 12.0f);
    const float a = saturation * std::min(lightness, 1 - lightness);
    return lightness - a * std::max(-1.0f, std::min({k - 3, 9 - k, 1.0f}));
  };
  const auto byte = [](float v) { return static_cast<uint32_t>(std::lround(std::clamp(v, 0.0f, 1.0f) * 255)); };
  return rgb(byte(channel(0)) << 16 | byte(channel(8)) << 8 | byte(channel(4)));
}

}  // namespace

Color tap_color(int index, int count, bool dark) {
  // Three stretches of the wheel that leave out green and red: blue to teal, yellow to orange, pink to violet.
  constexpr float kStretches[3][2] = {{0.60f, 0.45f}, {0.15f, 0.06f}, {0.92f, 0.77f}};
  const float t = count > 1 ? 3 * static_cast<float>(index) / static_cast<float>(count) : 0;
  const int stretch = std::min(2, static_cast<int>(t));
  const float within = t - static_cast<float>(stretch);
  const float hue = kStretches[stretch][0] + (kStretches[stretch][1] - kStretches[stretch][0]) * within * 1.4f;
  return dark ? hsl(hue, 0.62f, 0.62f) : hsl(hue, 0.75f, 0.74f);
}

}  // namespace striate
