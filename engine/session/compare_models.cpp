#include "engine/session/compare_models.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

#include "engine/error.h"

namespace striate {
namespace {

// What a pair counts for: two of the same kind more than none, two with the same settings more than two without.
constexpr int kSameSettings = 3, kSameKind = 2;

int worth(const Node& a, const Node& b) {
  if (!a.layer || !b.layer) return 0;
  if (a.layer->text() == b.layer->text()) return kSameSettings;
  return a.layer->kind() == b.layer->kind() ? kSameKind : 0;
}

std::string with_shape(const WeightValues& weight) { return weight.tensor.name + ", " + weight.tensor.shape.text(); }

}  // namespace

std::vector<LayerPair> align_layers(const Architecture& a, const Architecture& b) {
  const std::vector<Node>&first = a.nodes(), &second = b.nodes();
  const size_t n = first.size(), m = second.size();
  // best[i][j]: of the layers from i and j on.
  std::vector<std::vector<int>> best(n + 1, std::vector<int>(m + 1));
  std::vector<std::vector<int>> pair(n, std::vector<int>(m));
  for (size_t i = n; i-- > 1;) {
    for (size_t j = m; j-- > 1;) {
      pair[i][j] = worth(first[i], second[j]);
      best[i][j] = std::max(best[i + 1][j], best[i][j + 1]);
      if (pair[i][j] > 0) best[i][j] = std::max(best[i][j], best[i + 1][j + 1] + pair[i][j]);
    }
  }
  std::vector<LayerPair> layers = {{0, 0, a.input() == b.input() && a.whole() == b.whole()}};
  size_t i = 1, j = 1;
  while (i < n || j < m) {
    if (i < n && j < m && pair[i][j] > 0 && best[i][j] == best[i + 1][j + 1] + pair[i][j]) {
      layers.push_back({static_cast<int>(i), static_cast<int>(j), pair[i][j] == kSameSettings});
      ++i, ++j;
    } else if (j >= m || (i < n && best[i][j] == best[i + 1][j])) {
      layers.push_back({static_cast<int>(i++), -1, false});
    } else {
      layers.push_back({-1, static_cast<int>(j++), false});
    }
  }
  return layers;
}

TensorDifference tensor_difference(const std::vector<float>& a, const std::vector<float>& b) {
  check(a.size() == b.size(), "{} and {} values", a.size(), b.size());
  TensorDifference difference;
  double squares = 0, of_a = 0, of_b = 0, product = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    difference.largest = std::max(difference.largest, std::fabs(x - y));
    squares += (x - y) * (x - y);
    of_a += x * x, of_b += y * y, product += x * y;
  }
  difference.rms = a.empty() ? 0 : std::sqrt(squares / static_cast<double>(a.size()));
  difference.equal = a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
  const double lengths = std::sqrt(of_a) * std::sqrt(of_b);
  difference.cosine = lengths > 0 ? std::clamp(product / lengths, -1.0, 1.0) : std::numeric_limits<double>::quiet_NaN();
  return difference;
}

ModelDifference compare_models(const Architecture& a, const AllWeights& weights_a, const Architecture& b,
                               const AllWeights& weights_b) {
  ModelDifference result;
  result.layers = align_layers(a, b);
  std::map<int, int> partner;  // a node of a -> its node of b
  for (const LayerPair& pair : result.layers) {
    if (pair.a >= 0 && pair.b >= 0) partner[pair.a] = pair.b;
    if (pair.a == 0) continue;
    result.same += pair.same ? 1 : 0;
    result.other_settings += pair.a > 0 && pair.b > 0 && !pair.same ? 1 : 0;
    result.layers_only_a += pair.b < 0 ? 1 : 0;
    result.layers_only_b += pair.a < 0 ? 1 : 0;
  }
  const auto behind = [](const Architecture& of, const WeightValues& weight) {
    return weight.tensor.name.substr(of.nodes()[static_cast<size_t>(weight.tensor.node)].name.size());
  };
  std::vector<bool> used(weights_b.size());
  for (const WeightValues& mine : weights_a) {
    const auto node = partner.find(mine.tensor.node);
    size_t found = weights_b.size();
    for (size_t i = 0; i < weights_b.size() && node != partner.end(); ++i) {
      const NamedTensor& theirs = weights_b[i].tensor;
      if (theirs.node == node->second && theirs.kind == mine.tensor.kind && theirs.shape == mine.tensor.shape &&
          behind(b, weights_b[i]) == behind(a, mine)) {
        found = i;
      }
    }
    if (found == weights_b.size()) {
      result.only_a.push_back(with_shape(mine));
      continue;
    }
    used[found] = true;
    TensorDifference difference = tensor_difference(mine.values, weights_b[found].values);
    difference.a = mine.tensor.name;
    difference.b = weights_b[found].tensor.name;
    difference.shape = mine.tensor.shape;
    result.tensors.push_back(std::move(difference));
  }
  for (size_t i = 0; i < weights_b.size(); ++i) {
    if (!used[i]) result.only_b.push_back(with_shape(weights_b[i]));
  }
  return result;
}

std::vector<int32_t> different_answers(const Evaluation& a, const Evaluation& b) {
  std::vector<int32_t> different;
  const size_t count = std::min(a.predicted.size(), b.predicted.size());
  for (size_t i = 0; i < count; ++i) {
    if (a.predicted[i] != b.predicted[i]) different.push_back(static_cast<int32_t>(i));
  }
  const auto sure = [&](int32_t i) {
    return std::min(a.probability[static_cast<size_t>(i)], b.probability[static_cast<size_t>(i)]);
  };
  std::stable_sort(different.begin(), different.end(), [&](int32_t i, int32_t j) { return sure(i) > sure(j); });
  return different;
}

AnswerCounts count_answers(const Evaluation& a, const Evaluation& b, const std::vector<int32_t>& labels) {
  AnswerCounts counts;
  const size_t count = std::min({a.predicted.size(), b.predicted.size(), labels.size()});
  for (size_t i = 0; i < count; ++i) {
    const bool first = a.predicted[i] == labels[i], second = b.predicted[i] == labels[i];
    (first ? second ? counts.both_right : counts.only_a : second ? counts.only_b : counts.both_wrong) += 1;
  }
  return counts;
}

}  // namespace striate
