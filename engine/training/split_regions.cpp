// Which region goes to which part: all divisions are tried where they are few, else one is made largest first and then
// improved by moving regions and swapping two, as long as that helps.
#include "engine/training/split_regions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "engine/error.h"
#include "engine/shuffle.h"
#include "kernels/random.h"

namespace striate {
namespace {

constexpr uint64_t kRegionSequence = uint64_t{0x5E} << 56;
constexpr size_t kFew = 11;  // 3^11 divisions

struct Regions {
  std::vector<int> order;                     // which there are, shuffled
  std::vector<std::vector<int64_t>> classes;  // per region: samples of each class
  std::vector<int64_t> size;                  // per region
};

class Division {
 public:
  Division(const Regions& regions, const std::array<double, 3>& shares)
      : regions_(regions), shares_(shares), classes_(regions.classes.empty() ? 0 : regions.classes[0].size()) {
    for (const int region : regions.order) all_ += regions.size[static_cast<size_t>(region)];
  }

  // Samples that are in another part than they should be, and far more for a part without any, or classes that cannot
  // be learned. parts[i] is that of order[i].
  double cost(const std::vector<int>& parts) const {
    std::array<int64_t, 3> size{};
    std::vector<char> learned(classes_, 0);
    for (size_t i = 0; i < parts.size(); ++i) {
      const auto region = static_cast<size_t>(regions_.order[i]);
      size[static_cast<size_t>(parts[i])] += regions_.size[region];
      for (size_t c = 0; parts[i] == 0 && c < classes_; ++c) learned[c] |= regions_.classes[region][c] > 0 ? 1 : 0;
    }
    double cost = 0;
    for (size_t p = 0; p < 3; ++p) {
      cost += std::abs(static_cast<double>(size[p]) - shares_[p] * static_cast<double>(all_));
      if (shares_[p] > 0 && size[p] == 0) cost += 1e12;
    }
    return cost + 1e10 * static_cast<double>(std::count(learned.begin(), learned.end(), 0));
  }

  std::vector<int> best() const { return regions_.order.size() <= kFew ? best_of_all() : improved(); }

 private:
  bool allowed(int part) const { return shares_[static_cast<size_t>(part)] > 0; }

  std::vector<int> best_of_all() const {
    std::vector<int> parts(regions_.order.size(), 0), best = parts;
    double least = cost(best);
    while (true) {
      size_t i = 0;
      while (i < parts.size() && parts[i] == 2) parts[i++] = 0;
      if (i == parts.size()) return best;
      ++parts[i];
      if (!std::all_of(parts.begin(), parts.end(), [&](int part) { return allowed(part); })) continue;
      const double now = cost(parts);
      if (now < least) least = now, best = parts;
    }
  }

  std::vector<int> improved() const {
    const size_t count = regions_.order.size();
    std::vector<size_t> largest(count);
    std::iota(largest.begin(), largest.end(), size_t{0});
    const auto size = [&](size_t i) { return regions_.size[static_cast<size_t>(regions_.order[i])]; };
    std::stable_sort(largest.begin(), largest.end(), [&](size_t a, size_t b) { return size(a) > size(b); });
    std::array<double, 3> room{};
    for (size_t p = 0; p < 3; ++p) room[p] = shares_[p] * static_cast<double>(all_);
    std::vector<int> parts(count, 0);
    for (const size_t i : largest) {
      const auto part = static_cast<size_t>(std::max_element(room.begin(), room.end()) - room.begin());
      parts[i] = static_cast<int>(part);
      room[part] -= static_cast<double>(size(i));
    }
    double least = cost(parts);
    const auto better = [&](std::vector<int>& tried) {
      const double now = cost(tried);
      if (now >= least) return false;
      least = now;
      parts = tried;
      return true;
    };
    for (bool again = true; again;) {
      again = false;
      for (size_t i = 0; i < count; ++i) {
        for (int part = 0; part < 3; ++part) {
          std::vector<int> tried = parts;
          tried[i] = part;
          if (allowed(part) && better(tried)) again = true;
        }
        // Swaps only where they are few enough to be tried.
        for (size_t k = i + 1; count <= 400 && k < count; ++k) {
          if (parts[i] == parts[k]) continue;
          std::vector<int> tried = parts;
          std::swap(tried[i], tried[k]);
          if (better(tried)) again = true;
        }
      }
    }
    return parts;
  }

