// The world from space: both pictures lie on each other, tiles hold what they say, the sample is balanced, and a random
// split of neighboring tiles promises more than a geographic one keeps.
#include "engine/world/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <limits>
#include <map>
#include <set>
#include <span>

#include "engine/error.h"
#include "engine/shuffle.h"
#include "engine/training/data/world_tiles.h"
#include "engine/training/split.h"

namespace striate {
namespace {

// Decoded once for all tests of this program.
const World& world() {
  static const std::shared_ptr<const World> kept = World::open();
  return *kept;
}

std::string failure(const WorldSampling& sampling) {
  try {
    world().sample(sampling);
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
  return "no error";
}

// Mean and deviation of each color.
std::array<double, 6> features(const WorldTile& tile) {
  std::array<double, 6> result{};
  const double count = tile.size * tile.size;
  for (size_t c = 0; c < 3; ++c) {
    double sum = 0, squares = 0;
    for (int y = 0; y < tile.size; ++y) {
      for (int x = 0; x < tile.size; ++x) {
        const double value = world().picture()->at(tile.x + x, tile.y + y)[c];
        sum += value;
        squares += value * value;
      }
    }
    result[c] = sum / count;
    result[c + 3] = std::sqrt(std::max(0.0, squares / count - result[c] * result[c]));
  }
  return result;
}

// Share of `tested` whose class most of the five nearest of `learned` have.
double five_nearest(const std::vector<WorldTile>& learned, const std::vector<WorldTile>& tested) {
  std::vector<std::array<double, 6>> known;
  for (const WorldTile& tile : learned) known.push_back(features(tile));
  int right = 0;
  for (const WorldTile& tile : tested) {
    const std::array<double, 6> own = features(tile);
    std::vector<std::pair<double, int>> near;
    for (size_t i = 0; i < known.size(); ++i) {
      double distance = 0;
      for (size_t f = 0; f < own.size(); ++f) distance += (own[f] - known[i][f]) * (own[f] - known[i][f]);
      near.emplace_back(distance, learned[i].label);
    }
    std::partial_sort(near.begin(), near.begin() + 5, near.end());
    std::array<int, kWorldClasses.size()> votes{};
    for (size_t i = 0; i < 5; ++i) ++votes[static_cast<size_t>(near[i].second)];
    right += std::max_element(votes.begin(), votes.end()) - votes.begin() == tile.label;
  }
  return static_cast<double>(right) / static_cast<double>(tested.size());
}

struct Sides {
  std::vector<WorldTile> west, east;
};
Sides sides_of(const std::vector<WorldTile>& tiles, double boundary) {
  Sides sides;
  for (const WorldTile& tile : tiles) (tile.longitude() < boundary ? sides.west : sides.east).push_back(tile);
  return sides;
}

double random_split(std::vector<WorldTile> tiles) {
  Random random(1, 2);
  shuffle(std::span(tiles), random);
  const auto middle = tiles.begin() + static_cast<std::ptrdiff_t>(tiles.size() * 4 / 5);
  return five_nearest({tiles.begin(), middle}, {middle, tiles.end()});
}

}  // namespace

TEST(World, places_have_the_land_cover_that_they_have) {
  const auto at = [](double latitude, double longitude) { return world().igbp(longitude, latitude); };
  EXPECT_STREQ(igbp_name(at(0, -30)), "water");
  EXPECT_STREQ(igbp_name(at(-5, -65)), "evergreen broadleaf forest") << "Amazonas";
  EXPECT_STREQ(igbp_name(at(23, 10)), "barren") << "Sahara";
  EXPECT_STREQ(igbp_name(at(72, -40)), "snow and ice") << "Greenland";
  EXPECT_STREQ(igbp_name(at(46, 105)), "grassland") << "Mongolia";
  EXPECT_STREQ(igbp_name(at(28.6, 77.2)), "built-up land") << "Delhi";
  EXPECT_STREQ(igbp_name(at(42, -93.5)), "cropland") << "Iowa";
  EXPECT_EQ(at(90, -180), at(89.99, -179.99));
  EXPECT_EQ(at(-90, 180), at(-89.99, 179.99));
}

// Water is bluer than land: how well that agrees with land cover is best where nothing is moved.
TEST(World, the_two_pictures_lie_on_each_other) {
  const auto agreement = [](int dx, int dy) {
    double sums[2] = {}, counts[2] = {};
    for (int y = 400; y < 2300; y += 2) {
      for (int x = 100; x < 5300; x += 2) {
        const uint8_t* rgb = world().picture()->at(x, y);
        const int cell = *world().land_cover()->at((x + dx) * 4 / 3, (y + dy) * 4 / 3);
        sums[cell == 0] += rgb[2] - rgb[0];
        counts[cell == 0] += 1;
      }
    }
    return sums[1] / counts[1] - sums[0] / counts[0];
  };
  const double here = agreement(0, 0);
  for (const auto& [dx, dy] : {std::pair{2, 0}, {-2, 0}, {0, 2}, {0, -2}})
    EXPECT_GT(here, agreement(dx, dy)) << dx << dy;
}

TEST(World, a_tiles_share_is_its_area_of_the_class) {
  // Counted in thirds of a cell, the slow way.
  Random random(5, 5);
  for (int i = 0; i < 200; ++i) {
    const int size = 1 + static_cast<int>(random.below(20));
    const int x = static_cast<int>(random.below(static_cast<uint32_t>(5400 - size))),
              y = 300 + static_cast<int>(random.below(1500));
    std::map<int, int> area;
    for (int v = 4 * y; v < 4 * (y + size); ++v) {
      for (int u = 4 * x; u < 4 * (x + size); ++u) {
        static const std::map<int, int> merged = {{0, 7},  {1, 2},  {2, 2},  {3, 2},   {4, 2},  {5, 2},
                                                  {6, 5},  {7, 5},  {8, 4},  {9, 4},   {10, 3}, {12, 1},
                                                  {14, 1}, {15, 6}, {16, 0}, {11, -1}, {13, -1}};
        ++area[merged.at(*world().land_cover()->at(u / 3, v / 3))];
      }
    }
    int most = 0;
    for (const auto& [label, count] : area) most = std::max(most, count);
    const WorldTile tile = world().tile(x, y, size);
    EXPECT_DOUBLE_EQ(tile.share, most / (16.0 * size * size));
    EXPECT_EQ(area[tile.label], most);
  }
}

TEST(World, pure_tiles_are_as_many_as_were_counted) {
  std::map<std::string, int> counts;
  int last = -1;
  for (const WorldTile& tile : world().pure_tiles(16)) {
    ++counts[kWorldClasses[static_cast<size_t>(tile.label)]];
    EXPECT_GE(tile.share, 0.8 - 1e-9);
    EXPECT_EQ(tile.x % 16 + tile.y % 16, 0);
    EXPECT_GT(tile.y * 5400 + tile.x, last);
    last = tile.y * 5400 + tile.x;
  }
  // Counted with another program over the same pictures.
  const std::map<std::string, int> expected = {{"barren", 1279},    {"cropland", 488}, {"forest", 911},
                                               {"grassland", 1439}, {"savanna", 1194}, {"shrubland", 897},
                                               {"snow", 5177},      {"water", 36828}};
  EXPECT_EQ(counts, expected);
}

TEST(World, a_sample_is_balanced_seeded_and_disjoint) {
  const std::vector<WorldTile> tiles = world().sample({});
  EXPECT_EQ(tiles.size(), 8u * 434);
  std::map<std::pair<int, bool>, int> counts;
  std::set<std::pair<int, int>> places;
  for (size_t i = 0; i < tiles.size(); ++i) {
    const WorldTile& tile = tiles[i];
    const bool west = tile.longitude() < WorldSampling::kBoundary;
    ++counts[{tile.label, west}];
    EXPECT_TRUE(places.insert({tile.x, tile.y}).second);
    EXPECT_EQ(west, i / 8 % 2 == 0);
  }
  for (const auto& [which, count] : counts) EXPECT_EQ(count, 217) << which.first << which.second;
  for (size_t block = 0; block < tiles.size(); block += 8) {
    std::set<int> labels;
    for (size_t i = block; i < block + 8; ++i) labels.insert(tiles[i].label);
    EXPECT_EQ(labels.size(), 8u);
  }
  const auto order = [](const std::vector<WorldTile>& of) {
    std::vector<int> all;
    for (const WorldTile& tile : of) all.push_back(tile.y * 5400 + tile.x);
    return all;
  };
  EXPECT_EQ(order(world().sample({})), order(tiles));
  EXPECT_NE(order(world().sample({.seed = 2})), order(tiles));
  EXPECT_EQ(world().sample({.number = 5}).size(), 40u);
  EXPECT_EQ(world().sample({.size = 8}).size(), 8u * WorldSampling::kMost);
  EXPECT_EQ(world().sample({.size = 32}).size() % 16, 0u);
}

TEST(World, what_cannot_be_sampled_is_told) {
  EXPECT_EQ(failure({.size = 3}), "world: tiles of 3 x 3 pixels are not possible");
  EXPECT_EQ(failure({.size = 257}), "world: tiles of 257 x 257 pixels are not possible");
  EXPECT_EQ(failure({.number = 436}), "world: of tiles of 16 x 16 pixels the west has 217 of shrubland");
  EXPECT_NE(failure({.size = 100}).find("world: of tiles of 100 x 100 pixels the "), std::string::npos);
  EXPECT_EQ(failure({.number = 434}), "no error");
}

// What the page is about. Numbers of the five nearest by color, computed once with another program: random 80 %,
// learned in the Americas and tested elsewhere 51 %, the other way round 72 %.
TEST(World, a_random_split_promises_more_than_a_geographic_one_keeps) {
  const std::vector<WorldTile> tiles = world().sample({});
  const Sides halves = sides_of(tiles, WorldSampling::kBoundary);
  const double random = random_split(tiles);
  const double east = five_nearest(halves.west, halves.east), west = five_nearest(halves.east, halves.west);
  std::cout << "balanced at 40 E: random " << random << ", west to east " << east << ", east to west " << west << '\n';
  EXPECT_NEAR(random, 0.845, 0.03);
  EXPECT_NEAR(east, 0.72, 0.04);
  EXPECT_NEAR(west, 0.75, 0.04);

  // Two hundred of each class, wherever they lie; the boundary is the Atlantic.
  std::vector<WorldTile> pure = world().pure_tiles(16), some;
  Random shuffled(3, 4);
  shuffle(std::span(pure), shuffled);
  std::array<int, kWorldClasses.size()> taken{};
  for (const WorldTile& tile : pure) {
    if (taken[static_cast<size_t>(tile.label)]++ < 200) some.push_back(tile);
  }
  const Sides oceans = sides_of(some, -30);
  const double mixed = random_split(some);
  const double old_world = five_nearest(oceans.west, oceans.east), new_world = five_nearest(oceans.east, oceans.west);
  std::cout << "at 30 W: random " << mixed << ", west to east " << old_world << ", east to west " << new_world << '\n';
  EXPECT_NEAR(mixed, 0.80, 0.08);
  EXPECT_NEAR(old_world, 0.51, 0.08);
  EXPECT_NEAR(new_world, 0.72, 0.10);
}

TEST(WorldTiles, hold_the_pictures_pixels) {
  SourceOptions options;
  options.seed = 3;
  const std::unique_ptr<Dataset> data = open_dataset("world:16:6", options);
  const auto& tiles = dynamic_cast<const WorldTiles&>(*data);
  EXPECT_EQ(data->name(), "world:16:6");
  EXPECT_EQ(data->size(), 48);
  EXPECT_EQ(data->shape(), (Shape{3, 16, 16}));
  EXPECT_EQ(data->classes(), (std::vector<std::string>{kWorldClasses.begin(), kWorldClasses.end()}));
  EXPECT_EQ(data->regions(), (std::vector<std::string>{"west", "east"}));
  std::vector<float> pixels(static_cast<size_t>(data->shape().count()), std::numeric_limits<float>::quiet_NaN());
  for (int64_t i = 0; i < data->size(); ++i) {
    data->read(i, pixels.data());
    const WorldTile& tile = tiles.tile(i);
    EXPECT_EQ(data->label(i), tile.label);
    EXPECT_EQ(data->region(i), tile.longitude() < 40 ? 0 : 1);
    EXPECT_EQ(data->describe(i), std::string(kWorldClasses[static_cast<size_t>(tile.label)]) + ", " + tile.place());
    for (int c = 0; c < 3; ++c) {
      for (int y = 0; y < 16; ++y) {
        for (int x = 0; x < 16; ++x) {
          ASSERT_EQ(pixels[static_cast<size_t>((c * 16 + y) * 16 + x)],
                    static_cast<float>(world().picture()->at(tile.x + x, tile.y + y)[c]) / 255.0f);
        }
      }
    }
  }
  EXPECT_EQ((WorldTile{.x = 0, .y = 0, .size = 30}.place()), "89.0 N, 179.0 W");
  EXPECT_EQ((WorldTile{.x = 5370, .y = 2670, .size = 30}.place()), "89.0 S, 179.0 E");
}

TEST(WorldTiles, are_named_by_size_and_number) {
  EXPECT_EQ(open_dataset("world")->size(), 8 * 434);
  EXPECT_EQ(open_dataset("world:8")->shape(), (Shape{3, 8, 8}));
  const auto error = [](const std::string& text) -> std::string {
    try {
      open_dataset(text);
    } catch (const Error& problem) {
      EXPECT_FALSE(problem.hint().empty());
      return problem.what();
    }
    return "no error";
  };
  EXPECT_EQ(error("world:x"), "data set \"world:x\": \"x\" is not a number");
  EXPECT_EQ(error("world:16:"), "data set \"world:16:\": \"\" is not a number");
  EXPECT_EQ(error("world:16:1"), "data set \"world:16:1\": 1 tiles of each class are not possible");
  EXPECT_EQ(error("world:0"), "world: tiles of 0 x 0 pixels are not possible");
  EXPECT_EQ(error("world:16:200:3"), "data set \"world:16:200:3\": \"200:3\" is not a number");
  EXPECT_EQ(drawn_size("world"), 0);
  SourceOptions stopped;
  stopped.progress = [](int64_t done, int64_t) { return done == 0; };
  EXPECT_THROW(open_dataset("world", stopped), Error);
}

TEST(WorldTiles, are_split_as_they_say) {
  const std::unique_ptr<Dataset> data = open_dataset("world:16:40");
  const SplitShares shares{0.8, 0.1, 0.1};
  const Split plain = split(*data, shares, 1);
  EXPECT_EQ(plain.test.size(), 32u);
  std::set<int> tested;
  for (const int64_t i : plain.test) tested.insert(data->region(i));
  EXPECT_EQ(tested.size(), 2u);
  for (const bool reversed : {false, true}) {
    const Split parts = split(*data, shares, 1, reversed ? SplitBy::region_reversed : SplitBy::region);
    EXPECT_EQ(parts.test.size(), 160u);
    EXPECT_EQ(parts.validation.size(), 16u) << "an eighth and a ninth of 20 are 2";
    EXPECT_EQ(parts.training.size(), 144u);
    for (const int64_t i : parts.test) EXPECT_EQ(data->region(i), reversed ? 0 : 1);
    for (const int64_t i : parts.training) EXPECT_EQ(data->region(i), reversed ? 1 : 0);
    for (const int64_t i : parts.validation) EXPECT_EQ(data->region(i), reversed ? 1 : 0);
  }
}

}  // namespace striate
