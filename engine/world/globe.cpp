#include "engine/world/globe.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/threads.h"

namespace striate {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr double kNet = 30 * kDegree;

// How far an angle is from the nearest line of the net.
double from_net(double angle) { return std::abs(angle - kNet * std::round(angle / kNet)); }

}  // namespace

Globe::Globe(double longitude, double latitude)
    : longitude_(longitude * kDegree), sin_(std::sin(latitude * kDegree)), cos_(std::cos(latitude * kDegree)) {}

std::optional<Globe::Point> Globe::at(const Place& place) const {
  const double latitude = place.latitude * kDegree, turned = place.longitude * kDegree - longitude_;
  const double north = std::sin(latitude), out = std::cos(latitude);
  const double toward = sin_ * north + cos_ * out * std::cos(turned);
  if (toward < 0) return std::nullopt;
  return Point{out * std::sin(turned), -(cos_ * north - sin_ * out * std::cos(turned))};
}

std::optional<Globe::Place> Globe::place(const Point& point) const {
  const double squares = point.x * point.x + point.y * point.y;
  if (squares > 1) return std::nullopt;
  const double toward = std::sqrt(1 - squares), up = -point.y;
  const double north = std::clamp(up * cos_ + toward * sin_, -1.0, 1.0);
  const double longitude = longitude_ + std::atan2(point.x, toward * cos_ - up * sin_);
  return Place{std::remainder(longitude, 2 * std::numbers::pi) / kDegree, std::asin(north) / kDegree};
}

std::vector<uint8_t> Globe::draw(const Image& world, int size, int x, int y, int width, int height,
                                 const uint8_t ground[3], double share) const {
  std::vector<uint8_t> pixels(static_cast<size_t>(width) * static_cast<size_t>(height) * 4);
  const double radius = size / 2.0, line = 0.6 / radius;
  parallel_for(height, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      uint8_t* to = pixels.data() + row * width * 4;
      for (int column = 0; column < width; ++column, to += 4) {
        Point point{(x + column + 0.5 - radius) / radius, (y + static_cast<double>(row) + 0.5 - radius) / radius};
        const double far = std::hypot(point.x, point.y);
        const double inside = std::clamp((1 - far) * radius + 0.5, 0.0, 1.0);  // the edge is smooth
        if (inside <= 0) continue;
        if (far > 1) point = {point.x / far * 0.9999, point.y / far * 0.9999};
        const std::optional<Place> here = place(point);
        if (!here) continue;
        const auto u = std::min(static_cast<int>((here->longitude + 180) / 360 * world.width), world.width - 1);
        const auto v = std::min(static_cast<int>((90 - here->latitude) / 180 * world.height), world.height - 1);
        const uint8_t* from = world.at(std::max(u, 0), std::max(v, 0));
        const double latitude = here->latitude * kDegree, around = std::cos(latitude);
        const bool net = from_net(latitude) < line || from_net(here->longitude * kDegree) * around < line;
        for (int c = 0; c < 3; ++c) {
          double value = share * from[world.color_channels() == 3 ? c : 0] + (1 - share) * ground[c];
          if (net) value += 0.25 * (255 - value);
          to[c] = static_cast<uint8_t>(std::lround(value));
        }
        to[3] = static_cast<uint8_t>(std::lround(255 * inside));
      }
    }
  });
  return pixels;
}

}  // namespace striate
