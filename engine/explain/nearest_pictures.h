// The training pictures that are nearest to a picture, so that an answer, a wrong one above all, explains itself: by
// their pixels as the network receives them, and by what its last hidden layer makes of them, which is all that its
// head gets to see. A picture whose neighbors in pixels are of one class and whose neighbors in the layer are of
// another was led astray by the network; where both are of the wrong class the data are to blame.
//
//   NearestPictures near(stream, {architecture, weights, normalization, data, split->training});
//   near.compute_features();
//   near.find(pixels, 5).by_features[0].label;
//
// Distances are Euclidean in both. Features of the training pictures are computed once for the weights (feature_set.h).
// Belongs to one thread at a time, that of its stream.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/session/trained_network.h"
#include "engine/transfer/feature_set.h"

namespace striate {

struct Neighbor {
  int64_t sample = 0;   // its number in the data set
  int label = 0;        // its class
  double distance = 0;  // 0: the same values
};

struct NearestFound {
  std::vector<Neighbor> by_pixels, by_features;  // the nearest first; of two at one distance the lower number
  int64_t searched = 0;                          // training pictures
};

class NearestPictures {
 public:
  struct Of {
    std::shared_ptr<const Architecture> architecture;
    std::shared_ptr<const AllWeights> weights;
    Normalization normalization;
    std::shared_ptr<const Dataset> data;
    std::vector<int64_t> training;  // numbers of its samples
  };
  using Progress = FeatureSet::Progress;
  static constexpr int64_t kMostValues = int64_t{1} << 26;  // of features that are kept: 256 MB

  // `stream` must outlive it. Throws Error: a network without a hidden layer, no training pictures.
  NearestPictures(Stream& stream, Of of);

  // False: it was stopped, and can be asked again. Throws Error: values that are not finite.
  bool compute_features(const Progress& progress = nullptr);
  // Nothing where it was stopped. `pixels`: (C, H, W) of the data, 0..1, before normalization. Computes the features
  // where that was not done. Throws Error: another number of pixels, as compute_features().
  std::optional<NearestFound> find(const std::vector<float>& pixels, int count, const Progress& progress = nullptr);

  int node() const { return node_; }  // whose values are the features
  std::string layer() const;          // its name
  // All training pictures, or as many of them, evenly taken, as kMostValues lets be kept.
  int64_t searched() const { return static_cast<int64_t>(samples_.size()); }
  int64_t bytes() const { return features_ ? features_->bytes() : 0; }  // of the features that are kept
  const Of& of() const { return of_; }

 private:
  std::unique_ptr<FeatureSet> features_of(std::shared_ptr<const Dataset> data, const std::vector<int64_t>& samples,
                                          const Progress& progress);

  Stream* stream_;
  Of of_;
  int node_ = 0;
  std::vector<int64_t> samples_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<FeatureSet> features_;
};

// The node that feeds the head, the last layer with weights: its last hidden layer. Throws Error: the head reads the
// picture itself, or there is none.
int last_hidden_node(const Architecture& architecture);

}  // namespace striate
