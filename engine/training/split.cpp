#include "engine/training/split.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/error.h"
#include "engine/shuffle.h"
#include "engine/training/split_bursts.h"
#include "engine/training/split_regions.h"
#include "kernels/random.h"

namespace striate {
namespace {

constexpr uint64_t kSplitSequence = uint64_t{0x5F} << 56;  // the split's own random numbers, one sequence per class
constexpr uint64_t kFewSequence = uint64_t{3} << 61;       // + the class

constexpr double kBurstTest = 1.0 / 3;  // of split_few() with bursts

int64_t share_of(int64_t count, double share) {
  return static_cast<int64_t>(std::floor(static_cast<double>(count) * share + 0.5));
}

// What divide_bursts() leaves to learn from at least, whichever bursts are drawn first.
int64_t most_of_bursts(const Dataset& data, const std::vector<int64_t>& samples) {
  const BurstCount bursts = count_bursts(data, samples);
  if (bursts.bursts < 2) return 0;
  const auto count = static_cast<int64_t>(samples.size());
  const int64_t tested = std::max(share_of(count, kBurstTest) + bursts.largest / 2, bursts.largest);
  return std::max<int64_t>(count - tested, 1);
}

}  // namespace

SplitShares SplitShares::parse(const std::string& text) {
  const char* hint = "shares of training, validation and test that add up to 1: 0.8,0.1,0.1";
  std::vector<double> shares;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(',', begin), text.size());
    double share = 0;
    const auto [stop, problem] = std::from_chars(text.data() + begin, text.data() + end, share);
    if (problem != std::errc() || stop != text.data() + end || !std::isfinite(share))
      throw Error(fmt::format("split \"{}\": \"{}\" is not a number", text, text.substr(begin, end - begin)), hint);
    if (share < 0) throw Error(fmt::format("split \"{}\": a share cannot be negative", text), hint);
    shares.push_back(share);
    begin = end + 1;
  }
  if (shares.size() < 2 || shares.size() > 3)
    throw Error(fmt::format("split \"{}\": {} shares instead of 2 or 3", text, shares.size()), hint);
  shares.resize(3);
  if (shares[0] <= 0) throw Error(fmt::format("split \"{}\": nothing is left for training", text), hint);
  const double sum = shares[0] + shares[1] + shares[2];
  if (std::abs(sum - 1) > 1e-6)
    throw Error(fmt::format("split \"{}\": the shares add up to {:.6g}, not 1", text, sum), hint);
  return {shares[0], shares[1], shares[2]};
}

const char* split_by_name(SplitBy by) {
  return by == SplitBy::sample ? "sample" : by == SplitBy::region ? "region" : "region-reversed";
}

SplitBy parse_split_by(const std::string& text) {
  if (text.empty() || text == "sample") return SplitBy::sample;
  for (const SplitBy by : {SplitBy::region, SplitBy::region_reversed}) {
    if (text == split_by_name(by)) return by;
  }
  throw Error(fmt::format("a data set cannot be split by \"{}\"", text), "by sample, region or region-reversed");
}

Split split(const Dataset& data, const SplitShares& shares, uint64_t seed, SplitBy by) {
  const int learned = data.learned_regions();
  if (by == SplitBy::region_reversed && learned == 0)
    throw Error(fmt::format("{} does not say which of its regions are learned from", data.name()),
                "only such a set can be split the other way round (world); split by region");
  if (by == SplitBy::region && learned == 0) return split_by_region(data, shares, seed);
  const std::vector<std::string>& classes = data.classes();
  if (classes.size() < 2)
    throw Error(fmt::format("{}: there is only one class{}", data.name(),
                            classes.empty() ? std::string() : fmt::format(" (\"{}\")", classes[0])),
                "telling things apart needs two classes at least");
  std::vector<std::vector<int64_t>> members(classes.size());
  const int64_t own_training = data.training_size();
  // What stands apart whatever the shares say.
  const auto tested = [&](int64_t i) {
    return i >= own_training ||
           (by != SplitBy::sample && (data.region(i) < learned) == (by == SplitBy::region_reversed));
  };
  Split result;
  for (int64_t i = 0; i < data.size(); ++i) {
    if (tested(i)) {
      result.test.push_back(i);
    } else {
      members[static_cast<size_t>(data.label(i))].push_back(i);
    }
  }
  const bool own_test = !result.test.empty();
  const double test_share = own_test ? 0 : shares.test;
  const double validation_share =
      own_test ? shares.validation / (shares.training + shares.validation) : shares.validation;
  for (size_t c = 0; c < members.size(); ++c) {
    std::vector<int64_t>& all = members[c];
    if (all.empty())
      throw Error(fmt::format("{}: class \"{}\" has no sample to learn from", data.name(), classes[c]),
                  "add samples of this class, or take it out");
    Random random(seed, kSplitSequence + c);
    const int64_t count = static_cast<int64_t>(all.size());
    int64_t test = std::min(share_of(count, test_share), count - 1);
    int64_t validation = std::min(share_of(count, validation_share), count - 1 - test);
    if (by == SplitBy::sample && has_bursts(data, all)) {
      const std::vector<std::vector<int64_t>> parts = divide_bursts(data, all, {test, validation}, random);
      test = static_cast<int64_t>(parts[0].size()), validation = static_cast<int64_t>(parts[1].size());
      all.clear();
      for (const std::vector<int64_t>& part : parts) all.insert(all.end(), part.begin(), part.end());
    } else {
      shuffle(std::span(all), random);
    }
    const auto first = all.begin(), second = first + test, third = second + validation;
    result.test.insert(result.test.end(), first, second);
    result.validation.insert(result.validation.end(), second, third);
    result.training.insert(result.training.end(), third, all.end());
  }
  for (std::vector<int64_t>* part : {&result.training, &result.validation, &result.test})
    std::sort(part->begin(), part->end());
  return result;
}

