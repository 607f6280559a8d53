// A small head that learns classes from rows of features, and is asked while it learns: one hidden layer for few
// numbers, none for the many of a trained network.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/network/network.h"
#include "engine/training/data/dataset.h"
#include "engine/training/trainer.h"

namespace striate {

// The head of one moment. Never changes; any thread may ask it.
class TileHead {
 public:
  TileHead(const Network& of, Stream& stream, Normalization normalization, int64_t features, int classes);
  int classes() const { return classes_; }
  // (n, features) to (n, classes): the softmax.
  std::vector<float> probabilities(const float* features, int64_t n) const;
  // As the head's first layer sees them: distances between tiles are measured there.
  std::vector<float> normalized(const float* features) const;

 private:
  Normalization normalization_;
  int64_t features_;
  int classes_;
  mutable std::mutex mutex_;
  mutable Stream stream_;
  mutable Network network_;
};

class TileTraining {
 public:
  // features: (tiles, count); labels: of each tile. Throws Error.
  TileTraining(std::vector<float> features, int64_t count, std::vector<int> labels, std::vector<std::string> classes,
               std::vector<int64_t> training, uint64_t seed);
  ~TileTraining();
  static std::string text_of(int64_t features, size_t classes);  // its architecture
  void epoch();
  int epochs() const { return epochs_; }
  float loss() { return trainer_->loss(); }  // of the last batch
  std::shared_ptr<const TileHead> head();

 private:
  Stream stream_;
  std::unique_ptr<Dataset> data_;
  int64_t count_;
  Network network_;
  Normalization normalization_;
  std::unique_ptr<Trainer> trainer_;
  int epochs_ = 0;
};

}  // namespace striate
