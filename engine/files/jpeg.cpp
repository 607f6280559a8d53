// JPEG (ITU-T T.81): pixels by stb_image, everything around them checked here first.
// stb_image writes past its tables where a Huffman table has too many codes, uses tables that the file does not define,
// goes on where data are missing, and can be kept busy for minutes by thousands of empty scans. So the markers are
// walked, every table and scan is checked, and stb_image gets a clean copy of what it needs. A file without its end
// marker, or with fewer bits than its blocks must have, is an error; damage inside the coded data that leaves them
// decodable cannot be seen, as in every JPEG reader.
//
// The format (big-endian): markers, 0xFF and a byte, most followed by a length (itself included) and data: SOI the
// start, APPn (JFIF, EXIF, Adobe), DQT quantization, DHT Huffman tables, SOF the frame (bits, size, components and
// their sampling), DRI the restart interval, SOS a scan, followed by coded data in which 0xFF is written 0xFF 0x00,
// EOI.
#include "engine/files/formats.h"
#include "engine/files/jpeg_check.h"
#include "engine/files/stb.h"

namespace striate {
namespace {

constexpr const char* kName = "JPEG";

bool matches(Bytes start) { return starts_with(start, "\xFF\xD8") && (start.size() == 2 || start[2] == 0xFF); }

ImageHeader read_header(Bytes bytes, bool) {
  const CheckedJpeg jpeg = check_jpeg(bytes, true);
  return {kName, jpeg.width, jpeg.height, jpeg.components.size() == 1 ? 1 : 3, 8};
}

void decode(Bytes bytes, const ImageHeader& header, Image& image) {
  const CheckedJpeg jpeg = check_jpeg(bytes, false);
  if (jpeg.components.size() == 4) {
    if (jpeg.adobe_transform != 0 && jpeg.adobe_transform != 2) {
      fail_unsupported("this JPEG has four components and does not say which colors they are (no Adobe marker)",
                       "convert it to an RGB JPEG or to PNG");
    }
    image.notes.push_back("CMYK shown as RGB, without a color profile");
  }
  stb_decode(kName, jpeg.copy, header.channels, 8, image);
  apply_orientation(image, jpeg.orientation);
}

}  // namespace

const ImageFormat kJpeg = {kName, matches, read_header, decode};

}  // namespace striate
