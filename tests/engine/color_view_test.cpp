// A tile and a cell's number come from one place: every way of showing a picture, pixel by pixel and by the tile.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "engine/channel_view.h"
#include "engine/color_view.h"
#include "engine/image_statistics.h"

namespace striate {
namespace {

constexpr ColorSpace kSpaces[] = {ColorSpace::rgb, ColorSpace::gray, ColorSpace::hsv, ColorSpace::ycbcr};

std::vector<uint8_t> many_pixels() {
  std::vector<uint8_t> rgba;
  for (int r = 0; r < 256; r += 15) {
    for (int g = 0; g < 256; g += 5) {
      for (int b = 0; b < 256; b += 3) {
        rgba.insert(rgba.end(), {static_cast<uint8_t>(r), static_cast<uint8_t>(g), static_cast<uint8_t>(b),
                                 static_cast<uint8_t>(r ^ b)});
      }
    }
  }
  return rgba;
}

TEST(ColorView, a_tile_is_its_pixels) {
  const std::vector<uint8_t> stored = many_pixels();
  for (ColorSpace space : kSpaces) {
    for (int component = 0; component <= (space == ColorSpace::gray ? 0 : 3); ++component) {
      for (Overflow rule : {Overflow::none, Overflow::wrap, Overflow::saturate}) {
        ColorView view;
        view.space = space;
        view.component = component;
        view.change = {rule, ByteOperation::add, 100};
        std::vector<uint8_t> tile = stored;
        show_in_space(view, tile.data(), static_cast<int64_t>(tile.size() / 4));
        if (shows_as_stored(view)) {
          ASSERT_EQ(tile, stored);
        }
        for (size_t i = 0; i < tile.size(); i += 4) {
          const PixelNumbers numbers = numbers_of(view, &stored[i], 4);
          ASSERT_TRUE(std::equal(numbers.color, numbers.color + 3, &tile[i]))
              << name_of(space) << " " << component << " of " << int{stored[i]} << " " << int{stored[i + 1]} << " "
              << int{stored[i + 2]} << ": " << int{numbers.color[0]} << " " << int{numbers.color[1]} << " "
              << int{numbers.color[2]} << ", not " << int{tile[i]} << " " << int{tile[i + 1]} << " "
              << int{tile[i + 2]};
          ASSERT_EQ(tile[i + 3], stored[i + 3]) << "alpha is kept";
        }
      }
    }
  }
}

TEST(ColorView, every_color_is_made_again_from_its_numbers) {
  for (ColorSpace space : {ColorSpace::hsv, ColorSpace::ycbcr}) {
    ColorView view;
    view.space = space;
    for (int rgb = 0; rgb < 1 << 24; rgb += 7) {
      const uint8_t pixel[] = {static_cast<uint8_t>(rgb >> 16), static_cast<uint8_t>(rgb >> 8),
                               static_cast<uint8_t>(rgb)};
      const PixelNumbers numbers = numbers_of(view, pixel, 3);
      ASSERT_TRUE(std::equal(pixel, pixel + 3, numbers.color)) << name_of(space) << " of " << rgb;
    }
  }
}

TEST(ColorView, statistics_of_a_space_are_those_of_its_numbers) {
  Image image;
  image.width = 1300, image.height = 900, image.channels = 3;  // more than one band
  image.bytes.resize(image.value_count());
  for (size_t i = 0; i < image.bytes.size(); ++i) image.bytes[i] = static_cast<uint8_t>((i * 2654435761u) >> 13);
  for (ColorSpace space : kSpaces) {
    ColorView view;
    view.space = space;
    const ImageStatistics found = image_statistics(image, view);
    for (int c = 0; c < component_count(space); ++c) {
      double sum = 0, low = 1e9, high = -1e9;
      for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
          double value = numbers_of(view, image.at(x, y), 3).value[c];
          if (space == ColorSpace::gray) value = numbers_of(view, image.at(x, y), 3).color[0];
          sum += value, low = std::min(low, value), high = std::max(high, value);
        }
      }
      const ChannelStatistics& plane = found.components[static_cast<size_t>(c)];
      EXPECT_EQ(plane.count, 1300 * 900);
      EXPECT_EQ(plane.minimum, low) << name_of(space) << c;
      EXPECT_EQ(plane.maximum, high) << name_of(space) << c;
      EXPECT_NEAR(plane.mean, sum / (1300 * 900), 1e-6 * component_high(space, c)) << name_of(space) << c;
      int64_t counted = 0;
      for (int64_t bin : plane.histogram) counted += bin;
      EXPECT_EQ(counted, plane.count);
    }
  }
}

TEST(ChannelView, shows_one_plane_tints_it_and_dims_what_is_not_brushed) {
  const uint8_t stored[] = {10, 200, 60, 77};
  ChannelView view;
  const auto shown = [&] {
    std::vector<uint8_t> pixel(stored, stored + 4);
    show_channels(view, gain_tables(view.gains, false), false, pixel.data(), 1);
    return pixel;
  };
  EXPECT_EQ(shown(), (std::vector<uint8_t>{10, 200, 60, 77}));
  view.gains.of[1] = 1.5f;
  EXPECT_EQ(shown(), (std::vector<uint8_t>{10, 255, 60, 77}));
  view.misread = true;
  EXPECT_EQ(shown(), (std::vector<uint8_t>{60, 255, 10, 77}));
  view.misread = false;
  view.brushed = 2, view.low = 61, view.high = 255;
  EXPECT_EQ(shown(), (std::vector<uint8_t>{2, 63, 15, 77}));
  view.low = 60;
  EXPECT_EQ(shown(), (std::vector<uint8_t>{10, 255, 60, 77}));
  view.shown = 2;
  EXPECT_EQ(shown(), (std::vector<uint8_t>{60, 60, 60, 77}));
  view.tint = true;
  EXPECT_EQ(shown(), (std::vector<uint8_t>{0, 0, 60, 77}));
}

}  // namespace
}  // namespace striate
