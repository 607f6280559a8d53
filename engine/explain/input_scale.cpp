#include "engine/explain/input_scale.h"

#include <fmt/format.h>

#include "engine/error.h"

namespace striate {

InputScale::InputScale(const ModelFile& file, const Shape& picture)
    : plane_(static_cast<size_t>(picture[1] * picture[2])) {
  const Normalization& normal = file.info.normalization;
  const auto channels = static_cast<size_t>(picture[0]);
  last_ = file.channels_last();
  swapped_ = file.preprocessing.order == Preprocessing::Order::bgr && channels == 3;
  for (size_t c = 0; c < channels; ++c) {
    mean_.push_back(c < normal.mean.size() ? normal.mean[c] : 0);
    stddev_.push_back(c < normal.stddev.size() ? normal.stddev[c] : 1);
  }
}

template <typename F>
void InputScale::each(const F& f) const {
  const size_t channels = mean_.size();
  for (size_t c = 0; c < channels; ++c) {
    const size_t color = swapped_ ? channels - 1 - c : c;
    for (size_t i = 0; i < plane_; ++i) f(color * plane_ + i, last_ ? i * channels + c : c * plane_ + i, c);
  }
}

std::vector<float> InputScale::input(const std::vector<float>& pixels) const {
  std::vector<float> values(pixels.size());
  each([&](size_t pixel, size_t value, size_t c) { values[value] = (pixels[pixel] - mean_[c]) / stddev_[c]; });
  return values;
}

std::vector<float> InputScale::back(const std::vector<float>& gradient) const {
  std::vector<float> pixels(gradient.size());
  each([&](size_t pixel, size_t value, size_t c) { pixels[pixel] = gradient[value] / stddev_[c]; });
  return pixels;
}

void need_pictures(const OpenNetworkInfo& info) {
  if (info.picture.rank() == 3 && (info.picture[0] == 1 || info.picture[0] == 3)) return;
  throw Error(fmt::format("{} takes {}, not pictures", info.name, info.architecture.input().text()),
              "choose a model for pictures of 1 or 3 channels");
}

}  // namespace striate
