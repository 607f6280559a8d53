// Features that are computed once: where the first layers of a network keep their weights and nothing is random before
// them, a picture's features are the same in every step. They are then a data set of their own, and only what stands
// behind them is trained (Plan::from): the same weights as without, bit for bit.
//
// Not with augmentation: it makes another picture of each at every step.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/network/layer_set.h"
#include "engine/network/network.h"
#include "engine/training/data/dataset.h"

namespace striate {

// The last node whose values are the same in every step and through which all that is behind it is read. 0: there is
// none but the input.
int last_fixed_node(const Architecture& architecture, const LayerSet& frozen);

class FeatureSet : public Dataset {
 public:
  // Called with the samples done of all; false stops.
  using Progress = std::function<bool(int64_t done, int64_t all)>;

  // Computes the activations of `node` for these samples, with the weights that `network` has; its plan stays. The
  // samples keep their numbers. Null: it was stopped. Throws Error: values that are not finite.
  static std::unique_ptr<FeatureSet> compute(Stream& stream, const Network& network, int node,
                                             std::shared_ptr<const Dataset> data, const Normalization& normalization,
                                             const std::vector<int64_t>& samples, const Progress& progress = nullptr);

  std::string name() const override { return data_->name(); }
  Shape shape() const override { return shape_; }  // of one sample's features
  int64_t size() const override { return data_->size(); }
  int64_t training_size() const override { return data_->training_size(); }
  const std::vector<std::string>& classes() const override { return data_->classes(); }
  int label(int64_t index) const override { return data_->label(index); }
  const std::vector<std::string>& regions() const override { return data_->regions(); }
  int region(int64_t index) const override { return data_->region(index); }
  int learned_regions() const override { return data_->learned_regions(); }
  int burst(int64_t index) const override { return data_->burst(index); }
  std::string describe(int64_t index) const override { return data_->describe(index); }
  // Of a sample that was computed.
  void read(int64_t index, float* features) const override;
  const float* features(int64_t index) const;

  int64_t computed() const { return static_cast<int64_t>(values_.size()) / shape_.count(); }
  int64_t bytes() const { return static_cast<int64_t>(values_.size() * sizeof(float)); }

 private:
  FeatureSet() = default;
  std::shared_ptr<const Dataset> data_;
  Shape shape_;
  std::vector<int64_t> place_;  // per sample, in values_; -1: not computed
  std::vector<float> values_;
};

}  // namespace striate
