// PNG (ISO/IEC 15948): pixels by stb_image, everything around them checked here first.
// stb_image ignores checksums, returns what it has where the pixel data stop, and reads palette entries that the file
// does not define. So the chunks are walked and their CRCs compared, the zlib stream is run to its end (its checksum,
// the exact number of rows, every row's filter), and stb_image gets a clean copy: header, a palette of 256 entries,
// transparency, pixel data, end. A file that is cut off anywhere before its end chunk is an error.
//
// The format (big-endian): 8 bytes of signature; chunks: length, 4 letters, data, CRC-32 of letters and data. IHDR
// comes first (width, height, bits, color kind, 0, 0, interlace); PLTE palette, tRNS transparency, eXIf orientation,
// acTL frames of an animation; IDAT, pieces of one zlib stream of rows, each with a filter byte in front; IEND. A
// capital first letter marks a chunk that must be understood. Not checked: CRCs of chunks that are not used.
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "engine/files/formats.h"
#include "engine/files/stb.h"

namespace striate {
namespace {

constexpr const char* kName = "PNG";
constexpr std::string_view kSignature = "\x89PNG\r\n\x1A\n";

struct Chunk {
  std::string_view kind;
  Bytes data;
  bool intact = true;  // its CRC is right
};

struct Png {
  int64_t width = 0, height = 0;
  int bits = 0, color = 0, interlaced = 0;
  bool apple = false;  // CgBI: raw deflate, blue first, alpha multiplied in
  bool ended = false;  // IEND was seen
  Bytes palette, transparency;
  std::vector<Bytes> pixels;  // IDAT pieces
  int orientation = 1;
  uint32_t frames = 1;

