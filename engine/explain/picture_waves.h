// A picture as numbers that an ascent can change freely, so that what it finds is a picture and not noise: the
// parametrization of Olah, Mordvintsev and Schubert, "Feature Visualization", Distill 2017 (tensorflow/lucid):
//
//   picture = sigmoid(M * irfft2(s * z) / 4)      z begins as N(0, 0.01)
//   s = sqrt(rows * columns) / max(frequency, 1 / longer side)     low frequencies move as fast as high ones
//   M = [[.26 .09 .02] [.27 0 -.05] [.27 -.09 .03]] / its largest column norm     colors as correlated as in photos
//
// Each part can be left out, to see why it is there: without waves z is the picture's own pixels, without colors each
// of red, green and blue moves by itself.
#pragma once

#include <complex>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/explain/fourier.h"
#include "engine/tensor.h"

namespace striate {

class PictureWaves {
 public:
  PictureWaves(const Shape& picture, bool waves, bool colors, uint64_t seed);  // (C, H, W), C 1 or 3

  const Shape& shape() const { return shape_; }
  // (C, H, W), 0 to 1, red, green, blue.
  const std::vector<float>& picture() const { return picture_; }
  // One step of Adam (0.9, 0.999, 1e-8) uphill; the gradient of what is to grow by the picture.
  void climb(const std::vector<float>& by_picture, double rate);

 private:
  void draw();
  void mix(std::vector<float>& planes, bool back) const;
  Shape shape_;
  bool waves_, colors_;
  std::optional<RealFourier2d> fourier_;  // of a canvas that holds the picture in its upper left corner
  std::vector<float> scale_;              // s, per value of half a spectrum
  std::vector<float> z_, mean_, square_;  // of all planes; complex values as pairs
  int64_t steps_ = 0;
  std::vector<float> picture_;
};

}  // namespace striate
