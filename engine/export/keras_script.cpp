#include "engine/export/keras_script.h"

#include <filesystem>
#include <utility>

#include "engine/error.h"
#include "engine/export/layer_rows.h"
#include "engine/export/python_pictures.h"
#include "engine/export/python_text.h"

namespace striate {
namespace {

const char* const kValues = R"(
class Values(layers.Layer):
    """An array of its own, whatever comes in."""

    def __init__(self, size, **more):
        super().__init__(**more)
        self.size = size

    def build(self, _):
        self.value = self.add_weight(shape=self.size, name="value")

    def call(self, _):
        return ops.convert_to_tensor(self.value)
)";

const char* const kLinked = R"(
def linked(array, table, channels):
    """The kernels of a convolution with a connection table: 0 where a filter does not read a channel."""
    kernels = np.zeros((len(table), channels, *array.shape[1:]), np.float32)
    filters = [k for k, row in enumerate(table) for _ in row]
    kernels[filters, [c for row in table for c in row]] = array
    return kernels
)";

const char* const kRepeat = R"(
class Repeat(layers.Layer):
    """The first input, the same for all pictures, for each picture of the second."""

    def call(self, inputs):
        x, other = inputs
        return ops.repeat(x, ops.shape(other)[0], axis=0)

    def compute_output_shape(self, shapes):
        return (shapes[1][0], *shapes[0][1:])
)";

const char* const kKernel = R"(
def kernel(array, axes, groups=1, dilation=None):
    """Striate and PyTorch have (outputs, inputs, rows, columns), Keras (rows, columns, inputs, outputs). Groups and
    dilations that Keras has no setting for become zeros between the weights."""
    array = array.reshape(*array.shape[:2], *array.shape[len(array.shape) - axes :])
    if groups > 1:
        rows, columns = array.shape[0] // groups, array.shape[1]
        whole = np.zeros((array.shape[0], columns * groups, *array.shape[2:]), np.float32)
        for g in range(groups):
            part = slice(g * rows, (g + 1) * rows)
            whole[part, g * columns : (g + 1) * columns] = array[part]
        array = whole
    if dilation:
        wide = [d * (size - 1) + 1 for d, size in zip(dilation, array.shape[2:])]
        whole = np.zeros((*array.shape[:2], *wide), np.float32)
        whole[(..., *(slice(None, None, d) for d in dilation))] = array
        array = whole
    return array.transpose(*range(2, 2 + axes), 1, 0)
)";

const char* const kPad = R"(
def pad(x, pads, value=0.0):
    """Values around an input; a negative number cuts off."""
    if any(p > 0 for pair in pads for p in pair):
        x = ops.pad(x, [(max(0, b), max(0, e)) for b, e in pads], constant_values=value)
    if any(p < 0 for pair in pads for p in pair):
        x = x[tuple(slice(max(0, -b), min(0, e) or None) for b, e in pads)]
    return x
)";

const char* const kPadAxis = R"(
def pad_axis(x, axis, begin, end, mode):
    return ops.take(x, pad_places(x.shape[axis], begin, end, mode), axis=axis)
)";

const char* const kShifted = R"(
def shifted(x, size, stride, dilation, new):
    """What lies under each place of a window, for all windows at once. Channels are last."""
    for place in np.ndindex(*size):
        steps = zip(place, dilation, stride, new)
        yield x[(slice(None), *(slice(p * d, p * d + (n - 1) * s + 1, s) for p, d, s, n in steps))]
)";

const char* const kMaxPool = R"(
def max_pool(x, size, stride, before, after, dilation, new):
    """Pooling with dilation, or with padding, which never wins."""
    x = pad(x, [(0, 0), *zip(before, after), (0, 0)], -np.inf)
    best = None
    for each in shifted(x, size, stride, dilation, new):
        best = each if best is None else ops.maximum(best, each)
    return best
)";

const char* const kAveragePool = R"(
def average_pool(x, size, stride, before, after, dilation, new, count_padding, beyond):
    """Pooling with padding or dilation: a sum over each window, divided by how many values it has. `beyond`: what the
    last window reaches over the padding."""
    there = np.pad(np.ones(x.shape[1:-1], np.float32), list(zip(before, after)), constant_values=float(count_padding))
    there = np.pad(there, [(0, max(0, b)) for b in beyond])[None, ..., None]
    x = pad(x, [(0, 0), *zip(before, after), (0, 0)])
    x = pad(x, [(0, 0), *((0, max(0, b)) for b in beyond), (0, 0)])
    return sum(shifted(x, size, stride, dilation, new)) / sum(shifted(there, size, stride, dilation, new))
)";

