// Where the blocks stand. What lies in them: scene_cells.cpp.
#include "app/scene/network_scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/words/words.h"
#include "engine/network/layer_kind.h"
#include "engine/walk/network_walk.h"

namespace striate {
namespace {

constexpr float kPlate = 0.03f;          // thickness
constexpr float kOpenHeight = 1.7f;      // of the maps of a tensor, the input's picture being 1
constexpr float kBars = 2.2f;            // the highest block where the height is a cost
constexpr float kBeside = 0.66f;         // of a block's width that counts along the flow: what stands behind is seen
constexpr float kForeshortened = 1.25f;  // along the flow, as it is usually looked at
constexpr int kMostClose = 3;            // of what goes on value by value, without a gap
constexpr int kOneLine = 6;              // so few blocks are not folded
constexpr int64_t kFewMaps = 32, kFewCells = 1 << 16, kFewLayers = 48;  // opened where nobody said so

bool is_vector(const Shape& cells) { return cells[1] == 1 && cells[2] == 1; }

Follow follow_of(const OpenNetworkInfo& info, int node) {
  return info.architecture.nodes()[static_cast<size_t>(node)].layer->info().follow;
}

std::vector<int> reader_counts(const OpenNetworkInfo& info, std::vector<int>* last) {
  std::vector<int> count(info.layers.size(), 0);
  last->assign(info.layers.size(), -1);
  for (size_t n = 0; n < info.layers.size(); ++n) {
    for (const int input : info.layers[n].inputs) {
      ++count[static_cast<size_t>(input)];
      (*last)[static_cast<size_t>(input)] = static_cast<int>(n);
    }
  }
  return count;
}

bool goes_on(const OpenNetworkInfo& info, int node, int readers, int reader) {
  if (node == 0 || readers != 1 || info.layers[static_cast<size_t>(reader)].inputs.size() != 1) return false;
  if (info.layers[static_cast<size_t>(reader)].shape != info.layers[static_cast<size_t>(node)].shape) return false;
  return is_pointwise(follow_of(info, reader));
}

// The longer side of a map, so that the largest of the network is 1.
float side_of(const Shape& cells, double largest) {
  return static_cast<float>(std::pow(static_cast<double>(std::max(cells[1], cells[2])) / largest, 0.42));
}

void size_vector(SceneBlock& block, bool column) {
  const auto count = static_cast<double>(block.channels);
  block.vector = true;
  block.per_line = column ? 1 : static_cast<int>(std::ceil(std::sqrt(count * 0.75)));
  const auto cell = static_cast<float>(0.24 * std::pow(count, -0.29));
  block.closed_size = {kPlate, cell * static_cast<float>(block.lines()), cell * static_cast<float>(block.per_line)};
  block.open_size = block.closed_size;
}

void size_maps(SceneBlock& block, float side) {
  const auto longer = static_cast<float>(std::max(block.rows, block.columns));
  const float width = std::max(0.01f, side * static_cast<float>(block.columns) / longer),
              height = std::max(0.01f, side * static_cast<float>(block.rows) / longer);
  const float depth =
      block.channels == 1 ? kPlate : static_cast<float>(0.02 * std::sqrt(static_cast<double>(block.channels)) + 0.01);
  block.closed_size = {std::min(depth, 2.6f), height, width};
  block.map_width = width;
  block.map_height = height;
  block.per_line =
      std::max(1, static_cast<int>(std::sqrt(static_cast<double>(block.channels) * height / width) + 0.01));
}

void open_maps(SceneBlock& block, float factor) {
  block.map_width *= factor;
  block.map_height *= factor;
  block.gap = 0.07f * std::max(block.map_width, block.map_height);
  const auto lines = static_cast<float>(block.lines()), line = static_cast<float>(block.per_line);
  block.open_size = {kPlate, lines * (block.map_height + block.gap) - block.gap,
                     line * (block.map_width + block.gap) - block.gap};
}

void size_kernel(SceneBlock& block, const KernelSizes& sizes) {
  block.kernel = true;
  block.channels = 1;
  block.rows = sizes.picture_rows();
  block.columns = sizes.picture_columns();
  block.sizes = sizes;
  const double most = static_cast<double>(std::max(block.rows, block.columns));
  // The longer side grows slowly: weights of dense layers have thousands of rows.
  const auto cell = static_cast<float>(0.35 * std::pow(most, 0.22) / most);
  block.closed_size = {kPlate, std::max(0.02f, cell * static_cast<float>(block.rows)),
                       std::max(0.02f, cell * static_cast<float>(block.columns))};
  block.open_size = block.closed_size;
}

glm::vec3 in_world(std::pair<float, float> at) { return {at.first, -at.second, 0}; }

}  // namespace

WorldBounds SceneBlock::bounds() const {
  WorldBounds bounds;
  bounds.add(center - size() * 0.5f);
  bounds.add(center + size() * 0.5f);
  return bounds;
}

WorldBounds NetworkScene::bounds() const {
  WorldBounds bounds;
  for (const SceneBlock& block : blocks) bounds.add(block.bounds());
  return bounds;
}

bool goes_on_in_next(const OpenNetworkInfo& info, int node) {
  std::vector<int> last;
  const std::vector<int> count = reader_counts(info, &last);
  const auto n = static_cast<size_t>(node);
  return goes_on(info, node, count[n], last[n]);
}

bool open_by_itself(const OpenNetworkInfo& info, int node) {
  const Shape cells = cells_of(info, node);
  if (node == 0 && (cells[0] == 1 || cells[0] == 3)) return false;  // the picture itself
  return static_cast<int64_t>(info.layers.size()) <= kFewLayers && !is_vector(cells) && cells[0] <= kFewMaps &&
         cells.count() <= kFewCells;
}

std::string why_not_opened(const OpenNetworkInfo& info, int node) {
  const Shape cells = cells_of(info, node);
  if (cells.count() <= kMostOpenCells) return {};
  return format_tr("it has {} values; up to {} can be opened", cells.count(), kMostOpenCells);
}

std::optional<KernelSizes> kernel_sizes(const OpenNetworkInfo& info, int node) {
  if (node <= 0) return std::nullopt;
  const Node& layer = info.architecture.nodes()[static_cast<size_t>(node)];
  if (!multiplies(*layer.layer)) return std::nullopt;
  std::vector<Shape> inputs;  // of a batch of one
  for (const int input : info.layers[static_cast<size_t>(node)].inputs) {
    std::vector<int64_t> sizes = info.layers[static_cast<size_t>(input)].shape.sizes();
    if (!info.architecture.whole()) sizes.insert(sizes.begin(), 1);
    inputs.emplace_back(sizes);
  }
  for (const WeightSpec& spec : layer.layer->parameters(inputs)) {
    if (spec.name != "weight" || spec.shape.rank() < 2) continue;
    KernelSizes sizes;
    sizes.filters = spec.shape[0];
    sizes.slices = spec.shape[1];
    if (spec.shape.rank() == 4) {
      sizes.rows = static_cast<int>(spec.shape[2]);
      sizes.columns = static_cast<int>(spec.shape[3]);
    }
    sizes.tensor = layer.name + "." + spec.name;
    // About as wide as high.
    const double high = static_cast<double>(sizes.filters * sizes.rows),
                 wide = static_cast<double>(sizes.slices * sizes.columns);
    sizes.per_line = std::clamp<int64_t>(static_cast<int64_t>(std::sqrt(high / wide) + 0.01), 1, sizes.filters);
    return sizes;
  }
  return std::nullopt;
}

NetworkScene arrange(const OpenNetworkInfo& info, const SceneChoice& choice) {
  const auto count = static_cast<int>(info.layers.size());
  std::vector<int> last;
  const std::vector<int> readers = reader_counts(info, &last);
  // Which tensors are shown, and who stands for those that are not.
  std::vector<char> shown(static_cast<size_t>(count), 1);
  for (int n = 0; n < count; ++n) {
    const auto i = static_cast<size_t>(n);
    const bool asked = choice.every_tensor || choice.opened.contains(n);
    if (!asked && goes_on(info, n, readers[i], last[i])) shown[i] = 0;
  }
  double largest = 1;
  for (int n = 0; n < count; ++n) {
    const Shape cells = cells_of(info, n);
    if (shown[static_cast<size_t>(n)]) largest = std::max(largest, static_cast<double>(std::max(cells[1], cells[2])));
  }
  double most_cost = 0;
  for (const double cost : choice.costs) most_cost = std::max(most_cost, cost);
  const bool bars = choice.size != BlockSize::shape && most_cost > 0;

  NetworkScene scene;
  scene.block_of.assign(static_cast<size_t>(count), 0);
  scene.kernel_of.assign(static_cast<size_t>(count), -1);
  std::vector<std::vector<int>> reads;                              // per block: those that it gets its values from
  std::vector<std::vector<int>> gives(static_cast<size_t>(count));  // per node: the blocks that stand for its values
  double hidden_cost = 0;
  int hidden = 0;
  float tallest = 0;
  for (int n = 0; n < count; ++n) {
    const auto i = static_cast<size_t>(n);
    std::vector<int> from;
    for (const int input : info.layers[i].inputs) {
      for (const int block : gives[static_cast<size_t>(input)]) {
        if (std::find(from.begin(), from.end(), block) == from.end()) from.push_back(block);
      }
    }
    const double cost = bars && i < choice.costs.size() ? choice.costs[i] : 0;
    const std::optional<KernelSizes> kernel = choice.kernels.contains(n) ? kernel_sizes(info, n) : std::nullopt;
    if (kernel && kernel->count() <= kMostOpenCells) {
      SceneBlock block;
      block.node = n;
      size_kernel(block, *kernel);
      scene.kernel_of[i] = static_cast<int>(scene.blocks.size());
      scene.blocks.push_back(block);
      // What else the layer reads stays a way of its own.
      reads.push_back(from.empty() ? from : std::vector<int>{from.front()});
      if (!from.empty()) from.erase(from.begin());
      from.insert(from.begin(), scene.kernel_of[i]);
    }
    if (!shown[i]) {
      gives[i] = from;
      ++hidden, hidden_cost += cost;
      continue;
    }
    SceneBlock block;
    block.node = n;
    block.hidden = hidden;
    const Shape cells = cells_of(info, n);
    block.channels = cells[0], block.rows = cells[1], block.columns = cells[2];
    if (is_vector(cells)) {
      size_vector(block, block.channels <= 16);
    } else {
      size_maps(block, side_of(cells, largest));
      const bool open = !bars && !choice.closed.contains(n) &&
                        (choice.opened.contains(n) ? why_not_opened(info, n).empty() : open_by_itself(info, n));
      block.open = open && block.channels > 1 ? 1.0f : 0.0f;
      if (block.open > 0 && !choice.opened.contains(n)) {
        tallest = std::max(tallest, static_cast<float>(block.lines()) * block.map_height);
      }
    }
    if (bars) {
      block.closed_size.y = std::max(0.012f, kBars * static_cast<float>((cost + hidden_cost) / most_cost));
      block.open_size = block.closed_size;
    }
    scene.block_of[i] = static_cast<int>(scene.blocks.size());
    gives[i] = {scene.block_of[i]};
    scene.blocks.push_back(block);
    reads.push_back(from);
    hidden = 0, hidden_cost = 0;
  }
  // Those that are open by themselves keep their sizes to each other.
  const float common = tallest > kOpenHeight ? kOpenHeight / tallest : 1.0f;
  for (SceneBlock& block : scene.blocks) {
    if (block.vector || block.kernel || bars) continue;
    const float own = static_cast<float>(block.lines()) * block.map_height;
    const bool by_itself = open_by_itself(info, block.node) && !choice.opened.contains(block.node);
    open_maps(block, by_itself ? common : own > kOpenHeight ? kOpenHeight / own : 1.0f);
  }
  // The graph of the blocks.
  std::vector<GraphBox> boxes;
  std::vector<int> close(scene.blocks.size(), 0);  // how many stand close before each
  for (size_t b = 0; b < scene.blocks.size(); ++b) {
    const SceneBlock& block = scene.blocks[b];
    const glm::vec3 size = block.size();
    GraphBox box;
    box.along = size.x + kBeside * size.z;
    // Where the height is a cost, all stand on one ground.
    box.above = bars ? size.y : size.y / 2;
    box.below = bars ? 0 : size.y / 2;
    box.inputs = reads[b];
    // Of a block that stands for several layers the first one counts. No more than a few stand close to each other: a
    // long chain of functions must fold, too.
    if (block.node > 0 && !block.kernel && block.hidden == 0 && box.inputs.size() == 1) {
      const auto before = static_cast<size_t>(box.inputs[0]);
      box.tight =
          is_pointwise(follow_of(info, block.node)) && !scene.blocks[before].kernel && close[before] < kMostClose;
      close[b] = box.tight ? close[before] + 1 : 0;
    }
    boxes.push_back(std::move(box));
  }
  // Hidden ones are where those are that stand for them.
  for (int n = count - 1; n >= 0; --n) {
    const auto i = static_cast<size_t>(n);
    if (!shown[i]) scene.block_of[i] = scene.block_of[static_cast<size_t>(last[i])];
  }
  const GraphLayout layout = lay_out(boxes, {.gap = 0.2f,
                                             .tight_gap = 0.08f,
                                             .lane_gap = 0.4f,
                                             .line_gap = 0.7f,
                                             .aspect = choice.aspect * kForeshortened,
                                             .lines = static_cast<int>(boxes.size()) <= kOneLine ? 1 : 0});
  for (size_t b = 0; b < scene.blocks.size(); ++b) {
    scene.blocks[b].center = in_world({layout.places[b].x, layout.places[b].y});
    if (bars) scene.blocks[b].center.y += scene.blocks[b].size().y / 2;
  }
  for (const GraphLink& link : layout.links) {
    SceneLine line;
    line.jump = link.jump, line.between_lines = link.between_lines;
    for (const auto& point : link.points) line.points.push_back(in_world(point));
    const SceneBlock &from = scene.blocks[static_cast<size_t>(link.from)],
                     &to = scene.blocks[static_cast<size_t>(link.to)];
    if (!line.points.empty()) {
      line.points.front() = from.center + glm::vec3(from.size().x / 2, 0, 0);
      line.points.back() = to.center - glm::vec3(to.size().x / 2, 0, 0);
    }
    scene.lines.push_back(std::move(line));
  }
  return scene;
}

NetworkScene mix_scenes(const NetworkScene& from, const NetworkScene& to, float t) {
  if (t >= 1) return to;
  NetworkScene mixed = to;
  for (SceneBlock& block : mixed.blocks) {
    const auto n = static_cast<size_t>(block.node);
    if (n >= from.block_of.size()) continue;
    const int other = block.kernel ? from.kernel_of[n] : from.block_of[n];
    if (other < 0) continue;
    const SceneBlock& before = from.blocks[static_cast<size_t>(other)];
    const auto between = [t](const auto& a, const auto& b) { return a + (b - a) * t; };
    block.center = between(before.center, block.center);
    if (before.node != block.node || before.vector != block.vector || before.channels != block.channels) continue;
    // What closes shows its sides at once: of its maps there are no values any more.
    block.open = block.open > 0 ? between(before.open, block.open) : 0;
    block.closed_size = between(before.closed_size, block.closed_size);
    block.open_size = between(before.open_size, block.open_size);
    block.map_width = between(before.map_width, block.map_width);
    block.map_height = between(before.map_height, block.map_height);
    block.gap = between(before.gap, block.gap);
  }
  mixed.lines.clear();
  return mixed;
}

}  // namespace striate
