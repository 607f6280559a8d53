#include "engine/explain/size_formula.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <optional>
#include <variant>

#include "engine/marked.h"
#include "engine/network/layer_kind.h"
#include "engine/walk/network_walk.h"

namespace striate {
namespace {

bool has(const Layer& layer, std::initializer_list<const char*> settings) {
  return std::all_of(settings.begin(), settings.end(),
                     [&](const char* each) { return layer.info().find(each) != nullptr; });
}
std::string text_of(const Layer& layer, const char* setting) { return layer.info().find(setting)->text(layer); }
int64_t whole_of(const Layer& layer, const char* setting) { return std::get<int64_t>(setting_of(layer, setting)); }

// "5x3", "2", "0,1,0,1"
std::vector<int64_t> numbers_of(const std::string& text) {
  std::vector<int64_t> numbers;
  for (size_t i = 0; i < text.size();) {
    if (std::isdigit(static_cast<unsigned char>(text[i])) == 0 && text[i] != '-') {
      ++i;
      continue;
    }
    char* end = nullptr;
    numbers.push_back(std::strtoll(text.c_str() + i, &end, 10));
    i = std::max(i + 1, static_cast<size_t>(end - text.c_str()));
  }
  return numbers;
}

// A window along one of `axes` axes, counted from the last one back.
struct Window {
  int64_t size = 1, stride = 1, before = 0, after = 0, dilation = 1, more = 0;
  bool partial = false;
  std::string padding() const {
    if (before == 0 && after == 0) return "";
    return before == after ? fmt::format(" + 2*{}", before) : fmt::format(" + {} + {}", before, after);
  }
  std::string covers() const {
    return dilation == 1 ? fmt::format("{}", size) : fmt::format("({}*({} - 1) + 1)", dilation, size);
  }
};

std::optional<Window> window_of(const Layer& layer, int from_end) {
  const bool kernel = has(layer, {"kernel"});
  if (!(kernel || has(layer, {"window"})) || !has(layer, {"stride", "padding", "dilation"})) return std::nullopt;
  const auto along = [&](const char* setting, int parts, int part) {
    const std::vector<int64_t> all = numbers_of(text_of(layer, setting));
    const auto at = static_cast<int>(all.size()) - (from_end + 1) * parts + part;
    return at >= 0 ? all[static_cast<size_t>(at)] : all[0];
  };
  Window w;
  w.size = along(kernel ? "kernel" : "window", 1, 0);
  w.stride = along("stride", 1, 0);
  w.dilation = along("dilation", 1, 0);
  const bool sides = text_of(layer, "padding").find(',') != std::string::npos;
  w.before = along("padding", sides ? 2 : 1, 0);
  w.after = along("padding", sides ? 2 : 1, sides ? 1 : 0);
  if (has(layer, {"output-padding"})) w.more = along("output-padding", 1, 0);
  if (has(layer, {"partial-windows"})) w.partial = std::get<bool>(setting_of(layer, "partial-windows"));
  return w;
}

std::string placed(const Window& w, int64_t in, int64_t out) {
  std::string text =
      fmt::format("{}(({}{} - {}) / {}) + 1", w.partial ? "ceil" : "floor", in, w.padding(), w.covers(), w.stride);
  // A last window that would begin behind picture and padding is none.
  const int64_t room = in + w.before + w.after - (w.dilation * (w.size - 1) + 1);
  const int64_t windows = (w.partial && room > -w.stride ? (room + w.stride - 1) / w.stride : room / w.stride) + 1;
  if (windows > out) text += fmt::format(" - {}", windows - out);
  return text;
}

std::string stamped(const Window& w, int64_t in) {
  std::string text = fmt::format("({} - 1)*{} + {}", in, w.stride, w.covers());
  if (w.before == w.after && w.before != 0) text += fmt::format(" - 2*{}", w.before);
  if (w.before != w.after) text += fmt::format(" - {} - {}", w.before, w.after);
  if (w.more != 0) text += fmt::format(" + {}", w.more);
  return text;
}

std::string signed_sum(int64_t first, std::initializer_list<int64_t> rest) {
  std::string text = fmt::format("{}", first);
  for (const int64_t each : rest) {
    if (each != 0) text += fmt::format(" {} {}", each < 0 ? '-' : '+', std::abs(each));
  }
  return text;
}

std::string product(const Shape& shape, int first, int end) {
  std::string text;
  for (int i = first; i < end; ++i) text += fmt::format("{}{}", text.empty() ? "" : "*", shape[i]);
  return text.empty() ? "1" : text;
}

// How the layer comes to this size; empty: nothing but the number is to be said.
std::string formula_of(const Layer& layer, const std::vector<Shape>& inputs, const Shape& out, int axis) {
  const Shape& in = inputs[0];
  const Follow follow = layer.info().follow;
  const auto arithmetic = [&](const std::string& text) { return fmt::format("{} = {}", text, out[axis]); };
  if (follow == Follow::flattened) {
    const auto from = static_cast<int>(whole_of(layer, "axis"));
    const bool one = axis == 0 ? from < 2 : in.rank() - from < 2;
    return one ? "" : arithmetic(axis == 0 ? product(in, 0, from) : product(in, from, in.rank()));
  }
  if (follow == Follow::joined) {
    if (axis != static_cast<int>(whole_of(layer, "axis"))) return "";
    std::string sum;
    for (const Shape& each : inputs) sum += fmt::format("{}{}", sum.empty() ? "" : " + ", each[axis]);
    return arithmetic(sum);
  }
  if (in.rank() != out.rank()) return "";
  if (const std::optional<Window> w = window_of(layer, out.rank() - 1 - axis); w && out.rank() > 2) {
    if (axis > 1)
      return arithmetic(has(layer, {"output-padding"}) ? stamped(*w, in[axis]) : placed(*w, in[axis], out[axis]));
    return "";
  }
  if (follow == Follow::subsampled) {
    if (axis > 1) return arithmetic(fmt::format("ceil({} / {})", in[axis], whole_of(layer, "stride")));
    return axis == 1 && out[1] > in[1] ? arithmetic(signed_sum(in[1], {out[1] - in[1]})) : "";
  }
  if (has(layer, {"mode", "padding"})) {
    const std::vector<int64_t> pads = numbers_of(text_of(layer, "padding"));
    const int64_t before = pads[static_cast<size_t>(axis)], behind = pads[static_cast<size_t>(axis + in.rank())];
    return before == 0 && behind == 0 ? "" : arithmetic(signed_sum(in[axis], {before, behind}));
  }
  return "";
}

// What a size that is a setting counts.
std::string counted_by(const Layer& layer, const Shape& out, int axis) {
  if (axis == out.rank() - 1 && has(layer, {"neurons"})) return "neurons";
  // A transposed convolution calls them channels.
  const bool filters = has(layer, {"filters"}) || has(layer, {"channels", "kernel"});
  return filters && axis == 1 ? "filters" : "";
}

std::string name_of(const Shape& out, int axis, bool batched) {
  const int rank = out.rank() - (batched ? 1 : 0), at = axis - (batched ? 1 : 0);
  static const char* const names[][4] = {{N_("values")},
                                         {N_("channels"), N_("columns")},
                                         {N_("channels"), N_("rows"), N_("columns")},
                                         {N_("channels"), N_("depth"), N_("rows"), N_("columns")}};
  if (rank < 1 || rank > 4 || at < 0) return fmt::format("axis {}", axis);
  return names[rank - 1][at];
}

}  // namespace

std::vector<SizeFormula> size_formulas(const Layer& layer, const std::vector<Shape>& inputs, bool batched) {
  const Shape out = layer.output(inputs);
  std::vector<SizeFormula> formulas;
  for (int axis = batched ? 1 : 0; axis < out.rank(); ++axis) {
    SizeFormula made;
    made.axis = name_of(out, axis, batched);
    made.size = out[axis];
    if (!inputs.empty()) made.text = formula_of(layer, inputs, out, axis);
    made.counted = counted_by(layer, out, axis);
    made.same = made.text.empty() && made.counted.empty() && !inputs.empty() && inputs[0].rank() == out.rank() &&
                inputs[0][axis] == out[axis];
    if (made.text.empty()) made.text = fmt::format("{}", made.size);
    formulas.push_back(std::move(made));
  }
  return formulas;
}

std::vector<SizeFormula> size_formulas(const Architecture& architecture, int node) {
  const std::vector<Shape> shapes = architecture.shapes(1);
  const bool batched = !architecture.whole() && !is_constant(architecture, node);
  const Node& of = architecture.nodes()[static_cast<size_t>(node)];
  if (of.layer) return size_formulas(*of.layer, architecture.input_shapes(node, shapes), batched);
  std::vector<SizeFormula> formulas;
  const Shape& out = shapes[static_cast<size_t>(node)];
  for (int axis = batched ? 1 : 0; axis < out.rank(); ++axis) {
    formulas.push_back({name_of(out, axis, batched), out[axis], fmt::format("{}", out[axis]), "", false});
  }
  return formulas;
}

std::string size_text(const std::vector<SizeFormula>& formulas) {
  if (std::all_of(formulas.begin(), formulas.end(), [](const SizeFormula& each) { return each.same; })) return "";
  std::string text;
  for (size_t i = 0; i < formulas.size(); ++i) {
    const SizeFormula& each = formulas[i];
    std::string whole = each.counted.empty() ? each.text : each.text + ' ' + each.counted;
    if (formulas.size() == 1) return whole;
    const bool again = i > 0 && each.text == formulas[i - 1].text && each.text.find('=') != std::string::npos;
    const std::string own = again                                      ? fmt::format("{}", each.size)
                            : each.text.find('=') != std::string::npos ? '(' + each.text + ')'
                                                                       : whole;
    text += (text.empty() ? "" : " x ") + own;
  }
  return text;
}

}  // namespace striate
