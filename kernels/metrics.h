// What is counted and measured while a network trains. All results are written to the stream's device; integer results
// are exact, sums of floats are formed in double precision in an order that the size alone decides.
#pragma once

#include <cstdint>

#include "kernels/stream.h"

namespace striate {

// index[n] = the first k with the largest x[n][k]; x (N, K). A NaN counts as smaller than anything.
void argmax_rows(Stream& stream, int n, int k, const float* x, int32_t* index);
// *correct = how many predictions equal their target.
void count_correct(Stream& stream, int n, const int32_t* predicted, const int32_t* target, int32_t* correct);
// counts[target][predicted] += 1 for every sample; counts (K, K). Pairs outside 0 .. K-1 are left out.
void add_confusion(Stream& stream, int n, int k, const int32_t* predicted, const int32_t* target, int64_t* counts);

struct ArrayStatistics {
  float minimum, maximum;    // over the finite values; +inf and -inf if there are none
  float mean;                // over the finite values; 0 if there are none
  float norm;                // square root of the sum of squares of the finite values
  int64_t zeros;             // how many values are 0
  int64_t not_finite;        // how many are NaN or infinite
  int64_t first_not_finite;  // where the first of them stands; -1 if there is none
};
// `scratch`: array_statistics_scratch(count) bytes, aligned to 64.
int64_t array_statistics_scratch(int64_t count);
void array_statistics(Stream& stream, int64_t count, const float* x, ArrayStatistics* result, void* scratch);

// active[c] = for how many of the N*pixels values of channel c, y (N, C, pixels), y > 0. A unit with 0 is dead on
// this batch.
void count_active(Stream& stream, int n, int c, int64_t pixels, const float* y, int32_t* active);

// changed = norm of (a - b) over norm of b, both in double precision: how far a step moved the weights. `scratch` as
// for array_statistics().
void relative_change(Stream& stream, int64_t count, const float* a, const float* b, float* changed, void* scratch);

}  // namespace striate
