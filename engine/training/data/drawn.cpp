#include "engine/training/data/drawn.h"

#include <cmath>
#include <numeric>

#include "engine/error.h"
#include "engine/shuffle.h"
#include "kernels/random.h"

namespace striate {
namespace {

constexpr uint64_t kLabelSequence = uint64_t{0x1A} << 56;

}  // namespace

DrawnDataset::DrawnDataset(const std::string& word, Shape shape, std::vector<std::string> classes, int64_t size,
                           uint64_t seed)
    : name_(word), shape_(shape), classes_(std::move(classes)), size_(size), seed_(seed) {
  const int64_t least = static_cast<int64_t>(classes_.size()), most = 1'000'000;
  if (size < least || size > most)
    throw Error(fmt::format("{}: {} samples are not possible", word, size),
                fmt::format("from {} (one of each class) to {}", least, most));
  kept_.resize(static_cast<size_t>(size * shape.count()));
  drawn_ = std::make_unique<std::once_flag[]>(static_cast<size_t>(size));
}

int DrawnDataset::label(int64_t index) const {
  const int classes = static_cast<int>(classes_.size());
  const int64_t block = index / classes;
  int order[64];
  std::iota(order, order + classes, 0);
  Random random(seed_, kLabelSequence + static_cast<uint64_t>(block));
  shuffle(std::span(order, static_cast<size_t>(classes)), random);
  return order[index - block * classes];
}

void DrawnDataset::read(int64_t index, float* pixels) const {
  const int64_t count = shape_.count();
  uint8_t* kept = kept_.data() + index * count;
  std::call_once(drawn_[static_cast<size_t>(index)], [&] {
    draw(index, label(index), pixels);
    for (int64_t i = 0; i < count; ++i)
      kept[i] = static_cast<uint8_t>(std::lround(std::fmin(1.0f, std::fmax(0.0f, pixels[i])) * 255));
  });
  for (int64_t i = 0; i < count; ++i) pixels[i] = static_cast<float>(kept[i]) / 255.0f;
}

std::string DrawnDataset::describe(int64_t index) const {
  return fmt::format("{}, number {} of seed {}", classes_[static_cast<size_t>(label(index))], index, seed_);
}

}  // namespace striate
