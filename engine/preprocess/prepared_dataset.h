// A data set as a trained network wants it: pictures fitted and scaled as its preprocessing says, channels as many and
// where the network has them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/preprocess/preprocessing.h"
#include "engine/training/data/dataset.h"

namespace striate {

class PreparedDataset : public Dataset {
 public:
  // `picture`: (C, H, W) of what the network takes, C 1 or 3. Pictures of another size are fitted where somebody asked
  // for it (Preprocessing::asked); gray ones become color, and the other way round, where the network wants that.
  // Throws Error where they don't fit.
  PreparedDataset(std::shared_ptr<const Dataset> data, Preprocessing preprocessing, const Shape& picture,
                  bool channels_last);

  std::string name() const override { return data_->name(); }
  Shape shape() const override;  // (C, H, W), or (H, W, C)
  int64_t size() const override { return data_->size(); }
  int64_t training_size() const override { return data_->training_size(); }
  const std::vector<std::string>& classes() const override { return data_->classes(); }
  int label(int64_t index) const override { return data_->label(index); }
  std::string describe(int64_t index) const override { return data_->describe(index); }
  const std::vector<std::string>& regions() const override { return data_->regions(); }
  int region(int64_t index) const override { return data_->region(index); }
  int learned_regions() const override { return data_->learned_regions(); }
  int burst(int64_t index) const override { return data_->burst(index); }
  void read(int64_t index, float* pixels) const override;

 private:
  void fit(int64_t index, float* pixels) const;

  std::shared_ptr<const Dataset> data_;
  Preprocessing preprocessing_;
  Shape picture_;
  bool channels_last_, fits_;
  Normalization normalization_;  // where scale and order are the usual ones
};

}  // namespace striate
