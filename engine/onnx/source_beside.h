// The files that lie beside a model and hold the values of its large tensors (ONNX's external data).
#pragma once

#include <memory>
#include <string>

#include "engine/files/byte_source.h"

namespace striate {

// The file that a model names for the values of a tensor. Throws Error for everything but a regular file in the model's
// own folder or below: absolute paths, "..", links that lead out of it. `model`: its name in messages.
std::shared_ptr<const ByteSource> source_beside(const std::string& model, const std::string& model_path,
                                                const std::string& location, const std::string& tensor);

}  // namespace striate