  const Regions& regions_;
  const std::array<double, 3> shares_;
  int64_t all_ = 0;
  size_t classes_;
};

}  // namespace

Split split_by_region(const Dataset& data, const SplitShares& shares, uint64_t seed) {
  const std::vector<std::string>& names = data.regions();
  const int64_t own_training = data.training_size();
  const bool own_test = own_training < data.size();
  if (names.empty())
    throw Error(fmt::format("{} does not say which region its samples are from", data.name()),
                "a folder of pictures says it in regions.csv: a line PICTURE,REGION for each; or split by sample");
  Regions regions;
  regions.size.assign(names.size(), 0);
  regions.classes.assign(names.size(), std::vector<int64_t>(data.classes().size(), 0));
  int64_t unknown = 0;
  std::vector<char> tested(names.size(), 0);
  for (int64_t i = 0; i < data.size(); ++i) {
    const int region = data.region(i);
    if (region < 0) {
      ++unknown;
    } else if (i >= own_training) {
      tested[static_cast<size_t>(region)] = 1;
    } else {
      ++regions.size[static_cast<size_t>(region)];
      ++regions.classes[static_cast<size_t>(region)][static_cast<size_t>(data.label(i))];
    }
  }
  if (unknown > 0)
    throw Error(fmt::format("{}: {} of {} samples have no region", data.name(), unknown, data.size()),
                "name the region of each, or split by sample");
  for (size_t r = 0; r < names.size(); ++r) {
    if (regions.size[r] > 0 && tested[r])
      throw Error(fmt::format("{}: region \"{}\" is in its own test part and outside of it", data.name(), names[r]),
                  "keep all samples of a region in one of the two");
    if (regions.size[r] > 0) regions.order.push_back(static_cast<int>(r));
  }
  Random random(seed, kRegionSequence);
  shuffle(std::span(regions.order), random);

  std::array<double, 3> wanted = {shares.training, shares.validation, own_test ? 0 : shares.test};
  const double sum = wanted[0] + wanted[1] + wanted[2];
  for (double& share : wanted) share /= sum;
  const auto parts_wanted = std::count_if(wanted.begin(), wanted.end(), [](double share) { return share > 0; });
  if (static_cast<int64_t>(regions.order.size()) < parts_wanted)
    throw Error(fmt::format("{}: {} regions for {} parts", data.name(), regions.order.size(), parts_wanted),
                "use fewer parts (--split 0.8,0.2), name more regions, or split by sample");
  const std::vector<int> parts = Division(regions, wanted).best();

  std::vector<int> part_of(names.size(), 2);
  std::vector<char> learned(data.classes().size(), 0);
  for (size_t i = 0; i < parts.size(); ++i) part_of[static_cast<size_t>(regions.order[i])] = parts[i];
  Split result;
  for (int64_t i = 0; i < data.size(); ++i) {
    const int part = i >= own_training ? 2 : part_of[static_cast<size_t>(data.region(i))];
    (part == 0 ? result.training : part == 1 ? result.validation : result.test).push_back(i);
    if (part == 0) learned[static_cast<size_t>(data.label(i))] = 1;
  }
  for (size_t c = 0; c < learned.size(); ++c) {
    if (!learned[c])
      throw Error(fmt::format("{}: class \"{}\" has no sample to learn from in the regions of the training part",
                              data.name(), data.classes()[c]),
                  "give the training part a larger share, name smaller regions, or split by sample");
  }
  return result;
}

}  // namespace striate
