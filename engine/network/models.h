// Models by name, as texts of architectures, in one list: lenet5, lenet5-1998, tiny, mlp, tinyvgg, resnet20.
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

const std::vector<Model>& models();
// Throws Error with the nearest name.
const Model& model(const std::string& name);
// The model for pictures of `input` (C, H, W) and `classes`; rank 0 and 0: what it was made for. Throws Error where the
// input is too small for it.
Architecture build_model(const std::string& name, const Shape& input = {}, int classes = 0);
// A name of the list, a text (anything with a blank in it or a |), or a file with a text in it. Throws Error.
Architecture architecture_from(const std::string& name_text_or_file, const Shape& input, int classes);

}  // namespace striate
