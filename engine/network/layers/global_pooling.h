// What the global poolings share: the shape and the word `keep`.
#pragma once

#include "engine/network/layers/kinds.h"
#include "engine/network/layers/rows.h"

namespace striate {
namespace layers {

// N x C of a shape with places (rank 3 or more); `keep`: with a 1 for each axis that is gone, as ONNX has it.
inline Shape global_shape(const Shape& in, bool keep) {
  if (in.rank() < 3) pictures(in);  // throws
  std::vector<int64_t> sizes{in[0], in[1]};
  if (keep) sizes.resize(static_cast<size_t>(in.rank()), 1);
  if (in.count() == 0) throw Error(fmt::format("got {}, needs at least one value", in.text()), "sizes are 1 or more");
  return Shape(sizes);
}

// ONNX keeps the axes; without them a Flatten follows.
inline void global_to_onnx(OnnxPage& to, const ExportNode& n, bool keep) {
  const char* op = n.layer->info().onnx.name;
  if (keep) {
    to.op(op, n, {to.input(n)});
    return;
  }
  std::string pooled;
  to.step(op, n, "pooled", {to.input(n)}, pooled);
  to.op("Flatten", n, {pooled}).with("axis", int64_t{1});
}

}  // namespace layers
}  // namespace striate
