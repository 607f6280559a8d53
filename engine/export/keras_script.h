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

class KerasScript {
 public:
  // Where the channels of a value stand.
  enum class Order { first, last };

  KerasScript(const ExportGraph& graph, const Network& network);

  // For the writers of layers.
  Order order(const ExportNode& node, size_t i = 0) const;  // of its input, as it is
  bool last(const ExportNode& node, size_t i = 0) const { return order(node, i) == Order::last; }
  std::string x(const ExportNode& node, size_t i = 0) const;  // the variable of its input, as it is
  std::string x(const ExportNode& node, Order order, size_t i = 0);
  std::string y(const ExportNode& node) const;
  std::string name(const ExportNode& node) const;  // `name="conv1"`, for a layer with weights
  // Its value: in `order` where it has channels and pixels.
  void line(const ExportNode& node, Order order, const std::string& expression);
  // The arrays of a layer that is called by name: "[kernel(arrays["conv1.weight"]), arrays["conv1.bias"]]" without [].
  void weights(const ExportNode& node, const std::string& list);
  std::string array(const ExportNode& node, const std::string& part) const;  // arrays["conv1.weight"]
  void helper(const std::string& name);
  const ExportGraph& graph() const { return graph_; }

  std::string text(const ExportInfo& info, const std::string& file);

 private:
  std::string turned(int node, Order order);
  const ExportGraph& graph_;
  const Network& network_;
  std::vector<std::string> names_;
  std::vector<Order> orders_;
  std::vector<char> turned_;  // whether there is a variable with the other order
  std::string lines_, weights_;
  std::vector<int> with_weights_;  // nodes
  std::set<std::string> helpers_;
};

using WriteKerasLayer = void (*)(KerasScript& to, const ExportNode& node);
WriteKerasLayer find_keras_layer(const std::string& kind);  // null: no writer knows the kind

// Throws Error for the few layers that Keras can't have: places of a maximum in a batch of any size.
std::string keras_script(const Network& network, const ExportInfo& info, const std::string& file);

}  // namespace striate
