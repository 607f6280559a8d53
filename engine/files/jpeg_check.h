// The structure of a JPEG file, checked marker by marker, and the clean copy of it that the decoder gets. Used by
// jpeg.cpp.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/files/formats.h"

namespace striate {

struct JpegComponent {
  int id = 0, across = 1, down = 1, quantization = 0;
  int64_t blocks_across = 0, blocks_down = 0;  // of its own samples, 8 x 8
  bool scanned = false;
};

struct CheckedJpeg {
  int64_t width = 0, height = 0;
  bool progressive = false;
  std::vector<JpegComponent> components;
  int64_t units_across = 0, units_down = 0;  // interleaved units (MCU)
  int adobe_transform = -1;                  // -1: no Adobe marker
  int orientation = 1;
  bool has_exif = false;
  bool quantization[4] = {}, dc[4] = {}, ac[4] = {};
  int scans = 0;
  int64_t blocks = 0;         // over all scans
  std::vector<uint8_t> copy;  // what stb_image gets
};

// Walks the markers: up to the frame header, or the whole file. Throws Error (see jpeg.cpp for the rules).
CheckedJpeg check_jpeg(Bytes bytes, bool header_only);

}  // namespace striate
