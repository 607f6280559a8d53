// What the rows of several layers share (elsewhere.h): how a layer is written in PyTorch, Keras and ONNX.
#pragma once

#include <string>
#include <vector>

#include "engine/network/layers/fields.h"
#include "engine/network/python_values.h"

namespace striate::layers {

// ---- PyTorch
// function(x, more)
void torch_call(TorchPage& to, const ExportNode& n, const std::string& function, const std::string& more = "");
// self.layer["name"](x), behind a module().
void torch_apply(TorchPage& to, const ExportNode& n);
// x + y + z, where the row's name is "+".
void torch_operator(TorchPage& to, const ExportNode& n);

// ", eps=0.001" where it is not the usual one.
std::string torch_epsilon(float epsilon);

// ---- Keras
std::string yes(bool value);  // True, False
// Value by value: the order of the axes stays.
void keras_pointwise(KerasPage& to, const ExportNode& n, const std::string& expression);
void keras_call(KerasPage& to, const ExportNode& n, const std::string& function, const std::string& more = "");
void keras_operator(KerasPage& to, const ExportNode& n);
// Where an axis of Striate's stands in the input as it is.
int64_t keras_axis(const KerasPage& to, const ExportNode& n, int64_t axis);
// The inputs in one order: channels last where all have it, or are single values.
KerasPage::Order keras_common_order(const KerasPage& to, const ExportNode& n, bool broadcasts);
// The output's sizes, -1 for the batch.
std::string keras_sizes(const ExportNode& n);
void keras_reshape(KerasPage& to, const ExportNode& n);

// ---- ONNX
std::vector<std::string> onnx_inputs(const OnnxPage& to, const ExportNode& n);

}  // namespace striate::layers
