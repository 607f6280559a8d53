#include "app/widgets/tap_colours.h"

#include <algorithm>
#include <cmath>

namespace striate {
namespace {

// HSL to RGB (Joblove and Greenberg 1978); hue in turns.
Colour hsl(float hue, float saturation, float lightness) {
  const auto channel = [&](float offset) {
    const float k = std::fmod(offset + hue * 12, 12.0f);
    const float a = saturation * std::min(lightness, 1 - lightness);
    return lightness - a * std::max(-1.0f, std::min({k - 3, 9 - k, 1.0f}));
  };
  const auto byte = [](float v) { return static_cast<uint32_t>(std::lround(std::clamp(v, 0.0f, 1.0f) * 255)); };
  return rgb(byte(channel(0)) << 16 | byte(channel(8)) << 8 | byte(channel(4)));
}

}  // namespace

Colour tap_colour(int index, int count, bool dark) {
  // From blue over green, yellow and orange to violet: 0.57 turns back through the wheel, red next to green never.
  const float t = count > 1 ? static_cast<float>(index) / static_cast<float>(count - 1) : 0;
  float hue = 0.58f - 0.78f * t;
  if (hue < 0) hue += 1;
  return dark ? hsl(hue, 0.62f, 0.62f) : hsl(hue, 0.75f, 0.74f);
}

}  // namespace striate
