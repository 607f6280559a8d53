#include "app/shell/layout.h"

#include <gtest/gtest.h>

#include <tuple>

namespace striate {
namespace {

class Layout : public testing::TestWithParam<std::tuple<Vec, bool, bool, bool, bool, float>> {};

TEST_P(Layout, nothing_overlaps_and_everything_is_inside) {
  auto [size, navigation, inspector, transport, presentation, narration] = GetParam();
  LayoutRequest request{size, navigation, inspector, transport, presentation, narration};
  ShellLayout out = layout_shell(request);
  Rect window{0, 0, size.x, size.y};
  const Rect* places[] = {&out.navigation, &out.inspector, &out.bar, &out.narration, &out.stage, &out.transport};
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
  if (out.navigation.empty() || out.inspector.empty()) {
    EXPECT_FALSE(out.bar.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, Layout,
                         testing::Combine(testing::Values(Vec{1024, 700}, Vec{1280, 800}, Vec{1920, 1080}),
                                          testing::Bool(), testing::Bool(), testing::Bool(), testing::Bool(),
                                          testing::Values(0.f, 120.f, 900.f)));

TEST(LayoutOf, sizes_of_the_look) {
  ShellLayout out = layout_shell({{1280, 800}, true, true, true, false, 0});
  EXPECT_EQ(out.navigation.w, 220);
  EXPECT_EQ(out.inspector.w, 340);
  EXPECT_EQ(out.transport.h, 56);
  EXPECT_EQ(out.stage, (Rect{220, 0, 720, 744}));
}

}  // namespace
}  // namespace striate