  int samples() const { return color == 2 ? 3 : color == 4 ? 2 : color == 6 ? 4 : 1; }
  int channels() const {
    const int opaque = color == 3 ? 3 : samples();
    return opaque + (transparency.empty() ? 0 : 1);
  }
};

Chunk next_chunk(ByteReader& reader, Bytes all) {
  Chunk chunk;
  const uint32_t length = reader.be32();
  const Bytes kind = reader.take(4);
  for (const uint8_t c : kind) {
    if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) fail_corrupt(kName, "a chunk's name is not four letters");
  }
  chunk.kind = std::string_view(reinterpret_cast<const char*>(kind.data()), 4);
  if (length > 0x7FFFFFFF) fail_corrupt(kName, fmt::format("its {} chunk is {} bytes long", chunk.kind, length));
  const size_t start = reader.position();
  chunk.data = reader.take(length);
  const bool used = (kind[0] & 32) == 0 || chunk.kind == "tRNS" || chunk.kind == "eXIf" || chunk.kind == "acTL";
  const uint32_t stored = reader.be32();
  if (used) {
    chunk.intact = crc32(0, all.data() + start - 4, static_cast<uInt>(length + 4)) == stored;
  }
  return chunk;
}

void read_ihdr(const Chunk& chunk, Png& png) {
  if (chunk.kind == "CgBI") return;
  if (chunk.kind != "IHDR" || chunk.data.size() != 13)
    fail_corrupt(kName, "it does not begin with a header chunk (IHDR)");
  if (!chunk.intact) fail_corrupt(kName, "the checksum of its IHDR chunk is wrong");
  ByteReader reader(chunk.data, kName, "in its header");
  png.width = reader.be32();
  png.height = reader.be32();
  png.bits = reader.u8();
  png.color = reader.u8();
  const int compression = reader.u8(), filter = reader.u8();
  png.interlaced = reader.u8();
  const int b = png.bits;
  const bool legal = png.color == 0   ? b == 1 || b == 2 || b == 4 || b == 8 || b == 16
                     : png.color == 3 ? b == 1 || b == 2 || b == 4 || b == 8
                                      : (png.color == 2 || png.color == 4 || png.color == 6) && (b == 8 || b == 16);
  if (!legal) fail_corrupt(kName, fmt::format("{} bits with color kind {}, which is not allowed", b, png.color));
  if (compression != 0 || filter != 0 || png.interlaced > 1) {
    fail_corrupt(kName, "its compression, filter or interlace method is not defined");
  }
  if (png.width > 0x7FFFFFFF || png.height > 0x7FFFFFFF) fail_corrupt(kName, "its width or height is over 2^31 - 1");
  if (png.apple && b == 16)
    fail_unsupported("this PNG is in Apple's own form with 16 bits", "convert it to a standard PNG");
}

void use(const Chunk& chunk, Png& png) {
  const bool critical = (chunk.kind[0] & 32) == 0;
  if (!chunk.intact) {
    if (chunk.kind == "eXIf" || chunk.kind == "acTL") return;  // not needed for the pixels
    fail_corrupt(kName, fmt::format("the checksum of its {} chunk is wrong", chunk.kind));
  }
  if (chunk.kind == "PLTE") {
    if (chunk.data.size() % 3 != 0 || chunk.data.size() > 768 || chunk.data.empty()) {
      fail_corrupt(kName, fmt::format("its palette has {} bytes", chunk.data.size()));
    }
    png.palette = chunk.data;
  } else if (chunk.kind == "tRNS") {
    const size_t size = chunk.data.size();
    const bool fits =
        png.color == 3 ? size >= 1 && size <= 256 : (png.color == 0 && size == 2) || (png.color == 2 && size == 6);
    if (fits && png.pixels.empty()) png.transparency = chunk.data;
  } else if (chunk.kind == "IDAT") {
    png.pixels.push_back(chunk.data);
  } else if (chunk.kind == "IEND") {
    png.ended = true;
  } else if (chunk.kind == "eXIf") {
    png.orientation = exif_orientation(chunk.data);
  } else if (chunk.kind == "acTL" && chunk.data.size() == 8) {
    ByteReader reader(chunk.data, kName, "");
    png.frames = std::max<uint32_t>(1, reader.be32());
  } else if (chunk.kind == "IHDR") {
    fail_corrupt(kName, "it has two header chunks (IHDR)");
  } else if (critical) {
    fail_corrupt(kName, fmt::format("it has the chunk {}, which must be understood and is not defined", chunk.kind));
  }
}

// Up to the pixel data, or to the end of the file.
Png parse(Bytes bytes, bool header_only, bool complete) {
  ByteReader reader(bytes, kName, "in its header");
  reader.skip(kSignature.size());
  Png png;
  Chunk first = next_chunk(reader, bytes);
  if (first.kind == "CgBI") {
    png.apple = true;
    first = next_chunk(reader, bytes);
  }
  read_ihdr(first, png);
  reader.set_where("before its end chunk (IEND)");
  try {
    while (!png.ended) {
      if (header_only && reader.left() >= 8 && std::memcmp(bytes.data() + reader.position() + 4, "IDAT", 4) == 0) break;
      use(next_chunk(reader, bytes), png);
    }
  } catch (const Error&) {
    // A size over the limit is to be reported before what else is wrong: decode() comes back here.
    if (!(header_only && complete)) throw;
  }
  return png;
}

bool matches(Bytes start) { return starts_with(start, kSignature); }

ImageHeader read_header(Bytes bytes, bool complete) {
  const Png png = parse(bytes, true, complete);
  return {kName, png.width, png.height, png.channels(), png.bits == 16 ? 16 : 8};
}

// The rows of the stream in order: bytes without the filter byte, and how many.
struct Pass {
  uint64_t row_bytes;
  uint64_t rows;
};

std::vector<Pass> passes_of(const Png& png) {
  const uint64_t bits = static_cast<uint64_t>(png.bits) * png.samples();
  if (!png.interlaced) return {{(png.width * bits + 7) / 8, static_cast<uint64_t>(png.height)}};
  static constexpr int kX[7] = {0, 4, 0, 2, 0, 1, 0}, kY[7] = {0, 0, 4, 0, 2, 0, 1};
  static constexpr int kStepX[7] = {8, 8, 4, 4, 2, 2, 1}, kStepY[7] = {8, 8, 8, 4, 4, 2, 2};
  std::vector<Pass> passes;
  for (int p = 0; p < 7; ++p) {
    const int64_t width = (png.width - kX[p] + kStepX[p] - 1) / kStepX[p];
    const int64_t height = (png.height - kY[p] + kStepY[p] - 1) / kStepY[p];
    if (width > 0 && height > 0) passes.push_back({(width * bits + 7) / 8, static_cast<uint64_t>(height)});
  }
  return passes;
}

// Runs the zlib stream to its end in a small buffer: enough rows, known filters, the right checksum.
void check_pixel_data(const Png& png) {
  const std::vector<Pass> passes = passes_of(png);
  uint64_t expected = 0;
  for (const Pass& pass : passes) expected += (pass.row_bytes + 1) * pass.rows;
  z_stream stream = {};
  if (inflateInit2(&stream, png.apple ? -15 : 15) != Z_OK) throw std::bad_alloc();
  struct Guard {
    z_stream* stream;
    ~Guard() { inflateEnd(stream); }
  } guard{&stream};
  std::vector<uint8_t> out(1 << 16);
  uint64_t produced = 0, next_filter = 0, row = 0;
  size_t pass = 0;
  int status = Z_OK;
  for (const Bytes& piece : png.pixels) {
    stream.next_in = const_cast<Bytef*>(piece.data());
    stream.avail_in = static_cast<uInt>(piece.size());
    do {
      stream.next_out = out.data();
      stream.avail_out = static_cast<uInt>(out.size());
      status = inflate(&stream, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
        fail_corrupt(kName, fmt::format("its compressed pixel data are wrong ({})", stream.msg ? stream.msg : "zlib"));
      }
      const uint64_t fresh = out.size() - stream.avail_out;
      while (pass < passes.size() && next_filter < produced + fresh) {
        if (out[next_filter - produced] > 4)
          fail_corrupt(kName, fmt::format("a row's filter is {}", out[next_filter - produced]));
        next_filter += passes[pass].row_bytes + 1;
        if (++row == passes[pass].rows) ++pass, row = 0;
      }
      produced += fresh;
      if (produced > expected + out.size()) fail_corrupt(kName, "it has more pixel data than pixels");
    } while (status == Z_OK && (stream.avail_in > 0 || stream.avail_out == 0));
    if (status == Z_STREAM_END) break;
  }
  if (produced < expected) {
    const std::string rows = fmt::format("after {} of {} bytes of pixels", produced, expected);
    if (status == Z_STREAM_END) fail_corrupt(kName, "its pixel data stop " + rows);
    fail_ends_early(kName, rows);
  }
  if (status != Z_STREAM_END) fail_ends_early(kName, "before its pixel data's checksum");
}

void put_be32(std::string& file, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) file.push_back(static_cast<char>(value >> shift));
}

