#include "engine/training/data/fit_image.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"

namespace striate {
namespace {

constexpr int kDigitSide = 28, kDigitBox = 20;

}  // namespace

std::vector<uint8_t> rgb_of(const Image& image) {
  const size_t count = static_cast<size_t>(image.width) * static_cast<size_t>(image.height);
  const int channels = image.channels;
  std::vector<uint8_t> rgb(count * 3);
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* from = image.bytes.data() + i * static_cast<size_t>(channels);
    const int alpha = image.has_alpha() ? from[channels - 1] : 255;
    for (int c = 0; c < 3; ++c) {
      const int value = from[image.color_channels() == 3 ? c : 0];
      rgb[3 * i + static_cast<size_t>(c)] =
          static_cast<uint8_t>(alpha == 255 ? value : (value * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  }
  return rgb;
}

Crop middle_part(int width, int height, const Shape& shape) {
  Crop crop{0, 0, static_cast<double>(width), static_cast<double>(height)};
  const double proportion = static_cast<double>(shape[2]) / static_cast<double>(shape[1]);
  if (crop.width > crop.height * proportion) {
    crop.width = crop.height * proportion;
    crop.x = (width - crop.width) / 2;
  } else {
    crop.height = crop.width / proportion;
    crop.y = (height - crop.height) / 2;
  }
  crop.width = std::min(crop.width, width - crop.x);
  crop.height = std::min(crop.height, height - crop.y);
  return crop;
}

std::vector<uint8_t> fit_image(const Image& image, const Shape& shape) {
  check(shape.rank() == 3 && (shape[0] == 1 || shape[0] == 3), "a picture cannot fit {}", shape.text());
  const int height = static_cast<int>(shape[1]), width = static_cast<int>(shape[2]);
  const std::vector<uint8_t> rgb = rgb_of(image);
  const Crop crop = middle_part(image.width, image.height, shape);
  Stream stream(Device::cpu());
  std::vector<uint8_t> small(static_cast<size_t>(height) * static_cast<size_t>(width) * 3);
  resize(stream, crop.width < width ? Resample::bilinear : Resample::area, rgb.data(), image.height, image.width, 3,
         crop, small.data(), height, width);
  const size_t plane = static_cast<size_t>(height) * static_cast<size_t>(width);
  std::vector<uint8_t> planes(static_cast<size_t>(shape.count()));
  for (size_t i = 0; i < plane; ++i) {
    const uint8_t* p = small.data() + 3 * i;
    if (shape[0] == 3) {
      for (size_t c = 0; c < 3; ++c) planes[c * plane + i] = p[c];
    } else {
      planes[i] = static_cast<uint8_t>(std::lround(0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2]));
    }
  }
  return planes;
}

std::vector<float> ink_of(const Image& image) { return find_ink(image).values; }

InkOfImage find_ink(const Image& image) {
  const std::vector<uint8_t> rgb = rgb_of(image);
  const int width = image.width, height = image.height;
  std::vector<float> ink(static_cast<size_t>(width) * static_cast<size_t>(height));
  for (size_t i = 0; i < ink.size(); ++i)
    ink[i] = (0.299f * rgb[3 * i] + 0.587f * rgb[3 * i + 1] + 0.114f * rgb[3 * i + 2]) / 255;
  std::vector<float> border;
  for (int x = 0; x < width; ++x)
    for (const int y : {0, height - 1}) border.push_back(ink[static_cast<size_t>(y * width + x)]);
  for (int y = 0; y < height; ++y)
    for (const int x : {0, width - 1}) border.push_back(ink[static_cast<size_t>(y * width + x)]);
  std::nth_element(border.begin(), border.begin() + static_cast<int64_t>(border.size() / 2), border.end());
  const float paper = border[border.size() / 2];
  const float sign = paper > 0.5f ? -1.0f : 1.0f;
  float most = 0;
  for (float& value : ink) {
    value = std::max(0.0f, sign * (value - paper));
    most = std::max(most, value);
  }
  for (float& value : ink) {
    value = most > 0 ? value / most : 0;
    if (value < 0.1f) value = 0;
  }
  return {std::move(ink), paper > 0.5f};
}

DigitFit fit_digit(const float* ink, int width, int height) {
  DigitFit fit;
  fit.pixels.assign(kDigitSide * kDigitSide, 0);
  int x0 = width, y0 = height, x1 = -1, y1 = -1;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if (ink[static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)] <= 0) continue;
      x0 = std::min(x0, x);
      x1 = std::max(x1, x);
      y0 = std::min(y0, y);
      y1 = std::max(y1, y);
    }
  }
  if (x1 < 0) return fit;
  fit.left = x0;
  fit.top = y0;
  fit.width = x1 - x0 + 1;
  fit.height = y1 - y0 + 1;
  std::vector<float> box(static_cast<size_t>(fit.width) * static_cast<size_t>(fit.height));
  for (int y = 0; y < fit.height; ++y)
    std::copy_n(ink + static_cast<size_t>(y + y0) * static_cast<size_t>(width) + x0, fit.width,
                box.data() + static_cast<size_t>(y) * static_cast<size_t>(fit.width));
  const int longer = std::max(fit.width, fit.height);
  const auto scaled = [&](int side) {
    return std::clamp(static_cast<int>(std::lround(static_cast<double>(side) * kDigitBox / longer)), 1, kDigitBox);
  };
  fit.fitted_width = scaled(fit.width);
  fit.fitted_height = scaled(fit.height);
  fit.fitted.resize(static_cast<size_t>(fit.fitted_width * fit.fitted_height));
  Stream stream(Device::cpu());
  resize(stream, longer < kDigitBox ? Resample::bilinear : Resample::area, box.data(), fit.height, fit.width, 1,
         fit.fitted.data(), fit.fitted_height, fit.fitted_width);
  double mass = 0, sum_x = 0, sum_y = 0;
  for (int y = 0; y < fit.fitted_height; ++y) {
    for (int x = 0; x < fit.fitted_width; ++x) {
      const double value = static_cast<double>(fit.fitted[static_cast<size_t>(y * fit.fitted_width + x)]);
      mass += value;
      sum_x += value * (x + 0.5);
      sum_y += value * (y + 0.5);
    }
  }
  fit.mass_x = static_cast<float>(sum_x / mass);
  fit.mass_y = static_cast<float>(sum_y / mass);
  fit.x = std::clamp(static_cast<int>(std::lround(kDigitSide / 2 - fit.mass_x)), 0, kDigitSide - fit.fitted_width);
  fit.y = std::clamp(static_cast<int>(std::lround(kDigitSide / 2 - fit.mass_y)), 0, kDigitSide - fit.fitted_height);
  for (int y = 0; y < fit.fitted_height; ++y)
    std::copy_n(fit.fitted.data() + y * fit.fitted_width, fit.fitted_width,
                fit.pixels.data() + (y + fit.y) * kDigitSide + fit.x);
  return fit;
}

}  // namespace striate
