// The digits of the page `sharing`: 32 x 32, those of a data set with a border around them, and moved, scaled and
// turned as somebody asks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/training/data/dataset.h"

namespace striate {

constexpr int kSharingSide = 32;
constexpr int kMostShift = 14;  // pixels to each side: a map of shifts has 29 x 29 places

struct SharingMove {
  int dx = 0, dy = 0;  // pixels, to the right and down
  double scale = 1;    // about the middle
  double degrees = 0;  // clockwise
  bool still() const { return dx == 0 && dy == 0 && scale == 1 && degrees == 0; }
  friend bool operator==(const SharingMove&, const SharingMove&) = default;
};

// A picture (32, 32) moved: bilinear between pixels, 0 outside. A whole shift alone copies values.
std::vector<float> moved_digit(const std::vector<float>& picture, const SharingMove& move);

// Any data set of gray digits of at most 32 x 32, each in the middle of 32 x 32.
class BorderedDigits : public Dataset {
 public:
  // Throws Error: other sizes, more than one channel, not ten classes.
  explicit BorderedDigits(std::unique_ptr<Dataset> data);
  std::string name() const override { return data_->name(); }
  Shape shape() const override { return Shape{1, kSharingSide, kSharingSide}; }
  int64_t size() const override { return data_->size(); }
  int64_t training_size() const override { return data_->training_size(); }
  const std::vector<std::string>& classes() const override { return data_->classes(); }
  int label(int64_t index) const override { return data_->label(index); }
  void read(int64_t index, float* pixels) const override;
  std::string describe(int64_t index) const override { return data_->describe(index); }

 private:
  std::unique_ptr<Dataset> data_;
};

}  // namespace striate
