// The instruction of tensor cores that tf32.h is about.
#pragma once

#include <cstdint>

#include "kernels/tf32.h"

namespace striate {

// c += a * b for 16 x 8 results and 8 terms of a warp: mma.m16n8k8, where a thread of lane 4 g + t holds, of a, rows g
// and g + 8 of term t, then of term t + 4; of b, column g of terms t and t + 4; of c, columns 2t and 2t + 1 of row g,
// then of row g + 8.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
#define STRIATE_TENSOR_CORES 1
__device__ inline void add_tf32_products(float (&c)[4], const float (&a)[4], const float (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(__float_as_uint(a[0])), "r"(__float_as_uint(a[1])), "r"(__float_as_uint(a[2])), "r"(__float_as_uint(a[3])),
        "r"(__float_as_uint(b[0])), "r"(__float_as_uint(b[1])));
}
#else
#define STRIATE_TENSOR_CORES 0
#endif

}  // namespace striate
