#include "engine/network/layers/windows_rows.h"

#include <algorithm>

namespace striate::layers {
namespace {

bool some_is_not(const Ints& list, int64_t value) {
  return std::any_of(list.begin(), list.end(), [&](int64_t each) { return each != value; });
}

}  // namespace

bool WindowFacts::padded() const { return some_is_not(before, 0) || some_is_not(after, 0); }
bool WindowFacts::dilated() const { return some_is_not(dilation, 1); }
bool WindowFacts::strided() const { return some_is_not(stride, 1); }

Ints axes_there(const Triple& all, const Windows& windows, const Shape& in) {
  const size_t first = windows.axes == 3 ? 0 : in.rank() == 3 ? 2 : 1;
  return {all.begin() + static_cast<std::ptrdiff_t>(first), all.end()};
}

WindowFacts window_facts(const Windows& w, const Shape& in) {
  const auto there = [&](const Triple& all) { return axes_there(all, w, in); };
  return {there(w.window), there(w.stride), there(w.dilation), there(w.before), there(w.after)};
}

bool any_positive(const Ints& list) {
  return std::any_of(list.begin(), list.end(), [](int64_t each) { return each > 0; });
}

Ints pooling_after(const WindowFacts& w, const ExportNode& node) {
  Ints after;
  for (size_t a = 0; a < w.axes(); ++a) {
    const auto axis = static_cast<int>(a) + 2;
    after.push_back((node.out[axis] - 1) * w.stride[a] + w.covers(a) - node.in[0][axis] - w.before[a]);
  }
  return after;
}

Ints torch_pads(const Ints& before, const Ints& after) {
  Ints pads;
  for (size_t a = before.size(); a-- > 0;) pads.push_back(before[a]), pads.push_back(after[a]);
  return pads;
}

std::string keras_sides(const char* layer, size_t axes, const Ints& before, const Ints& after, const std::string& x) {
  std::string pairs;
  for (size_t a = 0; a < axes; ++a) pairs += fmt::format("{}({}, {})", a > 0 ? ", " : "", before[a], after[a]);
  const bool same = before == after && !some_is_not(before, before[0]);
  const std::string list = same ? std::to_string(before[0]) : axes == 1 ? pairs : "(" + pairs + ")";
  return fmt::format("layers.{}{}D({})({})", layer, axes, list, x);
}

void onnx_window(WrittenNode& node, const WindowFacts& w) {
  Ints pads = w.before;
  pads.insert(pads.end(), w.after.begin(), w.after.end());
  node.with("kernel_shape", w.size).with("strides", w.stride).with("pads", pads);
  if (w.dilated()) node.with("dilations", w.dilation);
}

Ints onnx_kernel_dims(int64_t first, int64_t second, const WindowFacts& w) {
  Ints dims{first, second};
  dims.insert(dims.end(), w.size.begin(), w.size.end());
  return dims;
}

}  // namespace striate::layers
