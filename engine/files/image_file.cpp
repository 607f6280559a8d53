// The one place that knows every picture format: the list below, in the order in which they are tried.
// Which is which is decided by content, never by a name's ending. To add a format, see formats.h.
#include "engine/files/image_file.h"

#include <algorithm>
#include <limits>
#include <new>

#include "engine/files/formats.h"
#include "engine/files/read_file.h"

namespace striate {
namespace {

// TGA has no signature, only a header that makes sense: it comes last.
const ImageFormat* const kFormats[] = {&kPng, &kJpeg, &kGif, &kBmp, &kPsd, &kPnm, &kTiff, &kWebp, &kTga};
constexpr const char* kFormatsInWords = "Striate reads PNG, JPEG, TIFF, WebP, BMP, GIF, TGA, PNM and PSD";

constexpr size_t kSniffed = 4096;                 // enough for every `matches`
constexpr size_t kFirstRead = 256 * 1024;         // enough for nearly every header
constexpr uint64_t kLargestFile = 2'000'000'000;  // decoders count in 32 bits

const ImageFormat& find_format(Bytes bytes) {
  const Bytes start = bytes.first(std::min(bytes.size(), kSniffed));
  for (const ImageFormat* format : kFormats) {
    if (format->matches(start)) return *format;
  }
  fail_if_known_but_unsupported(start);
  throw Error("this is not a picture of a known format", kFormatsInWords);
}

void check_header(const ImageHeader& header, const ImageLimits& limits) {
  if (header.width < 1 || header.height < 1) {
    fail_corrupt(header.format.c_str(),
                 fmt::format("its size is {} x {}, a picture has at least one pixel", header.width, header.height));
  }
  const double megapixels = static_cast<double>(header.width) * static_cast<double>(header.height) / 1e6;
  const bool beyond_int =
      header.width > std::numeric_limits<int>::max() || header.height > std::numeric_limits<int>::max();
  if (megapixels > limits.megapixels || beyond_int) {
    throw Error(fmt::format("its size of {} x {} pixels ({:.1f} megapixels) is over the limit of {:.4g} megapixels",
                            header.width, header.height, megapixels, limits.megapixels),
                "scale it down with another program, or cut out the part that matters");
  }
}

// The 8-bit values that are shown where the file has 16: value / 257, rounded to nearest.
void fill_bytes_from_wide(Image& image) {
  image.bytes.resize(image.wide.size());
  const uint16_t* from = image.wide.data();
  uint8_t* to = image.bytes.data();
  for (size_t i = 0; i < image.wide.size(); ++i) to[i] = static_cast<uint8_t>((from[i] + 128u) / 257u);
}

ImagePtr decode(const ImageFormat& format, Bytes bytes, const ImageHeader& header, const std::string& name,
                const std::string& path) {
  auto image = std::make_shared<Image>();
  image->name = name;
  image->path = path;
  image->format = format.name;
  try {
    format.decode(bytes, header, *image);
    if (image->bits == 16) fill_bytes_from_wide(*image);
  } catch (const std::bad_alloc&) {
    throw Error(fmt::format("not enough memory for its {} x {} pixels", header.width, header.height),
                "close other programs, or scale the picture down");
  }
  check(image->bytes.size() == image->value_count(), "{}: {} values for {} x {} x {}", format.name, image->bytes.size(),
        image->width, image->height, image->channels);
  return image;
}

// Errors of the readers name the rule; the file's name is added here.
template <typename Body>
auto with_name(const std::string& name, const Body& body) {
  try {
    return body();
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", name, error.what()), error.hint());
  }
}

// Reads as much of the file as its header needs.
ImageHeader header_of(const InputFile& file, const ImageFormat*& format, PixelBuffer<uint8_t>& bytes) {
  file.read_up_to(kSniffed, bytes);
  format = &find_format(Bytes(bytes.data(), bytes.size()));
  if (file.size() > kLargestFile) {
    throw Error(fmt::format("the file is {}, more than the {} that can be read", bytes_in_words(file.size()),
                            bytes_in_words(kLargestFile)),
                "save the picture in a compressed format (PNG, JPEG)");
  }
  for (uint64_t wanted = kFirstRead;; wanted *= 8) {
    file.read_up_to(wanted, bytes);
    const bool complete = bytes.size() == file.size();
    try {
      return format->header(Bytes(bytes.data(), bytes.size()), complete);
    } catch (const EndsEarly&) {
      if (complete) throw;
    }
  }
}

}  // namespace

void fail_ends_early(const char* format, const std::string& where) {
  throw EndsEarly(fmt::format("the file is cut off: this {} ends {}", format, where), "copy or download it again");
}

void fail_corrupt(const char* format, const std::string& rule) {
  throw Error(fmt::format("this {} is damaged: {}", format, rule),
              "copy or download it again, or open another picture");
}

void fail_unsupported(const std::string& what, const std::string& hint) { throw Error(what, hint); }

void allocate_pixels(Image& image, int64_t width, int64_t height, int channels, int bits) {
  image.width = static_cast<int>(width);
  image.height = static_cast<int>(height);
  image.channels = channels;
  image.bits = bits;
  if (bits == 16) {
    image.wide.resize(image.value_count());
  } else {
    image.bytes.resize(image.value_count());
  }
}

ImageHeader read_image_header(const std::string& path) {
  const InputFile file(path);
  return with_name(path, [&] {
    PixelBuffer<uint8_t> bytes;
    const ImageFormat* format = nullptr;
    return header_of(file, format, bytes);
  });
}

ImagePtr read_image(const std::string& path, const ImageLimits& limits) {
  const InputFile file(path);
  return with_name(path, [&] {
    PixelBuffer<uint8_t> bytes;
    const ImageFormat* format = nullptr;
    const ImageHeader header = header_of(file, format, bytes);
    check_header(header, limits);
    file.read_up_to(file.size(), bytes);
    return decode(*format, Bytes(bytes.data(), bytes.size()), header, file_name(path), path);
  });
}

ImagePtr read_image(const uint8_t* data, size_t size, const std::string& name, const ImageLimits& limits) {
  return with_name(name, [&] {
    if (size == 0) throw Error("the file is empty (0 bytes)", "copy or download it again");
    const Bytes bytes(data, size);
    const ImageFormat& format = find_format(bytes);
    const ImageHeader header = format.header(bytes, true);
    check_header(header, limits);
    return decode(format, bytes, header, name, "");
  });
}

}  // namespace striate
