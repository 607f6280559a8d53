// Writing PNG and JPEG. A PNG of a large photo is compressed on all cores: its rows are cut into bands of about 1 MB,
// each band is filtered and deflated by itself (with the 32 kB before it as a dictionary, so that nothing is lost at
// the cut) and the pieces are joined into one zlib stream. The cuts depend on the picture alone: same picture, same
// file.
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "engine/error.h"
#include "engine/files/atomic_write.h"
#include "engine/files/image_file.h"
#include "engine/files/read_file.h"
#include "engine/files/stb.h"
#include "engine/lower_case.h"
#include "kernels/threads.h"

namespace striate {
namespace {

constexpr size_t kBandBytes = 1 << 20;
constexpr size_t kWindow = 32768;  // of deflate
constexpr int kLevel = 5;          // of zlib: within 2 % of the size of level 6 on photos, in two thirds of its time

int paeth(int left, int up, int corner) {
  const int p = left + up - corner;
  const int a = std::abs(p - left), b = std::abs(p - up), c = std::abs(p - corner);
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

// Writes the row's filter byte and its filtered bytes: of the filters that PNG has, the one whose bytes, read as
// signed, have the smallest sum (the rule that the standard, 12.8, suggests). `up` may be a row of zeros.
void filter_row(const uint8_t* row, const uint8_t* up, size_t count, size_t pixel, uint8_t* scratch, uint8_t* out) {
  static constexpr int kUsed[4] = {1, 2, 3, 4};
  uint64_t best = 0;
  for (size_t i = 0; i < count; ++i) best += std::abs(static_cast<int8_t>(row[i]));
  out[0] = 0;
  std::memcpy(out + 1, row, count);
  for (const int filter : kUsed) {
    const size_t head = std::min(pixel, count);
    for (size_t i = 0; i < head; ++i) {  // no pixel at the left
      const int predicted = filter == 1 ? 0 : filter == 3 ? up[i] / 2 : up[i];
      scratch[i] = static_cast<uint8_t>(row[i] - predicted);
    }
    const uint8_t *left = row - pixel, *corner = up - pixel;
    if (filter == 1) {
      for (size_t i = head; i < count; ++i) scratch[i] = static_cast<uint8_t>(row[i] - left[i]);
    } else if (filter == 2) {
      for (size_t i = head; i < count; ++i) scratch[i] = static_cast<uint8_t>(row[i] - up[i]);
    } else if (filter == 3) {
      for (size_t i = head; i < count; ++i) scratch[i] = static_cast<uint8_t>(row[i] - (left[i] + up[i]) / 2);
    } else {
      for (size_t i = head; i < count; ++i)
        scratch[i] = static_cast<uint8_t>(row[i] - paeth(left[i], up[i], corner[i]));
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < count; ++i) sum += std::abs(static_cast<int8_t>(scratch[i]));
    if (sum < best) {
      best = sum;
      out[0] = static_cast<uint8_t>(filter);
      std::memcpy(out + 1, scratch, count);
    }
  }
}

// The picture's rows as PNG stores them: 16-bit values with the high byte first.
class Rows {
 public:
  explicit Rows(const Image& image) : image_(image), wide_(image.bits == 16 && !image.wide.empty()) {}
  size_t bytes() const { return static_cast<size_t>(image_.width) * pixel(); }
  size_t pixel() const { return static_cast<size_t>(image_.channels) * (wide_ ? 2 : 1); }
  bool wide() const { return wide_; }
  const uint8_t* row(int y, std::vector<uint8_t>& buffer) const {
    const size_t values = static_cast<size_t>(image_.width) * image_.channels;
    if (!wide_) return image_.bytes.data() + y * values;
    buffer.resize(bytes());
    for (size_t i = 0; i < values; ++i) {
      buffer[2 * i] = static_cast<uint8_t>(image_.wide[y * values + i] >> 8);
      buffer[2 * i + 1] = static_cast<uint8_t>(image_.wide[y * values + i]);
    }
    return buffer.data();
  }

 private:
  const Image& image_;
  bool wide_;
};

struct Band {
  int first = 0, last = 0;        // rows
  std::vector<uint8_t> filtered;  // with filter bytes
  std::vector<uint8_t> deflated;
};

void filter_band(const Rows& rows, Band& band) {
  const size_t bytes = rows.bytes();
  std::vector<uint8_t> scratch(bytes), zeros(bytes), buffers[2];
  band.filtered.resize((bytes + 1) * (band.last - band.first));
  const uint8_t* up = band.first == 0 ? zeros.data() : rows.row(band.first - 1, buffers[1]);
  for (int y = band.first; y < band.last; ++y) {
    const uint8_t* row = rows.row(y, buffers[(y - band.first) % 2]);
    filter_row(row, up, bytes, rows.pixel(), scratch.data(), band.filtered.data() + (bytes + 1) * (y - band.first));
    up = row;
  }
}

void deflate_band(Band& band, const Band* before, bool is_last) {
  z_stream stream = {};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  if (before != nullptr) {
    const size_t count = std::min(kWindow, before->filtered.size());
    deflateSetDictionary(&stream, before->filtered.data() + before->filtered.size() - count, static_cast<uInt>(count));
  }
  band.deflated.resize(deflateBound(&stream, static_cast<uLong>(band.filtered.size())) + 64);
  stream.next_in = band.filtered.data();
  stream.avail_in = static_cast<uInt>(band.filtered.size());
  stream.next_out = band.deflated.data();
  stream.avail_out = static_cast<uInt>(band.deflated.size());
  const int status = deflate(&stream, is_last ? Z_FINISH : Z_SYNC_FLUSH);
  const size_t used = band.deflated.size() - stream.avail_out;
  const bool all = stream.avail_in == 0 && (is_last ? status == Z_STREAM_END : status == Z_OK);
  deflateEnd(&stream);
  check(all, "deflate left {} bytes of a band (status {})", stream.avail_in, status);
  band.deflated.resize(used);
}

std::vector<uint8_t> be32(uint32_t value) {
  return {static_cast<uint8_t>(value >> 24), static_cast<uint8_t>(value >> 16), static_cast<uint8_t>(value >> 8),
          static_cast<uint8_t>(value)};
}

void write_chunk(AtomicFile& file, const char* kind, const std::vector<uint8_t>& data) {
  std::vector<uint8_t> chunk(kind, kind + 4);
  chunk.insert(chunk.end(), data.begin(), data.end());
  const uint32_t crc = static_cast<uint32_t>(crc32_z(0, chunk.data(), chunk.size()));
  file.write(be32(static_cast<uint32_t>(data.size())).data(), 4);
  file.write(chunk.data(), chunk.size());
  file.write(be32(crc).data(), 4);
}

void write_png(AtomicFile& file, const Image& image) {
  const Rows rows(image);
  file.write("\x89PNG\r\n\x1A\n", 8);
  std::vector<uint8_t> header = be32(static_cast<uint32_t>(image.width));
  const std::vector<uint8_t> height = be32(static_cast<uint32_t>(image.height));
  header.insert(header.end(), height.begin(), height.end());
  static constexpr int kColor[5] = {0, 0, 4, 2, 6};
  for (const int value : {rows.wide() ? 16 : 8, kColor[image.channels], 0, 0, 0})
    header.push_back(static_cast<uint8_t>(value));
  write_chunk(file, "IHDR", header);

  const int per_band = static_cast<int>(std::max<size_t>(1, kBandBytes / (rows.bytes() + 1)));
  // A few bands at a time, so that a large picture's filtered rows need not all be held.
  constexpr int kAtOnce = 16;
  uLong adler = adler32(0, nullptr, 0);
  std::vector<Band> bands(1);  // [0]: the last band of the round before
  bool has_before = false, first = true;
  for (int y = 0; y < image.height;) {
    bands.resize(1);
    for (int i = 0; i < kAtOnce && y < image.height; ++i) {
      Band band;
      band.first = y;
      band.last = y = std::min(image.height, y + per_band);
      bands.push_back(std::move(band));
    }
    const auto made = static_cast<int64_t>(bands.size()) - 1;
    parallel_for(made, [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<size_t>(begin) + 1; i <= static_cast<size_t>(end); ++i) filter_band(rows, bands[i]);
    });
    parallel_for(made, [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<size_t>(begin) + 1; i <= static_cast<size_t>(end); ++i) {
        deflate_band(bands[i], i > 1 || has_before ? &bands[i - 1] : nullptr, bands[i].last == image.height);
      }
    });
    for (size_t i = 1; i < bands.size(); ++i) {
      std::vector<uint8_t>& data = bands[i].deflated;
      adler = adler32_z(adler, bands[i].filtered.data(), bands[i].filtered.size());
      if (first) data.insert(data.begin(), {0x78, 0x5E});  // zlib header: deflate, 32 kB window
      first = false;
      if (bands[i].last == image.height) {
        const std::vector<uint8_t> sum = be32(static_cast<uint32_t>(adler));
        data.insert(data.end(), sum.begin(), sum.end());
      }
      write_chunk(file, "IDAT", data);
    }
    bands[0] = std::move(bands.back());
    has_before = true;
  }
  write_chunk(file, "IEND", {});
}

}  // namespace

