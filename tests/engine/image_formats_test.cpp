// What is particular to one format: the exact pixels of each way of storing them, and its own rules.
#include <algorithm>

#include "engine/files/formats.h"
#include "tests/engine/small_images.h"

namespace striate {
namespace {

std::vector<int> values(const FileBytes& file) {
  const ImagePtr image = read(file);
  return std::vector<int>(image->bytes.begin(), image->bytes.end());
}
std::vector<int> values(const std::string& name) { return values(small_image(name).file); }
std::vector<int> wide_values(const std::string& name) {
  const ImagePtr image = read(small_image(name).file);
  return std::vector<int>(image->wide.begin(), image->wide.end());
}
using Ints = std::vector<int>;

// The four colors of the palettes: R G B.
constexpr int k0[3] = {10, 20, 30}, k1[3] = {40, 50, 60}, k2[3] = {70, 80, 90}, k3[3] = {200, 210, 220};

Ints colors(const std::vector<const int*>& of) {
  Ints all;
  for (const int* color : of) all.insert(all.end(), color, color + 3);
  return all;
}

TEST(Portrait, has_the_numbers_of_the_slide) {
  const ImagePtr image = portrait();
  ASSERT_EQ(image->width, 12);
  ASSERT_EQ(image->height, 16);
  ASSERT_EQ(image->channels, 1);
  ASSERT_EQ(image->bytes.size(), 192u);
  EXPECT_EQ(*image->at(0, 0), 157);
  EXPECT_EQ(*image->at(9, 2), 106);  // the slide's other copy says 105
  EXPECT_EQ(*image->at(10, 12), 249);
  EXPECT_EQ(*image->at(11, 15), 218);
  int sum = 0;
  for (const uint8_t value : image->bytes) sum += value;
  EXPECT_EQ(sum, 27771);
}

TEST(Png, palette_is_expanded_with_its_transparency) {
  EXPECT_EQ(values("png_palette_1_bit"), (Ints{10, 20, 30, 0,   40, 50, 60, 128, 10, 20, 30, 0,  //
                                               40, 50, 60, 128, 10, 20, 30, 0,   40, 50, 60, 128}));
}

TEST(Png, palette_entries_that_the_file_lacks_are_black) {
  const FileBytes file = png_file(2, 1, 8, 3, {0, 0, 200}, false, png_chunk("PLTE", {1, 2, 3}));
  EXPECT_EQ(values(file), (Ints{1, 2, 3, 0, 0, 0}));
}

TEST(Png, interlaced_pixels_come_to_their_places) { EXPECT_EQ(values("png_interlaced"), (Ints{1, 2, 3, 4})); }

TEST(Png, few_bits_fill_the_whole_range) {
  EXPECT_EQ(values(png_file(2, 1, 1, 0, {0, 0x40})), (Ints{0, 255}));
  EXPECT_EQ(values(png_file(4, 1, 2, 0, {0, 0x1B})), (Ints{0, 85, 170, 255}));
  EXPECT_EQ(values(png_file(2, 1, 4, 0, {0, 0x1F})), (Ints{17, 255}));
}

TEST(Png, transparent_color_becomes_an_alpha_channel) {
  const FileBytes file = png_file(2, 1, 8, 0, {0, 7, 8}, false, png_chunk("tRNS", {0, 7}));
  EXPECT_EQ(values(file), (Ints{7, 0, 8, 255}));
}

TEST(Png, wrong_checksums_and_rows_are_refused_with_the_reason) {
  FileBytes file = png_file(2, 1, 8, 0, {0, 7, 8});
  const auto find = [](FileBytes& in, const char* kind) {
    return std::search(in.begin(), in.end(), kind, kind + 4) - in.begin();
  };
  FileBytes wrong_crc = file;
  wrong_crc[find(wrong_crc, "IEND") - 5] ^= 1;
  EXPECT_NE(error_of(wrong_crc).find("checksum of its IDAT"), std::string::npos) << error_of(wrong_crc);
  EXPECT_NE(error_of(png_file(2, 2, 8, 0, {0, 7, 8})).find("pixel data stop"), std::string::npos);
  EXPECT_NE(error_of(png_file(2, 1, 8, 0, {5, 7, 8})).find("filter is 5"), std::string::npos);
  EXPECT_NE(error_of(png_file(2, 1, 8, 0, FileBytes(300000))).find("more pixel data than pixels"), std::string::npos);
  EXPECT_NE(error_of(png_file(2, 1, 8, 3, {0, 7, 8})).find("no palette"), std::string::npos);
  EXPECT_NE(error_of(png_file(2, 1, 3, 0, {0, 7, 8})).find("not allowed"), std::string::npos);
  EXPECT_NE(error_of(png_file(2, 1, 8, 0, {0, 7, 8}, false, png_chunk("ABCD", {}))).find("ABCD"), std::string::npos);
  EXPECT_EQ(error_of(png_file(2, 1, 8, 0, {0, 7, 8}, false, png_chunk("abCD", {1}))), "");
}

TEST(Png, a_side_that_its_decoder_does_not_take_is_no_damage) {
  const std::string error = error_of(png_file(20'000'000, 1, 8, 0, FileBytes(20'000'001)));
  EXPECT_NE(error.find("20000000 x 1 pixels, its decoder takes 16777216 on a side"), std::string::npos) << error;
  EXPECT_EQ(error.find("damaged"), std::string::npos) << error;
  const FileBytes tall = png_file(1, 16'777'217, 1, 0, FileBytes(2 * 16'777'217));
  EXPECT_NE(error_of(tall).find("1 x 16777217 pixels, its decoder takes"), std::string::npos) << error_of(tall);
}

TEST(Jpeg, every_orientation_is_applied_in_both_byte_orders) {
  // Where the stored picture's top left and the one right of it go, for orientations 1 to 8.
  const FileBytes upright = jpeg_with_exif(9, 10, 1, true);
  const ImagePtr stored = read(upright);
  for (const bool little : {true, false}) {
    for (int orientation = 1; orientation <= 8; ++orientation) {
      const ImagePtr image = read(jpeg_with_exif(9, 10, orientation, little));
      const bool turned = orientation >= 5;
      ASSERT_EQ(image->width, turned ? 10 : 9);
      ASSERT_EQ(image->height, turned ? 9 : 10);
      for (int y = 0; y < 10; ++y) {
        for (int x = 0; x < 9; ++x) {
          int to_x = x, to_y = y;
          switch (orientation) {
            case 2:
              to_x = 8 - x;
              break;
            case 3:
              to_x = 8 - x, to_y = 9 - y;
              break;
            case 4:
              to_y = 9 - y;
              break;
            case 5:
              to_x = y, to_y = x;
              break;
            case 6:
              to_x = 9 - y, to_y = x;
              break;
            case 7:
              to_x = 9 - y, to_y = 8 - x;
              break;
            case 8:
              to_x = y, to_y = 8 - x;
              break;
            default:
              break;
          }
          for (int c = 0; c < 3; ++c) ASSERT_EQ(image->at(to_x, to_y)[c], stored->at(x, y)[c]) << orientation;
        }
      }
      EXPECT_EQ(image->notes.empty(), orientation == 1);
    }
  }
}

TEST(Jpeg, broken_exif_does_not_keep_a_picture_from_opening) {
  const FileBytes file = jpeg_with_exif(9, 10, 6, false);
  for (size_t at = 6; at < 40; ++at) {
    for (const int value : {0x00, 0xFF, 0x7F}) {
      FileBytes damaged = file;
      damaged[at] = static_cast<uint8_t>(value);
      EXPECT_EQ(error_of(damaged), "") << at;
    }
  }
  EXPECT_EQ(read(jpeg_with_exif(9, 10, 9, true))->width, 9);
  EXPECT_EQ(read(jpeg_with_exif(9, 10, 0, true))->width, 9);
  EXPECT_EQ(exif_orientation({}), 1);
}

TEST(Jpeg, without_huffman_tables_is_read_with_the_standard_ones) {
  // The writer uses exactly the standard tables: leaving them out must change nothing.
  const FileBytes file = small_image("jpeg_rgb").file;
  FileBytes without(file.begin(), file.begin() + 2);
  for (size_t at = 2; at + 4 < file.size();) {
    const size_t length = 2u + (file[at + 2] << 8 | file[at + 3]);
    if (file[at + 1] == 0xDA) {
      without.insert(without.end(), file.begin() + at, file.end());
      break;
    }
    if (file[at + 1] != 0xC4) without.insert(without.end(), file.begin() + at, file.begin() + at + length);
    at += length;
  }
  ASSERT_LT(without.size(), file.size() - 300);
  EXPECT_EQ(values(without), values(file));
}

TEST(Jpeg, large_size_with_few_bytes_is_refused_before_decoding) {
  FileBytes file = small_image("jpeg_rgb").file;
  const uint8_t frame[] = {0xFF, 0xC0};
  const size_t at = std::search(file.begin(), file.end(), frame, frame + 2) - file.begin();
  file[at + 5] = 0x30;
  file[at + 7] = 0x30;
  EXPECT_NE(error_of(file).find("cannot hold"), std::string::npos) << error_of(file);
}

TEST(Jpeg, huffman_table_with_too_many_codes_is_refused) {
  FileBytes file = small_image("jpeg_rgb").file;
  const uint8_t table[] = {0xFF, 0xC4};
  const size_t at = std::search(file.begin(), file.end(), table, table + 2) - file.begin();
  file[at + 5] = 3;  // three codes of one bit
  EXPECT_NE(error_of(file).find("too many codes"), std::string::npos) << error_of(file);
}

TEST(Gif, first_frame_with_the_number_of_frames_in_the_notes) {
  EXPECT_EQ(values("gif_two_frames"), colors({k0, k1, k2, k3, k0, k1}));
  const ImagePtr image = read(small_image("gif_two_frames").file);
  ASSERT_EQ(image->notes.size(), 1u);
  EXPECT_EQ(image->notes[0], "first of 2 frames");
}

TEST(Gif, transparent_index_becomes_alpha) {
  EXPECT_EQ(values("gif_transparent"), (Ints{10, 20, 30, 255, 40, 50, 60, 255, 70, 80, 90, 255,  //
                                             0,  0,  0,  0,   10, 20, 30, 255, 40, 50, 60, 255}));
}

TEST(Gif, frame_beyond_its_screen_enlarges_the_picture) {
  FileBytes file = small_image("gif_two_frames").file;
  file[6] = 1;  // the screen is 1 x 1
  file[8] = 1;
  const ImagePtr image = read(file);
  EXPECT_EQ(image->width, 3);
  EXPECT_EQ(image->height, 2);
}

TEST(Webp, lossless_gives_the_pixels_and_the_alpha) {
  const Image rgb = test_image(3, 2, 3), rgba = test_image(3, 2, 4);
  EXPECT_EQ(read(small_image("webp_lossless").file)->bytes, rgb.bytes);
  const ImagePtr image = read(small_image("webp_lossless_alpha").file);
  for (int i = 0; i < 6; ++i) {
    const uint8_t *own = image->bytes.data() + i * 4, *wanted = rgba.bytes.data() + i * 4;
    EXPECT_EQ(own[3], wanted[3]);
    for (int c = 0; c < 3 && wanted[3] > 0; ++c) EXPECT_EQ(own[c], wanted[c]);  // unseen colors are not kept
  }
}

TEST(Webp, lossy_is_close_and_its_alpha_exact) {
  Image flat = test_image(32, 24, 4);
  for (size_t i = 0; i < flat.bytes.size(); ++i) {
    const auto x = static_cast<int>(i / 4 % 32);
    flat.bytes[i] = static_cast<uint8_t>(i % 4 == 3 ? x * 8 : 40 + 3 * x);
  }
  for (const int channels : {3, 4}) {
    Image own = flat;
    if (channels == 3) {
      own = test_image(32, 24, 3);
      for (size_t i = 0; i < own.bytes.size(); ++i) own.bytes[i] = static_cast<uint8_t>(40 + 3 * (i / 3 % 32));
    }
    const ImagePtr image = read(webp_file(own, false));
    ASSERT_EQ(image->channels, channels);
    for (size_t i = 0; i < own.bytes.size(); ++i) {
      if (channels == 4 && i % 4 == 3) {
        ASSERT_EQ(image->bytes[i], own.bytes[i]);
      } else if (channels == 3 || own.bytes[i / 4 * 4 + 3] > 0) {
        ASSERT_NEAR(image->bytes[i], own.bytes[i], 10);
      }
    }
  }
}

TEST(Webp, first_frame_stands_on_the_canvas_with_the_number_of_frames_in_the_notes) {
  const ImagePtr image = read(small_image("webp_two_frames").file);
  const Image frame = test_image(3, 2, 3);
  ASSERT_EQ(image->notes, std::vector<std::string>{"first of 2 frames"});
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 6; ++x) {
      const bool inside = x >= 2 && x < 5 && y >= 2 && y < 4;
      ASSERT_EQ(image->at(x, y)[3], inside ? 255 : 0) << x << ' ' << y;
      for (int c = 0; c < 3; ++c) {
        ASSERT_EQ(image->at(x, y)[c], inside ? frame.at(x - 2, y - 2)[c] : 0);
      }
    }
  }
}

