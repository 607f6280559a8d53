// Operators that move values and change shapes.
#include <algorithm>

#include "engine/error.h"
#include "engine/network/layer_words.h"
#include "engine/onnx/converter.h"

namespace striate {
namespace {

const char* const kBroken = "the file breaks ONNX's rules: export the model again";

void identity(Converter& c) { c.give(0, c.emit("identity", {c.node(0)})); }

// Numbers with a point stay float32 inside the network.
void cast(Converter& c) {
  const OnnxType to = c.op().op() == "CastLike" ? c.type(1) : static_cast<OnnxType>(c.op().integer("to", 0));
  if (!is_real(to)) {
    throw Error(fmt::format("it casts values that depend on the picture to {}", onnx_type_name(to)),
                "striate runs networks of numbers with a point: cast only shapes and axes to whole numbers");
  }
  if (to != OnnxType::float32) c.note(fmt::format("computed in float32 where the model says {}", onnx_type_name(to)));
  identity(c);
}

void shape(Converter& c) {
  const Dims dims = c.dims(0);
  const int64_t n = static_cast<int64_t>(dims.size());
  const auto place = [&](int64_t value) { return std::clamp<int64_t>(value < 0 ? value + n : value, 0, n); };
  const int64_t first = place(c.op().integer("start", 0)), last = place(c.op().integer("end", n));
  c.give(0, Constant(HostTensor::of_integers(first < last ? Dims(dims.begin() + first, dims.begin() + last) : Dims())));
}

void size(Converter& c) {
  int64_t count = 0;
  check(count_of(c.dims(0), count), "sizes {}", dims_text(c.dims(0)));
  c.give(0, Constant(HostTensor::scalar(OnnxType::int64, static_cast<double>(count))));
}

void reshape(Converter& c) {
  const Dims target = c.constant(1, "its shape").integers("its shape", 64);
  c.give(0, c.reshape(c.node(0), reshape_dims(c.dims(0), target, c.op().flag("allowzero", false))));
}

std::optional<std::vector<int64_t>> axes_of(Converter& c) {
  if (c.opset() < 13) return c.op().integers("axes");
  if (!c.has(1)) return std::nullopt;
  return c.constant(1, "its axes").integers("its axes", 64);
}
void squeeze(Converter& c) { c.give(0, c.reshape(c.node(0), squeeze_dims(c.dims(0), axes_of(c)))); }
void unsqueeze(Converter& c) {
  const auto axes = axes_of(c);
  if (!axes) throw Error("its axes are missing", kBroken);
  c.give(0, c.reshape(c.node(0), unsqueeze_dims(c.dims(0), *axes)));
}
void flatten(Converter& c) {
  const Dims dims = flatten_dims(c.dims(0), c.op().integer("axis", 1));
  c.give(0, c.reshape(c.node(0), dims));
}

void transpose(Converter& c) {
  const int x = c.node(0);
  const std::vector<int> order = transpose_order(c.op(), c.rank(0));
  if (order.empty()) return identity(c);
  if (order[0] != 0) c.keep_batch(x, 0, kNotFirst);
  c.give(0, c.emit("transpose " + list_text(std::vector<int64_t>(order.begin(), order.end())), {x}));
}

void concat(Converter& c) {
  const int axis = normal_axis(c.op().integer("axis", c.opset() < 4 ? 1 : 0), c.rank(0));
  std::vector<int> nodes;
  for (size_t i = 0; i < c.inputs(); ++i) {
    // An empty list beside others is nothing.
    nodes.push_back(c.node(i));
    c.keep_batch(nodes.back(), axis, kNotFirst);
  }
  if (nodes.size() == 1) return c.give(0, c.emit("identity", nodes));
  c.give(0, c.emit(axis == 1 ? "concat" : fmt::format("concat axis {}", axis), nodes));
}

// One part after the other.
int slice_by(Converter& c, int x, const std::vector<SlicePart>& parts, const std::string& suffix) {
  for (size_t i = 0; i < parts.size(); ++i) {
    const SlicePart& part = parts[i];
    c.keep_batch(x, part.axis, kPicks);
    const int64_t in = c.node_dims(x)[static_cast<size_t>(part.axis)];
    int64_t end = part.first + part.count * part.step;
    if (end < 0) end = -in - 1;  // numpy counts a negative end from behind: this one is before the first
    std::string text =
        fmt::format("slice axis {} from {} to {}", part.axis, part.first, part.count == 0 ? part.first : end);
    if (part.step != 1) text += fmt::format(" step {}", part.step);
    x = c.emit(text, {x}, i + 1 < parts.size() ? fmt::format("{}.slice{}", suffix, i) : suffix);
  }
  return x;
}

void slice(Converter& c) {
  std::vector<SlicePart> parts;
  if (c.opset() < 10) {
    parts = slice_parts(c.dims(0), c.op().integers("starts").value_or(Dims()), c.op().integers("ends").value_or(Dims()),
                        c.op().integers("axes"), std::nullopt);
  } else {
    const auto list = [&](size_t i, const char* what) -> std::optional<Dims> {
      if (!c.has(i)) return std::nullopt;
      return c.constant(i, what).integers(what, 64);
    };
    parts = slice_parts(c.dims(0), c.constant(1, "its starts").integers("its starts", 64),
                        c.constant(2, "its ends").integers("its ends", 64), list(3, "its axes"), list(4, "its steps"));
  }
  const Dims dims = c.dims(0);
  std::erase_if(parts, [&](const SlicePart& part) {
    return part.first == 0 && part.step == 1 && part.count == dims[static_cast<size_t>(part.axis)];
  });
  if (parts.empty()) return identity(c);
  c.give(0, slice_by(c, c.node(0), parts, ""));
}

void split(Converter& c) {
  const int x = c.node(0), axis = normal_axis(c.op().integer("axis", 0), c.rank(0));
  const int64_t all = c.dims(0)[static_cast<size_t>(axis)];
  const int64_t parts = static_cast<int64_t>(c.op().node().outputs.size());
  std::optional<Dims> sizes = c.opset() < 13 ? c.op().integers("split") : std::nullopt;
  if (c.has(1)) sizes = c.constant(1, "its sizes").integers("its sizes", 1 << 16);
  const int64_t each = parts == 0 ? 0 : (all + parts - 1) / parts;
  int64_t first = 0;
  for (int64_t i = 0; i < parts; ++i) {
    if (sizes && sizes->size() != static_cast<size_t>(parts))
      throw Error("its sizes are not one for each output", kBroken);
    SlicePart part;
    part.axis = axis, part.first = first;
    part.count = sizes ? (*sizes)[static_cast<size_t>(i)] : std::clamp<int64_t>(all - first, 0, each);
    if (part.count < 0 || part.count > all - first) throw Error("its parts are larger than its input", kBroken);
    first += part.count;
    const size_t output = static_cast<size_t>(i);
    if (c.wanted(output)) c.give(output, slice_by(c, x, {part}, i == 0 ? "" : fmt::format(".part{}", i)));
  }
}

void gather(Converter& c) {
  const Constant& indices = c.constant(1, "which values it takes");
  if (indices.real()) throw Error("its indices are not whole numbers", kBroken);
  const int x = c.node(0), axis = normal_axis(c.op().integer("axis", 0), c.rank(0));
  c.keep_batch(x, axis, kPicks);
  const int64_t size = c.dims(0)[static_cast<size_t>(axis)];
  Dims list = indices.value().integers;
  for (int64_t& index : list) {
    if (index < -size || index >= size) throw Error(fmt::format("index {} of {}", index, size), kBroken);
    if (index < 0) index += size;
  }
  if (list.empty()) throw Error("it takes nothing", "no picture classifier does");
  std::string text = fmt::format("gather axis {}", axis);
  if (indices.dims().size() != 1) text += " shape " + sizes_text(indices.dims());
  c.give(0, c.emit(text + ' ' + list_text(list), {x}));
}

// Pads are an attribute before opset 11, then an input; from 18 on for some axes only.
void pad(Converter& c) {
  const NodeView& op = c.op();
  const size_t rank = c.rank(0);
  const std::string mode = op.text("mode", "constant");
  if (mode != "constant" && mode != "edge" && mode != "reflect" && mode != "wrap") {
    throw Error(fmt::format("its mode is \"{}\"", mode), "striate pads by constant, edge, reflect and wrap");
  }
  Dims told;
  double value = 0;
  if (c.opset() < 11) {
    told = op.integers("pads").value_or(Dims());
    value = op.real("value", 0);
  } else {
    told = c.constant(1, "its padding").integers("its padding", 64);
    if (c.has(2)) value = c.constant(2, "its value").scalar("its value");
  }
  std::vector<int> axes;
  if (c.has(3)) {
    axes = normal_axes(c.constant(3, "its axes").integers("its axes", 64), rank);
  } else {
    for (size_t i = 0; i < rank; ++i) axes.push_back(static_cast<int>(i));
  }
  if (told.size() != 2 * axes.size()) {
    throw Error(fmt::format("it has {} paddings for {} axes", told.size(), axes.size()), kBroken);
  }
  Dims pads(2 * rank, 0);
  const int x = c.node(0);
  for (size_t i = 0; i < axes.size(); ++i) {
    const size_t axis = static_cast<size_t>(axes[i]);
    pads[axis] = told[i];
    pads[rank + axis] = told[axes.size() + i];
    if (pads[axis] != 0 || pads[rank + axis] != 0) c.keep_batch(x, axes[i], kNotFirst);
  }
  if (std::all_of(pads.begin(), pads.end(), [](int64_t each) { return each == 0; })) return identity(c);
  std::string text = fmt::format("pad {} {}", mode, list_text(pads));
  if (mode == "constant" && value != 0) text += " value " + number_text(value);
  c.give(0, c.emit(text, {x}));
}

}  // namespace

const OnnxOperators& shape_operators() {
  static const OnnxOperators list = {
      {"Cast", cast},       {"CastLike", cast},       {"Concat", concat},
      {"Flatten", flatten}, {"Gather", gather},       {"Identity", identity},
      {"Pad", pad},         {"Reshape", reshape},     {"Shape", shape},
      {"Size", size},       {"Slice", slice},         {"Split", split},
      {"Squeeze", squeeze}, {"Transpose", transpose}, {"Unsqueeze", unsqueeze},
  };
  return list;
}

}  // namespace striate
