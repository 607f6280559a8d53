// BMP: Windows and OS/2, 1 to 32 bits a pixel, stored, with bit masks, or run-length coded.
// Read here and not by stb_image, which reads no run-length coding and no OS/2 2.x header, and returns a picture of
// zeros where a file is cut off. A file that is cut off is an error.
//
// The format (little-endian): "BM", file size, 4 unused bytes, offset of the pixels; a header whose first number is its
// own size (12, 16, 40, 52, 56, 64, 108 or 124) and tells the variants apart; masks; the palette, B G R and, unless
// the header has 12 bytes, one more; the rows, from the bottom up unless the height is negative, each padded to 4.
#include <algorithm>
#include <bit>

#include "engine/files/formats.h"

namespace striate {
namespace {

constexpr const char* kName = "BMP";
enum Compression : uint32_t {
  kStored = 0,
  kRle8 = 1,
  kRle4 = 2,
  kMasks = 3,
  kJpegInside = 4,
  kPngInside = 5,
  kAlphaMasks = 6
};

struct Header {
  uint32_t pixels = 0;  // offset
  uint32_t size = 0;    // of the header
  int64_t width = 0, height = 0;
  bool top_down = false;
  int bits = 0;
  uint32_t compression = kStored;
  uint32_t colors = 0;
  uint32_t mask[4] = {0, 0, 0, 0};  // red, green, blue, alpha
  size_t palette = 0;               // offset
};

Header parse(Bytes bytes) {
  ByteReader reader(bytes, kName, "in its header");
  Header h;
  reader.skip(10);
  h.pixels = reader.le32();
  h.size = reader.le32();
  switch (h.size) {
    case 12:
    case 16:
    case 40:
    case 52:
    case 56:
    case 64:
    case 108:
    case 124:
      break;
    default:
      fail_corrupt(kName, fmt::format("its header's size is {}, which no version of BMP has", h.size));
  }
  if (h.size == 12) {
    h.width = reader.le16();
    h.height = reader.le16();
  } else {
    h.width = static_cast<int32_t>(reader.le32());
    h.height = static_cast<int32_t>(reader.le32());
  }
  h.top_down = h.height < 0;
  h.height = std::abs(h.height);
  reader.skip(2);  // planes: 1, and ignored where it is not
  h.bits = reader.le16();
  if (h.size >= 40) {
    h.compression = reader.le32();
    reader.skip(12);
    h.colors = reader.le32();
    reader.skip(4);
  }
  if (h.width < 1) fail_corrupt(kName, fmt::format("its width is {}", h.width));
  const bool os2 = h.size == 16 || h.size == 64;
  if (os2 && h.compression > kRle4)
    fail_unsupported("this BMP has an OS/2 compression that Striate does not read", "convert it to PNG");
  if (h.compression == kJpegInside || h.compression == kPngInside) {
    fail_unsupported(fmt::format("this BMP is only a wrapper around a {}, made for printers",
                                 h.compression == kJpegInside ? "JPEG" : "PNG"),
                     "open the picture that it was made from");
  }
  if (h.compression > kAlphaMasks)
    fail_corrupt(kName, fmt::format("its compression is {}, which is not defined", h.compression));
  const bool masks = h.compression == kMasks || h.compression == kAlphaMasks;
  const int b = h.bits;
  if (b != 1 && b != 2 && b != 4 && b != 8 && b != 16 && b != 24 && b != 32) {
    fail_corrupt(kName, fmt::format("it has {} bits a pixel, allowed are 1, 2, 4, 8, 16, 24 and 32", b));
  }
  if ((h.compression == kRle8 && b != 8) || (h.compression == kRle4 && b != 4) || (masks && b != 16 && b != 32)) {
    fail_corrupt(kName, fmt::format("its compression ({}) does not go with {} bits a pixel", h.compression, b));
  }
  if (h.size >= 52 && !os2) {
    for (int c = 0; c < (h.size >= 56 ? 4 : 3); ++c) h.mask[c] = reader.le32();
  } else if (masks) {
    for (int c = 0; c < (h.compression == kAlphaMasks ? 4 : 3); ++c) h.mask[c] = reader.le32();
  }
  h.palette = std::max<size_t>(reader.position(), 14 + h.size);
  if (!masks) {
    const uint32_t five[4] = {31u << 10, 31u << 5, 31u, 0}, eight[4] = {255u << 16, 255u << 8, 255u, 0};
    std::copy_n(b == 16 ? five : eight, 4, h.mask);
  } else {
    for (int c = 0; c < 4; ++c) {
      const uint32_t low = h.mask[c] == 0 ? 0 : h.mask[c] >> std::countr_zero(h.mask[c]);
      if ((low & (low + 1)) != 0) fail_corrupt(kName, "the bits of one of its masks are not side by side");
      if (c < 3 && h.mask[c] == 0) fail_corrupt(kName, "one of its color masks is empty");
    }
  }
  return h;
}

bool matches(Bytes start) { return starts_with(start, "BM") && start.size() >= 2; }

ImageHeader read_header(Bytes bytes, bool) {
  const Header h = parse(bytes);
  return {kName, h.width, h.height, h.mask[3] != 0 && h.bits >= 16 ? 4 : 3, 8};
}

// Run-length coded indices, one byte each, rows as stored (the bottom one first). Pixels that the file skips are 0.
PixelBuffer<uint8_t> read_runs(const Header& h, ByteReader& reader) {
  const uint64_t count = static_cast<uint64_t>(h.width) * h.height;
  // A run takes 2 bytes for at most 255 pixels; a file that is far shorter than that does not hold the picture.
  if (count > (static_cast<uint64_t>(reader.left()) + 16) * 1024) fail_ends_early(kName, "before its pixels do");
  PixelBuffer<uint8_t> indices(count);
  int64_t x = 0, y = 0;
  const auto put = [&](uint8_t index) {
    if (x >= h.width || y >= h.height) fail_corrupt(kName, fmt::format("a run leaves row {} of {}", y, h.height));
    indices[y * h.width + x++] = index;
  };
  for (;;) {
    if (reader.left() == 0 && y >= h.height) break;  // the end mark is missing, the pixels are not
    const int first = reader.u8(), second = reader.u8();
    if (first > 0) {
      for (int i = 0; i < first; ++i)
        put(static_cast<uint8_t>(h.bits == 8 ? second : i % 2 == 0 ? second >> 4 : second & 15));
    } else if (second == 0) {
      x = 0;
      ++y;
    } else if (second == 1) {
      break;
    } else if (second == 2) {
      x += reader.u8();
      y += reader.u8();
      if (x > h.width || y > h.height) fail_corrupt(kName, "it skips to a place outside the picture");
    } else {
      const Bytes values = reader.take(h.bits == 8 ? second : (second + 1) / 2);
      for (int i = 0; i < second; ++i) {
        put(h.bits == 8 ? values[i] : static_cast<uint8_t>(i % 2 == 0 ? values[i / 2] >> 4 : values[i / 2] & 15));
      }
      if (values.size() % 2 == 1 && reader.left() > 0) reader.skip(1);
    }
  }
  return indices;
}

// 16 or 32 bits with masks: each channel scaled to 0..255, rounded to nearest.
void read_masked(const Header& h, const uint8_t* from, uint8_t* to, int channels) {
  for (int64_t x = 0; x < h.width; ++x) {
    const uint32_t value = h.bits == 16 ? from[2 * x] | static_cast<uint32_t>(from[2 * x + 1]) << 8
                                        : from[4 * x] | static_cast<uint32_t>(from[4 * x + 1]) << 8 |
                                              static_cast<uint32_t>(from[4 * x + 2]) << 16 |
                                              static_cast<uint32_t>(from[4 * x + 3]) << 24;
    for (int c = 0; c < channels; ++c) {
      const int shift = std::countr_zero(h.mask[c]);
      const uint64_t largest = h.mask[c] >> shift;
      *to++ = static_cast<uint8_t>(((value & h.mask[c]) >> shift) * 255ull / largest +
                                   (((value & h.mask[c]) >> shift) * 255ull % largest * 2 >= largest ? 1 : 0));
    }
  }
}

void read_row(const Header& h, const Palette& palette, const uint8_t* from, uint8_t* to, int channels) {
  if (h.bits == 24) {
    for (int64_t x = 0; x < h.width; ++x, from += 3, to += 3) {
      to[0] = from[2];
      to[1] = from[1];
      to[2] = from[0];
    }
  } else if (h.bits >= 16) {
    read_masked(h, from, to, channels);
  } else {
    const int per_byte = 8 / h.bits, mask = (1 << h.bits) - 1;
    for (int64_t x = 0; x < h.width; ++x, to += 3) {
      const int shift = 8 - h.bits * static_cast<int>(x % per_byte + 1);
      std::copy_n(palette.rgba[from[x / per_byte] >> shift & mask].data(), 3, to);
    }
  }
}

// Alpha that is 0 everywhere was never meant: many programs leave the mask in and the byte empty.
void drop_empty_alpha(Image& image) {
  const size_t count = image.value_count();
  for (size_t i = 3; i < count; i += 4) {
    if (image.bytes[i] != 0) return;
  }
  for (size_t i = 0; i < count / 4; ++i) std::copy_n(&image.bytes[4 * i], 3, &image.bytes[3 * i]);
  image.channels = 3;
  image.bytes.resize(count / 4 * 3);
  image.notes.push_back("its alpha channel is 0 everywhere and was left out");
}

void decode(Bytes bytes, const ImageHeader& header, Image& image) {
  const Header h = parse(bytes);
  ByteReader reader(bytes, kName, "before its pixels do");
  Palette palette;
  size_t pixels = h.pixels;
  if (h.bits <= 8) {
    const size_t entry = h.size == 12 ? 3 : 4;
    uint64_t entries = h.colors != 0 ? h.colors : 1u << h.bits;
    // Too large a number of colors is common; the pixels' place is what counts.
    if (pixels > h.palette) entries = std::min<uint64_t>(entries, (pixels - h.palette) / entry);
    entries = std::min<uint64_t>(entries, 256);
    reader.seek(h.palette);
    for (uint64_t i = 0; i < entries; ++i) {
      const Bytes color = reader.take(entry);
      palette.rgba[i] = {color[2], color[1], color[0], 255};
    }
    if (pixels < h.palette) pixels = reader.position();
  } else if (pixels < h.palette) {
    pixels = h.palette;
  }
  reader.seek(pixels);
  const auto row_of = [&](int64_t stored) {  // rows are stored from the bottom up
    return image.bytes.data() +
           static_cast<size_t>(h.top_down ? stored : h.height - 1 - stored) * h.width * image.channels;
  };
  if (h.compression == kRle8 || h.compression == kRle4) {
    const PixelBuffer<uint8_t> indices = read_runs(h, reader);
    allocate_pixels(image, h.width, h.height, 3, 8);
    for (int64_t y = 0; y < h.height; ++y) {
      uint8_t* to = row_of(y);
      for (int64_t x = 0; x < h.width; ++x, to += 3) std::copy_n(palette.rgba[indices[y * h.width + x]].data(), 3, to);
    }
    return;
  }
  const uint64_t used = (static_cast<uint64_t>(h.width) * h.bits + 7) / 8, stride = (used + 3) / 4 * 4;
  // The last row's padding may be missing.
  if (reader.left() < stride * (h.height - 1) + used) fail_ends_early(kName, "before its pixels do");
  allocate_pixels(image, h.width, h.height, header.channels, 8);
  for (int64_t y = 0; y < h.height; ++y) {
    read_row(h, palette, bytes.data() + pixels + y * stride, row_of(y), image.channels);
  }
  if (image.channels == 4) drop_empty_alpha(image);
}

}  // namespace

const ImageFormat kBmp = {kName, matches, read_header, decode};

}  // namespace striate