TEST(Webp, is_turned_as_its_exif_says) {
  const ImagePtr image = read(small_image("webp_exif").file);
  const Image stored = test_image(3, 2, 3);
  ASSERT_EQ(image->width, 2);
  ASSERT_EQ(image->height, 3);
  EXPECT_EQ(image->at(1, 0)[0], stored.at(0, 0)[0]);
  EXPECT_EQ(image->at(0, 2)[1], stored.at(2, 1)[1]);
}

TEST(Webp, what_is_wrong_with_a_file_is_said) {
  FileBytes file = small_image("webp_two_frames").file;
  const uint8_t name[] = {'A', 'N', 'M', 'F'};
  const auto at = static_cast<size_t>(std::search(file.begin(), file.end(), name, name + 4) - file.begin());
  file[at + 8] = 9;  // the first frame begins beyond the canvas
  EXPECT_NE(error_of(file).find("this WebP is damaged"), std::string::npos) << error_of(file);
  file = small_image("webp_two_frames").file;
  file.resize(file.size() - 2);
  EXPECT_NE(error_of(file).find("cut off"), std::string::npos) << error_of(file);
  // The canvas is 16,777,216 on each side; nothing is allocated for it.
  file = small_image("webp_two_frames").file;
  for (size_t i = 24; i < 30; ++i) file[i] = 0xFF;
  EXPECT_NE(error_of(file), "");
  file[27] = file[28] = file[29] = 0;  // 16,777,216 x 1
  ImageLimits limits;
  limits.megapixels = 10;
  EXPECT_NE(error_of(file, limits).find("over the limit"), std::string::npos) << error_of(file, limits);
  const std::string coded(file.begin(), file.begin() + 12);
  EXPECT_NE(error_of(FileBytes(coded.begin(), coded.end())).find("cut off"), std::string::npos);
}

