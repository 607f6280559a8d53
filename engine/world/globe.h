// The world as a ball seen from far away: the orthographic projection of a picture with equal degrees for each pixel.
// The place in the middle is turned to whoever looks; the other half is hidden.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/image.h"

namespace striate {

class Globe {
 public:
  // Degrees east and north of the middle.
  Globe(double longitude, double latitude);

  struct Place {
    double longitude = 0, latitude = 0;
  };
  struct Point {
    double x = 0, y = 0;  // of a disk of radius 1 around 0; y down
  };
  // Nothing: it lies on the other side.
  std::optional<Point> at(const Place& place) const;
  // Nothing: beside the disk.
  std::optional<Place> place(const Point& point) const;

  // A part of the globe in a square of `size` pixels that it fills: RGBA, clear around it, its colors mixed with
  // `ground` by `share` (1: the picture alone), with a net of every 30 degrees.
  std::vector<uint8_t> draw(const Image& world, int size, int x, int y, int width, int height, const uint8_t ground[3],
                            double share) const;

 private:
  double longitude_, sin_, cos_;  // of the middle: radians; of its latitude
};

}  // namespace striate
