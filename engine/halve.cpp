#include "engine/halve.h"

#include "kernels/threads.h"

namespace striate {

void halve(const uint8_t* from, int64_t from_stride, int width, int height, int channels, uint8_t* to,
           int64_t to_stride) {
  parallel_for((height + 1) / 2, [=](int64_t begin, int64_t end) {
    for (int64_t y = begin; y < end; ++y) {
      const uint8_t* a = from + 2 * y * from_stride;
      const uint8_t* b = 2 * y + 1 < height ? a + from_stride : a;
      uint8_t* out = to + y * to_stride;
      for (int x = 0; x + 1 < width; x += 2) {
        for (int c = 0; c < channels; ++c)
          out[c] = static_cast<uint8_t>((a[c] + a[c + channels] + b[c] + b[c + channels] + 2) / 4);
        a += 2 * channels, b += 2 * channels, out += channels;
      }
      if (width % 2 == 1) {
        for (int c = 0; c < channels; ++c) out[c] = static_cast<uint8_t>((a[c] + b[c] + 1) / 2);
      }
    }
  });
}

std::vector<uint8_t> halved(const std::vector<uint8_t>& from, int* width, int* height, int channels) {
  const int w = (*width + 1) / 2, h = (*height + 1) / 2;
  std::vector<uint8_t> half(static_cast<size_t>(w) * static_cast<size_t>(h) * static_cast<size_t>(channels));
  halve(from.data(), static_cast<int64_t>(*width) * channels, *width, *height, channels, half.data(),
        static_cast<int64_t>(w) * channels);
  *width = w, *height = h;
  return half;
}

}  // namespace striate
