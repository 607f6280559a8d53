// What a sum becomes in a number type. 200 + 100 is 44 in eight bits that wrap (NumPy's uint8, C's uint8_t), 255 in
// eight bits that saturate (OpenCV, Photoshop), and 300 in float32.
#pragma once

#include <cstdint>
#include <string_view>

namespace striate {

enum class ByteOperation { add, subtract, multiply };
enum class Overflow { none, wrap, saturate };

// Whole numbers, computed in 32 bits: nothing is lost.
int exact(ByteOperation operation, int a, int b);
uint8_t wrapped(ByteOperation operation, uint8_t a, uint8_t b);    // modulo 256
uint8_t saturated(ByteOperation operation, uint8_t a, uint8_t b);  // clamped to 0 .. 255
float in_float(ByteOperation operation, uint8_t a, uint8_t b);

// The same operation on every value of a picture: value OPERATION operand, in eight bits. Overflow::none leaves the
// picture as it is.
struct Change {
  Overflow rule = Overflow::none;
  ByteOperation operation = ByteOperation::add;
  uint8_t operand = 0;

  uint8_t of(uint8_t value) const;
};

std::string_view name_of(ByteOperation operation);       // "add", "subtract", "multiply"
std::string_view symbol_of(ByteOperation operation);     // "+", "-", "*"
std::string_view name_of(Overflow rule);                 // "none", "wrap", "saturate"
ByteOperation byte_operation_of(std::string_view name);  // the name must be one of these
Overflow overflow_of(std::string_view name);             // the same

}  // namespace striate
