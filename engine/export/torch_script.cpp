#include "engine/export/torch_script.h"

#include <filesystem>
#include <utility>

#include "engine/error.h"
#include "engine/export/layer_rows.h"
#include "engine/export/python_pictures.h"
#include "engine/export/python_text.h"

namespace striate {
namespace {

const char* const kValues = R"(
class Values(nn.Module):
    """Arrays of a layer for which PyTorch has no module."""

    def __init__(self, **shapes):
        super().__init__()
        for name, shape in shapes.items():
            self.register_parameter(name, nn.Parameter(torch.zeros(shape)))
)";

const char* const kLinked = R"(
def linked(weight, table, channels):
    """The kernels of a convolution with a connection table: 0 where a filter does not read a channel."""
    kernels = weight.new_zeros((len(table), channels, *weight.shape[1:]))
    filters = [k for k, row in enumerate(table) for _ in row]
    kernels[filters, [c for row in table for c in row]] = weight
    return kernels
)";

const char* const kAveragePool = R"(
def average_pool(x, size, stride, before, after, dilation, count_padding, beyond):
    """Average pooling with uneven padding or dilation: a sum over each window, divided by how many values it has.
    `beyond`: what the last window reaches over the padding."""
    channels = x.shape[1]
    sum_of = (F.conv1d, F.conv2d, F.conv3d)[len(size) - 1]
    ones = x.new_ones((channels, 1, *size))
    pads = [p for pair in reversed(list(zip(before, after))) for p in pair]
    more = [p for b in reversed(beyond) for p in (0, b)]
    sums = sum_of(F.pad(F.pad(x, pads), more), ones, None, stride, 0, dilation, channels)
    there = F.pad(F.pad(torch.ones_like(x), pads, value=float(count_padding)), more)
    return sums / sum_of(there, ones, None, stride, 0, dilation, channels)
)";

const char* const kMaxPlaces = R"(
def max_places(x, size, stride, before, after, dilation, columns_first):
    """Where the largest value of each window stands, counted through the whole of x."""
    pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[len(size) - 1]
    pads = [p for pair in reversed(list(zip(before, after))) for p in pair]
    padded = F.pad(x, pads, value=-float("inf"))
    _, places = pool(padded, size, stride, dilation=dilation, return_indices=True)
    along = []
    for length, begin in reversed(list(zip(padded.shape[2:], before))):
        along.insert(0, places % length - begin)
        places = torch.div(places, length, rounding_mode="floor")
    planes = torch.arange(x.shape[0] * x.shape[1], device=x.device)
    result = planes.reshape(x.shape[0], x.shape[1], *[1] * len(size))
    axes = range(len(size))
    for axis in reversed(axes) if columns_first else axes:
        result = result * x.shape[2 + axis] + along[axis]
    return result.to(x.dtype)
)";

