#include "engine/network/blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "engine/error.h"
#include "engine/network/layer_kind.h"

namespace striate {
namespace {

bool joins(const Node& node) {
  if (!node.layer || node.inputs.size() < 2) return false;
  const Follow follow = node.layer->info().follow;
  return follow == Follow::added || follow == Follow::joined;
}

int weighted(const Architecture& architecture, const NetworkBlock::Branch& branch) {
  return static_cast<int>(std::count_if(branch.nodes.begin(), branch.nodes.end(), [&](int n) {
    return multiplies(*architecture.nodes()[static_cast<size_t>(n)].layer);
  }));
}

// How many layers read each node.
std::vector<int> readers(const Architecture& architecture) {
  std::vector<int> count(static_cast<size_t>(architecture.size()));
  for (const Node& node : architecture.nodes()) {
    for (const int input : node.inputs) ++count[static_cast<size_t>(input)];
  }
  return count;
}

// Which branch is the shortcut: the one without layers, else the one with fewer that have weights. Each side must be
// read by the sum alone, so that it can be left out of it.
int shortcut_of(const Architecture& architecture, const NetworkBlock& block, const std::vector<int>& read) {
  const Node& join = architecture.nodes()[static_cast<size_t>(block.join)];
  if (join.layer->info().follow != Follow::added || block.branches.size() != 2) return -1;
  const int weights[] = {weighted(architecture, block.branches[0]), weighted(architecture, block.branches[1])};
  const bool empty[] = {block.branches[0].nodes.empty(), block.branches[1].nodes.empty()};
  if (empty[0] && empty[1]) return -1;
  for (int i = 0; i < 2; ++i) {
    if (!empty[i] && read[static_cast<size_t>(block.branches[static_cast<size_t>(i)].end)] != 1) return -1;
  }
  if (empty[0] || empty[1]) return empty[0] ? 0 : 1;
  return weights[0] == weights[1] ? -1 : weights[0] < weights[1] ? 0 : 1;
}

// What squeezes the channels for the branches of a fire module: a 1x1 convolution to fewer of them, and its function.
std::vector<int> stem_of(const Architecture& architecture, const std::vector<Shape>& shapes,
                         const NetworkBlock& block) {
  const std::vector<Node>& nodes = architecture.nodes();
  std::vector<int> stem;
  int at = block.start;
  if (at > 0 && nodes[static_cast<size_t>(at)].layer->info().follow == Follow::function) {
    stem.push_back(at);
    at = nodes[static_cast<size_t>(at)].inputs[0];
  }
  if (at <= 0 || nodes[static_cast<size_t>(at)].layer->info().follow != Follow::convolution) return {};
  const std::vector<Shape> inputs = architecture.input_shapes(at, shapes);
  const Conv2dShape conv = nodes[static_cast<size_t>(at)].layer->geometry(inputs).convolution;
  if (conv.r != 1 || conv.s != 1 || shapes[static_cast<size_t>(at)][1] >= inputs[0][1]) return {};
  stem.insert(stem.begin(), at);
  return stem;
}

std::string name_of(const Architecture& architecture, const NetworkBlock& block) {
  std::vector<int> nodes = block.stem;
  for (const NetworkBlock::Branch& branch : block.branches) {
    nodes.insert(nodes.end(), branch.nodes.begin(), branch.nodes.end());
  }
  // What all their names begin with, up to a point or a slash; of a path its last part.
  std::string common = architecture.nodes()[static_cast<size_t>(nodes.front())].name;
  for (const int node : nodes) {
    const std::string& name = architecture.nodes()[static_cast<size_t>(node)].name;
    const auto [at, unused] = std::mismatch(common.begin(), common.end(), name.begin(), name.end());
    common.erase(at, common.end());
  }
  common.erase(std::min(common.find_last_of("./") + 1, common.size()));
  while (!common.empty() && (common.back() == '.' || common.back() == '/')) common.pop_back();
  common.erase(0, common.rfind('/') + 1);
  if (!common.empty()) return common;
  const int first = *std::min_element(nodes.begin(), nodes.end());
  return fmt::format("layers {} to {}", first - 1, std::max(block.join, block.after) - 1);
}

}  // namespace

bool NetworkBlock::contains(int node) const {
  if (node == join || (after >= 0 && node == after)) return true;
  if (std::find(stem.begin(), stem.end(), node) != stem.end()) return true;
  return std::any_of(branches.begin(), branches.end(), [&](const Branch& branch) {
    return std::find(branch.nodes.begin(), branch.nodes.end(), node) != branch.nodes.end();
  });
}

int NetworkBlock::size() const {
  size_t count = (after >= 0 ? 2 : 1) + stem.size();
  for (const Branch& branch : branches) count += branch.nodes.size();
  return static_cast<int>(count);
}

std::vector<char> nodes_behind(const Architecture& architecture, int node) {
  std::vector<char> behind(static_cast<size_t>(architecture.size()));
  behind[static_cast<size_t>(node)] = 1;
  for (int n = node; n > 0; --n) {
    if (!behind[static_cast<size_t>(n)]) continue;
    for (const int input : architecture.nodes()[static_cast<size_t>(n)].inputs) behind[static_cast<size_t>(input)] = 1;
  }
  return behind;
}

// Nodes stand in running order: whatever goes past `middle` goes from a node before it to one behind it. What is the
// same for every picture comes past everything and does not count.
bool everything_passes(const Architecture& architecture, const std::vector<char>& behind, int node, int middle) {
  std::vector<char> seen(static_cast<size_t>(node) + 1);
  seen[0] = 1;
  for (int n = 1; n <= node; ++n) {
    const std::vector<int>& inputs = architecture.nodes()[static_cast<size_t>(n)].inputs;
    seen[static_cast<size_t>(n)] =
        std::any_of(inputs.begin(), inputs.end(), [&](int from) { return seen[static_cast<size_t>(from)] != 0; });
    if (n <= middle || !behind[static_cast<size_t>(n)]) continue;
    if (std::any_of(inputs.begin(), inputs.end(),
                    [&](int from) { return from < middle && seen[static_cast<size_t>(from)]; })) {
      return false;
    }
  }
  return behind[static_cast<size_t>(middle)] && seen[static_cast<size_t>(middle)];
}

std::vector<NetworkBlock> find_blocks(const Architecture& architecture) {
  std::vector<NetworkBlock> blocks;
  const std::vector<int> read = readers(architecture);
  const std::vector<Shape> shapes = architecture.shapes(1);
  for (int join = 1; join < architecture.size(); ++join) {
    const Node& node = architecture.nodes()[static_cast<size_t>(join)];
    if (!joins(node)) continue;
    const std::vector<char> behind = nodes_behind(architecture, join);
    int start = join - 1;
    while (start >= 0 && !everything_passes(architecture, behind, join, start)) --start;
    if (start < 0) continue;
    NetworkBlock block;
    block.start = start;
    block.join = join;
    std::vector<int> owner(static_cast<size_t>(join), -1);
    bool apart = true;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      NetworkBlock::Branch branch;
      branch.end = node.inputs[i];
      const std::vector<char> of = nodes_behind(architecture, branch.end);
      for (int n = start + 1; n < join; ++n) {
        if (!of[static_cast<size_t>(n)]) continue;
        branch.nodes.push_back(n);
        int& owned = owner[static_cast<size_t>(n)];
        apart = apart && owned < 0;
        owned = static_cast<int>(i);
      }
      block.branches.push_back(std::move(branch));
    }
    if (std::all_of(block.branches.begin(), block.branches.end(), [](const auto& b) { return b.nodes.empty(); })) {
      continue;  // a value with itself
    }
    if (node.layer->info().follow == Follow::joined) block.stem = stem_of(architecture, shapes, block);
    if (apart) block.shortcut = shortcut_of(architecture, block, read);
    if (read[static_cast<size_t>(join)] == 1 && join + 1 < architecture.size()) {
      const Node& next = architecture.nodes()[static_cast<size_t>(join + 1)];
      const bool function = next.layer->info().follow == Follow::function;
      if (function && next.inputs == std::vector<int>{join}) block.after = join + 1;
    }
    block.name = name_of(architecture, block);
    blocks.push_back(std::move(block));
  }
  return blocks;
}

