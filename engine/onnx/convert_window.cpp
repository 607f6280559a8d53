// Operators with a window: convolutions and poolings on one axis, two or three.
#include <algorithm>

#include "engine/error.h"
#include "engine/network/layer_words.h"
#include "engine/onnx/converter.h"

namespace striate {
namespace {

const char* const kBroken = "the file breaks ONNX's rules: export the model again";

// A window's settings per axis.
struct Window {
  Dims size, stride, dilation, before, after;
  size_t axes() const { return size.size(); }
  int64_t covers(size_t a) const { return dilation[a] * (size[a] - 1) + 1; }

  // "3x3"; rows of values have a height of 1.
  std::string text(const Dims& values, int64_t height) const {
    Dims all = values;
    if (axes() == 1) all.insert(all.begin(), height);
    return sizes_text(all);
  }
  std::string words() const {
    std::string words = " stride " + text(stride, 1);
    std::string pads;
    for (size_t a = 0; a < axes(); ++a) pads += fmt::format("{}{},{}", a > 0 ? "," : "", before[a], after[a]);
    if (axes() == 1) pads = "0,0," + pads;
    const auto positive = [](int64_t pad) { return pad != 0; };
    if (std::any_of(before.begin(), before.end(), positive) || std::any_of(after.begin(), after.end(), positive)) {
      words += " pad " + pads;
    }
    if (std::any_of(dilation.begin(), dilation.end(), [](int64_t d) { return d != 1; })) {
      words += " dilation " + text(dilation, 1);
    }
    return words;
  }
  const char* suffix() const { return axes() == 3 ? "3d" : ""; }
};

Dims list_of(const NodeView& op, const char* name, size_t count, int64_t otherwise) {
  Dims list = op.integers(name).value_or(Dims(count, otherwise));
  if (list.size() != count)
    throw Error(fmt::format("its {} has {} values, needs {}", name, list.size(), count), kBroken);
  return list;
}

void need_range(const char* what, const Dims& values, int64_t low, int64_t high) {
  for (const int64_t value : values) {
    if (value < low || value > high) {
      throw Error(fmt::format("its {} is {}", what, value), fmt::format("striate computes with {} to {}", low, high));
    }
  }
}

// Everything but the padding, which transposed convolutions read otherwise.
Window window_of(Converter& c, const Dims& size) {
  const NodeView& op = c.op();
  Window w;
  w.size = size;
  if (c.rank(0) < 3 || c.rank(0) > 5) {
    throw Error(fmt::format("its input is {}, needs batch x channels and 1 to 3 sizes", dims_text(c.dims(0))),
                "striate computes on rows of values, pictures and volumes");
  }
  if (c.rank(0) != size.size() + 2) {
    throw Error(fmt::format("its input is {}, its window has {} axes", dims_text(c.dims(0)), size.size()), kBroken);
  }
  w.stride = list_of(op, "strides", w.axes(), 1);
  w.dilation = list_of(op, "dilations", w.axes(), 1);
  need_range("window", w.size, 1, 1024);
  need_range("stride", w.stride, 1, 1024);
  need_range("dilation", w.dilation, 1, 1024);
  return w;
}

bool same_padding(const NodeView& op) {
  const std::string word = op.text("auto_pad", "NOTSET");
  if (word != "NOTSET" && word != "VALID" && word != "SAME_UPPER" && word != "SAME_LOWER" && !word.empty()) {
    throw Error(fmt::format("its auto_pad is \"{}\"", word), "ONNX knows NOTSET, VALID, SAME_UPPER and SAME_LOWER");
  }
  return word == "SAME_UPPER" || word == "SAME_LOWER";
}

void share(const NodeView& op, int64_t total, int64_t& before, int64_t& after) {
  const int64_t less = total / 2, more = total - less;
  before = op.text("auto_pad", "") == "SAME_UPPER" ? less : more;
  after = total - before;
}

// As auto_pad says: so that the output has ceil(input / stride) values; else as `pads` says.
void pad_as_told(Converter& c, Window& w) {
  const NodeView& op = c.op();
  w.before.assign(w.axes(), 0);
  w.after.assign(w.axes(), 0);
  if (same_padding(op)) {
    for (size_t a = 0; a < w.axes(); ++a) {
      const int64_t in = c.dims(0)[a + 2], out = (in + w.stride[a] - 1) / w.stride[a];
      share(op, std::max<int64_t>(0, (out - 1) * w.stride[a] + w.covers(a) - in), w.before[a], w.after[a]);
    }
  } else if (op.text("auto_pad", "NOTSET") != "VALID") {
    const Dims pads = list_of(op, "pads", 2 * w.axes(), 0);
    for (size_t a = 0; a < w.axes(); ++a) w.before[a] = pads[a], w.after[a] = pads[a + w.axes()];
  }
  need_range("padding", w.before, 0, 1024);
  need_range("padding", w.after, 0, 1024);
}

// The sizes of a convolution's weights and the window in them; "kernel_shape" repeats it.
Dims kernel_of(Converter& c, const Constant& weights) {
  const Dims& dims = weights.dims();
  if (dims.size() < 3 || dims.size() > 5) {
    throw Error(fmt::format("its weights are {}", dims_text(dims)), "striate convolves on one axis, two or three");
  }
  Dims size(dims.begin() + 2, dims.end());
  const auto told = c.op().integers("kernel_shape");
  if (told && *told != size) {
    throw Error(fmt::format("its weights are {}, its kernel_shape is {}", dims_text(dims), dims_text(*told)), kBroken);
  }
  return size;
}

const Constant* bias_of(Converter& c, int64_t channels) {
  if (!c.has(2)) return nullptr;
  const Constant& bias = c.constant(2, "its bias");
  if (bias.count() != channels) {
    throw Error(fmt::format("its bias is {}, needs {} values", dims_text(bias.dims()), channels), kBroken);
  }
  return &bias;
}

void conv(Converter& c) {
  const Constant& weights = c.constant(1, "its kernel");
  Window w = window_of(c, kernel_of(c, weights));
  pad_as_told(c, w);
  const int64_t filters = weights.dims()[0], groups = c.op().integer("group", 1);
  const Constant* bias = bias_of(c, filters);
  if (groups < 1 || weights.dims()[1] > (1 << 20) || groups > 65536 || c.dims(0)[1] != weights.dims()[1] * groups) {
    throw Error(fmt::format("its input is {}, its kernel {}, its groups {}", dims_text(c.dims(0)),
                            dims_text(weights.dims()), groups),
                kBroken);
  }
  std::string text = fmt::format("conv{} {} {}{}", w.suffix(), filters, w.text(w.size, 1), w.words());
  if (groups != 1) text += fmt::format(" groups {}", groups);
  if (bias == nullptr) text += " no bias";
  const int node = c.emit(text, {c.node(0)});
  c.weight(node, "weight", weights);
  if (bias != nullptr) c.weight(node, "bias", *bias);
  c.give(0, node);
}

void conv_transpose(Converter& c) {
  const NodeView& op = c.op();
  const Constant& weights = c.constant(1, "its kernel");
  Window w = window_of(c, kernel_of(c, weights));
  const int64_t groups = op.integer("group", 1);
  if (groups < 1 || groups > 65536 || weights.dims()[0] != c.dims(0)[1] || weights.dims()[1] > 65536) {
    throw Error(fmt::format("its input is {}, its kernel {}, its groups {}", dims_text(c.dims(0)),
                            dims_text(weights.dims()), groups),
                kBroken);
  }
  const int64_t channels = weights.dims()[1] * groups;
  const Constant* bias = bias_of(c, channels);
  Dims more = list_of(op, "output_padding", w.axes(), 0);
  need_range("output padding", more, 0, 1024);
  const auto wanted = op.integers("output_shape");
  const bool same = same_padding(op);
  w.before.assign(w.axes(), 0);
  w.after.assign(w.axes(), 0);
  if (wanted || same) {
    // output_shape may name the batch and the channels, too.
    if (wanted && wanted->size() != w.axes() && wanted->size() != w.axes() + 2) {
      throw Error(fmt::format("its output_shape has {} values", wanted->size()), kBroken);
    }
    for (size_t a = 0; a < w.axes(); ++a) {
      const int64_t in = c.dims(0)[a + 2];
      const int64_t out = wanted ? (*wanted)[wanted->size() - w.axes() + a] : in * w.stride[a];
      need_range("output_shape", {out}, 1, 1 << 20);
      const int64_t natural = w.stride[a] * (in - 1) + more[a] + w.covers(a);
      if (natural >= out) {
        share(op, natural - out, w.before[a], w.after[a]);
      } else {
        more[a] += out - natural;
      }
    }
  } else if (op.text("auto_pad", "NOTSET") != "VALID") {
    const Dims pads = list_of(op, "pads", 2 * w.axes(), 0);
    for (size_t a = 0; a < w.axes(); ++a) w.before[a] = pads[a], w.after[a] = pads[a + w.axes()];
  }
  need_range("padding", w.before, 0, 1024);
  need_range("padding", w.after, 0, 1024);
  std::string text = fmt::format("convtranspose{} {} {}{}", w.suffix(), channels, w.text(w.size, 1), w.words());
  if (groups != 1) text += fmt::format(" groups {}", groups);
  if (std::any_of(more.begin(), more.end(), [](int64_t m) { return m > 0; }))
    text += " output padding " + w.text(more, 0);
  if (bias == nullptr) text += " no bias";
  const int node = c.emit(text, {c.node(0)});
  c.weight(node, "weight", weights);
  if (bias != nullptr) c.weight(node, "bias", *bias);
  c.give(0, node);
}

Window pooling_window(Converter& c) {
  const auto size = c.op().integers("kernel_shape");
  if (!size) throw Error("its kernel_shape is missing", kBroken);
  Window w = window_of(c, *size);
  pad_as_told(c, w);
  return w;
}

void max_pool(Converter& c) {
  const Window w = pooling_window(c);
  std::string settings = fmt::format(" {}{}", w.text(w.size, 1), w.words());
  if (c.op().flag("ceil_mode", false)) settings += " ceil";
  if (c.wanted(1)) {
    std::string text = "maxpoolindices" + settings;
    if (c.op().integer("storage_order", 0) == 1) text += " columns first";
    const int places = c.emit(text, {c.node(0)}, ".indices");
    if (c.batched(places)) throw NotBatched{kNumbers};  // they count through the whole batch
    c.give(1, places);
  }
  c.give(0, c.emit(fmt::format("maxpool{}{}", w.suffix(), settings), {c.node(0)}));
}

void average_pool(Converter& c) {
  const Window w = pooling_window(c);
  std::string text = fmt::format("avgpool{} {}{}", w.suffix(), w.text(w.size, 1), w.words());
  if (c.op().flag("ceil_mode", false)) text += " ceil";
  if (!c.op().flag("count_include_pad", false)) text += " without padding";
  c.give(0, c.emit(text, {c.node(0)}));
}

void global_average_pool(Converter& c) { c.give(0, c.emit("globalavgpool keep", {c.node(0)})); }
void global_max_pool(Converter& c) { c.give(0, c.emit("globalmaxpool keep", {c.node(0)})); }

}  // namespace

const OnnxOperators& window_operators() {
  static const OnnxOperators list = {
      {"AveragePool", average_pool},      {"Conv", conv},
      {"ConvTranspose", conv_transpose},  {"GlobalAveragePool", global_average_pool},
      {"GlobalMaxPool", global_max_pool}, {"MaxPool", max_pool},
  };
  return list;
}

}  // namespace striate
