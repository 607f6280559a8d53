#include "engine/network/layer_words.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/nearest_word.h"
#include "engine/shorten.h"

namespace striate {

bool read_whole(std::string_view text, int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool read_number(std::string_view text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

std::vector<PlacedWord> placed_words(std::string_view line) {
  std::vector<PlacedWord> words;
  bool inside = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const bool blank = line[i] == ' ' || line[i] == '\t';
    if (!blank) {
      if (!inside) words.push_back({"", 1, static_cast<int>(i) + 1});
      words.back().text += line[i];
    }
    inside = !blank;
  }
  return words;
}

std::string number_text(double value) { return fmt::format("{}", static_cast<float>(value)); }

std::string rows_columns_text(const RowsColumns& size) { return fmt::format("{}x{}", size.rows, size.columns); }
std::string short_text(const RowsColumns& size) {
  return size.rows == size.columns ? std::to_string(size.rows) : rows_columns_text(size);
}
std::string Sides::text() const {
  if (top == bottom && left == right) return short_text({top, left});
  return fmt::format("{},{},{},{}", top, bottom, left, right);
}

Error placed_error(const PlacedWord& word, const std::string& what, const std::string& hint) {
  return Error(fmt::format("line {}, column {}: {}", word.line, word.column, readable_line(what)), readable_line(hint));
}

LayerWords::LayerWords(std::vector<PlacedWord> words, std::string syntax)
    : words_(std::move(words)), syntax_(std::move(syntax)) {
  check(!words_.empty(), "a layer without words");
}

void LayerWords::fail(const std::string& what, const std::string& hint) const { fail_at(at_, what, hint); }

void LayerWords::fail_at(size_t place, const std::string& what, const std::string& hint) const {
  if (place > 0 && place < words_.size()) throw placed_error(words_[place], what, hint);
  PlacedWord end = words_.back();
  end.column += static_cast<int>(end.text.size());
  throw placed_error(end, what, hint);
}

void LayerWords::unknown(const std::vector<std::string>& options) const {
  const std::string& word = words_[at_].text;
  std::string near = nearest_word(word, options);
  if (near.empty() && at_ + 1 < words_.size()) near = nearest_word(word + ' ' + words_[at_ + 1].text, options);
  fail(fmt::format("\"{}\" is not understood after {}", word, kind()),
       near.empty() ? "write " + syntax_ : fmt::format("did you mean \"{}\"? write {}", near, syntax_));
}

bool LayerWords::take(std::string_view word) {
  if (!more() || words_[at_].text != word) return false;
  ++at_;
  return true;
}

bool LayerWords::take(std::string_view first, std::string_view second) {
  if (at_ + 1 >= words_.size() || words_[at_].text != first || words_[at_ + 1].text != second) return false;
  at_ += 2;
  return true;
}

const std::string& LayerWords::next(const std::string& what) {
  if (!more()) fail(fmt::format("{} needs its {}", kind(), what), "write " + syntax_);
  return words_[at_].text;
}

int LayerWords::whole(const std::string& what, int low, int high) { return static_cast<int>(whole64(what, low, high)); }

int64_t LayerWords::whole64(const std::string& what, int64_t low, int64_t high) {
  int64_t value = 0;
  const std::string& word = next(what);
  if (!read_whole(word, value) || value < low || value > high) {
    fail(fmt::format("invalid {1} \"{0}\" for {2}", word, what, kind()),
         fmt::format("a whole number from {} to {}: {}", low, high, syntax_));
  }
  ++at_;
  return value;
}

double LayerWords::value(const std::string& what) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double value = 0;
  const std::string& word = next(what);
  if (word == "inf" || word == "-inf") {
    value = word == "inf" ? kInfinity : -kInfinity;
  } else if (word == "nan" || word == "-nan") {
    value = std::numeric_limits<double>::quiet_NaN();
  } else if (!read_number(word, value)) {
    fail(fmt::format("invalid {1} \"{0}\" for {2}", word, what, kind()), fmt::format("a number: {}", syntax_));
  }
  ++at_;
  return value;
}

double LayerWords::number(const std::string& what, double low, double high) {
  double value = 0;
  const std::string& word = next(what);
  if (!read_number(word, value) || value < low || value > high) {
    fail(fmt::format("invalid {1} \"{0}\" for {2}", word, what, kind()),
         fmt::format("a number from {} to {}: {}", low, high, syntax_));
  }
  ++at_;
  return value;
}

namespace {

// "5x3", "0,1,0,1" -> their whole numbers; empty where a part is none.
std::vector<int> wholes(std::string_view text, char separator, int low, int high) {
  std::vector<int> values;
  for (;;) {
    const size_t end = text.find(separator);
    int64_t value = 0;
    if (!read_whole(text.substr(0, end), value) || value < low || value > high) return {};
    values.push_back(static_cast<int>(value));
    if (end == std::string_view::npos) return values;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string sizes_text(const std::vector<int64_t>& sizes) {
  return sizes.empty() ? "scalar" : fmt::format("{}", fmt::join(sizes, "x"));
}
std::string list_text(const std::vector<int64_t>& values) { return fmt::format("{}", fmt::join(values, ",")); }
std::string list_text(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : ",") + number_text(value);
  return text;
}

namespace {

bool read_wholes(std::string_view text, char separator, int64_t low, int64_t high, std::vector<int64_t>& values) {
  values.clear();
  for (;;) {
    const size_t end = text.find(separator);
    int64_t value = 0;
    if (!read_whole(text.substr(0, end), value) || value < low || value > high) return false;
    values.push_back(value);
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

bool read_sizes(std::string_view text, int64_t low, int64_t high, std::vector<int64_t>& sizes) {
  sizes.clear();
  return text == "scalar" || read_wholes(text, 'x', low, high, sizes);
}

std::vector<int64_t> LayerWords::sizes(const std::string& what, int64_t low, int64_t high, int most) {
  std::vector<int64_t> values;
  const std::string& word = next(what);
  if (!read_sizes(word, low, high, values) || values.size() > static_cast<size_t>(most)) {
    fail(fmt::format("invalid {1} \"{0}\" for {2}", word, what, kind()),
         fmt::format("up to {} sizes from {} to {} with x between them, or scalar: {}", most, low, high, syntax_));
  }
  ++at_;
  return values;
}

std::vector<int64_t> LayerWords::list(const std::string& what, int64_t low, int64_t high, int most) {
  std::vector<int64_t> values;
  const std::string& word = next(what);
  if (!read_wholes(word, ',', low, high, values) || values.size() > static_cast<size_t>(most)) {
    fail(fmt::format("invalid {1} \"{0}\" for {2}", word, what, kind()),
         fmt::format("up to {} whole numbers from {} to {} with commas between them: {}", most, low, high, syntax_));
  }
  ++at_;
  return values;
}

std::vector<double> LayerWords::numbers(const std::string& what, int most) {
  std::vector<double> values;
  const std::string& word = next(what);
  std::string_view rest = word;
  for (bool more = true; more;) {
    const size_t end = rest.find(',');
    double value = 0;
    if (!read_number(rest.substr(0, end), value) || values.size() == static_cast<size_t>(most)) {
      fail(fmt::format("invalid {1} \"{0}\" for {2}", word, what, kind()),
           fmt::format("up to {} numbers with commas between them: {}", most, syntax_));
    }
    values.push_back(value);
    more = end != std::string_view::npos;
    if (more) rest.remove_prefix(end + 1);
  }
  ++at_;
  return values;
}

const std::string& LayerWords::word(const std::string& what) {
  const std::string& word = next(what);
  ++at_;
  return word;
}

RowsColumns LayerWords::rows_columns(const std::string& what, int low, int high) {
  const std::string& word = next(what);
  const std::vector<int> values = wholes(word, 'x', low, high);
  if (values.empty() || values.size() > 2) {
    fail(fmt::format("invalid {1} \"{0}\" for {2}", word, what, kind()),
         fmt::format("one number or ROWSxCOLUMNS, each from {} to {}: {}", low, high, syntax_));
  }
  ++at_;
  return {values.front(), values.back()};
}

Sides LayerWords::sides(const std::string& what, int high) {
  const std::string& word = next(what);
  const std::vector<int> each = wholes(word, ',', 0, high), two = wholes(word, 'x', 0, high);
  Sides sides;
  if (each.size() == 4) {
    sides = {each[0], each[1], each[2], each[3]};
  } else if (two.size() == 1 || two.size() == 2) {
    sides = {two.front(), two.front(), two.back(), two.back()};
  } else {
    fail(fmt::format("invalid {1} \"{0}\" for {2}", word, what, kind()),
         fmt::format("one number, ROWSxCOLUMNS, or TOP,BOTTOM,LEFT,RIGHT, each from 0 to {}", high));
  }
  ++at_;
  return sides;
}

std::array<int, 3> LayerWords::volume(const std::string& what, int low, int high) {
  const std::string& word = next(what);
  const std::vector<int> values = wholes(word, 'x', low, high);
  if (values.size() != 1 && values.size() != 3) {
    fail(fmt::format("invalid {1} \"{0}\" for {2}", word, what, kind()),
         fmt::format("one number or DEPTHxROWSxCOLUMNS, each from {} to {}: {}", low, high, syntax_));
  }
  ++at_;
  return {values.front(), values[values.size() / 2], values.back()};
}

std::array<int, 6> LayerWords::volume_sides(const std::string& what, int high) {
  const std::string& word = next(what);
  const std::vector<int> each = wholes(word, ',', 0, high), three = wholes(word, 'x', 0, high);
  std::array<int, 6> sides{};
  if (each.size() == 6) {
    std::copy(each.begin(), each.end(), sides.begin());
  } else if (three.size() == 1 || three.size() == 3) {
    for (size_t i = 0; i < 6; ++i) sides[i] = three[i / 2 * (three.size() / 2)];
  } else {
    fail(fmt::format("invalid {1} \"{0}\" for {2}", word, what, kind()),
         fmt::format("one number, DEPTHxROWSxCOLUMNS, or FRONT,BACK,TOP,BOTTOM,LEFT,RIGHT, each from 0 to {}", high));
  }
  ++at_;
  return sides;
}

}  // namespace striate
