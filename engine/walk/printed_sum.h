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

  // "2*1 + 5*2 + ... ", with the bias last; negative factors in brackets after a sign: "2*(-1)".
  std::string factors() const;
  std::string products() const;  // "2 + 10 + 4 + ..."
};

// `total` is the sum as the engine computed it. `digits` is how many significant digits a factor should need at most
// where that is possible (chips are narrow); it grows to 17 where it must.
PrintedSum print_sum(const std::vector<Term>& terms, const double* bias, double total, int digits = 4);

// Text of one value: the shortest that reads back the same, never "-0", no exponent below 1e15; and the same rounded to
// so many decimals (half to even on the value itself), without trailing zeros where `trim`.
std::string exact_text(double value);
std::string rounded_text(double value, int decimals, bool trim = false);
// Rounded to so many significant digits, without trailing zeros, no exponent between 1e-6 and 1e15.
std::string significant_text(double value, int digits);

}  // namespace striate
