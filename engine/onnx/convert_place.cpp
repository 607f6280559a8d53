// Operators that move values to other places: channels to pixels and back, values into an array at known places, one
// array repeated.
#include <algorithm>
#include <limits>

#include "engine/error.h"
#include "engine/network/layer_words.h"
#include "engine/onnx/converter.h"

namespace striate {
namespace {

const char* const kBroken = "the file breaks ONNX's rules: export the model again";

struct Blocks {
  Dims dims;
  int64_t size = 1;
};
Blocks blocks(Converter& c) {
  Blocks b{c.dims(0), c.op().integer("blocksize", 0)};
  if (b.dims.size() != 4 || b.size < 1 || b.size > 65536) {
    throw Error(fmt::format("its input is {}, its blocks {}", dims_text(b.dims), b.size), kBroken);
  }
  return b;
}

void depth_to_space(Converter& c) {
  const auto [d, b] = blocks(c);
  const std::string mode = c.op().text("mode", "DCR");
  const int64_t channels = d[1] / (b * b);
  if (d[1] % (b * b) != 0) throw Error(fmt::format("{} channels for blocks of {} x {}", d[1], b, b), kBroken);
  if (mode != "DCR" && mode != "CRD") throw Error(fmt::format("its mode is \"{}\"", mode), "ONNX knows DCR and CRD");
  const bool deep = mode == "DCR";  // which of the blocks comes first
  const Dims apart = deep ? Dims{d[0], b, b, channels, d[2], d[3]} : Dims{d[0], channels, b, b, d[2], d[3]};
  int x = c.reshape(c.node(0), apart, ".apart");
  x = c.emit(deep ? "transpose 0,3,4,1,5,2" : "transpose 0,1,4,2,5,3", {x}, ".turned");
  c.give(0, c.reshape(x, {d[0], channels, d[2] * b, d[3] * b}));
}

void space_to_depth(Converter& c) {
  const auto [d, b] = blocks(c);
  if (d[2] % b != 0 || d[3] % b != 0) {
    throw Error(fmt::format("{} x {} pixels for blocks of {}", d[2], d[3], b), kBroken);
  }
  int x = c.reshape(c.node(0), {d[0], d[1], d[2] / b, b, d[3] / b, b}, ".apart");
  x = c.emit("transpose 0,3,5,1,2,4", {x}, ".turned");
  c.give(0, c.reshape(x, {d[0], d[1] * b * b, d[2] / b, d[3] / b}));
}

// The same values with an axis repeated: adding zeros of the new sizes does that.
void expand(Converter& c) {
  const Dims target = c.constant(1, "its shape").integers("its shape", 64);
  const Dims dims = broadcast_dims(c.dims(0), target);
  std::vector<int> nodes{c.any(0)};
  if (dims == c.dims(0)) return c.give(0, c.emit("identity", nodes));
  c.budget().fill(dims);
  nodes.push_back(c.constant_node(Constant::filled(HostTensor::scalar(OnnxType::float32, 0), dims),
                                  c.op().node().output(0) + ".zeros"));
  c.bring_together(nodes);
  c.give(0, c.emit("add", nodes));
}

// ---- ScatterND: rows of an array replaced, or changed, by other rows at known places.
struct Rows {
  int64_t rows = 1, inner = 1, updates = 1;
  std::vector<int64_t> to;  // for each update, its row
};
Rows rows_of(Converter& c) {
  const Constant& indices = c.constant(1, "where it writes to");
  const Dims data = c.dims(0);
  const Dims& dims = indices.dims();
  if (indices.real() || dims.empty() || dims.back() > static_cast<int64_t>(data.size()) || dims.back() < 1) {
    throw Error(fmt::format("its places are {} for {}", dims_text(dims), dims_text(data)), kBroken);
  }
  const size_t deep = static_cast<size_t>(dims.back());
  Rows r;
  for (size_t i = 0; i < data.size(); ++i) (i < deep ? r.rows : r.inner) *= data[i];
  for (size_t i = 0; i + 1 < dims.size(); ++i) r.updates *= dims[i];
  int64_t written = 0;
  if (!count_of(c.dims(2), written) || written != r.updates * r.inner) {
    throw Error(fmt::format("it writes {} to {} places", dims_text(c.dims(2)), r.updates), kBroken);
  }
  const std::vector<int64_t>& values = indices.value().integers;
  for (int64_t u = 0; u < r.updates; ++u) {
    int64_t row = 0;
    for (size_t i = 0; i < deep; ++i) {
      int64_t at = values[static_cast<size_t>(u) * deep + i];
      if (at < -data[i] || at >= data[i]) throw Error(fmt::format("place {} of {}", at, data[i]), kBroken);
      row = row * data[i] + (at < 0 ? at + data[i] : at);
    }
    r.to.push_back(row);
  }
  return r;
}

void scatter_nd(Converter& c) {
  constexpr int64_t kMaxRows = 65536, kMaxTimes = 16;
  const std::string how = c.op().text("reduction", "none");
  const bool replaces = how == "none";
  const char* word = how == "add"   ? "add"
                     : how == "mul" ? "mul"
                     : how == "max" ? "max"
                     : how == "min" ? "min"
                                    : nullptr;
  if (!replaces && word == nullptr)
    throw Error(fmt::format("its reduction is \"{}\"", how), "ONNX knows add, mul, max, min");
  const Rows r = rows_of(c);
  if (r.rows > kMaxRows) {
    throw Error(fmt::format("it writes into {} rows at places of their own, striate has at most {}", r.rows, kMaxRows),
                "export the model so that whole slices are written or joined (torch.cat instead of x[...] = y)");
  }
  // Which update comes to each row, and how often one is written to.
  std::vector<std::vector<int64_t>> passes;
  std::vector<size_t> times(static_cast<size_t>(r.rows), 0);
  const int64_t nothing = -1;
  for (size_t u = 0; u < r.to.size(); ++u) {
    const auto row = static_cast<size_t>(r.to[u]);
    const size_t pass = replaces ? 0 : times[row]++;  // the last one stays where it replaces
    if (pass == passes.size()) passes.emplace_back(static_cast<size_t>(r.rows), nothing);
    passes[pass][row] = static_cast<int64_t>(u);
  }
  if (static_cast<int64_t>(passes.size()) > kMaxTimes) {
    throw Error(fmt::format("it changes one place {} times, striate does at most {}", passes.size(), kMaxTimes),
                "export the model without adding up at one place");
  }
  const bool batch = c.batched(c.any(0)) || c.batched(c.any(2));
  const int shown = c.batched(c.any(0)) ? c.any(0) : c.any(2);
  // As rows, one picture's apart from the others'.
  const auto as_rows = [&](int node, const Dims& dims, const char* suffix) {
    if (c.batched(node)) return c.shaped(node, dims, true, suffix);
    const int rows = c.reshape(node, dims, suffix);
    if (!batch) return rows;
    int lifted = shown;
    c.lift(lifted);
    return c.repeated(rows, lifted);
  };
  int data = as_rows(c.any(0), {r.rows, r.inner}, ".rows");
  const int updates = as_rows(c.any(2), {r.updates, r.inner}, ".updates");
  int other = data;  // what a row gets that no update comes to
  if (!replaces) {
    const double neutral = how == "mul"   ? 1
                           : how == "max" ? -std::numeric_limits<double>::infinity()
                           : how == "min" ? std::numeric_limits<double>::infinity()
                                          : 0;
    other = as_rows(c.constant_node(Constant::filled(HostTensor::scalar(OnnxType::float32, neutral), {1, r.inner}),
                                    c.op().node().output(0) + ".nothing"),
                    {1, r.inner}, ".row");
  }
  const int axis = batch ? 1 : 0;
  const int both = passes.empty() ? data : c.emit(fmt::format("concat axis {}", axis), {updates, other}, ".both");
  for (size_t pass = 0; pass < passes.size(); ++pass) {
    std::vector<int64_t>& from = passes[pass];
    for (size_t row = 0; row < from.size(); ++row) {
      if (from[row] == nothing) from[row] = r.updates + (replaces ? static_cast<int64_t>(row) : 0);
    }
    const int chosen =
        c.emit(fmt::format("gather axis {} {}", axis, list_text(from)), {both}, fmt::format(".{}", pass));
    data = replaces ? chosen : c.emit(word, {data, chosen}, fmt::format(".changed{}", pass));
  }
  c.give(0, c.reshape(data, c.dims(0)));
}

}  // namespace

const OnnxOperators& place_operators() {
  static const OnnxOperators list = {
      {"DepthToSpace", depth_to_space},
      {"Expand", expand},
      {"ScatterND", scatter_nd},
      {"SpaceToDepth", space_to_depth},
  };
  return list;
}

}  // namespace striate
