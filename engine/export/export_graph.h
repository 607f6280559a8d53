// A network as the writers of other formats see it: its layers where they stand, with their shapes for one picture and
// for a batch. What is written of a layer its own kind knows (engine/network/elsewhere.h).
//
// To add a format: a page for its rows in elsewhere.h, a row in LayerKind, what a plain call is there in
// layer_rows.cpp, and the file around, as torch_script.cpp has it. A test walks layer_kinds() and fails for a kind
// without a row.
#pragma once

#include <string>
#include <vector>

#include "engine/network/elsewhere.h"
#include "engine/network/layer_kind.h"
#include "engine/network/network.h"

namespace striate {

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

struct ExportGraph {
  bool whole = false;
  std::vector<ExportNode> nodes;
  std::vector<int> outputs;  // the last node first

  const ExportNode& at(int node) const { return nodes[static_cast<size_t>(node)]; }
};
// Throws Error where the architecture has no input.
ExportGraph export_graph(const Architecture& architecture, const ExportInfo& info);

// The tensor of a node's array: "weight", "running_mean". A programmer's mistake where there is none.
const NamedTensor& array_tensor(const Network& network, const ExportNode& node, const std::string& part);
bool has_array(const Network& network, const ExportNode& node, const std::string& part);

}  // namespace striate
