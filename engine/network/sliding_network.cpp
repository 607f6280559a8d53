#include "engine/network/sliding_network.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/network/layer_kind.h"
#include "engine/network/layer_settings.h"

namespace striate {
namespace {

Error cant_slide(const std::string& why) {
  return Error("this network can't slide over a row: " + why,
               "open one of convolutions and poolings for digits: lenet5 or lenet5-1998");
}

// Such as "pad constant 0,0,2,2,0,0,2,2": it says how it pads.
bool makes_a_border(const Layer& layer) {
  return layer.info().find("mode") != nullptr && layer.info().find("padding") != nullptr;
}

// The layer without what it puts around its picture.
std::shared_ptr<const Layer> without_padding(const std::shared_ptr<const Layer>& layer) {
  if (layer->info().find("padding") == nullptr) return layer;
  return parse_layer(with_layer_setting(layer->text(), "padding", "0"));
}

}  // namespace

SlidingNetwork::SlidingNetwork(Stream& stream, const Network& single) : whole_(single.architecture()) {
  const std::vector<Node>& nodes = whole_.nodes();
  const Shape input = whole_.input();
  if (input.rank() != 3 || input[0] != 1 || (input[1] != 28 && input[1] != kSide) || input[1] != input[2]) {
    throw cant_slide(fmt::format("it takes {}, not pictures of 28 x 28 or 32 x 32", input.text()));
  }
  for (int node = 1; node < whole_.size(); ++node) {
    const Node& each = nodes[static_cast<size_t>(node)];
    if (each.inputs != std::vector<int>{node - 1}) throw cant_slide("it is no chain of layers");
    if (each.layer->info().follow == Follow::flattened && last_ == 1) last_ = node;
  }
  if (last_ == 1) throw cant_slide("no flatten stands in it");
  if (makes_a_border(*nodes[1].layer)) first_ = 2;
  classes_ = static_cast<int>(whole_.shapes(1).back()[1]);

  for (const TensorKind kind : {TensorKind::weight, TensorKind::buffer}) {
    for (const NamedTensor& tensor : single.tensors()) {
      if (tensor.kind != kind) continue;
      const int part = kind == TensorKind::buffer ? -1 - tensor.part : tensor.part;
      weights_.push_back({{tensor.node, part}, single.read_tensor(stream, tensor)});
    }
  }
  for (int node = first_; node < last_; ++node) {
    const Node& each = nodes[static_cast<size_t>(node)];
    front_nodes_.push_back(node);
    const Shape in = whole_.shapes(1)[static_cast<size_t>(node - 1)], out = whole_.shapes(1)[static_cast<size_t>(node)];
    if (in.rank() != 4 || out.rank() != 4) throw cant_slide(fmt::format("{} gives no map", whole_.describe(node)));
    const LayerField* padding = each.layer->info().find("padding");
    const bool padded = padding != nullptr && padding->text(*each.layer) != "0";
    if (padded && node != first_) throw cant_slide(fmt::format("{} has padding", whole_.describe(node)));
  }
  for (int node = last_; node < whole_.size(); ++node) back_nodes_.push_back(node);
  // What one window comes to, and how far away the next one begins.
  try {
    const Shape one = part(true, kSide).shapes(1).back();
    at_the_joint_ = Shape{one[1], one[2], one[3]};
    step_ = 0;
    for (int more = 1; more <= 16 && step_ == 0; ++more) {
      if (part(true, kSide + more).shapes(1).back()[3] > one[3]) step_ = more;
    }
    if (step_ == 0) throw cant_slide("its windows don't move on");
    const Shape flat = whole_.shapes(1)[static_cast<size_t>(last_)];
    if (flat.count() != at_the_joint_.count()) {
      throw cant_slide(
          fmt::format("a window of 32 x 32 comes to {}, its dense layers take {}", at_the_joint_.text(), flat.text()));
    }
  } catch (const Error& error) {
    throw Error(error.what(), error.hint());
  }
}

Architecture SlidingNetwork::part(bool front, int width) const {
  Architecture made;
  made.set_input(front ? Shape{1, kSide, width} : at_the_joint_);
  const std::vector<int>& nodes = front ? front_nodes_ : back_nodes_;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = whole_.nodes()[static_cast<size_t>(nodes[i])];
    made.add(front && i == 0 ? without_padding(node.layer) : node.layer, "", {static_cast<int>(i)});
  }
  return made;
}

