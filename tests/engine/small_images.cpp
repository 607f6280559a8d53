#include "tests/engine/small_images.h"

#include <webp/encode.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace striate {
namespace {

void append(FileBytes& to, const FileBytes& more) { to.insert(to.end(), more.begin(), more.end()); }
void text(FileBytes& to, const std::string& more) { to.insert(to.end(), more.begin(), more.end()); }
void le(FileBytes& to, int bytes, uint32_t value) {
  for (int i = 0; i < bytes; ++i) to.push_back(static_cast<uint8_t>(value >> (8 * i)));
}
void be(FileBytes& to, int bytes, uint32_t value) {
  for (int i = bytes - 1; i >= 0; --i) to.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

FileBytes bmp(int width, int height, int bits, int compression, const FileBytes& palette, const FileBytes& pixels) {
  FileBytes file;
  text(file, "BM");
  le(file, 4, static_cast<uint32_t>(54 + palette.size() + pixels.size()));
  le(file, 4, 0);
  le(file, 4, static_cast<uint32_t>(54 + palette.size()));
  le(file, 4, 40);
  le(file, 4, static_cast<uint32_t>(width));
  le(file, 4, static_cast<uint32_t>(height));
  le(file, 2, 1);
  le(file, 2, static_cast<uint32_t>(bits));
  le(file, 4, static_cast<uint32_t>(compression));
  le(file, 4, static_cast<uint32_t>(pixels.size()));
  le(file, 4, 2835);
  le(file, 4, 2835);
  le(file, 4, bits <= 8 ? static_cast<uint32_t>(palette.size() / 4) : 0);
  le(file, 4, 0);
  append(file, palette);
  append(file, pixels);
  return file;
}

FileBytes tga(int kind, int width, int height, int bits, int descriptor, const FileBytes& palette, int palette_bits,
              const FileBytes& pixels) {
  const bool indexed = (kind & 7) == 1;
  FileBytes file = {0, static_cast<uint8_t>(indexed), static_cast<uint8_t>(kind)};
  le(file, 2, 0);
  le(file, 2, indexed ? static_cast<uint32_t>(palette.size() / ((palette_bits + 7) / 8)) : 0);
  file.push_back(static_cast<uint8_t>(indexed ? palette_bits : 0));
  le(file, 4, 0);
  le(file, 2, static_cast<uint32_t>(width));
  le(file, 2, static_cast<uint32_t>(height));
  file.push_back(static_cast<uint8_t>(bits));
  file.push_back(static_cast<uint8_t>(descriptor));
  append(file, palette);
  append(file, pixels);
  return file;
}

FileBytes psd(int width, int height, int channels, int bits, int mode, const FileBytes& mode_data, int compression,
              const FileBytes& pixels) {
  FileBytes file;
  text(file, "8BPS");
  be(file, 2, 1);
  be(file, 4, 0);
  be(file, 2, 0);
  be(file, 2, static_cast<uint32_t>(channels));
  be(file, 4, static_cast<uint32_t>(height));
  be(file, 4, static_cast<uint32_t>(width));
  be(file, 2, static_cast<uint32_t>(bits));
  be(file, 2, static_cast<uint32_t>(mode));
  be(file, 4, static_cast<uint32_t>(mode_data.size()));
  append(file, mode_data);
  be(file, 4, 0);
  be(file, 4, 0);
  be(file, 2, static_cast<uint32_t>(compression));
  append(file, pixels);
  return file;
}

// 3 x 2 pixels of indices 0 1 2 / 3 0 1, LZW with 3-bit codes: clear 0 1 clear 2 3 clear 0 1 end, packed from the low
// bits (with a third code in a row the width would grow).
FileBytes gif(bool transparent, int frames) {
  FileBytes file;
  text(file, "GIF89a");
  le(file, 2, 3);
  le(file, 2, 2);
  append(file, {0x81, 0, 0});
  append(file, {10, 20, 30, 40, 50, 60, 70, 80, 90, 200, 210, 220});
  for (int frame = 0; frame < frames; ++frame) {
    if (transparent) append(file, {0x21, 0xF9, 4, 1, 0, 0, 3, 0});
    append(file, {0x2C, 0, 0, 0, 0, 3, 0, 2, 0, 0, 2});
    const int codes[] = {4, 0, 1, 4, 2, 3, 4, 0, 1, 5};
    uint32_t bits = 0;
    int held = 0;
    for (const int code : codes) bits |= static_cast<uint32_t>(code) << held, held += 3;
    append(file, {4});
    le(file, 4, bits);
    file.push_back(0);
  }
  file.push_back(0x3B);
  return file;
}

FileBytes chunk(const char* name, const FileBytes& data) {
  FileBytes bytes;
  text(bytes, name);
  le(bytes, 4, static_cast<uint32_t>(data.size()));
  append(bytes, data);
  if (data.size() % 2 == 1) bytes.push_back(0);
  return bytes;
}
FileBytes riff(const std::vector<FileBytes>& chunks) {
  FileBytes inner;
  text(inner, "WEBP");
  for (const FileBytes& each : chunks) append(inner, each);
  return chunk("RIFF", inner);
}
// A picture's own chunks, without the file around them: `VP8 ` or `VP8L`; lossy with alpha, `ALPH` before it.
FileBytes webp_chunks(const Image& image, bool lossless) {
  const int row = image.width * image.channels;
  uint8_t* bytes = nullptr;
  size_t size = 0;
  if (image.channels == 4) {
    size = lossless ? WebPEncodeLosslessRGBA(image.bytes.data(), image.width, image.height, row, &bytes)
                    : WebPEncodeRGBA(image.bytes.data(), image.width, image.height, row, 90, &bytes);
  } else {
    size = lossless ? WebPEncodeLosslessRGB(image.bytes.data(), image.width, image.height, row, &bytes)
                    : WebPEncodeRGB(image.bytes.data(), image.width, image.height, row, 90, &bytes);
  }
  FileBytes chunks(bytes + 12, bytes + size);
  WebPFree(bytes);
  if (chunks[3] == 'X') chunks.erase(chunks.begin(), chunks.begin() + 18);
  return chunks;
}
FileBytes vp8x(int flags, int width, int height) {
  FileBytes data = {static_cast<uint8_t>(flags), 0, 0, 0};
  le(data, 3, static_cast<uint32_t>(width - 1));
  le(data, 3, static_cast<uint32_t>(height - 1));
  return chunk("VP8X", data);
}
FileBytes webp_frame(int x, int y, const Image& image, bool lossless) {
  FileBytes data;
  for (const int value : {x / 2, y / 2, image.width - 1, image.height - 1, 100})
    le(data, 3, static_cast<uint32_t>(value));
  data.push_back(0);
  append(data, webp_chunks(image, lossless));
  return chunk("ANMF", data);
}

// One directory, then what its entries point to, then the pixels. Each entry: tag, values; of 16 bits for tags 258 and
// 320.
FileBytes tiff(bool big, const std::vector<std::pair<uint32_t, std::vector<uint32_t>>>& entries,
               const std::vector<FileBytes>& segments, uint32_t at_tag, uint32_t size_tag) {
  const auto put = [&](FileBytes& to, int bytes, uint32_t value) { big ? be(to, bytes, value) : le(to, bytes, value); };
  auto all = entries;
  all.emplace_back(at_tag, std::vector<uint32_t>(segments.size()));
  all.emplace_back(size_tag, std::vector<uint32_t>());
  for (const FileBytes& segment : segments) all.back().second.push_back(static_cast<uint32_t>(segment.size()));
  std::sort(all.begin(), all.end());
  const auto bytes_of = [](uint32_t tag) { return tag == 258 || tag == 320 ? 2 : 4; };
  auto end = static_cast<uint32_t>(8 + 2 + 12 * all.size() + 4);
  for (const auto& [tag, values] : all) {
    const auto bytes = static_cast<uint32_t>(values.size()) * static_cast<uint32_t>(bytes_of(tag));
    end += bytes > 4 ? bytes : 0;
  }
  for (auto& [tag, values] : all) {
    uint32_t at = end;
    for (size_t i = 0; tag == at_tag && i < segments.size(); ++i) {
      values[i] = at;
      at += static_cast<uint32_t>(segments[i].size());
    }
  }
  FileBytes file = big ? FileBytes{'M', 'M', 0, 42} : FileBytes{'I', 'I', 42, 0}, behind;
  put(file, 4, 8);
  put(file, 2, static_cast<uint32_t>(all.size()));
  const auto behind_at = static_cast<uint32_t>(8 + 2 + 12 * all.size() + 4);
  for (const auto& [tag, values] : all) {
    const int bytes = bytes_of(tag);
    put(file, 2, tag);
    put(file, 2, bytes == 2 ? 3 : 4);
    put(file, 4, static_cast<uint32_t>(values.size()));
    FileBytes held;
    for (const uint32_t value : values) put(held, bytes, value);
    if (held.size() > 4) {
      put(file, 4, behind_at + static_cast<uint32_t>(behind.size()));
      append(behind, held);
    } else {
      held.resize(4);
      append(file, held);
    }
  }
  put(file, 4, 0);
  append(file, behind);
  for (const FileBytes& segment : segments) append(file, segment);
  return file;
}

FileBytes deflated(const FileBytes& bytes) {
  auto size = compressBound(static_cast<uLong>(bytes.size()));
  FileBytes packed(size);
  compress(packed.data(), &size, bytes.data(), static_cast<uLong>(bytes.size()));
  packed.resize(size);
  return packed;
}

// Codes of 9 bits, the highest first.
FileBytes nine_bits(const std::vector<uint32_t>& codes) {
  FileBytes bytes((codes.size() * 9 + 7) / 8);
  for (size_t i = 0; i < codes.size() * 9; ++i) {
    if (codes[i / 9] >> (8 - i % 9) & 1) bytes[i / 8] = static_cast<uint8_t>(bytes[i / 8] | 0x80 >> i % 8);
  }
  return bytes;
}

FileBytes as_file(const Image& image, const std::string& ending) {
  TestFolder folder;
  write_image(folder / ("picture." + ending), image);
  return file_of(folder / ("picture." + ending));
}

FileBytes ascii(const std::string& content) { return FileBytes(content.begin(), content.end()); }

std::vector<SmallImage> make_all() {
  const FileBytes palette4 = {30, 20, 10, 0, 60, 50, 40, 0, 90, 80, 70, 0, 220, 210, 200, 0};  // B G R 0
  FileBytes values;
  for (int i = 0; i < 64; ++i) values.push_back(static_cast<uint8_t>(i * 4 + 1));
  const auto first = [&](size_t count) { return FileBytes(values.begin(), values.begin() + count); };
  std::vector<SmallImage> all;
  const auto add = [&](const char* name, const char* format, int w, int h, int c, int bits, FileBytes file) {
    all.push_back({name, format, w, h, c, bits, std::move(file)});
  };
  add("png_gray", "PNG", 3, 2, 1, 8, as_file(test_image(3, 2, 1), "png"));
  add("png_gray_alpha", "PNG", 3, 2, 2, 8, as_file(test_image(3, 2, 2), "png"));
  add("png_rgb", "PNG", 3, 2, 3, 8, as_file(test_image(3, 2, 3), "png"));
  add("png_rgba_16", "PNG", 3, 2, 4, 16, as_file(test_image(3, 2, 4, 16), "png"));
  FileBytes plte = png_chunk("PLTE", {10, 20, 30, 40, 50, 60});
  append(plte, png_chunk("tRNS", {0, 128}));
  add("png_palette_1_bit", "PNG", 3, 2, 4, 8, png_file(3, 2, 1, 3, {0, 0x40, 0, 0xA0}, false, plte));
  add("png_interlaced", "PNG", 2, 2, 1, 8, png_file(2, 2, 8, 0, {0, 1, 0, 2, 0, 3, 4}, true));
  add("jpeg_rgb", "JPEG", 9, 10, 3, 8, as_file(test_image(9, 10, 3), "jpg"));
  add("jpeg_gray_exif", "JPEG", 10, 9, 3, 8, jpeg_with_exif(9, 10, 6, true));
  add("gif_two_frames", "GIF", 3, 2, 3, 8, gif(false, 2));
  add("gif_transparent", "GIF", 3, 2, 4, 8, gif(true, 1));
  add("bmp_24_bit", "BMP", 3, 2, 3, 8, bmp(3, 2, 24, 0, {}, first(24)));
  add("bmp_16_bit_top_down", "BMP", 3, 2, 3, 8, bmp(3, -2, 16, 0, {}, first(16)));
  add("bmp_4_bit", "BMP", 3, 2, 3, 8, bmp(3, 2, 4, 0, palette4, {0x01, 0x20, 0, 0, 0x30, 0x10, 0, 0}));
  add("bmp_8_bit_runs", "BMP", 3, 2, 3, 8, bmp(3, 2, 8, 1, palette4, {2, 1, 1, 2, 0, 0, 0, 3, 3, 0, 1, 0, 0, 1}));
  add("bmp_4_bit_runs", "BMP", 3, 2, 3, 8, bmp(3, 2, 4, 2, palette4, {3, 0x12, 0, 0, 0, 3, 0x30, 0x10, 0, 1}));
  add("tga_rgb", "TGA", 3, 2, 3, 8, tga(2, 3, 2, 24, 0x20, {}, 0, first(18)));
  add("tga_rgba_runs", "TGA", 3, 2, 4, 8,
      tga(10, 3, 2, 32, 8, {}, 0, {0x83, 1, 2, 3, 4, 1, 5, 6, 7, 8, 9, 10, 11, 12}));
  add("tga_palette", "TGA", 3, 2, 3, 8, tga(1, 3, 2, 8, 0x20, {1, 2, 3, 4, 5, 6}, 24, {0, 1, 0, 1, 1, 0}));
  add("tga_gray", "TGA", 3, 2, 1, 8, tga(3, 3, 2, 8, 0x20, {}, 0, first(6)));
  FileBytes p6 = ascii("P6\n# a comment\n3 2\n255\n"), p5 = ascii("P5 3 2 1023\n"), p4 = ascii("P4\n3 2\n");
  append(p6, first(18));
  append(p5, {0, 0, 1, 0, 2, 0, 3, 0, 3, 255, 0, 1});
  append(p4, {0x40, 0xA0});
  add("pnm_p1", "PNM", 3, 2, 1, 8, ascii("P1\n3 2\n010\n1 0 1\n"));
  add("pnm_p2", "PNM", 3, 2, 1, 8, ascii("P2\n3 2\n15\n0 1 2\n3 14 15\n"));
  add("pnm_p3", "PNM", 1, 2, 3, 16, ascii("P3 1 2 65535 0 1 2 3 65534 65535\n"));
  add("pnm_p4", "PNM", 3, 2, 1, 8, p4);
  add("pnm_p5_16", "PNM", 3, 2, 1, 16, p5);
  add("pnm_p6", "PNM", 3, 2, 3, 8, p6);
  add("psd_rgb", "PSD", 3, 2, 3, 8, psd(3, 2, 3, 8, 3, {}, 0, first(18)));
  add("psd_rgba_16", "PSD", 1, 2, 4, 16, psd(1, 2, 4, 16, 3, {}, 0, first(16)));
  add("psd_gray_runs", "PSD", 3, 2, 1, 8, psd(3, 2, 1, 8, 1, {}, 1, {0, 2, 0, 4, 254, 7, 2, 1, 2, 3}));
  add("tiff_rgb_strips", "TIFF", 3, 2, 3, 8,
      tiff(false, {{256, {3}}, {257, {2}}, {258, {8, 8, 8}}, {262, {2}}, {277, {3}}, {278, {1}}},
           {first(9), FileBytes(values.begin() + 9, values.begin() + 18)}, 273, 279));
  add("tiff_gray_16_tiles", "TIFF", 3, 2, 1, 16,
      tiff(true, {{256, {3}}, {257, {2}}, {258, {16}}, {259, {8}}, {262, {1}}, {317, {2}}, {322, {2}}, {323, {2}}},
           {deflated({1, 0, 0, 255, 2, 0, 0, 1}), deflated({3, 3, 9, 9, 4, 4, 9, 9})}, 324, 325));
  std::vector<uint32_t> palette(768);
  for (uint32_t i = 0; i < 768; ++i) palette[i] = i * 7 % 256 << 8;
  add("tiff_palette_runs", "TIFF", 3, 2, 3, 8,
      tiff(false, {{256, {3}}, {257, {2}}, {258, {8}}, {259, {32773}}, {262, {3}}, {320, palette}},
           {{1, 4, 5, 0x80, 0xFD, 9}}, 273, 279));
  add("tiff_white_is_zero_lzw", "TIFF", 3, 2, 1, 8,
      tiff(true, {{256, {3}}, {257, {2}}, {258, {8}}, {259, {5}}, {262, {0}}}, {nine_bits({256, 7, 258, 20, 258, 257})},
           273, 279));
  add("tiff_rgba", "TIFF", 2, 1, 4, 8,
      tiff(false, {{256, {2}}, {257, {1}}, {258, {8, 8, 8, 8}}, {262, {2}}, {277, {4}}, {338, {2}}}, {first(8)}, 273,
           279));
  const FileBytes anim = chunk("ANIM", {0, 0, 0, 0, 0, 0});
  add("webp_lossless", "WebP", 3, 2, 3, 8, riff({webp_chunks(test_image(3, 2, 3), true)}));
  add("webp_lossless_alpha", "WebP", 3, 2, 4, 8, riff({webp_chunks(test_image(3, 2, 4), true)}));
  add("webp_lossy", "WebP", 9, 10, 3, 8, riff({webp_chunks(test_image(9, 10, 3), false)}));
  add("webp_lossy_alpha", "WebP", 9, 10, 4, 8, riff({vp8x(0x10, 9, 10), webp_chunks(test_image(9, 10, 4), false)}));
  add("webp_two_frames", "WebP", 6, 5, 4, 8,
      riff({vp8x(0x12, 6, 5), anim, webp_frame(2, 2, test_image(3, 2, 3), true),
            webp_frame(0, 0, test_image(6, 5, 3), true)}));
  FileBytes exif = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0};
  add("webp_exif", "WebP", 2, 3, 3, 8,
      riff({vp8x(0x08, 3, 2), webp_chunks(test_image(3, 2, 3), true), chunk("EXIF", exif)}));
  return all;
}

}  // namespace

