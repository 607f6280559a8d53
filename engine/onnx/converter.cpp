#include "engine/onnx/converter.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "engine/error.h"
#include "engine/network/layer_words.h"
#include "engine/onnx/taken_apart.h"

namespace striate {
namespace {

const char* const kBroken = "the file breaks ONNX's rules: export the model again";
constexpr int64_t kOldest = 6, kNewest = 25;

// The network's input among those that nobody has bound: the first with numbers that have a point, else the first.
const OnnxValue* network_input(const OnnxGraph& graph, const OnnxOptions& options) {
  const OnnxValue* first = nullptr;
  for (const OnnxValue& input : graph.inputs) {
    if (options.bindings.contains(input.name) || !input.tensor) continue;
    if (is_real(static_cast<OnnxType>(input.type))) return &input;
    if (first == nullptr) first = &input;
  }
  return first;
}

int64_t fold_limit(const OnnxGraph& graph) {
  int64_t values = 1 << 24;
  for (const auto& [name, tensor] : graph.initializers) values += 4 * std::min(tensor->count, int64_t{1} << 40);
  return values;
}

}  // namespace

Converter::Converter(const OnnxGraph& graph, const OnnxOptions& options, bool batched)
    : graph_(graph), options_(options), batched_(batched), budget_(fold_limit(graph)) {}

// -------------------------------------------------------------------------------------------------- a graph as a whole

OnnxModel Converter::run() {
  const int64_t opset = graph_.opset();
  if (opset < kOldest || opset > kNewest) {
    throw Error(opset == 0 ? "it does not say which version of ONNX's operators it uses"
                           : fmt::format("it uses version {} of ONNX's operators (opset)", opset),
                fmt::format("striate reads opsets {} to {}: export the model with one of them, 17 for example", kOldest,
                            kNewest));
  }
  find_wanted();
  choose_input();
  for (const auto& [name, tensor] : graph_.initializers) values_[name] = {tensor->type, -1, Constant(tensor)};
  const TakenApart taken_apart(graph_);
  std::map<int, std::optional<WholeOperator>> wholes;  // by group, once its first part comes
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    const OnnxNode& node = graph_.nodes[i];
    const bool needed = std::any_of(node.outputs.begin(), node.outputs.end(),
                                    [&](const std::string& name) { return wanted_.contains(name); });
    if (!needed) continue;
    if (const int group = taken_apart.group_of(i); group >= 0) {
      if (!wholes.contains(group)) {
        const auto x = values_.find(taken_apart.input(group));
        const bool depends = x != values_.end() && x->second.node >= 0 && is_real(x->second.type);
        wholes[group] = depends ? taken_apart.whole(group, node_dims(x->second.node)) : std::nullopt;
      }
      const std::optional<WholeOperator>& whole = wholes[group];
      if (whole && whole->parts.contains(i)) {
        if (i == whole->last) convert(whole->node);
        continue;
      }
    }
    convert(node);
  }
  return finish();
}

// Everything that an output needs; what nobody needs is not converted.
void Converter::find_wanted() {
  for (const OnnxValue& output : graph_.outputs) wanted_.insert(output.name);
  for (auto node = graph_.nodes.rbegin(); node != graph_.nodes.rend(); ++node) {
    const bool needed = std::any_of(node->outputs.begin(), node->outputs.end(),
                                    [&](const std::string& name) { return wanted_.contains(name); });
    if (!needed) continue;
    for (const std::string& input : node->inputs) {
      if (!input.empty()) wanted_.insert(input);
    }
  }
}

