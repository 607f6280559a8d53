#include "engine/walk/filter_walk.h"

#include <algorithm>
#include <cmath>

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

double shown_value(double value, Show show, const Range& range) {
  switch (show) {
    case Show::clip:
      return value;
    case Show::absolute:
      return std::fabs(value);
    case Show::offset128:
      return value + 128;
    case Show::minmax:
      return range.high == range.low ? 0 : (value - range.low) * 255 / (range.high - range.low);
  }
  return value;
}

}  // namespace

FilterWalk walk_filter(Stream& stream, const FilterChain& chain, const Range* range, Picture<const uint8_t> input,
                       int x, int y) {
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
  for (const Run& down : runs_of(rows)) {
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

  uint8_t result[4] = {};
  if (walk.has_range)
    filter_chain(stream, chain, range ? *range : Range{0, 255}, input, {x, y, 1, 1}, result, input.channels);
  const uint8_t* before = input.data + y * input.row_stride + static_cast<int64_t>(x) * input.channels;
  for (int c = 0; c < filtered; ++c) {
    FilterWalk::Channel& channel = walk.channels[c];
    for (size_t i = 0; i < walk.taps.size(); ++i) channel.sum += kernel.taps[i] * channel.window[i];
    channel.value = channel.sum / walk.stage.divisor + walk.stage.offset;
    channel.shown = walk.has_range ? shown_value(channel.value, chain.show, range ? *range : Range{}) : channel.value;
    channel.result = result[c];
    channel.before = before[c];
  }
  if (input.alpha) walk.alpha = before[filtered];
  return walk;
}

}  // namespace striate
