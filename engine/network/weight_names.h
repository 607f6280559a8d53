// The names that others give to the weights of the models by name. Striate's own are those of torchvision
// (models/families.h), which timm mostly shares; a row of the table below turns one of them into another maker's.
//
// To add one: a function and a row in weight_names.cpp. It is tried on every file of weights.
#pragma once

#include <string>
#include <vector>

namespace striate {

struct NameStyle {
  const char* name;  // "torchvision", "Caffe": for messages
  // What the style calls the array that Striate calls "features.3.squeeze.weight"; empty: it knows no such array.
  std::string (*file_name)(const std::string& own);
  // Arrays may have other sizes than Striate's as long as there are as many values in the same order: a dense layer
  // behind a flatten that is kept as a convolution over the whole picture.
  bool reshapes = false;
  // How pictures are prepared for weights of this style (Preprocessing's text); empty: as the model's name says.
  const char* preprocessing = "";
};

const std::vector<NameStyle>& name_styles();  // the first is Striate's own

}  // namespace striate
