#include "engine/transfer/base_network.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "engine/error.h"
#include "engine/files/carried_weights.h"
#include "engine/nearest_word.h"
#include "engine/network/head.h"
#include "engine/network/layer_kind.h"
#include "engine/network/models.h"
#include "engine/preprocess/prepared_dataset.h"

namespace striate {
namespace {

// What the head of a network reads: a node of it.
int features_node(const Architecture& architecture) {
  int node = architecture.nodes()[static_cast<size_t>(head_node(architecture))].inputs.at(0);
  while (node > 0 && architecture.nodes()[static_cast<size_t>(node)].layer->uses_random()) {
    node = architecture.nodes()[static_cast<size_t>(node)].inputs.at(0);
  }
  return node;
}

bool has_convolution(const Architecture& architecture, int last) {
  const std::vector<Shape> shapes = architecture.shapes(1);
  for (int node = 1; node <= last; ++node) {
    const std::vector<Shape> inputs = architecture.input_shapes(node, shapes);
    const Layer& layer = *architecture.nodes()[static_cast<size_t>(node)].layer;
    if (!inputs.empty() && inputs[0].rank() == 4 && !layer.parameters(inputs).empty() &&
        layer.info().find("filters") != nullptr) {
      return true;
    }
  }
  return false;
}

bool needs_a_name(const std::string& name) {
  return !std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A name alone, that is no file: of a network without trained weights, or of none.
void check_name(const std::string& name) {
  std::error_code ignored;
  if (name.find_first_of("/\\.") != std::string::npos || !carried_weights(name).empty() ||
      std::filesystem::exists(name, ignored)) {
    return;
  }
  const std::vector<std::string> carried = carried_models();
  if (find_model(name) != nullptr) {
    throw Error(fmt::format("{} can't be a base by its name alone: Striate carries no trained weights of it", name),
                fmt::format("give a file with its weights, or one of {}", fmt::join(carried, ", ")));
  }
  throw Error(fmt::format("there is no base \"{}\": neither a file nor a network with trained weights", name),
              fmt::format("{}, or a file", nearest_hint(name, carried)));
}

}  // namespace

BaseNetwork BaseNetwork::open(const std::string& name_or_file) {
  check_name(name_or_file);
  BaseNetwork base;
  base.name_ = name_or_file;
  base.file_ = read_model_file(name_or_file);
  const ModelFile& file = base.file_;
  const Architecture& whole = file.info.architecture;
  const Shape picture = file.picture();
  const std::string other = "take one for pictures, such as squeezenet1_1, or a training of yours";
  if (picture.rank() != 3) throw Error(fmt::format("{} can't be a base: it takes no pictures", name_or_file), other);
  if (file.channels_last()) {
    throw Error(fmt::format("{} can't be a base: it takes pictures with their channels last", name_or_file),
                "export it with channels first, or take another one, such as squeezenet1_1");
  }
  const int features = features_node(whole);
  if (features < 1 || !has_convolution(whole, features)) {
    throw Error(fmt::format("{} can't be a base: no convolution stands before its head", name_or_file), other);
  }
  // What the features don't depend on is left out.
  std::vector<char> needed(static_cast<size_t>(whole.size()), 0);
  needed[static_cast<size_t>(features)] = 1;
  for (int node = features; node >= 1; --node) {
    if (!needed[static_cast<size_t>(node)]) continue;
    for (const int input : whole.nodes()[static_cast<size_t>(node)].inputs) needed[static_cast<size_t>(input)] = 1;
  }
  base.architecture_.set_input(picture);
  base.from_ = {0};
  std::map<int, int> places{{0, 0}};
  for (int node = 1; node <= features; ++node) {
    if (!needed[static_cast<size_t>(node)]) continue;
    const Node& each = whole.nodes()[static_cast<size_t>(node)];
    std::vector<int> inputs;
    for (const int input : each.inputs) inputs.push_back(places.at(input));
    places[node] = base.architecture_.add(each.layer, needs_a_name(each.name) ? each.name : "", std::move(inputs));
    base.from_.push_back(node);
  }
  base.architecture_.shapes(1);  // throws
  base.preprocessing_ = file.preprocessing;
  base.preprocessing_.fit = Preprocessing::Fit::middle;
  base.normalization_ = base.preprocessing_.normalization(static_cast<int>(picture[0]));
  return base;
}

Shape BaseNetwork::features() const {
  const std::vector<int64_t> sizes = architecture_.shapes(1).back().sizes();
  return Shape(std::vector<int64_t>(sizes.begin() + 1, sizes.end()));
}

std::string BaseNetwork::usual_head(int classes) const {
  const int rank = features().rank();
  return fmt::format("{}dense {}", rank == 3 ? "globalavgpool | " : rank == 1 ? "" : "flatten | ", classes);
}

Architecture BaseNetwork::with_head(const std::string& head, int classes) const {
  const Architecture behind = Architecture::parse(head.empty() ? usual_head(classes) : head);
  if (behind.has_input()) {
    throw Error("a head has no input of its own: it reads the base's features",
                fmt::format("leave \"input\" out: {}", usual_head(classes)));
  }
  if (behind.size() < 2) throw Error("a head without layers", fmt::format("for instance: {}", usual_head(classes)));
  Architecture whole = architecture_;
  const int last = architecture_.size() - 1;
  std::vector<int> places{last};
  for (int node = 1; node < behind.size(); ++node) {
    const Node& each = behind.nodes()[static_cast<size_t>(node)];
    std::vector<int> inputs;
    for (const int input : each.inputs) inputs.push_back(places[static_cast<size_t>(input)]);
    const std::string name = needs_a_name(each.name) ? each.name : fmt::format("head.{}", node - 1);
    places.push_back(whole.add(each.layer, name, std::move(inputs)));
  }
  whole.shapes(1);  // throws
  return whole;
}

LayerSet BaseNetwork::frozen(const std::string& text, const Architecture& whole) const {
  int first = -1;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), first);
  const bool number = !text.empty() && problem == std::errc() && end == text.data() + text.size();
  if (number && (first < 0 || first > layers())) {
    throw Error(fmt::format("{} layers of the base can't be frozen: {} has {}", text, name_, layers()),
                fmt::format("a number from 0 to {}, or names of layers", layers()));
  }
  const LayerSet set = number ? LayerSet(first) : text == "all" ? LayerSet(layers()) : LayerSet::parse(text, whole);
  std::vector<int> nodes;
  const std::vector<Shape> shapes = whole.shapes(1);
  for (int node = 1; node < whole.size(); ++node) {
    const bool counts =
        !whole.nodes()[static_cast<size_t>(node)].layer->buffers(whole.input_shapes(node, shapes)).empty();
    if (set.contains(node) || (counts && node <= layers())) nodes.push_back(node);
  }
  return LayerSet::of(nodes);
}