TEST(Tiff, every_way_of_storing_gives_its_pixels) {
  EXPECT_EQ(values("tiff_rgb_strips"), (Ints{1, 5, 9, 13, 17, 21, 25, 29, 33, 37, 41, 45, 49, 53, 57, 61, 65, 69}));
  // Differences to the left neighbor, high byte first: 256, 511 | 512, 513 and 771, 1028.
  const ImagePtr tiles = read(small_image("tiff_gray_16_tiles").file);
  EXPECT_EQ(Ints(tiles->wide.begin(), tiles->wide.end()), (Ints{256, 511, 771, 512, 513, 1028}));
  const auto entry = [](int index) { return Ints{index * 7 % 256, (256 + index) * 7 % 256, (512 + index) * 7 % 256}; };
  Ints expected;
  for (const int index : {4, 5, 9, 9, 9, 9}) {
    for (const int value : entry(index)) expected.push_back(value);
  }
  EXPECT_EQ(values("tiff_palette_runs"), expected);
  // 258 is 7 7 while it is made, and stays that.
  EXPECT_EQ(values("tiff_white_is_zero_lzw"), (Ints{248, 248, 248, 235, 248, 248}));
  EXPECT_EQ(values("tiff_rgba"), (Ints{1, 5, 9, 13, 17, 21, 25, 29}));
}

