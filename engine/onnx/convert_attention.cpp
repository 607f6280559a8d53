// Attention as one operator (opset 23): products of queries with keys, a softmax over them, and the values they choose.
// It becomes the layers that exporters wrote before there was one.
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/error.h"
#include "engine/network/layer_words.h"
#include "engine/onnx/converter.h"

namespace striate {
namespace {

const char* const kBroken = "the file breaks ONNX's rules: export the model again";
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// (batch, tokens, heads * size) as (batch, heads, tokens, size); four axes stay.
int with_heads(Converter& c, int x, int64_t heads, const std::string& name) {
  const Dims d = c.node_dims(x);
  if (d.size() == 4) return x;
  if (d.size() != 3 || heads < 1 || d[2] % heads != 0) {
    throw Error(fmt::format("its {} is {} for {} heads", name, dims_text(d), heads), kBroken);
  }
  x = c.reshape(x, {d[0], d[1], heads, d[2] / heads}, '.' + name + ".heads");
  return c.emit("transpose 0,2,1,3", {x}, '.' + name + ".turned");
}

// Keys and values from before stand in front of these.
int behind_past(Converter& c, size_t input, int x, const std::string& name) {
  if (!c.has(input)) return x;
  const int past = c.repeated(c.node(input), x);
  return c.emit("concat axis 2", {past, c.repeated(x, past)}, '.' + name + ".all");
}

// Heads of keys that several heads of queries share.
int for_each_query(Converter& c, int x, int64_t heads, const std::string& name) {
  const int64_t own = c.node_dims(x)[1];
  if (own == heads) return x;
  if (own < 1 || heads % own != 0) throw Error(fmt::format("{} heads of queries, {} of {}", heads, own, name), kBroken);
  std::vector<int64_t> order;
  for (int64_t h = 0; h < heads; ++h) order.push_back(h / (heads / own));
  return c.emit("gather axis 1 " + list_text(order), {x}, '.' + name + ".shared");
}

// What is added before the softmax: 0, minus infinity where a key is hidden, or what a known mask says.
struct Bias {
  HostTensor values;
  bool some = false;
};
Bias known_bias(Converter& c, int64_t queries, int64_t keys, int64_t past) {
  const bool causal = c.op().flag("is_causal", false);
  const int64_t left = c.op().integer("left_window_size", -1), right = c.op().integer("right_window_size", -1);
  const Constant* mask = c.has(3) ? c.known(3) : nullptr;
  Bias bias;
  bias.some = causal || left >= 0 || right >= 0 || mask != nullptr;
  if (!bias.some) return bias;
  Dims dims = mask != nullptr ? mask->dims() : Dims{queries, keys};
  if (dims.empty()) dims = {1};
  const int64_t written = dims.back();
  if (written > keys) throw Error(fmt::format("its mask is {} for {} keys", dims_text(dims), keys), kBroken);
  dims.back() = keys;
  if (dims.size() == 1) dims.insert(dims.begin(), 1);
  if (causal || left >= 0 || right >= 0) {
    if (dims[dims.size() - 2] != 1 && dims[dims.size() - 2] != queries) {
      throw Error(fmt::format("its mask is {} for {} queries", dims_text(dims), queries), kBroken);
    }
    dims[dims.size() - 2] = queries;
  }
  bias.values.dims = dims;
  bias.values.reals.resize(static_cast<size_t>(c.budget().spend(dims)));
  const int64_t rows = dims[dims.size() - 2];
  const int64_t mask_rows = mask != nullptr && mask->dims().size() > 1 ? mask->dims()[mask->dims().size() - 2] : 1;
  for (int64_t i = 0; i < static_cast<int64_t>(bias.values.reals.size()); ++i) {
    const int64_t key = i % keys, query = i / keys % rows, stack = i / keys / rows;
    double value = 0;
    if (mask != nullptr && key >= written) {
      value = -kInfinity;
    } else if (mask != nullptr) {
      const int64_t at = (stack * mask_rows + (mask_rows == 1 ? 0 : query)) * written + key;
      value = mask->value().at(at);
      if (mask->type() == OnnxType::boolean) value = value != 0 ? 0 : -kInfinity;
    }
    const int64_t ahead = key - (query + past);
    if ((causal && ahead > 0) || (left >= 0 && -ahead > left) || (right >= 0 && ahead > right)) value = -kInfinity;
    bias.values.reals[static_cast<size_t>(i)] = value;
  }
  return bias;
}

// 1 for queries that see a key, 0 for those that see none: their result is 0, and their bias becomes 0, so that the
// softmax has something to share. Nothing where all see one.
std::optional<HostTensor> seeing(HostTensor& bias) {
  HostTensor seen;
  const int64_t keys = bias.dims.back();
  seen.dims = bias.dims;
  seen.dims.back() = 1;
  bool all = true;
  for (size_t row = 0; keys > 0 && row * static_cast<size_t>(keys) < bias.reals.size(); ++row) {
    const auto begin = bias.reals.begin() + static_cast<int64_t>(row) * keys, end = begin + keys;
    const bool some = std::any_of(begin, end, [](double value) { return value != -kInfinity; });
    if (!some) std::fill(begin, end, 0);
    seen.reals.push_back(some ? 1 : 0);
    all = all && some;
  }
  if (all) return std::nullopt;
  return seen;
}

void attention(Converter& c) {
  const NodeView& op = c.op();
  if (c.has(6)) {
    throw Error("its input nonpad_kv_seqlen, how many keys count, is not supported",
                "striate has Attention with a mask: export the model without a cache of keys");
  }
  const bool three = c.rank(0) == 3;
  const int64_t q_heads = op.integer("q_num_heads", 0), kv_heads = op.integer("kv_num_heads", 0);
  const std::string name = op.node().output(0);
  int q = with_heads(c, c.node(0), q_heads, "query");
  int k = with_heads(c, c.node(1), kv_heads, "key");
  int v = with_heads(c, c.node(2), kv_heads, "value");
  if (c.node_dims(q).size() != 4 || c.node_dims(k).size() != 4 || c.node_dims(v).size() != 4) {
    throw Error(fmt::format("its queries are {}", dims_text(c.dims(0))), kBroken);
  }
  const int64_t past = c.has(4) ? c.dims(4).at(2) : 0;
  k = behind_past(c, 4, k, "key");
  v = behind_past(c, 5, v, "value");
  if (c.wanted(1)) c.give(1, k);
  if (c.wanted(2)) c.give(2, v);
  const int64_t heads = c.node_dims(q)[1], queries = c.node_dims(q)[2], keys = c.node_dims(k)[2];
  k = for_each_query(c, k, heads, "key");
  v = for_each_query(c, v, heads, "value");

  const double scale = op.has("scale") ? op.real("scale", 1) : 1 / std::sqrt(static_cast<double>(c.node_dims(q)[3]));
  q = c.emit("mul", {q, c.scalar_node(scale, "scale")}, ".scaled");
  int scores = c.emit("matmul", {q, c.emit("transpose 0,1,3,2", {k}, ".key.columns")}, ".scores");
  const int64_t mode = op.integer("qk_matmul_output_mode", 0);
  const auto show = [&](int64_t which) {
    if (mode == which && c.wanted(3)) c.give(3, scores);
  };
  show(0);
  const double cap = op.real("softcap", 0);
  if (cap > 0) {
    scores = c.emit("mul", {scores, c.scalar_node(1 / cap, "inverse")}, ".small");
    scores = c.emit("mul", {c.emit("tanh", {scores}, ".tanh"), c.scalar_node(cap, "cap")}, ".capped");
  }
  show(1);
  Bias bias = known_bias(c, queries, keys, past);
  std::optional<HostTensor> seen;
  if (bias.some) {
    seen = seeing(bias.values);
    scores = c.emit("add", {scores, c.constant_node(Constant(std::move(bias.values)), name + ".bias")}, ".masked");
  }
  if (c.has(3) && c.known(3) == nullptr) {
    if (c.dims(3).empty() || c.dims(3).back() != keys || !is_real(c.type(3))) {
      throw Error(
          fmt::format("its mask is {} of {} for {} keys", dims_text(c.dims(3)), onnx_type_name(c.type(3)), keys),
          "striate has masks that are known, or numbers for every key");
    }
    std::vector<int> both{scores, c.node(3)};
    scores = c.emit("add", both, ".added");
  }
  show(2);
  scores = c.emit("softmax axis 3", {scores}, ".shares");
  if (seen) scores = c.emit("mul", {scores, c.constant_node(Constant(std::move(*seen)), name + ".seen")}, ".seeing");
  show(3);
  int y = c.emit("matmul", {scores, v}, three ? ".values" : "");
  if (three) {
    const Dims d = c.node_dims(y);
    y = c.reshape(c.emit("transpose 0,2,1,3", {y}, ".tokens"), {d[0], d[2], d[1] * d[3]});
  }
  c.give(0, y);
}

}  // namespace

const OnnxOperators& attention_operators() {
  static const OnnxOperators list = {{"Attention", attention}};
  return list;
}

}  // namespace striate
