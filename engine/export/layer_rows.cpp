#include "engine/export/layer_rows.h"

#include <string_view>
#include <variant>

#include "engine/error.h"
#include "engine/network/layer_kind.h"
#include "engine/network/layers/rows.h"
#include "engine/network/python_values.h"

namespace striate {
namespace {

bool is_there(const char* name) { return name != nullptr && std::string_view(name) != kNoName; }

struct PythonValue {
  std::string operator()(bool value) const { return layers::yes(value); }
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return python_number(value); }
  std::string operator()(const std::string& value) const { return python_text(value); }
  std::string operator()(const std::vector<int64_t>& value) const { return python_list(value); }
  std::string operator()(const std::vector<double>& value) const {
    std::string text;
    for (const double each : value) text += (text.empty() ? "" : ", ") + python_number(each);
    return '[' + text + ']';
  }
};

// "function(INPUTS, setting=value)"
std::string python_call(const char* function, std::string inputs, const Layer& layer,
                        const char* NamesElsewhere::*program) {
  for (const LayerField& field : layer.info().fields) {
    if (!is_there(field.names.*program)) continue;
    inputs += fmt::format(", {}={}", field.names.*program, std::visit(PythonValue{}, field.value(layer)));
  }
  return fmt::format("{}({})", function, inputs);
}

struct OnnxAttribute {
  WrittenNode& node;
  const char* name;
  void operator()(bool value) const { node.with(name, int64_t{value}); }
  void operator()(int64_t value) const { node.with(name, value); }
  void operator()(double value) const { node.with_real(name, value); }
  void operator()(const std::string& value) const { node.with_text(name, value); }
  void operator()(const std::vector<int64_t>& value) const { node.with(name, value); }
  void operator()(const std::vector<double>&) const { check(false, "{} has a list of reals", name); }
};

}  // namespace

void write_layer(TorchPage& to, const ExportNode& n) {
  const TorchRow& row = n.layer->info().torch;
  check(row.name != nullptr, "{} has no row for PyTorch", n.layer->kind());
  if (row.write != nullptr) return row.write(to, n);
  std::string inputs = to.x(n);
  for (size_t i = 1; i < n.inputs.size(); ++i) inputs += ", " + to.x(n, i);
  to.line(n, python_call(row.name, inputs, *n.layer, &NamesElsewhere::torch));
}

void write_layer(KerasPage& to, const ExportNode& n) {
  const KerasRow& row = n.layer->info().keras;
  check(row.name != nullptr, "{} has no row for Keras", n.layer->kind());
  if (row.write != nullptr) return row.write(to, n);
  const bool one = n.inputs.size() == 1;
  const KerasPage::Order order = one ? to.order(n) : layers::keras_common_order(to, n, true);
  std::string inputs = one ? to.x(n) : to.x(n, order);
  for (size_t i = 1; i < n.inputs.size(); ++i) {
    inputs += ", ";
    inputs += to.x(n, order, i);
  }
  to.line(n, order, python_call(row.name, inputs, *n.layer, &NamesElsewhere::keras));
}

void write_layer(OnnxPage& to, const ExportNode& n) {
  const OnnxRow& row = n.layer->info().onnx;
  check(row.name != nullptr, "{} has no row for ONNX", n.layer->kind());
  if (row.write != nullptr) return row.write(to, n);
  to.need(row.since, row.name);
  WrittenNode& node = to.op(row.name, n, layers::onnx_inputs(to, n));
  for (const LayerField& field : n.layer->info().fields) {
    if (is_there(field.names.onnx)) std::visit(OnnxAttribute{node, field.names.onnx}, field.value(*n.layer));
  }
}

}  // namespace striate
