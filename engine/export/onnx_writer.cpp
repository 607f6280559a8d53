#include "engine/export/onnx_writer.h"

// protobuf's headers are slow to compile: no header here includes them.
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/error.h"
#include "engine/export/layer_rows.h"
#include "engine/export/onnx_nodes.h"
#include "engine/files/atomic_write.h"

namespace striate {
namespace {

static_assert(std::endian::native == std::endian::little, "raw values of a file are little-endian");

// Numbers of fields in onnx.proto, for the parts that are written piece by piece.
constexpr uint32_t kGraphOfModel = 7, kInitializerOfGraph = 5, kRawOfTensor = 9;

// The version of the file format that came with a set of operators.
int64_t ir_version(int opset) { return opset < 15 ? 7 : opset < 19 ? 8 : opset < 21 ? 9 : 10; }

void put_number(std::string& to, uint64_t value) {
  for (; value >= 128; value >>= 7) to += static_cast<char>(value | 128);
  to += static_cast<char>(value);
}
// What stands before a field that is `length` bytes long.
std::string field_head(uint32_t field, uint64_t length) {
  std::string head;
  put_number(head, uint64_t{field} << 3 | 2);
  put_number(head, length);
  return head;
}

OnnxNodes write_layers(const ExportGraph& graph, const Network& network, int opset) {
  OnnxNodes nodes(graph, network, opset);
  for (const ExportNode& node : graph.nodes) {
    if (node.index == 0) continue;
    write_layer(nodes, node);
  }
  return nodes;
}

void describe(const ExportNode& node, const std::string& name, onnx::ValueInfoProto& info) {
  info.set_name(name);
  onnx::TypeProto::Tensor& tensor = *info.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx::TensorProto::FLOAT);
  tensor.mutable_shape();
  for (int i = 0; i < node.out.rank(); ++i) {
    auto& dim = *tensor.mutable_shape()->add_dim();
    if (node.batched && node.out[i] != node.two[i]) {
      if (node.out[i] == 1) {
        dim.set_dim_param("N");
      } else {
        dim.set_dim_param(fmt::format("{}*N", node.out[i]));
      }
    } else {
      dim.set_dim_value(node.out[i]);
    }
  }
}

void write_node(const WrittenNode& from, onnx::NodeProto& to) {
  to.set_op_type(from.op);
  to.set_name(from.name);
  for (const std::string& name : from.inputs) to.add_input(name);
  for (const std::string& name : from.outputs) to.add_output(name);
  for (const WrittenAttribute& a : from.attributes) {
    onnx::AttributeProto& attribute = *to.add_attribute();
    attribute.set_name(a.name);
    switch (a.kind) {
      case WrittenAttribute::Kind::integer:
        attribute.set_type(onnx::AttributeProto::INT);
        attribute.set_i(a.integer);
        break;
      case WrittenAttribute::Kind::real:
        attribute.set_type(onnx::AttributeProto::FLOAT);
        attribute.set_f(a.real);
        break;
      case WrittenAttribute::Kind::text:
        attribute.set_type(onnx::AttributeProto::STRING);
        attribute.set_s(a.text);
        break;
      case WrittenAttribute::Kind::integers:
        attribute.set_type(onnx::AttributeProto::INTS);
        for (const int64_t value : a.integers) attribute.add_ints(value);
        break;
    }
  }
}

// The graph without its initializers.
onnx::GraphProto graph_message(const ExportGraph& graph, const OnnxNodes& nodes, const std::string& name) {
  onnx::GraphProto message;
  message.set_name(name.empty() ? "network" : name);
  describe(graph.nodes[0], graph.nodes[0].name, *message.add_input());
  for (const WrittenNode& node : nodes.nodes) write_node(node, *message.add_node());
  std::vector<char> comes_out(graph.nodes.size(), 0);
  for (const int node : graph.outputs) {
    comes_out[static_cast<size_t>(node)] = 1;
    const std::string& output = graph.at(node).name;
    if (node == 0) {  // the input itself: ONNX wants a node between
      onnx::NodeProto& same = *message.add_node();
      same.set_op_type("Identity");
      same.set_name("output");
      same.add_input(output);
      same.add_output("output");
    }
    describe(graph.at(node), node == 0 ? "output" : output, *message.add_output());
  }
  for (const ExportNode& node : graph.nodes) {
    if (node.index > 0 && comes_out[static_cast<size_t>(node.index)] == 0)
      describe(node, node.name, *message.add_value_info());
  }
  return message;
}

onnx::ModelProto model_message(const ExportInfo& info, const Architecture& architecture, int opset) {
  onnx::ModelProto message;
  message.set_ir_version(ir_version(opset));
  message.set_producer_name("Striate");
  message.add_opset_import()->set_version(opset);
  const auto say = [&](const char* key, const std::string& value) {
    if (value.empty()) return;
    onnx::StringStringEntryProto& entry = *message.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  };
  if (!info.classes.empty()) {
    const auto replace = nlohmann::json::error_handler_t::replace;
    say("classes", nlohmann::json(info.classes).dump(-1, ' ', false, replace));
  }
  say("preprocessing", info.preprocessing);
  say("frozen", info.frozen.names(architecture));
  return message;
}

uint64_t bytes_of(const WrittenTensor& tensor) {
  if (tensor.source != nullptr) return static_cast<uint64_t>(tensor.source->shape.count()) * sizeof(float);
  return tensor.whole ? tensor.integers.size() * sizeof(int64_t) : tensor.reals.size() * sizeof(float);
}

// The tensor without its values.
onnx::TensorProto tensor_message(const WrittenTensor& tensor) {
  onnx::TensorProto message;
  message.set_name(tensor.name);
  message.set_data_type(tensor.whole ? onnx::TensorProto::INT64 : onnx::TensorProto::FLOAT);
  for (const int64_t size : tensor.dims) message.add_dims(size);
  return message;
}

// Small values, shapes among them, stay in the file: readers need them before they look for a second one.
bool goes_out(const WrittenTensor& tensor) {
  constexpr uint64_t kSmall = 1024;
  return tensor.source != nullptr && bytes_of(tensor) > kSmall;
}

void write_values(Stream& stream, const Network& network, const WrittenTensor& tensor, AtomicFile& file) {
  if (tensor.source != nullptr) {
    constexpr int64_t kPiece = 1 << 20;
    std::vector<float> piece;
    const float* const from = network.arena(tensor.source->kind) + tensor.source->offset;
    for (int64_t first = 0, all = tensor.source->shape.count(); first < all; first += kPiece) {
      piece.resize(static_cast<size_t>(std::min(kPiece, all - first)));
      copy_bytes(stream, piece.data(), Device::cpu(), from + first, network.device(), piece.size() * sizeof(float));
      file.write(piece.data(), piece.size() * sizeof(float));
    }
  } else if (tensor.whole) {
    file.write(tensor.integers.data(), bytes_of(tensor));
  } else {
    file.write(tensor.reals.data(), bytes_of(tensor));
  }
}

}  // namespace

