// Folding of what moves values or makes them: shapes, slices, ranges, constants.
#include <algorithm>
#include <cmath>
#include <functional>

#include "engine/error.h"
#include "engine/onnx/fold.h"

namespace striate {
namespace {

const char* const kBroken = "the file breaks ONNX's rules: export the model again";

// A tensor whose value at each place of `dims`, in order, is the one at from(place) of x.
Folded moved(const FoldCall& call, const Constant& x, const Dims& dims,
             const std::function<int64_t(const Dims&)>& from) {
  HostTensor out = folded_tensor(call, x.type(), dims);
  const HostTensor& values = x.value();
  Dims at(dims.size(), 0);
  for (size_t i = 0; i < static_cast<size_t>(out.count()); ++i) {
    const size_t place = static_cast<size_t>(from(at));
    if (out.real()) {
      out.reals[i] = values.reals[place];
    } else {
      out.integers[i] = values.integers[place];
    }
    for (size_t axis = dims.size(); axis > 0; --axis) {
      if (++at[axis - 1] < dims[axis - 1]) break;
      at[axis - 1] = 0;
    }
  }
  return {Constant(std::move(out))};
}

Dims steps_of(const Dims& dims) {
  Dims steps(dims.size(), 1);
  for (size_t i = dims.size(); i > 1; --i) steps[i - 2] = steps[i - 1] * dims[i - 1];
  return steps;
}

std::optional<std::vector<int64_t>> axes_of(const FoldCall& call, int64_t input_since) {
  if (call.node.opset() < input_since) return call.node.integers("axes");
  if (!call.has(1)) return std::nullopt;
  return call.input(1).integers("its axes", 64);
}

Folded identity(const FoldCall& call) { return {call.input(0)}; }

Folded shape(const FoldCall& call) {
  const Dims& dims = call.input(0).dims();
  const int64_t n = static_cast<int64_t>(dims.size());
  const auto place = [&](int64_t value) { return std::clamp<int64_t>(value < 0 ? value + n : value, 0, n); };
  const int64_t first = place(call.node.integer("start", 0)), last = place(call.node.integer("end", n));
  return {Constant(HostTensor::of_integers(first < last ? Dims(dims.begin() + first, dims.begin() + last) : Dims()))};
}

Folded size(const FoldCall& call) {
  HostTensor count = HostTensor::of_integers({call.input(0).count()});
  count.dims.clear();
  return {Constant(count)};
}

Folded reshape(const FoldCall& call) {
  const Constant& x = call.input(0);
  const Dims target =
      call.node.opset() < 5 ? call.node.integers("shape").value_or(Dims()) : call.input(1).integers("its shape", 64);
  return {x.with_dims(reshape_dims(x.dims(), target, call.node.flag("allowzero", false)))};
}
Folded squeeze(const FoldCall& call) {
  const Constant& x = call.input(0);
  return {x.with_dims(squeeze_dims(x.dims(), axes_of(call, 13)))};
}
Folded unsqueeze(const FoldCall& call) {
  const Constant& x = call.input(0);
  const auto axes = axes_of(call, 13);
  if (!axes) throw Error("its axes are missing", kBroken);
  return {x.with_dims(unsqueeze_dims(x.dims(), *axes))};
}
Folded flatten(const FoldCall& call) {
  const Constant& x = call.input(0);
  return {x.with_dims(flatten_dims(x.dims(), call.node.integer("axis", 1)))};
}

Folded transpose(const FoldCall& call) {
  const Constant& x = call.input(0);
  const std::vector<int> order = transpose_order(call.node, x.dims().size());
  const Dims steps = steps_of(x.dims());
  return moved(call, x, transpose_dims(x.dims(), order), [&](const Dims& at) {
    int64_t place = 0;
    for (size_t i = 0; i < at.size(); ++i) place += at[i] * steps[static_cast<size_t>(order[i])];
    return place;
  });
}

Folded concat(const FoldCall& call) {
  const Constant& first = call.input(0);
  const size_t axis =
      static_cast<size_t>(normal_axis(call.node.integer("axis", call.node.opset() < 4 ? 1 : 0), first.dims().size()));
  Dims dims = first.dims();
  dims[axis] = 0;
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    const Constant& x = call.input(i);
    bool fits = x.dims().size() == dims.size() && x.type() == first.type();
    for (size_t k = 0; fits && k < dims.size(); ++k) fits = k == axis || x.dims()[k] == dims[k];
    if (!fits) throw Error(fmt::format("got {} and {}", dims_text(first.dims()), dims_text(x.dims())), kBroken);
    if (x.dims()[axis] > (int64_t{1} << 60) - dims[axis]) throw Error("its inputs are too large", kBroken);
    dims[axis] += x.dims()[axis];
  }
  HostTensor out = folded_tensor(call, first.type(), dims);
  int64_t rows = 1, inner = 1;
  for (size_t i = 0; i < dims.size(); ++i) (i < axis ? rows : inner) *= dims[i];
  int64_t from = 0;
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    const HostTensor& x = call.input(i).value();
    const int64_t width = rows == 0 ? 0 : x.count() / rows;
    for (int64_t row = 0; row < rows; ++row) {
      const auto copy = [&](const auto& values, auto& to) {
        std::copy_n(values.begin() + row * width, width, to.begin() + row * inner + from);
      };
      if (out.real()) {
        copy(x.reals, out.reals);
      } else {
        copy(x.integers, out.integers);
      }
    }
    from += width;
  }
  return {Constant(std::move(out))};
}

