#include "engine/world/world.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <span>

#include "engine/error.h"
#include "engine/files/carried_data.h"
#include "engine/files/image_file.h"
#include "engine/shuffle.h"
#include "kernels/threads.h"

namespace striate {
namespace {

constexpr uint64_t kWorldSequence = uint64_t{0x3A} << 56;
constexpr int kClasses = static_cast<int>(kWorldClasses.size());
constexpr int kLeastSize = 4, kMostSize = 256;
constexpr int kPixelsPerDegree = 15, kCellsPerDegree = 20;
// A third of a cell is the largest length that both pixels and cells are multiples of.
constexpr int kPixel = 4, kCell = 3;

struct Igbp {
  const char* name;
  int label;  // in kWorldClasses; -1: in none
};
constexpr Igbp kIgbp[] = {{"water", 7},
                          {"evergreen needleleaf forest", 2},
                          {"evergreen broadleaf forest", 2},
                          {"deciduous needleleaf forest", 2},
                          {"deciduous broadleaf forest", 2},
                          {"mixed forest", 2},
                          {"closed shrubland", 5},
                          {"open shrubland", 5},
                          {"woody savanna", 4},
                          {"savanna", 4},
                          {"grassland", 3},
                          {"wetland", -1},
                          {"cropland", 1},
                          {"built-up land", -1},
                          {"cropland with natural vegetation", 1},
                          {"snow and ice", 6},
                          {"barren", 0}};
constexpr int kIgbpClasses = static_cast<int>(std::size(kIgbp));

ImagePtr decoded(const char* name) {
  const std::string_view bytes = carried_data(name);
  check(!bytes.empty(), "{} is not part of the program", name);
  return read_image(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), name);
}

const char* side_name(int side) { return side == 0 ? "west" : "east"; }

}  // namespace

const char* igbp_name(int igbp) {
  check(igbp >= 0 && igbp < kIgbpClasses, "IGBP has no class {}", igbp);
  return kIgbp[igbp].name;
}

std::string WorldTile::place() const {
  const double east = longitude(), north = latitude();
  return fmt::format("{:.1f} {}, {:.1f} {}", std::abs(north), north < 0 ? "S" : "N", std::abs(east),
                     east < 0 ? "W" : "E");
}

std::shared_ptr<const World> World::open() {
  static std::mutex mutex;
  static std::weak_ptr<const World> kept;
  const std::lock_guard<std::mutex> lock(mutex);
  std::shared_ptr<const World> world = kept.lock();
  if (world == nullptr) {
    world =
        std::make_shared<const World>(decoded("blue_marble_5400x2700.jpg"), decoded("land_cover_igbp_7200x3600.png"));
    kept = world;
  }
  return world;
}

World::World(ImagePtr picture, ImagePtr land_cover) : picture_(std::move(picture)), land_cover_(std::move(land_cover)) {
  check(picture_->width == 360 * kPixelsPerDegree && picture_->height == 180 * kPixelsPerDegree &&
            picture_->channels == 3,
        "a world of {} x {} x {}", picture_->width, picture_->height, picture_->channels);
  check(land_cover_->width == 360 * kCellsPerDegree && land_cover_->height == 180 * kCellsPerDegree &&
            land_cover_->channels == 1,
        "land cover of {} x {} x {}", land_cover_->width, land_cover_->height, land_cover_->channels);
  const uint8_t most = *std::max_element(land_cover_->bytes.begin(), land_cover_->bytes.end());
  check(most < kIgbpClasses, "land cover has a class {}", most);
}

int World::igbp(double longitude, double latitude) const {
  const int x = static_cast<int>(std::floor((longitude + 180) * kCellsPerDegree));
  const int y = static_cast<int>(std::floor((90 - latitude) * kCellsPerDegree));
  return *land_cover_->at(std::clamp(x, 0, land_cover_->width - 1), std::clamp(y, 0, land_cover_->height - 1));
}

