// An architecture: a graph of layers in running order, and its text.
//
//   input 1x28x28 | conv 6 5x5 pad 2 | relu | maxpool 2 | conv 16 5x5 | relu | maxpool 2 | flatten | dense 10
//
// Layers are separated by | or line breaks, # begins a comment. `input CxHxW` or `input F` (one to four sizes) is one
// picture of a batch and may be left out where the data set says it. `input whole 2x3x4` (`input whole scalar`) is a
// tensor with no batch in front. A layer reads the one before it unless told otherwise:
//   name: LAYER      gives the layer a name: letters, digits, _ . - /, not digits alone, not "input" or "axis". Without
//                    one its name is its number, from 0, which is what PyTorch's Sequential calls it. Weights are named
//                    after it.
//   from NAME        the next layer reads NAME (or "input"): a branch begins
//   add NAME...      adds the layer before and the named ones; concat NAME... joins their channels; sub NAME takes the
//                    named one from the layer before. Names come first, settings behind: concat a b axis 2
//   constant 3x4     reads nothing; the next layer reads it
// A residual block:
//   a: relu | conv 16 3x3 pad 1 | batchnorm | relu | conv 16 3x3 pad 1 | batchnorm | add a | relu
//
// The layers' own words: layer_kinds() in layer.h. Errors name line, column, what was expected and the nearest word.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/network/layer.h"

namespace striate {

struct Node {
  std::string name;                    // unique; nodes[0] is "input"
  std::shared_ptr<const Layer> layer;  // null for the input
  std::vector<int> inputs;             // earlier nodes, in the order in which the layer reads them
};

class Architecture {
 public:
  Architecture();  // an input of unknown size and nothing else

  // Throws Error{"line 1, column 12: ...", hint}.
  static Architecture parse(const std::string& text);
  // What parses to the same graph. `separator` may be "\n".
  std::string text(const std::string& separator = " | ") const;

  // (C, H, W) or (F) of one picture, or the whole tensor where whole(); rank 0 also where !has_input().
  const Shape& input() const { return input_; }
  bool has_input() const { return has_input_; }  // false: not said yet
  bool whole() const { return whole_; }          // the input's shape is input() itself: batches of 1 alone
  void set_input(const Shape& shape);            // one to four sizes, each 1 or more
  void set_whole_input(const Shape& shape);      // any shape

  const std::vector<Node>& nodes() const { return nodes_; }
  int size() const { return static_cast<int>(nodes_.size()); }  // the input counts
  int find(const std::string& name) const;                      // -1: no such node
  // Appends a node. Empty name: its number. Empty inputs: the last node, or none where the layer
  // takes none. Throws Error for a name used before or not
  // allowed, inputs that don't exist, too few or too many of them. Returns the node's index.
  int add(std::shared_ptr<const Layer> layer, const std::string& name = "", std::vector<int> inputs = {});

  // Every node's output for a batch of n, 1 where whole(). Throws Error: layer "7" (dense 120): what it got, what it
  // needs.
  std::vector<Shape> shapes(int64_t n) const;
  std::vector<Shape> input_shapes(int node, const std::vector<Shape>& shapes) const;
  // "layer 3 (conv 16 5x5)", "layer conv1 (...)": for messages.
  std::string describe(int node) const;

  struct Totals {
    int64_t parameters = 0, multiply_adds = 0;  // of one picture
  };
  Totals totals() const;

 private:
  Shape input_;
  bool has_input_ = false, whole_ = false;
  std::vector<Node> nodes_;
};

// One layer without a name and without the names that it joins: "conv 6 5x5 pad 2", "concat axis 2". Throws Error with
// its place.
std::shared_ptr<const Layer> parse_layer(const std::string& text);

}  // namespace striate
