// How the CPU is to filter an 8-bit picture: whether sums of whole numbers or of floats give the exact bytes, and what
// finish turns whole sums into them. See image_filter_cpu.cpp.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/byte_pairs.h"
#include "kernels/image_filter_cpu.h"

namespace striate {
namespace filtering {
namespace {

// Whether floats give the table's byte for `sum`; the same operations as finish_floats().
uint8_t byte_by_floats(float scale, float offset, bool absolute, int sum) {
  float x = static_cast<float>(sum) * scale + offset;
  if (absolute) x = std::fabs(x);
  return static_cast<uint8_t>(std::rint(clamp_to(x, 0.0f, 255.0f)));
}

bool find_weights(const Arguments& a, double* unit, std::vector<int>* weights) {
  const int count = a.width * a.height;
  double least = 0;
  for (int i = 0; i < count; ++i) {
    const double size = std::fabs(a.taps[i]);
    if (size > 0 && (least == 0 || size < least)) least = size;
  }
  if (least == 0) least = 1;
  for (int parts = 1; parts <= 12; ++parts) {
    // Prefer a unit that is a whole number itself, so that sums are the sums one sees.
    const double u = least / parts;
    bool fits = true;
    for (int i = 0; i < count && fits; ++i) {
      const double weight = a.taps[i] / u;
      fits = std::fabs(weight) < 32768 && std::fabs(weight - std::rint(weight)) <= 1e-12 * std::fabs(weight);
    }
    if (!fits) continue;
    *unit = u;
    weights->resize(count);
    for (int i = 0; i < count; ++i) (*weights)[i] = static_cast<int>(std::rint(a.taps[i] / u));
    return true;
  }
  return false;
}

// The taps by twos, where every weight is a signed byte and 16 bits hold the sums: then a pair's sum does not saturate.
void add_pairs(const std::vector<int>& weights, WholePlan* plan) {
  if (!kHasBytePairs || plan->wide || (plan->finish != Finish::keep && plan->finish != Finish::multiply)) return;
  std::vector<int> taps;
  for (size_t t = 0; t < weights.size(); ++t) {
    if (weights[t] < -128 || weights[t] > 127) return;
    if (weights[t] != 0) taps.push_back(static_cast<int>(t));
  }
  for (size_t k = 0; k < taps.size(); k += 2) {
    const bool single = k + 1 == taps.size();
    const int first = taps[k], second = taps[single ? k : k + 1];
    const int upper = single ? 0 : weights[second];
    plan->pairs.push_back({first, second, static_cast<int16_t>((weights[first] & 255) | upper * 256)});
  }
}

}  // namespace

bool make_whole_plan(const Arguments& a, WholePlan* plan) {
  double unit = 1;
  std::vector<int> weights;
  if (!find_weights(a, &unit, &weights)) return false;
  int64_t lowest = 0, highest = 0;
  bool exact = true;  // the double sum is unit * (sum of integers) to the last bit
  int exponent = 0;
  exact = std::frexp(std::fabs(unit), &exponent) == 0.5;
  for (size_t i = 0; i < weights.size(); ++i) {
    (weights[i] < 0 ? lowest : highest) += static_cast<int64_t>(weights[i]) * 255;
    exact = exact && unit * weights[i] == a.taps[i];
  }
  // Also exact: taps that are integers themselves, whatever the unit (2 and 6 have the unit 2).
  bool integers = true;
  for (size_t i = 0; i < weights.size(); ++i) integers = integers && a.taps[i] == std::rint(a.taps[i]);
  exact = exact || integers;
  if (highest - lowest > 65535) return false;
  plan->wide = lowest < -32768 || highest > 32767;
  plan->lowest = static_cast<int>(lowest);
  plan->highest = static_cast<int>(highest);
  plan->absolute = a.show == Show::absolute;
  plan->table.resize(highest - lowest + 1);
  for (int64_t sum = lowest; sum <= highest; ++sum) {
    const double shown = shown_of_value(a, value_of_sum(a, unit * static_cast<double>(sum)));
    if (!exact && shown > -1 && shown < 256 && std::fabs(std::fabs(shown - std::floor(shown)) - 0.5) < 1e-9) {
      return false;  // a tie up to rounding: only the sum in its own order can tell
    }
    plan->table[sum - lowest] = byte_of(shown);
  }
  for (int r = 0; r < a.height; ++r) {
    for (int s = 0; s < a.width; ++s) {
      const int weight = weights[r * a.width + s];
      if (weight == 0) continue;
      auto group = std::find_if(plan->groups.begin(), plan->groups.end(),
                                [&](const WholePlan::Group& g) { return g.weight == weight; });
      if (group == plan->groups.end()) group = plan->groups.insert(group, {weight, {}});
      group->taps.push_back(r * a.width + s);
    }
  }

  const auto all_right = [&](auto byte) {
    for (int sum = plan->lowest; sum <= plan->highest; ++sum) {
      if (byte(sum) != plan->table[sum - plan->lowest]) return false;
    }
    return true;
  };
  const double scale = a.fast_scale * unit, offset = a.fast_offset;
  if (std::fabs(offset) < 30000) {
    const int add = static_cast<int>(std::rint(offset));
    const bool fits = plan->wide || (plan->lowest + add > -32768 && plan->highest + add <= 32767);
    if (fits && all_right([&](int sum) {
          const int x = sum + add;
          return static_cast<uint8_t>(clamp_to(plan->absolute ? std::abs(x) : x, 0, 255));
        })) {
      plan->finish = Finish::keep;
      plan->add = add;
      add_pairs(weights, plan);
      return true;
    }
  }
  if (!plan->wide && !plan->absolute && scale > 0 && scale < 1) {
    // (sum + add) * factor >> 16 for sums of 0 and more; below 0 the byte is 0 anyway.
    for (const double shift : {0.5, 0.4999, 0.45, 0.48}) {
      const int add = static_cast<int>(std::floor((offset + shift) / scale));
      for (const double up : {1.0, 0.0}) {
        const int factor = static_cast<int>(std::floor(scale * 65536 + up));
        if (add < 0 || plan->highest + add > 32767 || factor < 1 || factor > 65535) continue;
        if (all_right([&](int sum) {
              const unsigned x = static_cast<unsigned>(std::max(sum + add, 0));
              return static_cast<uint8_t>(std::min(x * static_cast<unsigned>(factor) >> 16, 255u));
            })) {
          plan->finish = Finish::multiply;
          plan->add = add;
          plan->factor = factor;
          add_pairs(weights, plan);
          return true;
        }
      }
    }
  }
  plan->scale = static_cast<float>(scale);
  plan->offset = static_cast<float>(offset);
  if (all_right([&](int sum) { return byte_by_floats(plan->scale, plan->offset, plan->absolute, sum); })) {
    plan->finish = Finish::floats;
  }
  return true;
}

FloatPlan make_float_plan(const Arguments& a) {
  FloatPlan plan;
  plan.bound = a.bound;
  FilterKernel kernel;
  kernel.width = a.width;
  kernel.height = a.height;
  kernel.taps.assign(a.taps, a.taps + a.width * a.height);
  std::vector<double> column, row;
  if (a.width < 2 || a.height < 2 || a.width + a.height >= a.width * a.height || !separate(kernel, &column, &row)) {
    return plan;
  }
  plan.column.assign(column.begin(), column.end());
  plan.row.assign(row.begin(), row.end());
  double deviation = 0;  // between the product of the two as floats and the kernel as it is, over any picture
  for (int r = 0; r < a.height; ++r) {
    for (int s = 0; s < a.width; ++s) {
      deviation += 255 * std::fabs(static_cast<double>(plan.column[r]) * plan.row[s] - a.taps[r * a.width + s]);
    }
  }
  const float bound = rounding_bound(a, a.width + a.height, deviation);
  if (bound < 0.02f) {  // beyond that, remaking values costs more than separating saves
    plan.separable = true;
    plan.bound = bound;
  }
  return plan;
}

}  // namespace filtering
}  // namespace striate
