// How a command line is read: words, quotes, numbers, the nearest name to a misspelt one. Numbers go through from_chars
// and to_chars: the same in every locale.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "app/command/registry.h"
#include "engine/error.h"
#include "engine/trimmed.h"
#include "engine/utf8.h"

namespace striate {
namespace {

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

int edit_distance(std::string_view a, std::string_view b) {
  // Optimal string alignment; three rows are enough.
  std::vector<int> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) above[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const int change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

}  // namespace

std::string to_text(double value) {
  if (value == 0) return "0";  // also -0
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char text[64];
  const double size = std::fabs(value);
  const auto form = size >= 1e-5 && size < 1e15 ? std::chars_format::fixed : std::chars_format::scientific;
  return std::string(text, std::to_chars(text, text + sizeof text, value, form).ptr);
}

std::string to_text(const ReadoutValue& value) {
  const double* number = std::get_if<double>(&value);
  return number ? to_text(*number) : std::get<std::string>(value);
}

namespace {

// from_chars knows no leading plus.
std::string_view without_plus(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+') text.remove_prefix(1);
  return text;
}

}  // namespace

bool parse_number(std::string_view text, double* value) {
  text = without_plus(text);
  double number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size() || !std::isfinite(number)) return false;
  *value = number == 0 ? 0 : number;
  return true;
}

bool parse_integer(std::string_view text, int64_t* value) {
  text = without_plus(text);
  const auto result = std::from_chars(text.data(), text.data() + text.size(), *value);
  return result.ec == std::errc() && result.ptr == text.data() + text.size() && !text.empty();
}

std::string shown(std::string_view text) {
  constexpr size_t kMax = 80;
  std::string line(text.substr(0, kMax));
  if (text.size() > kMax) {
    while (!line.empty() && continues_character(text[line.size()])) line.pop_back();
    line += "...";
  }
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return line;
}

std::string_view command_name(std::string_view line) {
  line = skip_spaces(line);
  return line.substr(0, std::find_if(line.begin(), line.end(), is_space) - line.begin());
}

std::string take_word(std::string_view& rest) {
  rest = skip_spaces(rest);
  std::string word;
  while (!rest.empty() && !is_space(rest.front())) {
    if (rest.front() != '"') {
      word += rest.front();
      rest.remove_prefix(1);
      continue;
    }
    const std::string_view from_quote = rest;
    rest.remove_prefix(1);
    bool closed = false;
    while (!rest.empty() && !closed) {
      char c = rest.front();
      rest.remove_prefix(1);
      if (c == '"') {
        closed = true;
      } else if (c == '\\' && !rest.empty() && (rest.front() == '"' || rest.front() == '\\' || rest.front() == 'n')) {
        word += rest.front() == 'n' ? '\n' : rest.front();
        rest.remove_prefix(1);
      } else {
        word += c;
      }
    }
    if (!closed)
      throw Error(fmt::format("the quote in front of '{}' is not closed", shown(from_quote.substr(1))),
                  "close it with a second \"; a quote inside quotes is written \\\"");
  }
  return word;
}

std::vector<std::string> split_words(std::string_view line) {
  std::vector<std::string> words;
  for (line = skip_spaces(line); !line.empty(); line = skip_spaces(line)) words.push_back(take_word(line));
  return words;
}

std::string in_quotes(std::string_view value) {
  std::string text = "\"";
  for (char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n')
      text += "\\n";
    else
      text += c;
  }
  return text + '"';
}

std::string quoted(const std::string& value) {
  const bool plain =
      !value.empty() && std::none_of(value.begin(), value.end(), [](char c) { return is_space(c) || c == '"'; });
  return plain ? value : in_quotes(value);
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& names) {
  if (name.empty() || name.size() > 200) return {};
  const std::string wanted = upper(std::string(name));
  const int limit = name.size() <= 3 ? 1 : std::max(2, static_cast<int>(name.size()) / 3);
  std::string best;
  int best_cost = limit + 1;
  for (const std::string& candidate : names) {
    const std::string other = upper(candidate);
    int cost = edit_distance(wanted, other);
    const size_t dot = other.rfind('.');
    if (dot != std::string::npos && other.compare(dot + 1, std::string::npos, wanted) == 0) cost = std::min(cost, 1);
    // A beginning of at least three letters is a better guess than a word that happens to be as long.
    if (wanted.size() >= 3 && other.compare(0, wanted.size(), wanted) == 0) cost = std::min(cost, 2);
    if (cost < best_cost) {
      best_cost = cost;
      best = candidate;
    }
  }
  return best_cost <= std::max(limit, 2) && !best.empty() ? best : std::string();
}

}  // namespace striate
