// What scripts/registers.sh recorded; see recorded_registers() in occupancy.h.
#pragma once

#include <array>
#include <vector>

namespace striate {

struct RegisterRow {
  const char* kernel;          // its mangled type, less the namespace
  std::array<int, 7> of_each;  // in the order of gpu_architectures()
};
const std::vector<RegisterRow>& register_rows();
extern const char* const kRegistersBy;  // the version of nvcc

}  // namespace striate
