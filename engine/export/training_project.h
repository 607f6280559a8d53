// A saved training as a project for PyTorch or Keras: a folder in which the same training begins anew.
//
// - train.py: the training.
// - model.py: the network (torch_script.h, keras_script.h). model.safetensors beside it is what train.py saves.
// - data.py: split, order, random changes and normalization of the pictures.
// - split.csv: the part and the class of each picture.
// - start.safetensors: the weights that the training began with.
// - data/pictures.npy: the pictures, (samples, channels, height, width); those of a folder are read where they lie.
// - README.md: how to run it, what is the same and what is not.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/export/export_file.h"
#include "engine/training/data/sources.h"
#include "engine/training/training_run.h"

namespace striate {

struct TrainingProject {
  std::string file;       // the saved training
  ModelFile model;        // its network; `info` as it was saved
  TrainingConfig config;  // data: where its pictures are
  TrainerSettings settings;
  int64_t steps = 0;           // that it had done
  SourceOptions source;        // how its pictures are read
  std::string size;            // that they are fitted to, "64x64"
  std::optional<Split> parts;  // that it had; none: those that `config` says
};

// `data`: where its pictures are now; empty: where the file says. Throws Error: no training state, no word of the
// pictures.
TrainingProject read_training_project(const std::string& file, const std::string& data);

// Before anything is computed. Throws Error: no script's format, something in the folder already.
void check_project_folder(const std::string& folder, ExportFormat format);

// Writes the folder, whole or not at all. `opened`: the data, opened with `source`; fitted to a base's pictures here.
// Throws Error: other pictures than it was trained with, more than kLargestProject of them, a starting file that is
// gone.
struct ProjectWritten {
  bool copied = false;  // the pictures are in the project
};
inline constexpr int64_t kLargestProject = int64_t{1} << 30;  // bytes of data/pictures.npy
ProjectWritten write_training_project(Stream& stream, const TrainingProject& project,
                                      const std::shared_ptr<const Dataset>& opened, const std::string& folder,
                                      ExportFormat format);

}  // namespace striate
