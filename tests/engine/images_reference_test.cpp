// Every picture of the reference data against what Pillow 9.4 says of it (ORACLE.tsv): opens with the same size, or is
// refused with both lines. Where Striate rightly differs, the table below says why.
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/engine/small_images.h"
#include "tests/reference.h"

namespace striate {
namespace {

const std::map<std::string, const char*> kRefusedThoughPillowOpens = {
    {"bmpsuite/b/badrle.bmp", "a run leaves its row: the picture that Pillow shows is a guess"},
    {"jpeg_odd/libjpeg-turbo/testimgari.jpg", "arithmetic coding: named, with a hint"},
    {"pngsuite/corrupt/xcsn0g01.png", "the checksum of its pixel data is wrong"},
};
const std::map<std::string, const char*> kOpensThoughPillowRefuses = {
    {"bmpsuite/b/badpalettesize.bmp", "the number of colors is absurd, the palette and pixels are whole"},
    {"bmpsuite/q/pal8oversizepal.bmp", "300 colors: the 256 that can be used are there"},
    {"bmpsuite/g/rgb32bf.bmp", "a layout of masks that Pillow does not know"},
    {"bmpsuite/q/rgba16-4444.bmp", "a layout of masks that Pillow does not know"},
    {"bmpsuite/q/rgba32h56.bmp", "a header of 56 bytes, which Pillow does not know"},
    {"png_odd/png_decompression_dos.png", "the bomb is in a text chunk, which is never unpacked"},
    {"psd/psd-oob-write-y.psd", "the damage is in the layers, the flattened picture is whole"},
};

TEST(ImagesReference, every_file_opens_as_in_pillow_or_is_refused) {
  STRIATE_NEEDS_REFERENCE("data/images/ORACLE.tsv");
  std::ifstream oracle(reference_path("data/images/ORACLE.tsv"));
  std::string line;
  std::getline(oracle, line);
  int opened = 0, refused = 0;
  while (std::getline(oracle, line)) {
    std::vector<std::string> columns;
    std::istringstream stream(line);
    for (std::string column; std::getline(stream, column, '\t');) columns.push_back(column);
    ASSERT_EQ(columns.size(), 8u) << line;
    const std::string& name = columns[0];
    const bool pillow_opens = columns[7] == "ok";
    SCOPED_TRACE(name);
    try {
      const ImagePtr image = read_image(reference_path("data/images/" + name));
      ++opened;
      ASSERT_EQ(image->bytes.size(), image->value_count());
      EXPECT_TRUE(pillow_opens || kOpensThoughPillowRefuses.contains(name)) << "opens; Pillow: " << columns[7];
      if (!columns[3].empty()) {
        std::string turned = fmt::format("{}x{}", image->width, image->height);
        const bool jpeg_on_its_side = columns[2] == "JPEG" && columns[6] >= "5" && columns[6] <= "8";
        if (jpeg_on_its_side) turned = fmt::format("{}x{}", image->height, image->width);
        EXPECT_EQ(turned, columns[3]);
      }
      if (columns[2] == "GIF" && columns[5] != "1") {
        EXPECT_EQ(image->notes.back(), fmt::format("first of {} frames", columns[5]));
      }
    } catch (const Error& error) {
      ++refused;
      EXPECT_FALSE(error.hint().empty());
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      EXPECT_TRUE(!pillow_opens || kRefusedThoughPillowOpens.contains(name)) << error.what();
    }
  }
  EXPECT_GE(opened, 240);
  EXPECT_GE(refused, 50);
}

TEST(ImagesReference, corrupt_pngs_of_the_suite_are_all_refused) {
  STRIATE_NEEDS_REFERENCE("data/images/pngsuite/corrupt");
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(reference_path("data/images/pngsuite/corrupt"))) {
    if (entry.path().extension() != ".png") continue;
    EXPECT_THROW(read_image(entry.path().string()), Error) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 10);
}

TEST(ImagesReference, tga_and_png_of_the_same_picture_are_equal) {
  STRIATE_NEEDS_REFERENCE("data/images/tga/200x32_rgb.png");
  const std::pair<const char*, const char*> pairs[] = {
      {"200x32_rgb", "200x32_rgb_bl_raw"}, {"200x32_la", "200x32_la_bl_raw"}, {"200x32_la", "200x32_la_tl_raw"},
      {"200x32_la", "200x32_la_bl_rle"},   {"200x32_la", "200x32_la_tl_rle"}, {"1x1_l", "1x1_l_bl_raw"}};
  for (const auto& [png, tga] : pairs) {
    const ImagePtr first = read_image(reference_path(std::string("data/images/tga/") + png + ".png"));
    const ImagePtr second = read_image(reference_path(std::string("data/images/tga/") + tga + ".tga"));
    EXPECT_EQ(first->bytes, second->bytes) << tga;
  }
}

}  // namespace
}  // namespace striate
