// stb_image and stb_image_write, behind a small door: stb.cpp is the only file that includes them.
// stb_image is fast and forgiving: given a broken file it returns part of a picture, reads tables that were never
// defined, or computes with numbers that overflow. So it never sees a file as it is: png.cpp and jpeg.cpp check
// every rule that they can and hand over a clean copy of what the decoder needs, and nothing else.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/image.h"

namespace striate {

// Decodes a PNG or JPEG into the image's pixels: width, height, channels (`channels` of them), bits, bytes or wide.
// The decoder's memory is adopted, not copied. Throws Error{this FORMAT is damaged: the decoder's reason}.
void stb_decode(const char* format, std::span<const uint8_t> file, int channels, int bits, Image& image);

// The picture as a JPEG file; alpha is not written (JPEG has none). quality: 1..100.
std::vector<uint8_t> stb_encode_jpeg(const Image& image, int quality);

}  // namespace striate
