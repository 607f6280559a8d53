// A PointNetwork and its training as Keras code: the lines that stand beside the figure, each with what it means there,
// and a whole file that runs, with the samples and the weights of now in it.
#pragma once

#include <string>
#include <vector>

#include "engine/points/point_training.h"

namespace striate {

struct KerasLine {
  std::string text;
  // "data", "split", "features", "layer N", "loss", "optimizer", "batch", "test"; empty: nothing on the stage.
  std::string topic;
};

std::vector<KerasLine> keras_lines(const PointTraining& training);
// The same as one text.
std::string keras_text(const std::vector<KerasLine>& lines);
// A file that needs keras (3.0 or later) and numpy. Run as it is, it prints loss and accuracy of the test samples; with
// --check one line for each sample, its outputs; with --train it learns from the start.
std::string keras_file(const PointTraining& training);

}  // namespace striate
