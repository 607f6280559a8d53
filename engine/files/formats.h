// What every picture format of Striate provides, and the tools that their readers share. For engine/files/ alone;
// everybody else uses image_file.h.
//
// To add a format: copy pnm.cpp (the shortest), write its three functions, declare its row below, and put the row into
// the list in image_file.cpp. Tests: a file of it in tests/engine/image_files_test.cpp's table of small valid files
// is then cut at every byte, damaged at every byte and read back.
//
// How a reader treats a broken file: it throws, it never returns part of a picture. Errors are made by the fail_...
// functions below and name the format and the rule; read_image() puts the file's name in front.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/error.h"
#include "engine/files/image_file.h"

namespace striate {

using Bytes = std::span<const uint8_t>;

struct ImageFormat {
  const char* name;  // as Image::format
  // Whether a file that starts with these bytes (the first 4096, or fewer) claims to be of this format.
  bool (*matches)(Bytes start);
  // Reads size, channels and bits. `complete`: the bytes are the whole file. Throws EndsEarly where more are needed:
  // read_image() then comes back with more of the file, unless these were all.
  ImageHeader (*header)(Bytes bytes, bool complete);
  // Reads the picture out of the whole file: everything of Image but name, path, format and, for 16 bits, `bytes`.
  // The header's size has passed the limit already.
  void (*decode)(Bytes bytes, const ImageHeader& header, Image& image);
};

extern const ImageFormat kPng, kJpeg, kGif, kBmp, kPsd, kPnm, kTiff, kWebp, kTga;

// A file that stops before the picture does.
class EndsEarly : public Error {
 public:
  using Error::Error;
};

// where: "in its header", "in row 12 of 480", ...
[[noreturn]] void fail_ends_early(const char* format, const std::string& where);
// rule: what is wrong with the file, a clause: "its width is 0".
[[noreturn]] void fail_corrupt(const char* format, const std::string& rule);
// what: "12-bit JPEG"; hint: what to do.
[[noreturn]] void fail_unsupported(const std::string& what, const std::string& hint);
// Throws where `bytes` start like a picture or document of a format that Striate does not read, by name.
void fail_if_known_but_unsupported(Bytes bytes);

// Reads numbers and pieces off a file; running past its end throws EndsEarly.
class ByteReader {
 public:
  ByteReader(Bytes bytes, const char* format, const char* where) : bytes_(bytes), format_(format), where_(where) {}

  size_t position() const { return position_; }
  size_t left() const { return bytes_.size() - position_; }
  void set_where(const char* where) { where_ = where; }
  void seek(size_t position) {
    if (position > bytes_.size()) fail_ends_early(format_, where_);
    position_ = position;
  }
  Bytes take(size_t count) {
    if (count > left()) fail_ends_early(format_, where_);
    position_ += count;
    return bytes_.subspan(position_ - count, count);
  }
  void skip(size_t count) { take(count); }
  uint8_t u8() {
    if (position_ >= bytes_.size()) fail_ends_early(format_, where_);
    return bytes_[position_++];
  }
  uint16_t le16() {
    const Bytes b = take(2);
    return static_cast<uint16_t>(b[0] | b[1] << 8);
  }
  uint16_t be16() {
    const Bytes b = take(2);
    return static_cast<uint16_t>(b[0] << 8 | b[1]);
  }
  uint32_t le32() {
    const uint32_t low = le16();
    return low | static_cast<uint32_t>(le16()) << 16;
  }
  uint32_t be32() {
    const uint32_t high = be16();
    return high << 16 | be16();
  }

 private:
  Bytes bytes_;
  const char* format_;
  const char* where_;
  size_t position_ = 0;
};

inline bool starts_with(Bytes bytes, std::string_view magic) {
  if (bytes.size() < magic.size()) return false;
  for (size_t i = 0; i < magic.size(); ++i) {
    if (bytes[i] != static_cast<uint8_t>(magic[i])) return false;
  }
  return true;
}

// Colors of a palette; entries that the file does not define are opaque black.
struct Palette {
  std::array<std::array<uint8_t, 4>, 256> rgba;
  Palette() { rgba.fill({0, 0, 0, 255}); }
};

// Sizes the picture's pixels: width, height, channels, bits, and zeroed `bytes` (8 bits) or `wide` (16 bits).
void allocate_pixels(Image& image, int64_t width, int64_t height, int channels, int bits);

// The orientation (1..8) that an EXIF block (TIFF structure, without the "Exif\0\0" in front) states; 1 where it states
// none or is broken in whatever way: a picture with broken EXIF is still a picture.
int exif_orientation(Bytes tiff);
// Turns and mirrors the picture as EXIF orientation 1..8 asks (TIFF 6.0, tag 274), and says so in its notes.
void apply_orientation(Image& image, int orientation);

}  // namespace striate
