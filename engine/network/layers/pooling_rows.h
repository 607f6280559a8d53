// What the rows of the poolings share.
#pragma once

#include "engine/network/layers/pooling.h"
#include "engine/network/layers/windows_rows.h"

namespace striate::layers {

// Whether PyTorch's own pooling does the same: one padding on both sides, at most half a window, and as many outputs.
bool torch_pools_so(const WindowFacts& w, bool ceil, const ExportNode& n);

// Whether windows that lie wholly inside give all outputs, which is all that Keras' own layers do.
bool keras_pools_so(const WindowFacts& w, const ExportNode& n);
// layers.MaxPooling2D
void keras_pool(KerasPage& to, const ExportNode& n, const char* layer, const WindowFacts& w);
// The arguments of the helpers that pool in any other way.
std::string keras_pool_arguments(const WindowFacts& w, const Ints& after, const ExportNode& n);
Ints at_least_0(Ints list);

// The window as an operator of ONNX's has it. Windows that would begin behind the input and what stands before it count
// for nothing, in Striate as in PyTorch. Not every program that reads ONNX's ceil_mode knows that: where it would make
// a difference, it is said by the padding, and `ceil` becomes false. `counted`: a padding is counted, so that there
// must not be more of it.
WindowFacts onnx_pooling(const Pooling& pooling, const ExportNode& n, bool counted, bool& ceil);

}  // namespace striate::layers
