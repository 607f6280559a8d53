#include "app/pages/train/data_peek.h"

#include "engine/training/data/sources.h"

namespace striate {
namespace {

bool opens_at_once(const std::string& data) {
  const DataSource* source = find_source(data);
  return source == nullptr || is_drawn(*source);  // no such source: its error comes at once
}

}  // namespace

DataPeek::DataPeek(const TrainScene& scene) : scene_(scene), opener_(scene.context.wake) {}

size_t DataPeek::held() const {
  if (!data_ || data_ == scene_.snapshot()->data || opens_at_once(asked_.data)) return 0;
  return static_cast<size_t>(data_->size() * data_->shape().count()) * sizeof(float);
}

void DataPeek::release() {
  opener_.cancel();
  data_ = nullptr;
  asked_before_ = false;
}

bool DataPeek::update() {
  const TrainingConfig& config = scene_.config();
  bool changed = false;
  if (!asked_before_ || !same_data(config, asked_)) {
    asked_before_ = true;
    asked_ = config;
    data_ = nullptr;
    error_.reset();
    opener_.cancel();
    changed = true;
    const TrainSnapshotPtr now = scene_.snapshot();
    if (now->data && now->config && same_data(config, *now->config)) {
      data_ = now->data;
    } else if (opens_at_once(config.data)) {
      try {
        data_ = open_run_data(config);
      } catch (const Error& error) {
        error_ = error;
      }
    } else {
      opener_.request([config](Progress& progress) -> DatasetPtr {
        return open_run_data(config, [&](int64_t done, int64_t all) {
          progress.share = all > 0 ? static_cast<float>(done) / static_cast<float>(all) : 0.0f;
          return !progress.canceled;
        });
      });
    }
  }
  try {
    if (std::optional<DatasetPtr> opened = opener_.take()) {
      data_ = std::move(*opened);
      changed = true;
    }
  } catch (const Error& error) {
    error_ = error;
    changed = true;
  }
  return changed;
}

}  // namespace striate
