// TIFF, as tiles and scenes from above come (UC Merced's, GeoTIFFs), by libtiff. Values of 8 and 16 bits keep them;
// what has other colors (palette, YCbCr, CMYK) or fewer bits becomes 8-bit RGB. Of several pictures in a file the
// first. Floating point and signed values are named and refused.
#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "engine/files/formats.h"

namespace striate {
namespace {

constexpr const char* kName = "TIFF";
constexpr const char* kConvert =
    "convert it to PNG: convert FILE picture.png, or gdal_translate -ot Byte FILE picture.png";

// A file in memory, and what libtiff last said was wrong with it.
struct Source {
  Bytes bytes;
  uint64_t at = 0;
  std::string problem;
};

tsize_t read_some(thandle_t handle, void* to, tsize_t count) {
  auto& source = *static_cast<Source*>(handle);
  const uint64_t left = source.bytes.size() - std::min<uint64_t>(source.at, source.bytes.size());
  const auto taken = static_cast<size_t>(std::min<uint64_t>(left, static_cast<uint64_t>(count)));
  if (taken > 0) std::memcpy(to, source.bytes.data() + source.at, taken);
  source.at += taken;
  return static_cast<tsize_t>(taken);
}
tsize_t write_nothing(thandle_t, void*, tsize_t) { return 0; }
toff_t seek_to(thandle_t handle, toff_t offset, int whence) {
  auto& source = *static_cast<Source*>(handle);
  source.at = offset + (whence == SEEK_CUR ? source.at : whence == SEEK_END ? source.bytes.size() : 0);
  return source.at;
}
toff_t size_of(thandle_t handle) { return static_cast<Source*>(handle)->bytes.size(); }
int close_nothing(thandle_t) { return 0; }
int map_all(thandle_t handle, void** base, toff_t* size) {
  const auto& source = *static_cast<Source*>(handle);
  *base = const_cast<uint8_t*>(source.bytes.data());
  *size = source.bytes.size();
  return 1;
}
void unmap_nothing(thandle_t, void*, toff_t) {}

int keep_problem(TIFF*, void* data, const char*, const char* format, va_list arguments) {
  std::array<char, 300> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  std::string& problem = static_cast<Source*>(data)->problem;
  if (problem.empty()) problem = text.data();
  return 1;
}
int keep_quiet(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct TiffEnd {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};
using TiffFile = std::unique_ptr<TIFF, TiffEnd>;

// Bytes that are there so far may lack the directory, which often stands behind the pixels.
TiffFile open(Source& source, bool complete) {
  const std::unique_ptr<TIFFOpenOptions, TiffEnd> options(TIFFOpenOptionsAlloc());
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_problem, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), keep_quiet, nullptr);
  TiffFile file(TIFFClientOpenExt("picture", "r", &source, read_some, write_nothing, seek_to, close_nothing, size_of,
                                  map_all, unmap_nothing, options.get()));
  if (file) return file;
  if (!complete) fail_ends_early(kName, "before its directory");
  fail_corrupt(kName, source.problem.empty() ? "it can't be opened" : source.problem);
}

struct Layout {
  uint32_t width = 0, height = 0;
  uint16_t bits = 1, samples = 1, colors = PHOTOMETRIC_MINISBLACK, orientation = ORIENTATION_TOPLEFT;
  bool plain = false;  // gray or RGB of 8 or 16 bits, side by side: read as it is
  bool alpha = false;