void Converter::choose_input() {
  const OnnxValue* chosen = network_input(graph_, options_);
  for (const OnnxValue& input : graph_.inputs) {
    const auto bound = options_.bindings.find(input.name);
    if (bound != options_.bindings.end()) {
      values_[input.name] = {bound->second.type, -1, Constant(bound->second)};
    } else if (&input != chosen && wanted_.contains(input.name)) {
      throw Error(fmt::format("it takes a second input, \"{}\" ({}), beside \"{}\"", input.name,
                              input.tensor ? onnx_type_name(input.type) : "not a tensor", chosen ? chosen->name : ""),
                  "striate runs networks that take one picture; striate verify runs any graph with stored inputs");
    }
  }
  for (const auto& [name, tensor] : options_.bindings) {
    if (!values_.contains(name)) throw Error(fmt::format("it has no input \"{}\"", name), "bind the graph's inputs");
  }
  Architecture& architecture = model_.architecture;
  Dims sizes;
  if (chosen != nullptr) {
    const OnnxType type = static_cast<OnnxType>(chosen->type);
    if (onnx_type_bytes(type) == 0) {
      throw Error(fmt::format("its input \"{}\" holds {}", chosen->name, onnx_type_name(chosen->type)),
                  "striate runs networks that take pictures, as numbers");
    }
    model_.input = chosen->name;
    model_.input_type = type;
    model_.input_sizes = chosen->dims;
    sizes = options_.input.empty() ? chosen->dims : options_.input;
    bool fits = !chosen->has_shape || chosen->dims.size() == sizes.size();
    for (size_t i = 0; fits && chosen->has_shape && i < sizes.size(); ++i) {
      fits = chosen->dims[i] < 0 || chosen->dims[i] == sizes[i];
    }
    if (!fits) {
      throw Error(
          fmt::format("its input \"{}\" is {}, not {}", chosen->name, dims_text(chosen->dims), dims_text(sizes)),
          "give what the model takes; -1 is open");
    }
    if (!chosen->has_shape && options_.input.empty()) {
      throw Error(fmt::format("it does not say the sizes of its input \"{}\"", chosen->name),
                  "say them: --crop 224 (classify, evaluate, export), --input 3x224x224 (summary)");
    }
    if (!sizes.empty() && sizes[0] < 0) sizes[0] = 1;
    if (std::any_of(sizes.begin(), sizes.end(), [](int64_t size) { return size < 0; })) {
      throw Error(fmt::format("its input \"{}\" is {}, where -1 is left open", chosen->name, dims_text(chosen->dims)),
                  "say the size of the picture: --crop 224 (classify, evaluate, export), --input 3x224x224 (summary)");
    }
    int64_t count = 0;
    if (sizes.size() > static_cast<size_t>(Shape::kMaxRank) || !count_of(sizes, count) ||
        count > std::numeric_limits<int32_t>::max()) {
      throw Error(fmt::format("its input \"{}\" is {}", chosen->name, dims_text(sizes)),
                  "striate takes 8 dimensions and 2 billion values at most");
    }
  }
  if (batched_) {
    const auto possible = [](int64_t size) { return size >= 1 && size <= 65536; };
    if (chosen == nullptr || sizes.size() < 2 || sizes.size() > 5 || sizes[0] != 1 ||
        !std::all_of(sizes.begin(), sizes.end(), possible)) {
      throw NotBatched{sizes.size() > 2 ? kNotFirst : ""};
    }
    architecture.set_input(Shape(Dims(sizes.begin() + 1, sizes.end())));
    sizes[0] = 2;
    shapes_of_two_.push_back(Shape(sizes));
    sizes[0] = 1;
  } else {
    architecture.set_whole_input(Shape(sizes));
  }
  shapes_.push_back(Shape(sizes));
  depends_.push_back(1);
  lifted_.push_back(0);
  names_ = {"input", "axis"};
  if (chosen != nullptr) values_[chosen->name] = {static_cast<OnnxType>(chosen->type), 0, Constant()};
}

OnnxModel Converter::finish() {
  model_.ir_version = graph_.ir_version;
  model_.opset = graph_.opset();
  model_.producer = graph_.producer;
  model_.graph_name = graph_.name;
  model_.metadata = graph_.metadata;
  for (size_t i = 0; i < graph_.outputs.size(); ++i) {
    const OnnxValue& declared = graph_.outputs[i];
    ConvertedValue& value = values_.at(declared.name);
    suggested_ = "output";
    if (value.node >= 0) value.node = with_pictures_first(value.node);
    OnnxOutput output;
    output.name = declared.name;
    output.type = declared.type != 0 ? static_cast<OnnxType>(declared.type) : value.type;
    output.node = value.node;
    if (value.node < 0) output.value = value.constant.value();
    model_.outputs.push_back(std::move(output));
  }
  // The network's output is its last node.
  OnnxOutput& first = model_.outputs.front();
  if (first.node >= 0 && (first.node == 0 || first.node != model_.architecture.size() - 1)) {
    suggested_ = "output";
    first.node = emit("identity", {first.node});
  }
  auto weights = std::make_shared<OnnxWeights>();
  weights->plans = std::move(plans_);
  model_.weights = std::move(weights);
  model_.notes.assign(notes_.begin(), notes_.end());
  return std::move(model_);
}

// --------------------------------------------------------------------------------------------------------- an operator

