#include "app/widgets/view.h"

#include <gtest/gtest.h>

namespace striate {
namespace {

const Rect kArea{220, 16, 720, 700};

TEST(View, fits_the_whole_picture_with_its_margin) {
  for (auto [w, h] : {std::pair{12, 16}, {1, 1}, {7000, 4700}, {1, 5000}, {5000, 1}}) {
    View view = fit_view(w, h, kArea, 16);
    Rect place = picture_rect(view, w, h, kArea);
    EXPECT_GE(place.x, kArea.x + 15.9f);
    EXPECT_LE(place.right(), kArea.right() - 15.9f);
    EXPECT_GE(place.y, kArea.y + 15.9f);
    EXPECT_LE(place.bottom(), kArea.bottom() - 15.9f);
    EXPECT_LE(view.zoom, kZoomMost);
  }
}

TEST(View, zooming_keeps_the_point_under_the_cursor) {
  View view = fit_view(7000, 4700, kArea);
  Vec cursor{500, 300};
  Vec before = to_image(view, kArea, cursor);
  for (int i = 0; i < 30; ++i) {
    view = zoom_about(view, 1.2f, cursor, 7000, 4700, kArea);
    Vec now = to_image(view, kArea, cursor);
    EXPECT_NEAR(now.x, before.x, 0.5f);
    EXPECT_NEAR(now.y, before.y, 0.5f);
  }
  EXPECT_LE(view.zoom, kZoomMost);
}

TEST(View, zoom_and_pan_stay_within_limits) {
  View view = fit_view(100, 100, kArea);
  for (int i = 0; i < 200; ++i) view = zoom_about(view, 0.5f, {600, 300}, 100, 100, kArea);
  EXPECT_GT(view.zoom, 0.5f);
  view = pan_by(view, {1e6f, -1e6f}, 100, 100, kArea);
  EXPECT_EQ(view.center.x, 0);
  EXPECT_EQ(view.center.y, 100);
}

TEST(View, screen_and_image_are_inverses) {
  View view{{31.25f, 17.5f}, 3.5f};
  Vec at = to_image(view, kArea, to_screen(view, kArea, {12.5f, 40}));
  EXPECT_NEAR(at.x, 12.5f, 1e-3f);
  EXPECT_NEAR(at.y, 40, 1e-3f);
}

TEST(View, pixel_under_the_cursor) {
  View view = fit_view(12, 16, kArea);
  for (int y : {0, 7, 15}) {
    for (int x : {0, 5, 11}) {
      PixelAt hit = pixel_at(view, 12, 16, kArea, pixel_rect(view, kArea, x, y).center());
      EXPECT_TRUE(hit.inside);
      EXPECT_EQ(hit.x, x);
      EXPECT_EQ(hit.y, y);
    }
  }
  EXPECT_FALSE(pixel_at(view, 12, 16, kArea, kArea.min() + Vec{1, 1}).inside);
  EXPECT_FALSE(pixel_at(view, 12, 16, kArea, {0, 0}).inside);
}

TEST(View, visible_pixels_cover_the_area_and_no_more) {
  View view{{3500, 2350}, 40};
  CellRect seen = visible_pixels(view, 7000, 4700, kArea);
  EXPECT_LE(seen.w, 720 / 40 + 2);
  EXPECT_LE(seen.h, 700 / 40 + 2);
  EXPECT_TRUE(pixel_at(view, 7000, 4700, kArea, kArea.min()).x >= seen.x);
  CellRect all = visible_pixels(fit_view(12, 16, kArea), 12, 16, kArea);
  EXPECT_EQ(all, (CellRect{0, 0, 12, 16}));
}

TEST(View, mixing_two_views_ends_at_both_and_zooms_evenly) {
  View a{{10, 10}, 1}, b{{50, 40}, 16};
  EXPECT_EQ(mix_views(a, b, 0), a);
  EXPECT_EQ(mix_views(a, b, 1), b);
  EXPECT_NEAR(mix_views(a, b, 0.5f).zoom, 4, 1e-3f);
}

TEST(View, level_has_at_least_half_a_screen_pixel_per_pixel) {
  EXPECT_EQ(level_for(1, 1, 10), 0);
  EXPECT_EQ(level_for(0.6f, 1, 10), 0);
  EXPECT_EQ(level_for(0.5f, 1, 10), 1);
  EXPECT_EQ(level_for(0.1f, 1, 10), 3);
  EXPECT_EQ(level_for(0.1f, 2, 10), 2);
  EXPECT_EQ(level_for(0.0001f, 1, 4), 3);
}

}  // namespace
}  // namespace striate
