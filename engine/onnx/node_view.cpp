#include "engine/onnx/node_view.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"

namespace striate {
namespace {

const char* kind_name(OnnxAttribute::Kind kind) {
  using Kind = OnnxAttribute::Kind;
  switch (kind) {
    case Kind::real:
      return "a number";
    case Kind::integer:
      return "a whole number";
    case Kind::text:
      return "a text";
    case Kind::tensor:
      return "a tensor";
    case Kind::reals:
      return "a list of numbers";
    case Kind::integers:
      return "a list of whole numbers";
    case Kind::texts:
      return "a list of texts";
    case Kind::graph:
      return "a graph";
    case Kind::other:
      break;
  }
  return "of an unknown type";
}

const char* const kBroken = "the file breaks ONNX's rules: export the model again";

}  // namespace

const OnnxAttribute* NodeView::find(const std::string& name, OnnxAttribute::Kind kind) const {
  const auto found = node_.attributes.find(name);
  if (found == node_.attributes.end()) return nullptr;
  if (found->second.kind != kind) {
    throw Error(
        fmt::format("its attribute \"{}\" is {}, needs {}", name, kind_name(found->second.kind), kind_name(kind)),
        kBroken);
  }
  return &found->second;
}

int64_t NodeView::integer(const std::string& name, int64_t otherwise) const {
  const OnnxAttribute* attribute = find(name, OnnxAttribute::Kind::integer);
  return attribute == nullptr ? otherwise : attribute->integer;
}

double NodeView::real(const std::string& name, double otherwise) const {
  const OnnxAttribute* attribute = find(name, OnnxAttribute::Kind::real);
  if (attribute == nullptr) return otherwise;
  if (!std::isfinite(attribute->real)) {
    throw Error(fmt::format("its attribute \"{}\" is {}", name, attribute->real), kBroken);
  }
  return static_cast<double>(attribute->real);
}

std::string NodeView::text(const std::string& name, const std::string& otherwise) const {
  const OnnxAttribute* attribute = find(name, OnnxAttribute::Kind::text);
  return attribute == nullptr ? otherwise : attribute->text.substr(0, 60);
}

std::optional<std::vector<int64_t>> NodeView::integers(const std::string& name) const {
  const OnnxAttribute* attribute = find(name, OnnxAttribute::Kind::integers);
  if (attribute == nullptr) return std::nullopt;
  return attribute->integers;
}

std::optional<std::vector<float>> NodeView::reals(const std::string& name) const {
  const OnnxAttribute* attribute = find(name, OnnxAttribute::Kind::reals);
  if (attribute == nullptr) return std::nullopt;
  return attribute->reals;
}

int normal_axis(int64_t axis, size_t rank) {
  const int64_t n = static_cast<int64_t>(rank);
  if (axis < -n || axis >= n) throw Error(fmt::format("axis {} of {} dimensions", axis, rank), kBroken);
  return static_cast<int>(axis < 0 ? axis + n : axis);
}

std::vector<int> normal_axes(const std::vector<int64_t>& axes, size_t rank) {
  std::vector<int> normal;
  for (const int64_t axis : axes) {
    normal.push_back(normal_axis(axis, rank));
    if (std::count(normal.begin(), normal.end(), normal.back()) > 1) {
      throw Error(fmt::format("axis {} is named twice", axis), kBroken);
    }
  }
  return normal;
}

Dims broadcast_dims(const Dims& a, const Dims& b) {
  const Dims& longer = a.size() >= b.size() ? a : b;
  const Dims& shorter = a.size() >= b.size() ? b : a;
  Dims dims = longer;
  const size_t offset = longer.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    int64_t& size = dims[offset + i];
    if (size == shorter[i] || shorter[i] == 1) continue;
    if (size != 1) {
      throw Error(fmt::format("got {} and {}, which can't be brought to one shape", dims_text(a), dims_text(b)),
                  kBroken);
    }
    size = shorter[i];
  }
  return dims;
}

Dims reshape_dims(const Dims& from, const Dims& target, bool zero_is_zero) {
  Dims dims = target;
  int64_t count = 0, known = 1;
  check(count_of(from, count), "a tensor of {}", dims_text(from));
  int open = -1;
  const Error misfit(fmt::format("{} can't become {}", dims_text(from), dims_text(target)), kBroken);
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && !zero_is_zero) {
      if (i >= from.size()) throw misfit;
      dims[i] = from[i];
    }
    if (dims[i] == -1) {
      if (open >= 0) throw misfit;
      open = static_cast<int>(i);
    } else if (dims[i] < 0) {
      throw misfit;
    }
  }
  Dims rest = dims;
  if (open >= 0) rest.erase(rest.begin() + open);
  if (!count_of(rest, known)) throw misfit;
  if (open >= 0) {
    if (known == 0 || count % known != 0) throw misfit;
    dims[static_cast<size_t>(open)] = count / known;
  } else if (known != count) {
    throw misfit;
  }
  return dims;
}

