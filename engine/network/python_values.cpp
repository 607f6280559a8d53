#include "engine/network/python_values.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/network/layer_words.h"

namespace striate {

std::string python_text(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 32 || c == 127) {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string python_number(double value) {
  if (std::isnan(value)) return "float(\"nan\")";
  if (std::isinf(value)) return value > 0 ? "float(\"inf\")" : "-float(\"inf\")";
  return number_text(value);
}

std::string python_list(const std::vector<int64_t>& values, bool tuple) {
  if (!tuple) return fmt::format("[{}]", fmt::join(values, ", "));
  return fmt::format("({}{})", fmt::join(values, ", "), values.size() == 1 ? "," : "");
}

std::string python_brief(const std::vector<int64_t>& values) {
  const bool same = std::all_of(values.begin(), values.end(), [&](int64_t each) { return each == values[0]; });
  return same && !values.empty() ? std::to_string(values[0]) : python_list(values);
}

}  // namespace striate
