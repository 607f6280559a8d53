// A sum of products as text that is true: the printed factors, multiplied and added by hand, give the printed result.
//
// Most windows print exactly ("2*1 + 5*2 + ... = 198"). Where values have too many digits for a chip, every factor is
// rounded to the same number of significant digits, as few as still reproduce the result at the number of decimals it
// is printed with; products get as many decimals as make them add up too. Where no number of digits does, the exact
// value stands beside the result, marked as rounded. Nothing prints as -0.
#pragma once

#include <string>
#include <vector>

namespace striate {

struct Term {
  double x = 0;
  double w = 0;
};

struct PrintedTerm {
  std::string x, w, product;
};

struct PrintedSum {
  std::vector<PrintedTerm> terms;
  std::string bias;    // empty where there is none
  std::string result;  // of all products and the bias
  bool exact = false;  // everything printed is the value itself, nothing is rounded
  // The printed factors reproduce `result` and the printed products add up to it. Where this is false (a result at the
  // very edge between two roundings, or too large for its digits) `exact_value` must be shown, marked as rounded.
  bool reproduces = false;
  std::string exact_value;  // `total` in the fewest digits that read back the same
  // Where the terms belong to several channels: what each channel's printed products add up to, by hand, to as many
  // decimals as make these sums and the bias add up to `result`.
  std::vector<std::string> channel_sums;

  // What the first `count` printed products add up to, by hand and to the last digit: the running total.
  std::string running(int count) const;
  // "2*1 + 5*2 + ... ", with the bias last; negative factors in brackets after a sign: "2*(-1)".
  std::string factors() const;
  std::string products() const;  // "2 + 10 + 4 + ..."
};

// `total` is the sum as the engine computed it. `digits` is how many significant digits a factor should need at most
// where that is possible (chips are narrow); it grows to 17 where it must. `channels` divides the number of terms: that
// many runs of equal length, one after the other, get a channel_sum each.
PrintedSum print_sum(const std::vector<Term>& terms, const double* bias, double total, int digits = 4,
                     int channels = 1);

// What becomes of a printed sum: divided, moved by the offset, clamped to 0 .. 255. Each line follows by hand from the
// line above it as it is printed, to the decimals it is printed with; where none do, `reproduces` is false and
// exact_value must be shown, marked as rounded.
struct PrintedFinish {
  std::string divisor, divided;  // divided: the same as the sum's result where the divisor is 1
  std::string offset, moved;     // moved: before the clamp
  std::string value;             // what stands in the output
  bool reproduces = true;
  std::string exact_value;
};
PrintedFinish print_finish(const PrintedSum& sum, double total, double divisor, double offset, bool clamp);

// Text of one value: the shortest that reads back the same, never "-0", no exponent below 1e15; and the same rounded to
// so many decimals (half to even on the value itself), without trailing zeros where `trim`.
std::string exact_text(double value);
std::string rounded_text(double value, int decimals, bool trim = false);
// Rounded to so many significant digits, without trailing zeros, no exponent between 1e-6 and 1e15.
std::string significant_text(double value, int digits);

}  // namespace striate
