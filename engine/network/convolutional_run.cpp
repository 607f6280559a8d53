#include "engine/network/convolutional_run.h"

#include <algorithm>
#include <utility>

#include "engine/error.h"
#include "engine/network/layer_kind.h"

namespace striate {
namespace {

constexpr int kBatch = 64;  // tiles of which the head is asked at once

struct Front {
  int last = 0, step_x = 1, step_y = 1;
  std::string why_not;
};

// A layer that computes each place of a map from that place alone.
bool place_by_place(const Layer& layer, const std::vector<Shape>& inputs, const Shape& out) {
  switch (layer.info().follow) {
    case Follow::function:
    case Follow::copied:
    case Follow::normalized:
    case Follow::dropped:
      return inputs[0] == out;
    default:
      break;
  }
  if (out.rank() != 4 || out[2] != inputs[0][2] || out[3] != inputs[0][3]) return false;
  for (const int64_t row : {int64_t{0}, out[2] - 1}) {
    for (const int64_t column : {int64_t{0}, out[3] - 1}) {
      const auto behind = layer.cells_behind(inputs, {{0, out[1] - 1}, {row, row}, {column, column}});
      if (!behind || behind->rows.first != row || behind->rows.last != row || behind->columns.first != column ||
          behind->columns.last != column) {
        return false;
      }
    }
  }
  return true;
}

bool is_pooling(Follow follow) { return follow == Follow::maximum || follow == Follow::average; }

// Where a window of the last ones only partly fits, a larger picture would fill it.
bool windows_fit(const Pool2dShape& p) {
  return !p.ceil_mode || ((p.h - p.dilation_y * (p.r - 1) - 1) % p.stride_y == 0 &&
                          (p.w - p.dilation_x * (p.s - 1) - 1) % p.stride_x == 0);
}

Architecture first_layers(const Architecture& whole, int last, const Shape& input) {
  Architecture made;
  made.set_input(input);
  for (int node = 1; node <= last; ++node) {
    const Node& each = whole.nodes()[static_cast<size_t>(node)];
    made.add(each.layer, each.name == std::to_string(node - 1) ? "" : each.name, {node - 1});
  }
  return made;
}

Front front_of(const Architecture& whole, int node) {
  Front front;
  const auto because = [&](std::string why) {
    front.why_not = std::move(why);
    return front;
  };
  if (whole.whole() || whole.input().rank() != 3) return because("its input is no picture of one size");
  const std::vector<Shape> shapes = whole.shapes(1);
  bool convolves = false;
  for (int n = 1; n <= node; ++n) {
    const Node& each = whole.nodes()[static_cast<size_t>(n)];
    const Layer& layer = *each.layer;
    if (each.inputs != std::vector<int>{n - 1}) return because("it is no chain of layers up to its head");
    const std::vector<Shape> inputs = whole.input_shapes(n, shapes);
    const Shape& in = inputs[0];
    const Shape& out = shapes[static_cast<size_t>(n)];
    const Follow follow = layer.info().follow;
    if (in.rank() != 4) return because(fmt::format("{} reads no map", whole.describe(n)));
    if (follow == Follow::flattened || follow == Follow::whole_average || follow == Follow::whole_maximum) break;
    if (is_pooling(follow) && out[2] == 1 && out[3] == 1) break;  // its window is the whole map
    const LayerGeometry geometry = layer.geometry(inputs);
    if (follow == Follow::convolution) {
      const Conv2dShape& c = geometry.convolution;
      if (c.pad_top != 0 || c.pad_left != 0 || c.pad_bottom > 0 || c.pad_right > 0)
        return because(fmt::format("{} has padding", whole.describe(n)));
      front.step_x *= c.stride_x, front.step_y *= c.stride_y;
      convolves = true;
    } else if (is_pooling(follow)) {
      const Pool2dShape& p = geometry.pooling;
      if (p.pad_top != 0 || p.pad_left != 0 || p.pad_bottom > 0 || p.pad_right > 0)
        return because(fmt::format("{} has padding", whole.describe(n)));
      if (!windows_fit(p)) return because(fmt::format("the last windows of {} only partly fit", whole.describe(n)));
      front.step_x *= p.stride_x, front.step_y *= p.stride_y;
    } else if (!place_by_place(layer, inputs, out)) {
      return because(fmt::format("{} is no convolution, pooling or function of each place", whole.describe(n)));
    }
    front.last = n;
  }
  if (!convolves) return because("no convolution stands before its head");
  for (int n = front.last + 2; n <= node; ++n) {
    for (const int input : whole.nodes()[static_cast<size_t>(n)].inputs) {
      if (input < front.last) return because("its head reads what stands before its last map");
    }
  }
  // A layer whose weights have places, such as slopes of each pixel, has others for a larger picture.
  try {
    const Shape picture = whole.input();
    const Architecture larger =
        first_layers(whole, front.last, {picture[0], picture[1] + front.step_y, picture[2] + front.step_x});
    const std::vector<Shape> theirs = larger.shapes(1);
    for (int n = 1; n <= front.last; ++n) {
      const Layer& layer = *whole.nodes()[static_cast<size_t>(n)].layer;
      const auto before = layer.parameters(whole.input_shapes(n, shapes));
      const auto after = layer.parameters(larger.input_shapes(n, theirs));
      for (size_t i = 0; i < before.size(); ++i) {
        if (before[i].shape != after[i].shape)
          return because(fmt::format("{} has weights for each place", whole.describe(n)));
      }
    }
  } catch (const Error& error) {
    return because(error.what());
  }
  return front;
}

}  // namespace

std::string ConvolutionalRun::why_not(const Architecture& architecture, int node) {
  return front_of(architecture, node < 0 ? architecture.size() - 1 : node).why_not;
}

ConvolutionalRun::ConvolutionalRun(Stream& stream, const Network& of, int node)
    : architecture_(of.architecture()), node_(node < 0 ? of.architecture().size() - 1 : node) {
  const Front front = front_of(architecture_, node_);
  if (!front.why_not.empty())
    throw Error("this network can't be run over a whole scene: " + front.why_not, "ask it tile by tile");
  joint_ = front.last, step_x_ = front.step_x, step_y_ = front.step_y;
  picture_ = architecture_.input();
  const std::vector<Shape> shapes = architecture_.shapes(1);
  const Shape& joint = shapes[static_cast<size_t>(joint_)];
  window_ = Shape{joint[1], joint[2], joint[3]};
  count_ = shapes[static_cast<size_t>(node_)].count();
  for (const NamedTensor& tensor : of.tensors()) {
    if (tensor.node > joint_ || (tensor.kind != TensorKind::weight && tensor.kind != TensorKind::buffer)) continue;
    weights_.emplace_back(tensor, of.read_tensor(stream, tensor));
  }
  if (node_ == joint_) return;
  Plan plan;
  plan.batch = kBatch;
  plan.from = joint_;
  back_.emplace(stream, architecture_, plan);
  back_->copy_weights(stream, of);
}

std::vector<float> ConvolutionalRun::values(Stream& stream, const std::vector<float>& pixels, int width, int height,
                                            const std::vector<Corner>& corners) {
  if (!front_ || front_width_ != width || front_height_ != height) {
    front_.reset();
    front_.emplace(stream, first_layers(architecture_, joint_, {picture_[0], height, width}), Plan::inference(1));
    for (const auto& [tensor, values] : weights_) {
      const NamedTensor* own = front_->find(tensor.kind, tensor.name);
      check(own != nullptr, "no place for {}", tensor.name);
      front_->write_tensor(stream, *own, values);
    }
    front_width_ = width, front_height_ = height;
  }
  front_->write_tensor(stream, front_->input(), pixels);
  front_->forward(stream, Mode::evaluation);
  const std::vector<float> maps = front_->read_tensor(stream, front_->output());
  const int64_t rows = front_->output().shape[2], columns = front_->output().shape[3];
  const int64_t each = window_.count();
  std::vector<float> result;
  result.reserve(corners.size() * static_cast<size_t>(count_));
  std::vector<float> windows;
  for (size_t begin = 0; begin < corners.size(); begin += kBatch) {
    const size_t used = std::min<size_t>(kBatch, corners.size() - begin);
    windows.assign(static_cast<size_t>(kBatch * each), 0);
    for (size_t i = 0; i < used; ++i) {
      const Corner& corner = corners[begin + i];
      const int64_t x = corner.x / step_x_, y = corner.y / step_y_;
      check(corner.x % step_x_ == 0 && corner.y % step_y_ == 0 && x + window_[2] <= columns && y + window_[1] <= rows,
            "a tile at {}, {} of {} x {}", corner.x, corner.y, width, height);
      float* to = windows.data() + static_cast<int64_t>(i) * each;
      for (int64_t channel = 0; channel < window_[0]; ++channel) {
        for (int64_t row = 0; row < window_[1]; ++row, to += window_[2]) {
          std::copy_n(maps.data() + (channel * rows + y + row) * columns + x, window_[2], to);
        }
      }
    }
    const auto all = static_cast<std::ptrdiff_t>(static_cast<int64_t>(used) * count_);
    if (!back_) {
      result.insert(result.end(), windows.begin(), windows.begin() + all);
      continue;
    }
    back_->write_tensor(stream, back_->input(), windows);
    back_->forward(stream, Mode::evaluation, joint_ + 1, node_);
    const std::vector<float> said = back_->read_tensor(stream, back_->activation(node_));
    result.insert(result.end(), said.begin(), said.begin() + all);
  }
  return result;
}

}  // namespace striate
