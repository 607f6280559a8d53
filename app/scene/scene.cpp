#include "app/scene/scene.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>

#include "app/widgets/tensor_grid.h"

namespace striate {
namespace {

constexpr int kMiddle = 127;

int levels_of(int width, int height) {
  return std::bit_width(static_cast<unsigned>(std::max(width, height) - 1)) + 1;  // down to one cell
}
int halved(int size) { return (size + 1) / 2; }

uint64_t next_serial() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

}  // namespace

uint8_t scale_step(float value, float limit, bool is_signed) {
  if (!std::isfinite(value)) return kNotANumber;
  const float share = value / limit;
  if (is_signed)
    return static_cast<uint8_t>(kMiddle + static_cast<int>(std::lround(std::clamp(share, -1.0f, 1.0f) * 127)));
  return static_cast<uint8_t>(std::lround(std::clamp(share, 0.0f, 1.0f) * 254));
}

Color step_color(int step, bool is_signed, bool dark) {
  if (step >= kScaleSteps) return tensor_color(std::nanf(""), 1, is_signed, dark);
  const float share = is_signed ? static_cast<float>(step - kMiddle) / 127 : static_cast<float>(step) / 254;
  return tensor_color(share, 1, is_signed, dark);
}

SceneAtlas::SceneAtlas(size_t expected) : serial(next_serial()) { texels_.reserve(expected); }

SceneImage SceneAtlas::begin(int width, int height) {
  SceneImage image;
  image.offset = static_cast<int32_t>(texels_.size());
  image.width = image.stride = width;
  image.height = height;
  image.levels = levels_of(width, height);
  size_t all = 0;
  for (int level = 0, w = width, h = height; level < image.levels; ++level, w = halved(w), h = halved(h)) {
    all += static_cast<size_t>(w) * static_cast<size_t>(h);
  }
  texels_.resize(texels_.size() + all);
  return image;
}

void SceneAtlas::add_levels(const SceneImage& image, bool is_signed) {
  const int zero = is_signed ? kMiddle : 0;
  uint16_t* from = texels_.data() + image.offset;
  int w = image.width, h = image.height;
  // Means of means would round each time: sums are carried along.
  std::vector<uint32_t> sums(static_cast<size_t>(w) * static_cast<size_t>(h)), counts(sums.size());
  for (size_t i = 0; i < sums.size(); ++i) {
    const bool none = from[i] == kNoCell;
    sums[i] = none ? 0 : from[i] & 255u;
    counts[i] = none ? 0 : 1;
  }
  for (int level = 1; level < image.levels; ++level) {
    const int nw = halved(w), nh = halved(h);
    uint16_t* to = from + static_cast<ptrdiff_t>(w) * h;
    size_t out = 0;
    for (int row = 0; row < nh; ++row) {
      for (int column = 0; column < nw; ++column, ++out) {
        uint32_t sum = 0, count = 0;
        int strongest = -1;
        bool broken = false;
        for (int r = 2 * row; r < std::min(h, 2 * row + 2); ++r) {
          for (int c = 2 * column; c < std::min(w, 2 * column + 2); ++c) {
            const auto at = static_cast<size_t>(r) * static_cast<size_t>(w) + static_cast<size_t>(c);
            if (counts[at] == 0) continue;
            sum += sums[at], count += counts[at];
            const int step = from[at] >> 8;
            broken = broken || step == kNotANumber;
            if (strongest < 0 || std::abs(step - zero) > std::abs(strongest - zero)) strongest = step;
          }
        }
        // In place: what is written lies before what is read next.
        sums[out] = sum, counts[out] = count;
        const uint32_t mean = count > 0 ? std::min<uint32_t>((sum + count / 2) / count, kScaleSteps - 1) : 0;
        if (count == 0) {
          to[out] = kNoCell;
        } else {
          to[out] = broken ? uint16_t{0xFFFF} : static_cast<uint16_t>(mean | static_cast<uint32_t>(strongest) << 8);
        }
      }
    }
    from = to;
    w = nw, h = nh;
  }
}

uint16_t SceneAtlas::texel(const SceneImage& image, int level, int row, int column) const {
  int64_t at = image.offset;
  int w = image.width, h = image.height, stride = image.stride;
  for (int l = 0; l < level; ++l) {
    at += int64_t{stride} * h;
    w = halved(w), h = halved(h), stride = w;
  }
  row = std::clamp(row >> level, 0, h - 1), column = std::clamp(column >> level, 0, w - 1);
  return texels_[static_cast<size_t>(at + int64_t{row} * stride + column)];
}

}  // namespace striate
