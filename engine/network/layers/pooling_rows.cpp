#include "engine/network/layers/pooling_rows.h"

#include <algorithm>

namespace striate::layers {

bool torch_pools_so(const WindowFacts& w, bool ceil, const ExportNode& n) {
  for (size_t a = 0; a < w.axes(); ++a) {
    const int64_t in = n.in[0][static_cast<int>(a) + 2], pad = w.before[a], stride = w.stride[a];
    if (w.after[a] != pad || 2 * pad > w.size[a]) return false;
    const int64_t room = in + 2 * pad - w.covers(a);
    int64_t out = (room + (ceil ? stride - 1 : 0)) / stride + 1;
    if (ceil && (out - 1) * stride >= in + pad) --out;
    if (out != n.out[static_cast<int>(a) + 2]) return false;
  }
  return true;
}

bool keras_pools_so(const WindowFacts& w, const ExportNode& n) {
  return !w.padded() && !w.dilated() && !any_positive(pooling_after(w, n));
}

void keras_pool(KerasPage& to, const ExportNode& n, const char* layer, const WindowFacts& w) {
  std::string code = fmt::format("layers.{}Pooling{}D({}", layer, w.axes(), python_brief(w.size));
  if (w.stride != w.size) code += ", strides=" + python_brief(w.stride);
  to.line(n, KerasPage::Order::last, fmt::format("{})({})", code, to.x(n, KerasPage::Order::last)));
}

std::string keras_pool_arguments(const WindowFacts& w, const Ints& after, const ExportNode& n) {
  Ints pixels = n.out.sizes();
  pixels.erase(pixels.begin(), pixels.begin() + 2);
  return fmt::format("{}, {}, {}, {}, {}, {}", python_list(w.size), python_list(w.stride), python_list(w.before),
                     python_list(after), python_list(w.dilation), python_list(pixels));
}

Ints at_least_0(Ints list) {
  for (int64_t& each : list) each = std::max<int64_t>(each, 0);
  return list;
}

WindowFacts onnx_pooling(const Pooling& pooling, const ExportNode& n, bool counted, bool& ceil) {
  WindowFacts w = window_facts(pooling.windows, n.in[0]);
  ceil = pooling.ceil;
  if (!ceil) return w;
  const Ints needed = pooling_after(w, n);
  bool differs = false;
  for (size_t a = 0; a < w.axes(); ++a) {
    const auto axis = static_cast<int>(a) + 2;
    const int64_t room = n.in[0][axis] + w.before[a] + w.after[a] - w.covers(a);
    differs = differs || (room + w.stride[a] - 1) / w.stride[a] + 1 != n.out[axis];
    if (counted && needed[a] > w.after[a]) return w;
  }
  if (!differs) return w;
  ceil = false;
  for (size_t a = 0; a < w.axes(); ++a) w.after[a] = std::max<int64_t>(0, needed[a]);
  return w;
}

}  // namespace striate::layers
