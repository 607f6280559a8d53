#include "engine/transfer/feature_set.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/error.h"
#include "engine/training/trainer.h"

namespace striate {
namespace {

constexpr int kBatch = 8;  // more pictures at a time are not faster, and take more memory

}  // namespace

int last_fixed_node(const Architecture& architecture, const LayerSet& frozen) {
  const std::vector<Shape> shapes = architecture.shapes(1);
  int last = 0;
  for (int node = 1; node < architecture.size(); ++node) {
    const Layer& layer = *architecture.nodes()[static_cast<size_t>(node)].layer;
    const std::vector<Shape> inputs = architecture.input_shapes(node, shapes);
    const bool fixed = layer.parameters(inputs).empty() && layer.buffers(inputs).empty() && !layer.uses_random();
    if (!fixed && !frozen.contains(node)) break;
    last = node;
  }
  // From behind: the first of them that is not passed by.
  for (; last > 0; --last) {
    bool passed_by = false;
    for (int node = last + 1; node < architecture.size() && !passed_by; ++node) {
      const std::vector<int>& inputs = architecture.nodes()[static_cast<size_t>(node)].inputs;
      passed_by = std::any_of(inputs.begin(), inputs.end(), [&](int input) { return input < last; });
    }
    if (!passed_by) return last;
  }
  return 0;
}

std::unique_ptr<FeatureSet> FeatureSet::compute(Stream& stream, const Network& network, int node,
                                                std::shared_ptr<const Dataset> data, const Normalization& normalization,
                                                const std::vector<int64_t>& samples, const Progress& progress) {
  const Architecture& architecture = network.architecture();
  Network runs(stream, architecture, Plan::inference(kBatch, {architecture.nodes()[static_cast<size_t>(node)].name}));
  runs.copy_weights(stream, network);
  const NamedTensor output = runs.activation(node);
  const std::vector<int64_t> sizes = output.shape.sizes();
  std::unique_ptr<FeatureSet> made(new FeatureSet);
  made->shape_ = Shape(std::vector<int64_t>(sizes.begin() + 1, sizes.end()));
  made->place_.assign(static_cast<size_t>(data->size()), -1);
  const auto all = static_cast<int64_t>(samples.size());
  const int64_t each = made->shape_.count();
  made->values_.resize(static_cast<size_t>(all * each));
  std::vector<float> pixels(static_cast<size_t>(kBatch * data->shape().count()));
  for (int64_t begin = 0; begin < all; begin += kBatch) {
    const int64_t used = std::min<int64_t>(kBatch, all - begin);
    std::vector<int64_t> batch(samples.begin() + begin, samples.begin() + begin + used);
    batch.resize(kBatch, batch.front());
    Trainer::read_samples(*data, batch, normalization, nullptr, 0, 0, pixels.data());
    runs.write_tensor(stream, runs.input(), pixels);
    runs.forward(stream, Mode::evaluation, 1, node);
    const std::vector<float> values = runs.read_tensor(stream, output);
    for (int64_t i = 0; i < used; ++i) {
      const auto first = values.begin() + i * each;
      if (!std::all_of(first, first + each, [](float v) { return std::isfinite(v); })) {
        throw Error(fmt::format("the features of {} are not finite", data->describe(batch[static_cast<size_t>(i)])),
                    "its base network has weights that are no numbers, or was made for other pictures");
      }
      made->place_[static_cast<size_t>(samples[static_cast<size_t>(begin + i)])] = (begin + i) * each;
      std::copy_n(first, each, made->values_.begin() + (begin + i) * each);
    }
    if (progress && !progress(begin + used, all)) return nullptr;
  }
  made->data_ = std::move(data);
  return made;
}

const float* FeatureSet::features(int64_t index) const {
  const int64_t place = place_[static_cast<size_t>(index)];
  check(place >= 0, "the features of sample {} were not computed", index);
  return values_.data() + place;
}

void FeatureSet::read(int64_t index, float* features) const {
  std::copy_n(this->features(index), shape_.count(), features);
}

}  // namespace striate