void Converter::convert(const OnnxNode& node) {
  const NodeView view(node, graph_.opset());
  op_ = &view;
  suggested_ = node.output(0);
  try {
    if (!node.domain.empty()) {
      throw Error(fmt::format("the operator {} of \"{}\" is not supported", node.op, node.domain),
                  fmt::format("striate knows the operators of ai.onnx: {}", fmt::join(onnx_operator_names(), ", ")));
    }
    if (!fold(node)) {
      const OnnxOperator* found = find_onnx_operator(node.op);
      if (found == nullptr) {
        throw Error(
            find_fold(node.op) != nullptr
                ? fmt::format("the operator {} is supported only where it does not depend on the picture", node.op)
                : fmt::format("the operator {} is not supported", node.op),
            fmt::format("striate knows {}", fmt::join(onnx_operator_names(), ", ")));
      }
      found->convert(*this);
    }
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (!node.outputs[i].empty() && wanted_.contains(node.outputs[i]) && !values_.contains(node.outputs[i])) {
        throw Error(fmt::format("its output number {} is not supported", i), "striate runs networks as they are used");
      }
    }
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", node.describe(), error.what()), error.hint());
  }
}

// Computes the operator now where everything it needs is known and it has a form for that.
bool Converter::fold(const OnnxNode& node) {
  const FoldFunction function = find_fold(node.op);
  if (function == nullptr) return false;
  std::vector<const Constant*> inputs;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (has(i) && known(i) == nullptr) return false;
    inputs.push_back(known(i));
  }
  const Folded folded = function(FoldCall{*op_, inputs, budget_});
  if (folded.empty()) return false;
  for (size_t i = 0; i < folded.size() && i < node.outputs.size(); ++i) give(i, folded[i]);
  return true;
}

bool Converter::has(size_t i) const { return i < inputs() && !op_->node().inputs[i].empty(); }

const ConvertedValue& Converter::value(size_t i) const {
  if (!has(i)) throw Error(fmt::format("its input number {} is missing", i), kBroken);
  const auto found = values_.find(op_->node().inputs[i]);
  if (found == values_.end()) throw Error(fmt::format("its input number {} is not known", i), kBroken);
  return found->second;
}

const Constant* Converter::known(size_t i) const {
  if (!has(i)) return nullptr;
  const ConvertedValue& v = value(i);
  return v.node < 0 ? &v.constant : nullptr;
}

const Constant& Converter::constant(size_t i, const char* what) const {
  if (value(i).node >= 0) {
    throw Error(fmt::format("{} depends on the picture, which is not supported", what),
                "striate runs networks whose weights, shapes and axes are fixed: export the model with fixed sizes");
  }
  return value(i).constant;
}

int Converter::node(size_t i) { return with_pictures_first(any(i)); }

int Converter::any(size_t i) {
  const ConvertedValue& v = value(i);
  return v.node >= 0 ? v.node : constant_node(v.constant, op_->node().inputs[i]);
}

Dims Converter::dims(size_t i) const {
  const ConvertedValue& v = value(i);
  return v.node >= 0 ? node_dims(v.node) : v.constant.dims();
}

OnnxType Converter::type(size_t i) const { return value(i).type; }

Dims Converter::node_dims(int node) const {
  Dims sizes = shapes_[static_cast<size_t>(node)].sizes();
  if (lifted(node)) sizes.erase(sizes.begin());
  return sizes;
}

int Converter::constant_node(const Constant& values, const std::string& name) {
  const auto found = constant_nodes_.find(name);
  if (found != constant_nodes_.end()) return found->second;
  const std::string kept = std::exchange(suggested_, name);
  const int node = emit("constant " + sizes_text(values.dims()), {});
  suggested_ = kept;
  weight(node, "value", values);
  constant_nodes_[name] = node;
  return node;
}

int Converter::emit(const std::string& layer_text, const std::vector<int>& inputs, const std::string& suffix) {
  const std::shared_ptr<const Layer> layer = [&] {
    try {
      return parse_layer(layer_text);
    } catch (const Error& error) {
      // Its place in a text that nobody wrote is of no use.
      const std::string what = error.what();
      const size_t colon = what.rfind("line 1, column", 0) == 0 ? what.find(": ") : std::string::npos;
      throw Error(colon == std::string::npos ? what : what.substr(colon + 2), error.hint());
    }
  }();
  std::vector<Shape> in, in_two;
  bool depends = false, lifts = false;
  for (const int input : inputs) {
    in.push_back(shapes_[static_cast<size_t>(input)]);
    depends = depends || depends_[static_cast<size_t>(input)] != 0;
    lifts = lifts || lifted(input);
  }
  const Shape shape = layer->output(in);
  if (shape.count() > std::numeric_limits<int32_t>::max()) {
    throw Error(fmt::format("gives {} values, more than 2 billion", shape.text()), "use a smaller input");
  }
  if (batched_) {
    for (const int input : inputs) in_two.push_back(shapes_of_two_[static_cast<size_t>(input)]);
    Shape two;
    try {
      two = layer->output(in_two);
    } catch (const Error&) {
      throw NotBatched{kNotFirst};
    }
    Dims expected = shape.sizes();
    if (depends && (expected.empty() || expected[0] != 1)) throw NotBatched{kNotFirst};
    if (depends) expected[0] = 2;
    if (two != Shape(expected)) throw NotBatched{kNotFirst};
    shapes_of_two_.push_back(two);
  }
  const int node = model_.architecture.add(layer, legal_name(suggested_ + suffix), inputs);
  shapes_.push_back(shape);
  depends_.push_back(depends ? 1 : 0);
  lifted_.push_back(lifts ? 1 : 0);
  return node;
}

