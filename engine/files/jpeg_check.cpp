// The rules of a JPEG's markers, tables and scans; the format stands on top of jpeg.cpp.
#include "engine/files/jpeg_check.h"

#include <algorithm>
#include <cstring>

#include "engine/files/jpeg_tables.h"

namespace striate {
namespace {

constexpr const char* kName = "JPEG";
// A decoder works through the whole picture for each scan, however few bytes it has: encoders write about 10 of them.
constexpr int kMaxScans = 100;
constexpr int64_t kMaxBlocks = 600'000'000;  // over all scans: about 3 seconds

constexpr const char* kBaseline = "convert it to PNG, or to an ordinary (baseline or progressive, 8-bit) JPEG";

void put_segment(CheckedJpeg& jpeg, int marker, Bytes data) {
  const size_t length = data.size() + 2;
  jpeg.copy.insert(jpeg.copy.end(), {0xFF, static_cast<uint8_t>(marker), static_cast<uint8_t>(length >> 8),
                                     static_cast<uint8_t>(length)});
  jpeg.copy.insert(jpeg.copy.end(), data.begin(), data.end());
}

void read_frame(int marker, Bytes data, CheckedJpeg& jpeg) {
  if (!jpeg.components.empty()) fail_corrupt(kName, "it has two frame headers (SOF)");
  switch (marker) {
    case 0xC0:
    case 0xC1:
    case 0xC2:
      break;
    case 0xC3:
    case 0xC7:
      fail_unsupported("this is a lossless JPEG, which Striate does not read", kBaseline);
    case 0xC9:
    case 0xCA:
      fail_unsupported("this JPEG uses arithmetic coding, which Striate does not read", kBaseline);
    default:
      fail_unsupported("this is a hierarchical or lossless JPEG, which Striate does not read", kBaseline);
  }
  jpeg.progressive = marker == 0xC2;
  ByteReader reader(data, kName, "in its frame header (SOF)");
  const int bits = reader.u8();
  if (bits != 8) fail_unsupported(fmt::format("this JPEG has {} bits per channel, Striate reads 8", bits), kBaseline);
  jpeg.height = reader.be16();
  jpeg.width = reader.be16();
  const int count = reader.u8();
  if (count == 0 || data.size() != 6u + 3 * count) fail_corrupt(kName, "its frame header (SOF) has a wrong length");
  if (count != 1 && count != 3 && count != 4) {
    fail_unsupported(fmt::format("this JPEG has {} components, Striate reads 1, 3 and 4", count), kBaseline);
  }
  int across = 1, down = 1;
  for (int i = 0; i < count; ++i) {
    JpegComponent c;
    c.id = reader.u8();
    const int sampling = reader.u8();
    c.across = sampling >> 4;
    c.down = sampling & 15;
    c.quantization = reader.u8();
    if (c.across < 1 || c.across > 4 || c.down < 1 || c.down > 4 || c.quantization > 3) {
      fail_corrupt(kName, fmt::format("the sampling or table of its component {} is not defined", i + 1));
    }
    for (const JpegComponent& other : jpeg.components) {
      if (other.id == c.id) fail_corrupt(kName, "two of its components have the same name");
    }
    // One component alone is never interleaved: its sampling means nothing.
    if (count == 1) c.across = c.down = 1;
    across = std::max(across, c.across);
    down = std::max(down, c.down);
    jpeg.components.push_back(c);
  }
  jpeg.units_across = (jpeg.width + 8 * across - 1) / (8 * across);
  jpeg.units_down = (jpeg.height + 8 * down - 1) / (8 * down);
  for (JpegComponent& c : jpeg.components) {
    if (across % c.across != 0 || down % c.down != 0) {
      fail_unsupported("this JPEG samples its components in a ratio that Striate does not read", kBaseline);
    }
    c.blocks_across = ((jpeg.width * c.across + across - 1) / across + 7) / 8;
    c.blocks_down = ((jpeg.height * c.down + down - 1) / down + 7) / 8;
  }
  std::vector<uint8_t> frame(data.begin(), data.end());
  if (count == 1) frame[7] = 0x11;
  put_segment(jpeg, marker, frame);
}

void read_quantization(Bytes data, CheckedJpeg& jpeg) {
  ByteReader reader(data, kName, "in a quantization table (DQT)");
  while (reader.left() > 0) {
    const int which = reader.u8();
    if (which >> 4 > 1 || (which & 15) > 3)
      fail_corrupt(kName, "it has a quantization table (DQT) that is not defined");
    reader.skip(which >> 4 ? 128 : 64);
    jpeg.quantization[which & 15] = true;
  }
  put_segment(jpeg, 0xDB, data);
}

void read_huffman(Bytes data, CheckedJpeg& jpeg) {
  ByteReader reader(data, kName, "in a Huffman table (DHT)");
  while (reader.left() > 0) {
    const int which = reader.u8();
    const bool is_ac = which >> 4 == 1;
    if (which >> 4 > 1 || (which & 15) > 3) fail_corrupt(kName, "it has a Huffman table (DHT) that is not defined");
    const Bytes lengths = reader.take(16);
    int count = 0, code = 0;
    for (int bits = 1; bits <= 16; ++bits) {
      code = (code << 1) + lengths[bits - 1];
      count += lengths[bits - 1];
      if (code > 1 << bits)
        fail_corrupt(kName, fmt::format("a Huffman table (DHT) has too many codes of {} bits", bits));
    }
    // stb_image marks "no short code" with 255, which must not be the place of one.
    if (count > 255) fail_corrupt(kName, fmt::format("a Huffman table (DHT) has {} codes", count));
    for (const uint8_t value : reader.take(count)) {
      if (!is_ac && value > 15) fail_corrupt(kName, "a Huffman table (DHT) has a value that is not defined");
    }
    (is_ac ? jpeg.ac : jpeg.dc)[which & 15] = count > 0;
  }
  put_segment(jpeg, 0xC4, data);
}

void use_standard_tables(CheckedJpeg& jpeg, bool dc, int which) {
  const Bytes table = standard_huffman_table(dc, which);
  if (table.empty()) fail_corrupt(kName, "a scan uses a Huffman table that the file does not define");
  put_segment(jpeg, 0xC4, table);
  (dc ? jpeg.dc : jpeg.ac)[which] = true;
}

// The coded data behind a scan header: their length, up to the next marker that is not a restart.
size_t coded_length(Bytes bytes, size_t from) {
  size_t at = from;
  for (;;) {
    const void* found = at < bytes.size() ? std::memchr(bytes.data() + at, 0xFF, bytes.size() - at) : nullptr;
    if (found == nullptr) fail_ends_early(kName, "in its pixel data");
    at = static_cast<const uint8_t*>(found) - bytes.data();
    if (at + 1 >= bytes.size()) fail_ends_early(kName, "in its pixel data");
    const int next = bytes[at + 1];
    if (next == 0xFF) {
      ++at;  // a fill byte
    } else if (next == 0 || (next >= 0xD0 && next <= 0xD7)) {
      at += 2;
    } else {
      return at - from;
    }
  }
}

void read_scan(Bytes header, Bytes coded, CheckedJpeg& jpeg) {
  if (jpeg.components.empty()) fail_corrupt(kName, "a scan (SOS) comes before the frame header (SOF)");
  if (++jpeg.scans > kMaxScans) fail_corrupt(kName, fmt::format("it has more than {} scans", kMaxScans));
  ByteReader reader(header, kName, "in a scan header (SOS)");
  const int count = reader.u8();
  if (count < 1 || count > 4 || header.size() != 4u + 2 * count)
    fail_corrupt(kName, "a scan header (SOS) has a wrong length");
  std::vector<JpegComponent*> used;
  int dc[4] = {}, ac[4] = {};
  for (int i = 0; i < count; ++i) {
    const int id = reader.u8(), tables = reader.u8();
    JpegComponent* component = nullptr;
    for (JpegComponent& each : jpeg.components) {
      if (each.id == id) component = &each;
    }
    if (component == nullptr || std::find(used.begin(), used.end(), component) != used.end()) {
      fail_corrupt(kName, "a scan (SOS) names a component that the frame does not have, or one twice");
    }
    dc[i] = tables >> 4;
    ac[i] = tables & 15;
    if (dc[i] > 3 || ac[i] > 3) fail_corrupt(kName, "a scan (SOS) uses a Huffman table that is not defined");
    used.push_back(component);
  }
  const int first = reader.u8(), last = reader.u8(), approximation = reader.u8();
  const int high = approximation >> 4, low = approximation & 15;
  if (jpeg.progressive) {
    const bool legal = first <= last && last <= 63 && (first > 0 || last == 0) && (first == 0 || count == 1) &&
                       low <= 13 && (high == 0 || high == low + 1);
    if (!legal) fail_corrupt(kName, fmt::format("a scan (SOS) of coefficients {} to {} is not allowed", first, last));
  }
  const bool is_dc = !jpeg.progressive || first == 0, is_ac = !jpeg.progressive || first > 0;
  int64_t blocks = 0;
  for (int i = 0; i < count; ++i) {
    JpegComponent& c = *used[i];
    blocks += count == 1 ? c.blocks_across * c.blocks_down : jpeg.units_across * jpeg.units_down * c.across * c.down;
    if (is_ac && first > 0 && !c.scanned) fail_corrupt(kName, "a scan refines a component that was not begun");
    if (is_dc && high == 0) c.scanned = true;
    if (is_dc && high == 0 && !jpeg.dc[dc[i]]) use_standard_tables(jpeg, true, dc[i]);
    if (is_ac && !jpeg.ac[ac[i]]) use_standard_tables(jpeg, false, ac[i]);
    if (!jpeg.quantization[c.quantization] && !jpeg.progressive) {
      fail_corrupt(kName, "a scan uses a quantization table that the file does not define");
    }
  }
  jpeg.blocks += blocks;
  if (jpeg.blocks > kMaxBlocks) fail_corrupt(kName, fmt::format("it works through its pixels {} times", jpeg.scans));
  // A block has at least one bit of DC and, in a baseline scan, one that ends its AC coefficients.
  const int64_t least_bits = jpeg.progressive ? (is_dc ? blocks : 0) : 2 * blocks;
  if (static_cast<int64_t>(coded.size()) * 8 < least_bits) {
    fail_ends_early(kName, fmt::format("in its pixel data: {} bytes cannot hold {} blocks", coded.size(), blocks));
  }
  std::vector<uint8_t> clean(header.begin(), header.end());
  if (!jpeg.progressive) {
    // Baseline scans hold everything; what some encoders write here is ignored by every reader.
    clean[clean.size() - 3] = 0;
    clean[clean.size() - 2] = 63;
    clean[clean.size() - 1] = 0;
  }
  put_segment(jpeg, 0xDA, clean);
  jpeg.copy.insert(jpeg.copy.end(), coded.begin(), coded.end());
}

}  // namespace

CheckedJpeg check_jpeg(Bytes bytes, bool header_only) {
  CheckedJpeg jpeg;
  ByteReader reader(bytes, kName, "in its header");
  reader.skip(2);
  if (!header_only) jpeg.copy.reserve(bytes.size() + 1024);
  jpeg.copy = {0xFF, 0xD8};
  for (;;) {
    // Bytes between segments are skipped, as other readers do: some cameras leave them.
    int marker = 0;
    for (int c = reader.u8();; c = marker) {
      while (c != 0xFF) c = reader.u8();
      while ((marker = reader.u8()) == 0xFF) {
      }
      if (marker != 0) break;
    }
    if (marker == 0xD9) break;
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) continue;  // no length follows
    const int length = reader.be16();
    if (length < 2) fail_corrupt(kName, fmt::format("the segment {:02X} has the length {}", marker, length));
    const Bytes data = reader.take(length - 2);
    if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
      read_frame(marker, data, jpeg);
      if (header_only) return jpeg;
      reader.set_where("before its end marker (EOI)");
    } else if (marker == 0xDB) {
      read_quantization(data, jpeg);
    } else if (marker == 0xC4) {
      read_huffman(data, jpeg);
    } else if (marker == 0xDD) {
      if (data.size() != 2) fail_corrupt(kName, "its restart interval (DRI) has a wrong length");
      put_segment(jpeg, marker, data);
    } else if (marker == 0xE0 && starts_with(data, std::string_view("JFIF\0", 5))) {
      put_segment(jpeg, marker, data.first(5));
    } else if (marker == 0xE1 && starts_with(data, std::string_view("Exif\0\0", 6)) && !jpeg.has_exif) {
      jpeg.has_exif = true;
      jpeg.orientation = exif_orientation(data.subspan(6));
    } else if (marker == 0xEE && starts_with(data, "Adobe") && data.size() >= 12) {
      jpeg.adobe_transform = data[11];
      // stb_image wants "Adobe" followed by a zero byte, which is the high byte of the version.
      std::vector<uint8_t> adobe = {'A', 'd', 'o', 'b', 'e', 0, 0, 0, 0, 0, 0, data[11]};
      put_segment(jpeg, marker, adobe);
    } else if (marker == 0xDA) {
      const size_t from = reader.position();
      const size_t coded = coded_length(bytes, from);
      read_scan(data, bytes.subspan(from, coded), jpeg);
      reader.skip(coded);
    }
  }
  if (jpeg.components.empty()) fail_corrupt(kName, "it has no frame header (SOF)");
  for (size_t i = 0; i < jpeg.components.size(); ++i) {
    if (!jpeg.components[i].scanned) fail_corrupt(kName, fmt::format("its component {} has no pixel data", i + 1));
    if (!jpeg.quantization[jpeg.components[i].quantization]) {
      fail_corrupt(kName, "it uses a quantization table that the file does not define");
    }
  }
  jpeg.copy.insert(jpeg.copy.end(), {0xFF, 0xD9});
  return jpeg;
}

}  // namespace striate
