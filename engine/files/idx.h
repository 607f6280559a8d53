// IDX: arrays of numbers in one file, as MNIST comes in. Plain or compressed by gzip, told by content.
//
// The format (yann.lecun.com/exdb/mnist, "the IDX file format"), all numbers big-endian:
//   2 bytes    0 0
//   1 byte     the type: 0x08 unsigned byte, 0x09 signed byte, 0x0B 16-bit integer, 0x0C 32-bit integer,
//              0x0D 32-bit float, 0x0E 64-bit float
//   1 byte     D, the number of dimensions, here 1 to 5
//   4*D bytes  their sizes, unsigned, outermost first
//   the rest   the values, row-major, and nothing behind them
// gzip (RFC 1952): one member, whose check sum and length must hold.
//
// Rules, each with an error of its own: at least 4 bytes; the two zeros; a known type; 1 to 5 dimensions; a whole
// header; a product of the sizes that does not overflow; as many bytes as header and file say (a compressed file: at
// most 1032 times its own size, which is what deflate can do at best); whole and undamaged compressed data; nothing
// behind the end. What is allocated is never more than the file can hold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/pixel_buffer.h"

namespace striate {

enum class IdxType : uint8_t { u8 = 0x08, i8 = 0x09, i16 = 0x0B, i32 = 0x0C, f32 = 0x0D, f64 = 0x0E };
const char* idx_type_name(IdxType type);  // "unsigned byte"
size_t idx_type_size(IdxType type);       // bytes of one value

struct IdxArray {
  IdxType type = IdxType::u8;
  std::vector<int64_t> shape;
  PixelBuffer<uint8_t> values;  // as stored: big-endian

  int64_t count() const;                // values
  std::vector<double> doubles() const;  // the values as numbers, whatever their type
};

// Throws Error{file: rule broken, hint}.
IdxArray read_idx(const std::string& path);
IdxArray read_idx(const uint8_t* data, size_t size, const std::string& name);
// The plain form, header and values.
std::vector<uint8_t> idx_bytes(const IdxArray& array);

}  // namespace striate
