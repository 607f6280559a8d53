// Words and small parts that pages of the open network have in common.
#pragma once

#include <cstdint>
#include <string>

#include "app/network/network_moment.h"
#include "app/widgets/tensor_grid.h"

namespace striate {

std::string sizes_text(const Shape& shape);  // "64 x 56 x 56"
// "12.3 %", and of small shares enough digits to be told from 0.
std::string share_text(double share);
std::string bytes_text(double bytes);         // "3.1 MB"
std::string milliseconds_text(double value);  // "0.031"
std::string signed_text(double value);        // "+1.25"

// The maps of a node's activation; of no values: there are none to show.
TensorMaps maps_of_node(const NetworkMoment& moment, int node);
// What the network looks at, the crop with it: another key, another picture.
std::string picture_key(const NetworkMoment& moment);
// The layer's number and name: "12, layer1.0.conv1".
std::string layer_words(const OpenNetworkInfo& info, int node);
// Bytes of a layer's output for one picture.
int64_t output_bytes(const OpenNetworkInfo& info, int node);

}  // namespace striate
