// Where every value of a network stands: names, shapes and offsets of its tensors, without the memory.
#include <algorithm>

#include "engine/error.h"
#include "engine/network/find_layer.h"
#include "engine/network/network.h"

namespace striate {
const char* tensor_kind_name(TensorKind kind) {
  switch (kind) {
    case TensorKind::activation:
      return "activation";
    case TensorKind::activation_gradient:
      return "activation gradient";
    case TensorKind::weight:
      return "weight";
    case TensorKind::weight_gradient:
      return "weight gradient";
    case TensorKind::optimizer_state:
      return "optimizer state";
    case TensorKind::saved:
      return "saved tensor";
    case TensorKind::buffer:
      return "buffer";
  }
  return "";
}

int64_t TensorPlan::bytes() const {
  int64_t values = scratch;
  for (const int64_t size : arena) values += size;
  return values * static_cast<int64_t>(sizeof(float));
}

namespace {

void check_from(const Architecture& architecture, const Plan& plan, const std::vector<Shape>& shapes) {
  if (plan.from == 0) return;
  check(plan.from > 0 && plan.from < architecture.size(), "a network from node {} on", plan.from);
  check(!plan.reuse && !plan.explaining, "a network from node {} on, in reused memory or explained", plan.from);
  for (int i = 1; i < architecture.size(); ++i) {
    const Node& node = architecture.nodes()[static_cast<size_t>(i)];
    if (i <= plan.from) {
      check(plan.frozen.contains(i) || !plan.training ||
                node.layer->parameters(architecture.input_shapes(i, shapes)).empty(),
            "{} is trained and stands before {}", architecture.describe(i), architecture.describe(plan.from));
      continue;
    }
    for (const int input : node.inputs) {
      check(input >= plan.from, "{} reads what stands before {}", architecture.describe(i),
            architecture.describe(plan.from));
    }
  }
}

}  // namespace

TensorPlan plan_tensors(const Architecture& architecture, const Plan& plan,
                        const std::vector<std::string>& optimizer_states) {
  if (plan.batch < 1 || plan.batch > 65536) {
    throw Error(fmt::format("a batch of {}", plan.batch), "use 1 to 65536 pictures at a time");
  }
  const std::vector<Shape> shapes = architecture.shapes(plan.batch);
  const int nodes = architecture.size();
  const bool gradients = plan.training || plan.explaining;
  check(!(plan.reuse && gradients), "a plan with gradients keeps every activation");
  check_from(architecture, plan, shapes);

  // An activation needs its gradient where trained weights lie at or before it, or where everything is to be explained.
  std::vector<char> needs(static_cast<size_t>(nodes), plan.explaining ? 1 : 0);
  for (int i = 1; i < nodes && plan.training; ++i) {
    const Node& node = architecture.nodes()[static_cast<size_t>(i)];
    const bool own = !plan.frozen.contains(i) && !node.layer->parameters(architecture.input_shapes(i, shapes)).empty();
    bool any = own;
    for (const int input : node.inputs) any = any || needs[static_cast<size_t>(input)] != 0;
    if (any) needs[static_cast<size_t>(i)] = 1;
  }

  TensorPlan result;
  // Beyond this no machine has memory, and counts would no longer fit their numbers.
  constexpr int64_t kMaxValues = int64_t{1} << 44;
  const auto add_to = [](int64_t& sum, int64_t values) {
    if (values > kMaxValues || sum > kMaxValues - values) {
      throw Error("the network needs more memory than can be counted", "use a smaller input, batch or layers");
    }
    sum += values;
  };
  const auto put = [&](TensorKind kind, const std::string& name, const Shape& shape, int node, int part,
                       bool integers) {
    int64_t& end = result.arena[static_cast<size_t>(kind)];
    result.tensors.push_back({name, shape, kind, node, part, integers, end});
    add_to(end, aligned(shape.count()));
  };
  const auto name_of = [&](int node) { return architecture.nodes()[static_cast<size_t>(node)].name; };
  for (int i = plan.from; i < nodes; ++i) {
    put(TensorKind::activation, name_of(i), shapes[static_cast<size_t>(i)], i, 0, false);
  }
  if (plan.reuse) {
    result.activations = plan_activations(architecture, shapes, nodes_of(architecture, plan.keep));
    for (NamedTensor& tensor : result.tensors) {
      tensor.offset = result.activations.places[static_cast<size_t>(tensor.node)].offset;
    }
    result.arena[static_cast<size_t>(TensorKind::activation)] = result.activations.size;
  }
  for (int i = 0; i < nodes; ++i) {
    if (needs[static_cast<size_t>(i)]) {
      put(TensorKind::activation_gradient, name_of(i), shapes[static_cast<size_t>(i)], i, 0, false);
    }
  }
  // The same order for weights, their gradients and each optimizer state; frozen weights have neither.
  const auto put_weights = [&](TensorKind kind, const std::string& suffix) {
    for (int i = 1; i < nodes; ++i) {
      if (kind != TensorKind::weight && plan.frozen.contains(i)) continue;
      const Layer& layer = *architecture.nodes()[static_cast<size_t>(i)].layer;
      int part = 0;
      for (const WeightSpec& p : layer.parameters(architecture.input_shapes(i, shapes))) {
        put(kind, name_of(i) + '.' + p.name + suffix, p.shape, i, part++, false);
        if (kind == TensorKind::weight && !plan.frozen.contains(i)) add_to(result.trained, aligned(p.shape.count()));
      }
    }
  };
  put_weights(TensorKind::weight, "");
  if (plan.training) put_weights(TensorKind::weight_gradient, "");
  for (const std::string& state : optimizer_states) put_weights(TensorKind::optimizer_state, '.' + state);
  for (int i = 1; i < nodes; ++i) {
    const Layer& layer = *architecture.nodes()[static_cast<size_t>(i)].layer;
    const std::vector<Shape> inputs = architecture.input_shapes(i, shapes);
    int part = 0;
    const bool runs = i > plan.from;
    for (const SavedTensor& k : gradients&& runs ? layer.saved_tensors(inputs) : std::vector<SavedTensor>()) {
      put(TensorKind::saved, name_of(i) + '.' + k.name, k.shape, i, part++, k.integers);
    }
    part = 0;
    for (const BufferSpec& r : layer.buffers(inputs)) {
      put(TensorKind::buffer, name_of(i) + '.' + r.name, r.shape, i, part++, false);
    }
    int64_t scratch = 0;
    if (runs) add_to(scratch, layer.scratch(inputs));
    result.scratch = std::max(result.scratch, scratch);
  }
  // By kind, then by node.
  std::stable_sort(result.tensors.begin(), result.tensors.end(), [](const NamedTensor& a, const NamedTensor& b) {
    return static_cast<int>(a.kind) < static_cast<int>(b.kind);
  });
  return result;
}

}  // namespace striate
