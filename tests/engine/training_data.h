// Small data sets for the tests of training: pictures with a bright bar whose place is the class.
#pragma once

#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "engine/training/data/dataset.h"
#include "kernels/random.h"

namespace striate {

inline std::unique_ptr<MemoryDataset> bars(int samples, int size, int classes, uint64_t seed = 1) {
  std::vector<float> pixels;
  std::vector<int> labels;
  Random random(seed, 5);
  for (int i = 0; i < samples; ++i) {
    const int label = i % classes, row = label * size / classes;
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) pixels.push_back((y == row ? 0.7f : 0.1f) + 0.2f * random.unit());
    }
    labels.push_back(label);
  }
  std::vector<std::string> names;
  for (int c = 0; c < classes; ++c) names.push_back("row " + std::to_string(c));
  return std::make_unique<MemoryDataset>("bars", Shape{1, size, size}, std::move(pixels), std::move(labels),
                                         std::move(names));
}

inline std::vector<int64_t> all_of(const Dataset& data) {
  std::vector<int64_t> indices(static_cast<size_t>(data.size()));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

}  // namespace striate
