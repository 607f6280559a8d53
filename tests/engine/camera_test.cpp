// Cameras: the colors of their pictures, and the folder that stands in for one.
#include "engine/camera/camera.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "engine/error.h"
#include "tests/environment.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

std::string failure(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return std::string(error.what()) + " / " + error.hint();
  }
  return "no error";
}

}  // namespace

// The bars of BT.601 at full strength: white, red, green, blue, as studio equipment sends them.
TEST(Camera, yuyv_becomes_the_color_that_was_meant) {
  struct Row {
    uint8_t y, cb, cr, red, green, blue;
  };
  for (const Row& row : {Row{235, 128, 128, 255, 255, 255}, Row{16, 128, 128, 0, 0, 0}, Row{81, 90, 240, 254, 0, 0},
                         Row{145, 54, 34, 0, 255, 1}, Row{41, 240, 110, 0, 0, 255}}) {
    // Two rows of two pixels, and four bytes between the rows that belong to neither.
    std::vector<uint8_t> bytes;
    for (int y = 0; y < 2; ++y) {
      for (const uint8_t b : {row.y, row.cb, row.y, row.cr, uint8_t{7}, uint8_t{7}, uint8_t{7}, uint8_t{7}})
        bytes.push_back(b);
    }
    const ImagePtr image = image_of_yuyv(bytes.data(), 8, 2, 2);
    ASSERT_EQ(image->bytes.size(), 12u);
    for (int pixel = 0; pixel < 4; ++pixel) {
      const uint8_t* at = image->at(pixel % 2, pixel / 2);
      EXPECT_NEAR(at[0], row.red, 1) << int{row.y};
      EXPECT_NEAR(at[1], row.green, 1) << int{row.y};
      EXPECT_NEAR(at[2], row.blue, 1) << int{row.y};
    }
  }
}

TEST(Camera, a_folder_stands_in_for_one) {
  const TestFolder folder;
  std::filesystem::create_directory(folder / "cam");
  const EnvironmentVariable variable("STRIATE_CAMERA", folder / "cam");
  EXPECT_TRUE(has_camera());
  EXPECT_NE(failure([] { open_camera(); }).find("there is nothing in"), std::string::npos);
  std::ofstream(folder / "cam/a.pgm") << "P2 1 1 255 10";
  std::ofstream(folder / "cam/b.txt") << "no picture";
  std::ofstream(folder / "cam/c.pgm") << "P2 1 1 255 30";
  const std::unique_ptr<Camera> camera = open_camera();
  std::vector<int> seen;
  while (seen.size() < 4) {
    if (const ImagePtr image = camera->next(200)) seen.push_back(image->bytes[0]);
  }
  EXPECT_EQ(seen, (std::vector<int>{10, 30, 10, 30}));

  std::filesystem::remove(folder / "cam/a.pgm");
  std::filesystem::remove(folder / "cam/c.pgm");
  EXPECT_NE(failure([&] {
              for (int i = 0; i < 3; ++i) camera->next(200);
            }).find("c.pgm"),
            std::string::npos);
  variable.set(folder / "cam/b.txt");
  EXPECT_NE(failure([] { open_camera(); }).find("no camera that hands over pictures"), std::string::npos);
}

}  // namespace striate