TEST(Tiff, what_is_not_read_is_named) {
  // The value of a field of little_endian(tiff): 12 bytes an entry from 10 on, the value in its last four.
  const auto with = [](const std::string& name, int tag, uint8_t value) {
    FileBytes file = small_image(name).file;
    for (size_t at = 10; at + 12 <= file.size() && at < 10 + 12 * size_t{file[8]}; at += 12) {
      if (file[at] == (tag & 255) && file[at + 1] == tag >> 8) file[at + 8] = value;
    }
    return error_of(file);
  };
  EXPECT_NE(with("tiff_rgb_strips", 277, 7).find("has 7 bands"), std::string::npos);
  EXPECT_NE(with("tiff_rgb_strips", 262, 6).find("colors of kind 6"), std::string::npos);
  EXPECT_NE(with("tiff_palette_runs", 258, 4).find("has 4 bits a value"), std::string::npos);
  EXPECT_NE(with("tiff_palette_runs", 259, 7).find("compressed in way 32775"), std::string::npos);
  EXPECT_NE(with("tiff_rgb_strips", 278, 2).find("it has 2 strips or tiles, its size needs 1"), std::string::npos);
  // Far more pixels than the bytes can hold.
  EXPECT_NE(with("tiff_rgb_strips", 257, 200), "");
  FileBytes codes = small_image("tiff_white_is_zero_lzw").file;
  codes[codes.size() - 5] = 0xFF;
  EXPECT_NE(error_of(codes).find("this TIFF is damaged"), std::string::npos) << error_of(codes);
}

