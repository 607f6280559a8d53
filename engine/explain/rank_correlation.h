// How alike two heat maps are: Spearman's rank correlation of the absolute values. Ranks instead of values, since two
// maps of different size and contrast may light the same places; absolute values, since that is what is looked at. 1:
// the same order, 0: no relation, -1: the opposite order.
#pragma once

#include <optional>
#include <vector>

namespace striate {

// From 1; values that are equal get the mean of the ranks that they would have.
std::vector<double> mean_ranks(const std::vector<float>& values);

// Nothing where it is not defined: a map that is the same everywhere, less than two values, a map that is not finished
// (NaN). As many values in both.
std::optional<double> rank_correlation(const std::vector<float>& one, const std::vector<float>& other);

}  // namespace striate
