// GIF: the first frame, on the picture's own screen; the number of frames stands in the notes.
// Read here and not by stb_image, which returns what it has where a frame is cut off, refuses files without a palette,
// needs 9 bytes a pixel, and has a history of faults in this reader. A file that is cut off inside a frame
// is an error; where it stops between two frames, without its end mark, the notes say so.
//
// The format (GIF89a, little-endian): "GIF87a" or "GIF89a"; the screen's width and height, flags, background, aspect;
// a palette; then blocks: 0x21 extensions, 0x2C frames, 0x3B the end. A frame has its place and size on the screen,
// flags (own palette, interlaced), and its palette indices, LZW-coded in sub-blocks of up to 255 bytes.
// Where the first frame does not cover the screen the picture is transparent, as browsers show it.
#include <algorithm>

#include "engine/files/formats.h"

namespace striate {
namespace {

constexpr const char* kName = "GIF";

struct Frame {
  int left = 0, top = 0, width = 0, height = 0, flags = 0;
  int transparent = -1;
};

struct Screen {
  int width = 0, height = 0;
  bool has_palette = false;
  Palette palette;
};

void read_palette(ByteReader& reader, int flags, Palette& palette) {
  const int count = 2 << (flags & 7);
  const Bytes colors = reader.take(3 * count);
  for (int i = 0; i < count; ++i) palette.rgba[i] = {colors[3 * i], colors[3 * i + 1], colors[3 * i + 2], 255};
}

Screen read_screen(ByteReader& reader) {
  Screen screen;
  reader.skip(6);
  screen.width = reader.le16();
  screen.height = reader.le16();
  const int flags = reader.u8();
  reader.skip(2);
  screen.has_palette = (flags & 0x80) != 0;
  if (screen.has_palette) read_palette(reader, flags, screen.palette);
  return screen;
}

void skip_sub_blocks(ByteReader& reader) {
  for (int length = reader.u8(); length > 0; length = reader.u8()) reader.skip(length);
}

// Goes on to the next frame's descriptor and reads it; false at the end of the file's blocks.
bool next_frame(ByteReader& reader, Frame& frame) {
  frame = Frame();
  for (;;) {
    const int block = reader.u8();
    if (block == 0x3B) return false;
    if (block == 0x2C) break;
    if (block != 0x21) fail_corrupt(kName, fmt::format("a block of the unknown kind {}", block));
    if (reader.u8() == 0xF9) {
      const int length = reader.u8();
      const Bytes control = reader.take(length);
      if (length >= 4 && (control[0] & 1) != 0) frame.transparent = control[3];
      if (length == 0) continue;
    }
    skip_sub_blocks(reader);
  }
  frame.left = reader.le16();
  frame.top = reader.le16();
  frame.width = reader.le16();
  frame.height = reader.le16();
  frame.flags = reader.u8();
  return true;
}

// The frame's indices, in the order in which they are stored. LZW as GIF89a, appendix F, describes it: codes grow from
// one bit more than `root` to 12; a full table stays as it is until it is cleared.
PixelBuffer<uint8_t> read_indices(ByteReader& reader, const Frame& frame) {
  const int root = reader.u8();
  // The standard stops at 8; files with more exist, and read the same.
  if (root < 1 || root > 11) fail_corrupt(kName, fmt::format("its code size is {}, allowed are 1 to 11", root));
  const uint64_t count = static_cast<uint64_t>(frame.width) * frame.height;
  // A code of 9 to 12 bits stands for at most 4096 pixels: more than the file can hold is not allocated.
  if (count > (static_cast<uint64_t>(reader.left()) + 1) * 4096) fail_ends_early(kName, "before its first frame does");
  PixelBuffer<uint8_t> indices(count);
  struct Entry {
    int16_t prefix;
    uint8_t last, first;
    uint16_t length;
  };
  std::array<Entry, 4096> table = {};
  const int clear = 1 << root, stop = clear + 1;
  for (int i = 0; i < clear; ++i) table[i] = {-1, static_cast<uint8_t>(i), static_cast<uint8_t>(i), 1};
  int next = stop + 1, width = root + 1, previous = -1;
  uint32_t bits = 0;
  int held = 0;
  uint64_t done = 0;
  bool stopped = false;
  for (int length = reader.u8(); length > 0; length = reader.u8()) {
    for (const uint8_t byte : reader.take(length)) {
      bits |= static_cast<uint32_t>(byte) << held;
      held += 8;
      while (held >= width && !stopped) {
        const int code = static_cast<int>(bits & ((1u << width) - 1));
        bits >>= width;
        held -= width;
        if (code == clear) {
          next = stop + 1;
          width = root + 1;
          previous = -1;
          continue;
        }
        if (code == stop || done == count) {
          stopped = true;
          break;
        }
        if (code > next || (code == next && previous < 0) || (previous < 0 && code >= clear)) {
          fail_corrupt(kName, fmt::format("a code that is not defined, at pixel {} of {}", done, count));
        }
        if (previous >= 0 && next < 4096) {
          const uint8_t first = code == next ? table[previous].first : table[code].first;
          table[next] = {static_cast<int16_t>(previous), first, table[previous].first,
                         static_cast<uint16_t>(table[previous].length + 1)};
          ++next;
          if (next == 1 << width && width < 12) ++width;
        } else if (code >= next) {
          fail_corrupt(kName, fmt::format("a code that is not defined, at pixel {} of {}", done, count));
        }
        // The last pixel of a code stands in its entry, the ones before it in its prefixes.
        const int pixels = table[code].length;
        for (int entry = code, at = pixels - 1; entry >= 0; entry = table[entry].prefix, --at) {
          if (done + at < count) indices[done + at] = table[entry].last;
        }
        done = std::min<uint64_t>(count, done + pixels);
        previous = code;
      }
      if (stopped) held = 0, bits = 0;
    }
  }
  if (done < count) fail_corrupt(kName, fmt::format("its first frame has {} of {} pixels", done, count));
  return indices;
}

bool matches(Bytes start) { return starts_with(start, "GIF87a") || starts_with(start, "GIF89a"); }

// Frames that reach beyond the screen make it larger.
void size_of(const Screen& screen, const Frame& frame, int64_t& width, int64_t& height) {
  width = screen.width == 0 ? 0 : std::max(screen.width, frame.left + frame.width);
  height = screen.height == 0 ? 0 : std::max(screen.height, frame.top + frame.height);
}

ImageHeader read_header(Bytes bytes, bool complete) {
  ByteReader reader(bytes, kName, "in its header");
  const Screen screen = read_screen(reader);
  ImageHeader header = {kName, screen.width, screen.height, 3, 8};
  try {
    Frame frame;
    if (next_frame(reader, frame)) size_of(screen, frame, header.width, header.height);
  } catch (const Error&) {
    if (!complete) throw;  // the screen's size decides about the limit first; decode() reports the rest
  }
  return header;
}

int row_of(int stored, int height, bool interlaced) {
  if (!interlaced) return stored;
  static constexpr int kStart[4] = {0, 4, 2, 1}, kStep[4] = {8, 8, 4, 2};
  for (int pass = 0; pass < 4; ++pass) {
    const int rows = height > kStart[pass] ? (height - kStart[pass] + kStep[pass] - 1) / kStep[pass] : 0;
    if (stored < rows) return kStart[pass] + stored * kStep[pass];
    stored -= rows;
  }
  return height - 1;
}

void decode(Bytes bytes, const ImageHeader&, Image& image) {
  ByteReader reader(bytes, kName, "before its first frame does");
  Screen screen = read_screen(reader);
  Frame frame;
  if (!next_frame(reader, frame)) fail_corrupt(kName, "it has no frame");
  if (frame.width == 0 || frame.height == 0) fail_corrupt(kName, "its first frame has no pixels");
  if ((frame.flags & 0x80) != 0) {
    read_palette(reader, frame.flags, screen.palette);
  } else if (!screen.has_palette) {
    for (int i = 0; i < 256; ++i)
      screen.palette.rgba[i] = {static_cast<uint8_t>(i), static_cast<uint8_t>(i), static_cast<uint8_t>(i), 255};
    image.notes.push_back("it has no palette: its indices are shown as gray");
  }
  const PixelBuffer<uint8_t> indices = read_indices(reader, frame);
  int frames = 1;
  reader.set_where("between or in its later frames");
  for (Frame other; reader.left() > 0 && next_frame(reader, other); ++frames) {
    if ((other.flags & 0x80) != 0) reader.skip(3 * (2 << (other.flags & 7)));
    reader.skip(1);
    skip_sub_blocks(reader);
  }
  int64_t width = 0, height = 0;
  size_of(screen, frame, width, height);
  const bool covers = frame.left == 0 && frame.top == 0 && frame.width == width && frame.height == height;
  const bool holes = frame.transparent >= 0 && std::find(indices.begin(), indices.end(),
                                                         static_cast<uint8_t>(frame.transparent)) != indices.end();
  if (frame.transparent >= 0) screen.palette.rgba[frame.transparent] = {0, 0, 0, 0};
  const int channels = covers && !holes ? 3 : 4;
  allocate_pixels(image, width, height, channels, 8);
  for (int stored = 0; stored < frame.height; ++stored) {
    const int y = frame.top + row_of(stored, frame.height, (frame.flags & 0x40) != 0);
    const uint8_t* from = indices.data() + static_cast<size_t>(stored) * frame.width;
    uint8_t* to = image.bytes.data() + (static_cast<size_t>(y) * width + frame.left) * channels;
    for (int x = 0; x < frame.width; ++x, to += channels)
      std::copy_n(screen.palette.rgba[from[x]].data(), channels, to);
  }
  if (reader.left() == 0 && bytes.back() != 0x3B) image.notes.push_back("its end mark is missing: frames may be, too");
  if (frames > 1) image.notes.push_back(fmt::format("first of {} frames", frames));
}

}  // namespace

const ImageFormat kGif = {kName, matches, read_header, decode};

}  // namespace striate
