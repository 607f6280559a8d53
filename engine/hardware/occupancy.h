// How many warps of a kernel a multiprocessor holds at once: its theoretical occupancy, from what a block needs and
// what the architecture has (CUDA C++ Programming Guide, "Technical Specifications per Compute Capability"; the rules
// of rounding are those of the toolkit's cuda_occupancy.h, against which a test holds this).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "kernels/teach.h"

namespace striate {

struct GpuArchitecture {
  int capability;  // 75: sm_75
  const char* name;
  int warps, blocks;         // most of a multiprocessor
  int registers;             // of a multiprocessor
  size_t shared_bytes;       // of a multiprocessor, the most that blocks may share
  size_t shared_of_block;    // the most of one block
  size_t reserved_of_block;  // bytes of shared memory that the system takes of each block
};
// sm_75 to sm_120, those that the program is compiled for.
const std::vector<GpuArchitecture>& gpu_architectures();
// "sm_80", or 80. Throws Error: one that is not in the list.
const GpuArchitecture& gpu_architecture(const std::string& name);

struct Occupancy {
  int blocks = 0;     // of a multiprocessor at once
  int warps = 0;      // of them all
  double share = 0;   // of the most warps, 0 to 1
  std::string limit;  // what allows no more blocks: "warps", "blocks", "registers", "shared memory"
};
// registers: of each thread. 0 blocks where one alone needs too much.
Occupancy occupancy(const GpuArchitecture& on, int threads, int registers, size_t shared_bytes);

// Registers of each thread of a version, as nvcc recorded them when assets/hardware/registers.json was made. Throws
// Error where there is no such row.
int recorded_registers(TeachTask task, const std::string& version, int threads, const GpuArchitecture& on);
// Which nvcc that was: "13.0".
const std::string& recorded_by();

}  // namespace striate