void write_image(const std::string& path, const Image& image, int jpeg_quality) {
  const std::string name = file_name(path);
  const size_t dot = name.find_last_of('.');
  const std::string ending = dot == std::string::npos ? "" : lower_case(name.substr(dot + 1));
  const bool png = ending == "png", jpeg = ending == "jpg" || ending == "jpeg";
  if (!png && !jpeg) {
    throw Error(fmt::format("{}: pictures are written as PNG or JPEG, not as \"{}\"", path, ending),
                "end the name in .png, .jpg or .jpeg");
  }
  check(image.width > 0 && image.height > 0 && image.channels >= 1 && image.channels <= 4 &&
            image.bytes.size() == image.value_count(),
        "write_image: {} x {} x {} with {} bytes", image.width, image.height, image.channels, image.bytes.size());
  if (jpeg && (image.width > 65535 || image.height > 65535)) {
    throw Error(fmt::format("{}: a JPEG has at most 65535 x 65535 pixels, this picture has {} x {}", path, image.width,
                            image.height),
                "write it as .png");
  }
  AtomicFile file(path);
  if (png) {
    write_png(file, image);
  } else {
    const std::vector<uint8_t> bytes = stb_encode_jpeg(image, std::clamp(jpeg_quality, 1, 100));
    file.write(bytes.data(), bytes.size());
  }
  file.commit();
}

}  // namespace striate
