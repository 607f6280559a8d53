// Reading ONNX files: a model becomes an ordinary Architecture, and its weights go from the file into a Network.
//
// The format: github.com/onnx/onnx, onnx.proto: a protobuf message ModelProto with one graph of operators, each of
// which means what the operator set ("opset") that the file names says. Read are opsets 6 to 25 of the domain ai.onnx.
//
// Every operator becomes a layer, sometimes several; a layer is called as the value that the operator writes, with
// letters that a name may not have replaced by _. Whatever depends on no input of the network is computed while
// reading, in its own number type. The network computes in float32, whatever the type of its weights; "not a number"
// and infinities are kept.
//
// Two forms: a model that takes one picture at a time (its first size is 1 or open) and treats every picture by itself
// becomes an architecture with `input CxHxW`, for batches of any size. All else becomes one with `input whole 2x3x4`:
// the shape as the file has it, a batch of 1.
//
// Nothing of a file is believed before it is checked, and nothing large is allocated before. Every rule that a file
// breaks has its own Error. Weights stay in the file until load_weights() and go from there to their place, piece by
// piece.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/network/network.h"
#include "engine/onnx/host_tensor.h"

namespace striate {

struct OnnxOptions {
  // Inputs of the graph that become constants. Needed for all but one.
  std::map<std::string, HostTensor> bindings;
  // The network's input as a whole, batch first ({1, 3, 224, 224}), where the file leaves sizes open. Sizes that the
  // file states must be the same; an open batch is always 1 here. Empty: as the file says.
  std::vector<int64_t> input;
  // Never the form for batches.
  bool whole = false;
};

struct OnnxOutput {
  std::string name;
  OnnxType type = OnnxType::float32;  // as the file declares it; the network's own values are float32
  int node = -1;                      // of the architecture; -1: it does not depend on the input
  HostTensor value;                   // where node is -1
};

class OnnxWeights;  // where the weights are: in the file or folded

struct OnnxModel {
  Architecture architecture;
  std::string input;                        // the graph input that the architecture's input is; empty: none is left
  OnnxType input_type = OnnxType::float32;  // as the file declares it
  std::vector<int64_t> input_sizes;         // as the file declares them, batch first; -1: open
  std::vector<OnnxOutput> outputs;          // the first is the architecture's last node, unless it is a constant

  int64_t ir_version = 0, opset = 0;
  std::string producer, graph_name;
  std::map<std::string, std::string> metadata;
  std::vector<std::string> notes;  // what a user should know about how it was read

  // Writes every weight and running statistic of a network with this architecture. Throws Error where the file has
  // become shorter or damaged.
  void load_weights(Stream& stream, Network& network) const;

  std::shared_ptr<const OnnxWeights> weights;
};

// Throws Error{"FILE: what is wrong", hint}.
OnnxModel read_onnx(const std::string& path, const OnnxOptions& options = {});
// The same from memory. Such a model can't have values in other files.
OnnxModel read_onnx(std::vector<uint8_t> bytes, const std::string& name, const OnnxOptions& options = {});

// The graph's inputs that a caller has to give, in the file's order, without converting the graph.
struct OnnxInput {
  std::string name;
  OnnxType type = OnnxType::float32;
  std::vector<int64_t> sizes;  // -1: open
};
std::vector<OnnxInput> read_onnx_inputs(const std::string& path);

// A stored tensor: a file with one TensorProto. Throws Error. `name`, where given, receives the one that it carries.
HostTensor read_onnx_tensor(const std::string& path, std::string* name = nullptr);

}  // namespace striate
