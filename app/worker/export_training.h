// The window's training as a project for PyTorch or Keras (engine/export/training_project.h).
#pragma once

#include <string>

#include "app/worker/train_worker.h"
#include "engine/export/export_file.h"

namespace striate {

// Of a worker with a run. Throws Error.
void export_training(TrainWorker& worker, const std::string& folder, ExportFormat format);

}  // namespace striate
