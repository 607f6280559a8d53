// TGA (Truevision Targa 2.0): gray, color and palette, stored or run-length coded.
// Read here and not by stb_image, which returns a picture of zeros where a file is cut off, ignores the order of
// columns and skips bytes where the palette's first index asks for entries. A file that is cut off is an error.
//
// The format: 18 bytes of header (below, little-endian); an identification of any text; the palette; the pixels, as
// B G R (A) or palette indices or gray, the rows from the bottom up unless bit 5 of the descriptor is set. Run-length
// coding: a byte, then 1 pixel to be repeated (bit 7 set) or that many single ones (bits 0..6, plus 1); packets may
// cross rows.
#include <algorithm>

#include "engine/files/formats.h"

namespace striate {
namespace {

constexpr const char* kName = "TGA";

struct Header {
  int id_length = 0, palette_kind = 0, kind = 0;
  int palette_first = 0, palette_count = 0, palette_bits = 0;
  int width = 0, height = 0, bits = 0, descriptor = 0;

  bool run_length() const { return kind >= 9; }
  bool indexed() const { return (kind & 7) == 1; }
  bool gray() const { return (kind & 7) == 3; }
  int color_bits() const { return indexed() ? palette_bits : bits; }
  int channels() const {
    if (gray()) return bits == 16 ? 2 : 1;
    return color_bits() == 32 ? 4 : 3;
  }
};

Header parse(ByteReader& reader) {
  Header h;
  h.id_length = reader.u8();
  h.palette_kind = reader.u8();
  h.kind = reader.u8();
  h.palette_first = reader.le16();
  h.palette_count = reader.le16();
  h.palette_bits = reader.u8();
  reader.skip(4);  // where on a screen the picture goes
  h.width = reader.le16();
  h.height = reader.le16();
  h.bits = reader.u8();
  h.descriptor = reader.u8();
  return h;
}

// There is no signature: every field has to make sense.
bool matches(Bytes start) {
  if (start.size() < 18) return false;
  ByteReader reader(start, kName, "in its header");
  const Header h = parse(reader);
  if (h.palette_kind > 1 || (h.descriptor & 0xC0) != 0 || h.width == 0 || h.height == 0) return false;
  const auto color = [](int bits) { return bits == 15 || bits == 16 || bits == 24 || bits == 32; };
  switch (h.kind) {
    case 1:
    case 9:
      return h.palette_kind == 1 && color(h.palette_bits) && h.bits == 8 && h.palette_count > 0;
    case 2:
    case 10:
      return color(h.bits) && (h.palette_kind == 0 || color(h.palette_bits));
    case 3:
    case 11:
      return (h.bits == 8 || h.bits == 16) && h.palette_kind == 0;
    default:
      return false;
  }
}

ImageHeader read_header(Bytes bytes, bool) {
  ByteReader reader(bytes, kName, "in its header");
  const Header h = parse(reader);
  return {kName, h.width, h.height, h.channels(), 8};
}

// One pixel as stored to R G B A, or gray and alpha.
void color(const uint8_t* from, int bits, uint8_t* to) {
  if (bits <= 16) {
    const uint32_t value = from[0] | from[1] << 8;
    for (int c = 0; c < 3; ++c) to[c] = static_cast<uint8_t>(((value >> (10 - 5 * c) & 31) * 255 + 15) / 31);
    return;
  }
  to[0] = from[2];
  to[1] = from[1];
  to[2] = from[0];
  if (bits == 32) to[3] = from[3];
}

void decode(Bytes bytes, const ImageHeader&, Image& image) {
  ByteReader reader(bytes, kName, "before its pixels do");
  const Header h = parse(reader);
  reader.skip(h.id_length);
  Palette palette;
  if (h.palette_kind == 1) {
    const int entry = (h.palette_bits + 7) / 8;
    const Bytes stored = reader.take(static_cast<size_t>(entry) * h.palette_count);
    if (h.indexed()) {
      for (int i = 0; i < h.palette_count && h.palette_first + i < 256; ++i) {
        color(stored.data() + static_cast<size_t>(i) * entry, h.palette_bits, palette.rgba[h.palette_first + i].data());
      }
    }
  }
  const int stored_bytes = (h.bits + 7) / 8;
  const uint64_t pixels = static_cast<uint64_t>(h.width) * h.height;
  // Nothing is allocated for pixels that the file is too short to hold: a run of 128 takes 1 byte and its pixel.
  const uint64_t least = h.run_length() ? (pixels + 127) / 128 * (1 + stored_bytes) : pixels * stored_bytes;
  if (reader.left() < least) fail_ends_early(kName, "before its pixels do");

  const int channels = h.channels();
  allocate_pixels(image, h.width, h.height, channels, 8);
  const auto put = [&](const uint8_t* from, uint8_t* to) {
    if (h.indexed()) {
      std::copy_n(palette.rgba[from[0]].data(), channels, to);
    } else if (h.gray()) {
      std::copy_n(from, channels, to);
    } else {
      color(from, h.bits, to);
    }
  };
  const bool top_down = (h.descriptor & 0x20) != 0, right_to_left = (h.descriptor & 0x10) != 0;
  int repeat = 0, single = 0;
  uint8_t pixel[4] = {0, 0, 0, 255};
  for (int y = 0; y < h.height; ++y) {
    uint8_t* row = image.bytes.data() + static_cast<size_t>(top_down ? y : h.height - 1 - y) * h.width * channels;
    for (int x = 0; x < h.width; ++x) {
      if (h.run_length() && repeat == 0 && single == 0) {
        const int packet = reader.u8();
        (packet & 128 ? repeat : single) = (packet & 127) + 1;
        if (packet & 128) put(reader.take(stored_bytes).data(), pixel);
      }
      uint8_t* to = row + static_cast<size_t>(right_to_left ? h.width - 1 - x : x) * channels;
      if (repeat > 0) {
        --repeat;
        std::copy_n(pixel, channels, to);
      } else {
        if (single > 0) --single;
        put(reader.take(stored_bytes).data(), to);
      }
    }
  }
}

}  // namespace

const ImageFormat kTga = {kName, matches, read_header, decode};

}  // namespace striate
