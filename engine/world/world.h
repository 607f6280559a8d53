// The world from space, as the program carries it: NASA's Blue Marble in color, and which land covers which place
// (MODIS, 2019). What the data set `world` and the page `satellite` are cut out of. Sources: assets/SOURCES.md.
//
// Both pictures cover the globe from 180 W, 90 N with equal degrees for each pixel: 15 pixels a degree in color, 20
// cells a degree of land cover, so that 3 pixels lie on 4 cells. Land cover has the 17 classes of the International
// Geosphere-Biosphere Programme; the eight here are merged from them:
//
//   barren       16                      snow        15 snow and ice
//   cropland     12, 14 with nature      forest      1 to 5: evergreen, deciduous, mixed
//   grassland    10                      savanna     8 woody, 9 open
//   shrubland    6 closed, 7 open        water       0
//
// Wetlands (11) and cities (13) fill no tiles: they belong to none. Deciduous forests alone would be 27 tiles of the
// earth.
//
// To add a class: its name in kWorldClasses and its line in world.cpp's table; the boundary is then to be chosen anew.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/image.h"

namespace striate {

constexpr std::array<const char*, 8> kWorldClasses = {"barren",  "cropland",  "forest", "grassland",
                                                      "savanna", "shrubland", "snow",   "water"};

// The name of an IGBP class, 0 to 16: "evergreen needleleaf forest".
const char* igbp_name(int igbp);

// A square of the picture in color.
struct WorldTile {
  int x = 0, y = 0, size = 0;  // the upper left pixel, the side
  int label = -1;              // the class that covers most of it; -1: none of the eight
  double share = 0;            // of its area that this class covers

  double longitude() const { return -180 + (x + size / 2.0) / 15; }  // of its middle, degrees east
  double latitude() const { return 90 - (y + size / 2.0) / 15; }     // degrees north
  bool is_pure() const { return label >= 0 && share >= 0.8 - 1e-9; }
  std::string place() const;  // "12.3 N, 45.6 W"
};

// Which tiles a data set has. West and east are chosen alike, so that a network that learns from one side and is tested
// on the other sees as many tiles of the same classes as after a random split.
struct WorldSampling {
  int size = 16;       // of a tile's side, 4 to 256
  int64_t number = 0;  // tiles of each class, half of them west; 0: as many as the rarest class gives, up to kMost
  uint64_t seed = 1;
  double boundary = kBoundary;  // degrees east: tiles whose middle lies below are west
  int step = 0;                 // pixels from one tile to the next; 0: the size, so that none overlap

  static constexpr int64_t kMost = 500;
  static constexpr int64_t kLeast = 10;  // of each class on each side, where no number asks for fewer
  // Between Africa and Europe with the Americas, and Asia with Australia: there the rarest class of both sides has the
  // most tiles.
  static constexpr double kBoundary = 40;
};

class World {
 public:
  // Decodes both pictures (70 MB) where nobody holds them; whoever holds one shares it. May be called from any thread.
  static std::shared_ptr<const World> open();

  const ImagePtr& picture() const { return picture_; }        // 5400 x 2700, RGB
  const ImagePtr& land_cover() const { return land_cover_; }  // 7200 x 3600, one channel: IGBP's classes
  int igbp(double longitude, double latitude) const;          // the class of a place

  // Any tile that lies in the picture: which class covers it, and how much of it.
  WorldTile tile(int x, int y, int size) const;
  // All pure tiles of a grid that begins in the upper left corner, row by row. They don't overlap, unless its step is
  // less than their size.
  std::vector<WorldTile> pure_tiles(int size, int step = 0) const;
  // Equally many tiles of each class, and of each side, in a random order in which every eight hold each class once,
  // from west and east in turn. Throws Error: sizes and numbers that are not possible, classes with too few tiles.
  std::vector<WorldTile> sample(const WorldSampling& sampling) const;

  World(ImagePtr picture, ImagePtr land_cover);  // for open() and tests

 private:
  ImagePtr picture_, land_cover_;
};

}  // namespace striate
