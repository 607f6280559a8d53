#include "engine/points/point_data.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "engine/error.h"
#include "engine/marked.h"
#include "engine/nearest_word.h"
#include "engine/shuffle.h"
#include "engine/training/data/digits.h"
#include "kernels/random.h"

namespace striate {
namespace {

constexpr int kPoints = 500, kNumbers = 1200;      // samples of a set of classes, and of one of numbers
constexpr uint64_t kPlaces = 100, kShuffle = 101;  // sequences of the seed

struct Kind {
  const char* name;
  const char* noise;
};
const Kind kKinds[] = {
    {"circle", N_("Noise flips labels near the border: the points stay where they are.")},
    {"xor", N_("Noise flips labels near the axes: the points stay where they are.")},
    {"gauss", N_("Noise widens both clouds: the points move, and keep their labels.")},
    {"spiral", N_("Noise moves the points off their arm, and they keep their labels.")},
    {"plane", N_("Noise changes the numbers to be learned: the points stay where they are.")},
    {"hills", N_("Noise changes the numbers to be learned: the points stay where they are.")},
    {"digits", N_("Noise changes every pixel: the labels stay.")},
};

// U(size): from -size to size.
double spread(Random& random, double size) { return (2.0 * random.unit() - 1.0) * size; }
double from_to(Random& random, double low, double high) { return low + (high - low) * random.unit(); }

struct Maker {
  const PointSource& source;
  Random random;
  PointData data;

  double n() const { return source.noise / 100; }
  void add(double x, double y, double target) {
    data.samples.push_back(x);
    data.samples.push_back(y);
    data.targets.push_back(target);
  }

  void circle() {
    constexpr double radius = 5;
    for (int half = 0; half < 2; ++half) {
      for (int i = 0; i < kPoints / 2; ++i) {
        const double r = half == 0 ? from_to(random, 0, radius / 2) : from_to(random, radius * 0.7, radius);
        const double t = from_to(random, 0, 2 * std::numbers::pi);
        const double x = r * std::sin(t), y = r * std::cos(t);
        const double moved_x = x + spread(random, radius) * n(), moved_y = y + spread(random, radius) * n();
        add(x, y, std::hypot(moved_x, moved_y) < radius / 2 ? 1 : 0);
      }
    }
  }
  void exclusive_or() {
    constexpr double padding = 0.3;
    for (int i = 0; i < kPoints; ++i) {
      double x = spread(random, 5), y = spread(random, 5);
      x += x > 0 ? padding : -padding;
      y += y > 0 ? padding : -padding;
      const double moved_x = x + spread(random, 5) * n(), moved_y = y + spread(random, 5) * n();
      add(x, y, moved_x * moved_y >= 0 ? 1 : 0);
    }
  }
  // Class 1 first, as the formulas have it; of more classes, each is one center or arm farther round.
  int class_of(int group) const { return source.classes == 2 ? 1 - group : group; }
  int in_group(int group) const { return kPoints / source.classes + (group < kPoints % source.classes ? 1 : 0); }
  void gauss() {
    const double deviation = std::sqrt(0.5 + 7 * n());
    for (int group = 0; group < source.classes; ++group) {
      const double t = std::numbers::pi / 4 + 2 * std::numbers::pi * group / source.classes;
      const double center_x = 2 * std::numbers::sqrt2 * std::cos(t), center_y = 2 * std::numbers::sqrt2 * std::sin(t);
      for (int i = 0; i < in_group(group); ++i) {
        const double x = center_x + deviation * random.normal();
        const double y = center_y + deviation * random.normal();
        add(x, y, class_of(group));
      }
    }
  }
  void spiral() {
    for (int group = 0; group < source.classes; ++group) {
      const int count = in_group(group);
      for (int i = 0; i < count; ++i) {
        const double r = 5.0 * i / count;
        const double t = 1.75 * i / count * 2 * std::numbers::pi + 2 * std::numbers::pi * group / source.classes;
        const double x = r * std::sin(t) + spread(random, 1) * n();
        const double y = r * std::cos(t) + spread(random, 1) * n();
        add(x, y, class_of(group));
      }
    }
  }
  void numbers() {
    for (int i = 0; i < kNumbers; ++i) {
      const double x = spread(random, kPointRange), y = spread(random, kPointRange);
      const double moved_x = x + spread(random, kPointRange) * n(), moved_y = y + spread(random, kPointRange) * n();
      add(x, y, regression_target(source.kind, moved_x, moved_y));
    }
  }
  void digits() {
    data.width = kDigitSide * kDigitSide;
    float pixels[28 * 28];
    for (int i = 0; i < kPoints; ++i) {
      draw_digit(i % 10, source.seed, static_cast<uint64_t>(i), DigitStyle{}, pixels);
      for (int row = 0; row < kDigitSide; ++row) {
        for (int column = 0; column < kDigitSide; ++column) {
          const float* four = pixels + 2 * row * 28 + 2 * column;
          const double mean = (static_cast<double>(four[0]) + four[1] + four[28] + four[29]) / 4;
          data.samples.push_back(mean + spread(random, 1) * n());
        }
      }
      data.targets.push_back(i % 10);
    }
  }
};

}  // namespace

const std::vector<std::string>& point_kind_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Kind& kind : kKinds) all.emplace_back(kind.name);
    return all;
  }();
  return names;
}
const char* name_of(PointKind kind) { return kKinds[static_cast<int>(kind)].name; }
PointKind parse_point_kind(const std::string& name) {
  for (size_t i = 0; i < std::size(kKinds); ++i) {
    if (name == kKinds[i].name) return static_cast<PointKind>(i);
  }
  throw Error("there are no points called " + name, nearest_hint(name, point_kind_names()));
}
bool is_regression(PointKind kind) { return kind == PointKind::plane || kind == PointKind::hills; }
bool has_more_classes(PointKind kind) { return kind == PointKind::gauss || kind == PointKind::spiral; }
const char* noise_words(PointKind kind) { return kKinds[static_cast<int>(kind)].noise; }

