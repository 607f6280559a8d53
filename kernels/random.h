// Counter-based random numbers: Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011. A number is a function of (seed, sequence, index) and of nothing else: any thread can make any of
// them, in any order, and they are the same on every device.
#pragma once

#include <cstdint>

#include "kernels/hd.h"

namespace striate {

struct Random4 {
  uint32_t v[4];
};

// The `index`-th block of four 32-bit numbers of sequence `sequence`.
HD inline Random4 philox(uint64_t seed, uint64_t sequence, uint64_t index) {
  uint32_t c0 = static_cast<uint32_t>(index), c1 = static_cast<uint32_t>(index >> 32);
  uint32_t c2 = static_cast<uint32_t>(sequence), c3 = static_cast<uint32_t>(sequence >> 32);
  uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = static_cast<uint64_t>(0xD2511F53u) * c0;
    const uint64_t b = static_cast<uint64_t>(0xCD9E8D57u) * c2;
    const uint32_t n0 = static_cast<uint32_t>(b >> 32) ^ c1 ^ k0;
    const uint32_t n2 = static_cast<uint32_t>(a >> 32) ^ c3 ^ k1;
    c1 = static_cast<uint32_t>(b);
    c3 = static_cast<uint32_t>(a);
    c0 = n0;
    c2 = n2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// 32 random bits -> [0, 1), a multiple of 2^-24.
HD inline float to_unit(uint32_t bits) { return static_cast<float>(bits >> 8) * 5.9604644775390625e-8f; }

// The `index`-th number of a sequence, in [0, 1).
HD inline float random_unit(uint64_t seed, uint64_t sequence, uint64_t index) {
  return to_unit(philox(seed, sequence, index >> 2).v[index & 3]);
}

// The host's own generator on the same numbers, for shuffling, splitting and drawing data.
class Random {
 public:
  explicit Random(uint64_t seed, uint64_t sequence = 0) : seed_(seed), sequence_(sequence) {}
  uint32_t bits() {
    if ((index_ & 3) == 0) block_ = philox(seed_, sequence_, index_ >> 2);
    return block_.v[index_++ & 3];
  }
  float unit() { return to_unit(bits()); }  // [0, 1)
  float between(float low, float high) { return low + (high - low) * unit(); }
  // 0 .. bound-1, every one with the same chance to within 2^-32; bound at least 1.
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>((static_cast<uint64_t>(bits()) * bound) >> 32); }
  double normal();  // mean 0, deviation 1 (Box-Muller); initialize.cu
  uint64_t position() const { return index_; }
  void seek(uint64_t index) {
    index_ = index;
    if ((index_ & 3) != 0) block_ = philox(seed_, sequence_, index_ >> 2);
  }

 private:
  uint64_t seed_, sequence_, index_ = 0;
  Random4 block_{};
};

}  // namespace striate