Dims squeeze_dims(const Dims& from, const std::optional<std::vector<int64_t>>& axes) {
  std::vector<char> drop(from.size(), 0);
  if (axes) {
    for (const int axis : normal_axes(*axes, from.size())) {
      if (from[static_cast<size_t>(axis)] != 1) {
        throw Error(fmt::format("axis {} of {} is not 1", axis, dims_text(from)), kBroken);
      }
      drop[static_cast<size_t>(axis)] = 1;
    }
  }
  Dims dims;
  for (size_t i = 0; i < from.size(); ++i) {
    if (axes ? drop[i] == 0 : from[i] != 1) dims.push_back(from[i]);
  }
  return dims;
}

Dims unsqueeze_dims(const Dims& from, const std::vector<int64_t>& axes) {
  const std::vector<int> added = normal_axes(axes, from.size() + axes.size());
  Dims dims(from.size() + axes.size(), 0);
  for (const int axis : added) dims[static_cast<size_t>(axis)] = 1;
  size_t next = 0;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (std::find(added.begin(), added.end(), static_cast<int>(i)) == added.end()) dims[i] = from[next++];
  }
  return dims;
}

Dims flatten_dims(const Dims& from, int64_t axis) {
  const int64_t n = static_cast<int64_t>(from.size());
  if (axis < -n || axis > n) throw Error(fmt::format("axis {} of {} dimensions", axis, n), kBroken);
  if (axis < 0) axis += n;
  Dims dims{1, 1};
  for (int64_t i = 0; i < n; ++i) dims[i < axis ? 0 : 1] *= from[static_cast<size_t>(i)];
  return dims;
}

Dims transpose_dims(const Dims& from, const std::vector<int>& order) {
  Dims dims;
  for (const int axis : order) dims.push_back(from[static_cast<size_t>(axis)]);
  return dims;
}

std::vector<int> transpose_order(const NodeView& node, size_t rank) {
  std::vector<int> order;
  if (const auto perm = node.integers("perm")) {
    order = normal_axes(*perm, rank);
    if (order.size() != rank) {
      throw Error(fmt::format("perm names {} axes of {}", order.size(), rank), kBroken);
    }
  } else {
    for (size_t i = rank; i > 0; --i) order.push_back(static_cast<int>(i) - 1);
  }
  return order;
}

std::vector<SlicePart> slice_parts(const Dims& from, const std::vector<int64_t>& starts,
                                   const std::vector<int64_t>& ends, const std::optional<std::vector<int64_t>>& axes,
                                   const std::optional<std::vector<int64_t>>& steps) {
  if (starts.size() != ends.size() || (axes && axes->size() != starts.size()) ||
      (steps && steps->size() != starts.size()) || (!axes && starts.size() > from.size())) {
    throw Error("its starts, ends, axes and steps are not of one length", kBroken);
  }
  std::vector<int64_t> all;
  for (size_t i = 0; i < starts.size(); ++i) all.push_back(axes ? (*axes)[i] : static_cast<int64_t>(i));
  const std::vector<int> normal = normal_axes(all, from.size());
  std::vector<SlicePart> parts;
  for (size_t i = 0; i < starts.size(); ++i) {
    SlicePart part;
    part.axis = normal[i];
    part.step = steps ? (*steps)[i] : 1;
    const int64_t size = from[static_cast<size_t>(part.axis)];
    if (part.step == 0 || part.step < -(int64_t{1} << 40)) throw Error(fmt::format("a step of {}", part.step), kBroken);
    if (size == 0) {
      parts.push_back(part);
      continue;
    }
    const auto place = [&](int64_t value, int64_t low, int64_t high) {
      if (value < 0) value += size;  // at worst still negative
      return std::clamp(value, low, high);
    };
    if (part.step > 0) {
      part.first = place(starts[i], 0, size);
      const int64_t end = place(ends[i], 0, size);
      part.count = end <= part.first ? 0 : (end - part.first - 1) / part.step + 1;
    } else {
      part.first = place(starts[i], 0, size - 1);
      const int64_t end = place(ends[i], -1, size - 1);
      part.count = end >= part.first ? 0 : (part.first - end - 1) / -part.step + 1;
    }
    parts.push_back(part);
  }
  return parts;
}

}  // namespace striate
