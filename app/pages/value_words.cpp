#include "app/pages/value_words.h"

#include <algorithm>
#include <cmath>

#include "app/command/registry.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {

std::string cell_value(float value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "NaN" : value > 0 ? "inf" : "-inf";
  const auto v = static_cast<double>(value);
  const double size = std::abs(v);
  if (v == 0) return "0";
  if (size < 0.0095) return significant_text(v, 1);
  return rounded_text(v, size < 10 ? 2 : size < 100 ? 1 : 0, true);
}

std::string full_value(float value) {
  if (!std::isfinite(value)) return cell_value(value);
  return shortest_text(value);
}

std::string short_value(double value, int digits) {
  return std::isfinite(value) ? significant_text(value, digits) : cell_value(static_cast<float>(value));
}

std::string row_column(int row, int column) { return format_tr("row {}, column {}", row, column); }

PrintedSum print_short(const std::vector<Term>& terms, const double* bias, double total, int channels) {
  bool finite = std::isfinite(total) && (bias == nullptr || std::isfinite(*bias));
  for (const Term& t : terms) finite = finite && std::isfinite(t.x) && std::isfinite(t.w);
  if (finite) {
    double rounded = total;
    parse_number(significant_text(total, 4), &rounded);
    return print_sum(terms, bias, rounded, 3, channels);
  }
  // Training that went wrong: what is not a number is named, and nothing is said to add up.
  PrintedSum printed;
  for (const Term& t : terms) {
    printed.terms.push_back({short_value(t.x, 3), short_value(t.w, 3), short_value(t.x * t.w, 3)});
  }
  if (bias != nullptr) printed.bias = short_value(*bias, 3);
  printed.result = printed.exact_value = short_value(total, 6);
  printed.channel_sums.assign(static_cast<size_t>(std::max(1, channels)), printed.result);
  return printed;
}

}  // namespace striate