// stb_image does not look at CRCs: they stay 0 in the copy.
void put_chunk(std::string& file, std::string_view kind, std::string_view data) {
  put_be32(file, static_cast<uint32_t>(data.size()));
  file.append(kind);
  file.append(data);
  put_be32(file, 0);
}

std::string_view text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::string clean_copy(const Png& png) {
  size_t size = 0;
  for (const Bytes& piece : png.pixels) size += piece.size();
  std::string file;
  file.reserve(size + 4096);
  file.append(kSignature);
  if (png.apple) put_chunk(file, "CgBI", {});
  std::string header;
  put_be32(header, static_cast<uint32_t>(png.width));
  put_be32(header, static_cast<uint32_t>(png.height));
  for (const int value : {png.bits, png.color, 0, 0, png.interlaced}) header.push_back(static_cast<char>(value));
  put_chunk(file, "IHDR", header);
  if (png.color == 3) {
    std::string palette(text(png.palette));
    palette.resize(768);  // entries that the file does not define are black
    put_chunk(file, "PLTE", palette);
  }
  if (!png.transparency.empty()) put_chunk(file, "tRNS", text(png.transparency));
  put_be32(file, static_cast<uint32_t>(size));
  file.append("IDAT");
  for (const Bytes& piece : png.pixels) file.append(text(piece));
  put_be32(file, 0);
  put_chunk(file, "IEND", {});
  return file;
}

void decode(Bytes bytes, const ImageHeader& header, Image& image) {
  const Png png = parse(bytes, false, true);
  if (png.pixels.empty()) fail_corrupt(kName, "it has no pixel data (IDAT)");
  if (png.color == 3 && png.palette.empty()) fail_corrupt(kName, "it has no palette (PLTE)");
  constexpr int64_t kLongestSide = 1 << 24;  // of stb_image
  if (header.width > kLongestSide || header.height > kLongestSide) {
    fail_unsupported(fmt::format("this PNG has {} x {} pixels, its decoder takes {} on a side", header.width,
                                 header.height, kLongestSide),
                     "cut it into pieces with another program");
  }
  // stb_image counts values and bytes in 31 bits.
  const uint64_t values = static_cast<uint64_t>(header.width) * header.height * (png.color == 3 ? 4 : png.channels());
  if (values > (1u << 30) || values * (header.bits / 8) > (1ull << 31) - (1 << 24)) {
    fail_unsupported("this PNG has more pixels than its decoder can hold (1 073 741 824 values)",
                     "scale it down with another program");
  }
  check_pixel_data(png);
  const std::string copy = clean_copy(png);
  const Bytes file(reinterpret_cast<const uint8_t*>(copy.data()), copy.size());
  stb_decode(kName, file, png.channels(), header.bits, image);
  if (png.frames > 1) image.notes.push_back(fmt::format("first of {} frames", png.frames));
  if (png.apple) image.notes.push_back("it is in Apple's own form of PNG");
  apply_orientation(image, png.orientation);
}

}  // namespace

const ImageFormat kPng = {kName, matches, read_header, decode};

}  // namespace striate
