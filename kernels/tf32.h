// TF32: numbers with 11 binary digits instead of 24, whose products a GPU's tensor cores add up many times as fast. Off
// unless somebody asks for it (--tf32): results then differ from those of a sum in float32 by about one part in a
// thousand of each product, and are no longer those that walks (engine/walk) follow bit for bit.
//
// It concerns the large sums of products on a GPU that has it, of compute capability 8.0 or more: those of tiled_gemm.h
// and tiled_product.h, so convolutions, dense layers, matmul() and their gradients. Numbers are rounded as they are
// brought into shared memory, to the nearest, ties away from zero; their products are exact, and sums stay float32. The
// emulated GPU rounds the same numbers in the same way and adds their products one after the other; tensor cores add
// several at once.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/device.h"
#include "kernels/hd.h"

namespace striate {

void set_tf32(bool on);
bool tf32();
// Whether that device then computes with it.
bool uses_tf32(Device device);

// Infinities and NaN stay as they are.
HD inline float to_tf32(float value) {
  uint32_t bits;
#ifdef __CUDA_ARCH__
  bits = __float_as_uint(value);
#else
  std::memcpy(&bits, &value, sizeof bits);
#endif
  if ((bits & 0x7f800000u) != 0x7f800000u) bits = (bits + 0x1000u) & 0xffffe000u;
#ifdef __CUDA_ARCH__
  return __uint_as_float(bits);
#else
  std::memcpy(&value, &bits, sizeof bits);
  return value;
#endif
}

}  // namespace striate
