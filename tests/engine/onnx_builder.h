// Small ONNX models for tests, made by protobuf: the way every exporter makes them.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

namespace striate {

using OnnxDims = std::vector<int64_t>;

class OnnxBuilder {
 public:
  onnx::ModelProto model;

  explicit OnnxBuilder(int64_t opset = 13) {
    model.set_ir_version(8);
    model.set_producer_name("test");
    model.add_opset_import()->set_version(opset);
    graph().set_name("graph");
  }
  onnx::GraphProto& graph() { return *model.mutable_graph(); }

  // Size -1: open, by the name "N".
  static void set_type(onnx::ValueInfoProto& value, const std::string& name, const OnnxDims& dims, int type) {
    value.set_name(name);
    auto& tensor = *value.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(type);
    tensor.mutable_shape();
    for (const int64_t size : dims) {
      auto& dim = *tensor.mutable_shape()->add_dim();
      if (size == -1) {
        dim.set_dim_param("N");
      } else {
        dim.set_dim_value(size);
      }
    }
  }
  OnnxBuilder& input(const std::string& name, const OnnxDims& dims, int type = 1) {
    set_type(*graph().add_input(), name, dims, type);
    return *this;
  }
  OnnxBuilder& output(const std::string& name, const OnnxDims& dims = {}, int type = 1) {
    set_type(*graph().add_output(), name, dims, type);
    return *this;
  }
  onnx::TensorProto& tensor(const std::string& name, const OnnxDims& dims, int type) {
    onnx::TensorProto& t = *graph().add_initializer();
    t.set_name(name);
    t.set_data_type(type);
    for (const int64_t size : dims) t.add_dims(size);
    return t;
  }
  OnnxBuilder& floats(const std::string& name, const OnnxDims& dims, const std::vector<float>& values) {
    tensor(name, dims, 1).set_raw_data(values.data(), values.size() * sizeof(float));
    return *this;
  }
  OnnxBuilder& integers(const std::string& name, const OnnxDims& dims, const std::vector<int64_t>& values) {
    tensor(name, dims, 7).set_raw_data(values.data(), values.size() * sizeof(int64_t));
    return *this;
  }
  onnx::NodeProto& node(const std::string& op, const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs) {
    onnx::NodeProto& n = *graph().add_node();
    n.set_op_type(op);
    for (const std::string& name : inputs) n.add_input(name);
    for (const std::string& name : outputs) n.add_output(name);
    return n;
  }
  std::vector<uint8_t> bytes() const {
    const std::string text = model.SerializeAsString();
    return {text.begin(), text.end()};
  }
};

inline onnx::AttributeProto& attribute(onnx::NodeProto& node, const std::string& name) {
  onnx::AttributeProto& a = *node.add_attribute();
  a.set_name(name);
  return a;
}
inline onnx::NodeProto& with(onnx::NodeProto& node, const std::string& name, int64_t value) {
  onnx::AttributeProto& a = attribute(node, name);
  a.set_type(onnx::AttributeProto::INT);
  a.set_i(value);
  return node;
}
inline onnx::NodeProto& with(onnx::NodeProto& node, const std::string& name, int value) {
  return with(node, name, static_cast<int64_t>(value));
}
inline onnx::NodeProto& with(onnx::NodeProto& node, const std::string& name, float value) {
  onnx::AttributeProto& a = attribute(node, name);
  a.set_type(onnx::AttributeProto::FLOAT);
  a.set_f(value);
  return node;
}
inline onnx::NodeProto& with(onnx::NodeProto& node, const std::string& name, const char* value) {
  onnx::AttributeProto& a = attribute(node, name);
  a.set_type(onnx::AttributeProto::STRING);
  a.set_s(value);
  return node;
}
inline onnx::NodeProto& with(onnx::NodeProto& node, const std::string& name, const OnnxDims& values) {
  onnx::AttributeProto& a = attribute(node, name);
  a.set_type(onnx::AttributeProto::INTS);
  for (const int64_t value : values) a.add_ints(value);
  return node;
}
inline onnx::NodeProto& with(onnx::NodeProto& node, const std::string& name, const std::vector<float>& values) {
  onnx::AttributeProto& a = attribute(node, name);
  a.set_type(onnx::AttributeProto::FLOATS);
  for (const float value : values) a.add_floats(value);
  return node;
}

}  // namespace striate
