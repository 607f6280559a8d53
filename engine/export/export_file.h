// A saved model written for other programs, as `striate export` does and the window's buttons do: ONNX, or a script
// for PyTorch or Keras with its weights beside it.
#pragma once

#include <string>

#include "kernels/stream.h"

namespace striate {

enum class ExportFormat { onnx, pytorch, keras };

// Where a script's weights go: OUT.py and OUT.safetensors belong together. OUT itself for ONNX.
std::string weights_beside(ExportFormat format, const std::string& out);

// `model`: a file of Striate's own. Throws Error: an ending that is not the format's; weights that would take the place
// of a file which belongs to no such script, as of a saved training; all that the writers throw.
void export_file(Stream& stream, const std::string& model, ExportFormat format, const std::string& out);

}  // namespace striate
