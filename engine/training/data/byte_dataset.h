// Pictures kept in memory as bytes, as their files hold them: a quarter of what floats would take.
#pragma once

#include "engine/pixel_buffer.h"
#include "engine/training/data/dataset.h"

namespace striate {

class ByteDataset : public Dataset {
 public:
  struct Content {
    std::string name;
    Shape shape;                  // (C, H, W)
    PixelBuffer<uint8_t> pixels;  // (size, C, H, W); 255 is read as 1
    std::vector<int> labels;
    std::vector<std::string> classes;
    int64_t training_size = 0;              // what follows is the set's own test part
    std::vector<std::string> descriptions;  // of each sample; empty: "NAME, training picture 12"
    std::vector<std::string> regions;       // names of regions
    std::vector<int> region;                // of each sample; empty: none has one
    int learned_regions = 0;                // as Dataset::learned_regions()
    std::vector<int> burst;                 // of each sample; empty: none is of one
    std::vector<std::string> notes;         // what a user should know about how it was read
  };
  // Throws Error: sizes that don't fit each other, a label outside the classes.
  explicit ByteDataset(Content content);

  std::string name() const override { return content_.name; }
  Shape shape() const override { return content_.shape; }
  int64_t size() const override { return static_cast<int64_t>(content_.labels.size()); }
  int64_t training_size() const override { return content_.training_size; }
  const std::vector<std::string>& classes() const override { return content_.classes; }
  int label(int64_t index) const override { return content_.labels[static_cast<size_t>(index)]; }
  void read(int64_t index, float* pixels) const override;
  std::string describe(int64_t index) const override;
  const std::vector<std::string>& regions() const override { return content_.regions; }
  int region(int64_t index) const override {
    return content_.region.empty() ? -1 : content_.region[static_cast<size_t>(index)];
  }
  int learned_regions() const override { return content_.learned_regions; }
  int burst(int64_t index) const override {
    return content_.burst.empty() ? -1 : content_.burst[static_cast<size_t>(index)];
  }
  const std::vector<std::string>& notes() const { return content_.notes; }

 private:
  Content content_;
};

}  // namespace striate
