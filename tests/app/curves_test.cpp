// The arithmetic of plots and grids, without a screen.
#include "app/widgets/curves.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "app/widgets/confusion_grid.h"
#include "app/widgets/curve_plot.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/sheet.h"
#include "app/widgets/tensor_grid.h"

namespace striate {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST(CurveValues, any_stretch_has_the_extremes_and_the_mean_of_its_values) {
  std::mt19937 dice(3);
  std::normal_distribution<float> normal;
  CurveValues curve;
  std::vector<float> plain;
  for (int i = 0; i < 70000; ++i) {
    const float value = i % 97 == 5 ? kNaN : normal(dice);
    curve.push(value), plain.push_back(value);
    if (i > 4000 && i % 2503 != 0) continue;
    std::uniform_int_distribution<int64_t> place(0, curve.size());
    for (int k = 0; k < 4; ++k) {
      const int64_t a = place(dice), b = place(dice), from = std::min(a, b), to = std::max(a, b);
      float low = INFINITY, high = -INFINITY, positive = INFINITY;
      double sum = 0;
      int64_t count = 0;
      for (int64_t j = from; j < to; ++j) {
        const float v = plain[static_cast<size_t>(j)];
        if (!std::isfinite(v)) continue;
        low = std::min(low, v), high = std::max(high, v), sum += static_cast<double>(v), ++count;
        if (v > 0) positive = std::min(positive, v);
      }
      const CurveValues::Range range = curve.range(from, to);
      ASSERT_EQ(range.any, count > 0) << from << " " << to;
      if (count == 0) continue;
      ASSERT_EQ(range.low, low) << from << " " << to;
      ASSERT_EQ(range.high, high);
      if (high > 0) {
        ASSERT_EQ(curve.positive_range(from, to).low, positive);
      }
      ASSERT_NEAR(curve.mean(from, to), sum / static_cast<double>(count), 1e-9);
    }
  }
  EXPECT_FALSE(curve.range(5, 5).any);
  EXPECT_TRUE(std::isnan(curve.mean(10, 10)));
  EXPECT_TRUE(std::isnan(curve.mean(5, 6)));
  curve.clear();
  EXPECT_EQ(curve.size(), 0);
}

TEST(CurveValues, columns_of_the_screen_lose_no_extreme) {
  CurveValues curve;
  for (int i = 0; i < 100000; ++i) curve.push(i == 77777 ? 50.0f : std::sin(static_cast<float>(i) * 0.001f));
  const std::vector<CurveColumn> columns = columns_of(curve, 0, 100000, 300);
  float high = 0;
  for (const CurveColumn& column : columns) {
    ASSERT_TRUE(column.any);
    EXPECT_LE(column.low, column.first);
    EXPECT_GE(column.high, column.last);
    high = std::max(high, column.high);
  }
  EXPECT_EQ(high, 50);
  EXPECT_EQ(columns.front().first, 0);
  EXPECT_EQ(columns.back().last, curve.at(99999));
  EXPECT_FALSE(columns_of(curve, 200000, 300000, 10)[3].any);
}

TEST(CurveWindow, zooms_about_the_mouse_and_stays_within_the_run) {
  CurveWindow window;
  window = zoom_window(window, 2, 250, 0, 1000);
  EXPECT_DOUBLE_EQ(window.from, 125);
  EXPECT_DOUBLE_EQ(window.to, 625);
  EXPECT_DOUBLE_EQ((250 - window.from) / (window.to - window.from), 0.25);
  EXPECT_EQ(pan_window(window, -500, 0, 1000), (CurveWindow{0, 500}));
  EXPECT_EQ(pan_window(window, 5000, 0, 1000), (CurveWindow{500, 1000}));
  EXPECT_TRUE(zoom_window(window, 0.4, 300, 0, 1000).all());
  for (int i = 0; i < 50; ++i) window = zoom_window(window, 2, 300, 0, 1000);
  EXPECT_DOUBLE_EQ(window.to - window.from, 4);
  EXPECT_TRUE(pan_window({}, 10, 0, 100).all());
  EXPECT_EQ(window_of({}, 0, 1), (CurveWindow{0, 4}));
}

std::vector<std::string> texts(const std::vector<Tick>& list) {
  std::vector<std::string> result;
  for (const Tick& tick : list) result.push_back(tick.text);
  return result;
}

TEST(Ticks, are_round_and_few) {
  EXPECT_EQ(texts(ticks(0, 2.4, 6)), (std::vector<std::string>{"0.0", "0.5", "1.0", "1.5", "2.0"}));
  EXPECT_EQ(texts(ticks(0, 12400, 4, true)), (std::vector<std::string>{"0", "5000", "10 000"}));
  EXPECT_EQ(texts(ticks(0, 3, 8, true)), (std::vector<std::string>{"0", "1", "2", "3"}));
  EXPECT_EQ(texts(ticks(-0.2, 0.2, 3)), (std::vector<std::string>{"-0.2", "0.0", "0.2"}));
  EXPECT_TRUE(ticks(1, 1, 5).empty());
  EXPECT_TRUE(ticks(0, INFINITY, 5).empty());
  EXPECT_EQ(texts(log_ticks(0.02, 3, 6)), (std::vector<std::string>{"0.03", "0.1", "0.3", "1", "3"}));
  EXPECT_TRUE(log_ticks(0, 1, 5).empty());
  std::mt19937 dice(1);
  std::uniform_real_distribution<double> any(-6, 6);
  for (int i = 0; i < 2000; ++i) {
    const double low = any(dice) * std::pow(10, any(dice)), high = low + std::pow(10, any(dice));
    const std::vector<Tick> list = ticks(low, high, 5);
    EXPECT_LE(list.size(), 5u);
    EXPECT_GE(list.size(), 1u) << low << " " << high;
    for (const Tick& tick : list) {
      EXPECT_GE(tick.value, low - (high - low) * 1e-6);
      EXPECT_LE(tick.value, high + (high - low) * 1e-6);
    }
    EXPECT_LE(log_ticks(std::abs(low) + 1e-9, std::abs(low) + high - low, 4).size(), 4u);
  }
  EXPECT_EQ(grouped(1240), "1240");
  EXPECT_EQ(grouped(1234567), "1 234 567");
  EXPECT_EQ(grouped(-12345), "-12 345");
}

TEST(SpreadLabels, never_overlap_and_stay_inside) {
  EXPECT_EQ(spread_labels({10, 60}, 20, 0, 100), (std::vector<float>{10, 60}));
  EXPECT_EQ(spread_labels({60, 50}, 20, 0, 100), (std::vector<float>{65, 45}));
  EXPECT_EQ(spread_labels({98, 95, 0}, 20, 0, 100), (std::vector<float>{80, 60, 0}));
  std::mt19937 dice(2);
  for (int round = 0; round < 300; ++round) {
    std::vector<float> wanted(5);
    for (float& w : wanted) w = std::uniform_real_distribution<float>(-20, 120)(dice);
    std::vector<float> places = spread_labels(wanted, 15, 0, 100);
    std::sort(places.begin(), places.end());
    EXPECT_GE(places.front(), -1e-3f);
    EXPECT_LE(places.back(), 85.001f);
    for (size_t i = 1; i < places.size(); ++i) EXPECT_GE(places[i] - places[i - 1], 15 - 1e-3f);
  }
}

TEST(CurveRange, holds_what_is_shown) {
  CurveValues losses;
  for (const float v : {2.3f, 1.5f, 0.8f, kNaN, 0.4f}) losses.push(v);
  const std::vector<std::pair<double, double>> tests = {{0, 2.5}, {4, 0.5}};
  CurvePlot plot;
  plot.series.push_back({.name = "training", .dense = &losses});
  plot.series.push_back({.name = "test", .points = &tests});
  plot.last = 5;
  auto [low, high] = curve_range(plot, {0, 5});
  EXPECT_EQ(low, 0);
  EXPECT_GT(high, 2.5);
  EXPECT_LT(high, 3);
  plot.log = true;
  std::tie(low, high) = curve_range(plot, {0, 5});
  EXPECT_LT(low, 0.4);
  EXPECT_GT(low, 0.3);
  plot.log = false, plot.percent = true;
  EXPECT_EQ(curve_range(plot, {0, 0}), (std::pair{0.0, 1.0}));
  EXPECT_EQ(curve_text(plot, 0.8749), "87.5 %");
  plot.percent = false;
  EXPECT_EQ(curve_text(plot, 0.23114), "0.231");
  EXPECT_EQ(curve_text(plot, 8.04e-4), "0.00080");
  EXPECT_EQ(curve_text(plot, 2.5e-5), "2.50e-05");
  plot.series.clear();
  EXPECT_EQ(curve_range(plot, {0, 5}), (std::pair{0.0, 1.0}));
  EXPECT_EQ(at_or_before(tests, 3.9), 0);
  EXPECT_EQ(at_or_before(tests, 4), 1);
  EXPECT_EQ(at_or_before(tests, -1), -1);
}

TEST(Sheet, maps_never_share_a_pixel_or_cross_a_texture) {
  for (const auto& [count, width, height] :
       {std::tuple{8, 3, 3}, {300, 28, 28}, {17, 254, 254}, {5, 300, 40}, {4000, 1, 1}}) {
    const Sheet sheet(count, width, height);
    EXPECT_EQ(sheet.width(), (width + sheet.reduce() - 1) / sheet.reduce());
    std::vector<uint8_t> used(static_cast<size_t>(sheet.sheet_width()) * static_cast<size_t>(sheet.sheet_height()));
    for (int64_t i = 0; i < count; ++i) {
      const CellRect place = sheet.place(i);
      ASSERT_EQ((place.x - 1) / 256, (place.x + place.w) / 256);
      ASSERT_GE(place.x, 1);
      ASSERT_LT(place.x + place.w, sheet.sheet_width());
      ASSERT_LT(place.y + place.h, sheet.sheet_height());
      for (int y = place.y - 1; y <= place.y + place.h; ++y) {
        for (int x = place.x - 1; x <= place.x + place.w; ++x) {
          ASSERT_EQ(used[static_cast<size_t>(y) * static_cast<size_t>(sheet.sheet_width()) + static_cast<size_t>(x)]++,
                    0);
        }
      }
    }
  }
}

TEST(Sheet, a_tile_holds_the_painted_colors_with_their_edge_repeated) {
  const Sheet sheet(600, 10, 10);
  ASSERT_GT(sheet.tiles(), 1);
  const PictureSource source = sheet_source("test", 1, sheet, [](int64_t map, Color* out) {
    for (int i = 0; i < 100; ++i) out[i] = static_cast<Color>(map * 100 + i) | 0xFF000000;
  });
  const CellRect rect{255, 0, 257, 256};  // as the cache asks for the second tile
  const TilePixels tile = source.pixels(0, rect);
  ASSERT_EQ(tile.bytes.size(), size_t{257} * 256 * 4);
  const auto color_at = [&](int x, int y) {
    Color color = 0;
    std::memcpy(&color, &tile.bytes[(static_cast<size_t>(y) * 257 + static_cast<size_t>(x - 255)) * 4], 4);
    return color;
  };
  const int64_t map = sheet.per_tile() + 3;
  const CellRect place = sheet.place(map);
  EXPECT_EQ(color_at(place.x + 4, place.y + 2), static_cast<Color>(map * 100 + 24) | 0xFF000000);
  EXPECT_EQ(color_at(place.x - 1, place.y - 1), color_at(place.x, place.y));
  EXPECT_EQ(color_at(place.x + 10, place.y + 9), color_at(place.x + 9, place.y + 9));
}

TEST(TensorScale, says_what_it_is_taken_from_and_is_never_zero) {
  const std::vector<float> values = {-3, 1, 0, 0, kNaN, 0.5f};
  const TensorMaps maps{.values = values, .count = 3, .height = 1, .width = 2};
  const TensorScale layer = scale_of(maps, ScaleScope::layer);
  EXPECT_EQ(layer.limit(2), 3);
  EXPECT_EQ(scale_text(layer), "\u00b13, this layer");
  const TensorScale each = scale_of(maps, ScaleScope::map);
  EXPECT_EQ(each.limits, (std::vector<float>{3, 1, 0.5f}));
  EXPECT_EQ(scale_of(maps, ScaleScope::layer, false).limit(0), 1);
  EXPECT_EQ(scale_text(scale_of(maps, ScaleScope::network, false, 0.25f)), "0 to 0.25, the network");
}

TEST(TensorColor, zero_is_the_middle_and_signs_differ) {
  EXPECT_EQ(tensor_color(0, 1, true, false), rgb(0xFFFFFF));
  EXPECT_LT(luminance(tensor_color(0, 1, true, true)), 0.01);
  EXPECT_NE(tensor_color(1, 1, true, true), tensor_color(-1, 1, true, true));
  EXPECT_EQ(tensor_color(7, 1, true, true), tensor_color(1, 1, true, true));
  EXPECT_NE(tensor_color(kNaN, 1, true, true), tensor_color(0, 1, true, true));
}

TEST(MapLayout, is_as_large_as_fits_and_says_how_many_do_not) {
  const MapLayout eight = fit_maps(8, 3, 3, 400, 60, 12, 120, 8);
  EXPECT_EQ(eight.shown, 8);
  EXPECT_LE(eight.total_height(), 60);
  EXPECT_LE(eight.total_width(), 400);
  EXPECT_EQ(eight.width, std::floor(eight.width));
  const MapLayout many = fit_maps(1000, 5, 5, 200, 50, 20, 60, 4);
  EXPECT_LT(many.shown, 1000);
  EXPECT_GT(many.shown, 0);
  EXPECT_LE(many.total_height(), 50);
  for (int count : {1, 2, 6, 16, 128}) {
    for (const float width : {90.0f, 300.0f, 1000.0f}) {
      for (int64_t i = 0; i < count; ++i) {
        const MapLayout layout = fit_maps(count, 28, 28, width, 100, 14, 140, 4);
        if (i >= layout.shown) break;
        EXPECT_LE(layout.at(i).x + layout.width, width + 0.01f);
        EXPECT_LE(layout.at(i).y + layout.height, 100.01f);
      }
    }
  }
  EXPECT_EQ(flow_maps(48, 3, 3, 1000, 30, 2, 8).per_line, 8);
}

TEST(ConfusionLayout, cells_are_squares_inside_the_area) {
  for (const int classes : {2, 10, 43, 100}) {
    const Rect area{10, 20, 300, 260};
    const ConfusionLayout layout = confusion_layout(area, classes, 60, 18, 90);
    EXPECT_TRUE(area.contains(layout.cells)) << classes;
    EXPECT_FLOAT_EQ(layout.cells.w, layout.cells.h);
  }
  const Theme& theme = dark_theme();
  EXPECT_NE(confusion_color(0.5, true, theme), confusion_color(0.5, false, theme));
  EXPECT_NE(confusion_color(0.001, false, theme), confusion_color(0, false, theme));
}

TEST(SampleLayout, fills_lines) {
  SampleGrid grid;
  grid.shape = Shape{1, 28, 28};
  grid.count = 100;
  grid.size = 56;
  const SampleLayout layout = sample_layout(grid, 500, 18, 40);
  EXPECT_EQ(layout.picture_w, 56);
  EXPECT_EQ(layout.per_line, 7);
  EXPECT_EQ(layout.lines, 15);
  EXPECT_LE(layout.at(6).x + layout.width, 500);
}

}  // namespace
}  // namespace striate
