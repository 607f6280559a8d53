// Reading and writing picture files: the one place that knows every format (see image_file.cpp for how to add one).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/image.h"

namespace striate {

struct ImageLimits {
  // In millions; 16384 x 16384. A picture larger than this is refused before anything is allocated for it.
  double megapixels = 268.435456;
};

// What a header says, read without decoding any pixel. Size as stored: an EXIF turn by 90 degrees swaps it later.
struct ImageHeader {
  std::string format;  // as Image::format
  int64_t width = 0;
  int64_t height = 0;
  int channels = 0;
  int bits = 8;
};

// Reads the header only. Throws Error for files that are missing, empty, folders, unreadable or of no known format.
ImageHeader read_image_header(const std::string& path);

// Reads a picture: PNG, JPEG (EXIF orientation applied), WebP and GIF (first frame), TIFF, BMP, TGA, PNM, PSD
// (flattened). The format is told by content, the name's ending does not matter. Never part of a picture: a file that
// is cut off is an error. Memory while reading: the file, the picture, and for PNG and JPEG the decoder's own copy of
// the pixels. Throws Error{what, hint}: the file, and the rule it breaks (truncated, corrupt, over the limit,
// unsupported, ...).
ImagePtr read_image(const std::string& path, const ImageLimits& limits = {});
// The same from memory; `name` stands in messages. Used by tests and the fuzz target.
ImagePtr read_image(const uint8_t* data, size_t size, const std::string& name, const ImageLimits& limits = {});

// Writes PNG (16-bit values where the picture has them) or JPEG (quality 1..100, without alpha) by the name's ending,
// atomically: to a temporary file beside it, then renamed. Throws Error where the ending is neither or the file cannot
// be written; an older file of that name is then untouched.
void write_image(const std::string& path, const Image& image, int jpeg_quality = 92);

}  // namespace striate
