#include "engine/network/layers/rows.h"

namespace striate::layers {

void torch_call(TorchPage& to, const ExportNode& n, const std::string& function, const std::string& more) {
  to.line(n, fmt::format("{}({}{}{})", function, to.x(n), more.empty() ? "" : ", ", more));
}

void torch_apply(TorchPage& to, const ExportNode& n) { to.line(n, fmt::format("{}({})", to.layer(n), to.x(n))); }

void torch_operator(TorchPage& to, const ExportNode& n) {
  std::string value = to.x(n);
  for (size_t i = 1; i < n.inputs.size(); ++i) value += fmt::format(" {} {}", n.layer->info().torch.name, to.x(n, i));
  to.line(n, value);
}

std::string torch_epsilon(float epsilon) { return epsilon == 1e-5f ? "" : ", eps=" + python_number(epsilon); }

std::string yes(bool value) { return value ? "True" : "False"; }

void keras_pointwise(KerasPage& to, const ExportNode& n, const std::string& expression) {
  to.line(n, to.order(n), expression);
}

void keras_call(KerasPage& to, const ExportNode& n, const std::string& function, const std::string& more) {
  keras_pointwise(to, n, fmt::format("{}({}{}{})", function, to.x(n), more.empty() ? "" : ", ", more));
}

void keras_operator(KerasPage& to, const ExportNode& n) {
  const KerasPage::Order order = keras_common_order(to, n, true);
  std::string value = to.x(n, order);
  for (size_t i = 1; i < n.inputs.size(); ++i) {
    value += fmt::format(" {} ", n.layer->info().keras.name);
    value += to.x(n, order, i);
  }
  to.line(n, order, value);
}

int64_t keras_axis(const KerasPage& to, const ExportNode& n, int64_t axis) {
  if (!to.last(n) || axis == 0) return axis;
  return axis == 1 ? n.in[0].rank() - 1 : axis - 1;
}

KerasPage::Order keras_common_order(const KerasPage& to, const ExportNode& n, bool broadcasts) {
  bool last = false, first = false;
  for (size_t i = 0; i < n.inputs.size(); ++i) {
    if (to.last(n, i)) {
      last = true;
    } else if (!broadcasts || n.in[i].rank() > 0) {
      first = true;
    }
    first = first || (n.in[i].rank() != n.in[0].rank() && !(broadcasts && n.in[i].rank() == 0));
  }
  return last && !first ? KerasPage::Order::last : KerasPage::Order::first;
}

std::string keras_sizes(const ExportNode& n) {
  std::vector<int64_t> sizes = n.out.sizes();
  for (int i = 0; i < n.out.rank(); ++i) {
    if (n.out[i] != n.two[i]) sizes[static_cast<size_t>(i)] = -1;
  }
  return python_list(sizes);
}

void keras_reshape(KerasPage& to, const ExportNode& n) {
  const std::string x = to.x(n, KerasPage::Order::first);
  to.line(n, KerasPage::Order::first, fmt::format("ops.reshape({}, {})", x, keras_sizes(n)));
}

std::vector<std::string> onnx_inputs(const OnnxPage& to, const ExportNode& n) {
  std::vector<std::string> inputs;
  for (size_t i = 0; i < n.inputs.size(); ++i) inputs.push_back(to.input(n, i));
  return inputs;
}

}  // namespace striate::layers
