// Tiles of a large picture: where they stand, in which order they come, and how what they say becomes a map.
#include "engine/session/tile_blend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <utility>
#include <vector>

#include "engine/error.h"

namespace striate {
namespace {

constexpr int kClasses = 3;

struct Case {
  int width, height, tile;
  double overlap;
};
const std::vector<Case> kCases{{64, 48, 16, 0},   {61, 47, 16, 0}, {64, 48, 16, 0.5}, {61, 49, 16, 0.5},
                               {40, 40, 8, 0.75}, {16, 16, 16, 0}, {17, 16, 16, 0.5}, {33, 65, 11, 0.3},
                               {90, 31, 31, 0.9}, {7, 5, 1, 0}};

// What a tile says, other for each.
std::vector<float> said(const TileBlend::Place& place) {
  std::vector<float> values(kClasses);
  float sum = 0;
  for (int c = 0; c < kClasses; ++c) {
    values[static_cast<size_t>(c)] = 1 + static_cast<float>((place.column * 7 + place.row * 5 + c * 11) % 13);
    sum += values[static_cast<size_t>(c)];
  }
  for (float& value : values) value /= sum;
  return values;
}

void add_all(TileBlend& blend) {
  for (int64_t i = 0; i < blend.tiles(); ++i) blend.add(blend.place(i), said(blend.place(i)).data());
}

}  // namespace

TEST(TileBlend, places_cover_every_pixel_and_none_comes_twice) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(fmt::format("{} x {}, tiles of {}, overlap {}", c.width, c.height, c.tile, c.overlap));
    const TileBlend blend("scene", c.width, c.height, kClasses, c.tile, c.overlap);
    std::vector<char> covered(static_cast<size_t>(c.width * c.height), 0);
    std::set<std::pair<int, int>> places;
    for (int64_t i = 0; i < blend.tiles(); ++i) {
      const TileBlend::Place& place = blend.place(i);
      EXPECT_TRUE(places.insert({place.row, place.column}).second);
      const int left = blend.left(place.column), top = blend.top(place.row);
      ASSERT_GE(left, 0);
      ASSERT_GE(top, 0);
      ASSERT_LE(left + c.tile, c.width);
      ASSERT_LE(top + c.tile, c.height);
      for (int y = top; y < top + c.tile; ++y) {
        for (int x = left; x < left + c.tile; ++x) covered[static_cast<size_t>(y * c.width + x)] = 1;
      }
    }
    EXPECT_EQ(std::count(covered.begin(), covered.end(), 0), 0);
  }
}

TEST(TileBlend, probabilities_of_every_cell_add_up_to_one_and_lie_between_what_its_tiles_said) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(fmt::format("{} x {}, tiles of {}, overlap {}", c.width, c.height, c.tile, c.overlap));
    TileBlend blend("scene", c.width, c.height, kClasses, c.tile, c.overlap);
    add_all(blend);
    for (int row = 0; row < blend.rows(); ++row) {
      for (int column = 0; column < blend.columns(); ++column) {
        const std::vector<float> values = blend.probabilities(column, row);
        EXPECT_NEAR(values[0] + values[1] + values[2], 1, 1e-5) << column << " " << row;
        EXPECT_EQ(blend.label(column, row), std::max_element(values.begin(), values.end()) - values.begin());
      }
    }
  }
}

// Without overlap a cell is one tile; the last tile of a row that does not fit lies over its neighbor's end, and their
// two say it together.
TEST(TileBlend, without_overlap_a_cell_says_what_its_tile_said) {
  TileBlend blend("scene", 64, 48, kClasses, 16, 0);
  add_all(blend);
  ASSERT_EQ(blend.tiles(), 12);
  for (int row = 0; row < blend.rows(); ++row) {
    for (int column = 0; column < blend.columns(); ++column) {
      const std::vector<float> values = blend.probabilities(column, row), own = said({column, row});
      for (size_t k = 0; k < kClasses; ++k) EXPECT_NEAR(values[k], own[k], 1e-6);
      EXPECT_EQ(blend.tile_label(column, row), blend.label(column, row));
    }
  }
}