Folded slice_by(const FoldCall& call, const std::vector<SlicePart>& parts) {
  const Constant& x = call.input(0);
  Dims dims = x.dims(), steps = steps_of(x.dims());
  int64_t start = 0;
  for (const SlicePart& part : parts) {
    const size_t axis = static_cast<size_t>(part.axis);
    dims[axis] = part.count;
    start += part.first * steps[axis];
    steps[axis] = part.count > 1 ? steps[axis] * part.step : 0;
  }
  return moved(call, x, dims, [&](const Dims& at) {
    int64_t place = start;
    for (size_t i = 0; i < at.size(); ++i) place += at[i] * steps[i];
    return place;
  });
}

Folded slice(const FoldCall& call) {
  const Constant& x = call.input(0);
  if (call.node.opset() < 10) {
    return slice_by(call, slice_parts(x.dims(), call.node.integers("starts").value_or(Dims()),
                                      call.node.integers("ends").value_or(Dims()), call.node.integers("axes"), {}));
  }
  const auto list = [&](size_t i, const char* what) -> std::optional<Dims> {
    if (!call.has(i)) return std::nullopt;
    return call.input(i).integers(what, 64);
  };
  return slice_by(call, slice_parts(x.dims(), call.input(1).integers("its starts", 64),
                                    call.input(2).integers("its ends", 64), list(3, "its axes"), list(4, "its steps")));
}

Folded gather(const FoldCall& call) {
  const Constant &x = call.input(0), &indices = call.input(1);
  if (indices.real()) throw Error("its indices are not whole numbers", kBroken);
  const size_t axis = static_cast<size_t>(normal_axis(call.node.integer("axis", 0), x.dims().size()));
  const int64_t size = x.dims()[axis];
  Dims dims(x.dims().begin(), x.dims().begin() + static_cast<int64_t>(axis));
  dims.insert(dims.end(), indices.dims().begin(), indices.dims().end());
  dims.insert(dims.end(), x.dims().begin() + static_cast<int64_t>(axis) + 1, x.dims().end());
  for (const int64_t index : indices.value().integers) {
    if (index < -size || index >= size) throw Error(fmt::format("index {} of {}", index, size), kBroken);
  }
  const Dims steps = steps_of(x.dims()), index_steps = steps_of(indices.dims());
  const size_t many = indices.dims().size();
  return moved(call, x, dims, [&](const Dims& at) {
    int64_t place = 0, which = 0;
    for (size_t i = 0; i < axis; ++i) place += at[i] * steps[i];
    for (size_t i = 0; i < many; ++i) which += at[axis + i] * index_steps[i];
    const int64_t index = indices.value().integers[static_cast<size_t>(which)];
    place += (index < 0 ? index + size : index) * steps[axis];
    for (size_t i = axis + 1; i < x.dims().size(); ++i) place += at[many + i - 1] * steps[i];
    return place;
  });
}

