#include "engine/explain/picture_waves.h"

#include <algorithm>
#include <cmath>

#include "kernels/random.h"
#include "kernels/threads.h"

namespace striate {
namespace {

constexpr double kCorrelation[3][3] = {{0.26, 0.09, 0.02}, {0.27, 0.00, -0.05}, {0.27, -0.09, 0.03}};

double largest_column() {
  double largest = 0;
  for (int c = 0; c < 3; ++c) {
    double sum = 0;
    for (const auto& row : kCorrelation) sum += row[c] * row[c];
    largest = std::max(largest, std::sqrt(sum));
  }
  return largest;
}

}  // namespace

PictureWaves::PictureWaves(const Shape& picture, bool waves, bool colors, uint64_t seed)
    : shape_(picture), waves_(waves), colors_(colors && picture[0] == 3) {
  const auto channels = static_cast<size_t>(shape_[0]);
  size_t values = static_cast<size_t>(shape_.count());
  if (waves_) {
    fourier_.emplace(power_of_two_from(static_cast<int>(shape_[1])), power_of_two_from(static_cast<int>(shape_[2])));
    const int rows = fourier_->rows(), columns = fourier_->columns(), half = fourier_->half();
    const double area = std::sqrt(static_cast<double>(rows) * columns);
    for (int u = 0; u < rows; ++u) {
      const double fy = static_cast<double>(u < rows - u ? u : u - rows) / rows;
      for (int v = 0; v < half; ++v) {
        const double fx = static_cast<double>(v) / columns;
        scale_.push_back(static_cast<float>(area / std::max(std::hypot(fx, fy), 1.0 / std::max(rows, columns))));
      }
    }
    values = 2 * channels * scale_.size();
  }
  z_.resize(values), mean_.resize(values), square_.resize(values);
  Random random(seed);
  for (float& each : z_) each = static_cast<float>(0.01 * random.normal());
  picture_.resize(static_cast<size_t>(shape_.count()));
  draw();
}

// The colors' correlation, or its transpose for gradients.
void PictureWaves::mix(std::vector<float>& planes, bool back) const {
  if (!colors_) return;
  static const double norm = largest_column();
  const size_t plane = planes.size() / 3;
  for (size_t i = 0; i < plane; ++i) {
    const double in[3] = {planes[i], planes[plane + i], planes[2 * plane + i]};
    for (size_t c = 0; c < 3; ++c) {
      double sum = 0;
      for (size_t k = 0; k < 3; ++k) sum += (back ? kCorrelation[k][c] : kCorrelation[c][k]) / norm * in[k];
      planes[c * plane + i] = static_cast<float>(sum);
    }
  }
}

void PictureWaves::draw() {
  const auto rows = static_cast<size_t>(shape_[1]), columns = static_cast<size_t>(shape_[2]);
  if (!waves_) {
    picture_ = z_;
  } else {
    parallel_for(shape_[0], [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c) {
        std::vector<std::complex<float>> spectrum(scale_.size());
        const float* z = z_.data() + static_cast<size_t>(c) * 2 * scale_.size();
        for (size_t i = 0; i < scale_.size(); ++i) {
          spectrum[i] = {0.25f * scale_[i] * z[2 * i], 0.25f * scale_[i] * z[2 * i + 1]};
        }
        const auto canvas_columns = static_cast<size_t>(fourier_->columns());
        std::vector<float> canvas(static_cast<size_t>(fourier_->rows()) * canvas_columns);
        fourier_->picture(spectrum.data(), canvas.data());
        for (size_t r = 0; r < rows; ++r) {
          std::copy_n(canvas.begin() + static_cast<std::ptrdiff_t>(r * canvas_columns), columns,
                      picture_.begin() + static_cast<std::ptrdiff_t>((static_cast<size_t>(c) * rows + r) * columns));
        }
      }
    });
  }
  mix(picture_, false);
  for (float& each : picture_) each = 1.0f / (1.0f + std::exp(-each));
}

void PictureWaves::climb(const std::vector<float>& by_picture, double rate) {
  const auto rows = static_cast<size_t>(shape_[1]), columns = static_cast<size_t>(shape_[2]);
  std::vector<float> by(by_picture.size());
  for (size_t i = 0; i < by.size(); ++i) by[i] = by_picture[i] * picture_[i] * (1 - picture_[i]);
  mix(by, true);
  std::vector<float> gradient(z_.size());
  if (!waves_) {
    gradient = std::move(by);
  } else {
    parallel_for(shape_[0], [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c) {
        const auto canvas_columns = static_cast<size_t>(fourier_->columns());
        std::vector<float> canvas(static_cast<size_t>(fourier_->rows()) * canvas_columns);
        for (size_t r = 0; r < rows; ++r) {
          std::copy_n(by.begin() + static_cast<std::ptrdiff_t>((static_cast<size_t>(c) * rows + r) * columns), columns,
                      canvas.begin() + static_cast<std::ptrdiff_t>(r * canvas_columns));
        }
        std::vector<std::complex<float>> spectrum(scale_.size());
        fourier_->gradient(canvas.data(), spectrum.data());
        float* to = gradient.data() + static_cast<size_t>(c) * 2 * scale_.size();
        for (size_t i = 0; i < scale_.size(); ++i) {
          to[2 * i] = 0.25f * scale_[i] * spectrum[i].real();
          to[2 * i + 1] = 0.25f * scale_[i] * spectrum[i].imag();
        }
      }
    });
  }
  ++steps_;
  const double one = 1 - std::pow(0.9, static_cast<double>(steps_)),
               two = 1 - std::pow(0.999, static_cast<double>(steps_));
  for (size_t i = 0; i < z_.size(); ++i) {
    mean_[i] += 0.1f * (gradient[i] - mean_[i]);
    square_[i] += 0.001f * (gradient[i] * gradient[i] - square_[i]);
    z_[i] += static_cast<float>(rate * (mean_[i] / one) / (std::sqrt(square_[i] / two) + 1e-8));
  }
  draw();
}

}  // namespace striate
