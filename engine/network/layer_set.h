// Some of a network's layers, as one names them: those that are frozen.
//
// In words: names and numbers with commas between, "conv1,layer1.0.conv1,5"; a range "0-4" or "conv1-layer2.0.bn1",
// both ends in it; "layer1*", all whose names begin so; "all"; "backbone", all before the head (head.h). Layers count
// from 0 without the input, as in PyTorch's Sequential; what has its own name has its number, too.
#pragma once

#include <string>
#include <vector>

namespace striate {

class Architecture;

class LayerSet {
 public:
  // The first so many layers.
  LayerSet(int first = 0) : first_(first) {}  // NOLINT(google-explicit-constructor): a number of layers is a set
  // Nodes of an architecture, in any order.
  static LayerSet of(const std::vector<int>& nodes);
  // Throws Error: an unknown layer, with the nearest name; a range that goes backwards.
  static LayerSet parse(const std::string& text, const Architecture& architecture);
  // What numbers() wrote. Throws Error.
  static LayerSet from_numbers(const std::string& text);

  bool contains(int node) const {
    return node >= 1 && (node <= first_ || (node < static_cast<int>(in_.size()) && in_[static_cast<size_t>(node)]));
  }
  bool empty() const { return first_ <= 0 && in_.empty(); }
  // Numbers of layers, "0-3,7": the same set for every network with as many layers. Empty: none.
  std::string numbers() const;
  // The same by the names in an architecture: "conv1 to layer1.0.relu, fc".
  std::string names(const Architecture& architecture) const;
  friend bool operator==(const LayerSet& a, const LayerSet& b) { return a.ranges() == b.ranges(); }

 private:
  struct Range {
    int first = 0, last = 0;  // nodes
    friend bool operator==(const Range&, const Range&) = default;
  };
  std::vector<Range> ranges() const;
  void add(int first, int last);
  int first_ = 0;
  std::vector<bool> in_;  // by node; shorter where the rest is not in it
};

}  // namespace striate
