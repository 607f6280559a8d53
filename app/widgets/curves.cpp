#include "app/widgets/curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace striate {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

}  // namespace

// ---- values ---------------------------------------------------------------------------------------------------------

const CurveValues::Block CurveValues::kNothing{kInfinity, -kInfinity, kInfinity, false};

void CurveValues::Block::add(float value) {
  if (!std::isfinite(value)) return;
  low = std::min(low, value), high = std::max(high, value), any = true;
  if (value > 0) least_positive = std::min(least_positive, value);
}

void CurveValues::Block::add(const Block& other) {
  if (!other.any) return;
  low = std::min(low, other.low), high = std::max(high, other.high), any = true;
  least_positive = std::min(least_positive, other.least_positive);
}

void CurveValues::clear() { *this = CurveValues(); }

void CurveValues::push(float value) {
  int64_t index = size();
  if (index % kBlock == 0) {
    const double sum = sums_.empty() ? 0 : sums_.back();
    const int64_t count = counts_.empty() ? 0 : counts_.back();
    double block_sum = 0;
    int64_t block_count = 0;
    for (int64_t i = std::max<int64_t>(0, index - kBlock); i < index; ++i) {
      if (std::isfinite(at(i))) block_sum += static_cast<double>(at(i)), ++block_count;
    }
    sums_.push_back(sum + block_sum);
    counts_.push_back(count + block_count);
  }
  values_.push_back(value);
  for (size_t level = 0;; ++level) {
    index /= kBlock;
    if (level == levels_.size()) {
      levels_.emplace_back();
      // A new level begins with everything below it.
      if (level > 0) {
        Block all = kNothing;
        for (const Block& block : levels_[level - 1]) all.add(block);
        levels_[level].push_back(all);
      }
    }
    std::vector<Block>& blocks = levels_[level];
    if (index == static_cast<int64_t>(blocks.size())) blocks.push_back(kNothing);
    blocks[static_cast<size_t>(index)].add(value);
    if (blocks.size() == 1) break;
  }
}

CurveValues::Block CurveValues::block(int64_t from, int64_t to) const {
  from = std::max<int64_t>(from, 0);
  to = std::min(to, size());
  Block result = kNothing;
  const auto add_values = [&](int64_t a, int64_t b) {
    for (int64_t i = a; i < b; ++i) result.add(at(i));
  };
  if (to - from < 2 * kBlock) {
    add_values(from, to);
    return result;
  }
  int64_t a = (from + kBlock - 1) / kBlock, b = to / kBlock;
  add_values(from, a * kBlock);
  add_values(b * kBlock, to);
  for (size_t level = 0; a < b; ++level) {
    const std::vector<Block>& blocks = levels_[level];
    const int64_t up_a = (a + kBlock - 1) / kBlock, up_b = b / kBlock;
    if (level + 1 == levels_.size() || up_a >= up_b) {
      for (int64_t i = a; i < b; ++i) result.add(blocks[static_cast<size_t>(i)]);
      break;
    }
    for (int64_t i = a; i < up_a * kBlock; ++i) result.add(blocks[static_cast<size_t>(i)]);
    for (int64_t i = up_b * kBlock; i < b; ++i) result.add(blocks[static_cast<size_t>(i)]);
    a = up_a, b = up_b;
  }
  return result;
}

CurveValues::Range CurveValues::range(int64_t from, int64_t to) const {
  const Block all = block(from, to);
  return all.any ? Range{all.low, all.high, true} : Range{};
}

CurveValues::Range CurveValues::positive_range(int64_t from, int64_t to) const {
  const Block all = block(from, to);
  if (!all.any || !(all.high > 0)) return {};
  return {all.least_positive, all.high, true};
}

double CurveValues::mean(int64_t from, int64_t to) const {
  from = std::max<int64_t>(from, 0);
  to = std::min(to, size());
  if (from >= to) return std::numeric_limits<double>::quiet_NaN();
  const auto before = [&](int64_t i) {
    const int64_t block = std::min(i / kBlock, static_cast<int64_t>(sums_.size()) - 1);
    std::pair<double, int64_t> sum{sums_[static_cast<size_t>(block)], counts_[static_cast<size_t>(block)]};
    for (int64_t k = block * kBlock; k < i; ++k) {
      if (std::isfinite(at(k))) sum.first += static_cast<double>(at(k)), ++sum.second;
    }
    return sum;
  };
  const auto [sum_a, count_a] = before(from);
  const auto [sum_b, count_b] = before(to);
  if (count_b == count_a) return std::numeric_limits<double>::quiet_NaN();
  return (sum_b - sum_a) / static_cast<double>(count_b - count_a);
}

std::vector<CurveColumn> columns_of(const CurveValues& values, double from, double to, int columns) {
  std::vector<CurveColumn> result(static_cast<size_t>(std::max(columns, 0)));
  if (!(from < to)) return result;
  for (int c = 0; c < columns; ++c) {
    const auto edge = [&](int column) {
      return static_cast<int64_t>(std::ceil(from + (to - from) * static_cast<double>(column) / columns));
    };
    int64_t a = std::max<int64_t>(edge(c), 0), b = std::min(edge(c + 1), values.size());
    const CurveValues::Range range = values.range(a, b);
    if (!range.any) continue;
    while (!std::isfinite(values.at(a))) ++a;
    while (!std::isfinite(values.at(b - 1))) --b;
    result[static_cast<size_t>(c)] = {range.low, range.high, values.at(a), values.at(b - 1), true};
  }
  return result;
}

