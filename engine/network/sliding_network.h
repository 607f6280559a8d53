// A network for single characters that slides over a row of them (Matan, Burges, LeCun and Denker, "Multi-digit
// recognition using a space displacement neural network", 1992): its convolutions and poolings run once over the whole
// row, and only what stands behind them runs for each window. What windows share is computed once.
//
// Any network of convolutions and poolings with one flatten behind them, for pictures of 28 x 28 or 32 x 32; a layer
// that puts a border around the picture is left out, and so is the padding of the first convolution: rows are 32 pixels
// high and bring their own border. One answer for each step of all strides, four columns for LeNet-5.
#pragma once

#include <optional>
#include <vector>

#include "engine/network/network.h"

namespace striate {

class SlidingNetwork {
 public:
  static constexpr int kSide = 32;  // a window's rows and columns

  // Takes the weights along. Throws Error: a network that can't slide, and why.
  SlidingNetwork(Stream& stream, const Network& single);

  int classes() const { return classes_; }
  int step() const { return step_; }  // columns of pixels between two answers
  int columns(int width) const { return width < kSide ? 0 : (width - kSide) / step_ + 1; }

  struct Answers {
    int columns = 0;
    std::vector<float> values;  // (columns, classes)
    std::vector<float> hidden;  // (columns, values of hidden_size()): the last layer's inputs
  };
  // `pixels`: (32, width), normalized; `width` 32 or more.
  Answers slide(Stream& stream, const std::vector<float>& pixels, int width);
  // The same from one window after the other, each cut out of the row and run alone.
  Answers one_by_one(Stream& stream, const std::vector<float>& pixels, int width);

  // Multiply-adds of the two ways.
  int64_t work_of_sliding(int width) const;
  int64_t work_of_windows(int width) const;

 private:
  Architecture part(bool front, int width) const;
  void plan_front(Stream& stream, int width);
  Answers answers_of(Stream& stream, Network& front, int width);

  Architecture whole_;        // of the single network
  int first_ = 1, last_ = 1;  // nodes of the front: [first_, last_)
  int classes_ = 0, step_ = 1;
  std::vector<int> front_nodes_, back_nodes_;  // per node of the parts: its number in the whole
  Shape at_the_joint_;                         // (C, H, W) that one window comes to
  std::vector<std::pair<std::pair<int, int>, std::vector<float>>> weights_;  // node and part in the whole, values
  void give(Stream& stream, Network& network, const std::vector<int>& nodes) const;
  std::optional<Network> front_, window_, back_;
  int front_width_ = 0;
};

}  // namespace striate
