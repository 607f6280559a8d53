#include "engine/training/data/digit_windows.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "kernels/random.h"

namespace striate {
namespace {

constexpr int kSide = 28;
constexpr uint64_t kChoice = uint64_t{0xC1} << 56, kChange = uint64_t{0xC2} << 56, kRow = uint64_t{0xC3} << 56;
constexpr float kInk = 0.15f;

float normal(Random& random) { return static_cast<float>(std::clamp(random.normal(), -2.2, 2.2)); }

// First and last column with ink; first after last where there is none.
std::pair<int, int> ink_columns(const std::vector<float>& digit) {
  int first = kSide, last = -1;
  for (int i = 0; i < kSide * kSide; ++i) {
    if (digit[static_cast<size_t>(i)] < kInk) continue;
    first = std::min(first, i % kSide), last = std::max(last, i % kSide);
  }
  return {first, last};
}

float mass_column(const std::vector<float>& digit) {
  double mass = 1e-9, sum = 0;
  for (int i = 0; i < kSide * kSide; ++i) {
    mass += static_cast<double>(digit[static_cast<size_t>(i)]);
    sum += static_cast<double>(digit[static_cast<size_t>(i)]) * (i % kSide + 0.5);
  }
  return static_cast<float>(sum / mass);
}

std::vector<float> changed(const std::vector<float>& digit, const WindowStyle& style, Random& random) {
  const float angle = style.turn * normal(random) * 3.14159265f / 180;
  const float wide = std::exp(style.scale * normal(random)), high = std::exp(style.scale * normal(random));
  const float slant = style.slant * normal(random);
  const float cosine = std::cos(angle), sine = std::sin(angle);
  std::vector<float> out(digit.size());
  const auto at = [&](int y, int x) {
    return y < 0 || x < 0 || y >= kSide || x >= kSide ? 0.0f : digit[static_cast<size_t>(y * kSide + x)];
  };
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const float dx = static_cast<float>(x) - 13.5f, dy = static_cast<float>(y) - 13.5f;
      const float turned_x = cosine * dx + sine * dy, turned_y = cosine * dy - sine * dx;
      const float from_x = (turned_x + slant * turned_y) / wide + 13.5f, from_y = turned_y / high + 13.5f;
      const int x0 = static_cast<int>(std::floor(from_x)), y0 = static_cast<int>(std::floor(from_y));
      const float tx = from_x - static_cast<float>(x0), ty = from_y - static_cast<float>(y0);
      out[static_cast<size_t>(y * kSide + x)] = (at(y0, x0) * (1 - tx) + at(y0, x0 + 1) * tx) * (1 - ty) +
                                                (at(y0 + 1, x0) * (1 - tx) + at(y0 + 1, x0 + 1) * tx) * ty;
    }
  }
  if (random.unit() >= style.thicken) return out;
  const float by = random.between(-0.7f, 1);  // below 0: thinner
  std::vector<float> lines = out;
  for (int y = 1; y + 1 < kSide; ++y) {
    for (int x = 1; x + 1 < kSide; ++x) {
      const size_t i = static_cast<size_t>(y * kSide + x);
      const float most = std::max({out[i], out[i - 1], out[i + 1], out[i - kSide], out[i + kSide]});
      const float least = std::min({out[i], out[i - 1], out[i + 1], out[i - kSide], out[i + kSide]});
      lines[i] = by > 0 ? out[i] + by * (most - out[i]) : out[i] - by * (least - out[i]);
    }
  }
  return lines;
}

// Adds a digit to a picture, its left upper corner there; what falls outside is lost.
void paste(const std::vector<float>& digit, int left, int top, int width, int height, float* picture) {
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const int to_x = left + x, to_y = top + y;
      if (to_x < 0 || to_y < 0 || to_x >= width || to_y >= height) continue;
      float& to = picture[to_y * width + to_x];
      to = std::max(to, digit[static_cast<size_t>(y * kSide + x)]);
    }
  }
}

}  // namespace

DigitRow row_of_digits(const std::vector<std::vector<float>>& digits, float gap, int margin, uint64_t seed) {
  Random random(seed, kRow);
  std::vector<int> lefts;
  DigitRow row;
  float next = static_cast<float>(margin);
  for (const std::vector<float>& digit : digits) {
    const auto [first, last] = ink_columns(digit);
    const int left = static_cast<int>(std::lround(next)) - (last < first ? 0 : first);
    lefts.push_back(left);
    row.centers.push_back(static_cast<float>(left) + mass_column(digit));
    next +=
        static_cast<float>(last < first ? 8 : last - first + 1) + std::max(0.0f, gap + 1.5f * random.between(-1, 1));
  }
  row.width = static_cast<int>(std::ceil(next)) + margin;
  row.width = std::max(kWindowSide, (row.width + 3) / 4 * 4);
  row.pixels.assign(static_cast<size_t>(kWindowSide) * static_cast<size_t>(row.width), 0.0f);
  for (size_t i = 0; i < digits.size(); ++i) {
    const int top = 2 + static_cast<int>(random.below(3)) - 1;
    paste(digits[i], lefts[i], top, row.width, kWindowSide, row.pixels.data());
  }
  return row;
}