const char* const kLocalResponse = R"(
def local_response(x, size, alpha, beta, k):
    """Local response normalization over an even number of channels: one more behind than before."""
    squares = (x * x).reshape(x.shape[0], 1, x.shape[1], -1)
    mean = F.avg_pool2d(F.pad(squares, (0, 0, (size - 1) // 2, size // 2)), (size, 1), 1)
    return x / (k + alpha * mean.reshape(x.shape)) ** beta
)";

const char* const kResizeAxis = R"(
def resize_axis(x, axis, matrix, value=0.0):
    """Weighted sums along one axis; `value` where the matrix says that a place lies outside."""
    weights, outside = (torch.as_tensor(each, device=x.device) for each in matrix)
    y = x.movedim(axis, -1) @ weights.T
    return torch.where(outside, torch.full_like(y, value), y).movedim(-1, axis)
)";

const char* const kLocallyConnected = R"(
def locally_connected(x, weight, bias, sets, stride, pads, dilation):
    """A convolution whose weights differ from tile to tile of the map: windows as lists, each times its own matrix."""
    size = weight.shape[3:]
    x = F.pad(x, pads)
    rows, columns = ((n - d * (k - 1) - 1) // s + 1 for n, k, d, s in zip(x.shape[2:], size, dilation, stride))
    row, column = (torch.arange(n, device=x.device) * s // n for n, s in zip((rows, columns), sets))
    tile = (row[:, None] * sets[1] + column).flatten()
    windows = F.unfold(x, size, dilation, 0, stride)
    y = torch.einsum("ncl,lkc->nkl", windows, weight.flatten(2)[tile])
    if bias is not None:
        y = y + bias[tile].T
    return y.reshape(len(x), -1, rows, columns)
)";

const char* const kPadAxis = R"(
def pad_axis(x, axis, begin, end, mode):
    places = pad_places(x.shape[axis], begin, end, mode)
    return x.index_select(axis, torch.as_tensor(places, device=x.device))
)";

struct Helper {
  const char* name;
  const char* text;
  const char* needs;
};
// In the order in which they stand in a script.
const Helper kHelpers[] = {
    {"Values", kValues, ""},
    {"linked", kLinked, ""},
    {"resize_matrix", kPythonResize, ""},
    {"resize_axis", kResizeAxis, "resize_matrix"},
    {"pad_places", kPythonPlaces, ""},
    {"pad_axis", kPadAxis, "pad_places"},
    {"average_pool", kAveragePool, ""},
    {"max_places", kMaxPlaces, ""},
    {"local_response", kLocalResponse, ""},
    {"locally_connected", kLocallyConnected, ""},
};

const char* const kPut = R"(
    def put(self, name, module):
        """Registers a module under a name with dots, so that state_dict() has the names of the file."""
        *path, last = name.split(".")
        at = self
        for part in path:
            at = at._modules.setdefault(part, nn.Module())
        module._modules.update(at._modules[last]._modules if last in at._modules else {})
        at._modules[last] = self.layer[name] = module
)";

const char* const kCheck = R"(        with torch.no_grad():
            outputs = load()(torch.from_numpy(formula(INPUT)))
        for value in (outputs[0] if isinstance(outputs, tuple) else outputs).flatten().tolist():
            print(f"{value:.9g}")
)";

const char* const kAnswer = R"(

def answer(values, nets=[]):
    """What the network gives for one prepared picture."""
    nets or nets.append(load())
    with torch.no_grad():
        outputs = nets[0](torch.from_numpy(np.ascontiguousarray(@VALUES@)).reshape(INPUT))
    return (outputs[0] if isinstance(outputs, tuple) else outputs).tolist()
)";

const char* const kLoad = R"(

def load(path=Path(__file__).with_suffix(".safetensors")):
    """The network with its weights, ready for use."""
    net = Net()
    arrays = read_safetensors(path)
    state = {name: value for name, value in net.state_dict().items() if not name.endswith("num_batches_tracked")}
    if state.keys() != arrays.keys():
        raise ValueError(f"{path} belongs to another network: {sorted(state.keys() ^ arrays.keys())[:5]}")
    for name, value in state.items():
        value.copy_(torch.tensor(arrays[name]).reshape(value.shape))
    return net.eval()


def formula(shape):
    """Values from -1 to 1 that every language computes alike."""
    return ((np.arange(np.prod(shape, dtype=np.int64)) * 7919 % 1000) / 500 - 1).astype(np.float32).reshape(shape)

)";

const char* const kFreeze = R"(

def freeze(net):
    """As it was trained: these layers keep their weights, and batch normalizations among them their running statistics.
    Call it again after net.train(), which makes those measure their batch."""
    for name in FROZEN:
        net.layer[name].requires_grad_(False)
        net.layer[name].eval()
    return net
)";

}  // namespace

TorchScript::TorchScript(const ExportGraph& graph, const Network& network, LayerSet frozen)
    : graph_(graph), network_(network), frozen_(std::move(frozen)) {
  std::vector<std::string> taken{
      "self",   "torch",  "nn",    "F",       "json",        "struct",          "sys", "Path", "Net", "load", "formula",
      "FROZEN", "freeze", "INPUT", "CLASSES", "PREPARATION", "read_safetensors"};
  for (const Helper& each : kHelpers) taken.emplace_back(each.name);
  taken.insert(taken.end(), python_picture_names().begin(), python_picture_names().end());
  names_ = python_names(graph, taken);
}

