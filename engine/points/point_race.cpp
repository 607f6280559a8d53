#include "engine/points/point_race.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace striate {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }
Vector minus(const Vector& a, const Vector& b) {
  Vector c(a.size());
  for (size_t i = 0; i < a.size(); ++i) c[i] = a[i] - b[i];
  return c;
}
void add(Vector& to, double factor, const Vector& what) {
  for (size_t i = 0; i < to.size(); ++i) to[i] += factor * what[i];
}

// The direction in which a few points spread most, by power iteration on their small matrix of products.
Vector main_direction(const std::vector<Vector>& points) {
  const size_t n = points.size(), width = points[0].size();
  std::vector<Vector> products(n, Vector(n));
  size_t longest = 0;
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) products[i][j] = dot(points[i], points[j]);
    if (products[i][i] > products[longest][longest]) longest = i;
  }
  Vector share = products[longest];
  for (int round = 0; round < 500; ++round) {
    Vector next(n, 0.0);
    for (size_t i = 0; i < n; ++i) next[i] = dot(products[i], share);
    const double size = std::sqrt(dot(next, next));
    if (!(size > 0)) break;
    for (double& each : next) each /= size;
    share = next;
  }
  Vector direction(width, 0.0);
  for (size_t i = 0; i < n; ++i) add(direction, share[i], points[i]);
  const double size = std::sqrt(dot(direction, direction));
  if (size > 0) {
    for (double& each : direction) each /= size;
  }
  return direction;
}

struct Run {
  Vector losses;
  std::vector<Vector> weights;
};

double true_loss(const PointNetwork& network, const PointData& data, const Vector& weights) {
  return score(network, weights.data(), data, data.train).loss;
}

}  // namespace

double RacePath::farthest() const {
  return distances.empty() ? 0 : *std::max_element(distances.begin(), distances.end());
}
const RacePath* PointRace::of(PointOptimizer optimizer) const {
  for (const RacePath& path : paths) {
    if (path.optimizer == optimizer) return &path;
  }
  return nullptr;
}
const std::vector<double>& race_rates() {
  static const std::vector<double> rates{0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30};
  return rates;
}
const std::vector<PointOptimizer>& race_optimizers() {
  static const std::vector<PointOptimizer> all{PointOptimizer::sgd, PointOptimizer::momentum, PointOptimizer::rmsprop,
                                               PointOptimizer::adam};
  return all;
}

PointRace race(const PointNetwork& network, const PointData& data, const Vector& start, int steps,
               const std::function<bool(double)>& go_on) {
  PointPass pass;
  Vector gradient;
  const double runs = static_cast<double>(race_optimizers().size() * race_rates().size());
  double done = 0;
  const auto run_one = [&](PointOptimizer optimizer, double rate, Run& run) {
    Vector weights = start, first(start.size(), 0.0), second = first;
    for (int step = 0; step < steps; ++step) {
      if (step % 16 == 0 && !go_on(0.9 * (done + static_cast<double>(step) / steps) / runs)) return false;
      run.losses.push_back(batch_gradient(network, weights, data, data.train, pass, gradient));
      run.weights.push_back(weights);
      if (!std::isfinite(run.losses.back())) break;
      step_weights(optimizer, rate, step + 1, gradient, weights, first, second);
    }
    run.losses.push_back(true_loss(network, data, weights));
    run.weights.push_back(weights);
    ++done;
    return true;
  };
  PointRace race;
  race.steps = steps;
  std::vector<Run> best;
  for (const PointOptimizer optimizer : race_optimizers()) {
    RacePath path;
    path.optimizer = optimizer;
    Run chosen;
    double least = std::numeric_limits<double>::infinity();
    for (const double rate : race_rates()) {
      Run run;
      if (!run_one(optimizer, rate, run)) return {};
      const double last =
          std::isfinite(run.losses.back()) ? run.losses.back() : std::numeric_limits<double>::infinity();
      path.sweep.emplace_back(rate, last);
      if (last < least || chosen.losses.empty()) {
        least = last;
        path.rate = rate;
        chosen = std::move(run);
      }
    }
    path.losses = chosen.losses;
    best.push_back(std::move(chosen));
    race.paths.push_back(std::move(path));
  }

  // The plane: around the mean of the ends and the start, along the two directions in which they spread most.
  std::vector<Vector> points{start};
  for (size_t i = 0; i < best.size(); ++i) {
    points.push_back(best[i].weights.back());
    const Vector way = minus(points.back(), start);
    race.paths[i].moved = std::sqrt(dot(way, way));
  }
  Vector center(start.size(), 0.0);
  for (const Vector& point : points) add(center, 1.0 / static_cast<double>(points.size()), point);
  for (Vector& point : points) point = minus(point, center);
  const Vector u = main_direction(points);
  for (Vector& point : points) add(point, -dot(point, u), u);
  Vector v = main_direction(points);
  add(v, -dot(v, u), u);
  double u0 = 1e300, u1 = -1e300, v0 = 1e300, v1 = -1e300;
  for (size_t i = 0; i < best.size(); ++i) {
    for (const Vector& weights : best[i].weights) {
      Vector offset = minus(weights, center);
      const double at_u = dot(offset, u), at_v = dot(offset, v);
      add(offset, -at_u, u);
      add(offset, -at_v, v);
      race.paths[i].places.emplace_back(at_u, at_v);
      race.paths[i].distances.push_back(std::sqrt(dot(offset, offset)));
      u0 = std::min(u0, at_u), u1 = std::max(u1, at_u);
      v0 = std::min(v0, at_v), v1 = std::max(v1, at_v);
    }
  }
  // A square, so that distances read alike, with a margin.
  const double half = std::max({u1 - u0, v1 - v0, 1e-3}) * 0.6, middle_u = (u0 + u1) / 2, middle_v = (v0 + v1) / 2;
  race.u0 = middle_u - half, race.u1 = middle_u + half;
  race.v0 = middle_v - half, race.v1 = middle_v + half;
  race.side = 48;
  race.lowest = 1e300, race.highest = -1e300;
  for (int row = 0; row < race.side; ++row) {
    if (!go_on(0.9 + 0.1 * row / race.side)) return {};
    for (int column = 0; column < race.side; ++column) {
      Vector weights = center;
      add(weights, race.u0 + (race.u1 - race.u0) * (column + 0.5) / race.side, u);
      add(weights, race.v1 - (race.v1 - race.v0) * (row + 0.5) / race.side, v);
      const double loss = true_loss(network, data, weights);
      race.losses.push_back(static_cast<float>(loss));
      race.lowest = std::min(race.lowest, loss), race.highest = std::max(race.highest, loss);
    }
  }
  return race;
}

}  // namespace striate
