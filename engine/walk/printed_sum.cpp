#include "engine/walk/printed_sum.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace striate {
namespace {

constexpr int kMaxDecimals = 12;
constexpr int kChipDigits = 5;

double value_of(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string without_minus_zero(std::string text) {
  if (text.empty() || text[0] != '-') return text;
  return text.find_first_of("123456789") == std::string::npos ? text.substr(1) : text;
}

std::string trimmed(std::string text) {
  if (text.find('.') == std::string::npos || text.find('e') != std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// Decimals of a text without exponent.
int decimals_of(const std::string& text) {
  const size_t point = text.find('.');
  return point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
}

bool has_exponent(const std::string& text) { return text.find('e') != std::string::npos; }

struct Attempt {
  std::vector<PrintedTerm> terms;
  std::string bias;
  long double sum = 0;  // of what is printed
};

Attempt print_factors(const std::vector<Term>& terms, const double* bias, int digits) {
  Attempt attempt;
  for (const Term& term : terms) {
    PrintedTerm printed;
    printed.x = significant_text(term.x, digits);
    printed.w = significant_text(term.w, digits);
    attempt.sum += static_cast<long double>(value_of(printed.x)) * value_of(printed.w);
    attempt.terms.push_back(std::move(printed));
  }
  if (bias) {
    attempt.bias = significant_text(*bias, digits);
    attempt.sum += value_of(attempt.bias);
  }
  return attempt;
}

// Whether a sum of what is printed rounds to the printed result by any rule of rounding: ties count as a miss.
bool rounds_to(long double sum, const std::string& result, int decimals) {
  return std::fabs(sum - value_of(result)) < 0.499999L * std::pow(10.0L, -decimals);
}

// Prints the products so that they add up to `result` with its decimals. False where none of the tried precisions does.
bool print_products(Attempt& attempt, const std::string& result, int decimals) {
  for (int more = 0; more <= 4; ++more) {
    long double sum = attempt.bias.empty() ? 0 : value_of(attempt.bias);
    for (PrintedTerm& term : attempt.terms) {
      const double product = value_of(term.x) * value_of(term.w);
      term.product = rounded_text(product, decimals + more, true);
      sum += value_of(term.product);
    }
    if (rounds_to(sum, result, decimals)) return true;
  }
  return false;
}

// What is printed of terms [first, end), added up to so many decimals.
std::string added_up(const std::vector<PrintedTerm>& terms, size_t first, size_t end, int decimals) {
  long double sum = 0;
  for (size_t i = first; i < end; ++i) sum += value_of(terms[i].product);
  const auto value = static_cast<double>(sum);
  return std::fabs(value) < 1e15 ? rounded_text(value, decimals, true) : exact_text(value);
}

int most_decimals(const std::vector<PrintedTerm>& terms) {
  int most = 0;
  for (const PrintedTerm& term : terms)
    most = std::max(most, has_exponent(term.product) ? 0 : decimals_of(term.product));
  return std::min(most, 17);
}

void add_channel_sums(PrintedSum& printed, int channels, int decimals) {
  const size_t each = printed.terms.size() / static_cast<size_t>(channels);
  for (int more = 0; more <= 6; ++more) {
    printed.channel_sums.clear();
    long double sum = printed.bias.empty() ? 0 : value_of(printed.bias);
    for (size_t c = 0; c < static_cast<size_t>(channels); ++c) {
      printed.channel_sums.push_back(added_up(printed.terms, c * each, (c + 1) * each, decimals + more));
      sum += value_of(printed.channel_sums.back());
    }
    if (!printed.reproduces || rounds_to(sum, printed.result, decimals)) return;
  }
}

// `value` to as many decimals as it has, at most so that about seven digits stand there, and so few that it is what
// `by_hand` rounds to. False where not even whole numbers are.
bool print_step(double value, long double by_hand, std::string* text) {
  const std::string exact = exact_text(value);
  if (has_exponent(exact)) {
    *text = exact;
    return std::fabs(by_hand - value) <= 1e-15L * std::fabs(value);
  }
  const int magnitude = value == 0 ? 0 : static_cast<int>(std::floor(std::log10(std::fabs(value))));
  for (int d = std::min(decimals_of(exact), std::clamp(6 - magnitude, 0, kMaxDecimals)); d >= 0; --d) {
    *text = rounded_text(value, d, true);
    if (rounds_to(by_hand, *text, d)) return true;
  }
  *text = significant_text(value, 7);
  return false;
}

}  // namespace

std::string exact_text(double value) {
  const double size = std::fabs(value);
  if (size != 0 && (size >= 1e15 || size < 1e-6)) return fmt::format("{}", value);
  // The shortest digits, written without an exponent.
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr;
  return without_minus_zero(std::string(buffer, end));
}

std::string rounded_text(double value, int decimals, bool trim) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (trim) text = trimmed(std::move(text));
  return without_minus_zero(std::move(text));
}

std::string significant_text(double value, int digits) {
  if (value == 0) return "0";
  std::string shortest = exact_text(value);
  const double size = std::fabs(value);
  if (size < 1e-6 || size >= 1e15) {
    std::string text = fmt::format("{:.{}e}", value, digits - 1);
    return shortest.size() <= text.size() ? shortest : text;
  }
  const int decimals = digits - 1 - static_cast<int>(std::floor(std::log10(size)));
  if (decimals_of(shortest) <= decimals || decimals_of(shortest) == 0) return shortest;
  return rounded_text(value, std::max(decimals, 0), true);
}

PrintedSum print_sum(const std::vector<Term>& terms, const double* bias, double total, int digits, int channels) {
  PrintedSum printed;
  printed.exact_value = exact_text(total);
  const double size = std::fabs(total);
  // A result is worth as many decimals as it has, at most so many that about six digits stand there.
  int decimals = has_exponent(printed.exact_value) ? 0 : decimals_of(printed.exact_value);
  const int magnitude = size > 0 ? static_cast<int>(std::floor(std::log10(size))) : 0;
  decimals = std::min(decimals, std::clamp(5 - magnitude, 0, kMaxDecimals));
  if (size < 1e15) {
    // First factors that fit a chip and a result of three digits of the largest product; where there is none, as many
    // digits as it takes.
    double largest = 0;
    for (const Term& term : terms) largest = std::max(largest, std::fabs(term.x * term.w));
    const int least = largest > 0 ? std::max(0, 2 - static_cast<int>(std::floor(std::log10(largest)))) : 0;
    const int chip_decimals = digits <= kChipDigits ? decimals - std::min(least, decimals) + 1 : 0;
    for (int attempted = 0; attempted < chip_decimals + decimals + 1; ++attempted) {
      const bool chips = attempted < chip_decimals;
      const int d = decimals - attempted + (chips ? 0 : chip_decimals);
      const std::string result = rounded_text(total, d);
      for (int significant = digits; significant <= (chips ? kChipDigits : 17); ++significant) {
        Attempt attempt = print_factors(terms, bias, significant);
        if (!rounds_to(attempt.sum, result, d) || !print_products(attempt, result, d)) continue;
        printed.terms = std::move(attempt.terms);
        printed.bias = std::move(attempt.bias);
        printed.result = result;
        printed.reproduces = true;
        bool whole = result == printed.exact_value && printed.bias == (bias ? exact_text(*bias) : "");
        for (size_t i = 0; i < terms.size() && whole; ++i) {
          const PrintedTerm& term = printed.terms[i];
          whole = term.x == exact_text(terms[i].x) && term.w == exact_text(terms[i].w) &&
                  term.product == exact_text(terms[i].x * terms[i].w);
        }
        printed.exact = whole;
        add_channel_sums(printed, channels, d);
        return printed;
      }
    }
  }
  Attempt attempt = print_factors(terms, bias, 17);
  for (PrintedTerm& term : attempt.terms) term.product = exact_text(value_of(term.x) * value_of(term.w));
  printed.terms = std::move(attempt.terms);
  printed.bias = std::move(attempt.bias);
  printed.result = significant_text(total, 6);
  add_channel_sums(printed, channels, std::max(0, 5 - magnitude));
  return printed;
}

std::string PrintedSum::running(int count) const {
  return added_up(terms, 0, std::min(terms.size(), static_cast<size_t>(std::max(count, 0))), most_decimals(terms));
}

PrintedFinish print_finish(const PrintedSum& sum, double total, double divisor, double offset, bool clamp) {
  PrintedFinish finish;
  finish.reproduces = sum.reproduces;
  finish.divisor = exact_text(divisor);
  finish.offset = exact_text(offset);
  finish.divided = sum.result;
  const double divided = total / divisor, moved = divided + offset;
  if (divisor != 1) {
    finish.reproduces &=
        print_step(divided, static_cast<long double>(value_of(sum.result)) / value_of(finish.divisor), &finish.divided);
  }
  finish.moved = finish.divided;
  if (offset != 0) {
    finish.reproduces &=
        print_step(moved, static_cast<long double>(value_of(finish.divided)) + value_of(finish.offset), &finish.moved);
  }
  const double value = clamp ? std::clamp(moved, 0.0, 255.0) : moved;
  finish.exact_value = exact_text(value);
  finish.value = clamp && value != moved ? finish.exact_value : finish.moved;
  return finish;
}

std::string PrintedSum::factors() const {
  std::string text;
  for (const PrintedTerm& term : terms) {
    if (!text.empty()) text += " + ";
    text += term.x + "*" + (term.w[0] == '-' ? "(" + term.w + ")" : term.w);
  }
  if (!bias.empty()) text += (text.empty() ? "" : " + ") + bias;
  return text;
}

std::string PrintedSum::products() const {
  std::string text;
  const auto add = [&](const std::string& value) {
    if (text.empty()) {
      text = value;
    } else if (value[0] == '-') {
      text += " - " + value.substr(1);
    } else {
      text += " + " + value;
    }
  };
  for (const PrintedTerm& term : terms) add(term.product);
  if (!bias.empty()) add(bias);
  return text;
}

}  // namespace striate