  int channels() const { return plain ? (colors == PHOTOMETRIC_RGB ? 3 : 1) + (alpha ? 1 : 0) : 3; }
  int image_bits() const { return plain ? bits : 8; }
};

Layout layout_of(TIFF* file) {
  Layout layout;
  uint16_t planes = PLANARCONFIG_CONTIG, format = SAMPLEFORMAT_UINT, extra = 0, compression = COMPRESSION_NONE;
  uint16_t* extras = nullptr;
  TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &layout.width);
  TIFFGetField(file, TIFFTAG_IMAGELENGTH, &layout.height);
  TIFFGetFieldDefaulted(file, TIFFTAG_BITSPERSAMPLE, &layout.bits);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLESPERPIXEL, &layout.samples);
  TIFFGetField(file, TIFFTAG_PHOTOMETRIC, &layout.colors);
  TIFFGetFieldDefaulted(file, TIFFTAG_ORIENTATION, &layout.orientation);
  TIFFGetFieldDefaulted(file, TIFFTAG_PLANARCONFIG, &planes);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLEFORMAT, &format);
  TIFFGetFieldDefaulted(file, TIFFTAG_COMPRESSION, &compression);
  TIFFGetFieldDefaulted(file, TIFFTAG_EXTRASAMPLES, &extra, &extras);
  const auto unsupported = [](const std::string& what) {
    fail_unsupported(fmt::format("this TIFF {}, which Striate does not read", what), kConvert);
  };
  if (format == SAMPLEFORMAT_IEEEFP) unsupported("has floating-point values");
  if (format == SAMPLEFORMAT_INT) unsupported("has values with a sign");
  if (TIFFIsCODECConfigured(compression) == 0) unsupported(fmt::format("is compressed in way {}", compression));
  const bool gray = layout.colors == PHOTOMETRIC_MINISBLACK || layout.colors == PHOTOMETRIC_MINISWHITE;
  const int shown = gray ? 1 : 3;
  layout.plain = (gray || layout.colors == PHOTOMETRIC_RGB) && (layout.bits == 8 || layout.bits == 16) &&
                 layout.samples >= shown && (planes == PLANARCONFIG_CONTIG || layout.samples == 1);
  layout.alpha = layout.plain && extra > 0 && layout.samples > shown &&
                 (extras[0] == EXTRASAMPLE_ASSOCALPHA || extras[0] == EXTRASAMPLE_UNASSALPHA);
  if (layout.orientation < 1 || layout.orientation > 8) layout.orientation = ORIENTATION_TOPLEFT;
  std::array<char, 1024> why{};
  if (!layout.plain && TIFFRGBAImageOK(file, why.data()) == 0) {
    why.back() = 0;
    unsupported(fmt::format("can't be shown: {}", why.data()));
  }
  return layout;
}

[[noreturn]] void fail_pixels(const Source& source) {
  fail_corrupt(kName, source.problem.empty() ? "its pixels can't be read" : source.problem);
}

// Nothing is allocated for pixels that the file cannot hold: no way of compressing makes less than this share.
void check_held(TIFF* file, const Layout& layout, const Source& source) {
  uint64_t held = 0;
  const uint32_t count = TIFFIsTiled(file) ? TIFFNumberOfTiles(file) : TIFFNumberOfStrips(file);
  for (uint32_t i = 0; i < count && held < source.bytes.size(); ++i) {
    const uint64_t at = TIFFGetStrileOffset(file, i), size = TIFFGetStrileByteCount(file, i);
    if (at > source.bytes.size() || size > source.bytes.size() - at) fail_ends_early(kName, "before its pixels do");
    held += size;
  }
  const uint64_t pixels = uint64_t{layout.width} * layout.height;
  const auto segment =
      static_cast<uint64_t>(std::max<tmsize_t>(0, TIFFIsTiled(file) ? TIFFTileSize(file) : TIFFStripSize(file)));
  if (pixels / 4096 > held || segment / 16384 > held) fail_ends_early(kName, "before its pixels do");
}

