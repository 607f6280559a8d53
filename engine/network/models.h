// Models by name, as texts of architectures (models/, one file per family), in two lists.
#pragma once

#include <string>
#include <vector>

#include "engine/network/architecture.h"

namespace striate {

struct Model {
  const char* name;             // "lenet5"
  const char* title;            // "LeNet-5 with ReLU and max pooling"
  const char* about;            // one or two sentences: what it is for, where it comes from
  int channels, height, width;  // the input that it was made for
  int classes;
  // Its text for an input and a number of classes, without the input's line.
  std::string (*text)(const Shape& input, int classes);
};

// Small enough to be trained from nothing on any machine: lenet5, lenet5-tanh, lenet5-1998, lenet1989, tiny, mlp,
// tinyvgg, resnet20.
const std::vector<Model>& models();
// Made for the 1000 classes of ImageNet, with torchvision's names, for weights that others have trained: alexnet,
// vgg16, resnet18, resnet50, squeezenet1_1. They can be trained as well, where there is time.
const std::vector<Model>& large_models();
// In either list; null: no model is called so.
const Model* find_model(const std::string& name);
// Throws Error with the nearest name.
const Model& model(const std::string& name);
// The model for pictures of `input` (C, H, W) and `classes`; rank 0 and 0: what it was made for. Throws Error where the
// input is too small for it.
Architecture build_model(const std::string& name, const Shape& input = {}, int classes = 0);
// A name of the list, a text (anything with a blank in it or a |), or a file with a text in it. Throws Error.
Architecture architecture_from(const std::string& name_text_or_file, const Shape& input, int classes);

}  // namespace striate