const char* const kMaxPlaces = R"(
def max_places(x, size, stride, before, after, dilation, new, columns_first):
    """Where the largest value of each window stands, counted through the whole of a batch of known size."""
    batch, *pixels, channels = x.shape
    plane = np.arange(np.prod(pixels)).reshape(pixels, order="F" if columns_first else "C")
    places = np.arange(batch * channels).reshape(batch, *[1] * len(pixels), channels) * plane.size + plane[..., None]
    pads = [(0, 0), *zip(before, after), (0, 0)]
    x, places = pad(x, pads, -np.inf), pad(ops.convert_to_tensor(places.astype(np.float32)), pads)
    best = best_place = None
    windows = zip(shifted(x, size, stride, dilation, new), shifted(places, size, stride, dilation, new))
    for value, place in windows:
        more = True if best is None else value > best
        best_place = place + ops.zeros_like(value) if best is None else ops.where(more, place, best_place)
        best = value if best is None else ops.maximum(value, best)
    return best_place
)";

const char* const kLocalResponse = R"(
def local_response(x, axis, size, alpha, beta, k):
    """Each value divided by how strongly the channels beside it respond."""
    channels = x.shape[axis]
    squares = ops.moveaxis(x * x, axis, -1)
    pads = [(0, 0)] * (len(x.shape) - 1) + [((size - 1) // 2, size // 2)]
    squares = ops.pad(squares, pads)
    total = sum(squares[..., i : i + channels] for i in range(size))
    return x / (k + alpha / size * ops.moveaxis(total, -1, axis)) ** beta
)";

const char* const kResizeAxis = R"(
def resize_axis(x, axis, matrix, value=0.0):
    """Weighted sums along one axis; `value` where the matrix says that a place lies outside."""
    weights, outside = matrix
    y = ops.matmul(ops.moveaxis(x, axis, -1), weights.T)
    if outside.any():
        y = ops.where(outside, ops.full_like(y, value), y)
    return ops.moveaxis(y, -1, axis)
)";

struct Helper {
  const char* name;
  const char* text;
  const char* needs[2];
};
// In the order in which they stand in a script.
const Helper kHelpers[] = {
    {"Values", kValues, {"", ""}},
    {"linked", kLinked, {"", ""}},
    {"Repeat", kRepeat, {"", ""}},
    {"pad", kPad, {"", ""}},
    {"shifted", kShifted, {"", ""}},
    {"max_pool", kMaxPool, {"pad", "shifted"}},
    {"average_pool", kAveragePool, {"pad", "shifted"}},
    {"max_places", kMaxPlaces, {"pad", "shifted"}},
    {"local_response", kLocalResponse, {"", ""}},
    {"resize_matrix", kPythonResize, {"", ""}},
    {"resize_axis", kResizeAxis, {"resize_matrix", ""}},
    {"pad_places", kPythonPlaces, {"", ""}},
    {"pad_axis", kPadAxis, {"pad_places", ""}},
    {"kernel", kKernel, {"", ""}},
};

const char* const kEnd = R"(

def formula(shape):
    """Values from -1 to 1 that every language computes alike."""
    return ((np.arange(np.prod(shape, dtype=np.int64)) * 7919 % 1000) / 500 - 1).astype(np.float32).reshape(shape)

)";

}  // namespace

KerasScript::KerasScript(const ExportGraph& graph, const Network& network, LayerSet frozen)
    : graph_(graph), network_(network), frozen_(std::move(frozen)) {
  std::vector<std::string> taken{"keras",
                                 "layers",
                                 "ops",
                                 "json",
                                 "struct",
                                 "sys",
                                 "Path",
                                 "build",
                                 "load",
                                 "formula",
                                 "INPUT",
                                 "CLASSES",
                                 "model",
                                 "arrays",
                                 "outputs",
                                 "PREPARATION",
                                 "read_safetensors",
                                 "sum"};
  for (const Helper& each : kHelpers) taken.emplace_back(each.name);
  taken.insert(taken.end(), python_picture_names().begin(), python_picture_names().end());
  names_ = python_names(graph, taken);
  orders_.assign(graph.nodes.size(), Order::first);
  turned_.assign(graph.nodes.size(), 0);
  const ExportNode& input = graph.nodes[0];
  if (!graph.whole && input.out.rank() >= 3) orders_[0] = Order::last;
}

