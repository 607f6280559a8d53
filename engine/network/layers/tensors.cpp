#include "engine/network/layers/tensors.h"

#include <algorithm>

#include "kernels/elementwise.h"

namespace striate::layers {

Box box_of(const Shape& shape) {
  Box box;
  box.rank = shape.rank();
  for (int i = 0; i < shape.rank(); ++i) box.sizes[static_cast<size_t>(i)] = shape[i];
  return box;
}

Shape broadcast(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  std::vector<int64_t> sizes(static_cast<size_t>(rank));
  for (int i = 0; i < rank; ++i) {
    const int in_a = i - rank + a.rank(), in_b = i - rank + b.rank();
    const int64_t one = in_a < 0 ? 1 : a[in_a], other = in_b < 0 ? 1 : b[in_b];
    if (one != other && one != 1 && other != 1) {
      throw Error(fmt::format("got {} and {}, needs equal sizes, or 1 where one repeats", a.text(), b.text()),
                  "give both branches the same number of channels and the same stride");
    }
    sizes[static_cast<size_t>(i)] = one == 1 ? other : one;
  }
  return Shape(sizes);
}

Strides repeated(const Shape& of, const Shape& to) {
  Strides strides{};
  int64_t step = 1;
  for (int i = of.rank() - 1; i >= 0; --i) {
    const int axis = i + to.rank() - of.rank();
    strides[static_cast<size_t>(axis)] = of[i] == to[axis] ? step : 0;
    step *= of[i];
  }
  return strides;
}

void need_axis(int64_t axis, const Shape& shape) {
  if (axis >= 0 && axis < shape.rank()) return;
  throw Error(fmt::format("got {}, which has no axis {}", shape.text(), axis),
              shape.rank() == 0 ? "a single value has no axes"
                                : fmt::format("axes go from 0, the batch, to {}", shape.rank() - 1));
}

void broadcast_gradient(Stream& stream, SumTerm term, float factor, const Shape& to, const Shape& of, const float* dy,
                        const Repeated& z, const Repeated& w, float* dx, Result result) {
  const Strides along_dy = dense_strides(box_of(to));
  const Strides along_z = z.values ? repeated(z.shape, to) : Strides{};
  const Strides along_w = w.values ? repeated(w.shape, to) : Strides{};
  if (of == to && factor == 1 && term == SumTerm::value) return copy(stream, to.count(), dy, dx, result);
  if (of == to && factor == 1 && (term == SumTerm::product || term == SumTerm::quotient)) {
    return strided_arithmetic(stream, term == SumTerm::product ? Arithmetic::multiply : Arithmetic::divide, box_of(to),
                              dy, along_dy, z.values, along_z, dx, result);
  }
  Box kept, summed;
  SumOperand operands[3];
  operands[0].values = dy, operands[1].values = z.values, operands[2].values = w.values;
  const Strides* along[3] = {&along_dy, &along_z, &along_w};
  for (int axis = 0; axis < to.rank(); ++axis) {
    const int own = axis - to.rank() + of.rank();
    const bool stays = own >= 0 && of[own] == to[axis];
    Box& box = stays ? kept : summed;
    const auto place = static_cast<size_t>(box.rank++);
    box.sizes[place] = to[axis];
    for (int k = 0; k < 3; ++k) {
      (stays ? operands[k].kept : operands[k].summed)[place] = (*along[k])[static_cast<size_t>(axis)];
    }
  }
  strided_sum(stream, term, kept, summed, operands[0], operands[1], operands[2], factor, dx, result);
}

AroundAxis around(const Shape& shape, int64_t axis) {
  AroundAxis sizes;
  for (int i = 0; i < shape.rank(); ++i) {
    if (i < axis) sizes.outer *= shape[i];
    if (i > axis) sizes.inner *= shape[i];
  }
  return sizes;
}

}  // namespace striate::layers
