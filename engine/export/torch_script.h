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

class TorchScript : public TorchPage {
 public:
  TorchScript(const ExportGraph& graph, const Network& network, LayerSet frozen = {});

  std::string x(const ExportNode& node, size_t i = 0) const override;
  std::string layer(const ExportNode& node) const override;
  void module(const ExportNode& node, const std::string& code) override;
  void line(const ExportNode& node, const std::string& expression) override;
  void helper(const std::string& name) override;

  // The whole file. `file`: its name; the weights lie beside it under the same name with .safetensors.
  std::string text(const ExportInfo& info, const std::string& file) const;

 private:
  std::string y(const ExportNode& node) const;  // the variable of its value
  const ExportGraph& graph_;
  const Network& network_;
  LayerSet frozen_;
  std::vector<std::string> names_;
  std::string modules_, lines_;
  std::vector<int> with_module_;  // nodes
  std::set<std::string> helpers_;
};

std::string torch_script(const Network& network, const ExportInfo& info, const std::string& file);

}  // namespace striate
