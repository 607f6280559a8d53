#include "app/shell/layout.h"

#include <gtest/gtest.h>

#include <tuple>

namespace striate {
namespace {

class Layout : public testing::TestWithParam<std::tuple<Vec, bool, bool, bool, bool, float>> {};

bool unfolds(const Rect& place, const ShellLayout& out) { return !place.empty() || !out.bar.empty(); }

TEST_P(Layout, nothing_overlaps_and_everything_is_inside) {
  auto [size, navigation, inspector, transport, presentation, narration] = GetParam();
  LayoutRequest request{size, navigation, inspector, transport, presentation, narration};
  ShellLayout out = layout_shell(request);
  Rect window{0, 0, size.x, size.y};
  const Rect* places[] = {&out.navigation, &out.inspector, &out.bar, &out.narration, &out.stage, &out.transport};
  const Rect* ends[] = {&out.unfold_navigation, &out.controls, &out.unfold_inspector};
  for (const Rect* a : ends) {
    EXPECT_TRUE(a->empty() || out.transport.contains(*a));
    for (const Rect* b : ends) {
      if (a != b && !a->empty() && !b->empty()) {
        EXPECT_FALSE(a->overlaps(*b));
      }
    }
  }
  for (const Rect* a : places) {
    if (a->empty()) continue;
    EXPECT_TRUE(window.contains(*a));
    for (const Rect* b : places) {
      if (a != b && !b->empty()) {
        EXPECT_FALSE(a->overlaps(*b));
      }
    }
  }
  EXPECT_EQ(out.transport.empty(), !transport);
  EXPECT_EQ(out.narration.empty(), narration == 0);
  EXPECT_GE(out.stage.w, size.x * 0.4f - 1);
  EXPECT_GE(out.stage.h, size.y * 0.35f);
  if (!inspector) {
    EXPECT_TRUE(out.inspector.empty());
  }
  if (!navigation) {
    EXPECT_TRUE(out.navigation.empty());
  }
  if (out.navigation.empty()) {
    EXPECT_TRUE(unfolds(out.unfold_navigation, out));
  }
  if (out.inspector.empty()) {
    EXPECT_TRUE(unfolds(out.unfold_inspector, out));
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, Layout,
                         testing::Combine(testing::Values(kLeastWindow, Vec{1024, 600}, Vec{1280, 720}, Vec{1280, 800},
                                                          Vec{1920, 1080}, Vec{2560, 1440}),
                                          testing::Bool(), testing::Bool(), testing::Bool(), testing::Bool(),
                                          testing::Values(0.f, 120.f, 900.f)));

// What a class looks at takes most of a projector's picture, half of it under a lesson.
TEST(LayoutOf, presenting_gives_the_stage_most_of_the_window) {
  for (const Vec size : {kLeastWindow, Vec{1024, 600}, Vec{1280, 720}, Vec{1280, 800}, Vec{1920, 1080}}) {
    for (const float narration : {0.0f, 900.0f}) {
      const Vec units = size * (1 / presentation_unit(true, size));
      const ShellLayout out = layout_shell({units, false, false, true, true, narration});
      const float share = out.stage.w * out.stage.h / (units.x * units.y);
      EXPECT_GE(share, narration > 0 ? 0.45f : 0.85f) << size.x << " x " << size.y;
    }
  }
}

TEST(LayoutOf, sizes_of_the_look) {
  ShellLayout out = layout_shell({{1280, 800}, true, true, true, false, 0});
  EXPECT_EQ(out.navigation.w, 220);
  EXPECT_EQ(out.inspector.w, 340);
  EXPECT_EQ(out.transport.h, 56);
  EXPECT_EQ(out.stage, (Rect{220, 0, 720, 744}));
}

}  // namespace
}  // namespace striate
