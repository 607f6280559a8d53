// Values of networks as texts, and their sums as chips: what the views of a training and the cells of an open network
// print alike.
#pragma once

#include <string>
#include <vector>

#include "engine/walk/printed_sum.h"

namespace striate {

// A value for a cell (few digits, "-0" never) and in full (the fewest digits that read back the same float).
std::string cell_value(float value);
std::string full_value(float value);
std::string short_value(double value, int digits);  // to so many significant digits; NaN and inf by name
std::string row_column(int row, int column);        // "row 3, column 1", counted from 0 as commands do

// A sum for chips: to four digits, with as few digits of its factors as make it (printed_sum.h). The exact value is the
// caller's to show.
PrintedSum print_short(const std::vector<Term>& terms, const double* bias, double total, int channels = 1);

}  // namespace striate