// The definition in double precision: a mean over all tiles, weighted by a Hann window across the tile, taken at the
// middle of what the cell covers.
TEST(TileBlend, is_the_mean_of_the_tiles_weighted_by_a_hann_window) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(fmt::format("{} x {}, tiles of {}, overlap {}", c.width, c.height, c.tile, c.overlap));
    TileBlend blend("scene", c.width, c.height, kClasses, c.tile, c.overlap);
    add_all(blend);
    const int stride = blend.stride();
    const auto hann = [&](double at, double from) {
      const double share = (at - from) / c.tile;
      return share <= 0 || share >= 1 ? 0 : std::pow(std::sin(std::numbers::pi * share), 2);
    };
    for (int row = 0; row < blend.rows(); ++row) {
      for (int column = 0; column < blend.columns(); ++column) {
        const double x = (column * stride + std::min((column + 1) * stride, c.width)) / 2.0;
        const double y = (row * stride + std::min((row + 1) * stride, c.height)) / 2.0;
        std::vector<double> sums(kClasses);
        double weights = 0;
        for (int64_t i = 0; i < blend.tiles(); ++i) {
          const TileBlend::Place& place = blend.place(i);
          const double weight = hann(x, blend.left(place.column)) * hann(y, blend.top(place.row));
          weights += weight;
          const std::vector<float> own = said(place);
          for (size_t k = 0; k < kClasses; ++k) sums[k] += weight * static_cast<double>(own[k]);
        }
        ASSERT_GT(weights, 0) << column << " " << row;
        const std::vector<float> values = blend.probabilities(column, row);
        for (size_t k = 0; k < kClasses; ++k) EXPECT_NEAR(values[k], sums[k] / weights, 1e-4) << column << " " << row;
      }
    }
  }
}

TEST(TileBlend, comes_from_coarse_to_fine_and_every_level_answers_everywhere) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(fmt::format("{} x {}, tiles of {}, overlap {}", c.width, c.height, c.tile, c.overlap));
    TileBlend blend("scene", c.width, c.height, kClasses, c.tile, c.overlap);
    EXPECT_EQ(blend.label(0, 0), -1);
    EXPECT_EQ(blend.levels().back(), blend.tiles());
    EXPECT_LE(blend.levels().front(), 9);  // a first map of a few tiles
    int64_t done = 0;
    for (const int64_t level : blend.levels()) {
      EXPECT_GT(level, 0);
      for (; done < level; ++done) blend.add(blend.place(done), said(blend.place(done)).data());
      for (int row = 0; row < blend.rows(); ++row) {
        for (int column = 0; column < blend.columns(); ++column) {
          ASSERT_GE(blend.label(column, row), 0) << column << " " << row << " after " << level;
        }
      }
    }
    blend.clear();
    EXPECT_EQ(blend.label(blend.columns() - 1, blend.rows() - 1), -1);
    EXPECT_EQ(blend.probabilities(0, 0), std::vector<float>(kClasses));
  }
}

TEST(TileBlend, a_scene_smaller_than_a_tile_and_an_overlap_of_a_whole_one_are_refused) {
  const auto why = [](int width, int height, int tile, double overlap) {
    try {
      const TileBlend blend("scene.png", width, height, kClasses, tile, overlap);
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.hint()), "");
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(why(15, 40, 16, 0).find("scene.png: its 15 x 40 pixels are less than a tile of 16"), std::string::npos);
  EXPECT_NE(why(40, 15, 16, 0), "");
  EXPECT_NE(why(40, 40, 16, 1).find("overlap of 1"), std::string::npos);
  EXPECT_NE(why(40, 40, 16, -0.1), "");
  EXPECT_NE(why(40, 40, 16, std::nan("")), "");
}

}  // namespace striate
