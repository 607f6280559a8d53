#include "engine/walk/followed_layer.h"

#include <algorithm>
#include <cmath>

#include "kernels/random.h"

namespace striate {
namespace {

// A layer with memory of its own around it, and one value of its output.
class LayerRun {
 public:
  LayerRun(Device device, const Layer& layer, const LayerInputs& inputs, int64_t at)
      : layer_(layer), at_(static_cast<size_t>(at)), stream_(device) {
    const std::vector<Shape>& shapes = inputs.shapes;
    const auto room = [](const Shape& shape) { return std::vector<float>(static_cast<size_t>(shape.count())); };
    const auto copies = [&](const auto& specs, const std::vector<const float*>& from, std::vector<float*>& to) {
      for (size_t i = 0; i < specs.size(); ++i) {
        memory_.emplace_back(from[i], from[i] + specs[i].shape.count());
        to.push_back(memory_.back().data());
      }
    };
    copies(layer.parameters(shapes), inputs.weights, call_.weights);
    copies(layer.buffers(shapes), inputs.buffers, call_.buffers);
    for (const SavedTensor& saved : layer.saved_tensors(shapes)) {
      memory_.push_back(room(saved.shape));
      call_.saved.push_back(memory_.back().data());
    }
    memory_.emplace_back(static_cast<size_t>(layer.scratch(shapes)));
    call_.scratch = memory_.back().data();
    const Shape out = layer.output(shapes);
    y_ = room(out), dy_ = room(out);
    dy_[at_] = 1;
    for (const Shape& shape : shapes) x.push_back(room(shape)), dx.push_back(room(shape));
    for (size_t i = 0; i < shapes.size(); ++i) {
      call_.x.push_back({x[i].data(), shapes[i], device});
      call_.dx.push_back(dx[i].data());
      call_.dx_result.push_back(Result::overwrite);
    }
    call_.y = {y_.data(), out, device};
    call_.dy = dy_.data();
  }

  float forward() {
    layer_.forward(stream_, call_);
    return y_[at_];
  }
  // After forward(): fills dx.
  void backward() { layer_.backward(stream_, call_); }

  std::vector<std::vector<float>> x, dx;

 private:
  const Layer& layer_;
  size_t at_;
  Stream stream_;
  LayerCall call_;
  std::vector<std::vector<float>> memory_;
  std::vector<float> y_, dy_;
};

// Marks what the value changes with at the run's present x; whether any of it was not marked before.
bool mark(LayerRun& run, std::vector<std::vector<char>>& marks) {
  run.forward();
  run.backward();
  bool more = false;
  for (size_t i = 0; i < marks.size(); ++i) {
    for (size_t k = 0; k < marks[i].size(); ++k) {
      // What divides by 0 somewhere else may leave a NaN here: no sign that it takes part.
      if (marks[i][k] || run.dx[i][k] == 0 || !std::isfinite(run.dx[i][k])) continue;
      marks[i][k] = 1;
      more = true;
    }
  }
  return more;
}

constexpr int kMaxPasses = 4096;  // a maximum shows one value a pass

std::vector<std::vector<char>> values_that_take_part(LayerRun& run) {
  std::vector<std::vector<char>> marks;
  for (const std::vector<float>& x : run.x) marks.emplace_back(x.size());
  Random random(1, 0);
  std::vector<std::vector<float>> base = run.x;
  for (std::vector<float>& values : base) {
    for (float& v : values) v = 0.5f + static_cast<float>(random.below(1 << 20)) / static_cast<float>(1 << 20);
  }
  const auto place = [&](float sign, float aside) {
    for (size_t i = 0; i < base.size(); ++i) {
      for (size_t k = 0; k < base[i].size(); ++k) run.x[i][k] = sign * base[i][k] + (marks[i][k] ? aside : 0.0f);
    }
  };
  for (const float sign : {-1.0f, 1.0f}) {
    place(sign, 0);
    mark(run, marks);
  }
  for (const float aside : {-10.0f, 10.0f}) {
    for (int pass = 0; pass < kMaxPasses; ++pass) {
      place(1, aside);
      if (!mark(run, marks)) break;
    }
  }
  return marks;
}

}  // namespace

FollowedValue follow_value(Device device, const Layer& layer, const LayerInputs& inputs, int64_t at, FollowedAs as) {
  const auto fill = [&](LayerRun& to) {
    for (size_t i = 0; i < inputs.values.size(); ++i) {
      std::copy_n(inputs.values[i], inputs.shapes[i].count(), to.x[i].begin());
    }
  };
  LayerRun run(device, layer, inputs, at);
  if (as != FollowedAs::slopes) fill(run);
  FollowedValue followed;
  if (as != FollowedAs::slopes) followed.value = run.forward();
  run.backward();
  std::vector<std::vector<char>> marks;
  if (as == FollowedAs::linear) {
    for (std::vector<float>& x : run.x) std::fill(x.begin(), x.end(), 0.0f);
    followed.rest = run.forward();
  } else if (as == FollowedAs::computed) {
    // Which values take part does not depend on the order; many passes are fastest on the CPU.
    LayerRun passes(Device::cpu(), layer, inputs, at);
    fill(passes);
    marks = values_that_take_part(passes);
  }
  for (size_t i = 0; i < inputs.values.size(); ++i) {
    for (size_t k = 0; k < run.dx[i].size(); ++k) {
      const float slope = run.dx[i][k];
      if (as == FollowedAs::computed ? marks[i][k] == 0 : slope == 0) continue;
      followed.cells.push_back({static_cast<int>(i), static_cast<int64_t>(k), slope});
    }
  }
  return followed;
}

}  // namespace striate