Folded expand(const FoldCall& call) {
  const Constant& x = call.input(0);
  const Dims dims = broadcast_dims(x.dims(), call.input(1).integers("its shape", 64));
  for (const int64_t each : dims) {
    if (each < 0) throw Error(fmt::format("it expands to {}", dims_text(dims)), kBroken);
  }
  Dims steps = steps_of(x.dims());
  for (size_t i = 0; i < steps.size(); ++i) steps[i] = x.dims()[i] == 1 ? 0 : steps[i];
  const size_t offset = dims.size() - steps.size();
  return moved(call, x, dims, [&](const Dims& at) {
    int64_t place = 0;
    for (size_t i = 0; i < steps.size(); ++i) place += at[offset + i] * steps[i];
    return place;
  });
}

Folded tile(const FoldCall& call) {
  const Constant& x = call.input(0);
  const Dims repeats = call.input(1).integers("its repeats", 64);
  if (repeats.size() != x.dims().size()) throw Error("its repeats are not one for each axis", kBroken);
  Dims dims = x.dims();
  for (size_t i = 0; i < dims.size(); ++i) {
    if (repeats[i] < 0 || repeats[i] > (1 << 24) || dims[i] > (1 << 30))
      throw Error(fmt::format("it repeats {} times", repeats[i]), kBroken);
    dims[i] *= repeats[i];
  }
  const Dims steps = steps_of(x.dims());
  return moved(call, x, dims, [&](const Dims& at) {
    int64_t place = 0;
    for (size_t i = 0; i < at.size(); ++i) place += at[i] % x.dims()[i] * steps[i];
    return place;
  });
}

// In equal parts, or as `split` says: an attribute, from opset 13 on an input.
Folded split(const FoldCall& call) {
  const Constant& x = call.input(0);
  const int axis = normal_axis(call.node.integer("axis", 0), x.dims().size());
  const int64_t all = x.dims()[static_cast<size_t>(axis)],
                parts = static_cast<int64_t>(call.node.node().outputs.size());
  std::optional<Dims> sizes = call.node.opset() < 13 ? call.node.integers("split") : std::nullopt;
  if (call.has(1)) sizes = call.input(1).integers("its sizes", 1 << 16);
  if (!sizes) {
    const int64_t each = parts == 0 ? 0 : (all + parts - 1) / parts;
    sizes = Dims();
    for (int64_t i = 0; i < parts; ++i) sizes->push_back(std::clamp<int64_t>(all - i * each, 0, each));
  }
  Folded result;
  int64_t first = 0;
  for (const int64_t count : *sizes) {
    if (count < 0 || count > all - first) throw Error("its parts are larger than its input", kBroken);
    SlicePart part;
    part.axis = axis, part.first = first, part.count = count;
    result.push_back(slice_by(call, {part})[0]);
    first += count;
  }
  return result;
}

Folded constant(const FoldCall& call) {
  using Kind = OnnxAttribute::Kind;
  for (const auto& [name, attribute] : call.node.node().attributes) {
    HostTensor made;
    if (name == "value" && attribute.kind == Kind::tensor) return {Constant(attribute.tensor)};
    if (name == "value_int" && attribute.kind == Kind::integer) {
      made = HostTensor::of_integers({attribute.integer});
      made.dims.clear();
    } else if (name == "value_ints" && attribute.kind == Kind::integers) {
      made = HostTensor::of_integers(attribute.integers);
    } else if (name == "value_float" && attribute.kind == Kind::real) {
      made.reals = {static_cast<double>(attribute.real)};
    } else if (name == "value_floats" && attribute.kind == Kind::reals) {
      made.reals.assign(attribute.reals.begin(), attribute.reals.end());
      made.dims = {static_cast<int64_t>(attribute.reals.size())};
    } else {
      continue;
    }
    return {Constant(std::move(made))};
  }
  throw Error("it has no value that striate reads: value, value_int, value_ints, value_float or value_floats",
              "constants of texts and sparse ones are not supported");
}

