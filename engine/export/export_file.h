// A model written for other programs, the one way for `striate export` and for the window's buttons: ONNX, a script for
// PyTorch or Keras with its weights beside it, or safetensors.
#pragma once

#include <string>
#include <vector>

#include "engine/export/export_info.h"
#include "engine/export/onnx_writer.h"
#include "engine/session/model_file.h"
#include "kernels/stream.h"

namespace striate {

enum class ExportFormat { onnx, pytorch, keras, safetensors };

struct ExportTarget {
  ExportFormat format = ExportFormat::onnx;
  std::string out;
  std::vector<std::string> inputs = {};   // what the same command reads
  bool force = false, has_force = false;  // of Overwrite (engine/export/overwrite.h)
};

// Where the weights go: a script's lie beside it, OUT.py and OUT.safetensors belong together. OUT itself for the
// others.
std::string weights_beside(const ExportTarget& target);

// Before anything is computed. Throws Error: an ending that is not the format's, a script's name that Python takes for
// a module's, a file that must not be written over.
void check_export(const ExportTarget& target);

// Writes `network`, which `file` was read into. Throws Error.
OnnxWritten write_export(Stream& stream, const ModelFile& file, const Network& network, const ExportInfo& info,
                         const ExportTarget& target);

// Both, for a file of Striate's own. Throws Error.
void export_file(Stream& stream, const std::string& model, const ExportTarget& target);

}  // namespace striate
