#include "engine/export/export_graph.h"

#include <algorithm>
#include <limits>

#include "engine/error.h"
#include "engine/network/layer_words.h"

namespace striate {
namespace {

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (bool more = !text.empty(); more;) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    more = end != std::string_view::npos;
    if (more) text.remove_prefix(end + 1);
  }
  return parts;
}

double number_of(std::string_view text, double otherwise) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (text == "inf") return kInfinity;
  if (text == "-inf") return -kInfinity;
  if (text == "nan" || text == "-nan") return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  return read_number(text, value) ? value : otherwise;
}

int64_t whole_of(std::string_view text, int64_t otherwise) {
  int64_t value = 0;
  return read_whole(text, value) ? value : otherwise;
}

// "3", "5x3": one size for each axis. `axes` is 2 or 3.
std::vector<int64_t> axis_sizes(const std::string& text, size_t axes, int64_t otherwise) {
  std::vector<int64_t> sizes;
  for (const std::string_view part : parts_of(text, 'x')) sizes.push_back(whole_of(part, otherwise));
  if (sizes.empty()) sizes.push_back(otherwise);
  while (sizes.size() < axes) sizes.push_back(sizes[0]);
  return sizes;
}

// Rows of values stand in the words as pictures of height 1.
void drop_height(std::vector<int64_t>& list) { list.erase(list.begin()); }

}  // namespace

ExportLayer::ExportLayer(const std::string& text) {
  words_.clear();
  for (const PlacedWord& word : placed_words(text)) words_.push_back(word.text);
  check(!words_.empty(), "a layer without words");
}

size_t ExportLayer::place(const std::string& word) const {
  for (size_t i = 1; i < words_.size(); ++i) {
    if (words_[i] == word) return i;
  }
  return 0;
}
bool ExportLayer::has(const std::string& first, const std::string& second) const {
  for (size_t i = 1; i + 1 < words_.size(); ++i) {
    if (words_[i] == first && words_[i + 1] == second) return true;
  }
  return false;
}
std::string ExportLayer::behind(const std::string& word) const {
  const size_t at = place(word);
  return at > 0 ? this->word(at + 1) : "";
}
double ExportLayer::number(size_t i, double otherwise) const { return number_of(word(i), otherwise); }
double ExportLayer::number_behind(const std::string& word, double otherwise) const {
  return number_of(behind(word), otherwise);
}
int64_t ExportLayer::whole(size_t i, int64_t otherwise) const { return whole_of(word(i), otherwise); }
int64_t ExportLayer::whole_behind(const std::string& word, int64_t otherwise) const {
  return whole_of(behind(word), otherwise);
}

std::vector<int64_t> whole_list(const std::string& text) {
  std::vector<int64_t> list;
  if (text == "scalar") return list;
  for (const std::string_view part : parts_of(text, ',')) {
    list.push_back(part == "batch" ? kBatchSize : whole_of(part, 0));
  }
  return list;
}

std::vector<double> number_list(const std::string& text) {
  std::vector<double> list;
  for (const std::string_view part : parts_of(text, ',')) list.push_back(number_of(part, 0));
  return list;
}

bool WindowFacts::padded() const {
  const auto some = [](int64_t pad) { return pad != 0; };
  return std::any_of(before.begin(), before.end(), some) || std::any_of(after.begin(), after.end(), some);
}
bool WindowFacts::dilated() const {
  return std::any_of(dilation.begin(), dilation.end(), [](int64_t step) { return step != 1; });
}

bool WindowFacts::strided() const {
  return std::any_of(stride.begin(), stride.end(), [](int64_t step) { return step != 1; });
}

