#include "engine/transfer/tile_head.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/training/loss_head.h"

namespace striate {
namespace {

constexpr int kAtOnce = 1024;
constexpr int64_t kFew = 64;  // features: with more of them a head needs no hidden layer
constexpr int kHidden = 64, kBatch = 64;
constexpr double kRate = 1e-2;

}  // namespace

std::string TileTraining::text_of(int64_t features, size_t classes) {
  const std::string hidden = features <= kFew ? fmt::format("dense {} | relu | ", kHidden) : "";
  return fmt::format("input {} | {}dense {}", features, hidden, classes);
}

TileHead::TileHead(const Network& of, Stream& stream, Normalization normalization, int64_t features, int classes)
    : normalization_(std::move(normalization)),
      features_(features),
      classes_(classes),
      stream_(Device::cpu()),
      network_(stream_, of.architecture(), Plan::inference(kAtOnce)) {
  stream.synchronize();
  network_.copy_weights(stream_, of);
  stream_.synchronize();
}

std::vector<float> TileHead::normalized(const float* features) const {
  std::vector<float> result(features, features + features_);
  normalization_.apply(Shape{features_}, result.data());
  return result;
}

std::vector<float> TileHead::probabilities(const float* features, int64_t n) const {
  const std::lock_guard lock(mutex_);
  std::vector<float> result;
  result.reserve(static_cast<size_t>(n * classes_));
  std::vector<float> rows(static_cast<size_t>(kAtOnce * features_));
  for (int64_t first = 0; first < n; first += kAtOnce) {
    const int64_t used = std::min<int64_t>(kAtOnce, n - first);
    std::copy_n(features + first * features_, used * features_, rows.begin());
    for (int64_t i = 0; i < used; ++i) normalization_.apply(Shape{features_}, rows.data() + i * features_);
    network_.write_tensor(stream_, network_.input(), rows);
    network_.forward(stream_, Mode::evaluation);
    const std::vector<float> logits = network_.read_tensor(stream_, network_.output());
    for (int64_t i = 0; i < used; ++i) {
      const std::vector<float> each =
          LossHead::class_probabilities(Loss::cross_entropy, logits.data() + i * classes_, classes_);
      result.insert(result.end(), each.begin(), each.end());
    }
  }
  return result;
}

TileTraining::TileTraining(std::vector<float> features, int64_t count, std::vector<int> labels,
                           std::vector<std::string> classes, std::vector<int64_t> training, uint64_t seed)
    : stream_(Device::cpu()),
      data_(std::make_unique<MemoryDataset>("tiles", Shape{count}, std::move(features), std::move(labels),
                                            std::move(classes))),
      count_(count),
      network_(stream_, Architecture::parse(text_of(count, data_->classes().size()))),
      normalization_(Normalization::measure(*data_, training)) {
  TrainerSettings settings;
  settings.batch = static_cast<int>(std::min<int64_t>(kBatch, static_cast<int64_t>(training.size())));
  settings.rate = kRate;
  settings.seed = seed;
  settings.keyframes = false;
  trainer_ = std::make_unique<Trainer>(stream_, network_, *data_, std::move(training), normalization_, settings);
}

TileTraining::~TileTraining() = default;

void TileTraining::epoch() {
  ++epochs_;
  const int64_t steps = trainer_->steps_per_epochs(epochs_);
  while (trainer_->steps() < steps) trainer_->step();
}

std::shared_ptr<const TileHead> TileTraining::head() {
  return std::make_shared<const TileHead>(network_, stream_, normalization_, count_,
                                          static_cast<int>(data_->classes().size()));
}

}  // namespace striate
