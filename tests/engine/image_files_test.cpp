// What holds for every picture format alike: right size and pixels, errors for whatever is wrong, never half a picture.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <set>

#include "engine/files/atomic_write.h"
#include "tests/engine/small_images.h"

namespace striate {
namespace {

std::string error_of_path(const std::string& path) {
  try {
    read_image(path);
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
  return "";
}

class EveryFormat : public testing::TestWithParam<SmallImage> {};

TEST_P(EveryFormat, opens_with_its_size_and_channels) {
  const SmallImage& small = GetParam();
  const ImagePtr image = read(small.file);
  EXPECT_EQ(image->format, small.format);
  EXPECT_EQ(image->width, small.width);
  EXPECT_EQ(image->height, small.height);
  EXPECT_EQ(image->channels, small.channels);
  EXPECT_EQ(image->bits, small.bits);
  EXPECT_EQ(image->bytes.size(), image->value_count());
  EXPECT_EQ(image->wide.size(), small.bits == 16 ? image->value_count() : 0);
}

TEST_P(EveryFormat, header_alone_says_the_same_but_for_turning) {
  const SmallImage& small = GetParam();
  TestFolder folder;
  const std::string path = folder / "picture.of_no_telling_ending";
  write_file(path, small.file);
  const ImageHeader header = read_image_header(path);
  const ImagePtr image = read_image(path);
  EXPECT_EQ(header.format, image->format);
  EXPECT_EQ(header.width * header.height, static_cast<int64_t>(image->width) * image->height);
  EXPECT_EQ(header.bits, image->bits);
  EXPECT_EQ(image->name, "picture.of_no_telling_ending");
  EXPECT_EQ(image->path, path);
}

TEST_P(EveryFormat, cut_at_any_byte_is_refused) {
  const SmallImage& small = GetParam();
  for (size_t size = 0; size < small.file.size(); ++size) {
    const FileBytes cut(small.file.begin(), small.file.begin() + size);
    const std::string error = error_of(cut);
    // What may be missing: digits of a text's last number, BMP padding; a GIF may stop between frames, and says so.
    const size_t missing = small.file.size() - size;
    const bool text = small.format == "PNM" && small.file[1] <= '3';
    const bool harmless = missing <= (text ? 6u : small.format == "BMP" ? 3u : 0u);
    if (error.empty() && small.format == "GIF") {
      EXPECT_NE(read(cut)->notes[0].find("end mark is missing"), std::string::npos);
      continue;
    }
    EXPECT_TRUE(!error.empty() || harmless) << size << " of " << small.file.size() << " bytes open";
  }
}

TEST_P(EveryFormat, damaged_at_any_byte_opens_whole_or_is_refused) {
  const SmallImage& small = GetParam();
  ImageLimits limits;
  limits.megapixels = 2;
  for (size_t at = 0; at < small.file.size(); ++at) {
    for (const int change : {0x01, 0x80, 0xFF, 0x40}) {
      FileBytes damaged = small.file;
      damaged[at] = static_cast<uint8_t>(damaged[at] ^ change);
      try {
        const ImagePtr image = read(damaged, limits);
        EXPECT_EQ(image->bytes.size(), image->value_count());
        EXPECT_GE(image->value_count(), 1u);
      } catch (const Error& error) {
        EXPECT_FALSE(error.hint().empty());
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      }
    }
  }
}

TEST_P(EveryFormat, over_the_limit_is_refused_with_size_and_limit) {
  const SmallImage& small = GetParam();
  ImageLimits limits;
  limits.megapixels = (small.width * small.height - 0.5) / 1e6;
  const std::string error = error_of(small.file, limits);
  EXPECT_NE(error.find("over the limit"), std::string::npos) << error;
  EXPECT_NE(error.find(" x "), std::string::npos) << error;
  // Nobody can change the limit on the command line: the hint says what can be done.
  EXPECT_EQ(error.find("raise"), std::string::npos) << error;
  EXPECT_NE(error.find("scale it down"), std::string::npos) << error;
  limits.megapixels = small.width * small.height / 1e6;
  EXPECT_EQ(error_of(small.file, limits), "");
}

INSTANTIATE_TEST_SUITE_P(Image, EveryFormat, testing::ValuesIn(small_images()),
                         [](const auto& small) { return small.param.name; });

TEST(ImageFiles, scenes_may_have_16384_x_16384_pixels) {
  const auto error_of_header = [](const std::string& header) {
    return error_of(FileBytes(header.begin(), header.end()));
  };
  EXPECT_NE(error_of_header("P6 16384 16384 255\n").find("cut off"), std::string::npos);
  const std::string over = error_of_header("P6 16384 16385 255\n");
  EXPECT_NE(over.find("over the limit of 268.4 megapixels"), std::string::npos) << over;
}

TEST(ImageFiles, every_format_of_the_list_has_a_small_file) {
  std::set<std::string> formats;
  for (const SmallImage& each : small_images()) formats.insert(each.format);
  EXPECT_EQ(formats, (std::set<std::string>{"PNG", "JPEG", "GIF", "BMP", "PSD", "PNM", "TGA", "TIFF", "WebP"}));
}

TEST(ImageFiles, missing_folder_empty_and_pipe_have_their_own_errors) {
  TestFolder folder;
  EXPECT_NE(error_of_path(folder / "none.png").find("no such file"), std::string::npos);
  EXPECT_NE(error_of_path(folder / ".").find("folder"), std::string::npos);
  write_file(folder / "empty.png", {});
  EXPECT_NE(error_of_path(folder / "empty.png").find("empty"), std::string::npos);
  ASSERT_EQ(mkfifo((folder / "pipe.png").c_str(), 0600), 0);
  EXPECT_NE(error_of_path(folder / "pipe.png").find("pipe"), std::string::npos);
  EXPECT_NE(error_of_path("").find("no such file"), std::string::npos);
}

TEST(ImageFiles, unreadable_file_says_permission) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read every file";
  TestFolder folder;
  write_file(folder / "secret.png", small_image("png_rgb").file);
  ASSERT_EQ(chmod((folder / "secret.png").c_str(), 0), 0);
  EXPECT_NE(error_of_path(folder / "secret.png").find("permission"), std::string::npos);
}

TEST(ImageFiles, unsupported_formats_are_named) {
  const std::pair<std::string, std::string> cases[] = {{std::string("\0\0\0\x1C"
                                                                    "ftypavif",
                                                                    12),
                                                        "AVIF"},
                                                       {std::string("\0\0\0\x18"
                                                                    "ftypheic",
                                                                    12),
                                                        "HEIC"},
                                                       {std::string("II+\0\x08\0\0\0", 8), "BigTIFF"},
                                                       {"<?xml version='1.0'?>\n<svg width='3'>", "SVG"},
                                                       {"%PDF-1.7\n", "PDF"},
                                                       {"<!DOCTYPE html><html>", "web page"},
                                                       {std::string("PK\x03\x04zip", 7), "zip"},
                                                       {std::string("\0\0\1\0\1\0\x10\x10", 8), "icon"},
                                                       {std::string("\x02\0\0\0\0\0\0\0{}", 10), "safetensors"},
                                                       {std::string("\0\0\x08\x03\0\0\0\x01", 8), "IDX"}};
  for (const auto& [content, word] : cases) {
    const std::string error = error_of(FileBytes(content.begin(), content.end()));
    EXPECT_NE(error.find(word), std::string::npos) << error;
  }
  EXPECT_NE(error_of({'h', 'e', 'l', 'l', 'o', ' ', 'w', 'o', 'r', 'l', 'd', '\n'}).find("not a picture"),
            std::string::npos);
}

TEST(ImageFiles, sixteen_bits_are_kept_and_shown_rounded) {
  const Image image = test_image(31, 17, 3, 16);
  TestFolder folder;
  write_image(folder / "wide.png", image);
  const ImagePtr back = read_image(folder / "wide.png");
  EXPECT_EQ(back->bits, 16);
  EXPECT_EQ(back->wide, image.wide);
  for (size_t i = 0; i < back->wide.size(); ++i) ASSERT_EQ(back->bytes[i], (back->wide[i] + 128) / 257);
}

TEST(ImageFiles, png_gives_back_every_value) {
  TestFolder folder;
  for (const int channels : {1, 2, 3, 4}) {
    for (const auto& [width, height] : {std::pair{1, 1}, {3, 5}, {640, 7}, {1, 900}, {1201, 803}}) {
      const Image image = test_image(width, height, channels);
      write_image(folder / "picture.png", image);
      const ImagePtr back = read_image(folder / "picture.png");
      EXPECT_EQ(back->channels, channels);
      EXPECT_EQ(back->bytes, image.bytes) << width << " x " << height << " x " << channels;
    }
  }
  EXPECT_EQ(folder.names(), std::vector<std::string>{"picture.png"});
}

TEST(ImageFiles, png_of_same_picture_is_the_same_file) {
  TestFolder folder;
  const Image image = test_image(1500, 1400, 3);
  write_image(folder / "a.png", image);
  write_image(folder / "b.png", image);
  EXPECT_EQ(file_of(folder / "a.png"), file_of(folder / "b.png"));
}

TEST(ImageFiles, jpeg_gives_back_nearly_every_value) {
  Image image = test_image(64, 48, 3);
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 64; ++x) {
      for (int c = 0; c < 3; ++c) image.bytes[(y * 64 + x) * 3 + c] = static_cast<uint8_t>(60 + 2 * x + y);
    }
  }
  TestFolder folder;
  write_image(folder / "picture.JPG", image, 98);
  const ImagePtr back = read_image(folder / "picture.JPG");
  ASSERT_EQ(back->bytes.size(), image.bytes.size());
  for (size_t i = 0; i < image.bytes.size(); ++i) ASSERT_NEAR(back->bytes[i], image.bytes[i], 4);
}

