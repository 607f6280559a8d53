#include "engine/explain/unit_sheet.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"

namespace striate {
namespace {

constexpr int64_t kLeastSide = 48;  // of a tile in the sheet
constexpr int64_t kGap = 3;
constexpr uint8_t kGround = 24;

}  // namespace

void UnitSheet::add(const Shape& shape, const std::vector<float>& pixels) {
  check(tiles_.empty() || shape == shape_, "a tile of {} among those of {}", shape.text(), shape_.text());
  shape_ = shape;
  tiles_.push_back(pixels);
}

void UnitSheet::add_nine(const Shape& shape, const std::vector<std::vector<float>>& pictures) {
  const Shape tile{shape[0], 3 * shape[1] + 2, 3 * shape[2] + 2};
  std::vector<float> pixels(static_cast<size_t>(tile.count()), static_cast<float>(kGround) / 255);
  for (size_t n = 0; n < std::min<size_t>(pictures.size(), 9); ++n) {
    const int64_t top = static_cast<int64_t>(n) / 3 * (shape[1] + 1),
                  left = static_cast<int64_t>(n) % 3 * (shape[2] + 1);
    for (int64_t c = 0; c < shape[0]; ++c) {
      for (int64_t y = 0; y < shape[1]; ++y) {
        const float* from = pictures[n].data() + (c * shape[1] + y) * shape[2];
        std::copy_n(from, shape[2],
                    pixels.begin() + static_cast<std::ptrdiff_t>((c * tile[1] + top + y) * tile[2] + left));
      }
    }
  }
  add(tile, pixels);
}

ImagePtr UnitSheet::image() const {
  const int64_t side = std::max(shape_[1], shape_[2]);
  const int64_t zoom = std::max<int64_t>(1, (kLeastSide + side - 1) / side);
  const int64_t high = shape_[1] * zoom, wide = shape_[2] * zoom;
  const auto count = static_cast<int64_t>(tiles_.size());
  const auto columns = std::clamp<int64_t>(
      static_cast<int64_t>(
          std::ceil(std::sqrt(static_cast<double>(count) * static_cast<double>(high) / static_cast<double>(wide)))),
      1, std::max<int64_t>(count, 1));
  const int64_t rows = (count + columns - 1) / columns;
  auto image = std::make_shared<Image>();
  image->width = static_cast<int>(columns * (wide + kGap) + kGap);
  image->height = static_cast<int>(std::max<int64_t>(rows, 1) * (high + kGap) + kGap);
  image->channels = 3;
  image->name = "units";
  image->bytes.assign(static_cast<size_t>(image->width) * static_cast<size_t>(image->height) * 3, kGround);
  for (int64_t n = 0; n < count; ++n) {
    const int64_t top = kGap + n / columns * (high + kGap), left = kGap + n % columns * (wide + kGap);
    const std::vector<float>& tile = tiles_[static_cast<size_t>(n)];
    for (int64_t y = 0; y < high; ++y) {
      for (int64_t x = 0; x < wide; ++x) {
        for (int64_t c = 0; c < 3; ++c) {
          const int64_t from = (std::min(c, shape_[0] - 1) * shape_[1] + y / zoom) * shape_[2] + x / zoom;
          image->bytes[static_cast<size_t>(((top + y) * image->width + left + x) * 3 + c)] =
              static_cast<uint8_t>(std::lround(std::clamp(tile[static_cast<size_t>(from)], 0.0f, 1.0f) * 255));
        }
      }
    }
  }
  return image;
}

}  // namespace striate
