#include "app/pages/satellite/tile_nearness.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace striate {
namespace {

constexpr double kRadian = 3.14159265358979323846 / 180, kEarth = 6371;  // mean radius in kilometers

std::array<double, 3> on_globe(const WorldTile& tile) {
  const double longitude = tile.longitude() * kRadian, latitude = tile.latitude() * kRadian;
  return {std::cos(latitude) * std::cos(longitude), std::cos(latitude) * std::sin(longitude), std::sin(latitude)};
}

}  // namespace

std::vector<double> kilometers_to_learned(const std::vector<WorldTile>& places, const std::vector<int64_t>& training,
                                          const std::vector<int64_t>& test) {
  std::vector<std::array<double, 3>> learned;
  for (const int64_t tile : training) learned.push_back(on_globe(places[static_cast<size_t>(tile)]));
  std::vector<double> distances;
  for (const int64_t tile : test) {
    const std::array<double, 3> at = on_globe(places[static_cast<size_t>(tile)]);
    double nearest = 4;  // the square of the chord
    for (const std::array<double, 3>& other : learned) {
      const double x = at[0] - other[0], y = at[1] - other[1], z = at[2] - other[2];
      nearest = std::min(nearest, x * x + y * y + z * z);
    }
    distances.push_back(2 * kEarth * std::asin(std::sqrt(nearest) / 2));
  }
  return distances;
}

int64_t tiles_that_share(const std::vector<WorldTile>& places, const std::vector<int64_t>& training,
                         const std::vector<int64_t>& test) {
  return std::count_if(test.begin(), test.end(), [&](int64_t tile) {
    const WorldTile& at = places[static_cast<size_t>(tile)];
    return std::any_of(training.begin(), training.end(), [&](int64_t other) {
      const WorldTile& learned = places[static_cast<size_t>(other)];
      return std::abs(at.x - learned.x) < at.size && std::abs(at.y - learned.y) < at.size;
    });
  });
}

TileNearness nearness_of(const std::vector<WorldTile>& places, const std::vector<int64_t>& training,
                         const std::vector<int64_t>& test) {
  std::vector<double> distances = kilometers_to_learned(places, training, test);
  std::sort(distances.begin(), distances.end());
  return {static_cast<int64_t>(test.size()), tiles_that_share(places, training, test), distances.front(),
          distances[distances.size() / 2]};
}

}  // namespace striate
