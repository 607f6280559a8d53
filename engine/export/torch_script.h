// A network as a PyTorch script: one file that reads on its own, OUT.py, beside its weights, OUT.safetensors, which are
// Striate's own saved model. The script needs torch (1.10 or later; gelu with tanh 1.12) and numpy, nothing else.
//
// Layers with weights are modules of PyTorch's under their own names, so that state_dict() has the names of the file;
// layers without are functions in forward(), in the order of the graph.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/export/export_graph.h"

namespace striate {

class TorchScript {
 public:
  TorchScript(const ExportGraph& graph, const Network& network);

  // For the writers of layers.
  std::string x(const ExportNode& node, size_t i = 0) const;  // the variable of its input
  std::string y(const ExportNode& node) const;                // its own
  std::string layer(const ExportNode& node) const;            // self.layer["conv1"]
  void module(const ExportNode& node, const std::string& code);
  void line(const ExportNode& node, const std::string& expression);  // its value
  void helper(const std::string& name);
  bool has(const ExportNode& node, const std::string& array) const { return has_array(network_, node, array); }

  // The whole file. `file`: its name; the weights lie beside it under the same name with .safetensors.
  std::string text(const ExportInfo& info, const std::string& file) const;

 private:
  const ExportGraph& graph_;
  const Network& network_;
  std::vector<std::string> names_;
  std::string modules_, lines_;
  std::vector<int> with_module_;  // nodes
  std::set<std::string> helpers_;
};

using WriteTorchLayer = void (*)(TorchScript& to, const ExportNode& node);
WriteTorchLayer find_torch_layer(const std::string& kind);  // null: no writer knows the kind

std::string torch_script(const Network& network, const ExportInfo& info, const std::string& file);

}  // namespace striate
