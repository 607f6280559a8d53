#include "engine/network/memory_plan.h"

#include <algorithm>
#include <numeric>

namespace striate {
namespace {

// One place in the arena, with the span of nodes during whose runs it is taken.
struct Block {
  int64_t size = 0, offset = 0;
  int first = 0, last = 0;
  size_t within = 0;  // a later block of which it is a part, `offset` from its begin; 0: none
  bool meets(const Block& other) const { return first <= other.last && other.first <= last; }
};

// Offsets, largest first; returns the size of the arena.
int64_t place_blocks(std::vector<Block>& blocks) {
  std::vector<size_t> order(blocks.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return blocks[a].size > blocks[b].size; });
  std::vector<size_t> placed;  // by offset
  int64_t end = 0;
  for (const size_t at : order) {
    Block& block = blocks[at];
    if (block.within != 0) continue;
    int64_t free_from = 0, best_gap = 0;
    block.offset = -1;
    for (const size_t other : placed) {
      const Block& taken = blocks[other];
      if (!taken.meets(block)) continue;
      const int64_t gap = taken.offset - free_from;
      if (gap >= block.size && (block.offset < 0 || gap < best_gap)) block.offset = free_from, best_gap = gap;
      free_from = std::max(free_from, taken.offset + taken.size);
    }
    if (block.offset < 0) block.offset = free_from;
    end = std::max(end, block.offset + block.size);
    placed.insert(std::upper_bound(placed.begin(), placed.end(), at,
                                   [&](size_t a, size_t b) { return blocks[a].offset < blocks[b].offset; }),
                  at);
  }
  for (size_t at = blocks.size(); at-- > 0;) {
    if (blocks[at].within != 0) blocks[at].offset += blocks[blocks[at].within].offset;
  }
  return end;
}

// Whether the inputs of a node, one behind the other, are its output: a concatenation along the first axis that is
// not 1.
bool side_by_side(const Node& node, const std::vector<Shape>& shapes, const Shape& output) {
  if (node.inputs.size() < 2 || !node.layer->in_place()) return false;
  int64_t sum = 0;
  int axis = 0;
  while (axis < output.rank() && output[axis] == 1) ++axis;
  for (const int input : node.inputs) {
    const Shape& x = shapes[static_cast<size_t>(input)];
    for (int i = 0; i < output.rank(); ++i) {
      if (i != axis && x[i] != output[i]) return false;
    }
    if (aligned(x.count()) != x.count()) return false;
    sum += x.count();
  }
  return sum == output.count();
}

}  // namespace

ActivationPlan plan_activations(const Architecture& architecture, const std::vector<Shape>& shapes,
                                const std::vector<char>& kept) {
  const auto nodes = static_cast<size_t>(architecture.size());
  const int last = architecture.size() - 1;
  std::vector<int> read(nodes);  // the last node that reads it
  for (size_t n = 0; n < nodes; ++n) {
    read[n] = static_cast<int>(n);
    for (const int input : architecture.nodes()[n].inputs) read[static_cast<size_t>(input)] = static_cast<int>(n);
  }
  const auto stays = [&](size_t n) { return n == 0 || n + 1 == nodes || kept[n] != 0; };
  std::vector<Block> blocks;
  std::vector<size_t> block_of(nodes);
  ActivationPlan plan;
  plan.places.resize(nodes);
  for (size_t n = 0; n < nodes; ++n) {
    ActivationPlan::Place& place = plan.places[n];
    place.written = static_cast<int>(n);
    place.until = stays(n) ? last : read[n];
    place.freed = true;
    const int64_t size = aligned(shapes[n].count());
    const Node& node = architecture.nodes()[n];
    // Of two inputs the newer one: a sum is then written where its last convolution stood.
    const size_t x =
        node.inputs.empty() ? n : static_cast<size_t>(*std::max_element(node.inputs.begin(), node.inputs.end()));
    const bool alike = std::all_of(node.inputs.begin(), node.inputs.end(), [&](int input) {
      return shapes[static_cast<size_t>(input)].count() == shapes[n].count();
    });
    if (node.layer && node.layer->in_place() && node.inputs.size() <= 2 && alike && !stays(x) &&
        read[x] == static_cast<int>(n)) {
      block_of[n] = block_of[x];
      plan.places[x].until = static_cast<int>(n) - 1;
      plan.places[x].freed = false;
      blocks[block_of[n]].last = place.until;
      continue;
    }
    block_of[n] = blocks.size();
    Block whole{size, 0, static_cast<int>(n), place.until};
    std::vector<int> inputs = node.inputs;
    std::sort(inputs.begin(), inputs.end());
    const bool parts = n > 0 && side_by_side(node, shapes, shapes[n]) &&
                       std::adjacent_find(inputs.begin(), inputs.end()) == inputs.end() &&
                       std::all_of(inputs.begin(), inputs.end(), [&](int input) {
                         const auto part = static_cast<size_t>(input);
                         return !stays(part) && read[part] == static_cast<int>(n);
                       });
    int64_t behind = 0;
    for (const int input : parts ? node.inputs : std::vector<int>()) {
      const auto part = static_cast<size_t>(input);
      whole.first = std::min(whole.first, blocks[block_of[part]].first);
      blocks[block_of[part]].within = block_of[n], blocks[block_of[part]].offset = behind;
      behind += shapes[part].count();
      plan.places[part].until = static_cast<int>(n) - 1;
      plan.places[part].freed = false;
    }
    blocks.push_back(whole);
  }
  plan.size = place_blocks(blocks);
  for (size_t n = 0; n < nodes; ++n) {
    plan.places[n].offset = blocks[block_of[n]].offset;
    plan.places[n].size = blocks[block_of[n]].size;
  }
  return plan;
}

}  // namespace striate
