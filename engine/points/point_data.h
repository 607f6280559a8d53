// Small sets of points in the plane, made by formulas, for the page `neuron`: what a network of a few neurons can learn
// while one watches. x and y go from -6 to 6. U(a) is a number from -a to a, all equally likely; n is noise / 100.
//
//   circle  half of r = U from 0 to 2.5, half from 3.5 to 5; (r sin t, r cos t); class 1 where |p + U(5) n| < 2.5
//   xor     x, y = U(5), pushed 0.3 away from 0; class 1 where (x + U(5) n) (y + U(5) n) >= 0
//   gauss   normal around (2, 2), class 1, and (-2, -2), class 0; variance 0.5 + 7 n. More classes: more centers
//   spiral  r = 5 i / N, t = 1.75 * 2 pi * i / N + 0 (class 1) or pi (class 0); (r sin t, r cos t) + U(1) n
//   plane   a number: (x + y) / 10, with x and y moved by U(6) n before
//   hills   a number: six hills, sign * max(0, 1 - d / 2), of which the largest in size wins; moved in the same way
//   digits  pictures of 14 x 14 of the program's own digits, each pixel moved by U(1) n; ten classes
//
// Formulas and numbers are those of TensorFlow Playground; what noise does there is said by noise_words().
// To add one: a line in the table of kinds and a function, both in the .cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace striate {

enum class PointKind { circle, xor_, gauss, spiral, plane, hills, digits };

struct PointSource {
  PointKind kind = PointKind::circle;
  int classes = 2;        // gauss and spiral may have up to kMostPointClasses
  double noise = 0;       // 0 to 50
  double training = 0.5;  // the share of the samples that are learned from; the others are the test
  uint64_t seed = 0;
  friend bool operator==(const PointSource&, const PointSource&) = default;
};

constexpr double kPointRange = 6;  // the view: -6 to 6
constexpr int kMostPointClasses = 6;
constexpr int kDigitSide = 14;

struct PointData {
  PointSource source;
  int width = 2;                 // numbers of a sample: x and y, or the pixels of a picture
  int classes = 2;               // 0: the target is a number
  std::vector<double> samples;   // count() rows of `width`
  std::vector<double> targets;   // a class, from 0, or a number
  std::vector<int> train, test;  // which samples, in the order of the split's shuffle

  int count() const { return static_cast<int>(targets.size()); }
  bool regression() const { return classes == 0; }
  bool pictures() const { return width > 2; }
  const double* sample(int i) const { return samples.data() + static_cast<size_t>(i) * static_cast<size_t>(width); }
  int label(int i) const { return static_cast<int>(targets[static_cast<size_t>(i)]); }
};
using PointDataPtr = std::shared_ptr<const PointData>;

const std::vector<std::string>& point_kind_names();  // "circle", "xor", ...
const char* name_of(PointKind kind);
PointKind parse_point_kind(const std::string& name);  // throws Error with the nearest name
bool is_regression(PointKind kind);
bool has_more_classes(PointKind kind);  // gauss and spiral
// What noise does to this kind, in one sentence.
const char* noise_words(PointKind kind);
// The target of a place without noise, for plane and hills.
double regression_target(PointKind kind, double x, double y);

PointDataPtr make_points(const PointSource& source);

}  // namespace striate