KerasScript::Order KerasScript::order(const ExportNode& node, size_t i) const {
  return orders_[static_cast<size_t>(node.inputs[i])];
}
std::string KerasScript::x(const ExportNode& node, size_t i) const {
  return names_[static_cast<size_t>(node.inputs[i])];
}
std::string KerasScript::x(const ExportNode& node, Order order, size_t i) { return turned(node.inputs[i], order); }
std::string KerasScript::y(const ExportNode& node) const { return names_[static_cast<size_t>(node.index)]; }
std::string KerasScript::name(const ExportNode& node) const { return "name=" + python_text(y(node)); }

// The value with its channels there; a line that turns it, where it is not.
std::string KerasScript::turned(int node, Order order) {
  const auto at = static_cast<size_t>(node);
  const int rank = graph_.at(node).out.rank();
  if (orders_[at] == order || rank < 3) return names_[at];
  std::string name = names_[at] + (order == Order::first ? "_channels_first" : "_channels_last");
  if (turned_[at] != 0) return name;
  turned_[at] = 1;
  std::vector<int64_t> axes{0};
  if (order == Order::first) axes.push_back(rank - 1);
  for (int i = order == Order::first ? 1 : 2; i < (order == Order::first ? rank - 1 : rank); ++i) axes.push_back(i);
  if (order == Order::last) axes.push_back(1);
  lines_ += fmt::format("    {} = ops.transpose({}, {})\n", name, names_[at], python_list(axes));
  return name;
}

void KerasScript::line(const ExportNode& node, Order order, const std::string& expression) {
  orders_[static_cast<size_t>(node.index)] = node.out.rank() < 3 ? Order::first : order;
  const bool still = frozen_.contains(node.index) && expression.starts_with("layers.Dropout(");  // as in use
  lines_ += still ? fmt::format("    {} = {}, training=False)\n", y(node), expression.substr(0, expression.size() - 1))
                  : fmt::format("    {} = {}\n", y(node), expression);
}
void KerasScript::weights(const ExportNode& node, const std::string& list) {
  weights_ += fmt::format("    model.get_layer({}).set_weights([{}])\n", python_text(y(node)), list);
  with_weights_.push_back(node.index);
}
std::string KerasScript::array(const ExportNode& node, const std::string& part) const {
  return fmt::format("arrays[{}]", python_text(array_tensor(network_, node, part).name));
}
void KerasScript::helper(const std::string& name) {
  helpers_.insert(name);
  for (const Helper& each : kHelpers) {
    for (const char* needed : each.needs) {
      if (name == each.name && *needed != '\0') helper(needed);
    }
  }
}