WindowFacts window_facts(const ExportLayer& facts, const Shape& in) {
  const std::string& kind = facts.kind();
  const bool convolution = kind.rfind("conv", 0) == 0;
  const std::string window = facts.word(convolution ? 2 : 1);
  const bool volumes = kind.ends_with("3d") || (kind == "maxpoolindices" && parts_of(window, 'x').size() == 3);
  const size_t axes = volumes ? 3 : 2;
  WindowFacts w;
  if (convolution) w.filters = facts.whole(1, 1);
  w.groups = facts.whole_behind("groups", 1);
  w.bias = !facts.has("no", "bias");
  w.ceil = facts.has("ceil");
  w.count_padding = !facts.has("without", "padding");
  w.columns_first = facts.has("columns", "first");
  w.size = axis_sizes(window, axes, 1);
  w.stride = facts.has("stride") ? axis_sizes(facts.behind("stride"), axes, 1)
             : convolution       ? std::vector<int64_t>(axes, 1)
                                 : w.size;
  w.dilation = axis_sizes(facts.behind("dilation"), axes, 1);
  w.output_padding = axis_sizes(facts.has("output", "padding") ? facts.behind("padding") : "", axes, 0);
  const std::string pad = facts.behind("pad");
  if (pad.find(',') != std::string::npos) {
    const std::vector<int64_t> sides = whole_list(pad);
    for (size_t a = 0; a < axes; ++a) w.before.push_back(sides[2 * a]), w.after.push_back(sides[2 * a + 1]);
  } else {
    w.before = w.after = axis_sizes(pad, axes, 0);
  }
  if (in.rank() == 3 && axes == 2) {
    for (auto* list : {&w.size, &w.stride, &w.dilation, &w.before, &w.after, &w.output_padding}) drop_height(*list);
  }
  return w;
}

ExportGraph export_graph(const Architecture& architecture, const ExportInfo& info) {
  if (!architecture.has_input()) {
    throw Error("the network does not say what it takes", "begin its text with a line like: input 3x64x64");
  }
  ExportGraph graph;
  graph.whole = architecture.whole();
  const std::vector<Shape> one = architecture.shapes(1);
  std::vector<Shape> two = one;
  if (!graph.whole) {
    try {
      two = architecture.shapes(2);
    } catch (const Error&) {
      graph.whole = true;  // a layer in it wants a batch of 1
    }
  }
  for (int n = 0; n < architecture.size(); ++n) {
    const Node& from = architecture.nodes()[static_cast<size_t>(n)];
    ExportNode node;
    node.index = n;
    node.name = from.name;
    node.facts = ExportLayer(from.layer ? from.layer->text() : "input");
    node.inputs = from.inputs;
    for (const int input : from.inputs) node.in.push_back(one[static_cast<size_t>(input)]);
    node.out = one[static_cast<size_t>(n)];
    node.two = graph.whole ? node.out : two[static_cast<size_t>(n)];
    node.batched = node.out != node.two;
    graph.nodes.push_back(std::move(node));
  }
  graph.outputs.push_back(architecture.size() - 1);
  for (const int node : info.outputs) {
    if (std::find(graph.outputs.begin(), graph.outputs.end(), node) == graph.outputs.end())
      graph.outputs.push_back(node);
  }
  return graph;
}

std::vector<int64_t> pooling_after(const WindowFacts& w, const ExportNode& node) {
  std::vector<int64_t> after;
  for (size_t a = 0; a < w.axes(); ++a) {
    const auto axis = static_cast<int>(a) + 2;
    after.push_back((node.out[axis] - 1) * w.stride[a] + w.covers(a) - node.in[0][axis] - w.before[a]);
  }
  return after;
}

bool has_array(const Network& network, const ExportNode& node, const std::string& part) {
  const std::string name = node.name + '.' + part;
  return network.find(TensorKind::weight, name) != nullptr || network.find(TensorKind::buffer, name) != nullptr;
}

const NamedTensor& array_tensor(const Network& network, const ExportNode& node, const std::string& part) {
  const std::string name = node.name + '.' + part;
  const NamedTensor* tensor = network.find(TensorKind::weight, name);
  if (tensor == nullptr) tensor = network.find(TensorKind::buffer, name);
  check(tensor != nullptr, "no array {}", name);
  return *tensor;
}

}  // namespace striate
