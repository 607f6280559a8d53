// Base of the data sets that the program draws itself: sample i of a seed is always the same picture, whoever asks, in
// whatever order. Each is drawn when it is first read and kept as bytes, as a picture file would hold it.
#pragma once

#include <memory>
#include <mutex>

#include "engine/pixel_buffer.h"
#include "engine/training/data/dataset.h"

namespace striate {

class DrawnDataset : public Dataset {
 public:
  const std::vector<std::string>& classes() const override { return classes_; }
  std::string name() const override { return name_; }
  Shape shape() const override { return shape_; }
  int64_t size() const override { return size_; }
  // Every block of as many samples as there are classes holds each class once, in a random order.
  int label(int64_t index) const override;
  void read(int64_t index, float* pixels) const override;
  std::string describe(int64_t index) const override;  // "7, number 12 of seed 1"
  uint64_t seed() const { return seed_; }

 protected:
  // word: "digits". Throws Error for a size below the number of classes or above 1,000,000.
  DrawnDataset(const std::string& word, Shape shape, std::vector<std::string> classes, int64_t size, uint64_t seed);
  // Writes shape().count() values 0..1 for any index from 0 on: a function of seed(), the index and the label alone.
  virtual void draw(int64_t index, int label, float* pixels) const = 0;

 private:
  std::string name_;
  Shape shape_;
  std::vector<std::string> classes_;
  int64_t size_;
  uint64_t seed_;
  mutable PixelBuffer<uint8_t> kept_;  // (size, shape), untouched until drawn
  std::unique_ptr<std::once_flag[]> drawn_;
};

}  // namespace striate
