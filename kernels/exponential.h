// exp and tanh as arithmetic without branches and calls, so that the compiler computes a pack of them at a time: on the
// CPU some seventeen times as fast as the library's, one value after the other. Within 2 and 3 units of the last
// place.
//
// The reductions and polynomials are those of Stephen Moshier's Cephes library (expf, tanhf).
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/hd.h"

namespace striate {

// e^x for x <= 0: 0 below -87, where floats end; NaN for NaN.
HD inline float exp_of_negative(float x) {
  const float inside = x < -87.0f ? -87.0f : x;
  // A number this large has no digits behind the point: adding it rounds, and the sum's last bits are the integer.
  const float magic = 12582912.0f;
  const float shifted = inside * 1.44269504f + magic;
  const float n = shifted - magic;
  const float r = (inside - n * 0.693359375f) + n * 2.12194440e-4f;  // the first product is exact
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const float value = (p * (r * r) + r) + 1.0f;
  uint32_t bits = 0;
  memcpy(&bits, &shifted, sizeof(bits));
  bits = (bits + 127u) << 23;  // 2^n
  float power = 0;
  memcpy(&power, &bits, sizeof(power));
  return x < -87.0f ? 0.0f : value * power;
}

HD inline float tanh_of(float x) {
  const float size = fabsf(x), z = x * x;
  const float e = exp_of_negative(-2.0f * size);
  const float large = (1.0f - e) / (1.0f + e);
  float p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f;
  p = p * z + -5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z + -3.33332819422e-1f;
  const float small = p * z * x + x;
  return size < 0.625f ? small : (x < 0.0f ? -large : large);
}

}  // namespace striate