// ---- the window -----------------------------------------------------------------------------------------------------

CurveWindow window_of(const CurveWindow& window, double first, double last, double least) {
  if (last - first < least) last = first + least;
  if (window.all()) return {first, last};
  const double width = std::clamp(window.to - window.from, least, last - first);
  double from = (window.from + window.to - width) / 2;
  from = std::clamp(from, first, last - width);
  return {from, from + width};
}

CurveWindow zoom_window(const CurveWindow& window, double factor, double at, double first, double last) {
  const CurveWindow now = window_of(window, first, last);
  at = std::clamp(at, now.from, now.to);
  const double width = (now.to - now.from) / factor;
  if (width >= last - first) return {};
  const double from = at - (at - now.from) / factor;
  return window_of({from, from + width}, first, last);
}

CurveWindow pan_window(const CurveWindow& window, double by, double first, double last) {
  if (window.all()) return window;
  return window_of({window.from + by, window.to + by}, first, last);
}

// ---- axes -----------------------------------------------------------------------------------------------------------

std::string grouped(int64_t value) {
  std::string text = fmt::format("{}", value);
  const size_t digits_from = text[0] == '-' ? 1 : 0;
  if (text.size() - digits_from <= 4) return text;
  for (size_t i = text.size(); i > digits_from + 3;) {
    i -= 3;
    text.insert(i, " ");
  }
  return text;
}

std::vector<Tick> ticks(double low, double high, int most, bool whole) {
  std::vector<Tick> list;
  if (!(low < high) || most < 1 || !std::isfinite(low) || !std::isfinite(high)) return list;
  double step = std::pow(10, std::floor(std::log10((high - low) / most)));
  const auto count = [&](double s) { return std::floor(high / s + 1e-9) - std::ceil(low / s - 1e-9) + 1; };
  const double decade = step;
  for (const double factor : {1.0, 2.0, 5.0, 10.0, 20.0}) {
    step = decade * factor;
    if (count(step) <= most) break;
  }
  if (whole) step = std::max(step, 1.0);
  const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
  for (double i = std::ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i) {
    const double value = i == 0 ? 0 : i * step;
    Tick tick{value, {}};
    if (std::abs(value) >= 1e7 || (value != 0 && decimals > 5)) {
      tick.text = fmt::format("{:.3g}", value);
    } else if (decimals == 0) {
      tick.text = grouped(std::llround(value));
    } else {
      tick.text = fmt::format("{:.{}f}", value, decimals);
    }
    list.push_back(std::move(tick));
  }
  return list;
}

std::vector<Tick> log_ticks(double low, double high, int most) {
  std::vector<Tick> list;
  if (!(low > 0) || !(low < high) || most < 1) return list;
  const auto text_of = [](double value) {
    return value >= 1e-4 && value < 1e6 ? fmt::format("{:g}", value) : fmt::format("{:.0e}", value);
  };
  const int from = static_cast<int>(std::floor(std::log10(low) + 1e-9)), to = static_cast<int>(std::log10(high)) + 1;
  for (const auto& factors : {std::vector<double>{1, 2, 5}, std::vector<double>{1, 3}, std::vector<double>{1}}) {
    list.clear();
    for (int power = from - 1; power <= to; ++power) {
      for (const double factor : factors) {
        const double value = factor * std::pow(10, power);
        if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) list.push_back({value, text_of(value)});
      }
    }
    if (static_cast<int>(list.size()) <= most) return list;
  }
  // Whole decades, every second, third ... of them.
  const int every = (static_cast<int>(list.size()) + most - 1) / most;
  std::vector<Tick> thinned;
  for (size_t i = 0; i < list.size(); i += static_cast<size_t>(every)) thinned.push_back(list[i]);
  return thinned;
}

std::vector<float> spread_labels(std::vector<float> wanted, float height, float top, float bottom) {
  std::vector<size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return wanted[a] < wanted[b]; });
  // Groups of touching labels stand around the mean of what they want.
  struct Group {
    float sum = 0;
    int count = 0;
    float begin(float height, float top, float bottom) const {
      const float length = height * static_cast<float>(count);
      const float begin = sum / static_cast<float>(count) - length / 2 + height / 2;
      return std::max(top, std::min(begin, bottom - length));
    }
  };
  std::vector<Group> groups;
  for (const size_t i : order) {
    groups.push_back({wanted[i], 1});
    while (groups.size() > 1) {
      const Group& last = groups.back();
      Group& before = groups[groups.size() - 2];
      if (before.begin(height, top, bottom) + height * static_cast<float>(before.count) <=
          last.begin(height, top, bottom) + 1e-3f) {
        break;
      }
      before.sum += last.sum, before.count += last.count;
      groups.pop_back();
    }
  }
  size_t index = 0;
  for (const Group& group : groups) {
    const float begin = group.begin(height, top, bottom);
    for (int i = 0; i < group.count; ++i) wanted[order[index++]] = begin + height * static_cast<float>(i);
  }
  return wanted;
}

int64_t at_or_before(const std::vector<std::pair<double, double>>& points, double x) {
  const auto after =
      std::upper_bound(points.begin(), points.end(), x, [](double v, const auto& point) { return v < point.first; });
  return static_cast<int64_t>(after - points.begin()) - 1;
}

}  // namespace striate
