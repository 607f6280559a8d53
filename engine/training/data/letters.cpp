#include "engine/training/data/letters.h"

#include "engine/training/data/letter_glyphs.h"

namespace striate {
namespace {

constexpr uint64_t kLetterSequence = uint64_t{0x1E} << 56;

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (int letter = 0; letter < kLetters; ++letter) all.emplace_back(1, static_cast<char>('A' + letter));
  return all;
}

}  // namespace

void draw_letter(int letter, uint64_t seed, uint64_t index, const WritingStyle& style, float* pixels) {
  Random random(seed, kLetterSequence + index);
  const size_t glyph = choose_glyph(letter_glyphs(letter), random);
  ink_writing(write_glyph(letter_strokes(letter, glyph), random, style), random, style, pixels);
}

Letters::Letters(int64_t size, uint64_t seed, const WritingStyle& style)
    : DrawnDataset("letters", Shape{1, kWrittenSide, kWrittenSide}, names(), size, seed), style_(style) {}

void Letters::draw(int64_t index, int label, float* pixels) const {
  draw_letter(label, seed(), static_cast<uint64_t>(index), style_, pixels);
}

}  // namespace striate
