#include "engine/training/split_bursts.h"

#include <algorithm>
#include <map>
#include <span>

#include "engine/shuffle.h"

namespace striate {
namespace {

std::vector<std::vector<int64_t>> bursts_of(const Dataset& data, const std::vector<int64_t>& samples) {
  std::vector<std::vector<int64_t>> bursts;
  std::map<int, size_t> place;
  for (const int64_t sample : samples) {
    const int burst = data.burst(sample);
    const auto found = burst < 0 ? place.end() : place.find(burst);
    if (found != place.end()) {
      bursts[found->second].push_back(sample);
      continue;
    }
    if (burst >= 0) place[burst] = bursts.size();
    bursts.push_back({sample});
  }
  return bursts;
}

}  // namespace

bool has_bursts(const Dataset& data, const std::vector<int64_t>& samples) {
  return std::any_of(samples.begin(), samples.end(), [&](int64_t sample) { return data.burst(sample) >= 0; });
}

std::vector<std::vector<int64_t>> divide_bursts(const Dataset& data, const std::vector<int64_t>& samples,
                                                const std::vector<int64_t>& counts, Random& random) {
  std::vector<std::vector<int64_t>> bursts = bursts_of(data, samples);
  shuffle(std::span(bursts), random);
  std::vector<std::vector<int64_t>> parts(counts.size() + 1);
  size_t next = 0;
  for (size_t p = 0; p < counts.size(); ++p) {
    // One more as long as that brings it nearer to its share.
    while (counts[p] > 0 && next + 1 < bursts.size()) {
      const auto has = static_cast<int64_t>(parts[p].size()), more = static_cast<int64_t>(bursts[next].size());
      if (has > 0 && 2 * has + more > 2 * counts[p]) break;
      parts[p].insert(parts[p].end(), bursts[next].begin(), bursts[next].end());
      ++next;
    }
  }
  for (; next < bursts.size(); ++next) {
    parts.back().insert(parts.back().end(), bursts[next].begin(), bursts[next].end());
  }
  return parts;
}

BurstCount count_bursts(const Dataset& data, const std::vector<int64_t>& samples) {
  BurstCount count;
  for (const std::vector<int64_t>& burst : bursts_of(data, samples)) {
    ++count.bursts;
    count.largest = std::max(count.largest, static_cast<int64_t>(burst.size()));
  }
  return count;
}

}  // namespace striate
