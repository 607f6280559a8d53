// A picture through its channels: gains, one plane alone as gray or tinted, and a brushed range of values that lights
// its pixels. Everything goes through one table per channel, made by apply_gains() of kernels/color.h, so that a tile,
// a cell's number, a histogram and a mean cannot differ.
#pragma once

#include <array>
#include <cstdint>

#include "engine/image.h"
#include "engine/image_statistics.h"
#include "kernels/color.h"

namespace striate {

struct ChannelView {
  int shown = -1;               // -1: all planes together; 0 red, 1 green, 2 blue
  bool tint = false;            // a plane alone in its own color, not as gray; pictures with one plane stay gray
  bool misread = false;         // red and blue change places, as for a program that takes BGR bytes for RGB
  Gains gains;                  // 0 to 2; a gray picture uses the first
  int brushed = -1;             // the channel whose values are brushed; -1: none
  uint8_t low = 0, high = 255;  // the brushed values after the gain, both included
};

// What each stored value becomes.
using ChannelTables = std::array<std::array<uint8_t, 256>, 3>;
ChannelTables gain_tables(const Gains& gains, bool gray);

// RGBA pixels in place; alpha keeps its value. Pixels out of the brushed range get a quarter of their brightness.
void show_channels(const ChannelView& view, const ChannelTables& tables, bool gray, uint8_t* rgba, int64_t n);

// Whether a stored pixel lies in the brushed range; true where nothing is brushed.
bool is_lit(const ChannelView& view, const ChannelTables& tables, const uint8_t* pixel, int channels);

// How many values of a plane lie in low .. high.
int64_t count_between(const ChannelStatistics& plane, int low, int high);

}  // namespace striate