void SlidingNetwork::give(Stream& stream, Network& network, const std::vector<int>& nodes) const {
  const std::vector<NamedTensor> tensors = network.tensors();
  for (const NamedTensor& tensor : tensors) {
    if (tensor.kind != TensorKind::weight && tensor.kind != TensorKind::buffer) continue;
    const int part = tensor.kind == TensorKind::buffer ? -1 - tensor.part : tensor.part;
    const std::pair<int, int> wanted{nodes[static_cast<size_t>(tensor.node - 1)], part};
    const auto found =
        std::find_if(weights_.begin(), weights_.end(), [&](const auto& each) { return each.first == wanted; });
    check(found != weights_.end(), "no values for {}", tensor.name);
    network.write_tensor(stream, tensor, found->second);
  }
}

// Each window's part of the maps goes through the rest of the network, one after the other, so that it makes no
// difference how many there are.
SlidingNetwork::Answers SlidingNetwork::answers_of(Stream& stream, Network& front, int width) {
  if (!back_) {
    back_.emplace(stream, part(false, 0));
    give(stream, *back_, back_nodes_);
  }
  const std::vector<float> maps = front.read_tensor(stream, front.output());
  const int64_t wide = front.output().shape[3], planes = at_the_joint_[0] * at_the_joint_[1], each = at_the_joint_[2];
  Answers answers;
  answers.columns = static_cast<int>(std::min<int64_t>(columns(width), wide - each + 1));
  const int hidden = static_cast<int>(back_nodes_.size()) - 1;
  for (int column = 0; column < answers.columns; ++column) {
    std::vector<float> window;
    for (int64_t plane = 0; plane < planes; ++plane) {
      const auto begin = maps.begin() + plane * wide + column;
      window.insert(window.end(), begin, begin + each);
    }
    back_->write_tensor(stream, back_->activation(0), window);
    back_->forward(stream, Mode::evaluation);
    const std::vector<float> values = back_->read_tensor(stream, back_->output());
    const std::vector<float> before = back_->read_tensor(stream, back_->activation(hidden));
    answers.values.insert(answers.values.end(), values.begin(), values.end());
    answers.hidden.insert(answers.hidden.end(), before.begin(), before.end());
  }
  return answers;
}

SlidingNetwork::Answers SlidingNetwork::slide(Stream& stream, const std::vector<float>& pixels, int width) {
  check(width >= kSide && pixels.size() == static_cast<size_t>(kSide) * static_cast<size_t>(width),
        "a row of {} pixels", pixels.size());
  if (!front_ || front_width_ != width) {
    front_.emplace(stream, part(true, width));
    give(stream, *front_, front_nodes_);
    front_width_ = width;
  }
  front_->write_tensor(stream, front_->activation(0), pixels);
  front_->forward(stream, Mode::evaluation);
  return answers_of(stream, *front_, width);
}

SlidingNetwork::Answers SlidingNetwork::one_by_one(Stream& stream, const std::vector<float>& pixels, int width) {
  if (!window_) {
    window_.emplace(stream, part(true, kSide));
    give(stream, *window_, front_nodes_);
  }
  Answers all;
  for (int column = 0; column < columns(width); ++column) {
    std::vector<float> window;
    for (int row = 0; row < kSide; ++row) {
      const auto begin = pixels.begin() + int64_t{1} * row * width + int64_t{1} * column * step_;
      window.insert(window.end(), begin, begin + kSide);
    }
    window_->write_tensor(stream, window_->activation(0), window);
    window_->forward(stream, Mode::evaluation);
    const Answers one = answers_of(stream, *window_, kSide);
    all.values.insert(all.values.end(), one.values.begin(), one.values.end());
    all.hidden.insert(all.hidden.end(), one.hidden.begin(), one.hidden.end());
    ++all.columns;
  }
  return all;
}

int64_t SlidingNetwork::work_of_sliding(int width) const {
  return part(true, width).totals().multiply_adds + columns(width) * part(false, 0).totals().multiply_adds;
}
int64_t SlidingNetwork::work_of_windows(int width) const {
  return columns(width) * (part(true, kSide).totals().multiply_adds + part(false, 0).totals().multiply_adds);
}

}  // namespace striate
