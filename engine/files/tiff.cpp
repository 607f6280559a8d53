// TIFF (6.0), as tiles and scenes from above come: UC Merced's, GeoTIFFs of 8 or 16 bits.
// Read here: gray, palette and RGB with or without alpha, 8 or 16 bits, in strips or tiles; not compressed, PackBits,
// LZW or Deflate, with or without differences to the left neighbor. Of several pictures in a file the first. What else
// there is (JPEG inside, floating point, other bands than three, BigTIFF) is named and refused: gdal_translate or
// convert make a readable one of it.
//
// The format: "II" (little-endian) or "MM" (big-endian), 42, the directory's position; a directory: the number of its
// entries, then 12 bytes each: tag, type (3: 16 bits, 4: 32 bits), count, the values or where they are. Pixels lie in
// segments, which are strips (rows from the left to the right edge) or tiles (all of one size, what hangs over the
// edges is filled up), each compressed by itself.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <vector>

#include "engine/files/formats.h"

namespace striate {
namespace {

constexpr const char* kName = "TIFF";
constexpr const char* kConvert =
    "convert it to PNG: convert FILE picture.png, or gdal_translate -ot Byte FILE picture.png";

enum Compression { kNone = 1, kLzw = 5, kDeflate = 8, kOldDeflate = 32946, kPackBits = 32773 };
enum Colors { kWhiteIsZero = 0, kBlackIsZero = 1, kRgb = 2, kPalette = 3 };

class Fields {
 public:
  explicit Fields(Bytes bytes) : bytes_(bytes), big_(bytes.size() > 1 && bytes[0] == 'M') {
    ByteReader reader(bytes, kName, "before its directory");
    reader.seek(4);
    reader.seek(u32(reader));
    const int count = u16(reader);
    for (int i = 0; i < count; ++i) {
      Field field;
      field.tag = u16(reader);
      field.type = u16(reader);
      field.count = u32(reader);
      field.at = reader.position();
      reader.skip(4);
      if (field.type == 3 ? field.count > 2 : field.count > 1 || field.type > 4) {
        ByteReader inside(bytes, kName, "before its directory");
        inside.seek(field.at);
        field.at = u32(inside);
      }
      fields_.push_back(field);
    }
  }

  bool has(int tag) const { return find(tag) != nullptr; }
  bool big() const { return big_; }

  // The values of a tag. Throws EndsEarly, before memory is asked for, where the file holds fewer.
  std::vector<uint32_t> values(int tag) const {
    const Field* field = find(tag);
    if (field == nullptr) return {};
    if (field->type != 1 && field->type != 3 && field->type != 4)
      fail_corrupt(kName, fmt::format("its field {} is of type {}", tag, field->type));
    ByteReader reader(bytes_, kName, "inside its directory");
    reader.seek(field->at);
    const size_t each = field->type == 1 ? 1 : field->type == 3 ? 2 : 4;
    if (reader.left() / each < field->count) fail_ends_early(kName, "inside its directory");
    std::vector<uint32_t> values(field->count);
    for (uint32_t& value : values) {
      value = each == 1 ? reader.u8() : each == 2 ? static_cast<uint32_t>(u16(reader)) : u32(reader);
    }
    return values;
  }

  uint32_t value(int tag, uint32_t otherwise) const {
    const std::vector<uint32_t> all = values(tag);
    return all.empty() ? otherwise : all[0];
  }

 private:
  struct Field {
    int tag = 0, type = 0;
    uint32_t count = 0;
    size_t at = 0;
  };
  const Field* find(int tag) const {
    const auto found = std::find_if(fields_.begin(), fields_.end(), [&](const Field& each) { return each.tag == tag; });
    return found == fields_.end() ? nullptr : &*found;
  }
  int u16(ByteReader& reader) const { return big_ ? reader.be16() : reader.le16(); }
  uint32_t u32(ByteReader& reader) const { return big_ ? reader.be32() : reader.le32(); }

  Bytes bytes_;
  bool big_;
  std::vector<Field> fields_;
};

struct Tiff {
  int64_t width = 0, height = 0, segment_width = 0, segment_height = 0;
  int samples = 1, bits = 8, orientation = 1;
  uint32_t colors = kBlackIsZero, compression = kNone;
  bool differences = false, big = false, alpha = false;
  std::vector<uint32_t> palette, at, size;

