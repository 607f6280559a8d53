#include "engine/number_types.h"

#include <algorithm>
#include <string>

#include "engine/error.h"

namespace striate {

int exact(ByteOperation operation, int a, int b) {
  switch (operation) {
    case ByteOperation::add:
      return a + b;
    case ByteOperation::subtract:
      return a - b;
    case ByteOperation::multiply:
      return a * b;
  }
  return 0;
}

// C++ defines the conversion to an unsigned type as modulo 2^8: this is the wrap itself, not a model of it.
uint8_t wrapped(ByteOperation operation, uint8_t a, uint8_t b) { return static_cast<uint8_t>(exact(operation, a, b)); }

uint8_t saturated(ByteOperation operation, uint8_t a, uint8_t b) {
  return static_cast<uint8_t>(std::clamp(exact(operation, a, b), 0, 255));
}

float in_float(ByteOperation operation, uint8_t a, uint8_t b) {
  const float x = a, y = b;
  switch (operation) {
    case ByteOperation::add:
      return x + y;
    case ByteOperation::subtract:
      return x - y;
    case ByteOperation::multiply:
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

std::string_view name_of(ByteOperation operation) {
  static constexpr std::string_view names[] = {"add", "subtract", "multiply"};
  return names[static_cast<int>(operation)];
}

std::string_view symbol_of(ByteOperation operation) {
  static constexpr std::string_view symbols[] = {"+", "-", "*"};
  return symbols[static_cast<int>(operation)];
}

std::string_view name_of(Overflow rule) {
  static constexpr std::string_view names[] = {"none", "wrap", "saturate"};
  return names[static_cast<int>(rule)];
}

ByteOperation byte_operation_of(std::string_view name) {
  for (ByteOperation operation : {ByteOperation::add, ByteOperation::subtract, ByteOperation::multiply}) {
    if (name_of(operation) == name) return operation;
  }
  check(false, "no arithmetic is called '{}'", name);
  return ByteOperation::add;
}

Overflow overflow_of(std::string_view name) {
  for (Overflow rule : {Overflow::none, Overflow::wrap, Overflow::saturate}) {
    if (name_of(rule) == name) return rule;
  }
  check(false, "no rule for overflow is called '{}'", name);
  return Overflow::none;
}

}  // namespace striate
