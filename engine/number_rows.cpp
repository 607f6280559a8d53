#include "engine/number_rows.h"

#include <charconv>
#include <cmath>

#include "engine/error.h"

namespace striate {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == ',' || c == '\r'; }

// Reads rows of numbers; keeps count of where it is, for messages.
class RowReader {
 public:
  RowReader(std::string_view text, const char* what, int most)
      : at_(text.data()), end_(text.data() + text.size()), what_(what), most_(static_cast<size_t>(most)) {
    // A ; or line break at the very end closes the last row, it opens no new one.
    while (end_ > at_ && (is_blank(end_[-1]) || end_[-1] == '\n')) --end_;
    if (end_ > at_ && end_[-1] == ';') --end_;
  }

  NumberRows read() {
    std::vector<std::vector<double>> rows(1);
    for (;;) {
      while (at_ < end_ && is_blank(*at_)) ++at_;
      if (at_ == end_ || *at_ == ';' || *at_ == '\n') {
        close_row(rows);
        if (at_ == end_) break;
        ++at_;
        rows.emplace_back();
        if (rows.size() > most_) {
          throw Error(fmt::format("the {} has more than {} rows", what_, most_),
                      fmt::format("use 1 to {} rows", most_));
        }
        continue;
      }
      row_ = rows.size() - 1;
      column_ = rows.back().size();
      rows.back().push_back(number());
      if (rows.back().size() > most_) {
        size_t columns = rows.back().size();
        while (at_ < end_ && *at_ != ';' && *at_ != '\n') {  // how many there are, for the message
          while (at_ < end_ && is_blank(*at_)) ++at_;
          if (at_ == end_ || *at_ == ';' || *at_ == '\n') break;
          ++columns;
          while (at_ < end_ && !is_blank(*at_) && *at_ != ';' && *at_ != '\n') ++at_;
        }
        throw Error(fmt::format("row {} of the {} has {} columns", row_, what_, columns),
                    fmt::format("use 1 to {} columns", most_));
      }
    }
    NumberRows result;
    result.columns = static_cast<int>(rows[0].size());
    result.rows = static_cast<int>(rows.size());
    for (const std::vector<double>& row : rows) result.values.insert(result.values.end(), row.begin(), row.end());
    return result;
  }

 private:
  void close_row(const std::vector<std::vector<double>>& rows) const {
    const size_t width = rows.back().size();
    if (width == 0) {
      throw Error(fmt::format("row {} of the {} is empty", rows.size() - 1, what_),
                  "write rows of numbers between semicolons: \"0 -1 0; -1 5 -1; 0 -1 0\"");
    }
    if (width != rows[0].size()) {
      throw Error(
          fmt::format("row {} of the {} has {} numbers, row 0 has {}", rows.size() - 1, what_, width, rows[0].size()),
          "give every row the same number of columns");
    }
  }

  double number() {
    const char* start = at_;
    while (at_ < end_ && !is_blank(*at_) && *at_ != ';' && *at_ != '\n') ++at_;
    const std::string word(start, at_);
    const size_t slash = word.find('/');
    const double top = plain(word.substr(0, slash), word);
    if (slash == std::string::npos) return top;
    const double bottom = plain(word.substr(slash + 1), word);
    if (bottom == 0) {
      throw Error(fmt::format("\"{}\" in row {}, column {} of the {} divides by 0", word, row_, column_, what_),
                  "write a fraction like 1/9");
    }
    return checked(top / bottom, word);
  }

  double plain(const std::string& digits, const std::string& word) const {
    const char* begin = digits.data() + (digits.size() > 1 && digits[0] == '+' && digits[1] != '-' ? 1 : 0);
    const char* end = digits.data() + digits.size();
    double value = 0;
    const auto [stop, error] = std::from_chars(begin, end, value);
    if (error == std::errc::result_out_of_range) {
      throw Error(fmt::format("\"{}\" in row {}, column {} of the {} is out of range", word, row_, column_, what_),
                  "use ordinary numbers");
    }
    if (error != std::errc() || stop != end) {
      throw Error(fmt::format("\"{}\" in row {}, column {} of the {} is not a number", word, row_, column_, what_),
                  "write numbers like 2, -0.5 or 1/9, rows separated by semicolons");
    }
    return checked(value, word);
  }

  double checked(double value, const std::string& word) const {
    if (std::isfinite(value)) return value;
    throw Error(fmt::format("\"{}\" in row {}, column {} of the {} is not finite", word, row_, column_, what_),
                "use ordinary numbers");
  }

  const char* at_;
  const char* end_;
  const char* what_;
  size_t most_;
  size_t row_ = 0, column_ = 0;  // of the number that is being read
};

}  // namespace

NumberRows parse_number_rows(std::string_view text, const char* what, int most) {
  return RowReader(text, what, most).read();
}

NumberRows parse_number_planes(std::string_view text, const char* what, int most) {
  NumberRows all;
  all.planes = 0;
  while (true) {
    const size_t bar = text.find('|');
    const NumberRows plane = parse_number_rows(text.substr(0, bar), what, most);
    if (all.planes == 0) {
      all.rows = plane.rows;
      all.columns = plane.columns;
    } else if (plane.rows != all.rows || plane.columns != all.columns) {
      throw Error(fmt::format("plane {} of the {} has {} x {} numbers, plane 0 has {} x {}", all.planes, what,
                              plane.columns, plane.rows, all.columns, all.rows),
                  "give every plane, between the | signs, the same rows and columns");
    }
    ++all.planes;
    all.values.insert(all.values.end(), plane.values.begin(), plane.values.end());
    if (bar == std::string_view::npos) return all;
    text.remove_prefix(bar + 1);
  }
}

std::string number_planes_text(const NumberRows& rows, std::string (*number)(double)) {
  std::string text;
  for (size_t i = 0; i < rows.values.size(); ++i) {
    const size_t column = i % static_cast<size_t>(rows.columns), row = i / static_cast<size_t>(rows.columns);
    if (i > 0) {
      text += column > 0 ? " " : row % static_cast<size_t>(rows.rows) == 0 ? " | " : "; ";
    }
    text += number(rows.values[i]);
  }
  return text;
}

}  // namespace striate
