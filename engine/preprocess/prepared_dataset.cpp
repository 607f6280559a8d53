#include "engine/preprocess/prepared_dataset.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "engine/error.h"
#include "engine/preprocess/prepare_picture.h"

namespace striate {

PreparedDataset::PreparedDataset(std::shared_ptr<const Dataset> data, Preprocessing preprocessing, const Shape& picture,
                                 bool channels_last)
    : data_(std::move(data)),
      preprocessing_(std::move(preprocessing)),
      picture_(picture),
      channels_last_(channels_last),
      fits_(data_->shape() == picture && !preprocessing_.asked) {
  const Shape shape = data_->shape();
  const bool pictures = shape.rank() == 3 && (shape[0] == 1 || shape[0] == 3);
  const bool same_size = pictures && shape[1] == picture[1] && shape[2] == picture[2];
  if (!pictures || (!same_size && !preprocessing_.asked)) {
    throw Error(fmt::format("the network takes {}, {} has {}", picture.text(), name(), shape.text()),
                "choose a data set of that size; pictures of yours (folder:DIR) are fitted to any size, others with "
                "--resize");
  }
  if (preprocessing_.order == Preprocessing::Order::rgb && preprocessing_.scale == 1.0 / 255) {
    normalization_ = preprocessing_.normalization(static_cast<int>(picture[0]));
  }
}

Shape PreparedDataset::shape() const {
  return channels_last_ ? Shape{picture_[1], picture_[2], picture_[0]} : picture_;
}

// The picture in the network's size and channels, 0..1.
void PreparedDataset::fit(int64_t index, float* pixels) const {
  const Shape from = data_->shape();
  std::vector<float> values(static_cast<size_t>(from.count()));
  data_->read(index, values.data());
  Image image;
  image.channels = static_cast<int>(from[0]);
  image.height = static_cast<int>(from[1]);
  image.width = static_cast<int>(from[2]);
  const size_t plane = values.size() / static_cast<size_t>(from[0]);
  image.bytes.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const float value = std::clamp(values[i] * 255, 0.0f, 255.0f);
    image.bytes.data()[i % plane * static_cast<size_t>(from[0]) + i / plane] = static_cast<uint8_t>(std::lround(value));
  }
  const std::vector<uint8_t> bytes = fitted_bytes(image, preprocessing_, picture_);
  std::transform(bytes.begin(), bytes.end(), pixels, [](uint8_t byte) { return static_cast<float>(byte) / 255.0f; });
}

void PreparedDataset::read(int64_t index, float* pixels) const {
  if (fits_) {
    data_->read(index, pixels);
  } else {
    fit(index, pixels);
  }
  const int64_t count = picture_.count(), plane = count / picture_[0];
  if (preprocessing_.order == Preprocessing::Order::rgb && preprocessing_.scale == 1.0 / 255) {
    normalization_.apply(picture_, pixels);
  } else {
    if (preprocessing_.order == Preprocessing::Order::bgr) std::swap_ranges(pixels, pixels + plane, pixels + 2 * plane);
    for (int64_t i = 0; i < count; ++i) {
      const size_t channel = static_cast<size_t>(i / plane);
      // The stored values are whole numbers again before they are scaled.
      const double stored = std::nearbyint(double{pixels[i]} * 255 * 1024) / 1024;
      float value = static_cast<float>(stored * preprocessing_.scale);
      if (!preprocessing_.mean.empty()) value -= preprocessing_.mean[channel];
      if (!preprocessing_.stddev.empty()) value /= preprocessing_.stddev[channel];
      pixels[i] = value;
    }
  }
  if (!channels_last_) return;
  const std::vector<float> planes(pixels, pixels + count);
  for (int64_t i = 0; i < count; ++i) pixels[i % plane * picture_[0] + i / plane] = planes[static_cast<size_t>(i)];
}

}  // namespace striate
