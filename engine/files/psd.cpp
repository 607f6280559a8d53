// PSD (Photoshop): the flattened picture that every program but Photoshop reads; gray, palette and RGB, 8 and 16 bits.
// Read here and not by stb_image, which returns zeros where a file is cut off and reads RGB only.
//
// The format (big-endian): "8BPS", version 1, 6 zero bytes, channels, height, width, bits, color mode; three blocks
// with a 32-bit length in front: mode data (the palette), resources, layers; then compression (0 stored, 1 run-length
// coded) and the channels one after the other. Run-length coding has a table of 16-bit row lengths in front, and is
// PackBits: n in 0..127 is n + 1 single bytes, n in 129..255 is one byte 257 - n times, 128 is nothing.
#include <algorithm>

#include "engine/files/formats.h"

namespace striate {
namespace {

constexpr const char* kName = "PSD";
enum Mode { kBitmap = 0, kGray = 1, kIndexed = 2, kRgb = 3 };

struct Header {
  int stored_channels = 0;
  int64_t width = 0, height = 0;
  int bits = 0, mode = 0;
  int channels() const {
    if (mode == kIndexed) return 3;
    return mode == kGray ? (stored_channels == 2 ? 2 : 1) : (stored_channels == 4 ? 4 : 3);
  }
};

Header parse(ByteReader& reader) {
  Header h;
  reader.skip(4);
  const int version = reader.be16();
  if (version == 2)
    fail_unsupported("this is a large Photoshop file (PSB), which Striate does not read", "export it as PNG");
  if (version != 1) fail_corrupt(kName, fmt::format("its version is {}", version));
  reader.skip(6);
  h.stored_channels = reader.be16();
  h.height = reader.be32();
  h.width = reader.be32();
  h.bits = reader.be16();
  h.mode = reader.be16();
  if (h.stored_channels < 1 || h.stored_channels > 56)
    fail_corrupt(kName, fmt::format("it has {} channels", h.stored_channels));
  static const char* const kModes[] = {"bitmap", "gray", "indexed",      "RGB",     "CMYK",
                                       "",       "",     "multichannel", "duotone", "Lab"};
  if (h.mode != kGray && h.mode != kIndexed && h.mode != kRgb) {
    fail_unsupported(
        fmt::format("this PSD is in {} mode, which Striate does not read", h.mode <= 9 ? kModes[h.mode] : "an unknown"),
        "export it as PNG");
  }
  if (h.bits != 8 && (h.bits != 16 || h.mode == kIndexed)) {
    fail_unsupported(fmt::format("this PSD has {} bits per channel, Striate reads 8 and 16", h.bits),
                     "export it as PNG");
  }
  if (h.mode == kRgb && h.stored_channels < 3) fail_corrupt(kName, "it is in RGB mode and has fewer than 3 channels");
  return h;
}

bool matches(Bytes start) { return starts_with(start, "8BPS"); }

ImageHeader read_header(Bytes bytes, bool) {
  ByteReader reader(bytes, kName, "in its header");
  const Header h = parse(reader);
  return {kName, h.width, h.height, h.channels(), h.bits};
}

// Unpacks one row of PackBits: exactly `row.size()` bytes out of exactly `packed`.
void unpack(Bytes packed, std::span<uint8_t> row) {
  size_t from = 0, to = 0;
  while (to < row.size()) {
    if (from >= packed.size()) fail_corrupt(kName, "a row ends before its pixels do");
    const int n = packed[from++];
    if (n == 128) continue;
    const size_t count = n < 128 ? n + 1 : 257 - n;
    const size_t needed = n < 128 ? count : 1;
    if (count > row.size() - to) fail_corrupt(kName, "a run leaves its row");
    if (needed > packed.size() - from) fail_corrupt(kName, "a row ends before its pixels do");
    if (n < 128) {
      std::copy_n(packed.data() + from, count, row.data() + to);
    } else {
      std::fill_n(row.data() + to, count, packed[from]);
    }
    from += needed;
    to += count;
  }
}

void decode(Bytes bytes, const ImageHeader&, Image& image) {
  ByteReader reader(bytes, kName, "before its pixels do");
  const Header h = parse(reader);
  const Bytes mode_data = reader.take(reader.be32());
  reader.skip(reader.be32());  // resources
  reader.skip(reader.be32());  // layers
  const int compression = reader.be16();
  if (compression > 1) {
    fail_unsupported("this PSD stores its flattened picture compressed with zip, which Striate does not read",
                     "export it as PNG");
  }
  if (h.mode == kIndexed && mode_data.size() != 768) fail_corrupt(kName, "its palette does not have 256 colors");

  const int channels = h.channels();
  const int planes = h.mode == kIndexed ? 1 : channels;
  const size_t row_bytes = static_cast<size_t>(h.width) * (h.bits / 8);
  Bytes lengths;
  if (compression == 1) {
    lengths = reader.take(2 * static_cast<size_t>(h.height) * h.stored_channels);
    uint64_t needed = 0;
    for (int64_t i = 0; i < h.height * planes; ++i) needed += lengths[2 * i] << 8 | lengths[2 * i + 1];
    if (needed > reader.left()) fail_ends_early(kName, "before its pixels do");
    // PackBits makes at most 128 bytes of 2.
    if (static_cast<uint64_t>(row_bytes) * h.height * planes > (needed + 1) * 64)
      fail_corrupt(kName, "its rows are shorter than their pixels");
  } else if (row_bytes * h.height * planes > reader.left()) {
    fail_ends_early(kName, "before its pixels do");
  }
  allocate_pixels(image, h.width, h.height, channels, h.bits);
  PixelBuffer<uint8_t> row(row_bytes);
  for (int plane = 0; plane < planes; ++plane) {
    for (int64_t y = 0; y < h.height; ++y) {
      const uint8_t* from = row.data();
      if (compression == 1) {
        const size_t i = 2 * (plane * h.height + y);
        unpack(reader.take(lengths[i] << 8 | lengths[i + 1]), {row.data(), row.size()});
      } else {
        from = reader.take(row_bytes).data();
      }
      const size_t first = static_cast<size_t>(y) * h.width * channels;
      for (int64_t x = 0; x < h.width; ++x) {
        if (h.mode == kIndexed) {
          for (int c = 0; c < 3; ++c) image.bytes[first + 3 * x + c] = mode_data[256 * c + from[x]];
        } else if (h.bits == 16) {
          image.wide[first + x * channels + plane] = static_cast<uint16_t>(from[2 * x] << 8 | from[2 * x + 1]);
        } else {
          image.bytes[first + x * channels + plane] = from[x];
        }
      }
    }
  }
}

}  // namespace

const ImageFormat kPsd = {kName, matches, read_header, decode};

}  // namespace striate
