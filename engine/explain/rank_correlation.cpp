#include "engine/explain/rank_correlation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/error.h"

namespace striate {

std::vector<double> mean_ranks(const std::vector<float>& values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t first = 0; first < order.size();) {
    size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    const double rank = static_cast<double>(first + 1 + end) / 2;  // the mean of first + 1 to end
    for (; first < end; ++first) ranks[order[first]] = rank;
  }
  return ranks;
}

std::optional<double> rank_correlation(const std::vector<float>& one, const std::vector<float>& other) {
  check(one.size() == other.size(), "{} ranks beside {}", one.size(), other.size());
  if (one.size() < 2) return std::nullopt;
  const auto ranks = [](std::vector<float> values) {
    for (float& v : values) v = std::fabs(v);
    return mean_ranks(values);
  };
  const auto is_nan = [](float v) { return std::isnan(v); };
  if (std::any_of(one.begin(), one.end(), is_nan) || std::any_of(other.begin(), other.end(), is_nan)) {
    return std::nullopt;
  }
  const std::vector<double> a = ranks(one), b = ranks(other);
  const double middle = static_cast<double>(a.size() + 1) / 2;
  double both = 0, of_a = 0, of_b = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    both += (a[i] - middle) * (b[i] - middle);
    of_a += (a[i] - middle) * (a[i] - middle);
    of_b += (b[i] - middle) * (b[i] - middle);
  }
  if (of_a == 0 || of_b == 0) return std::nullopt;
  return std::clamp(both / std::sqrt(of_a * of_b), -1.0, 1.0);
}

}  // namespace striate