  int channels() const { return colors == kPalette ? 3 : (colors == kRgb ? 3 : 1) + (alpha ? 1 : 0); }
  int image_bits() const { return colors == kPalette ? 8 : bits; }
  size_t segment_bytes() const {
    return static_cast<size_t>(segment_width * segment_height) * static_cast<size_t>(samples * bits / 8);
  }
};

Tiff parse(Bytes bytes) {
  const Fields fields(bytes);
  Tiff tiff;
  tiff.big = fields.big();
  tiff.width = fields.value(256, 0);
  tiff.height = fields.value(257, 0);
  tiff.compression = fields.value(259, kNone);
  tiff.colors = fields.value(262, kBlackIsZero);
  const uint32_t orientation = fields.value(274, 1);
  tiff.orientation = orientation > 8 ? 1 : static_cast<int>(orientation);
  const uint32_t samples = fields.value(277, 1);
  const std::vector<uint32_t> bits = fields.values(258);
  const auto unsupported = [](const std::string& what) {
    fail_unsupported(fmt::format("this TIFF {}, which Striate does not read", what), kConvert);
  };
  if (fields.value(254, 0) & 1) unsupported("begins with a small copy, as pictures of cameras (raw) do");
  if (samples < 1 || samples > 4) unsupported(fmt::format("has {} bands", samples));
  tiff.samples = static_cast<int>(samples);
  tiff.bits = bits.empty() ? 1 : static_cast<int>(bits[0]);
  if (std::any_of(bits.begin(), bits.end(), [&](uint32_t each) { return each != bits[0]; }) ||
      (tiff.bits != 8 && tiff.bits != 16)) {
    unsupported(fmt::format("has {} bits a value", tiff.bits));
  }
  if (const uint32_t kind = fields.value(339, 1); kind != 1) {
    unsupported(kind == 3 ? "has floating-point values" : "has values with a sign");
  }
  if (tiff.compression != kNone && tiff.compression != kLzw && tiff.compression != kDeflate &&
      tiff.compression != kOldDeflate && tiff.compression != kPackBits) {
    unsupported(fmt::format("is compressed in way {}{}", tiff.compression,
                            tiff.compression == 6 || tiff.compression == 7 ? " (JPEG)" : ""));
  }
  if (fields.value(284, 1) != 1 && tiff.samples > 1) unsupported("keeps each band apart");
  const uint32_t predictor = fields.value(317, 1);
  if (predictor > 2) unsupported(fmt::format("predicts values in way {}", predictor));
  tiff.differences = predictor == 2;
  if (tiff.colors == kPalette) {
    tiff.palette = fields.values(320);
    if (tiff.bits != 8 || tiff.samples != 1 || tiff.palette.size() != 768)
      fail_corrupt(kName, fmt::format("its palette has {} values", tiff.palette.size()));
  } else if (tiff.colors == kRgb ? tiff.samples < 3 : tiff.colors > kBlackIsZero || tiff.samples > 2) {
    unsupported(fmt::format("has {} bands with colors of kind {}", tiff.samples, tiff.colors));
  }
  const uint32_t extra = fields.value(338, 0);
  tiff.alpha = (extra == 1 || extra == 2) && (tiff.samples == 2 || tiff.samples == 4);
  if (tiff.width < 1 || tiff.height < 1) return tiff;  // the caller says so

  const bool tiles = fields.has(322);
  tiff.segment_width = tiles ? fields.value(322, 0) : tiff.width;
  tiff.segment_height = tiles ? fields.value(323, 0) : std::min<int64_t>(fields.value(278, 0xFFFFFFFF), tiff.height);
  if (tiff.segment_width < 1 || tiff.segment_height < 1) fail_corrupt(kName, "its tiles or strips have no size");
  if (tiles && (tiff.segment_width > 65536 || tiff.segment_height > 65536))
    fail_corrupt(kName, fmt::format("its tiles are {} x {}", tiff.segment_width, tiff.segment_height));
  tiff.at = fields.values(tiles ? 324 : 273);
  tiff.size = fields.values(tiles ? 325 : 279);
  const int64_t across = (tiff.width + tiff.segment_width - 1) / tiff.segment_width;
  const int64_t down = (tiff.height + tiff.segment_height - 1) / tiff.segment_height;
  const int64_t wanted = across * down;
  if (static_cast<int64_t>(tiff.at.size()) != wanted || tiff.size.size() != tiff.at.size())
    fail_corrupt(kName, fmt::format("it has {} strips or tiles, its size needs {}", tiff.at.size(), wanted));
  return tiff;
}

// Each fills `to`, or says that there is too little.
[[noreturn]] void fail_short() { fail_corrupt(kName, "a strip or tile has fewer pixels than it should have"); }

void unpack_bits(Bytes from, std::vector<uint8_t>& to) {
  size_t at = 0;
  for (size_t i = 0; i < from.size() && at < to.size();) {
    const int kind = from[i] < 128 ? from[i] : from[i] - 256;
    ++i;
    if (kind == -128) continue;
    const size_t count = static_cast<size_t>(kind >= 0 ? kind + 1 : 1 - kind);
    const size_t taken = std::min(count, to.size() - at);
    if (kind >= 0) {
      if (from.size() - i < count) fail_short();
      std::copy_n(from.data() + i, taken, to.data() + at);
      i += count;
    } else {
      if (i >= from.size()) fail_short();
      std::fill_n(to.data() + at, taken, from[i++]);
    }
    at += taken;
  }
  if (at < to.size()) fail_short();
}

// Section 13: codes of 9 to 12 bits, the highest bit first, one longer one code before the table is full.
void unpack_lzw(Bytes from, std::vector<uint8_t>& to) {
  constexpr int kClear = 256, kEnd = 257, kMost = 4096;
  std::array<uint16_t, kMost> before{};
  std::array<uint16_t, kMost> length{};
  std::array<uint8_t, kMost> last{}, first{};
  for (size_t i = 0; i < 256; ++i) length[i] = 1, last[i] = first[i] = static_cast<uint8_t>(i);
  int next = 258, width = 9, previous = -1;
  size_t at = 0, read = 0;
  uint32_t held = 0;
  int holds = 0;
  while (at < to.size()) {
    while (holds < width) {
      if (read >= from.size()) fail_short();
      held = held << 8 | from[read++];
      holds += 8;
    }
    const int code = static_cast<int>(held >> (holds - width)) & ((1 << width) - 1);
    holds -= width;
    if (code == kEnd) fail_short();
    if (code == kClear) {
      next = 258, width = 9, previous = -1;
      continue;
    }
    if (code > next || (code == next && previous < 0) || (code >= kClear && code < 258) || code >= kMost ||
        (previous < 0 && code > 255)) {
      fail_corrupt(kName, "an LZW code stands for nothing");
    }
    if (previous >= 0 && next < kMost) {
      const auto index = static_cast<size_t>(next), from_code = static_cast<size_t>(previous);
      before[index] = static_cast<uint16_t>(previous);
      length[index] = static_cast<uint16_t>(length[from_code] + 1);
      first[index] = first[from_code];
      last[index] = code == next ? first[from_code] : first[static_cast<size_t>(code)];
      ++next;
    } else if (code >= next) {
      fail_corrupt(kName, "an LZW code stands for nothing");
    }
    const size_t count = length[static_cast<size_t>(code)];
    auto each = static_cast<size_t>(code);
    for (size_t i = count; i-- > 0; each = before[each]) {
      if (at + i < to.size()) to[at + i] = last[each];
    }
    at += std::min(count, to.size() - at);
    previous = code;
    if (next + 1 >= 1 << width && width < 12) ++width;
  }
}

void inflate_segment(Bytes from, std::vector<uint8_t>& to) {
  auto size = static_cast<uLongf>(to.size());
  const int result = uncompress(to.data(), &size, from.data(), static_cast<uLong>(from.size()));
  if (result == Z_DATA_ERROR) fail_corrupt(kName, "a compressed strip or tile is broken");
  if ((result != Z_OK && result != Z_BUF_ERROR) || size < to.size()) fail_short();
}

void add_differences(const Tiff& tiff, std::vector<uint8_t>& segment) {
  const auto samples = static_cast<size_t>(tiff.samples), row = static_cast<size_t>(tiff.segment_width) * samples;
  if (tiff.bits == 8) {
    for (size_t i = 0; i < segment.size(); ++i) {
      if (i % row >= samples) segment[i] = static_cast<uint8_t>(segment[i] + segment[i - samples]);
    }
    return;
  }
  const size_t high = tiff.big ? 0 : 1;
  const auto value = [&](size_t i) { return segment[2 * i + high] << 8 | segment[2 * i + 1 - high]; };
  for (size_t i = 0; i < segment.size() / 2; ++i) {
    if (i % row < samples) continue;
    const int sum = value(i) + value(i - samples);
    segment[2 * i + high] = static_cast<uint8_t>(sum >> 8);
    segment[2 * i + 1 - high] = static_cast<uint8_t>(sum);
  }
}

// The pixels of a segment that lie in the picture, `rows` of `columns`.
void place(const Tiff& tiff, const std::vector<uint8_t>& segment, int64_t x, int64_t y, int64_t columns, int64_t rows,
           Image& image) {
  const auto samples = static_cast<size_t>(tiff.samples), channels = static_cast<size_t>(tiff.channels());
  const size_t high = tiff.big ? 0 : 1;
  for (int64_t row = 0; row < rows; ++row) {
    size_t from = static_cast<size_t>(row * tiff.segment_width) * samples;
    size_t to = static_cast<size_t>((y + row) * tiff.width + x) * channels;
    for (int64_t column = 0; column < columns; ++column, from += samples, to += channels) {
      for (size_t c = 0; c < channels; ++c) {
        const bool turned = tiff.colors == kWhiteIsZero && c == 0;
        if (tiff.colors == kPalette) {
          image.bytes[to + c] = static_cast<uint8_t>(tiff.palette[256 * c + segment[from]] >> 8);
        } else if (tiff.bits == 8) {
          image.bytes[to + c] = static_cast<uint8_t>(turned ? 255 - segment[from + c] : segment[from + c]);
        } else {
          const int value = segment[2 * (from + c) + high] << 8 | segment[2 * (from + c) + 1 - high];
          image.wide[to + c] = static_cast<uint16_t>(turned ? 65535 - value : value);
        }
      }
    }
  }
}

bool matches(Bytes start) {
  return starts_with(start, std::string_view("II\x2A\0", 4)) || starts_with(start, std::string_view("MM\0\x2A", 4));
}

ImageHeader read_header(Bytes bytes, bool) {
  const Tiff tiff = parse(bytes);
  return {kName, tiff.width, tiff.height, tiff.channels(), tiff.image_bits()};
}

void decode(Bytes bytes, const ImageHeader&, Image& image) {
  const Tiff tiff = parse(bytes);
  // Nothing is allocated for pixels that the file cannot hold: no way of compressing makes less than a thousandth.
  uint64_t held = 0;
  for (size_t i = 0; i < tiff.at.size(); ++i) {
    if (tiff.at[i] > bytes.size() || tiff.size[i] > bytes.size() - tiff.at[i])
      fail_ends_early(kName, "before its pixels do");
    held += tiff.size[i];
  }
  const auto pixels = static_cast<uint64_t>(tiff.width) * static_cast<uint64_t>(tiff.height);
  const uint64_t wanted = pixels * static_cast<uint64_t>(tiff.samples * tiff.bits / 8);
  if (tiff.segment_bytes() / 4096 > held || wanted / 4096 > held) fail_short();
  if (tiff.compression == kNone && held < wanted) fail_short();
  allocate_pixels(image, tiff.width, tiff.height, tiff.channels(), tiff.image_bits());
  std::vector<uint8_t> segment;
  size_t index = 0;
  for (int64_t y = 0; y < tiff.height; y += tiff.segment_height) {
    for (int64_t x = 0; x < tiff.width; x += tiff.segment_width, ++index) {
      const int64_t columns = std::min(tiff.segment_width, tiff.width - x);
      const int64_t rows = std::min(tiff.segment_height, tiff.height - y);
      // The last strip ends with the picture; tiles are whole.
      const bool strip = tiff.segment_width == tiff.width;
      segment.resize(strip ? tiff.segment_bytes() / static_cast<size_t>(tiff.segment_height) * static_cast<size_t>(rows)
                           : tiff.segment_bytes());
      const Bytes from = bytes.subspan(tiff.at[index], tiff.size[index]);
      switch (tiff.compression) {
        case kNone:
          if (from.size() < segment.size()) fail_short();
          std::copy_n(from.data(), segment.size(), segment.data());
          break;
        case kPackBits:
          unpack_bits(from, segment);
          break;
        case kLzw:
          unpack_lzw(from, segment);
          break;
        default:
          inflate_segment(from, segment);
      }
      if (tiff.differences) add_differences(tiff, segment);
      place(tiff, segment, x, y, columns, rows, image);
    }
  }
  const int shown = tiff.colors == kPalette ? 1 : tiff.channels();
  if (tiff.samples > shown) image.notes.push_back(fmt::format("of its {} bands the first {}", tiff.samples, shown));
  apply_orientation(image, tiff.orientation);
}

}  // namespace

const ImageFormat kTiff = {kName, matches, read_header, decode};

}  // namespace striate
