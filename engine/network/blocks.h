// Blocks of a network: places where it parts into branches and joins them again. A residual block adds what its
// convolutions make of x, F(x), to x itself (or to x through a projection of few weights); a fire module or an
// inception block puts its branches' channels one behind the other.
//
//   const std::vector<NetworkBlock> blocks = find_blocks(architecture);
//   const NetworkBlock& block = need_block(architecture, blocks, need_layer(architecture, "layer1.0.conv2"));
//
// A block begins at the last node before its join that everything passes, and is joined by an add or a concat. Blocks
// may lie in one another.
#pragma once

#include <string>
#include <vector>

#include "engine/network/architecture.h"

namespace striate {

struct NetworkBlock {
  struct Branch {
    std::vector<int> nodes;  // in running order; empty: what goes in comes out
    int end = 0;             // the node that is joined
  };
  std::string name;              // what its layers' names have in common: "layer1.0"; else "layers 3 to 9"
  int start = 0;                 // the node whose value goes in: x
  int join = 0;                  // the add or concat
  int after = -1;                // the function of the sum that alone reads it; -1: there is none
  std::vector<Branch> branches;  // in the order in which they are joined
  std::vector<int> stem;         // of joined branches: the 1x1 convolution that makes few channels of many for all of
                                 // them, and its function; the last of them is `start`
  int shortcut = -1;             // of a residual block: which branch; -1: it is none

  bool is_residual() const { return shortcut >= 0; }
  bool is_identity() const { return is_residual() && straight().nodes.empty(); }
  // Of a residual block: x or its projection, and F(x).
  const Branch& straight() const { return branches[static_cast<size_t>(shortcut)]; }
  const Branch& residual() const { return branches[static_cast<size_t>(1 - shortcut)]; }
  bool contains(int node) const;  // a layer of it: of a branch, the join, the function behind it
  int size() const;               // layers
};

// In the order of their joins.
std::vector<NetworkBlock> find_blocks(const Architecture& architecture);
// The smallest that has this node as one of its layers; null: none has.
const NetworkBlock* find_block(const std::vector<NetworkBlock>& blocks, int node);
// Throws Error: the node is in no block.
const NetworkBlock& need_block(const Architecture& architecture, const std::vector<NetworkBlock>& blocks, int node);
// Throws Error: it is in no residual block; says what is needed.
const NetworkBlock& need_residual(const Architecture& architecture, const std::vector<NetworkBlock>& blocks, int node);
// What they return lies in `blocks`, which must outlive it.
const NetworkBlock* find_block(std::vector<NetworkBlock>&& blocks, int node) = delete;
const NetworkBlock& need_block(const Architecture&, std::vector<NetworkBlock>&& blocks, int node) = delete;
const NetworkBlock& need_residual(const Architecture&, std::vector<NetworkBlock>&& blocks, int node) = delete;

// The nodes that `node` is computed from, itself with them.
std::vector<char> nodes_behind(const Architecture& architecture, int node);
// Whether all of what `node` is computed from passes `middle`, which it is computed from.
bool everything_passes(const Architecture& architecture, const std::vector<char>& behind, int node, int middle);

}  // namespace striate