TEST(ImageFiles, writing_refuses_other_endings_folders_and_missing_folders) {
  const Image image = test_image(2, 2, 3);
  TestFolder folder;
  EXPECT_THROW(write_image(folder / "picture.bmp", image), Error);
  EXPECT_THROW(write_image(folder / "picture", image), Error);
  EXPECT_THROW(write_image(folder / "none/picture.png", image), Error);
  std::filesystem::create_directory(folder / "folder.png");
  EXPECT_THROW(write_image(folder / "folder.png", image), Error);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"folder.png"});
}

TEST(AtomicFile, full_disk_leaves_the_old_file_and_nothing_else) {
  TestFolder folder;
  const std::string path = folder / "picture.png";
  write_image(path, test_image(3, 3, 3));
  const FileBytes old = file_of(path);
  // A limit on the size of files stands in for a full disk: write() fails halfway.
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 1000;
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THROW(write_image(path, test_image(300, 300, 3)), Error);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(file_of(path), old);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"picture.png"});
}

TEST(AtomicFile, without_commit_nothing_is_written) {
  TestFolder folder;
  {
    AtomicFile file(folder / "a.txt");
    file.write("abc", 3);
    EXPECT_FALSE(std::filesystem::exists(folder / "a.txt"));
  }
  EXPECT_TRUE(folder.names().empty());
}

TEST(AtomicFile, follows_a_link_to_the_file_it_names) {
  TestFolder folder;
  write_file(folder / "real.txt", {'o', 'l', 'd'});
  std::filesystem::create_symlink("real.txt", folder / "link.txt");
  AtomicFile file(folder / "link.txt");
  file.write("new", 3);
  file.commit();
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link.txt"));
  EXPECT_EQ(file_of(folder / "real.txt"), (FileBytes{'n', 'e', 'w'}));
}

}  // namespace
}  // namespace striate
