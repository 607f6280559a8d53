// From protobuf's messages to graph.h. The only file besides the tests that includes onnx_pb.h: it is slow to compile.
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <set>
#include <utility>

#include "engine/error.h"
#include "engine/files/safetensors.h"
#include "engine/onnx/graph.h"
#include "engine/onnx/source_beside.h"
#include "engine/onnx/wire.h"

namespace striate {
namespace {

constexpr size_t kMaxDimensions = 32, kMaxNodes = 100000, kMaxNames = 1000;

// Names come from the file: short enough for one line, without line breaks.
std::string shown(const std::string& name) {
  std::string text = name.substr(0, 120);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 32 || c == 127) c = '?';
  }
  return text;
}

class Parser {
 public:
  Parser(std::shared_ptr<const ByteSource> source, std::string path)
      : source_(std::move(source)), path_(std::move(path)) {}

  OnnxGraph model() {
    keep(scan_model(*source_));
    onnx::ModelProto model;
    if (!model.ParseFromString(scan_.message)) fail("it does not parse as protobuf");
    scan_.message = {};
    if (scan_.graphs == 0) fail("it has no graph");
    OnnxGraph graph;
    graph.file = source_->name();
    graph.functions = scan_.functions;
    graph.training = scan_.training;
    graph.ir_version = model.ir_version();
    graph.name = shown(model.graph().name());
    graph.producer = shown(model.producer_name());
    if (!model.producer_version().empty()) graph.producer += ' ' + shown(model.producer_version());
    for (const auto& entry : model.opset_import()) {
      const std::string domain = entry.domain() == "ai.onnx" ? "" : entry.domain();
      if (!graph.opsets.emplace(domain, entry.version()).second) {
        fail(fmt::format("it names two versions of the operator set \"{}\"", shown(domain)));
      }
    }
    if (graph.opsets.empty() && graph.ir_version > 0 && graph.ir_version < 3) graph.opsets[""] = 1;
    for (const auto& entry : model.metadata_props()) graph.metadata[entry.key()] = entry.value();
    read_graph(model.graph(), graph);
    return graph;
  }

  std::shared_ptr<const StoredTensor> tensor() {
    keep(scan_tensor(*source_));
    onnx::TensorProto proto;
    if (!proto.ParseFromString(scan_.message)) fail("it does not parse as protobuf");
    return stored(proto, -1, -1);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(fmt::format("{}: not a valid ONNX file: {}", source_->name(), why), "download or export it again");
  }

  void keep(WireScan scan) {
    scan_ = std::move(scan);
    for (const LeftOut& each : scan_.left_out) {
      if (!left_.emplace(std::pair(each.first, each.second), &each).second) fail("a tensor has its values twice");
    }
  }

  void read_graph(const onnx::GraphProto& proto, OnnxGraph& graph) {
    if (proto.sparse_initializer_size() > 0) {
      throw Error(fmt::format("{}: tensor \"{}\" is sparse, which is not supported", source_->name(),
                              shown(proto.sparse_initializer(0).values().name())),
                  "save the model with dense weights");
    }
    std::set<std::string> written;
    const auto claim = [&](const std::string& name) {
      if (!written.insert(name).second) fail(fmt::format("two things are called \"{}\"", shown(name)));
    };
    for (int i = 0; i < proto.initializer_size(); ++i) {
      const auto& each = proto.initializer(i);
      if (each.name().empty()) fail("an initializer has no name");
      claim(each.name());
      graph.initializers[each.name()] = stored(each, i, -1);
    }
    std::set<std::string> input_names;
    for (const auto& each : proto.input()) {
      if (each.name().empty() || !input_names.insert(each.name()).second) {
        fail(fmt::format("two inputs are called \"{}\"", shown(each.name())));
      }
      // Up to IR version 3 every initializer is an input, too.
      if (graph.initializers.contains(each.name())) continue;
      claim(each.name());
      graph.inputs.push_back(value(each));
    }
    if (proto.output_size() == 0) fail("its graph has no output");
    if (static_cast<size_t>(proto.output_size()) > kMaxNames) fail("its graph has more than 1000 outputs");
    for (const auto& each : proto.output()) graph.outputs.push_back(value(each));
    if (static_cast<size_t>(proto.node_size()) > kMaxNodes) {
      fail(fmt::format("its graph has {} nodes, more than {}", proto.node_size(), kMaxNodes));
    }
    std::vector<OnnxNode> nodes;
    for (int i = 0; i < proto.node_size(); ++i) {
      nodes.push_back(node(proto.node(i), i));
      for (const std::string& output : nodes.back().outputs) {
        if (!output.empty()) claim(output);
      }
    }
    sort(std::move(nodes), graph);
    for (const OnnxValue& output : graph.outputs) {
      if (!written.contains(output.name)) {
        fail(fmt::format("nothing in its graph writes the output \"{}\"", shown(output.name)));
      }
    }
  }

