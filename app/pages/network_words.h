// Words and small parts that pages of the open network have in common.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "app/network/network_moment.h"
#include "app/widgets/tensor_grid.h"

namespace striate {

std::string sizes_text(const Shape& shape);  // "64 x 56 x 56"
// "12.3 %", and of small shares enough digits to be told from 0.
std::string share_text(double share);
// The same for shares that stand below each other: how many decimals tell the smallest from 0, three at most.
int share_decimals(std::span<const double> shares);
std::string share_text(double share, int decimals);
std::string bytes_text(double bytes);         // "3.1 MB"
std::string milliseconds_text(double value);  // "0.031"
// The same for times that stand below each other.
int milliseconds_decimals(double slowest);
std::string milliseconds_text(double value, int decimals);
std::string signed_text(double value, int decimals);  // "+1.25"
int signed_decimals(double largest);                  // for numbers below each other, the largest of which this is
// A layer's text without its last settings, as much as fits: "conv 64 3x3 stride 2" of "conv 64 3x3 stride 2 pad 1".
// Its number of channels and its kernel stay, however wide they are.
std::string shorter_layer_text(const std::string& text, const std::function<bool(const std::string&)>& fits);
std::string kernel_of(const std::string& text);  // "3x3" of "conv 64 3x3 pad 1"; empty: it has none

// The maps of a node's activation; of no values: there are none to show.
TensorMaps maps_of_node(const NetworkMoment& moment, int node);
// What the network looks at, the crop with it: another key, another picture.
std::string picture_key(const NetworkMoment& moment);
// The layer's number and name: "12, layer1.0.conv1".
std::string layer_words(const OpenNetworkInfo& info, int node);
// As commands name it: "12"; the input is "input".
inline std::string layer_word(int node) { return node == 0 ? "input" : std::to_string(node - 1); }
// Bytes of a layer's output for one picture.
int64_t output_bytes(const OpenNetworkInfo& info, int node);

}  // namespace striate
