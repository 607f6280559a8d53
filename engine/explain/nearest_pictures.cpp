#include "engine/explain/nearest_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/error.h"
#include "engine/network/head.h"

namespace striate {
namespace {

constexpr int64_t kTold = 256;  // samples between two calls of progress

double squared_distance(const float* a, const float* b, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; ++i) {
    const double by = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += by * by;
  }
  return sum;
}

// The nearest so far, in order.
class Nearest {
 public:
  explicit Nearest(int count) : count_(static_cast<size_t>(std::max(count, 0))) {}
  void add(const Neighbor& each) {
    const auto before = [](const Neighbor& a, const Neighbor& b) {
      return a.distance != b.distance ? a.distance < b.distance : a.sample < b.sample;
    };
    if (list_.size() == count_ && (count_ == 0 || !before(each, list_.back()))) return;
    list_.insert(std::upper_bound(list_.begin(), list_.end(), each, before), each);
    if (list_.size() > count_) list_.pop_back();
  }
  std::vector<Neighbor> take() {
    for (Neighbor& each : list_) each.distance = std::sqrt(each.distance);
    return std::move(list_);
  }

 private:
  size_t count_;
  std::vector<Neighbor> list_;  // distances are squared
};

}  // namespace

int last_hidden_node(const Architecture& architecture) {
  const int head = head_node(architecture), node = architecture.nodes()[static_cast<size_t>(head)].inputs[0];
  if (node == 0) {
    throw Error("the network's only layer with weights reads the picture itself: there is no hidden layer",
                "choose a network with more layers: train.model lenet5");
  }
  return node;
}

NearestPictures::NearestPictures(Stream& stream, Of of) : stream_(&stream), of_(std::move(of)) {
  node_ = last_hidden_node(*of_.architecture);
  if (of_.training.empty()) {
    throw Error("there are no training pictures to look among", "give the training part a share: train.split 80/10/10");
  }
  const Shape shape = of_.architecture->shapes(1)[static_cast<size_t>(node_)];
  const int64_t all = static_cast<int64_t>(of_.training.size()),
                most = std::clamp<int64_t>(kMostValues / std::max<int64_t>(shape.count(), 1), 1, all);
  for (int64_t i = 0; i < most; ++i) samples_.push_back(of_.training[static_cast<size_t>(i * all / most)]);
  network_ = std::make_unique<Network>(stream, *of_.architecture, Plan::inference(1));
  write_all_weights(stream, *of_.weights, *network_);
}

std::string NearestPictures::layer() const { return of_.architecture->nodes()[static_cast<size_t>(node_)].name; }

std::unique_ptr<FeatureSet> NearestPictures::features_of(std::shared_ptr<const Dataset> data,
                                                         const std::vector<int64_t>& samples,
                                                         const Progress& progress) {
  return FeatureSet::compute(*stream_, *network_, node_, std::move(data), of_.normalization, samples, progress);
}

bool NearestPictures::compute_features(const Progress& progress) {
  if (!features_) features_ = features_of(of_.data, samples_, progress);
  return features_ != nullptr;
}

std::optional<NearestFound> NearestPictures::find(const std::vector<float>& pixels, int count,
                                                  const Progress& progress) {
  const Shape shape = of_.data->shape();
  if (static_cast<int64_t>(pixels.size()) != shape.count()) {
    throw Error(fmt::format("{} values for a picture", pixels.size()), fmt::format("give {}", shape.count()));
  }
  if (!compute_features(progress)) return std::nullopt;
  // In a batch of the same size as theirs, so that the same picture has the same features.
  const auto alone =
      std::make_shared<MemoryDataset>("one picture", shape, pixels, std::vector<int>{0}, std::vector<std::string>{"0"});
  const std::unique_ptr<FeatureSet> own = features_of(alone, {0}, nullptr);
  const auto values = static_cast<size_t>(own->shape().count());
  std::vector<float> mine = pixels, theirs(pixels.size());
  of_.normalization.apply(shape, mine.data());
  Nearest by_pixels(count), by_features(count);
  for (size_t i = 0; i < samples_.size(); ++i) {
    const int64_t sample = samples_[i];
    if (progress && static_cast<int64_t>(i) % kTold == 0 && !progress(static_cast<int64_t>(i), searched())) {
      return std::nullopt;
    }
    of_.data->read(sample, theirs.data());
    of_.normalization.apply(shape, theirs.data());
    const int label = of_.data->label(sample);
    by_pixels.add({sample, label, squared_distance(mine.data(), theirs.data(), mine.size())});
    by_features.add({sample, label, squared_distance(own->features(0), features_->features(sample), values)});
  }
  return NearestFound{by_pixels.take(), by_features.take(), searched()};
}

}  // namespace striate