  // Into running order: the file's own where it is one, which the format asks for.
  void sort(std::vector<OnnxNode> nodes, OnnxGraph& graph) const {
    std::map<std::string, size_t> writer;
    for (size_t i = 0; i < nodes.size(); ++i) {
      for (const std::string& output : nodes[i].outputs) {
        if (!output.empty()) writer[output] = i;
      }
    }
    std::set<std::string> given;
    for (const OnnxValue& input : graph.inputs) given.insert(input.name);
    std::vector<std::vector<size_t>> readers(nodes.size());
    std::vector<size_t> waits(nodes.size(), 0);
    for (size_t i = 0; i < nodes.size(); ++i) {
      for (const std::string& input : nodes[i].inputs) {
        if (input.empty() || given.contains(input) || graph.initializers.contains(input)) continue;
        const auto from = writer.find(input);
        if (from == writer.end()) {
          fail(fmt::format("{} reads \"{}\", which is no input, no initializer and no node's output",
                           shown(nodes[i].describe()), shown(input)));
        }
        readers[from->second].push_back(i);
        ++waits[i];
      }
    }
    std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (waits[i] == 0) ready.push(i);
    }
    while (!ready.empty()) {
      const size_t i = ready.top();
      ready.pop();
      for (const size_t reader : readers[i]) {
        if (--waits[reader] == 0) ready.push(reader);
      }
      graph.nodes.push_back(std::move(nodes[i]));
    }
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (waits[i] > 0) fail(fmt::format("{} is part of a cycle: it needs its own result", shown(nodes[i].describe())));
    }
  }

  OnnxValue value(const onnx::ValueInfoProto& proto) const {
    OnnxValue value;
    value.name = proto.name();
    value.tensor = proto.type().has_tensor_type() || proto.type().value_case() == onnx::TypeProto::VALUE_NOT_SET;
    if (!proto.type().has_tensor_type()) return value;
    const auto& type = proto.type().tensor_type();
    value.type = type.elem_type();
    value.has_shape = type.has_shape();
    if (static_cast<size_t>(type.shape().dim_size()) > kMaxDimensions) {
      fail(fmt::format("\"{}\" has more than {} dimensions", shown(value.name), kMaxDimensions));
    }
    for (const auto& dim : type.shape().dim()) {
      if (dim.has_dim_value() && dim.dim_value() < -1) {
        fail(fmt::format("\"{}\" has the size {}", shown(value.name), dim.dim_value()));
      }
      value.dims.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
      value.dim_names.push_back(shown(dim.dim_param()));
    }
    return value;
  }

  OnnxNode node(const onnx::NodeProto& proto, int index) {
    OnnxNode node;
    node.op = shown(proto.op_type());
    node.domain = proto.domain() == "ai.onnx" ? "" : shown(proto.domain());
    node.name = shown(proto.name());
    if (node.op.empty()) fail(fmt::format("node number {} has no operator", index));
    node.inputs.assign(proto.input().begin(), proto.input().end());
    node.outputs.assign(proto.output().begin(), proto.output().end());
    if (node.inputs.size() > 100 * kMaxNames || node.outputs.size() > 100 * kMaxNames) {
      fail(fmt::format("{} has more than {} inputs or outputs", node.describe(), 100 * kMaxNames));
    }
    if (static_cast<size_t>(proto.attribute_size()) > kMaxNames) {
      fail(fmt::format("{} has {} attributes, more than {}", node.describe(), proto.attribute_size(), kMaxNames));
    }
    for (int i = 0; i < proto.attribute_size(); ++i) {
      const auto& each = proto.attribute(i);
      if (!node.attributes.emplace(each.name(), attribute(each, node, index, i)).second) {
        fail(fmt::format("{} has two attributes \"{}\"", node.describe(), shown(each.name())));
      }
    }
    return node;
  }

  OnnxAttribute attribute(const onnx::AttributeProto& proto, const OnnxNode& node, int first, int second) {
    using Kind = OnnxAttribute::Kind;
    OnnxAttribute result;
    switch (kind_of(proto)) {
      case onnx::AttributeProto::FLOAT:
        result.kind = Kind::real;
        result.real = proto.f();
        break;
      case onnx::AttributeProto::INT:
        result.kind = Kind::integer;
        result.integer = proto.i();
        break;
      case onnx::AttributeProto::STRING:
        result.kind = Kind::text;
        result.text = proto.s();
        break;
      case onnx::AttributeProto::TENSOR:
        if (!proto.has_t()) fail(fmt::format("attribute \"{}\" of {} is empty", shown(proto.name()), node.describe()));
        result.kind = Kind::tensor;
        result.tensor = stored(proto.t(), first, second);
        break;
      case onnx::AttributeProto::FLOATS:
        result.kind = Kind::reals;
        result.reals.assign(proto.floats().begin(), proto.floats().end());
        break;
      case onnx::AttributeProto::INTS:
        result.kind = Kind::integers;
        result.integers.assign(proto.ints().begin(), proto.ints().end());
        break;
      case onnx::AttributeProto::STRINGS:
        result.kind = Kind::texts;
        break;
      case onnx::AttributeProto::GRAPH:
      case onnx::AttributeProto::GRAPHS:
        result.kind = Kind::graph;
        break;
      default:
        break;
    }
    return result;
  }

  // Files of the first versions leave the type out.
  static int kind_of(const onnx::AttributeProto& proto) {
    if (proto.type() != onnx::AttributeProto::UNDEFINED) return proto.type();
    if (proto.has_f()) return onnx::AttributeProto::FLOAT;
    if (proto.has_i()) return onnx::AttributeProto::INT;
    if (proto.has_s()) return onnx::AttributeProto::STRING;
    if (proto.has_t()) return onnx::AttributeProto::TENSOR;
    if (proto.has_g() || proto.graphs_size() > 0) return onnx::AttributeProto::GRAPH;
    if (proto.floats_size() > 0) return onnx::AttributeProto::FLOATS;
    if (proto.strings_size() > 0) return onnx::AttributeProto::STRINGS;
    return onnx::AttributeProto::INTS;
  }

  std::shared_ptr<const StoredTensor> stored(const onnx::TensorProto& proto, int first, int second) {
    auto tensor = std::make_shared<StoredTensor>();
    tensor->name = shown(proto.name());
    tensor->type = static_cast<OnnxType>(proto.data_type());
    tensor->dims.assign(proto.dims().begin(), proto.dims().end());
    const std::string what = fmt::format("tensor \"{}\"", tensor->name);
    if (tensor->dims.size() > kMaxDimensions) fail(fmt::format("{} has more than {} dimensions", what, kMaxDimensions));
    if (!count_of(tensor->dims, tensor->count)) {
      fail(fmt::format("{} has the sizes {}: one is negative, or their product is too large", what,
                       dims_text(tensor->dims)));
    }
    const size_t width = onnx_type_bytes(tensor->type);
    if (width == 0) {
      throw Error(fmt::format("{}: {} holds {}, which is not supported", source_->name(), what,
                              onnx_type_name(proto.data_type())),
                  "striate reads float16, bfloat16, float32, float64, bool and integers of 8 to 64 bits");
    }
    if (proto.has_segment()) fail(fmt::format("{} is stored in segments", what));
    const auto found = left_.find({first, second});
    const LeftOut* left = found == left_.end() ? nullptr : found->second;
    if (proto.data_location() == onnx::TensorProto::EXTERNAL) {
      if (left != nullptr || proto.has_raw_data()) fail(fmt::format("{} has its values here and elsewhere", what));
      external(proto, width, *tensor);
    } else if (left != nullptr) {
      in_file(*left, width, *tensor);
    } else {
      here(proto, width, *tensor);
    }
    return tensor;
  }

  void need_bytes(const StoredTensor& tensor, size_t width, uint64_t bytes) const {
    if (static_cast<uint64_t>(tensor.count) > bytes / width || static_cast<uint64_t>(tensor.count) * width != bytes) {
      fail(fmt::format("tensor \"{}\" of {} {} needs {} values, its data has {} bytes", tensor.name,
                       dims_text(tensor.dims), onnx_type_name(tensor.type), tensor.count, bytes));
    }
  }

  // Which field of a TensorProto holds the values of a type.
  static int field_of(OnnxType type) {
    switch (type) {
      case OnnxType::float32:
        return 4;
      case OnnxType::float64:
        return 10;
      case OnnxType::int64:
        return 7;
      case OnnxType::uint32:
      case OnnxType::uint64:
        return 11;
      default:
        return 5;
    }
  }

  void in_file(const LeftOut& left, size_t width, StoredTensor& tensor) const {
    using Encoding = StoredTensor::Encoding;
    if (left.field != 9 && left.field != field_of(tensor.type)) {
      fail(fmt::format("tensor \"{}\" has its {} values in a field for another type", tensor.name,
                       onnx_type_name(tensor.type)));
    }
    tensor.encoding = left.field == 9    ? Encoding::raw
                      : left.field == 4  ? Encoding::floats
                      : left.field == 10 ? Encoding::doubles
                                         : Encoding::varints;
    tensor.source = source_;
    tensor.offset = left.offset;
    tensor.bytes = left.bytes;
    if (tensor.encoding != Encoding::varints) {
      need_bytes(tensor, width, left.bytes);
    } else if (static_cast<uint64_t>(tensor.count) > left.bytes) {
      fail(fmt::format("tensor \"{}\" of {} needs {} values, its data has {} bytes", tensor.name,
                       dims_text(tensor.dims), tensor.count, left.bytes));
    }
  }

  void here(const onnx::TensorProto& proto, size_t width, StoredTensor& tensor) const {
    if (proto.has_raw_data()) {
      need_bytes(tensor, width, proto.raw_data().size());
      const std::string& raw = proto.raw_data();
      tensor.encoding = StoredTensor::Encoding::raw;
      tensor.bytes = raw.size();
      tensor.source = memory_source(std::vector<uint8_t>(raw.begin(), raw.end()), source_->name());
      return;
    }
    HostTensor& values = tensor.values;
    values.type = tensor.type;
    values.dims = tensor.dims;
    switch (field_of(tensor.type)) {
      case 4:
        values.reals.assign(proto.float_data().begin(), proto.float_data().end());
        break;
      case 10:
        values.reals.assign(proto.double_data().begin(), proto.double_data().end());
        break;
      case 7:
        values.integers.assign(proto.int64_data().begin(), proto.int64_data().end());
        break;
      case 11:
        for (const uint64_t each : proto.uint64_data()) {
          values.integers.push_back(wrap_to(tensor.type, static_cast<int64_t>(each)));
        }
        break;
      default:
        for (const int32_t each : proto.int32_data()) {
          if (tensor.type == OnnxType::float16) {
            values.reals.push_back(static_cast<double>(half_to_float(static_cast<uint16_t>(each))));
          } else if (tensor.type == OnnxType::bfloat16) {
            values.reals.push_back(static_cast<double>(bfloat16_to_float(static_cast<uint16_t>(each))));
          } else {
            values.integers.push_back(wrap_to(tensor.type, each));
          }
        }
    }
    if (values.count() != tensor.count) {
      fail(fmt::format("tensor \"{}\" of {} {} needs {} values, it has {}", tensor.name, dims_text(tensor.dims),
                       onnx_type_name(tensor.type), tensor.count, values.count()));
    }
  }

  void external(const onnx::TensorProto& proto, size_t width, StoredTensor& tensor) {
    std::string location;
    int64_t offset = 0, length = -1;
    const auto number = [&](const std::string& text) {
      int64_t value = 0;
      if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos) {
        fail(fmt::format("tensor \"{}\" has \"{}\" as a place in its file", tensor.name, shown(text)));
      }
      for (const char c : text) value = value * 10 + (c - '0');
      return value;
    };
    for (const auto& entry : proto.external_data()) {
      if (entry.key() == "location") location = entry.value();
      if (entry.key() == "offset") offset = number(entry.value());
      if (entry.key() == "length") length = number(entry.value());
    }
    auto& beside = beside_[location];
    if (beside == nullptr) beside = source_beside(source_->name(), path_, location, tensor.name);
    if (length >= 0) need_bytes(tensor, width, static_cast<uint64_t>(length));
    const uint64_t needed = static_cast<uint64_t>(tensor.count) * width;
    if (static_cast<uint64_t>(tensor.count) > beside->size() / width ||
        static_cast<uint64_t>(offset) > beside->size() - needed) {
      throw Error(fmt::format("{}: tensor \"{}\" needs {} bytes from byte {} of {}, which has {}", source_->name(),
                              tensor.name, needed, offset, beside->name(), beside->size()),
                  "the two files don't belong together, or one is cut off: save or download both again");
    }
    tensor.encoding = StoredTensor::Encoding::raw;
    tensor.source = beside;
    tensor.offset = static_cast<uint64_t>(offset);
    tensor.bytes = needed;
  }

  std::shared_ptr<const ByteSource> source_;
  std::string path_;
  WireScan scan_;
  std::map<std::pair<int, int>, const LeftOut*> left_;  // by where the tensor stands
  std::map<std::string, std::shared_ptr<const ByteSource>> beside_;
};

}  // namespace

OnnxGraph parse_onnx(const std::shared_ptr<const ByteSource>& source, const std::string& path) {
  return Parser(source, path).model();
}

std::shared_ptr<const StoredTensor> parse_onnx_tensor(const std::shared_ptr<const ByteSource>& source) {
  return Parser(source, "").tensor();
}

}  // namespace striate