const NetworkBlock* find_block(const std::vector<NetworkBlock>& blocks, int node) {
  const NetworkBlock* found = nullptr;
  for (const NetworkBlock& block : blocks) {
    if (block.contains(node) && (found == nullptr || block.size() < found->size())) found = &block;
  }
  return found;
}

const NetworkBlock& need_block(const Architecture& architecture, const std::vector<NetworkBlock>& blocks, int node) {
  if (const NetworkBlock* found = find_block(blocks, node)) return *found;
  const std::string layer = node == 0 ? "the input" : architecture.describe(node);
  if (blocks.empty()) {
    throw Error(fmt::format("{} is in no block: the network has no branches", layer),
                "open one whose branches are joined again: resnet20, squeezenet1_1");
  }
  const auto nearest = std::min_element(blocks.begin(), blocks.end(), [&](const auto& a, const auto& b) {
    return std::abs(a.join - node) < std::abs(b.join - node);
  });
  throw Error(
      fmt::format("{} is in no block", layer),
      fmt::format("choose a layer of one, such as {}", architecture.nodes()[static_cast<size_t>(nearest->join)].name));
}

const NetworkBlock& need_residual(const Architecture& architecture, const std::vector<NetworkBlock>& blocks, int node) {
  const NetworkBlock& block = need_block(architecture, blocks, node);
  if (block.is_residual()) return block;
  // A joined part of a residual block: what was meant is the block around it.
  const NetworkBlock* around = nullptr;
  for (const NetworkBlock& each : blocks) {
    if (each.is_residual() && each.contains(node) && (around == nullptr || each.size() < around->size())) {
      around = &each;
    }
  }
  if (around != nullptr) return *around;
  const bool added = architecture.nodes()[static_cast<size_t>(block.join)].layer->info().follow == Follow::added;
  throw Error(fmt::format("{} has no shortcut: {}", block.name,
                          added ? "it adds branches of the same kind" : "it puts its branches side by side"),
              "a residual block adds a shortcut to what its layers compute: open resnet20, or cut a layer out with "
              "network.lesion LAYER");
}

}  // namespace striate