const std::vector<SmallImage>& small_images() {
  static const std::vector<SmallImage> all = make_all();
  return all;
}

FileBytes webp_file(const Image& image, bool lossless) {
  if (image.channels == 3 || lossless) return riff({webp_chunks(image, lossless)});
  return riff({vp8x(0x10, image.width, image.height), webp_chunks(image, lossless)});
}

const SmallImage& small_image(const std::string& name) {
  for (const SmallImage& each : small_images()) {
    if (each.name == name) return each;
  }
  ADD_FAILURE() << "no small image is named " << name;
  return small_images().front();
}

Image test_image(int width, int height, int channels, int bits) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = channels;
  image.bits = bits;
  image.bytes.resize(image.value_count());
  if (bits == 16) image.wide.resize(image.value_count());
  for (size_t i = 0; i < image.value_count(); ++i) {
    const uint32_t value = static_cast<uint32_t>(i * 2654435761u >> 13) & 0xFFFF;
    image.bytes[i] = static_cast<uint8_t>(bits == 16 ? (value + 128) / 257 : value & 255);
    if (bits == 16) image.wide[i] = static_cast<uint16_t>(value);
  }
  return image;
}

FileBytes png_chunk(const std::string& kind, const FileBytes& data) {
  FileBytes body, chunk;
  text(body, kind);
  append(body, data);
  be(chunk, 4, static_cast<uint32_t>(data.size()));
  append(chunk, body);
  be(chunk, 4, static_cast<uint32_t>(crc32(0, body.data(), static_cast<uInt>(body.size()))));
  return chunk;
}

