#include "engine/training/data/byte_dataset.h"

#include "engine/error.h"

namespace striate {

ByteDataset::ByteDataset(Content content) : content_(std::move(content)) {
  const Content& c = content_;
  if (c.labels.empty()) throw Error(fmt::format("{}: no pictures", c.name), "a data set needs one picture at least");
  check(c.training_size >= 1 && c.training_size <= size(), "{}: {} of {} pictures for training", c.name,
        c.training_size, size());
  check(c.pixels.size() == static_cast<size_t>(size() * c.shape.count()), "{}: {} bytes for {} pictures of {}", c.name,
        c.pixels.size(), size(), c.shape.text());
  check(c.descriptions.empty() || c.descriptions.size() == c.labels.size(), "{}: {} descriptions for {} pictures",
        c.name, c.descriptions.size(), size());
  check(c.region.empty() || c.region.size() == c.labels.size(), "{}: {} regions for {} pictures", c.name,
        c.region.size(), size());
  for (size_t i = 0; i < c.labels.size(); ++i)
    if (c.labels[i] < 0 || c.labels[i] >= static_cast<int>(c.classes.size()))
      throw Error(fmt::format("{}: picture {} has the label {}, there are {} classes", c.name, i, c.labels[i],
                              c.classes.size()),
                  "labels count from 0");
}

void ByteDataset::read(int64_t index, float* pixels) const {
  const int64_t count = content_.shape.count();
  const uint8_t* from = content_.pixels.data() + index * count;
  for (int64_t i = 0; i < count; ++i) pixels[i] = static_cast<float>(from[i]) / 255.0f;
}

std::string ByteDataset::describe(int64_t index) const {
  if (!content_.descriptions.empty()) return content_.descriptions[static_cast<size_t>(index)];
  const bool training = index < content_.training_size;
  return fmt::format("{}, {} picture {}", content_.classes[static_cast<size_t>(label(index))],
                     training ? "training" : "test", training ? index : index - content_.training_size);
}

}  // namespace striate
