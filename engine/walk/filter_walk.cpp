#include "engine/walk/filter_walk.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernels/memory.h"

namespace striate {
namespace {

struct Run {
  int begin = 0, end = 0;
};

// The different indices of a list (-1 left out) as runs without gaps: wrapped windows lie at both ends of a picture.
std::vector<Run> runs_of(std::vector<int> indices) {
  std::sort(indices.begin(), indices.end());
  std::vector<Run> runs;
  for (int i : indices) {
    if (i < 0 || (!runs.empty() && i < runs.back().end)) continue;
    if (runs.empty() || i != runs.back().end) runs.push_back({i, i});
    runs.back().end = i + 1;
  }
  return runs;
}

// Which of the values that count is taken.
void choose(const FilterWalk& walk, FilterWalk::Channel& channel) {
  for (size_t i = 0; i < walk.taps.size(); ++i) {
    if (walk.stage.kernel.taps[i] != 0) channel.order.push_back(static_cast<int>(i));
  }
  const auto value = [&](int tap) { return channel.window[static_cast<size_t>(tap)]; };
  std::stable_sort(channel.order.begin(), channel.order.end(), [&](int a, int b) { return value(a) < value(b); });
  const int count = static_cast<int>(channel.order.size());
  channel.taken = walk.stage.kind == FilterKind::median    ? count / 2
                  : walk.stage.kind == FilterKind::erosion ? 0
                                                           : count - 1;
  channel.value = value(channel.order[static_cast<size_t>(channel.taken)]);
}

// How alike every pixel under the window is to the one in its middle.
void weigh(FilterWalk& walk) {
  const FilterKernel& kernel = walk.stage.kernel;
  const size_t middle = static_cast<size_t>(kernel.anchor_row()) * kernel.width + kernel.anchor_column();
  for (size_t i = 0; i < walk.taps.size(); ++i) {
    double distance = 0;
    for (const FilterWalk::Channel& channel : walk.channels)
      distance += std::fabs(channel.window[i] - channel.window[middle]);
    walk.alike.push_back(range_weight(distance, walk.stage.own.range));
    walk.weights += kernel.taps[i] * walk.alike.back();
  }
  for (FilterWalk::Channel& channel : walk.channels) {
    for (size_t i = 0; i < walk.taps.size(); ++i) channel.sum += kernel.taps[i] * walk.alike[i] * channel.window[i];
    channel.value = channel.sum / walk.weights;
  }
}

void take_blur_away(const FilterWalk& walk, FilterWalk::Channel& channel) {
  const FilterKernel& kernel = walk.stage.kernel;
  for (size_t i = 0; i < walk.taps.size(); ++i) channel.sum += kernel.taps[i] * channel.window[i];
  channel.blurred = channel.sum / kernel_sum(kernel);
  const double own = channel.window[static_cast<size_t>(kernel.anchor_row()) * kernel.width + kernel.anchor_column()];
  const double difference = own - channel.blurred;
  channel.value = std::fabs(difference) < walk.stage.own.threshold ? own : own + walk.stage.own.amount * difference;
}

// Canny's decisions at one pixel. `input`: what the stage reads, the whole picture.
FilterWalk::Canny decide(const FilterStage& stage, Border border, Picture<const float> input, int x, int y) {
  const auto at = [&](int column, int row, int c) -> double {
    column = border_index(column, input.width, border);
    row = border_index(row, input.height, border);
    return column < 0 || row < 0 ? 0 : input.data[row * input.row_stride + int64_t{column} * input.channels + c];
  };
  struct Steepest {
    int channel = 0;
    Gradient gradient;
  };
  const auto gradient_at = [&](int column, int row) {
    Steepest best;
    if (column < 0 || row < 0 || column >= input.width || row >= input.height) return best;
    for (int c = 0; c < input.filtered_channels(); ++c) {
      double dx = 0, dy = 0;
      for (int k = -1; k <= 1; ++k) {
        const double weight = k == 0 ? 2 : 1;
        dx += weight * (at(column + 1, row + k, c) - at(column - 1, row + k, c));
        dy += weight * (at(column + k, row + 1, c) - at(column + k, row - 1, c));
      }
      const Gradient own{static_cast<float>(dx), static_cast<float>(dy)};
      if (c == 0 || own.squared() > best.gradient.squared()) best = {c, own};
    }
    return best;
  };
  const auto magnitude = [&](const Steepest& steepest) { return std::sqrt(double{steepest.gradient.squared()}); };

  FilterWalk::Canny walk;
  const Steepest own = gradient_at(x, y);
  walk.channel = own.channel;
  walk.dx = own.gradient.dx;
  walk.dy = own.gradient.dy;
  walk.magnitude = magnitude(own);
  walk.degrees = std::atan2(walk.dy, walk.dx) * 180 / 3.14159265358979323846;
  walk.across = across_edge(own.gradient);
  walk.first = magnitude(gradient_at(x - walk.across.dx, y - walk.across.dy));
  walk.second = magnitude(gradient_at(x + walk.across.dx, y + walk.across.dy));

  Stream cpu(Device::cpu());
  std::vector<CannyState> states(static_cast<size_t>(input.width) * input.height);
  canny_states(cpu, {stage.own.low, stage.own.high, border}, input, states.data());
  const auto place = [&](int column, int row) { return static_cast<size_t>(row) * input.width + column; };
  walk.state = states[place(x, y)];
  walk.edge = walk.state == CannyState::strong;
  if (walk.state != CannyState::weak) return walk;
  // Outward over weak pixels, ring by ring, until a strong one is met. A pixel that was seen is none.
  std::vector<std::pair<int, int>> ring{{x, y}};
  states[place(x, y)] = CannyState::none;
  for (int steps = 1; !ring.empty(); ++steps) {
    std::vector<std::pair<int, int>> next;
    for (const auto& [column, row] : ring) {
      for (int r = std::max(row - 1, 0); r <= std::min(row + 1, input.height - 1); ++r) {
        for (int s = std::max(column - 1, 0); s <= std::min(column + 1, input.width - 1); ++s) {
          CannyState& state = states[place(s, r)];
          if (state == CannyState::none) continue;
          if (state == CannyState::strong) {
            walk.edge = true;
            walk.strong_x = s;
            walk.strong_y = r;
            walk.steps = steps;
            return walk;
          }
          state = CannyState::none;
          next.emplace_back(s, r);
        }
      }
    }
    ring = std::move(next);
  }
  return walk;
}

}  // namespace

FilterWalk walk_filter(Stream& stream, const FilterChain& given, const Range* range, Picture<const uint8_t> input,
                       int x, int y) {
  const FilterChain chain = taken_apart(given);
  FilterWalk walk;
  walk.x = x;
  walk.y = y;
  walk.stage = with_strength(chain.stages.back());
  walk.later = chain.application_count() > 1;
  walk.has_range = range != nullptr || chain.show != Show::minmax;
  const FilterKernel& kernel = walk.stage.kernel;

  std::vector<int> columns, rows;
  for (int s = 0; s < kernel.width; ++s)
    columns.push_back(border_index(x + s - kernel.anchor_column(), input.width, chain.border));
  for (int r = 0; r < kernel.height; ++r)
    rows.push_back(border_index(y + r - kernel.anchor_row(), input.height, chain.border));
  for (int r = 0; r < kernel.height; ++r) {
    for (int s = 0; s < kernel.width; ++s) {
      const int to_x = x + s - kernel.anchor_column(), to_y = y + r - kernel.anchor_row();
      FilterWalk::Tap tap{columns[s], rows[r], to_x < 0 || to_y < 0 || to_x >= input.width || to_y >= input.height,
                          columns[s] < 0 || rows[r] < 0};
      walk.taps.push_back(tap);
    }
  }

  const int filtered = input.filtered_channels();
  walk.channels.resize(filtered);
  for (FilterWalk::Channel& channel : walk.channels) channel.window.assign(walk.taps.size(), 0);
  std::vector<float> part;
  const bool canny = walk.stage.kind == FilterKind::canny;
  if (canny) {
    const Region whole{0, 0, input.width, input.height};
    part.resize(static_cast<size_t>(input.width) * input.height * input.channels);
    filter_chain_input_of_last(stream, chain, input, whole, part.data());
    Picture<const float> picture;
    picture.data = part.data();
    picture.width = input.width;
    picture.height = input.height;
    picture.channels = input.channels;
    picture.alpha = input.alpha;
    picture.row_stride = static_cast<int64_t>(input.width) * input.channels;
    walk.canny = decide(walk.stage, chain.border, picture, x, y);
    for (size_t i = 0; i < walk.taps.size(); ++i) {
      const FilterWalk::Tap& tap = walk.taps[i];
      for (int c = 0; c < filtered && !tap.zero; ++c)
        walk.channels[c].window[i] = part[static_cast<size_t>(tap.y * picture.row_stride + tap.x * input.channels + c)];
    }
  }
  for (const Run& down : runs_of(rows)) {
    if (canny) break;
    for (const Run& across : runs_of(columns)) {
      const Region region{across.begin, down.begin, across.end - across.begin, down.end - down.begin};
      part.resize(static_cast<size_t>(region.width) * region.height * input.channels);
      filter_chain_input_of_last(stream, chain, input, region, part.data());
      for (size_t i = 0; i < walk.taps.size(); ++i) {
        const FilterWalk::Tap& tap = walk.taps[i];
        if (tap.zero || tap.x < across.begin || tap.x >= across.end || tap.y < down.begin || tap.y >= down.end)
          continue;
        const size_t at = (static_cast<size_t>(tap.y - region.y) * region.width + (tap.x - region.x)) * input.channels;
        for (int c = 0; c < filtered; ++c) walk.channels[c].window[i] = part[at + c];
      }
    }
  }

  if (walk.stage.kind == FilterKind::bilateral) weigh(walk);
  uint8_t result[4] = {};
  if (walk.has_range)
    filter_chain(stream, chain, range ? *range : Range{0, 255}, input, {x, y, 1, 1}, result, input.channels);
  const uint8_t* before = input.data + y * input.row_stride + static_cast<int64_t>(x) * input.channels;
  for (int c = 0; c < filtered; ++c) {
    FilterWalk::Channel& channel = walk.channels[c];
    switch (walk.stage.kind) {
      case FilterKind::linear:
        for (size_t i = 0; i < walk.taps.size(); ++i) channel.sum += kernel.taps[i] * channel.window[i];
        channel.value = channel.sum / walk.stage.divisor + walk.stage.offset;
        break;
      case FilterKind::bilateral:
        break;
      case FilterKind::unsharp:
        take_blur_away(walk, channel);
        break;
      case FilterKind::canny:
        channel.value = walk.canny->edge ? 255 : 0;
        break;
      default:
        choose(walk, channel);
    }
    channel.shown = walk.has_range ? shown_value(channel.value, chain.show, range ? *range : Range{}) : channel.value;
    channel.result = result[c];
    channel.before = before[c];
  }
  if (input.alpha) walk.alpha = before[filtered];
  return walk;
}

}  // namespace striate