int Converter::turned_constant(const Constant& matrix, const std::string& name) {
  const auto found = constant_nodes_.find(name);
  if (found != constant_nodes_.end()) return found->second;
  const std::string kept = std::exchange(suggested_, name);
  const int node = emit("constant " + sizes_text({matrix.dims()[1], matrix.dims()[0]}), {});
  suggested_ = kept;
  transposed_weight(node, "value", matrix);
  return constant_nodes_[name] = node;
}

int Converter::scalar_node(double value, const std::string& suffix) {
  return constant_node(Constant(HostTensor::scalar(OnnxType::float32, value)),
                       fmt::format("{}.{}", op_->node().output(0), suffix));
}

std::string Converter::legal_name(const std::string& name) {
  std::string legal = name.substr(0, 180);
  for (char& c : legal) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                      c == '.' || c == '-' || c == '/';
    if (!fine) c = '_';
  }
  if (legal.find_first_not_of("0123456789") == std::string::npos) legal = "n" + legal;  // a number is a layer's place
  std::string unique = legal;
  for (int i = 2; !names_.insert(unique).second; ++i) unique = fmt::format("{}-{}", legal, i);
  return unique;
}

void Converter::weight(int node, const std::string& part, const Constant& values, double scale) {
  WeightPlan plan_of_it;
  plan_of_it.node = node, plan_of_it.part = part, plan_of_it.values = values, plan_of_it.scale = scale;
  plan(std::move(plan_of_it));
}

void Converter::transposed_weight(int node, const std::string& part, const Constant& values, double scale) {
  WeightPlan plan_of_it;
  plan_of_it.node = node, plan_of_it.part = part, plan_of_it.values = values, plan_of_it.scale = scale;
  plan_of_it.transposed = true, plan_of_it.rows = values.dims()[0], plan_of_it.columns = values.dims()[1];
  plan(std::move(plan_of_it));
}

void Converter::plan(WeightPlan plan) {
  const Node& node = model_.architecture.nodes()[static_cast<size_t>(plan.node)];
  if (!plan.values.real() && plan.part != "value") {
    throw Error(
        fmt::format("its {} holds {}, needs numbers with a point", plan.part, onnx_type_name(plan.values.type())),
        "export the model with float weights; models in whole numbers (quantized) are not supported");
  }
  std::vector<Shape> in;
  for (const int input : node.inputs) in.push_back(shapes_[static_cast<size_t>(input)]);
  const Shape* needed = nullptr;
  const std::vector<WeightSpec> weights = node.layer->parameters(in);
  const std::vector<BufferSpec> running = node.layer->buffers(in);
  for (const WeightSpec& each : weights) {
    if (each.name == plan.part) needed = &each.shape;
  }
  for (const BufferSpec& each : running) {
    if (each.name == plan.part) needed = &each.shape, plan.kind = TensorKind::buffer;
  }
  check(needed != nullptr, "{} has no {}", node.layer->text(), plan.part);
  if (needed->count() != plan.values.count()) {
    throw Error(fmt::format("its {} is {}, needs {}", plan.part, dims_text(plan.values.dims()), needed->text()),
                kBroken);
  }
  plans_.push_back(std::move(plan));
}

bool Converter::wanted(size_t output) const {
  const std::string name = op_->node().output(output);
  return !name.empty() && wanted_.contains(name);
}

void Converter::give(size_t output, int node) {
  const std::string name = op_->node().output(output);
  const bool typed = inputs() > 0 && has(0);
  if (!name.empty()) values_[name] = {typed ? type(0) : OnnxType::float32, node, Constant()};
}

void Converter::give(size_t output, Constant values) {
  const std::string name = op_->node().output(output);
  const OnnxType type_of_it = values.type();
  if (!name.empty()) values_[name] = {type_of_it, -1, std::move(values)};
}

void Converter::keep_batch(int node, int axis, const char* what) const {
  if (axis == 0 && batched(node) && !lifted(node)) throw NotBatched{what};
}

}  // namespace striate