std::string KerasScript::text(const ExportInfo& info, const std::string& file) {
  const std::string stem = std::filesystem::path(file).stem().string();
  const bool turns = orders_[0] == Order::last;
  std::vector<int64_t> input = graph_.nodes[0].out.sizes();
  if (!graph_.whole) input.erase(input.begin());
  std::vector<int64_t> own = input;
  if (turns) own.erase(own.begin()), own.push_back(input[0]);
  std::string text = fmt::format("\"\"\"{} for Keras, written by Striate.\n\n", python_title(info, stem));
  const bool pictures = python_takes_pictures(info);
  text += python_usage(stem, "model = load(); output = model.predict(input)", pictures);
  text += fmt::format("The input is {}{}, float32{}.\nThe weights lie beside this file, in {}.safetensors.\n\"\"\"\n",
                      graph_.whole ? "" : "N x ", fmt::join(own, " x "), turns ? ", channels last" : "", stem);
  text += std::string(pictures ? "import csv\n" : "") +
          "import json\nimport struct\nimport sys\nfrom pathlib import Path\n\n";
  text += "import keras\nimport numpy as np\nfrom keras import layers, ops\n\n";
  text += fmt::format("INPUT = {}\n", python_list(own));
  text += python_facts(info);
  for (const Helper& each : kHelpers) {
    if (helpers_.contains(each.name)) text += std::string("\n") + each.text;
  }
  text += fmt::format("\n\ndef build():\n    x = keras.Input({}INPUT)\n{}    return keras.Model(x, ",
                      graph_.whole ? "batch_shape=" : "", lines_);
  std::string outputs;
  for (size_t i = 0; i < graph_.outputs.size(); ++i)
    outputs += (i > 0 ? ", " : "") + names_[static_cast<size_t>(graph_.outputs[i])];
  text += (graph_.outputs.size() > 1 ? "[" + outputs + "]" : outputs) + ")\n\n";
  text += kPythonReader;
  text += "\n\ndef load(path=Path(__file__).with_suffix(\".safetensors\")):\n";
  text += "    \"\"\"The network with its weights.\"\"\"\n    model = build()\n";
  if (!weights_.empty()) text += "    arrays = read_safetensors(path)\n" + weights_;
  std::string frozen;
  for (const int node : with_weights_) {
    if (info.frozen.contains(node))
      frozen += (frozen.empty() ? "" : ", ") + python_text(names_[static_cast<size_t>(node)]);
  }
  if (!frozen.empty()) {
    text += "    # As it was trained: these keep their weights, and batch normalizations their running statistics.\n";
    text += fmt::format("    for name in [{}]:\n        model.get_layer(name).trainable = False\n", frozen);
  }
  text += "    return model\n";
  text += kEnd;
  std::vector<int64_t> all = input;
  if (!graph_.whole) all.insert(all.begin(), 1);
  const char* const first = graph_.outputs.size() > 1 ? "[0]" : "";
  std::string check = fmt::format("        values = formula({})\n", python_list(all));
  if (turns) check += "        values = np.moveaxis(values, 1, -1)\n";
  check += fmt::format("        outputs = ops.convert_to_numpy(load()(values){})\n", first);
  if (orders_[static_cast<size_t>(graph_.outputs[0])] == Order::last)
    check += "        outputs = np.moveaxis(outputs, -1, 1)\n";
  check += "        for value in outputs.flatten().tolist():\n            print(f\"{value:.9g}\")\n";
  std::string answer =
      "\n\ndef answer(values, models=[]):\n    \"\"\"What the network gives for one prepared picture.\"\"\"\n";
  answer += "    models or models.append(load())\n";
  if (turns || info.channels_last) answer += "    values = np.moveaxis(values, 0, -1)\n";
  answer += fmt::format("    return ops.convert_to_numpy(models[0](values.reshape({})){}).tolist()\n",
                        graph_.whole ? "INPUT" : "(1, *INPUT)", first);
  return text + python_pictures(info, python_ending(graph_)) + python_main(info, check, answer);
}

// A Keras model cuts what it is given into batches and joins the answers: axis 0 is the pictures, from one end to the
// other.
void check_first_axis(const Architecture& architecture, const ExportGraph& graph) {
  if (graph.whole) return;
  std::vector<char> depends(graph.nodes.size(), 0);
  depends[0] = 1;
  for (const ExportNode& node : graph.nodes) {
    if (node.index == 0) continue;
    const auto at = static_cast<size_t>(node.index);
    for (const int input : node.inputs) depends[at] = depends[at] != 0 || depends[static_cast<size_t>(input)] != 0;
    if (depends[at] == 0) continue;
    const Node& own = architecture.nodes()[at];
    std::vector<Shape> two;
    for (const int input : node.inputs) two.push_back(graph.at(input).two);
    const bool first = node.out.rank() > 0 && node.out[0] == 1 && node.two[0] == 2;
    if (first && own.layer->across_pictures(two).empty()) continue;
    throw Error(fmt::format("layer {} ({}) does not keep the pictures along axis 0, as Keras needs it", node.name,
                            own.layer->text()),
                "export to ONNX or PyTorch, or leave axis 0 as it is");
  }
}

std::string keras_script(const Network& network, const ExportInfo& info, const std::string& file) {
  check_script_name(file);
  const ExportGraph graph = export_graph(network.architecture(), info);
  check_first_axis(network.architecture(), graph);
  // A Keras model has no layers but those that its outputs need.
  std::vector<char> needed(graph.nodes.size(), 0);
  for (const int node : graph.outputs) needed[static_cast<size_t>(node)] = 1;
  for (size_t n = graph.nodes.size(); n-- > 0;) {
    if (needed[n] == 0) continue;
    for (const int input : graph.nodes[n].inputs) needed[static_cast<size_t>(input)] = 1;
  }
  KerasScript script(graph, network, info.frozen);
  for (const ExportNode& node : graph.nodes) {
    if (node.index == 0 || needed[static_cast<size_t>(node.index)] == 0) continue;
    write_layer(script, node);
  }
  return script.text(info, file);
}

}  // namespace striate
