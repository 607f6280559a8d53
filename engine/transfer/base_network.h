// Transfer learning: a trained network without its last layers is the base of another, whose new head learns other
// classes from few pictures.
//
// The base ends with its last features: what its own head reads, the last dense layer or convolution that its output
// comes from (engine/network/head.h), without a dropout before it. Those of SqueezeNet are the maps of fire9, those of
// ResNet-50 the 2,048 means of the last maps, those of LeNet-5 the 84 values of its last hidden layer.
//
//   const BaseNetwork base = BaseNetwork::open("squeezenet1_1");
//   const Architecture whole = base.with_head("", 7);
//   Network network(stream, whole);
//   network.initialize(stream, Initializer::pytorch, seed);
//   base.load(stream, network);
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/network/layer_set.h"
#include "engine/session/model_file.h"
#include "engine/training/data/dataset.h"

namespace striate {

class BaseNetwork {
 public:
  // A model's name whose weights the program carries, or a file as read_model_file() opens it. Throws Error: no
  // weights, no convolution, no pictures of 1 or 3 channels, channels last.
  static BaseNetwork open(const std::string& name_or_file);

  const std::string& name() const { return name_; }
  // Up to the features, which are its last node. Its layers have the numbers and names of the file.
  const Architecture& architecture() const { return architecture_; }
  int layers() const { return architecture_.size() - 1; }
  Shape picture() const { return architecture_.input(); }  // (C, H, W)
  Shape features() const;                                  // (C, H, W) maps, or (F) values
  // What becomes of a picture: its middle in the base's size, channels in its order, its means. Part of a saved file
  // (its key "preprocessing"), so that it is opened as it was trained.
  const Preprocessing& preprocessing() const { return preprocessing_; }
  const Normalization& normalization() const { return normalization_; }  // of the values that fitted() gives
  const std::vector<std::string>& notes() const { return file_.notes; }

  // The head where none is given: one dense layer, on the mean of each map where the features are maps.
  std::string usual_head(int classes) const;
  // The base and behind it the layers of `head`, an architecture's text without an input; empty: the usual one. Its
  // layers are named head.0, head.1, ..., unless they have names. Throws Error where they don't fit.
  Architecture with_head(const std::string& head, int classes) const;

  // Layers that stay as they are, in a network of with_head(): "all" of the base; "N": its first N; or as
  // LayerSet::parse() says. Batch normalizations of the base always stay: few pictures would spoil what they have
  // counted. Throws Error.
  LayerSet frozen(const std::string& text, const Architecture& whole) const;

  // Writes the base's weights to a network of with_head(); those of the head stay.
  void load(Stream& stream, Network& network) const;

 private:
  std::string name_;
  ModelFile file_;
  Architecture architecture_;
  std::vector<int> from_;  // per node of architecture_: that of the file
  Preprocessing preprocessing_;
  Normalization normalization_;
};

// A data set with pictures of this size, so many channels, in the order that a preprocessing says; values 0..1, not
// normalized.
std::shared_ptr<const Dataset> fitted_to(const Shape& picture, const Preprocessing& preprocessing,
                                         std::shared_ptr<const Dataset> data);

}  // namespace striate
