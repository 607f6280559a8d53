// Writing ONNX files. The format: github.com/onnx/onnx, onnx.proto; this side of it stands in engine/onnx/onnx_model.h.
//
// Values are called as the layers that make them, arrays as in PyTorch's state_dict ("conv1.weight"), so that a file
// that is read again gives the same network with the same names. Sizes that are the batch are called "N". Weights are
// float32, raw and little-endian. The set of operators (opset) is the lowest that has all that are used, 13 or later,
// so that old readers and checkers take the file, too. Batch normalization and dropout are written as they are used
// after training. In metadata_props stand "classes", a JSON list, "preprocessing", as engine/preprocess/preprocessing.h
// has it, and "frozen", the layers that training left as they were ("conv1 to layer3.5, bn1").
//
// A protobuf message has at most 2 GB: larger networks keep their weights in a second file beside the first, OUT.onnx
// and OUT.onnx.data, which belong together.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/export/export_graph.h"

namespace striate {

struct OnnxWritten {
  int opset = 0;
  std::string because_of;  // the operator that needs so late an opset; empty: the lowest that is written
  std::string data;        // the second file; empty: none
};

// `largest`: bytes from which on weights go into a second file; `before_data` is told its name before anything is
// written, and throws where it must not be. Writes atomically. Throws Error.
inline constexpr int64_t kLargestOnnx = 2'000'000'000;
OnnxWritten write_onnx(Stream& stream, const Network& network, const ExportInfo& info, const std::string& path,
                       int64_t largest = kLargestOnnx,
                       const std::function<void(const std::string& data)>& before_data = nullptr);

}  // namespace striate
