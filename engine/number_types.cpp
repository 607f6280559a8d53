#include "engine/number_types.h"

#include <algorithm>
#include <string>

#include "engine/error.h"

namespace striate {

int exact(Arithmetic operation, int a, int b) {
  switch (operation) {
    case Arithmetic::add:
      return a + b;
    case Arithmetic::subtract:
      return a - b;
    case Arithmetic::multiply:
      return a * b;
  }
  return 0;
}

// C++ defines the conversion to an unsigned type as modulo 2^8: this is the wrap itself, not a model of it.
uint8_t wrapped(Arithmetic operation, uint8_t a, uint8_t b) { return static_cast<uint8_t>(exact(operation, a, b)); }

uint8_t saturated(Arithmetic operation, uint8_t a, uint8_t b) {
  return static_cast<uint8_t>(std::clamp(exact(operation, a, b), 0, 255));
}

float in_float(Arithmetic operation, uint8_t a, uint8_t b) {
  const float x = a, y = b;
  switch (operation) {
    case Arithmetic::add:
      return x + y;
    case Arithmetic::subtract:
      return x - y;
    case Arithmetic::multiply:
      return x * y;
  }
  return 0;
}

uint8_t Change::of(uint8_t value) const {
  switch (rule) {
    case Overflow::wrap:
      return wrapped(operation, value, operand);
    case Overflow::saturate:
      return saturated(operation, value, operand);
    case Overflow::none:
      break;
  }
  return value;
}

std::string_view name_of(Arithmetic operation) {
  static constexpr std::string_view names[] = {"add", "subtract", "multiply"};
  return names[static_cast<int>(operation)];
}

std::string_view symbol_of(Arithmetic operation) {
  static constexpr std::string_view symbols[] = {"+", "-", "*"};
  return symbols[static_cast<int>(operation)];
}

std::string_view name_of(Overflow rule) {
  static constexpr std::string_view names[] = {"none", "wrap", "saturate"};
  return names[static_cast<int>(rule)];
}

Arithmetic arithmetic_of(std::string_view name) {
  for (Arithmetic operation : {Arithmetic::add, Arithmetic::subtract, Arithmetic::multiply}) {
    if (name_of(operation) == name) return operation;
  }
  check(false, "no arithmetic is called '{}'", name);
  return Arithmetic::add;
}

Overflow overflow_of(std::string_view name) {
  for (Overflow rule : {Overflow::none, Overflow::wrap, Overflow::saturate}) {
    if (name_of(rule) == name) return rule;
  }
  check(false, "no rule for overflow is called '{}'", name);
  return Overflow::none;
}

}  // namespace striate
