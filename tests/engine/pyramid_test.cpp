#include "engine/pyramid.h"

#include <gtest/gtest.h>

#include <atomic>

namespace striate {
namespace {

ImagePtr picture(int width, int height, int channels) {
  auto image = std::make_shared<Image>();
  image->width = width, image->height = height, image->channels = channels;
  std::vector<uint8_t> pixels(image->value_count());
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i * 37 % 251);
  image->bytes = pixels;
  return image;
}

TEST(Pyramid, halves_down_to_one_pixel) {
  for (auto [w, h] : {std::pair{1, 1}, {12, 16}, {257, 3}, {1000, 1}}) {
    Pyramid pyramid(picture(w, h, 3));
    EXPECT_EQ(pyramid.ready_levels(), 1);
    std::atomic<bool> canceled{false};
    pyramid.build(canceled);
    EXPECT_EQ(pyramid.ready_levels(), pyramid.level_count());
    for (int l = 0; l < pyramid.level_count(); ++l) {
      Pyramid::Level level = pyramid.level(l);
      EXPECT_EQ(level.width, (w + (1 << l) - 1) >> l);
      EXPECT_EQ(level.height, (h + (1 << l) - 1) >> l);
    }
    Pyramid::Level last = pyramid.level(pyramid.level_count() - 1);
    EXPECT_EQ(last.width * last.height, 1);
  }
}

TEST(Pyramid, level_zero_is_the_image_itself) {
  ImagePtr image = picture(40, 30, 4);
  Pyramid pyramid(image);
  EXPECT_EQ(pyramid.level(0).bytes, image->bytes.data());
}

TEST(Pyramid, a_level_is_the_mean_of_what_it_covers) {
  ImagePtr image = picture(64, 64, 1);
  Pyramid pyramid(image);
  std::atomic<bool> canceled{false};
  pyramid.build(canceled);
  for (int l : {1, 2, 3}) {
    Pyramid::Level level = pyramid.level(l);
    int side = 1 << l;
    for (int y = 0; y < level.height; ++y) {
      for (int x = 0; x < level.width; ++x) {
        double sum = 0;
        for (int v = 0; v < side; ++v) {
          for (int u = 0; u < side; ++u) sum += *image->at(x * side + u, y * side + v);
        }
        // Rounded once per level.
        EXPECT_NEAR(level.bytes[y * level.width + x], sum / (side * side), 0.5 * l + 1e-9);
      }
    }
  }
}

TEST(Pyramid, stops_when_canceled) {
  Pyramid pyramid(picture(64, 64, 3));
  std::atomic<bool> canceled{true};
  pyramid.build(canceled);
  EXPECT_EQ(pyramid.ready_levels(), 1);
}

}  // namespace
}  // namespace striate
