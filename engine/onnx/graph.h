// A model's graph as the file has it, without protobuf: operators, attributes, tensors. What reads the file (parse.cpp)
// writes it, what converts it (converter.h) reads it. For the files of this folder only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/files/byte_source.h"
#include "engine/onnx/host_tensor.h"

namespace striate {

// A tensor whose values are in a file until they are needed, or here.
class StoredTensor {
 public:
  std::string name;
  OnnxType type = OnnxType::float32;
  std::vector<int64_t> dims;
  int64_t count = 0;

  // How the values stand in `source`: little-endian values of `type`; packed floats or doubles; packed varints.
  enum class Encoding { here, raw, floats, doubles, varints };
  Encoding encoding = Encoding::here;
  std::shared_ptr<const ByteSource> source;
  uint64_t offset = 0, bytes = 0;
  HostTensor values;  // where `here`

  // All values, in the host's memory. Throws Error where they are damaged.
  HostTensor read() const;
  // The values as floats, in order, in pieces: use(first, values, count).
  void read_floats(const std::function<void(int64_t, const float*, int64_t)>& use) const;

 private:
  void read_pieces(const std::function<void(const HostTensor&)>& use) const;
};

struct OnnxAttribute {
  enum class Kind { real, integer, text, tensor, reals, integers, texts, graph, other };
  Kind kind = Kind::other;
  float real = 0;
  int64_t integer = 0;
  std::string text;
  std::shared_ptr<const StoredTensor> tensor;
  std::vector<float> reals;
  std::vector<int64_t> integers;
};

struct OnnxNode {
  std::string op, domain, name;
  std::vector<std::string> inputs, outputs;  // empty: left out
  std::map<std::string, OnnxAttribute> attributes;

  std::string output(size_t i) const { return i < outputs.size() ? outputs[i] : ""; }
  // For messages: "node \"conv1\" (Conv)", with the first output where the node has no name.
  std::string describe() const;
};

struct OnnxValue {
  std::string name;
  bool tensor = true;  // false: a sequence, an optional, a map
  int type = 0;        // its number in the format
  bool has_shape = false;
  std::vector<int64_t> dims;           // -1: open
  std::vector<std::string> dim_names;  // of open ones, may be empty
};

struct OnnxGraph {
  std::string file;  // for messages
  std::string name, producer;
  int64_t ir_version = 0;
  std::map<std::string, int64_t> opsets;  // by domain; "" for ai.onnx
  std::map<std::string, std::string> metadata;
  std::vector<OnnxNode> nodes;  // in running order
  std::map<std::string, std::shared_ptr<const StoredTensor>> initializers;
  std::vector<OnnxValue> inputs, outputs;  // without inputs that have an initializer
  int functions = 0, training = 0;         // of the file itself; they are not read
  int64_t opset() const;                   // of ai.onnx
};

// Reads the structure, checks it, puts nodes into running order; values stay where they are. `path`: where external
// data lie; empty: nowhere. Throws Error{"FILE: ...", hint}.
OnnxGraph parse_onnx(const std::shared_ptr<const ByteSource>& source, const std::string& path);
// A file with one tensor. Throws Error.
std::shared_ptr<const StoredTensor> parse_onnx_tensor(const std::shared_ptr<const ByteSource>& source);

}  // namespace striate
