#include "app/pages/train/data_peek.h"

#include "engine/training/data/sources.h"

namespace striate {
namespace {

// Made by the program: opening one only writes down how it is to be drawn.
bool is_drawn(const std::string& data) {
  const std::string word = source_word(data);
  for (const DataSource& source : data_sources()) {
    if (word == source.word) return !source.takes_folder;
  }
  return true;  // no such source: its error comes at once
}

}  // namespace

DataPeek::DataPeek(const TrainScene& scene) : scene_(scene), opener_(scene.context.wake) {}

bool DataPeek::update() {
  const RunRecipe& recipe = scene_.recipe();
  bool changed = false;
  if (!asked_before_ || !same_data(recipe, asked_)) {
    asked_before_ = true;
    asked_ = recipe;
    data_ = nullptr;
    error_.reset();
    opener_.cancel();
    changed = true;
    const TrainSnapshotPtr now = scene_.snapshot();
    if (now->data && now->recipe && same_data(recipe, *now->recipe)) {
      data_ = now->data;
    } else if (is_drawn(recipe.data)) {
      try {
        data_ = open_run_data(recipe);
      } catch (const Error& error) {
        error_ = error;
      }
    } else {
      opener_.request([recipe](Progress& progress) -> DatasetPtr {
        return open_run_data(recipe, [&](int64_t done, int64_t all) {
          progress.share = all > 0 ? static_cast<float>(done) / static_cast<float>(all) : 0.0f;
          return !progress.cancelled;
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
