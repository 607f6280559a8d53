#include "engine/training/data/digits.h"

#include "engine/training/data/digit_glyphs.h"

namespace striate {
namespace {

constexpr uint64_t kDigitSequence = uint64_t{0xD1} << 56;

std::vector<Stroke> write_digit(int digit, Random& random, const DigitStyle& style) {
  const size_t glyph = choose_glyph(digit_glyphs(digit), random);
  return write_glyph(digit_strokes(digit, glyph), random, style);
}

}  // namespace

void draw_digit(int digit, uint64_t seed, uint64_t index, const DigitStyle& style, float* pixels) {
  Random random(seed, kDigitSequence + index);
  std::vector<Stroke> strokes = write_digit(digit, random, style);
  ink_writing(std::move(strokes), random, style, pixels);
}

std::vector<Stroke> pen_of_digit(int digit, uint64_t seed, uint64_t index, const DigitStyle& style) {
  Random random(seed, kDigitSequence + index);
  return write_digit(digit, random, style);
}

Digits::Digits(int64_t size, uint64_t seed, const DigitStyle& style)
    : DrawnDataset("digits", Shape{1, kWrittenSide, kWrittenSide}, {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
                   size, seed),
      style_(style) {}

void Digits::draw(int64_t index, int label, float* pixels) const {
  draw_digit(label, seed(), static_cast<uint64_t>(index), style_, pixels);
}

}  // namespace striate