void place(const Layout& layout, const uint8_t* values, uint32_t x, uint32_t y, uint32_t columns, Image& image) {
  const auto channels = static_cast<size_t>(layout.channels());
  size_t to = (size_t{y} * layout.width + x) * channels;
  for (uint32_t column = 0; column < columns; ++column, to += channels) {
    for (size_t c = 0; c < channels; ++c) {
      const size_t from = size_t{column} * layout.samples + c;
      const bool turned = layout.colors == PHOTOMETRIC_MINISWHITE && c == 0;
      if (layout.bits == 8) {
        image.bytes[to + c] = static_cast<uint8_t>(turned ? 255 - values[from] : values[from]);
      } else {
        uint16_t value = 0;
        std::memcpy(&value, values + 2 * from, 2);
        image.wide[to + c] = static_cast<uint16_t>(turned ? 65535 - value : value);
      }
    }
  }
}

void read_plain(TIFF* file, const Source& source, const Layout& layout, Image& image) {
  const size_t pixel = size_t{layout.samples} * layout.bits / 8;
  if (!TIFFIsTiled(file)) {
    std::vector<uint8_t> row(static_cast<size_t>(TIFFScanlineSize(file)));
    if (row.size() < pixel * layout.width) fail_pixels(source);
    for (uint32_t y = 0; y < layout.height; ++y) {
      if (TIFFReadScanline(file, row.data(), y, 0) < 0) fail_pixels(source);
      place(layout, row.data(), 0, y, layout.width, image);
    }
    return;
  }
  uint32_t wide = 0, high = 0;
  TIFFGetField(file, TIFFTAG_TILEWIDTH, &wide);
  TIFFGetField(file, TIFFTAG_TILELENGTH, &high);
  std::vector<uint8_t> tile(static_cast<size_t>(std::max<tmsize_t>(0, TIFFTileSize(file))));
  if (wide == 0 || high == 0 || tile.size() < pixel * wide * high) fail_corrupt(kName, "its tiles have no size");
  for (uint32_t y = 0; y < layout.height; y += high) {
    for (uint32_t x = 0; x < layout.width; x += wide) {
      if (TIFFReadTile(file, tile.data(), x, y, 0, 0) < 0) fail_pixels(source);
      for (uint32_t row = 0; row < std::min(high, layout.height - y); ++row) {
        place(layout, tile.data() + pixel * wide * row, x, y + row, std::min(wide, layout.width - x), image);
      }
    }
  }
}

bool matches(Bytes start) {
  return starts_with(start, std::string_view("II\x2A\0", 4)) || starts_with(start, std::string_view("MM\0\x2A", 4));
}

ImageHeader read_header(Bytes bytes, bool complete) {
  Source source{bytes, 0, {}};
  const TiffFile file = open(source, complete);
  const Layout layout = layout_of(file.get());
  return {kName, layout.width, layout.height, layout.channels(), layout.image_bits()};
}

void decode(Bytes bytes, const ImageHeader&, Image& image) {
  Source source{bytes, 0, {}};
  const TiffFile file = open(source, true);
  const Layout layout = layout_of(file.get());
  check_held(file.get(), layout, source);
  allocate_pixels(image, layout.width, layout.height, layout.channels(), layout.image_bits());
  if (layout.plain) {
    read_plain(file.get(), source, layout, image);
    if (layout.samples > layout.channels()) {
      image.notes.push_back(fmt::format("of its {} bands the first {}", layout.samples, layout.channels()));
    }
    apply_orientation(image, layout.orientation);
    return;
  }
  std::vector<uint32_t> pixels(size_t{layout.width} * layout.height);
  if (TIFFReadRGBAImageOriented(file.get(), layout.width, layout.height, pixels.data(), layout.orientation, 1) == 0) {
    fail_pixels(source);
  }
  for (size_t i = 0; i < pixels.size(); ++i) {
    image.bytes[3 * i] = static_cast<uint8_t>(TIFFGetR(pixels[i]));
    image.bytes[3 * i + 1] = static_cast<uint8_t>(TIFFGetG(pixels[i]));
    image.bytes[3 * i + 2] = static_cast<uint8_t>(TIFFGetB(pixels[i]));
  }
  apply_orientation(image, layout.orientation);
}

}  // namespace

const ImageFormat kTiff = {kName, matches, read_header, decode};

}  // namespace striate
