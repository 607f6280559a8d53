// The part of a picture that somebody chose: where it lies, what of it the network receives, and what is said of it.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/preprocess/prepare_picture.h"

namespace striate {
namespace {

Image picture(int width, int height) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = 3;
  image.format = "made here";
  image.bytes.resize(image.value_count());
  for (size_t i = 0; i < image.bytes.size(); ++i) image.bytes[i] = static_cast<uint8_t>(i * 7 % 251);
  return image;
}

bool same(const SeenPart& a, int x, int y, int width, int height) {
  return a.x == x && a.y == y && a.width == width && a.height == height;
}

TEST(PictureCrop, of_the_networks_size_is_handed_over_as_it_is) {
  const Image image = picture(40, 30);
  const PictureCrop crop{11, 7, 16};
  Preprocessing plain;
  const PreparedPicture made = prepare_picture(image, plain, Shape{3, 16, 16}, &crop);
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 16; ++x) {
      for (int c = 0; c < 3; ++c) {
        ASSERT_EQ(made.values[static_cast<size_t>((c * 16 + y) * 16 + x)],
                  static_cast<float>(image.at(11 + x, 7 + y)[c]) / 255.0f);
      }
    }
  }
  ASSERT_GE(made.steps.size(), 3u);
  EXPECT_EQ(made.steps[1].name, "crop");
  EXPECT_EQ(made.steps[1].words, "16 x 16 from column 11 and row 7");
  EXPECT_EQ(made.steps[2].words, "nothing: the part has the network's size");
}

TEST(PictureCrop, takes_the_place_of_what_the_preprocessing_cuts) {
  const Image image = picture(90, 60);
  const PictureCrop all_of_it{15, 0, 60};
  Preprocessing shorter = imagenet_preprocessing();
  shorter.shorter = 32;
  const Shape input{3, 16, 16};
  const PreparedPicture made = prepare_picture(image, shorter, input, &all_of_it);
  EXPECT_EQ(made.steps[2].words, "to the network's size, averaged over areas");
  EXPECT_EQ(made.steps[2].width, 16);
  Preprocessing middle = shorter;
  middle.fit = Preprocessing::Fit::middle;
  EXPECT_EQ(made.values, prepare_picture(image, middle, input).values) << "the same part, and the same numbers";
  EXPECT_NE(made.values, prepare_picture(image, shorter, input).values);
}

TEST(PictureCrop, lies_within_the_picture_in_the_networks_proportions) {
  const Shape square{3, 16, 16}, wide{3, 8, 16};
  EXPECT_TRUE(same(part_of({3, 4, 10}, 40, 30, square), 3, 4, 10, 10));
  EXPECT_TRUE(same(part_of({100, 100, 10}, 40, 30, square), 30, 20, 10, 10)) << "moved inside";
  EXPECT_TRUE(same(part_of({0, 0, 500}, 40, 30, square), 0, 0, 30, 30)) << "made smaller";
  EXPECT_TRUE(same(part_of({2, 2, 20}, 40, 30, wide), 2, 2, 20, 10));
  EXPECT_TRUE(same(usual_part(imagenet_preprocessing(), 512, 256, Shape{3, 224, 224}), 144, 16, 224, 224));
  EXPECT_TRUE(same(usual_part({}, 40, 30, square), 5, 0, 30, 30)) << "the largest in the middle";
  Preprocessing stretch;
  stretch.fit = Preprocessing::Fit::stretch;
  EXPECT_TRUE(same(usual_part(stretch, 40, 30, square), 0, 0, 40, 30));
}

}  // namespace
}  // namespace striate
