#include "engine/transfer/principal_plane.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/error.h"

namespace striate {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double normalize(Vector& v) {
  const double length = std::sqrt(dot(v, v));
  if (length > 0) {
    for (double& each : v) each /= length;
  }
  return length;
}

// The eigenvector with the largest eigenvalue among those at right angles to `others`, by power iteration.
std::pair<Vector, double> strongest(const Vector& matrix, size_t n, const std::vector<Vector>& others) {
  Vector v(n), next(n);
  for (size_t i = 0; i < n; ++i) v[i] = 1 + static_cast<double>((i * 7919) % 101) / 101;
  const auto aside = [&](Vector& of) {
    for (const Vector& other : others) {
      const double along = dot(of, other);
      for (size_t i = 0; i < n; ++i) of[i] -= along * other[i];
    }
  };
  aside(v);
  normalize(v);
  double value = 0;
  for (int round = 0; round < 500; ++round) {
    for (size_t i = 0; i < n; ++i) {
      double sum = 0;
      for (size_t j = 0; j < n; ++j) sum += matrix[i * n + j] * v[j];
      next[i] = sum;
    }
    aside(next);
    const double length = normalize(next);
    std::swap(v, next);
    if (std::fabs(length - value) <= 1e-12 * length) {
      value = length;
      break;
    }
    value = length;
  }
  // Which of the two directions is left open: the largest value is positive.
  const auto largest =
      std::max_element(v.begin(), v.end(), [](double a, double b) { return std::fabs(a) < std::fabs(b); });
  if (*largest < 0) {
    for (double& each : v) each = -each;
  }
  return {std::move(v), value};
}

}  // namespace

PrincipalPlane principal_plane(const std::vector<float>& values, int64_t samples) {
  check(samples > 0 && values.size() % static_cast<size_t>(samples) == 0, "{} values of {} samples", values.size(),
        samples);
  const auto n = static_cast<size_t>(samples);
  const size_t each = values.size() / n;
  Vector centered(values.begin(), values.end());
  for (size_t k = 0; k < each; ++k) {
    double mean = 0;
    for (size_t i = 0; i < n; ++i) mean += centered[i * each + k];
    mean /= static_cast<double>(n);
    for (size_t i = 0; i < n; ++i) centered[i * each + k] -= mean;
  }
  Vector products(n * n);
  double variance = 0;
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      double sum = 0;
      for (size_t k = 0; k < each; ++k) sum += centered[i * each + k] * centered[j * each + k];
      products[i * n + j] = products[j * n + i] = sum;
    }
    variance += products[i * n + i];
  }
  PrincipalPlane plane;
  plane.x.assign(n, 0);
  plane.y.assign(n, 0);
  if (!(variance > 0)) return plane;
  std::vector<Vector> found;
  for (std::vector<float>* axis : {&plane.x, &plane.y}) {
    auto [direction, value] = strongest(products, n, found);
    if (value <= 1e-12 * variance) break;
    for (size_t i = 0; i < n; ++i) (*axis)[i] = static_cast<float>(direction[i] * std::sqrt(value));
    plane.explained += value / variance;
    found.push_back(std::move(direction));
  }
  return plane;
}

}  // namespace striate
