#include "engine/training/data/dataset.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/error.h"

namespace striate {

const std::vector<std::string>& Dataset::regions() const {
  static const std::vector<std::string> none;
  return none;
}

MemoryDataset::MemoryDataset(std::string name, Shape shape, std::vector<float> pixels, std::vector<int> labels,
                             std::vector<std::string> classes)
    : name_(std::move(name)),
      shape_(shape),
      pixels_(std::move(pixels)),
      labels_(std::move(labels)),
      classes_(std::move(classes)) {
  if (labels_.empty()) throw Error(fmt::format("{}: no samples", name_), "a data set needs one sample at least");
  if (static_cast<int64_t>(pixels_.size()) != size() * shape_.count())
    throw Error(fmt::format("{}: {} values for {} samples of {}", name_, pixels_.size(), labels_.size(), shape_.text()),
                fmt::format("{} values are needed", size() * shape_.count()));
  for (const int label : labels_)
    if (label < 0 || label >= static_cast<int>(classes_.size()))
      throw Error(fmt::format("{}: there is a label {}, and {} classes", name_, label, classes_.size()),
                  "labels count from 0");
}

void MemoryDataset::read(int64_t index, float* pixels) const {
  const int64_t count = shape_.count();
  std::copy_n(pixels_.data() + index * count, count, pixels);
}

void MemoryDataset::set_regions(std::vector<std::string> names, std::vector<int> region) {
  if (region.size() != labels_.size())
    throw Error(fmt::format("{}: {} regions for {} samples", name_, region.size(), labels_.size()), "one for each");
  for (const int each : region)
    if (each < -1 || each >= static_cast<int>(names.size()))
      throw Error(fmt::format("{}: there is a region {}, and {} names", name_, each, names.size()),
                  "regions count from 0");
  regions_ = std::move(names);
  region_ = std::move(region);
}

std::string Normalization::text() const {
  return empty() ? "none" : fmt::format("mean {} std {}", fmt::join(mean, ","), fmt::join(stddev, ","));
}

Normalization Normalization::parse(const std::string& text) {
  if (text == "none") return {};
  const auto fail = [&](const char* what) {
    throw Error(fmt::format("normalization \"{}\": {}", text, what), "mean 0.485,0.456,0.406 std 0.229,0.224,0.225");
  };
  Normalization result;
  std::vector<float>* list = nullptr;
  std::string word;
  for (const char c : text + ' ') {
    if (c != ' ' && c != ',') {
      word += c;
      continue;
    }
    if (word == "mean" || word == "std") {
      list = word == "mean" ? &result.mean : &result.stddev;
    } else if (!word.empty()) {
      float value = 0;
      const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), value);
      if (list == nullptr || problem != std::errc() || end != word.data() + word.size() || !std::isfinite(value))
        fail("not lists of numbers");
      list->push_back(value);
    }
    word.clear();
  }
  if (result.mean.empty() || result.mean.size() != result.stddev.size()) fail("as many values of std as of mean");
  for (const float stddev : result.stddev)
    if (!(stddev > 0)) fail("std must be above 0");
  return result;
}

void Normalization::apply(const Shape& shape, float* pixels) const {
  if (empty()) return;
  const int64_t channels = shape.rank() > 0 ? shape[0] : 1;
  check(static_cast<int64_t>(mean.size()) == channels && stddev.size() == mean.size(),
        "normalization of {} channels for pictures of {}", mean.size(), shape.text());
  const int64_t plane = shape.count() / channels;
  for (int64_t c = 0; c < channels; ++c) {
    const float m = mean[static_cast<size_t>(c)], d = stddev[static_cast<size_t>(c)];
    for (int64_t i = 0; i < plane; ++i) pixels[c * plane + i] = (pixels[c * plane + i] - m) / d;
  }
}

Normalization Normalization::measure(const Dataset& data, const std::vector<int64_t>& indices, int64_t most) {
  Normalization result;
  const Shape shape = data.shape();
  const int64_t all = static_cast<int64_t>(indices.size());
  const int64_t samples = std::min(all, std::max<int64_t>(1, most));
  if (samples == 0 || shape.rank() == 0) return result;
  const int64_t channels = shape[0], plane = shape.count() / channels;
  std::vector<double> sum(static_cast<size_t>(channels)), square(static_cast<size_t>(channels));
  std::vector<float> pixels(static_cast<size_t>(shape.count()));
  for (int64_t s = 0; s < samples; ++s) {
    data.read(indices[static_cast<size_t>(s * all / samples)], pixels.data());
    for (int64_t c = 0; c < channels; ++c) {
      double a = 0, b = 0;
      for (int64_t i = 0; i < plane; ++i) {
        const double value = static_cast<double>(pixels[static_cast<size_t>(c * plane + i)]);
        a += value;
        b += value * value;
      }
      sum[static_cast<size_t>(c)] += a;
      square[static_cast<size_t>(c)] += b;
    }
  }
  const double count = static_cast<double>(samples) * static_cast<double>(plane);
  for (size_t c = 0; c < sum.size(); ++c) {
    const double mean = sum[c] / count;
    const double variance = std::max(0.0, square[c] / count - mean * mean);
    // What rounding leaves of a constant channel is no deviation.
    const double stddev = variance > 1e-12 * std::max(1.0, mean * mean) ? std::sqrt(variance) : 1;
    result.mean.push_back(static_cast<float>(mean));
    result.stddev.push_back(static_cast<float>(stddev));
  }
  return result;
}

}  // namespace striate
