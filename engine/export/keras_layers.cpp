// Each kind of layer in Keras: a layer of its own where it has weights or is well known under that name, else functions
// of keras.ops. The list of all kinds is at the end.
//
// Longer than other files: every kind of layer, a few lines each, is looked for in one place.
#include <algorithm>

#include "engine/error.h"
#include "engine/export/keras_script.h"
#include "engine/export/python_text.h"

namespace striate {
namespace {

using Ints = std::vector<int64_t>;
using Order = KerasScript::Order;

// Value by value: the order stays.
void pointwise(KerasScript& to, const ExportNode& n, const std::string& expression) {
  to.line(n, to.order(n), expression);
}
void call(KerasScript& to, const ExportNode& n, const char* function, const std::string& more = "") {
  pointwise(to, n, fmt::format("{}({}{}{})", function, to.x(n), more.empty() ? "" : ", ", more));
}
std::string yes(bool value) { return value ? "True" : "False"; }
// Where an axis of Striate's stands in the input as it is.
int64_t axis_in(const KerasScript& to, const ExportNode& n, int64_t axis) {
  if (!to.last(n) || axis == 0) return axis;
  return axis == 1 ? n.in[0].rank() - 1 : axis - 1;
}
bool any_positive(const Ints& list) {
  return std::any_of(list.begin(), list.end(), [](int64_t each) { return each > 0; });
}
// "ZeroPadding2D(((1, 1), (0, 2)))(x)"
std::string sides(const char* layer, size_t axes, const Ints& before, const Ints& after, const std::string& x) {
  std::string pairs;
  for (size_t a = 0; a < axes; ++a) pairs += fmt::format("{}({}, {})", a > 0 ? ", " : "", before[a], after[a]);
  const bool same =
      before == after && std::all_of(before.begin(), before.end(), [&](int64_t b) { return b == before[0]; });
  const std::string list = same ? std::to_string(before[0]) : axes == 1 ? pairs : "(" + pairs + ")";
  return fmt::format("layers.{}{}D({})({})", layer, axes, list, x);
}

// ---- windows
void convolution(KerasScript& to, const ExportNode& n) {
  const WindowFacts w = window_facts(n.facts, n.in[0]);
  std::string x = to.x(n, Order::last);
  if (w.padded()) x = sides("ZeroPadding", w.axes(), w.before, w.after, x);
  const bool widened = w.dilated() && w.strided();  // Keras has one of the two
  Ints size = w.size;
  for (size_t a = 0; a < w.axes() && widened; ++a) size[a] = w.covers(a);
  std::string code = fmt::format("layers.Conv{}D({}, {}", w.axes(), w.filters, python_brief(size));
  if (w.strided()) code += ", strides=" + python_brief(w.stride);
  if (w.dilated() && !widened) code += ", dilation_rate=" + python_brief(w.dilation);
  if (w.groups != 1) code += fmt::format(", groups={}", w.groups);
  if (!w.bias) code += ", use_bias=False";
  to.line(n, Order::last, fmt::format("{}, {})({})", code, to.name(n), x));
  to.helper("kernel");
  const std::string wide = widened ? ", dilation=" + python_list(w.dilation) : "";
  to.weights(n, fmt::format("kernel({}, {}{}){}", to.array(n, "weight"), w.axes(), wide,
                            w.bias ? ", " + to.array(n, "bias") : ""));
}

// Keras gives everything that is stamped, in * stride + max(size - stride, 0) values; what is not wanted is cut off.
// Zeros behind the input stamp nothing and make room where more is wanted.
void transposed_convolution(KerasScript& to, const ExportNode& n) {
  const WindowFacts w = window_facts(n.facts, n.in[0]);
  Ints size, more, behind;
  for (size_t a = 0; a < w.axes(); ++a) {
    const auto axis = static_cast<int>(a) + 2;
    size.push_back(w.covers(a));
    const int64_t full = n.in[0][axis] * w.stride[a] + std::max<int64_t>(size[a] - w.stride[a], 0);
    const int64_t wanted = w.before[a] + n.out[axis];
    more.push_back(wanted > full ? (wanted - full + w.stride[a] - 1) / w.stride[a] : 0);
    behind.push_back(full + more[a] * w.stride[a] - wanted);
  }
  std::string x = to.x(n, Order::last);
  if (any_positive(more)) x = sides("ZeroPadding", w.axes(), Ints(w.axes(), 0), more, x);
  std::string code = fmt::format("layers.Conv{}DTranspose({}, {}", w.axes(), w.filters, python_brief(size));
  if (w.strided()) code += ", strides=" + python_brief(w.stride);
  if (!w.bias) code += ", use_bias=False";
  std::string value = fmt::format("{}, {})({})", code, to.name(n), x);
  if (any_positive(w.before) || any_positive(behind)) value = sides("Cropping", w.axes(), w.before, behind, value);
  to.line(n, Order::last, value);
  to.helper("kernel");
  std::string how;
  if (w.groups != 1) how += fmt::format(", groups={}", w.groups);
  if (w.dilated()) how += ", dilation=" + python_list(w.dilation);
  to.weights(n, fmt::format("kernel({}, {}{}){}", to.array(n, "weight"), w.axes(), how,
                            w.bias ? ", " + to.array(n, "bias") : ""));
}

Ints pixels_out(const ExportNode& n) {
  Ints sizes = n.out.sizes();
  sizes.erase(sizes.begin(), sizes.begin() + 2);
  return sizes;
}
// Whether windows that lie wholly inside give all outputs.
bool plain_pooling(const WindowFacts& w, const ExportNode& n) {
  return !w.padded() && !w.dilated() && !any_positive(pooling_after(w, n));
}
void pool(KerasScript& to, const ExportNode& n, const char* layer, const WindowFacts& w) {
  std::string code = fmt::format("layers.{}Pooling{}D({}", layer, w.axes(), python_brief(w.size));
  if (w.stride != w.size) code += ", strides=" + python_brief(w.stride);
  to.line(n, Order::last, fmt::format("{})({})", code, to.x(n, Order::last)));
}
std::string settings(const WindowFacts& w, const Ints& after, const ExportNode& n) {
  return fmt::format("{}, {}, {}, {}, {}, {}", python_list(w.size), python_list(w.stride), python_list(w.before),
                     python_list(after), python_list(w.dilation), python_list(pixels_out(n)));
}
Ints at_least_0(Ints list) {
  for (int64_t& each : list) each = std::max<int64_t>(each, 0);
  return list;
}
void max_pool(KerasScript& to, const ExportNode& n) {
  const WindowFacts w = window_facts(n.facts, n.in[0]);
  if (plain_pooling(w, n)) return pool(to, n, "Max", w);
  to.helper("max_pool");
  const std::string x = to.x(n, Order::last);
  to.line(n, Order::last, fmt::format("max_pool({}, {})", x, settings(w, at_least_0(pooling_after(w, n)), n)));
}
void average_pool(KerasScript& to, const ExportNode& n) {
  const WindowFacts w = window_facts(n.facts, n.in[0]);
  if (plain_pooling(w, n)) return pool(to, n, "Average", w);
  Ints beyond = pooling_after(w, n);
  for (size_t a = 0; a < w.axes(); ++a) beyond[a] -= w.after[a];
  to.helper("average_pool");
  const std::string x = to.x(n, Order::last);
  to.line(n, Order::last,
          fmt::format("average_pool({}, {}, {}, {})", x, settings(w, w.after, n), yes(w.count_padding),
                      python_list(beyond)));
}
void max_pool_indices(KerasScript& to, const ExportNode& n) {
  if (!to.graph().whole)
    throw Error(fmt::format("layer {} (maxpoolindices): its places count through the whole batch, whose size a Keras "
                            "model does not know",
                            n.name),
                "export to ONNX or PyTorch");
  const WindowFacts w = window_facts(n.facts, n.in[0]);
  to.helper("max_places");
  const std::string x = to.x(n, Order::last);
  to.line(
      n, Order::last,
      fmt::format("max_places({}, {}, {})", x, settings(w, at_least_0(pooling_after(w, n)), n), yes(w.columns_first)));
}
void global_pool(KerasScript& to, const ExportNode& n) {
  const char* layer = n.facts.kind() == "globalavgpool" ? "Average" : "Max";
  const std::string x = to.x(n, Order::last);
  to.line(n, Order::last,
          fmt::format("layers.Global{}Pooling{}D({})({})", layer, n.in[0].rank() - 2,
                      n.facts.has("keep") ? "keepdims=True" : "", x));
}

// ---- products and normalizations
void dense(KerasScript& to, const ExportNode& n) {
  const bool bias = !n.facts.has("no", "bias");
  to.line(n, Order::first,
          fmt::format("layers.Dense({}{}, {})({})", n.facts.whole(1, 1), bias ? "" : ", use_bias=False", to.name(n),
                      to.x(n)));
  to.weights(n, to.array(n, "weight") + ".T" + (bias ? ", " + to.array(n, "bias") : ""));
}
std::string epsilon(const ExportNode& n) {
  return "epsilon=" + python_number(n.facts.number_behind("epsilon", double{1e-5f}));
}
void batch_norm(KerasScript& to, const ExportNode& n) {
  pointwise(to, n,
            fmt::format("layers.BatchNormalization({}, momentum={}, {}, {})({})", axis_in(to, n, 1),
                        python_number(1 - n.facts.number_behind("momentum", 0.1)), epsilon(n), to.name(n), to.x(n)));
  to.weights(n, fmt::format("{}, {}, {}, {}", to.array(n, "weight"), to.array(n, "bias"), to.array(n, "running_mean"),
                            to.array(n, "running_var")));
}
void group_norm(KerasScript& to, const ExportNode& n) {
  const int64_t groups = n.facts.kind() == "instancenorm" ? -1 : n.facts.whole(1, 1);
  const std::string x = to.x(n, Order::last);
  to.line(n, Order::last, fmt::format("layers.GroupNormalization({}, {}, {})({})", groups, epsilon(n), to.name(n), x));
  to.weights(n, to.array(n, "weight") + ", " + to.array(n, "bias"));
}
Ints from_axis(const ExportNode& n) {
  Ints axes;
  for (auto i = static_cast<int>(n.facts.whole_behind("from", 1)); i < n.in[0].rank(); ++i) axes.push_back(i);
  return axes;
}
void layer_norm(KerasScript& to, const ExportNode& n) {
  const bool scaled = !n.facts.has("no", "scale"), shifted = !n.facts.has("no", "bias");
  const std::string x = to.x(n, Order::first);
  to.line(n, Order::first,
          fmt::format("layers.LayerNormalization({}, {}{}{}, {})({})", python_list(from_axis(n), false), epsilon(n),
                      scaled ? "" : ", scale=False", shifted ? "" : ", center=False", to.name(n), x));
  std::string list;
  if (scaled) list = to.array(n, "weight");
  if (shifted) list += (list.empty() ? "" : ", ") + to.array(n, "bias");
  if (!list.empty()) to.weights(n, list);
}
void layer_norm_part(KerasScript& to, const ExportNode& n) {
  const std::string x = to.x(n, Order::first);
  const std::string arguments = fmt::format("({}, {}, keepdims=True)", x, python_list(from_axis(n)));
  to.line(n, Order::first,
          n.facts.kind() == "layernormmean"
              ? "ops.mean" + arguments
              : fmt::format("ops.rsqrt(ops.var{} + {})", arguments, epsilon(n).substr(8)));
}
void local_response(KerasScript& to, const ExportNode& n) {
  to.helper("local_response");
  call(to, n, "local_response",
       fmt::format("{}, {}, {}, {}, {}", axis_in(to, n, 1), n.facts.whole(1, 5),
                   python_number(n.facts.number_behind("alpha", 1e-4)),
                   python_number(n.facts.number_behind("beta", 0.75)), python_number(n.facts.number_behind("k", 1))));
}
void dropout(KerasScript& to, const ExportNode& n) {
  pointwise(to, n, fmt::format("layers.Dropout({})({})", python_number(n.facts.number(1, 0.5)), to.x(n)));
}

// ---- value by value
void relu(KerasScript& to, const ExportNode& n) { call(to, n, "ops.relu"); }
void sigmoid(KerasScript& to, const ExportNode& n) { call(to, n, "ops.sigmoid"); }
void tangent(KerasScript& to, const ExportNode& n) { call(to, n, "ops.tanh"); }
void softplus(KerasScript& to, const ExportNode& n) { call(to, n, "ops.softplus"); }
void erf(KerasScript& to, const ExportNode& n) { call(to, n, "ops.erf"); }
void exponential(KerasScript& to, const ExportNode& n) { call(to, n, "ops.exp"); }
void logarithm(KerasScript& to, const ExportNode& n) { call(to, n, "ops.log"); }
void root(KerasScript& to, const ExportNode& n) { call(to, n, "ops.sqrt"); }
void absolute(KerasScript& to, const ExportNode& n) { call(to, n, "ops.abs"); }
void identity(KerasScript& to, const ExportNode& n) { pointwise(to, n, "layers.Identity()(" + to.x(n) + ")"); }
void hard_swish(KerasScript& to, const ExportNode& n) {
  pointwise(to, n, fmt::format("{0} * ops.clip({0} / 6 + 0.5, 0, 1)", to.x(n)));
}
void mish(KerasScript& to, const ExportNode& n) {
  pointwise(to, n, fmt::format("{0} * ops.tanh(ops.softplus({0}))", to.x(n)));
}
void leaky_relu(KerasScript& to, const ExportNode& n) {
  call(to, n, "ops.leaky_relu", "negative_slope=" + python_number(n.facts.number(1, 0.01)));
}
void elu(KerasScript& to, const ExportNode& n) { call(to, n, "ops.elu", python_number(n.facts.number(1, 1))); }
void celu(KerasScript& to, const ExportNode& n) { call(to, n, "ops.celu", python_number(n.facts.number(1, 1))); }
void selu(KerasScript& to, const ExportNode& n) {
  if (n.facts.word(1).empty()) return call(to, n, "ops.selu");
  pointwise(to, n,
            fmt::format("{} * ops.elu({}, {})", python_number(n.facts.number(2, 1)), to.x(n),
                        python_number(n.facts.number(1, 1))));
}
void hard_sigmoid(KerasScript& to, const ExportNode& n) {
  pointwise(to, n,
            fmt::format("ops.clip({} * {} + {}, 0, 1)", python_number(n.facts.number(1, 0.2)), to.x(n),
                        python_number(n.facts.number(2, 0.5))));
}
void gelu(KerasScript& to, const ExportNode& n) { call(to, n, "ops.gelu", "approximate=" + yes(n.facts.has("tanh"))); }
void clip(KerasScript& to, const ExportNode& n) {
  std::string value = to.x(n);
  if (n.facts.word(1) != "none") value = fmt::format("ops.maximum({}, {})", value, python_number(n.facts.number(1, 0)));
  if (n.facts.word(2) != "none") value = fmt::format("ops.minimum({}, {})", value, python_number(n.facts.number(2, 0)));
  pointwise(to, n, value);
}
void prelu(KerasScript& to, const ExportNode& n) {
  const int rank = n.in[0].rank();
  if (n.facts.has("shape")) {
    std::string sizes = n.facts.word(2);
    std::replace(sizes.begin(), sizes.end(), 'x', ',');
    const std::string x = to.x(n, Order::first);
    to.helper("Values");
    to.line(n, Order::first,
            fmt::format("ops.where({0} > 0, {0}, Values({1}, {2})({0}) * {0})", x, python_list(whole_list(sizes)),
                        to.name(n)));
    return to.weights(n, to.array(n, "weight"));
  }
  Ints shared, shape;
  for (int i = 1; i < rank; ++i) {
    const bool channels = !n.facts.has("shared") && i == axis_in(to, n, 1);
    if (!channels) shared.push_back(i);
    shape.push_back(channels ? -1 : 1);
  }
  const std::string axes = shared.empty() ? "" : "shared_axes=" + python_list(shared, false) + ", ";
  pointwise(to, n, fmt::format("layers.PReLU({}{})({})", axes, to.name(n), to.x(n)));
  to.weights(n, fmt::format("{}.reshape({})", to.array(n, "weight"), fmt::join(shape, ", ")));
}
std::string sizes_of(const ExportNode& n) {
  Ints sizes = n.out.sizes();
  for (int i = 0; i < n.out.rank(); ++i) {
    if (n.out[i] != n.two[i]) sizes[static_cast<size_t>(i)] = -1;
  }
  return python_list(sizes);
}
void softmax(KerasScript& to, const ExportNode& n) {
  const std::string function = n.facts.kind() == "softmax" ? "ops.softmax" : "ops.log_softmax";
  const int64_t axis = n.facts.has("from") ? n.facts.whole_behind("from", 1) : n.facts.whole_behind("axis", 1);
  if (!n.facts.has("from") || axis + 1 == n.in[0].rank())
    return call(to, n, function.c_str(), fmt::format("axis={}", axis_in(to, n, axis)));
  Ints rows(n.in[0].sizes());
  rows.resize(static_cast<size_t>(axis));
  int64_t along = 1;
  for (auto i = static_cast<int>(axis); i < n.in[0].rank(); ++i) along *= n.in[0][i];
  if (n.batched && axis > 0) rows[0] = -1;
  rows.push_back(along);
  const std::string x = to.x(n, Order::first);
  to.line(
      n, Order::first,
      fmt::format("ops.reshape({}(ops.reshape({}, {}), axis=-1), {})", function, x, python_list(rows), sizes_of(n)));
}

// The inputs in one order: channels last where all have it, or are single values.
Order common(const KerasScript& to, const ExportNode& n, bool broadcasts) {
  bool last = false, first = false;
  for (size_t i = 0; i < n.inputs.size(); ++i) {
    if (to.last(n, i)) {
      last = true;
    } else if (!broadcasts || n.in[i].rank() > 0) {
      first = true;
    }
    first = first || (n.in[i].rank() != n.in[0].rank() && !(broadcasts && n.in[i].rank() == 0));
  }
  return last && !first ? Order::last : Order::first;
}
void binary(KerasScript& to, const ExportNode& n) {
  const std::string& kind = n.facts.kind();
  const char* sign = kind == "add" ? " + " : kind == "sub" ? " - " : kind == "mul" ? " * " : " / ";
  const Order order = common(to, n, true);
  std::string value;
  for (size_t i = 0; i < n.inputs.size(); ++i) value += (i > 0 ? sign : "") + to.x(n, order, i);
  to.line(n, order, value);
}
// A function of two.
void pair(KerasScript& to, const ExportNode& n) {
  const std::string& kind = n.facts.kind();
  const Order order = common(to, n, true);
  const std::string a = to.x(n, order, 0), b = to.x(n, order, 1);
  to.line(n, order, fmt::format("ops.{}({}, {})", kind == "pow" ? "power" : kind + "imum", a, b));
}
void repeat(KerasScript& to, const ExportNode& n) {
  to.helper("Repeat");
  const std::string x = to.x(n, Order::first, 0);
  to.line(n, Order::first, fmt::format("Repeat()([{}, {}])", x, to.x(n, 1)));
}
void matmul(KerasScript& to, const ExportNode& n) {
  const std::string a = to.x(n, Order::first, 0), b = to.x(n, Order::first, 1);
  to.line(n, Order::first, fmt::format("ops.matmul({}, {})", a, b));
}
void concat(KerasScript& to, const ExportNode& n) {
  const Order order = common(to, n, false);
  const int64_t axis = n.facts.whole_behind("axis", 1);
  const int64_t at = order == Order::first || axis == 0 ? axis : axis == 1 ? n.out.rank() - 1 : axis - 1;
  std::string list;
  for (size_t i = 0; i < n.inputs.size(); ++i) list += (i > 0 ? ", " : "") + to.x(n, order, i);
  to.line(n, order, fmt::format("ops.concatenate([{}], axis={})", list, at));
}

// ---- shapes
void reshape(KerasScript& to, const ExportNode& n) {
  const std::string x = to.x(n, Order::first);
  to.line(n, Order::first, fmt::format("ops.reshape({}, {})", x, sizes_of(n)));
}
void flatten(KerasScript& to, const ExportNode& n) {
  if (n.facts.whole_behind("axis", 1) != 1 || !n.batched) return reshape(to, n);
  const std::string x = to.x(n, Order::first);
  to.line(n, Order::first, fmt::format("layers.Flatten()({})", x));
}
void constant(KerasScript& to, const ExportNode& n) {
  to.helper("Values");
  to.line(n, Order::first, fmt::format("Values({}, {})(x)", python_list(n.out.sizes()), to.name(n)));
  to.weights(n, to.array(n, "value"));
}
void transpose(KerasScript& to, const ExportNode& n) {
  const std::string x = to.x(n, Order::first);
  to.line(n, Order::first, fmt::format("ops.transpose({}, {})", x, python_list(whole_list(n.facts.word(1)))));
}
void slice(KerasScript& to, const ExportNode& n) {
  const int64_t axis = axis_in(to, n, n.facts.whole_behind("axis", 0)), step = n.facts.whole_behind("step", 1);
  const int64_t size = n.in[0][static_cast<int>(n.facts.whole_behind("axis", 0))];
  if (step < 0) {  // one by one: not every library walks backwards, and their ends differ
    Ints places;
    const int64_t from = n.facts.whole_behind("from", 0);
    const int64_t first = std::clamp<int64_t>(from < 0 ? from + size : from, -1, size - 1);
    for (int64_t i = 0; i < n.out[static_cast<int>(n.facts.whole_behind("axis", 0))]; ++i)
      places.push_back(first + i * step);
    return pointwise(to, n, fmt::format("ops.take({}, {}, axis={})", to.x(n), python_list(places, false), axis));
  }
  // Ends far outside are too much for TensorFlow.
  const auto near = [&](const char* word) { return std::clamp(n.facts.whole_behind(word, 0), -size - 1, size + 1); };
  std::string text = to.x(n) + "[";
  for (int64_t i = 0; i < axis; ++i) text += ":, ";
  text += fmt::format("{}:{}{}]", near("from"), near("to"), step == 1 ? "" : fmt::format(":{}", step));
  pointwise(to, n, text);
}
void gather(KerasScript& to, const ExportNode& n) {
  const int64_t axis = n.facts.whole_behind("axis", 0);
  const bool shaped = n.facts.has("shape");
  Ints places = whole_list(n.facts.word(shaped ? 5 : 3));
  for (int64_t& place : places) place += place < 0 ? n.in[0][static_cast<int>(axis)] : 0;
  if (!shaped) {
    return pointwise(
        to, n, fmt::format("ops.take({}, {}, axis={})", to.x(n), python_list(places, false), axis_in(to, n, axis)));
  }
  std::string sizes = n.facts.behind("shape");
  std::replace(sizes.begin(), sizes.end(), 'x', ',');
  const std::string x = to.x(n, Order::first);
  to.line(n, Order::first,
          fmt::format("ops.take({}, np.array({}).reshape({}), axis={})", x, python_list(places, false),
                      python_list(whole_list(sizes)), axis));
}
void pad(KerasScript& to, const ExportNode& n) {
  const Ints pads = whole_list(n.facts.word(2));
  const size_t rank = pads.size() / 2;
  const std::string mode = n.facts.word(1);
  if (mode == "constant") {
    std::vector<std::string> pairs(rank);
    for (size_t a = 0; a < rank; ++a) {
      pairs[static_cast<size_t>(axis_in(to, n, static_cast<int64_t>(a)))] =
          fmt::format("({}, {})", pads[a], pads[a + rank]);
    }
    to.helper("pad");
    const std::string value =
        n.facts.has("value") ? ", " + python_number(n.facts.number_behind("value", 0)) : std::string();
    return call(to, n, "pad", fmt::format("[{}]{}", fmt::join(pairs, ", "), value));
  }
  to.helper("pad_axis");
  std::string value = to.x(n);
  for (size_t a = 0; a < rank; ++a) {
    if (pads[a] == 0 && pads[a + rank] == 0) continue;
    value = fmt::format("pad_axis({}, {}, {}, {}, {})", value, axis_in(to, n, static_cast<int64_t>(a)), pads[a],
                        pads[a + rank], python_text(mode));
  }
  pointwise(to, n, value);
}
void subsample(KerasScript& to, const ExportNode& n) {
  const int64_t stride = n.facts.whole(1, 2), more = n.out[1] - n.in[0][1];
  std::string value = fmt::format("{0}[:, ::{1}, ::{1}]", to.x(n, Order::last), stride);
  if (more > 0)
    value = fmt::format("ops.pad({}, [(0, 0), (0, 0), (0, 0), ({}, {})])", value, more / 2, more - more / 2);
  to.line(n, Order::last, value);
}
void reduce(KerasScript& to, const ExportNode& n) {
  const Ints axes = whole_list(n.facts.word(1));
  const bool keep = n.facts.has("keep");
  // Without all pixels, what is left has its axes in Striate's order only if the input has.
  const bool pixels = !axes.empty() && axes[0] == 2 && static_cast<int>(axes.size()) == n.in[0].rank() - 2;
  const bool as_is = keep || pixels;
  const std::string x = as_is ? to.x(n) : to.x(n, Order::first);
  Ints at = axes;
  for (int64_t& axis : at) axis = as_is ? axis_in(to, n, axis) : axis;
  const std::string& kind = n.facts.kind();
  const std::string arguments = fmt::format("{}{})", python_list(at), keep ? ", keepdims=True" : "");
  to.line(n, as_is ? to.order(n) : Order::first,
          kind == "reducel2" ? fmt::format("ops.sqrt(ops.sum(ops.square({}), {})", x, arguments)
                             : fmt::format("ops.{}({}, {}", kind.substr(6), x, arguments));
}
void resize(KerasScript& to, const ExportNode& n) {
  to.helper("resize_axis");
  std::string value = to.x(n);
  const bool crops = n.facts.behind("coordinates") == "tf_crop_and_resize";
  for (const ResizedAxis& each : python_resized_axes(n)) {
    const std::string outside = crops ? ", " + python_number(n.facts.number_behind("outside", 0)) : "";
    value = fmt::format("resize_axis({}, {}, {}{})", value, axis_in(to, n, each.axis), each.call, outside);
  }
  pointwise(to, n, value);
}

constexpr LayerWriter<WriteKerasLayer> kRows[] = {
    {"conv", convolution},
    {"conv3d", convolution},
    {"convtranspose", transposed_convolution},
    {"convtranspose3d", transposed_convolution},
    {"maxpool", max_pool},
    {"maxpool3d", max_pool},
    {"maxpoolindices", max_pool_indices},
    {"avgpool", average_pool},
    {"avgpool3d", average_pool},
    {"globalavgpool", global_pool},
    {"globalmaxpool", global_pool},
    {"dense", dense},
    {"relu", relu},
    {"leakyrelu", leaky_relu},
    {"sigmoid", sigmoid},
    {"tanh", tangent},
    {"softmax", softmax},
    {"logsoftmax", softmax},
    {"batchnorm", batch_norm},
    {"dropout", dropout},
    {"flatten", flatten},
    {"add", binary},
    {"sub", binary},
    {"mul", binary},
    {"div", binary},
    {"matmul", matmul},
    {"concat", concat},
    {"subsample", subsample},
    {"identity", identity},
    {"constant", constant},
    {"reshape", reshape},
    {"transpose", transpose},
    {"slice", slice},
    {"gather", gather},
    {"pad", pad},
    {"reducemean", reduce},
    {"resize", resize},
    {"elu", elu},
    {"selu", selu},
    {"celu", celu},
    {"hardsigmoid", hard_sigmoid},
    {"hardswish", hard_swish},
    {"clip", clip},
    {"gelu", gelu},
    {"mish", mish},
    {"softplus", softplus},
    {"prelu", prelu},
    {"groupnorm", group_norm},
    {"instancenorm", group_norm},
    {"layernorm", layer_norm},
    {"layernormmean", layer_norm_part},
    {"layernormdeviation", layer_norm_part},
    {"lrn", local_response},
    {"erf", erf},
    {"exp", exponential},
    {"log", logarithm},
    {"sqrt", root},
    {"abs", absolute},
    {"pow", pair},
    {"max", pair},
    {"min", pair},
    {"reducesum", reduce},
    {"reducemax", reduce},
    {"reducel2", reduce},
    {"repeat", repeat},
};

}  // namespace

WriteKerasLayer find_keras_layer(const std::string& kind) { return find_writer(kRows, kind); }

}  // namespace striate
