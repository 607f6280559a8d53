// The world as a ball: places and points are each other's inverse, half of it is hidden, and what is drawn at a point
// is the picture's pixel of the place there.
#include "engine/world/globe.h"

#include <gtest/gtest.h>

#include <cmath>

namespace striate {
namespace {

Image world() {
  Image image;
  image.width = 360, image.height = 180, image.channels = 3;
  image.bytes.resize(image.value_count());
  uint8_t* to = image.bytes.data();
  for (int y = 0; y < 180; ++y) {
    for (int x = 0; x < 360; ++x) {
      *to++ = static_cast<uint8_t>(x / 2);
      *to++ = static_cast<uint8_t>(y);
      *to++ = 7;
    }
  }
  return image;
}

}  // namespace

TEST(Globe, the_middle_is_in_the_middle_and_north_is_up) {
  const Globe globe(-30, 20);
  const auto middle = globe.at({-30, 20});
  ASSERT_TRUE(middle);
  EXPECT_NEAR(middle->x, 0, 1e-12);
  EXPECT_NEAR(middle->y, 0, 1e-12);
  EXPECT_LT(globe.at({-30, 60})->y, 0);
  EXPECT_GT(globe.at({0, 20})->x, 0);
  EXPECT_NEAR(std::hypot(globe.at({60, 0})->x, globe.at({60, 0})->y), 1, 1e-9) << "a quarter of the way around";
  EXPECT_FALSE(globe.at({150, -20})) << "the other side";
}

TEST(Globe, places_and_points_are_each_others_inverse) {
  for (const auto& [longitude, latitude] : {std::pair{0.0, 0.0}, std::pair{170.0, 50.0}, std::pair{-100.0, -90.0}}) {
    const Globe globe(longitude, latitude);
    int seen = 0, hidden = 0;
    for (int lon = -175; lon < 180; lon += 14) {
      for (int lat = -85; lat < 90; lat += 13) {
        const auto point = globe.at({static_cast<double>(lon), static_cast<double>(lat)});
        ++(point ? seen : hidden);
        if (!point) continue;
        const auto back = globe.place(*point);
        ASSERT_TRUE(back);
        EXPECT_NEAR(back->latitude, lat, 1e-6);
        EXPECT_NEAR(std::remainder(back->longitude - lon, 360), 0, 1e-6);
      }
    }
    EXPECT_NEAR(seen, hidden, 0.2 * seen);
    EXPECT_FALSE(globe.place({0.9, 0.9}));
  }
}

TEST(Globe, it_draws_the_pixel_of_the_place_and_nothing_beside_the_disk) {
  const Image image = world();
  const Globe globe(40, -25);
  const uint8_t ground[3] = {0, 0, 0};
  const int size = 200;
  const std::vector<uint8_t> whole = globe.draw(image, size, 0, 0, size, size, ground, 1);
  EXPECT_EQ(whole[3], 0);
  int same = 0, looked = 0;
  for (int y = 20; y < 180; y += 7) {
    for (int x = 20; x < 180; x += 7) {
      const auto place = globe.place({(x + 0.5 - 100) / 100, (y + 0.5 - 100) / 100});
      if (!place || std::hypot(x - 100, y - 100) > 80) continue;
      const uint8_t* pixel = whole.data() + (y * size + x) * 4;
      EXPECT_EQ(pixel[3], 255);
      ++looked;
      same += pixel[0] == static_cast<int>((place->longitude + 180) / 2) &&
              pixel[1] == static_cast<int>(90 - place->latitude);
    }
  }
  EXPECT_GT(same, looked * 8 / 10) << "but for the net";
  // A part is what the whole has there; half of the picture is half as bright.
  const std::vector<uint8_t> part = globe.draw(image, size, 50, 60, 30, 20, ground, 1);
  for (int i = 0; i < 30 * 4; ++i)
    EXPECT_EQ(part[static_cast<size_t>(i)], whole[static_cast<size_t>((60 * size + 50) * 4 + i)]);
  const std::vector<uint8_t> dim = globe.draw(image, size, 0, 0, size, size, ground, 0.5);
  EXPECT_NEAR(dim[(75 * size + 93) * 4], whole[(75 * size + 93) * 4] / 2.0, 1);
}

}  // namespace striate
