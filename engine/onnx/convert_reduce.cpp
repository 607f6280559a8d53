// Operators that make one value of many along some axes.
#include <algorithm>

#include "engine/error.h"
#include "engine/network/layer_words.h"
#include "engine/onnx/converter.h"

namespace striate {
namespace {

struct Reduction {
  int x = 0;
  std::string axes;  // "2,3"; empty: it leaves the values alone
  bool keep = true;

  std::string text(const char* word) const { return fmt::format("{} {}{}", word, axes, keep ? " keep" : ""); }
};

// Axes are an attribute first, then an input; none are all of them, or none where it says so.
Reduction reduction(Converter& c, int64_t axes_input_since) {
  std::optional<std::vector<int64_t>> told;
  if (c.opset() < axes_input_since) {
    told = c.op().integers("axes");
  } else if (c.has(1)) {
    told = c.constant(1, "its axes").integers("its axes", 32);
  }
  Reduction r;
  r.x = c.any(0);
  r.keep = c.op().flag("keepdims", true);
  const size_t rank = c.rank(0);
  std::vector<int> axes = normal_axes(told.value_or(std::vector<int64_t>()), rank);
  if (axes.empty() && !c.op().flag("noop_with_empty_axes", false)) {
    for (size_t i = 0; i < rank; ++i) axes.push_back(static_cast<int>(i));
  }
  std::sort(axes.begin(), axes.end());
  std::vector<int64_t> places;
  for (const int axis : axes) {
    c.keep_batch(r.x, axis, kMixes);
    places.push_back(c.place(r.x, axis));
  }
  r.axes = list_text(places);
  return r;
}

int reduced(Converter& c, const Reduction& r, const char* word, int x, const char* suffix = "") {
  return r.axes.empty() ? c.emit("identity", {x}, suffix) : c.emit(r.text(word), {x}, suffix);
}
void plain(Converter& c, const char* word, int64_t axes_input_since) {
  const Reduction r = reduction(c, axes_input_since);
  c.give(0, reduced(c, r, word, r.x));
}

void reduce_mean(Converter& c) { plain(c, "reducemean", 18); }
void reduce_sum(Converter& c) { plain(c, "reducesum", 13); }
void reduce_max(Converter& c) { plain(c, "reducemax", 18); }
void reduce_min(Converter& c) {
  const Reduction r = reduction(c, 18);
  const int minus = c.scalar_node(-1, "minus");
  const int largest = reduced(c, r, "reducemax", c.emit("mul", {r.x, minus}, ".negative"), ".largest");
  c.give(0, c.emit("mul", {largest, minus}));
}
void reduce_l1(Converter& c) {
  const Reduction r = reduction(c, 18);
  c.give(0, reduced(c, r, "reducesum", c.emit("abs", {r.x}, ".abs")));
}
void reduce_l2(Converter& c) {
  const Reduction r = reduction(c, 18);
  c.give(0, r.axes.empty() ? c.emit("abs", {r.x}) : c.emit(r.text("reducel2"), {r.x}));
}
void reduce_sum_square(Converter& c) {
  const Reduction r = reduction(c, 18);
  c.give(0, reduced(c, r, "reducesum", c.emit("mul", {r.x, r.x}, ".square")));
}
void reduce_log_sum(Converter& c) {
  const Reduction r = reduction(c, 18);
  c.give(0, c.emit("log", {reduced(c, r, "reducesum", r.x, ".sum")}));
}
// The largest value is taken off before, so that no power is infinite.
void reduce_log_sum_exp(Converter& c) {
  Reduction r = reduction(c, 18);
  if (r.axes.empty()) return c.give(0, c.emit("identity", {r.x}));
  const bool keep = r.keep;
  const int result = c.emit(r.text("reducemax"), {r.x}, ".largest");
  r.keep = true;
  const int largest = keep ? result : c.emit(r.text("reducemax"), {r.x}, ".each");
  const int power = c.emit("exp", {c.emit("sub", {r.x, largest}, ".less")}, ".exp");
  r.keep = keep;
  const int log = c.emit("log", {c.emit(r.text("reducesum"), {power}, ".sum")}, ".log");
  c.give(0, c.emit("add", {log, result}));
}

}  // namespace

const OnnxOperators& reduce_operators() {
  static const OnnxOperators list = {
      {"ReduceL1", reduce_l1},
      {"ReduceL2", reduce_l2},
      {"ReduceLogSum", reduce_log_sum},
      {"ReduceLogSumExp", reduce_log_sum_exp},
      {"ReduceMax", reduce_max},
      {"ReduceMean", reduce_mean},
      {"ReduceMin", reduce_min},
      {"ReduceSum", reduce_sum},
      {"ReduceSumSquare", reduce_sum_square},
  };
  return list;
}

}  // namespace striate