WorldTile World::tile(int x, int y, int size) const {
  check(size >= 1 && x >= 0 && y >= 0 && x + size <= picture_->width && y + size <= picture_->height,
        "a tile of {} at {}, {}", size, x, y);
  const int left = kPixel * x, right = kPixel * (x + size), top = kPixel * y, bottom = kPixel * (y + size);
  std::array<int64_t, kIgbpClasses> area{};
  for (int row = top / kCell; row * kCell < bottom; ++row) {
    const int high = std::min(bottom, (row + 1) * kCell) - std::max(top, row * kCell);
    const uint8_t* cells = land_cover_->at(0, row);
    for (int column = left / kCell; column * kCell < right; ++column) {
      const int wide = std::min(right, (column + 1) * kCell) - std::max(left, column * kCell);
      area[cells[column]] += high * wide;
    }
  }
  std::array<int64_t, kClasses + 1> merged{};  // the last one: none of the eight
  for (int igbp = 0; igbp < kIgbpClasses; ++igbp) {
    const int label = kIgbp[igbp].label;
    merged[static_cast<size_t>(label < 0 ? kClasses : label)] += area[static_cast<size_t>(igbp)];
  }
  const auto most = std::max_element(merged.begin(), merged.end());
  const int label = static_cast<int>(most - merged.begin());
  const auto all = static_cast<double>(right - left);
  return {x, y, size, label == kClasses ? -1 : label, static_cast<double>(*most) / (all * all)};
}

std::vector<WorldTile> World::pure_tiles(int size, int step) const {
  if (step <= 0) step = size;
  const int rows = (picture_->height - size) / step + 1, columns = (picture_->width - size) / step + 1;
  std::vector<std::vector<WorldTile>> found(static_cast<size_t>(rows));
  parallel_for(rows, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      for (int column = 0; column < columns; ++column) {
        const WorldTile each = tile(column * step, static_cast<int>(row) * step, size);
        if (each.is_pure()) found[static_cast<size_t>(row)].push_back(each);
      }
    }
  });
  std::vector<WorldTile> all;
  for (const std::vector<WorldTile>& row : found) all.insert(all.end(), row.begin(), row.end());
  return all;
}

std::vector<WorldTile> World::sample(const WorldSampling& sampling) const {
  if (sampling.size < kLeastSize || sampling.size > kMostSize)
    throw Error(fmt::format("world: tiles of {} x {} pixels are not possible", sampling.size, sampling.size),
                fmt::format("from {} to {} pixels; 16 unless said", kLeastSize, kMostSize));
  check(sampling.number == 0 || sampling.number >= 2, "{} tiles of each class", sampling.number);
  std::array<std::array<std::vector<WorldTile>, kClasses>, 2> tiles;
  for (const WorldTile& each : pure_tiles(sampling.size, sampling.step)) {
    const size_t side = each.longitude() < sampling.boundary ? 0 : 1;
    tiles[side][static_cast<size_t>(each.label)].push_back(each);
  }
  int64_t fewest = picture_->width;
  int rarest = 0, rare_side = 0;
  for (int side = 0; side < 2; ++side) {
    for (int label = 0; label < kClasses; ++label) {
      const auto count = static_cast<int64_t>(tiles[static_cast<size_t>(side)][static_cast<size_t>(label)].size());
      if (count < fewest) fewest = count, rarest = label, rare_side = side;
    }
  }
  const int64_t asked = sampling.number > 0 ? (sampling.number + 1) / 2 : WorldSampling::kLeast;
  if (fewest < asked)
    throw Error(fmt::format("world: of tiles of {} x {} pixels the {} has {} of {}", sampling.size, sampling.size,
                            side_name(rare_side), fewest, kWorldClasses[static_cast<size_t>(rarest)]),
                sampling.number > 0 && fewest > 0
                    ? fmt::format("up to {} of each class are possible; smaller tiles are more", 2 * fewest)
                    : fmt::format("{} of each class on each side are needed: take smaller tiles", asked));
  const int64_t number = sampling.number > 0 ? sampling.number : std::min(2 * fewest, WorldSampling::kMost);
  Random random(sampling.seed, kWorldSequence);
  for (auto& side : tiles) {
    for (std::vector<WorldTile>& each : side) shuffle(std::span(each), random);
  }
  std::vector<WorldTile> all;
  for (int64_t i = 0; i < number; ++i) {
    std::array<int, kClasses> order;
    std::iota(order.begin(), order.end(), 0);
    shuffle(std::span<int>(order), random);
    for (const int label : order) {
      all.push_back(tiles[static_cast<size_t>(i % 2)][static_cast<size_t>(label)][static_cast<size_t>(i / 2)]);
    }
  }
  return all;
}

}  // namespace striate
