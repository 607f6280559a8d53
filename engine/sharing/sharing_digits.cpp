#include "engine/sharing/sharing_digits.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "engine/error.h"

namespace striate {

std::vector<float> moved_digit(const std::vector<float>& picture, const SharingMove& move) {
  constexpr int side = kSharingSide;
  std::vector<float> moved(picture.size(), 0.0f);
  const auto at = [&](int row, int column) {
    const bool inside = row >= 0 && column >= 0 && row < side && column < side;
    return inside ? picture[static_cast<size_t>(row * side + column)] : 0.0f;
  };
  const bool whole = move.scale == 1 && move.degrees == 0;
  const double angle = move.degrees * std::numbers::pi / 180, middle = (side - 1) / 2.0;
  const double cosine = std::cos(angle) / move.scale, sine = std::sin(angle) / move.scale;
  for (int row = 0; row < side; ++row) {
    for (int column = 0; column < side; ++column) {
      float& value = moved[static_cast<size_t>(row * side + column)];
      if (whole) {
        value = at(row - move.dy, column - move.dx);
        continue;
      }
      const double x = column - move.dx - middle, y = row - move.dy - middle;
      const double from_x = cosine * x + sine * y + middle, from_y = cosine * y - sine * x + middle;
      const double left = std::floor(from_x), top = std::floor(from_y);
      const int c = static_cast<int>(left), r = static_cast<int>(top);
      const float fx = static_cast<float>(from_x - left), fy = static_cast<float>(from_y - top);
      value =
          (at(r, c) * (1 - fx) + at(r, c + 1) * fx) * (1 - fy) + (at(r + 1, c) * (1 - fx) + at(r + 1, c + 1) * fx) * fy;
    }
  }
  return moved;
}

BorderedDigits::BorderedDigits(std::unique_ptr<Dataset> data) : data_(std::move(data)) {
  const Shape shape = data_->shape();
  if (shape.rank() != 3 || shape[0] != 1 || shape[1] > kSharingSide || shape[2] > kSharingSide) {
    throw Error(fmt::format("{} has pictures of {}, needs gray ones of at most 32 x 32", data_->name(), shape.text()),
                "take digits, or mnist:FOLDER");
  }
  if (data_->classes().size() != 10) {
    throw Error(fmt::format("{} has {} classes, needs the ten digits", data_->name(), data_->classes().size()),
                "take digits, or mnist:FOLDER");
  }
}

void BorderedDigits::read(int64_t index, float* pixels) const {
  const Shape shape = data_->shape();
  const int64_t rows = shape[1], columns = shape[2];
  std::vector<float> inner(static_cast<size_t>(rows * columns));
  data_->read(index, inner.data());
  std::fill(pixels, pixels + kSharingSide * kSharingSide, 0.0f);
  const int64_t top = (kSharingSide - rows) / 2, left = (kSharingSide - columns) / 2;
  for (int64_t row = 0; row < rows; ++row) {
    std::copy_n(inner.begin() + row * columns, columns, pixels + (top + row) * kSharingSide + left);
  }
}

}  // namespace striate
