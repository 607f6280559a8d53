// Reading the words of one layer of an architecture's text: "conv 6 5x5 pad 2". Every error names line and column, what
// was expected, and the nearest word.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.h"

namespace striate {

struct PlacedWord {
  std::string text;
  int line = 1, column = 1;
};

// Rows and columns of a kernel, a stride, a padding.
struct RowsColumns {
  int rows = 1, columns = 1;
};
std::string rows_columns_text(const RowsColumns& size);  // "5x5"
std::string short_text(const RowsColumns& size);         // "2", or "2x1" where they differ

struct Sides {
  int top = 0, bottom = 0, left = 0, right = 0;
  bool none() const { return top == 0 && bottom == 0 && left == 0 && right == 0; }
  std::string text() const;  // "2", "2x1" (rows x columns), "0,1,0,1" (top, bottom, left, right)
};

class LayerWords {
 public:
  // words[0] is the layer's kind. `syntax`: for hints.
  LayerWords(std::vector<PlacedWord> words, std::string syntax);

  const std::string& kind() const { return words_[0].text; }
  bool more() const { return at_ < words_.size(); }
  // The next word where it is this one (or these two); else nothing happens.
  bool take(std::string_view word);
  bool take(std::string_view first, std::string_view second);
  int whole(const std::string& what, int low, int high);
  int64_t whole64(const std::string& what, int64_t low, int64_t high);
  double number(const std::string& what, double low, double high);
  // Any float; inf, -inf and nan, too.
  double value(const std::string& what);
  RowsColumns rows_columns(const std::string& what, int low, int high);  // "5" or "5x3"
  Sides sides(const std::string& what, int high);
  std::array<int, 3> volume(const std::string& what, int low, int high);  // "3", or "2x3x3": depth, rows, columns
  // "1", "0x1x1", or "0,1,0,1,0,1": front, back, top, bottom, left, right, as they are returned.
  std::array<int, 6> volume_sides(const std::string& what, int high);
  // "2x3x4", or "scalar": no sizes. At most `most` of them.
  std::vector<int64_t> sizes(const std::string& what, int64_t low, int64_t high, int most);
  // "0,2,1": one number or more, at most `most`.
  std::vector<int64_t> list(const std::string& what, int64_t low, int64_t high, int most);
  std::vector<double> numbers(const std::string& what, int most);  // "0.5,2": finite
  const std::string& word(const std::string& what);                // the next one, whatever it is
  // The next word is none of these. An empty list: nothing may follow.
  [[noreturn]] void unknown(const std::vector<std::string>& options) const;
  [[noreturn]] void fail(const std::string& what, const std::string& hint) const;  // at the next word
  size_t place() const { return at_; }                                             // of the next word
  // At the word of this place, at the end where it is 0.
  [[noreturn]] void fail_at(size_t place, const std::string& what, const std::string& hint) const;

 private:
  const std::string& next(const std::string& what);
  std::vector<PlacedWord> words_;
  std::string syntax_;
  size_t at_ = 1;
};

// "2x3x4"; "scalar" where there are none.
std::string sizes_text(const std::vector<int64_t>& sizes);
std::string list_text(const std::vector<int64_t>& values);  // "0,2,1"
std::string list_text(const std::vector<double>& values);   // "0.5,2", each as number_text() has it
// What sizes_text() writes. False where it is none, or a size is outside.
bool read_sizes(std::string_view text, int64_t low, int64_t high, std::vector<int64_t>& sizes);

// Error{"line 1, column 5: WHAT", hint}
Error placed_error(const PlacedWord& word, const std::string& what, const std::string& hint);

// The words of one line, with their columns: of a layer, an optimizer, a schedule.
std::vector<PlacedWord> placed_words(std::string_view line);

// Whole text as a number, whatever the locale. False where it is none, or not finite.
bool read_whole(std::string_view text, int64_t& value);
bool read_number(std::string_view text, double& value);
std::string number_text(double value);  // shortest that reads back as the same float; inf, -inf, nan

}  // namespace striate