int DigitPool::label(int64_t i) const {
  const auto& [set, index] = samples[static_cast<size_t>(i)];
  return sets[static_cast<size_t>(set)]->label(index);
}
std::vector<float> DigitPool::read(int64_t i) const {
  const auto& [set, index] = samples[static_cast<size_t>(i)];
  std::vector<float> pixels(kSide * kSide);
  sets[static_cast<size_t>(set)]->read(index, pixels.data());
  return pixels;
}

DigitWindows::DigitWindows(DigitPool pool, int64_t size, uint64_t seed, const WindowStyle& style, int side)
    : pool_(std::move(pool)), size_(size), seed_(seed), style_(style), side_(side) {
  check(!pool_.samples.empty() && (side == kSide || side == kWindowSide), "windows of nothing");
  for (int i = 0; i < 10; ++i) classes_.push_back(std::to_string(i));
}

DigitWindows::Chosen DigitWindows::choose(int64_t index) const {
  Random random(seed_, kChoice + static_cast<uint64_t>(index));
  const bool none = random.unit() < style_.none;
  return {none, random.below(static_cast<uint32_t>(pool_.samples.size()))};
}

int DigitWindows::label(int64_t index) const {
  const Chosen chosen = choose(index);
  return chosen.none ? 10 : pool_.label(chosen.digit);
}

void DigitWindows::read(int64_t index, float* pixels) const {
  const Chosen chosen = choose(index);
  Random random(seed_, kChange + static_cast<uint64_t>(index));
  std::vector<float> window(kWindowSide * kWindowSide, 0.0f);
  const auto any = [&] {
    return changed(pool_.read(random.below(static_cast<uint32_t>(pool_.samples.size()))), style_, random);
  };
  const bool plain = !chosen.none && random.unit() < style_.plain;
  std::vector<float> digit = pool_.read(chosen.digit);
  if (!plain) digit = changed(digit, style_, random);
  const auto [first, last] = ink_columns(digit);
  const int top = 2 + (plain ? 0 : static_cast<int>(std::lround(style_.shift * random.between(-1, 1))));
  int left = 2 + (plain ? 0 : static_cast<int>(std::lround(style_.shift * random.between(-1, 1))));
  bool beside_left = !plain && random.unit() < style_.neighbors,
       beside_right = !plain && random.unit() < style_.neighbors;
  const float gap = random.between(0, 9);
  if (chosen.none) {
    const float kind = random.unit();
    if (kind < 0.06f) {
      digit.assign(digit.size(), 0.0f);
      beside_left = beside_right = false;
    } else {  // beside the middle: between two digits, or behind the last of them
      const float center = mass_column(digit);
      const bool to_the_right = random.unit() < 0.5f;
      const float edge = to_the_right ? static_cast<float>(first) - center : static_cast<float>(last) + 1 - center;
      // The middle of the window lies in the gap, and no less than 5.5 columns from the digit's own middle.
      const float away = std::max(5.5f, std::fabs(edge) + (kind < 0.7f ? gap / 2 : random.between(0, 9)));
      left = static_cast<int>(std::lround(16 - center + (to_the_right ? away : -away)));
      if (to_the_right) {
        beside_left = kind < 0.7f;
      } else {
        beside_right = kind < 0.7f;
      }
    }
  }
  paste(digit, left, top, kWindowSide, kWindowSide, window.data());
  for (const bool right : {false, true}) {
    if (!(right ? beside_right : beside_left)) continue;
    const std::vector<float> other = any();
    const auto [begin, end] = ink_columns(other);
    if (end < begin || last < first) continue;
    int away = static_cast<int>(std::lround(gap));
    const float center = mass_column(other);
    int to = right ? left + last + 1 + away - begin : left + first - 1 - away - end;
    // No other digit may stand in the middle, or as near to it as one that is to be read.
    while (std::fabs(static_cast<float>(to) + center - 16) < 6.5f) to += right ? 1 : -1;
    paste(other, to, top + static_cast<int>(random.below(3)) - 1, kWindowSide, kWindowSide, window.data());
  }
  if (!plain && random.unit() < style_.noise) {
    const float share = 0.25f * random.unit();
    for (float& v : window) {
      if (random.unit() < share) v = random.unit();
    }
  }
  const int border = (kWindowSide - side_) / 2;
  for (int y = 0; y < side_; ++y) {
    std::copy_n(window.data() + (y + border) * kWindowSide + border, side_, pixels + y * side_);
  }
}

}  // namespace striate
