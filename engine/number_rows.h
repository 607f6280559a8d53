// Grids of numbers as people type them: "0 -1 0; -1 5 -1; 0 -1 0".
//
// Rows end with ; or a line break, numbers are separated by blanks or commas and may be fractions (1/9). The decimal
// point is a point in every locale. Several grids of one size (the channels of an input, the slices of a kernel) are
// separated by |.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace striate {

struct NumberRows {
  int planes = 1;
  int rows = 0, columns = 0;
  std::vector<double> values;  // (planes, rows, columns)
};

// One grid. `what` names it in messages ("kernel", "input"), `most` is the limit of rows and of columns. Throws Error
// that says where: an empty row, rows of different lengths, too many, no number, a division by 0, NaN and infinity.
NumberRows parse_number_rows(std::string_view text, const char* what, int most);
// Grids separated by |, all of one size. Throws the same, and Error for different sizes.
NumberRows parse_number_planes(std::string_view text, const char* what, int most);

// As parse_number_planes() reads them: the very same numbers come back. `number` writes one.
std::string number_planes_text(const NumberRows& rows, std::string (*number)(double));

}  // namespace striate