TEST(Bmp, every_way_of_storing_gives_its_pixels) {
  EXPECT_EQ(values("bmp_4_bit"), colors({k3, k0, k1, k0, k1, k2}));
  EXPECT_EQ(values("bmp_8_bit_runs"), colors({k3, k0, k1, k1, k1, k2}));
  EXPECT_EQ(values("bmp_4_bit_runs"), colors({k3, k0, k1, k1, k2, k1}));
  // 24 bits: B G R, the bottom row first, rows padded to 12 bytes.
  EXPECT_EQ(values("bmp_24_bit"), (Ints{57, 53, 49, 69, 65, 61, 81, 77, 73, 9, 5, 1, 21, 17, 13, 33, 29, 25}));
  // 16 bits: 5 each; the first pixel is 0x0501: 1, 8, 1 of 31.
  const Ints sixteen = values("bmp_16_bit_top_down");
  EXPECT_EQ(Ints(sixteen.begin(), sixteen.begin() + 3), (Ints{8, 66, 8}));
}

TEST(Tga, every_way_of_storing_gives_its_pixels) {
  EXPECT_EQ(values("tga_rgb"), (Ints{9, 5, 1, 21, 17, 13, 33, 29, 25, 45, 41, 37, 57, 53, 49, 69, 65, 61}));
  // Bottom row first: four equal pixels run across the rows, then two single ones.
  EXPECT_EQ(values("tga_rgba_runs"), (Ints{3, 2, 1, 4, 7, 6, 5, 8, 11, 10, 9, 12, 3, 2, 1, 4, 3, 2, 1, 4, 3, 2, 1, 4}));
  EXPECT_EQ(values("tga_palette"), (Ints{3, 2, 1, 6, 5, 4, 3, 2, 1, 6, 5, 4, 6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(values("tga_gray"), (Ints{1, 5, 9, 13, 17, 21}));
}

TEST(Tga, columns_from_the_right_are_turned_round) {
  FileBytes file = small_image("tga_gray").file;
  file[17] |= 0x10;
  EXPECT_EQ(values(file), (Ints{9, 5, 1, 21, 17, 13}));
}

TEST(Pnm, values_are_scaled_by_the_largest_one) {
  EXPECT_EQ(values("pnm_p2"), (Ints{0, 17, 34, 51, 238, 255}));
  EXPECT_EQ(wide_values("pnm_p5_16"), (Ints{0, 16400, 32800, 49199, 65535, 64}));
  EXPECT_EQ(wide_values("pnm_p3"), (Ints{0, 1, 2, 3, 65534, 65535}));
  EXPECT_EQ(values("pnm_p1"), (Ints{255, 0, 255, 0, 255, 0}));
  EXPECT_EQ(values("pnm_p4"), (Ints{255, 0, 255, 0, 255, 0}));
}

TEST(Pnm, damaged_headers_are_refused_with_the_reason) {
  const auto error = [](const std::string& content) { return error_of(FileBytes(content.begin(), content.end())); };
  EXPECT_NE(error("P5 -3 2 255\nxxxxxx").find("width is not a number"), std::string::npos);
  EXPECT_NE(error("P5 99999999999 2 255\nxxxxxx").find("width is larger"), std::string::npos);
  EXPECT_NE(error("P5 3 2 0\nxxxxxx").find("largest value is 0"), std::string::npos);
  EXPECT_NE(error("P5 3 2 65536\nxxxxxx").find("largest value is larger"), std::string::npos);
  EXPECT_NE(error("P5 0 2 255\nxxxxxx").find("0 x 2"), std::string::npos);
  EXPECT_NE(error("P2 2 1 9\n3 10\n").find("pixel value is larger than 9"), std::string::npos);
  EXPECT_NE(error("P1 2 1\n0 2\n").find("neither 0 nor 1"), std::string::npos);
  EXPECT_NE(error("P6 9000 9000 255\nxxxxxx").find("cut off"), std::string::npos);
}

TEST(Psd, planes_become_pixels) {
  EXPECT_EQ(values("psd_rgb"), (Ints{1, 25, 49, 5, 29, 53, 9, 33, 57, 13, 37, 61, 17, 41, 65, 21, 45, 69}));
  EXPECT_EQ(values("psd_gray_runs"), (Ints{7, 7, 7, 1, 2, 3}));
  EXPECT_EQ(wide_values("psd_rgba_16")[0], 1 * 256 + 5);
  EXPECT_EQ(wide_values("psd_rgba_16")[1], 17 * 256 + 21);
}

}  // namespace
}  // namespace striate
