// PNM (netpbm's PBM, PGM, PPM), written as text (P1 P2 P3) and as bytes (P4 P5 P6).
// Read here and not by stb_image, which reads P5 and P6 only, takes values as they are whatever the largest value
// is, and, up to 2.27, leaves 16-bit values in the file's byte order.
//
// The format: "P" and a digit; width, height and, except for P1 and P4, the largest value (1..65535), as decimal
// numbers with white space between them, '#' starts a comment up to the end of its line; one white space; the pixels:
//   P4       rows of bits, most significant first, each row padded to a byte; 1 is black
//   P5, P6   1 or 3 values a pixel, a byte each, two (high first) where the largest value is over 255
//   P1..P3   the same as decimal numbers (P1: the digits need no space between them)
// Values are scaled so that the largest one is 255 (65535 where it is over 255), rounded to nearest.
// A text may end with its last digit, so one that is cut inside its last number cannot be told from a whole one.
// What follows the first picture of a file (P4..P6 may hold several) is not read.
#include "engine/files/formats.h"

#include <algorithm>

namespace striate {
namespace {

constexpr const char* kName = "PNM";

bool is_space(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

struct Header {
  int kind = 0;  // 1..6
  int64_t width = 0, height = 0;
  uint32_t largest = 1;
  size_t pixels = 0;  // where they begin
  int channels() const { return kind == 3 || kind == 6 ? 3 : 1; }
  int bits() const { return largest > 255 ? 16 : 8; }
};

// The next decimal number; comments and white space before it are skipped, what follows it is not.
// The number must be followed by something, unless `at_end` allows the file to end with it.
int64_t number(ByteReader& reader, const char* what, int64_t most, bool at_end = false) {
  uint8_t c = reader.u8();
  while (is_space(c) || c == '#') {
    if (c == '#') {
      while (c != '\n' && c != '\r') c = reader.u8();
    }
    c = reader.u8();
  }
  if (c < '0' || c > '9') fail_corrupt(kName, fmt::format("its {} is not a number", what));
  int64_t value = 0;
  for (;;) {
    value = value * 10 + (c - '0');
    if (value > most) fail_corrupt(kName, fmt::format("its {} is larger than {}", what, most));
    if (at_end && reader.left() == 0) return value;
    c = reader.u8();
    if (c < '0' || c > '9') break;
  }
  if (!is_space(c) && c != '#') fail_corrupt(kName, fmt::format("something else follows its {}", what));
  reader.seek(reader.position() - 1);
  return value;
}

Header parse(Bytes bytes) {
  ByteReader reader(bytes, kName, "in its header");
  Header header;
  reader.skip(1);
  header.kind = reader.u8() - '0';
  header.width = number(reader, "width", 2147483647);
  header.height = number(reader, "height", 2147483647);
  if (header.kind != 1 && header.kind != 4) {
    header.largest = static_cast<uint32_t>(number(reader, "largest value", 65535));
    if (header.largest == 0) fail_corrupt(kName, "its largest value is 0");
  }
  // One white space ends the header; a comment may stand before it.
  uint8_t c = reader.u8();
  if (c == '#') {
    while (c != '\n' && c != '\r') c = reader.u8();
  }
  header.pixels = reader.position();
  return header;
}

bool matches(Bytes start) {
  return start.size() >= 2 && start[0] == 'P' && start[1] >= '1' && start[1] <= '6' &&
         (start.size() == 2 || is_space(start[2]) || start[2] == '#');
}

ImageHeader read_header(Bytes bytes, bool) {
  const Header header = parse(bytes);
  return {kName, header.width, header.height, header.channels(), header.bits()};
}

void read_bits(const Header& header, ByteReader& reader, Image& image) {
  for (int64_t y = 0; y < header.height; ++y) {
    const Bytes row = reader.take((header.width + 7) / 8);
    uint8_t* to = image.bytes.data() + y * header.width;
    for (int64_t x = 0; x < header.width; ++x) to[x] = (row[x / 8] >> (7 - x % 8)) & 1 ? 0 : 255;
  }
}

void read_text(const Header& header, ByteReader& reader, Image& image) {
  const size_t count = image.value_count();
  const uint32_t full = header.bits() == 16 ? 65535 : 255;
  for (size_t i = 0; i < count; ++i) {
    if (header.kind == 1) {
      uint8_t c = reader.u8();
      while (is_space(c) || c == '#') {
        if (c == '#') {
          while (c != '\n' && c != '\r') c = reader.u8();
        }
        c = reader.u8();
      }
      if (c != '0' && c != '1') fail_corrupt(kName, "a pixel is neither 0 nor 1");
      image.bytes[i] = c == '1' ? 0 : 255;
      continue;
    }
    const uint32_t value = static_cast<uint32_t>(number(reader, "pixel value", header.largest, i + 1 == count));
    const uint32_t scaled = (value * full + header.largest / 2) / header.largest;  // at most 65535 * 65535 + 32767
    if (full == 255) {
      image.bytes[i] = static_cast<uint8_t>(scaled);
    } else {
      image.wide[i] = static_cast<uint16_t>(scaled);
    }
  }
}

void read_bytes(const Header& header, ByteReader& reader, Image& image) {
  const size_t count = image.value_count();
  const uint32_t largest = header.largest;
  if (header.bits() == 8) {
    const Bytes values = reader.take(count);
    uint8_t scaled[256];
    for (uint32_t v = 0; v < 256; ++v)
      scaled[v] = static_cast<uint8_t>((std::min(v, largest) * 255 + largest / 2) / largest);
    for (size_t i = 0; i < count; ++i) image.bytes[i] = scaled[values[i]];
  } else {
    const Bytes values = reader.take(2 * count);
    for (size_t i = 0; i < count; ++i) {
      const uint32_t value = std::min<uint32_t>(values[2 * i] << 8 | values[2 * i + 1], largest);
      image.wide[i] = static_cast<uint16_t>((value * 65535 + largest / 2) / largest);
    }
  }
}

void decode(Bytes bytes, const ImageHeader&, Image& image) {
  const Header header = parse(bytes);
  ByteReader reader(bytes, kName, "before its pixels do");
  reader.seek(header.pixels);
  // Nothing is allocated for pixels that the file is too short to hold.
  const uint64_t pixels = static_cast<uint64_t>(header.width) * header.height;
  const uint64_t values = pixels * header.channels();
  uint64_t least = 0;
  switch (header.kind) {
    case 1:
      least = pixels;
      break;
    case 2:
    case 3:
      least = 2 * values - 1;
      break;
    case 4:
      least = static_cast<uint64_t>((header.width + 7) / 8) * header.height;
      break;
    default:
      least = values * (header.bits() / 8);
      break;
  }
  if (reader.left() < least) fail_ends_early(kName, "before its pixels do");
  allocate_pixels(image, header.width, header.height, header.channels(), header.bits());
  if (header.kind == 4) {
    read_bits(header, reader, image);
  } else if (header.kind <= 3) {
    read_text(header, reader, image);
  } else {
    read_bytes(header, reader, image);
  }
  if (header.largest != 255 && header.largest != 65535 && header.kind != 1 && header.kind != 4) {
    image.notes.push_back(
        fmt::format("values scaled from 0..{} to 0..{}", header.largest, header.bits() == 16 ? 65535 : 255));
  }
}

}  // namespace

const ImageFormat kPnm = {kName, matches, read_header, decode};

}  // namespace striate
