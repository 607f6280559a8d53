// A model against stored inputs and outputs, as ONNX's own tests have them: DIR/input_0.pb ..., DIR/output_0.pb ...,
// each a file with one tensor.
#pragma once

#include <string>
#include <vector>

#include "engine/onnx/onnx_model.h"

namespace striate {

// How one output agrees: |got - stored| <= 1e-5 + 1e-3 |stored| for every value; "not a number" and infinities must
// stand at the same places. A bfloat16 also agrees where the value rounds to the one that is stored. Whole numbers and
// truth values are compared as numbers.
struct OutputAgreement {
  std::string name;
  std::string shape;  // "1x10"
  bool agrees = false;
  double largest_error = 0;     // absolute, among finite values
  double largest_relative = 0;  // relative to the stored value, where that is not 0
  int64_t worst = 0;            // the place of the value that fails most, or errs most
  double got = 0, stored = 0;   // there
  std::string problem;          // other sizes: what differs
};

constexpr double kVerifyRelative = 1e-3, kVerifyAbsolute = 1e-5;
OutputAgreement compare_output(const std::string& name, const HostTensor& got, const HostTensor& stored);

struct OnnxVerification {
  std::vector<OutputAgreement> outputs;
  std::vector<std::string> notes;
  int layers = 0;
  bool agrees() const;
  double largest_error() const;
};

// Reads the model, binds the stored inputs (the first with numbers that have a point becomes the network's input), runs
// it, compares every stored output. Throws Error: an unsupported operator, files that are missing or don't belong to
// the model.
OnnxVerification verify_onnx(Stream& stream, const std::string& model, const std::string& folder);

}  // namespace striate
