#include "engine/explain/fourier.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/error.h"

namespace striate {

int power_of_two_from(int size) {
  int power = 2;
  while (power < size) power *= 2;
  return power;
}

RealFourier2d::Line::Line(int length)
    : size(length), roots(static_cast<size_t>(length / 2)), order(static_cast<size_t>(length)) {
  check(length >= 2 && (length & (length - 1)) == 0, "a Fourier transform of {} values", length);
  for (int k = 0; k < length / 2; ++k) {
    const double angle = 2 * std::numbers::pi * k / length;
    roots[static_cast<size_t>(k)] = {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
  }
  for (int i = 1, j = 0; i < length; ++i) {
    int bit = length / 2;
    for (; (j & bit) != 0; bit /= 2) j ^= bit;
    j |= bit;
    order[static_cast<size_t>(i)] = j;
  }
}

// Cooley and Tukey, decimation in time.
void RealFourier2d::Line::transform(std::complex<float>* values, bool inverse) const {
  for (int i = 0; i < size; ++i) {
    const int j = order[static_cast<size_t>(i)];
    if (i < j) std::swap(values[i], values[j]);
  }
  for (int length = 2; length <= size; length *= 2) {
    const int step = size / length, half = length / 2;
    for (int k = 0; k < half; ++k) {
      const std::complex<float> root = roots[static_cast<size_t>(k * step)];
      const float c = root.real(), s = inverse ? root.imag() : -root.imag();
      for (int at = k; at < size; at += length) {
        const std::complex<float> a = values[at], b = values[at + half];
        const std::complex<float> turned(b.real() * c - b.imag() * s, b.real() * s + b.imag() * c);
        values[at] = a + turned;
        values[at + half] = a - turned;
      }
    }
  }
}

RealFourier2d::RealFourier2d(int rows, int columns) : rows_(rows), columns_(columns), along_(columns), down_(rows) {}

void RealFourier2d::transform(std::vector<std::complex<float>>& values, bool inverse) const {
  for (int r = 0; r < rows_; ++r) along_.transform(values.data() + static_cast<size_t>(r) * columns_, inverse);
  std::vector<std::complex<float>> column(static_cast<size_t>(rows_));
  for (int c = 0; c < columns_; ++c) {
    for (int r = 0; r < rows_; ++r) column[static_cast<size_t>(r)] = values[static_cast<size_t>(r) * columns_ + c];
    down_.transform(column.data(), inverse);
    for (int r = 0; r < rows_; ++r) values[static_cast<size_t>(r) * columns_ + c] = column[static_cast<size_t>(r)];
  }
}

void RealFourier2d::picture(const std::complex<float>* spectrum, float* pixels) const {
  std::vector<std::complex<float>> values(static_cast<size_t>(rows_) * columns_);
  for (int r = 0; r < rows_; ++r) {
    for (int v = 0; v < half(); ++v) {
      const float twice = v == 0 || v == columns_ / 2 ? 1.0f : 2.0f;
      values[static_cast<size_t>(r) * columns_ + v] = twice * spectrum[static_cast<size_t>(r) * half() + v];
    }
  }
  transform(values, true);
  const float factor = 1.0f / (static_cast<float>(rows_) * static_cast<float>(columns_));
  for (size_t i = 0; i < values.size(); ++i) pixels[i] = factor * values[i].real();
}

void RealFourier2d::gradient(const float* by_pixels, std::complex<float>* by_spectrum) const {
  std::vector<std::complex<float>> values(static_cast<size_t>(rows_) * columns_);
  for (size_t i = 0; i < values.size(); ++i) values[i] = by_pixels[i];
  transform(values, false);
  const float factor = 1.0f / (static_cast<float>(rows_) * static_cast<float>(columns_));
  for (int r = 0; r < rows_; ++r) {
    for (int v = 0; v < half(); ++v) {
      const float twice = v == 0 || v == columns_ / 2 ? factor : 2 * factor;
      by_spectrum[static_cast<size_t>(r) * half() + v] = twice * values[static_cast<size_t>(r) * columns_ + v];
    }
  }
}

}  // namespace striate
