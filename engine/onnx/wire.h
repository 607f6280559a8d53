// The first pass over a model: protobuf's wire format without the large arrays.
//
// A model of 500 MB is a few hundred kB of structure and 500 MB of values. The values of a tensor stand in one field
// (raw_data, or a packed float_data, int32_data, ...). This pass copies a message without those fields and remembers
// where they are in the file, so that the message can be parsed as usual and the values be read when and where they are
// needed. What is left out: the values of a graph's initializers and of tensors in attributes of nodes, from 256 bytes
// on; comments and the shapes of values in between; subgraphs (a graph in an attribute becomes an empty one), functions
// of the file and training information, which are only counted.
//
// Format: protobuf.dev/programming-guides/encoding. Field numbers: onnx.proto.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/files/byte_source.h"

namespace striate {

// A tensor's field that stayed in the file.
struct LeftOut {
  // Which tensor: the graph's initializer number `first` where second is -1; else attribute `second` of node `first`;
  // -1, -1: the tensor that the file itself is.
  int first = -1, second = -1;
  int field =
      0;  // in TensorProto: 4 float_data, 5 int32_data, 7 int64_data, 9 raw_data, 10 double_data, 11 uint64_data
  uint64_t offset = 0, bytes = 0;
};

struct WireScan {
  std::string message;            // what is left, to be parsed
  std::vector<LeftOut> left_out;  // in the file's order
  int graphs = 0;                 // graphs in the model: 1 where it is whole
  int functions = 0, training = 0;
};

// Throws Error: not protobuf, cut off, more than 2 GB.
WireScan scan_model(const ByteSource& source);
WireScan scan_tensor(const ByteSource& source);

}  // namespace striate
