// A network as the writers of other formats see it: nodes with their settings taken out of their text, shapes for one
// picture and for a batch. The text of a layer says everything about it (engine/network/layer.h), so that a writer
// needs nothing else of a layer than its words and its arrays.
//
// To add a format: export_graph() and a table from a layer's kind to what writes it, as in onnx_layers.cpp; its test
// walks layer_kinds() and fails for a kind without one.
#pragma once

#include <string>
#include <vector>

#include "engine/network/network.h"

namespace striate {

// A row of a format's table: a layer's kind, and the function that writes it.
template <typename Write>
struct LayerWriter {
  const char* kind;
  Write write;
};
// The function for a kind in such a table; null: no writer knows it.
template <typename Write, size_t N>
Write find_writer(const LayerWriter<Write> (&rows)[N], const std::string& kind) {
  for (const LayerWriter<Write>& row : rows) {
    if (kind == row.kind) return row.write;
  }
  return nullptr;
}

// What a file says of a model besides its layers.
struct ExportInfo {
  std::string name;                  // of the model, for people; may be empty
  std::vector<std::string> classes;  // in the order of the outputs; may be empty
  std::string preprocessing;         // of its pictures, as Preprocessing::text() has it; empty: not known
  std::vector<int> outputs;          // nodes that are outputs besides the last
  LayerSet frozen;                   // layers that its training left as they were
  // For scripts, which answer for a picture as `striate classify` does; export_info() fills them in, but for labels.
  Shape picture;                    // (C, H, W) of what they prepare; rank 0: the network takes no pictures
  std::string pictures;             // how, as Preprocessing::text() has it, guessed where `preprocessing` is empty
  bool channels_last = false;       // in the network's own input
  std::string loss;                 // that it was trained with; empty: cross-entropy
  std::vector<std::string> labels;  // for the outputs, where the file names none: ImageNet's
};

// The words of one layer: "conv 6 5x5 stride 2 no bias".
class ExportLayer {
 public:
  ExportLayer() = default;
  explicit ExportLayer(const std::string& text);

  const std::string& kind() const { return words_[0]; }
  std::string word(size_t i) const { return i < words_.size() ? words_[i] : ""; }  // 0 is the kind; "": no such
  bool has(const std::string& word) const { return place(word) > 0; }
  bool has(const std::string& first, const std::string& second) const;
  std::string behind(const std::string& word) const;  // the word that follows it; "": it doesn't stand there
  double number(size_t i, double otherwise) const;    // inf and nan are numbers, too
  double number_behind(const std::string& word, double otherwise) const;
  int64_t whole(size_t i, int64_t otherwise) const;
  int64_t whole_behind(const std::string& word, int64_t otherwise) const;

 private:
  size_t place(const std::string& word) const;  // 0: not there
  std::vector<std::string> words_{""};
};

constexpr int64_t kBatchSize = -2;  // in a list of sizes: "batch"
// "2,batch,-1" -> {2, kBatchSize, -1}; "scalar" and "" -> {}
std::vector<int64_t> whole_list(const std::string& text);
std::vector<double> number_list(const std::string& text);

// The settings of convolutions and poolings. Lists have one value for each axis of the input behind its channels: one
// for rows of values (their height of 1 is left out), two for pictures, three for volumes.
struct WindowFacts {
  int64_t filters = 0, groups = 1;  // filters: of convolutions
  std::vector<int64_t> size, stride, dilation, before, after, output_padding;
  bool bias = true, ceil = false, count_padding = true, columns_first = false;

  size_t axes() const { return size.size(); }
  int64_t covers(size_t axis) const { return dilation[axis] * (size[axis] - 1) + 1; }
  bool symmetric() const { return before == after; }
  bool padded() const;
  bool dilated() const;
  bool strided() const;  // some stride is not 1
};
WindowFacts window_facts(const ExportLayer& facts, const Shape& in);

struct ExportNode {
  int index = 0;
  std::string name;
  ExportLayer facts;        // kind "input" for node 0
  std::vector<int> inputs;  // nodes
  std::vector<Shape> in;    // their shapes for one picture
  Shape out, two;           // for one picture, and for two: sizes that differ are the batch
  bool batched = false;     // some differ
};

struct ExportGraph {
  bool whole = false;
  std::vector<ExportNode> nodes;
  std::vector<int> outputs;  // the last node first

  const ExportNode& at(int node) const { return nodes[static_cast<size_t>(node)]; }
};
// Throws Error where the architecture has no input.
ExportGraph export_graph(const Architecture& architecture, const ExportInfo& info);

// What a pooling puts behind its input, of `node`'s, so that plain windows, none of them cut off, give the same
// outputs. May be negative: that much of the input and of what stands before it is not looked at.
std::vector<int64_t> pooling_after(const WindowFacts& window, const ExportNode& node);

// The tensor of a node's array: "weight", "running_mean". A programmer's mistake where there is none.
const NamedTensor& array_tensor(const Network& network, const ExportNode& node, const std::string& part);
bool has_array(const Network& network, const ExportNode& node, const std::string& part);

}  // namespace striate