Folded constant_of_shape(const FoldCall& call) {
  const Dims dims = call.input(0).integers("its shape", 64);
  HostTensor value = HostTensor::scalar(OnnxType::float32, 0);
  const auto found = call.node.node().attributes.find("value");
  if (found != call.node.node().attributes.end()) {
    if (found->second.kind != OnnxAttribute::Kind::tensor || found->second.tensor->count != 1) {
      throw Error("its value is not a tensor of one value", kBroken);
    }
    value = found->second.tensor->read();
  }
  call.budget.fill(dims);
  return {Constant::filled(value, dims)};
}

Folded range(const FoldCall& call) {
  const Constant &start = call.input(0), &limit = call.input(1), &delta = call.input(2);
  const double from = start.scalar("its start"), to = limit.scalar("its limit"), step = delta.scalar("its step");
  const double steps = std::ceil((to - from) / step);
  if (step == 0 || !std::isfinite(steps) || start.type() != limit.type() || start.type() != delta.type()) {
    throw Error(fmt::format("a range from {} to {} by {}", from, to, step), kBroken);
  }
  HostTensor out = folded_tensor(call, start.type(), {static_cast<int64_t>(std::clamp(steps, 0.0, 1e15))});
  for (size_t i = 0; i < out.reals.size(); ++i) out.reals[i] = round_to(out.type, from + static_cast<double>(i) * step);
  for (size_t i = 0; i < out.integers.size(); ++i) {
    const uint64_t value = static_cast<uint64_t>(start.value().integers[0]) +
                           static_cast<uint64_t>(i) * static_cast<uint64_t>(delta.value().integers[0]);
    out.integers[i] = wrap_to(out.type, static_cast<int64_t>(value));
  }
  return {Constant(std::move(out))};
}

// Values written over others at known places, in order. Adding and the like is left to the layers.
Folded scatter_nd(const FoldCall& call) {
  if (call.node.text("reduction", "none") != "none") return {};
  const Constant &data = call.input(0), &indices = call.input(1), &updates = call.input(2);
  const Dims& dims = data.dims();
  const size_t deep = indices.dims().empty() ? 0 : static_cast<size_t>(indices.dims().back());
  if (indices.real() || deep < 1 || deep > dims.size() || updates.type() != data.type()) {
    throw Error(fmt::format("places {} for {}", dims_text(indices.dims()), dims_text(dims)), kBroken);
  }
  HostTensor out = folded_tensor(call, data.type(), dims);
  out.reals = data.value().reals, out.integers = data.value().integers;
  int64_t inner = 1;
  for (size_t i = deep; i < dims.size(); ++i) inner *= dims[i];
  const int64_t count = indices.count() / static_cast<int64_t>(deep);
  if (updates.count() != count * inner) {
    throw Error(fmt::format("{} written to {} places", dims_text(updates.dims()), count), kBroken);
  }
  const std::vector<int64_t>& places = indices.value().integers;
  for (int64_t u = 0; u < count; ++u) {
    int64_t row = 0;
    for (size_t i = 0; i < deep; ++i) {
      const int64_t at = places[static_cast<size_t>(u) * deep + i];
      if (at < -dims[i] || at >= dims[i]) throw Error(fmt::format("place {} of {}", at, dims[i]), kBroken);
      row = row * dims[i] + (at < 0 ? at + dims[i] : at);
    }
    for (int64_t i = 0; i < inner; ++i) {
      const auto to = static_cast<size_t>(row * inner + i), from = static_cast<size_t>(u * inner + i);
      if (out.real()) {
        out.reals[to] = updates.value().reals[from];
      } else {
        out.integers[to] = updates.value().integers[from];
      }
    }
  }
  return {Constant(std::move(out))};
}

}  // namespace

const FoldList& shape_folds() {
  static const FoldList list = {
      {"Concat", concat},     {"Constant", constant},   {"ConstantOfShape", constant_of_shape},
      {"Expand", expand},     {"Flatten", flatten},     {"Gather", gather},
      {"Identity", identity}, {"Range", range},         {"Reshape", reshape},
      {"Shape", shape},       {"Size", size},           {"ScatterND", scatter_nd},
      {"Slice", slice},       {"Split", split},         {"Squeeze", squeeze},
      {"Tile", tile},         {"Transpose", transpose}, {"Unsqueeze", unsqueeze},
  };
  return list;
}

}  // namespace striate
