// The Python files of a training as a project (training_project.h): data.py, train.py for PyTorch and for Keras, and
// README.md. What is read and changed by people: the training's settings stand on top of each file, and a file has
// only what this training needs.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/tensor.h"
#include "engine/training/data/augment.h"
#include "engine/training/trainer.h"

namespace striate {

struct ProjectFacts {
  std::string title;   // what learns what: "lenet5 on digits"
  std::string folder;  // the pictures' own files are there; empty: there are none
  bool stored = true;  // data/pictures.npy is in the project
  bool fitted = true;  // its pictures have the network's size and channels
  bool blue_first = false;
  bool bytes = true;  // pictures.npy holds bytes; else values from 0 to 1
  Shape picture;      // (C, H, W)
  int outputs = 0;
  std::vector<std::string> classes;
  Normalization normalization;
  Augmentation augmentation;
  TrainerSettings settings;
  int64_t steps = 0;
  int64_t training = 0, validation = 0, test = 0;  // samples
  bool left_out = false;                           // pictures of the training part have no label: no batch takes them
  bool frozen = false;                             // model.py has freeze()
  std::vector<std::string> fixed;                  // what no training changes: arrays; in Keras their layers
  bool random_layers = false;                      // dropout: each program draws its own
  bool batch_statistics = false;                   // batch normalization
};

std::string project_data(const ProjectFacts& facts);
std::string project_torch(const ProjectFacts& facts);
std::string project_keras(const ProjectFacts& facts);
std::string project_readme(const ProjectFacts& facts, bool keras);

// In the text every `@NAME@`, which must be there, by its value.
std::string filled_in(std::string text, const std::vector<std::pair<std::string, std::string>>& values);

}  // namespace striate
