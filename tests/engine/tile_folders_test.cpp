// Folders of tiles as the public data sets of pictures from above are laid out: EuroSAT, UC Merced, RSSCN7.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "engine/error.h"
#include "engine/training/data/sources.h"
#include "engine/training/split.h"
#include "tests/engine/small_images.h"
#include "tests/reference.h"

namespace striate {
namespace {

struct Told {
  std::string what, hint;
};
Told error_of_folder(const std::string& folder) {
  try {
    split(*open_folder(folder, {}), {}, 1);
  } catch (const Error& error) {
    return {error.what(), error.hint()};
  }
  return {};
}

void put(const std::string& path, const FileBytes& bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  write_file(path, bytes);
}

void put_picture(const std::string& path, int side) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  write_image(path, test_image(side, side, 3));
}

}  // namespace

TEST(TileFolders, eurosat_is_a_folder_for_each_class_and_keeps_its_size) {
  const TestFolder folder;
  for (const char* name : {"AnnualCrop", "Forest", "SeaLake"}) {
    for (int i = 1; i <= 12; ++i) {
      put_picture(folder / (std::string(name) + "/" + name + "_" + std::to_string(i) + ".jpg"), 64);
    }
  }
  const auto data = open_folder(folder.path(), {});
  EXPECT_EQ(data->shape(), (Shape{3, 64, 64}));
  EXPECT_EQ(data->size(), 36);
  EXPECT_EQ(data->describe(0), "AnnualCrop/AnnualCrop_1.jpg");
  EXPECT_EQ(data->classes(), (std::vector<std::string>{"AnnualCrop", "Forest", "SeaLake"}));
  EXPECT_TRUE(data->notes().empty());
}

TEST(TileFolders, uc_merced_is_tiff_in_one_more_folder) {
  const TestFolder folder;
  const FileBytes& tiff = small_image("tiff_rgb_strips").file;
  for (const char* name : {"Images/agricultural/agricultural00.tif", "Images/agricultural/agricultural01.tif",
                           "Images/airplane/airplane00.tif", "Images/airplane/airplane01.TIF"}) {
    put(folder / name, tiff);
  }
  put(folder / "readme.txt", {'x'});
  const Told outside = error_of_folder(folder.path());
  EXPECT_NE(outside.what.find("one class only (\"Images\")"), std::string::npos) << outside.what;
  EXPECT_EQ(outside.hint, "its folders are the classes? name folder:" + folder.path() + "/Images");
  const auto data = open_folder(folder / "Images", {});
  EXPECT_EQ(data->size(), 4);
  EXPECT_EQ(data->classes(), (std::vector<std::string>{"agricultural", "airplane"}));
}

TEST(TileFolders, rsscn7_is_read_where_it_is) {
  STRIATE_NEEDS_REFERENCE("data/satellite");
  SourceOptions options;
  options.width = options.height = 32;
  const auto data = open_folder(reference_path("data/satellite"), options);
  EXPECT_EQ(data->classes(),
            (std::vector<std::string>{"Field", "Forest", "Grass", "Industry", "Parking", "Resident", "RiverLake"}));
  EXPECT_TRUE(data->notes().empty());
  std::set<int> labels;
  for (int64_t i = 0; i < data->size(); ++i) labels.insert(data->label(i));
  EXPECT_EQ(labels.size(), 7u);
}

TEST(TileFolders, what_is_broken_is_told_and_loses_nothing_else) {
  const TestFolder folder;
  for (const char* name : {"a", "b"}) {
    for (int i = 0; i < 3; ++i)
      put(folder / (std::string(name) + "/" + std::to_string(i) + ".tif"), small_image("tiff_rgb_strips").file);
  }
  FileBytes cut = small_image("tiff_rgb_strips").file;
  cut.resize(cut.size() - 1);
  put(folder / "a/cut.tif", cut);
  const auto data = open_folder(folder.path(), {});
  EXPECT_EQ(data->size(), 6);
  ASSERT_EQ(data->notes().size(), 1u);
  EXPECT_NE(data->notes()[0].find("a/cut.tif"), std::string::npos) << data->notes()[0];
  EXPECT_NE(data->notes()[0].find("cut off"), std::string::npos) << data->notes()[0];
  // Every tile of a class.
  for (int i = 0; i < 3; ++i) put(folder / ("b/" + std::to_string(i) + ".tif"), cut);
  EXPECT_NE(error_of_folder(folder.path()).what.find("no picture of class \"b\" can be read"), std::string::npos);
}

TEST(TileFolders, one_tile_of_each_class_is_learned_from) {
  const TestFolder folder;
  put_picture(folder / "a/1.png", 16);
  put_picture(folder / "b/1.png", 16);
  const auto data = open_folder(folder.path(), {});
  const Split parts = split(*data, {}, 1);
  EXPECT_EQ(parts.training.size(), 2u);
  EXPECT_EQ(parts.validation.size() + parts.test.size(), 0u);
  // A class without tiles, and regions for tiles that are not there.
  std::filesystem::create_directories(folder / "c");
  const Told empty = error_of_folder(folder.path());
  EXPECT_NE(empty.what.find("class \"c\" is empty"), std::string::npos);
  EXPECT_NE(empty.hint.find("TIFF"), std::string::npos);
  std::filesystem::remove(folder / "c");
  std::ofstream(folder / "regions.csv") << "a/2.png,west\n";
  const auto labeled = open_folder(folder.path(), {});
  EXPECT_EQ(labeled->size(), 2);
  EXPECT_EQ(labeled->notes().size(), 2u) << "pictures without a line, a line without a picture";
}

}  // namespace striate
