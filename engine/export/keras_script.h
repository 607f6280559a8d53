// A network as a Keras 3 script: one file that reads on its own, OUT.py, beside its weights, OUT.safetensors, which are
// Striate's own saved model. The script needs keras (3.0 or later, with TensorFlow) and numpy.
//
// Keras has channels last, Striate behind the batch. The script stays with channels last wherever a layer allows it:
// pictures come in as rows x columns x channels. Layers to which the order of axes matters (flatten, reshape,
// transpose, matmul, slice and their like) get their input turned, so that weights behind a flatten fit.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/export/export_graph.h"

namespace striate {

class KerasScript : public KerasPage {
 public:
  KerasScript(const ExportGraph& graph, const Network& network, LayerSet frozen = {});

  Order order(const ExportNode& node, size_t i = 0) const override;
  std::string x(const ExportNode& node, size_t i = 0) const override;
  std::string x(const ExportNode& node, Order order, size_t i = 0) override;
  std::string name(const ExportNode& node) const override;
  void line(const ExportNode& node, Order order, const std::string& expression) override;
  void weights(const ExportNode& node, const std::string& list) override;
  std::string array(const ExportNode& node, const std::string& part) const override;
  void helper(const std::string& name) override;
  bool whole() const override { return graph_.whole; }

  std::string text(const ExportInfo& info, const std::string& file);

 private:
  std::string y(const ExportNode& node) const;  // the variable of its value
  std::string turned(int node, Order order);
  const ExportGraph& graph_;
  const Network& network_;
  LayerSet frozen_;
  std::vector<std::string> names_;
  std::vector<Order> orders_;
  std::vector<char> turned_;  // whether there is a variable with the other order
  std::string lines_, weights_;
  std::vector<int> with_weights_;  // nodes
  std::set<std::string> helpers_;
};

// Throws Error for the few layers that Keras can't have: places of a maximum in a batch of any size.
std::string keras_script(const Network& network, const ExportInfo& info, const std::string& file);

}  // namespace striate
