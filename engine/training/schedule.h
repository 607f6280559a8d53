// Learning-rate schedules: the rate as a function of the step alone.
//   constant | step 1000 0.5 | cosine 5000 | inverse 800 | warm-up 100, then one of them: "warm-up 100 cosine 5000"
#pragma once

#include <cstdint>
#include <string>

namespace striate {

struct Schedule {
  enum class Kind { constant, step, cosine, inverse };
  Kind kind = Kind::constant;
  int64_t every = 1000;    // step: after every so many steps ...
  double factor = 0.1;     // ... the rate is multiplied by this
  int64_t length = 10000;  // cosine: rate * (1 + cos(pi * t / length)) / 2 up to here, then `least`
  double least = 0;        // cosine: share of the rate that it ends with
  int64_t half = 1000;     // inverse: rate / (1 + t / half), half of it after so many steps; no end is needed
  int64_t warm_up = 0;     // the first so many steps: rate * (t + 1) / warm_up; the others count from there

  // Factor for the base rate at step `step` (from 0).
  double at(int64_t step) const;
  // inverse, halved after one epoch: it does not depend on how long training goes on, so that stopping and going on
  // is the same as not stopping.
  static Schedule usual(int64_t steps_per_epoch);
  static Schedule parse(const std::string& text);  // throws Error
  std::string text() const;
  friend bool operator==(const Schedule&, const Schedule&) = default;
};

}  // namespace striate