Split split_few(const Dataset& data, int64_t examples, const SplitShares& shares, uint64_t seed, SplitBy by) {
  // All that may be learned from, each class in the order of its own draw: more examples begin with the fewer ones.
  const bool own_test = data.training_size() < data.size();
  Split all = split(data, by == SplitBy::sample ? SplitShares{1, 0, 0} : shares, seed, by);
  std::vector<std::vector<int64_t>> members(data.classes().size());
  for (const int64_t i : all.training) members[static_cast<size_t>(data.label(i))].push_back(i);
  const bool rest_is_test = by == SplitBy::sample && !own_test;
  Split result;
  result.test = std::move(all.test);
  for (size_t c = 0; c < members.size(); ++c) {
    std::vector<int64_t>& own = members[c];
    const auto count = static_cast<int64_t>(own.size());
    if (rest_is_test && has_bursts(data, own)) {
      const int64_t most = most_of_bursts(data, own);
      if (most == 0) {
        throw Error(fmt::format("{}: class \"{}\" has a single burst of pictures", data.name(), data.classes()[c]),
                    "take another one: a burst is learned from or tested as a whole, so that each class needs two");
      }
      if (most < examples) {
        throw Error(fmt::format("{}: class \"{}\" has {} samples in its bursts, and {} are too many to learn from",
                                data.name(), data.classes()[c], count, examples),
                    fmt::format("at most {} examples of each class, so that whole bursts are left to test", most));
      }
      Random random(seed, kFewSequence + c);
      std::vector<std::vector<int64_t>> parts = divide_bursts(data, own, {share_of(count, kBurstTest)}, random);
      result.test.insert(result.test.end(), parts[0].begin(), parts[0].end());
      shuffle(std::span(parts[1]), random);
      result.training.insert(result.training.end(), parts[1].begin(), parts[1].begin() + examples);
      continue;
    }
    if (const int64_t most = count - (rest_is_test ? 1 : 0); most < examples) {
      throw Error(
          fmt::format("{}: class \"{}\" has {} sample{} to choose {} from{}", data.name(), data.classes()[c], count,
                      count == 1 ? "" : "s", examples, rest_is_test ? ", and one must be left to test" : ""),
          most > 0 ? fmt::format("at most {} examples of each class", most)
                   : "add pictures of it: two at least, one to learn from and one to test with");
    }
    Random random(seed, kFewSequence + c);
    shuffle(std::span(own), random);
    result.training.insert(result.training.end(), own.begin(), own.begin() + examples);
    if (rest_is_test) result.test.insert(result.test.end(), own.begin() + examples, own.end());
  }
  std::sort(result.training.begin(), result.training.end());
  std::sort(result.test.begin(), result.test.end());
  return result;
}

int64_t most_examples(const Dataset& data) {
  const bool own_test = data.training_size() < data.size();
  std::vector<std::vector<int64_t>> members(data.classes().size());
  for (int64_t i = 0; i < data.training_size(); ++i) members[static_cast<size_t>(data.label(i))].push_back(i);
  int64_t most = data.size();
  for (const std::vector<int64_t>& own : members) {
    const auto count = static_cast<int64_t>(own.size());
    most = std::min(most, own_test ? count : has_bursts(data, own) ? most_of_bursts(data, own) : count - 1);
  }
  return std::max<int64_t>(most, 0);
}

}  // namespace striate