OnnxWritten write_onnx(Stream& stream, const Network& network, const ExportInfo& info, const std::string& path,
                       int64_t largest, const std::function<void(const std::string& data)>& before_data) {
  const ExportGraph graph = export_graph(network.architecture(), info);
  // What some operators look like depends on the opset, which depends on the operators.
  const int opset = write_layers(graph, network, OnnxNodes::kLowest).needed();
  const OnnxNodes nodes = write_layers(graph, network, opset);
  OnnxWritten written;
  written.opset = opset;
  written.because_of = nodes.needed_for();

  const std::string model = model_message(info, network.architecture(), opset).SerializeAsString();
  const std::string head = graph_message(graph, nodes, info.name).SerializeAsString();
  uint64_t all = model.size() + head.size();
  for (const WrittenTensor& tensor : nodes.tensors) all += bytes_of(tensor) + tensor.name.size() + 100;
  const bool outside = all > static_cast<uint64_t>(largest);
  if (outside) written.data = path + ".data";
  if (outside && before_data) before_data(written.data);

  // Initializers one by one, so that no second copy of all weights is made. Their lengths come first.
  std::vector<std::string> heads;
  uint64_t graph_size = head.size(), offset = 0;
  for (const WrittenTensor& tensor : nodes.tensors) {
    onnx::TensorProto message = tensor_message(tensor);
    const uint64_t bytes = bytes_of(tensor);
    if (outside && goes_out(tensor)) {
      message.set_data_location(onnx::TensorProto::EXTERNAL);
      const auto say = [&](const char* key, const std::string& value) {
        onnx::StringStringEntryProto& entry = *message.add_external_data();
        entry.set_key(key);
        entry.set_value(value);
      };
      say("location", std::filesystem::path(written.data).filename().string());
      say("offset", std::to_string(offset));
      say("length", std::to_string(bytes));
      offset += bytes;
    }
    std::string bytes_before = message.SerializeAsString();
    uint64_t length = bytes_before.size();
    if (!(outside && goes_out(tensor))) {
      bytes_before += field_head(kRawOfTensor, bytes);
      length = bytes_before.size() + bytes;
    }
    heads.push_back(field_head(kInitializerOfGraph, length) + bytes_before);
    graph_size += heads.back().size() + (length - bytes_before.size());
  }

  stream.synchronize();
  AtomicFile file(path);
  std::optional<AtomicFile> data;
  if (outside) data.emplace(written.data);
  const auto put = [&](const std::string& text) { file.write(text.data(), text.size()); };
  put(model);
  put(field_head(kGraphOfModel, graph_size));
  put(head);
  for (size_t i = 0; i < nodes.tensors.size(); ++i) {
    const WrittenTensor& tensor = nodes.tensors[i];
    put(heads[i]);
    write_values(stream, network, tensor, outside && goes_out(tensor) ? *data : file);
  }
  if (data) data->commit();
  file.commit();
  return written;
}

}  // namespace striate