FileBytes png_file(int width, int height, int bits, int color, const FileBytes& rows, bool interlaced,
                   const FileBytes& before_pixels) {
  FileBytes header, file = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  be(header, 4, static_cast<uint32_t>(width));
  be(header, 4, static_cast<uint32_t>(height));
  append(header, {static_cast<uint8_t>(bits), static_cast<uint8_t>(color), 0, 0, static_cast<uint8_t>(interlaced)});
  append(file, png_chunk("IHDR", header));
  append(file, before_pixels);
  FileBytes packed(compressBound(static_cast<uLong>(rows.size())));
  uLongf size = static_cast<uLongf>(packed.size());
  compress(packed.data(), &size, rows.data(), static_cast<uLong>(rows.size()));
  packed.resize(size);
  append(file, png_chunk("IDAT", packed));
  append(file, png_chunk("IEND", {}));
  return file;
}

FileBytes jpeg_with_exif(int width, int height, int orientation, bool little_endian) {
  const FileBytes plain = as_file(test_image(width, height, 3), "jpg");
  const auto number = [&](FileBytes& to, int bytes, uint32_t value) {
    little_endian ? le(to, bytes, value) : be(to, bytes, value);
  };
  FileBytes exif;
  text(exif, "Exif");
  append(exif, {0, 0});
  text(exif, little_endian ? "II" : "MM");
  number(exif, 2, 42);
  number(exif, 4, 8);
  number(exif, 2, 1);
  number(exif, 2, 0x0112);
  number(exif, 2, 3);
  number(exif, 4, 1);
  number(exif, 2, static_cast<uint32_t>(orientation));
  number(exif, 2, 0);
  number(exif, 4, 0);
  FileBytes file(plain.begin(), plain.begin() + 2);
  append(file, {0xFF, 0xE1});
  be(file, 2, static_cast<uint32_t>(exif.size() + 2));
  append(file, exif);
  file.insert(file.end(), plain.begin() + 2, plain.end());
  return file;
}

FileBytes file_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return FileBytes(std::istreambuf_iterator<char>(stream), {});
}

void write_file(const std::string& path, const FileBytes& bytes) {
  std::ofstream stream(path, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

std::string error_of(const FileBytes& file, const ImageLimits& limits) {
  try {
    read(file, limits);
    return "";
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty()) << error.what();
    return std::string(error.what()) + " | " + error.hint();
  }
}

}  // namespace striate
