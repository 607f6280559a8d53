#include "engine/training/data/augment.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/error.h"
#include "engine/nearest_word.h"
#include "kernels/random.h"

namespace striate {
namespace {

constexpr uint64_t kAugmentSequence = uint64_t{0xA6} << 56;

struct Setting {
  const char* word;
  float Augmentation::*value;
  float most;
};
constexpr Setting kSettings[] = {{"shift", &Augmentation::shift, 64},
                                 {"rotate", &Augmentation::rotate, 180},
                                 {"scale", &Augmentation::scale, 0.5f},
                                 {"brightness", &Augmentation::brightness, 1},
                                 {"contrast", &Augmentation::contrast, 0.9f}};

std::vector<std::string> words() {
  std::vector<std::string> all;
  for (const Setting& setting : kSettings) all.push_back(setting.word);
  all.push_back("flip");
  return all;
}

}  // namespace

bool Augmentation::empty() const { return *this == Augmentation(); }

Augmentation Augmentation::parse(const std::string& text) {
  Augmentation result;
  size_t at = 0;
  const auto next = [&]() -> std::string {
    while (at < text.size() && (text[at] == ' ' || text[at] == ',')) ++at;
    const size_t begin = at;
    while (at < text.size() && text[at] != ' ' && text[at] != ',') ++at;
    return text.substr(begin, at - begin);
  };
  for (std::string word = next(); !word.empty(); word = next()) {
    if (word == "flip") {
      result.flip = true;
      continue;
    }
    const Setting* setting =
        std::find_if(std::begin(kSettings), std::end(kSettings), [&](const Setting& s) { return word == s.word; });
    if (setting == std::end(kSettings))
      throw Error(fmt::format("augmentation \"{}\": there is no \"{}\"", text, word), nearest_hint(word, words()));
    const std::string number = next();
    float value = 0;
    const auto [stop, problem] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (problem != std::errc() || stop != number.data() + number.size() || !(value >= 0 && value <= setting->most))
      throw Error(fmt::format("augmentation \"{}\": {} cannot be \"{}\"", text, word, number),
                  fmt::format("a number from 0 to {}", setting->most));
    result.*setting->value = value;
  }
  return result;
}

std::string Augmentation::text() const {
  std::string result;
  for (const Setting& setting : kSettings)
    if (this->*setting.value != 0)
      result += fmt::format("{}{} {}", result.empty() ? "" : " ", setting.word, this->*setting.value);
  if (flip) result += result.empty() ? "flip" : " flip";
  return result;
}

Augmentation::Change Augmentation::change(uint64_t seed, uint64_t draw) const {
  Random random(seed, kAugmentSequence + draw);
  Change change;
  // Every number is drawn whether it is needed or not, so that switching one change off leaves the others as they are.
  change.shift_x = shift * random.between(-1, 1);
  change.shift_y = shift * random.between(-1, 1);
  const float angle = rotate * random.between(-1, 1) * 3.14159265f / 180;
  const float size = std::exp(std::log1p(scale) * random.between(-1, 1));
  change.cosine = std::cos(angle) / size;
  change.sine = std::sin(angle) / size;
  change.flip = random.unit() < 0.5f && flip;
  change.brightness = brightness * random.between(-1, 1);
  change.contrast = 1 + contrast * random.between(-1, 1);
  return change;
}

void Augmentation::apply(float* pixels, const Shape& shape, uint64_t seed, uint64_t draw) const {
  if (empty() || shape.rank() != 3) return;
  const Change c = change(seed, draw);
  const int channels = static_cast<int>(shape[0]), height = static_cast<int>(shape[1]);
  const int width = static_cast<int>(shape[2]), plane = height * width;
  const bool moves = shift != 0 || rotate != 0 || scale != 0 || c.flip;
  std::vector<float> source;
  if (moves) source.assign(pixels, pixels + shape.count());
  const float middle_x = static_cast<float>(width - 1) / 2, middle_y = static_cast<float>(height - 1) / 2;
  for (int y = 0; moves && y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const float dx = static_cast<float>(x) - middle_x - c.shift_x, dy = static_cast<float>(y) - middle_y - c.shift_y;
      float from_x = c.cosine * dx + c.sine * dy;
      if (c.flip) from_x = -from_x;
      from_x = std::clamp(from_x + middle_x, 0.0f, static_cast<float>(width - 1));
      const float from_y = std::clamp(c.cosine * dy - c.sine * dx + middle_y, 0.0f, static_cast<float>(height - 1));
      const int x0 = static_cast<int>(from_x), y0 = static_cast<int>(from_y);
      const int x1 = std::min(x0 + 1, width - 1), y1 = std::min(y0 + 1, height - 1);
      const float tx = from_x - static_cast<float>(x0), ty = from_y - static_cast<float>(y0);
      for (int k = 0; k < channels; ++k) {
        const float* p = source.data() + k * plane;
        const float top = p[y0 * width + x0] + (p[y0 * width + x1] - p[y0 * width + x0]) * tx;
        const float bottom = p[y1 * width + x0] + (p[y1 * width + x1] - p[y1 * width + x0]) * tx;
        pixels[k * plane + y * width + x] = top + (bottom - top) * ty;
      }
    }
  }
  if (brightness == 0 && contrast == 0) return;
  double sum = 0;
  for (int64_t i = 0; i < shape.count(); ++i) sum += static_cast<double>(pixels[i]);
  const float mean = static_cast<float>(sum / static_cast<double>(shape.count()));
  for (int64_t i = 0; i < shape.count(); ++i)
    pixels[i] = std::clamp((pixels[i] - mean) * c.contrast + mean + c.brightness, 0.0f, 1.0f);
}

Augment Augmentation::function() const {
  if (empty()) return nullptr;
  return [self = *this](float* pixels, const Shape& shape, uint64_t seed, uint64_t draw) {
    self.apply(pixels, shape, seed, draw);
  };
}

}  // namespace striate