std::string TorchScript::x(const ExportNode& node, size_t i) const {
  return names_[static_cast<size_t>(node.inputs[i])];
}
std::string TorchScript::y(const ExportNode& node) const { return names_[static_cast<size_t>(node.index)]; }
std::string TorchScript::layer(const ExportNode& node) const {
  return fmt::format("self.layer[{}]", python_text(node.name));
}
void TorchScript::module(const ExportNode& node, const std::string& code) {
  modules_ += fmt::format("        self.put({}, {})\n", python_text(node.name), code);
  with_module_.push_back(node.index);
}
void TorchScript::line(const ExportNode& node, const std::string& expression) {
  const std::string training = ", self.training)";  // frozen layers compute as in use
  const bool still = frozen_.contains(node.index) && expression.ends_with(training);
  const std::string kept = expression.substr(0, expression.size() - (still ? training.size() : 0));
  lines_ += fmt::format("        {} = {}{}\n", y(node), kept, still ? ", False)" : "");
}
void TorchScript::helper(const std::string& name) {
  helpers_.insert(name);
  for (const Helper& each : kHelpers) {
    if (name == each.name && *each.needs != '\0') helper(each.needs);
  }
}

std::string TorchScript::text(const ExportInfo& info, const std::string& file) const {
  const std::string stem = std::filesystem::path(file).stem().string();
  std::vector<int64_t> input = graph_.nodes[0].out.sizes();
  const std::string sizes = graph_.whole ? graph_.nodes[0].out.text() : "N" + graph_.nodes[0].out.text().substr(1);
  std::string text = fmt::format("\"\"\"{} for PyTorch, written by Striate.\n\n", python_title(info, stem));
  const bool pictures = python_takes_pictures(info);
  text += python_usage(stem, "net = load(); output = net(input)", pictures);
  text += fmt::format("The input is {}, float32. The weights lie beside this file, in {}.safetensors.\n\"\"\"\n", sizes,
                      stem);
  text += std::string(pictures ? "import csv\n" : "") +
          "import json\nimport struct\nimport sys\nfrom pathlib import Path\n\n";
  text += "import numpy as np\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n";
  text += fmt::format("INPUT = {}\n", python_list(input));
  text += python_facts(info);
  for (const Helper& each : kHelpers) {
    if (helpers_.contains(each.name)) text += std::string("\n") + each.text;
  }
  text += "\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layer = {}\n";
  text += modules_ + kPut;
  text += "\n    def forward(self, x):\n" + lines_ + "        return ";
  for (size_t i = 0; i < graph_.outputs.size(); ++i)
    text += (i > 0 ? ", " : "") + names_[static_cast<size_t>(graph_.outputs[i])];
  std::string answer = kAnswer;
  const std::string values = "@VALUES@";
  answer.replace(answer.find(values), values.size(), info.channels_last ? "np.moveaxis(values, 0, -1)" : "values");
  std::string frozen;
  for (const int node : with_module_) {
    if (info.frozen.contains(node)) frozen += (frozen.empty() ? "" : ", ") + python_text(graph_.at(node).name);
  }
  if (!frozen.empty()) text += fmt::format("\n\n\nFROZEN = [{}]\n{}", frozen, std::string(kFreeze));
  text += std::string("\n\n") + kPythonReader + kLoad;
  if (!frozen.empty()) {
    const std::string plain = "return net.eval()";
    text.replace(text.rfind(plain), plain.size(), "return freeze(net.eval())");
  }
  return text + python_pictures(info, python_ending(graph_)) + python_main(info, kCheck, answer);
}

std::string torch_script(const Network& network, const ExportInfo& info, const std::string& file) {
  check_script_name(file);
  const ExportGraph graph = export_graph(network.architecture(), info);
  TorchScript script(graph, network, info.frozen);
  for (const ExportNode& node : graph.nodes) {
    if (node.index == 0) continue;
    write_layer(script, node);
  }
  return script.text(info, file);
}

}  // namespace striate
