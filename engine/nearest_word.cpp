#include "engine/nearest_word.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/lower_case.h"

namespace striate {
namespace {

// Optimal string alignment: insertions, deletions, replacements, swaps of neighbors.
int distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = static_cast<int>(i + j);
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string nearest_word(std::string_view word, const std::vector<std::string>& words) {
  if (word.empty() || word.size() > 100) return "";
  const std::string wanted = lower_case(word);
  const int limit = wanted.size() <= 3 ? 1 : std::max(2, static_cast<int>(wanted.size()) / 3);
  int best_cost = limit + 1;
  std::string best;
  for (const std::string& candidate : words) {
    const std::string other = lower_case(candidate);
    int cost = distance(wanted, other);
    if (wanted.size() >= 3 && other.compare(0, wanted.size(), wanted) == 0) cost = std::min(cost, limit);
    if (cost < best_cost) {
      best_cost = cost;
      best = candidate;
    }
  }
  return best;
}

std::string nearest_hint(std::string_view word, const std::vector<std::string>& words) {
  const std::string near = nearest_word(word, words);
  if (!near.empty()) return fmt::format("did you mean \"{}\"?", near);
  constexpr size_t kMax = 60;  // a line that can still be read
  if (words.size() <= kMax) return fmt::format("use one of {}", fmt::join(words, ", "));
  return fmt::format("use one of {} and {} more",
                     fmt::join(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(kMax), ", "),
                     words.size() - kMax);
}

}  // namespace striate
