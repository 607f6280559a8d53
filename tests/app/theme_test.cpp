#include "app/shell/theme.h"

#include <gtest/gtest.h>

#include "app/widgets/color_map.h"

namespace striate {
namespace {

TEST(Theme, every_text_color_reads_on_every_ground) {
  for (const Theme* theme : {&dark_theme(), &light_theme()}) {
    const Color texts[] = {theme->text, theme->secondary,  theme->accent,   theme->input,  theme->kernel,
                           theme->bias, theme->activation, theme->gradient, theme->warning};
    const Color grounds[] = {theme->background, theme->surface, theme->raised};
    for (Color text : texts) {
      for (Color ground : grounds) {
        EXPECT_GE(contrast(text, ground), 4.5)
            << std::hex << text << " on " << ground << (theme->dark ? " dark" : " light");
      }
    }
    EXPECT_GE(contrast(theme->on_accent, theme->accent), 4.5);
    EXPECT_GE(contrast(theme->text, theme->hovered), 4.5);
  }
}

TEST(Theme, contrast_is_as_the_standard_defines_it) {
  EXPECT_NEAR(contrast(rgb(0xFFFFFF), rgb(0x000000)), 21, 1e-9);
  EXPECT_NEAR(contrast(rgb(0x777777), rgb(0xFFFFFF)), 4.478, 1e-3);
}

TEST(Theme, ink_is_the_better_of_black_and_white) {
  for (uint32_t gray = 0; gray < 256; ++gray) {
    Color ground = rgb(gray << 16 | gray << 8 | gray);
    EXPECT_GE(contrast(ink_on(ground), ground), 4.5);
  }
}

TEST(Theme, concepts_by_name) {
  EXPECT_EQ(concept_of("output"), Concept::activation);
  EXPECT_EQ(concept_of("kernel"), Concept::kernel);
  EXPECT_EQ(concept_of("nothing"), Concept::none);
}

TEST(ColorMap, signed_zero_is_white_and_ends_differ) {
  EXPECT_EQ(map_color(ColorMap::signed_blue_orange, 0.5f), rgb(0xFFFFFF));
  EXPECT_NE(map_color(ColorMap::signed_blue_orange, 0), map_color(ColorMap::signed_blue_orange, 1));
  EXPECT_EQ(map_color(ColorMap::gray, 2), rgb(0xFFFFFF));
  EXPECT_EQ(map_color(ColorMap::gray, -1), rgb(0x000000));
}

TEST(ColorMap, viridis_and_cividis_grow_lighter_all_the_way) {
  for (ColorMap map : {ColorMap::viridis, ColorMap::cividis, ColorMap::gray}) {
    double before = -1;
    for (int i = 0; i <= 64; ++i) {
      double light = luminance(map_color(map, static_cast<float>(i) / 64));
      EXPECT_GT(light, before);
      before = light;
    }
  }
}

}  // namespace
}  // namespace striate
