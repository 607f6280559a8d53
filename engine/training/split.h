// Training, validation and test parts of a data set: seeded, disjoint. By sample they are stratified (each part has
// each class's share). Samples of one region resemble each other, and a network that has seen a sample's neighbors is
// judged too well: by region no region stands in two parts. The same is true of pictures of one burst
// (Dataset::burst()), which every split keeps whole, so that shares are then as near as whole bursts allow.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/training/data/dataset.h"

namespace striate {

struct SplitShares {
  double training = 0.8, validation = 0.1, test = 0.1;
  // "0.8,0.1,0.1" or "0.9,0.1" (no test part). Throws Error: not numbers, negative, no training part, not adding up
  // to 1.
  static SplitShares parse(const std::string& text);
};

struct Split {
  std::vector<int64_t> training, validation, test;  // ascending
};

enum class SplitBy { sample, region, region_reversed };
const char* split_by_name(SplitBy by);  // "region", "region-reversed"
// Empty: by sample. Throws Error.
SplitBy parse_split_by(const std::string& text);

// A set with its own test part keeps it: `test` is that part, and the other two shares are scaled to fill the rest.
// Every class with at least one sample in the training part's range has one in training. Throws Error: a class without
// a single sample, fewer than two classes.
// By region: parts as near to their shares as whole regions allow, none of them empty that has a share; the seed says
// which of several divisions that are as good it is. Throws Error: too few regions, a sample without one, a region in
// the set's own test part and outside of it, classes that only one part can have.
// Where the set says which regions are learned from (Dataset::learned_regions), all others are the test part, and the
// validation part comes by sample out of the same regions as the training part: the shares of those two divide them.
// Reversed it is the other way round; only such a set has that.
Split split(const Dataset& data, const SplitShares& shares, uint64_t seed, SplitBy by = SplitBy::sample);

// `examples` samples of each class to learn from, chosen by the seed; no validation part; all others are the test part,
// or the set's own test part where it has one. By region: they are chosen from the training part of split(), and the
// test part is the same as there. With bursts about a third of each class, whole bursts chosen by the seed, is the test
// part whatever `examples` is, and what is left of the others is in no part. Throws Error: a class with too few samples
// or with a single burst, what split() throws.
Split split_few(const Dataset& data, int64_t examples, const SplitShares& shares, uint64_t seed,
                SplitBy by = SplitBy::sample);
// The most examples of each class that split_few() by sample has, whatever the seed is.
int64_t most_examples(const Dataset& data);

}  // namespace striate
