// EXIF orientation: finding it, and turning the picture as it says.
// EXIF is a TIFF structure: "II" or "MM" (byte order), 42, offset of the first directory; a directory is a count and
// entries of 12 bytes (tag, type, count, value). Everything else in it is of no interest here.
#include <algorithm>

#include "engine/files/formats.h"

namespace striate {
namespace {

// Rows and columns changed places. Blocks keep both sides of the copy in the cache.
template <typename T>
PixelBuffer<T> transposed(const PixelBuffer<T>& from, int width, int height, int channels) {
  constexpr int kBlock = 32;
  PixelBuffer<T> to(from.size());
  for (int y0 = 0; y0 < height; y0 += kBlock) {
    for (int x0 = 0; x0 < width; x0 += kBlock) {
      for (int y = y0; y < std::min(height, y0 + kBlock); ++y) {
        for (int x = x0; x < std::min(width, x0 + kBlock); ++x) {
          const T* source = from.data() + (static_cast<size_t>(y) * width + x) * channels;
          T* target = to.data() + (static_cast<size_t>(x) * height + y) * channels;
          for (int c = 0; c < channels; ++c) target[c] = source[c];
        }
      }
    }
  }
  return to;
}

template <typename T>
void mirror(PixelBuffer<T>& pixels, int width, int height, int channels, bool left_right, bool top_bottom) {
  const size_t row = static_cast<size_t>(width) * channels;
  if (left_right) {
    for (int y = 0; y < height; ++y) {
      T* left = pixels.data() + y * row;
      T* right = left + row - channels;
      for (; left < right; left += channels, right -= channels) std::swap_ranges(left, left + channels, right);
    }
  }
  if (top_bottom) {
    for (int y = 0; y < height / 2; ++y) {
      T* upper = pixels.data() + y * row;
      std::swap_ranges(upper, upper + row, pixels.data() + (height - 1 - y) * row);
    }
  }
}

}  // namespace

int exif_orientation(Bytes tiff) {
  if (!starts_with(tiff, "II") && !starts_with(tiff, "MM")) return 1;
  const bool little = tiff[0] == 'I';
  const auto get16 = [&](uint64_t at) -> uint32_t {
    if (at + 2 > tiff.size()) return 0;
    return little ? tiff[at] | tiff[at + 1] << 8 : tiff[at] << 8 | tiff[at + 1];
  };
  const auto get32 = [&](uint64_t at) -> uint64_t {
    const uint64_t first = get16(at), second = get16(at + 2);
    return little ? second << 16 | first : first << 16 | second;
  };
  if (get16(2) != 42) return 1;
  const uint64_t directory = get32(4);
  const uint32_t count = get16(directory);
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t entry = directory + 2 + 12ull * i;
    if (entry + 12 > tiff.size()) break;
    if (get16(entry) != 0x0112) continue;
    const uint32_t type = get16(entry + 2);
    const uint64_t value = type == 3 ? get16(entry + 8) : type == 4 ? get32(entry + 8) : 0;
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

void apply_orientation(Image& image, int orientation) {
  if (orientation < 2 || orientation > 8) return;
  const auto turn = [&](auto& pixels) {
    if (pixels.empty()) return;
    int width = image.width, height = image.height;
    if (orientation >= 5) {
      pixels = transposed(pixels, width, height, image.channels);
      std::swap(width, height);
    }
    // What remains to be mirrored after the transposition that 5 to 8 contain.
    const bool left_right = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    const bool top_bottom = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
    mirror(pixels, width, height, image.channels, left_right, top_bottom);
  };
  turn(image.bytes);
  turn(image.wide);
  if (orientation >= 5) std::swap(image.width, image.height);
  static const char* const kWords[9] = {"",
                                        "",
                                        "mirrored",
                                        "turned by 180 degrees",
                                        "mirrored top to bottom",
                                        "mirrored and turned left",
                                        "turned right by 90 degrees",
                                        "mirrored and turned right",
                                        "turned left by 90 degrees"};
  image.notes.push_back(fmt::format("{}, as its EXIF orientation ({}) says", kWords[orientation], orientation));
}

}  // namespace striate