double regression_target(PointKind kind, double x, double y) {
  if (kind == PointKind::plane) return (x + y) / 10;
  static constexpr double hills[6][3] = {{-4, 2.5, 1},   {0, 2.5, -1}, {4, 2.5, 1},
                                         {-4, -2.5, -1}, {0, -2.5, 1}, {4, -2.5, -1}};
  double most = 0;
  for (const auto& hill : hills) {
    const double height = hill[2] * std::max(0.0, 1 - std::hypot(x - hill[0], y - hill[1]) / 2);
    if (std::abs(height) > std::abs(most)) most = height;
  }
  return most;
}

PointDataPtr make_points(const PointSource& source) {
  Maker maker{source, Random(source.seed, kPlaces), {}};
  maker.data.source = source;
  maker.data.classes = is_regression(source.kind) ? 0 : source.kind == PointKind::digits ? 10 : source.classes;
  switch (source.kind) {
    case PointKind::circle:
      maker.circle();
      break;
    case PointKind::xor_:
      maker.exclusive_or();
      break;
    case PointKind::gauss:
      maker.gauss();
      break;
    case PointKind::spiral:
      maker.spiral();
      break;
    case PointKind::plane:
    case PointKind::hills:
      maker.numbers();
      break;
    case PointKind::digits:
      maker.digits();
      break;
  }
  PointData& data = maker.data;
  std::vector<int> order(static_cast<size_t>(data.count()));
  std::iota(order.begin(), order.end(), 0);
  Random random(source.seed, kShuffle);
  shuffle(std::span(order), random);
  const auto training =
      std::clamp<int64_t>(std::llround(source.training * data.count()), 1, std::max(1, data.count() - 1));
  data.train.assign(order.begin(), order.begin() + training);
  data.test.assign(order.begin() + training, order.end());
  return std::make_shared<const PointData>(std::move(data));
}

}  // namespace striate