std::shared_ptr<const Dataset> fitted_to(const Shape& picture, const Preprocessing& preprocessing,
                                         std::shared_ptr<const Dataset> data) {
  Preprocessing fitting;
  fitting.order = picture[0] == 3 ? preprocessing.order : Preprocessing::Order::rgb;
  fitting.asked = data->shape() != picture;
  if (!fitting.asked && fitting.order == Preprocessing::Order::rgb) return data;
  return std::make_shared<PreparedDataset>(std::move(data), fitting, picture, false);
}

void BaseNetwork::load(Stream& stream, Network& network) const {
  Network whole(stream, file_.info.architecture, Plan::inference(1));
  file_.load(stream, whole);
  for (const TensorKind kind : {TensorKind::weight, TensorKind::buffer}) {
    std::map<std::pair<int, int>, const NamedTensor*> given;
    for (const NamedTensor& tensor : whole.tensors()) {
      if (tensor.kind == kind) given[{tensor.node, tensor.part}] = &tensor;
    }
    for (const NamedTensor& tensor : std::vector<NamedTensor>(network.tensors())) {
      if (tensor.kind != kind || tensor.node > layers()) continue;
      const NamedTensor& from = *given.at({from_[static_cast<size_t>(tensor.node)], tensor.part});
      network.write_tensor(stream, tensor, whole.read_tensor(stream, from));
    }
  }
}

}  // namespace striate
