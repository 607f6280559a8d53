// Small valid picture files of every format, made here byte by byte, for tests that cut, damage and compare them.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/files/image_file.h"
#include "tests/test_folder.h"

namespace striate {

using FileBytes = std::vector<uint8_t>;

struct SmallImage {
  std::string name;  // "bmp_8_bit_runs", also the test's parameter name
  std::string format;
  int width, height, channels, bits;
  FileBytes file;
};

// At least one of every format and of every way in which it stores pixels.
const std::vector<SmallImage>& small_images();

// The one with this name; fails the test where there is none.
const SmallImage& small_image(const std::string& name);

// A picture of the program's own with values that differ in every pixel and channel.
Image test_image(int width, int height, int channels, int bits = 8);

FileBytes png_chunk(const std::string& kind, const FileBytes& data);  // with its CRC
FileBytes png_file(int width, int height, int bits, int color, const FileBytes& rows, bool interlaced = false,
                   const FileBytes& before_pixels = {});  // rows with filter bytes
FileBytes webp_file(const Image& image, bool lossless);   // RGB or RGBA
FileBytes jpeg_with_exif(int width, int height, int orientation, bool little_endian);
FileBytes file_of(const std::string& path);
void write_file(const std::string& path, const FileBytes& bytes);

inline ImagePtr read(const FileBytes& file, const ImageLimits& limits = {}) {
  return read_image(file.data(), file.size(), "test", limits);
}

// The error that reading throws, "WHAT | HINT"; empty where it throws none.
std::string error_of(const FileBytes& file, const ImageLimits& limits = {});

}  // namespace striate
