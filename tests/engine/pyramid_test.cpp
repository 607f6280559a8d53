#include "engine/pyramid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

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
    EXPECT_EQ(pyramid.ready_levels(), std::min(3, pyramid.level_count()));
    std::atomic<bool> canceled{false};
    pyramid.build(canceled);
    EXPECT_EQ(pyramid.ready_levels(), pyramid.level_count());
    for (int l = 0; l < pyramid.level_count(); ++l) {
      EXPECT_EQ(pyramid.width(l), (w + (1 << l) - 1) >> l);
      EXPECT_EQ(pyramid.height(l), (h + (1 << l) - 1) >> l);
    }
    const int last = pyramid.level_count() - 1;
    EXPECT_EQ(pyramid.width(last) * pyramid.height(last), 1);
    EXPECT_EQ(pyramid.read(last, {0, 0, 1, 1}).size(), 3u);
  }
}

TEST(Pyramid, keeps_neither_the_image_nor_its_halves) {
  ImagePtr image = picture(64, 64, 4);
  Pyramid pyramid(image);
  std::atomic<bool> canceled{false};
  pyramid.build(canceled);
  EXPECT_EQ(pyramid.bytes(), (64u + 16 + 4 + 1) * 4);
  const std::vector<uint8_t> part = pyramid.read(0, {3, 5, 2, 1});
  EXPECT_TRUE(std::equal(part.begin(), part.end(), image->at(3, 5)));
}

TEST(Pyramid, any_part_of_a_level_is_that_part_of_the_whole) {
  for (auto [w, h] : {std::pair{13, 9}, {8, 8}, {5, 2}}) {
    Pyramid pyramid(picture(w, h, 3));
    std::atomic<bool> canceled{false};
    pyramid.build(canceled);
    for (int l = 0; l < pyramid.level_count(); ++l) {
      const std::vector<uint8_t> whole = pyramid.read(l, {0, 0, pyramid.width(l), pyramid.height(l)});
      for (int y = 0; y < pyramid.height(l); ++y) {
        for (int x = 0; x < pyramid.width(l); ++x) {
          const std::vector<uint8_t> part = pyramid.read(l, {x, y, pyramid.width(l) - x, 1});
          EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + (y * pyramid.width(l) + x) * 3));
        }
      }
    }
  }
}

TEST(Pyramid, a_level_is_the_mean_of_what_it_covers) {
  ImagePtr image = picture(64, 64, 1);
  Pyramid pyramid(image);
  std::atomic<bool> canceled{false};
  pyramid.build(canceled);
  for (int l : {1, 2, 3}) {
    const std::vector<uint8_t> level = pyramid.read(l, {0, 0, pyramid.width(l), pyramid.height(l)});
    int side = 1 << l;
    for (int y = 0; y < pyramid.height(l); ++y) {
      for (int x = 0; x < pyramid.width(l); ++x) {
        double sum = 0;
        for (int v = 0; v < side; ++v) {
          for (int u = 0; u < side; ++u) sum += *image->at(x * side + u, y * side + v);
        }
        // Rounded once per level.
        EXPECT_NEAR(level[y * pyramid.width(l) + x], sum / (side * side), 0.5 * l + 1e-9);
      }
    }
  }
}

TEST(Pyramid, stops_when_canceled) {
  Pyramid pyramid(picture(64, 64, 3));
  std::atomic<bool> canceled{true};
  pyramid.build(canceled);
  EXPECT_EQ(pyramid.ready_levels(), 3);  // those that need no making
}

}  // namespace
}  // namespace striate
