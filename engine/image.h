// A picture as it came out of its file: interleaved rows of 1 to 4 channels, 8
// or 16 bits each, top row first. Images are immutable once shared
// (`std::shared_ptr<const Image>`): pages, workers and the screen read the same
// one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/pixel_buffer.h"

namespace striate {

struct Image {
  int width = 0;     // columns, 1 or more
  int height = 0;    // rows, 1 or more
  int channels = 0;  // 1 gray, 2 gray + alpha, 3 RGB, 4 RGB + alpha; alpha is
                     // not premultiplied
  int bits = 8;      // 8 or 16 per channel, as stored in the file

  // width * height * channels values, channels interleaved (HWC). 8-bit values,
  // always present: where the file has 16 bits per channel this is value16 /
  // 257 rounded to nearest, and `wide` holds the full values. PixelBuffer is
  // used as a std::vector is; it can take over a decoder's memory without a
  // copy.
  PixelBuffer<uint8_t> bytes;
  PixelBuffer<uint16_t> wide;  // empty unless bits == 16

  std::string name;                // file name without folder, or the name of a picture that
                                   // the program made
  std::string path;                // where it was read from; empty for a picture that the program made
  std::string format;              // "PNG", "JPEG", "BMP", "GIF", "TGA", "PNM", "PSD", "TIFF", "WebP", or
                                   // "made here"
  std::vector<std::string> notes;  // what a user should know: "first of 12
                                   // frames", "turned as EXIF says (6)", ...

  bool has_alpha() const { return channels == 2 || channels == 4; }
  int color_channels() const { return channels >= 3 ? 3 : 1; }
  size_t value_count() const { return static_cast<size_t>(width) * height * channels; }
  const uint8_t* at(int x, int y) const { return bytes.data() + (static_cast<size_t>(y) * width + x) * channels; }
};

using ImagePtr = std::shared_ptr<const Image>;

// The 12 x 16 portrait that the course opens with, gray, as the slide prints
// it.
ImagePtr portrait();

}  // namespace striate
