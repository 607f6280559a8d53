// What a launch of a kernel of kernels/teach.h did, counted while the kernel's own source ran: nothing here is computed
// from a formula, and every count is the same on every machine and in every run. Counts are at source level: where the
// compiler of a GPU merges or leaves out an access, the GPU makes fewer.
//
// Terms (CUDA C++ Best Practices Guide, "Device Memory Accesses"; CUDA C++ Programming Guide, "Shared Memory"): a
// request is what the 32 threads of a warp ask for by one instruction; a sector is 32 bytes of global memory; shared
// memory has 32 banks of 4 bytes, and a request takes as many turns ("ways") as it wants different words of one bank.
// A race: two threads touch a word, one of them writes, and no barrier lies between. It is looked for in shared memory
// and in c, the only array that is written; there a word that one thread reads before another writes it is not noticed,
// and no kernel here reads c.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kernels/teach.h"

namespace striate {

constexpr int kWarp = 32, kSectorBytes = 32, kBanks = 32;

// Of version "shipped": task convolution's a is the padded copy of the picture, its b the weights as they are laid out,
// offsets where each term's input lies; task filter's weights travel with the launch and are in no array; behind task
// reduce's a stand zeros, where its last sum is shorter.
enum class Array { a, b, c, shared, offsets };

// What one warp did by one instruction.
struct WarpStep {
  enum class Kind { load, store, branch };
  Kind kind;
  Array array;             // of a load or store
  int phase;               // from 0
  int line;                // of the kernel's header, from 1
  int bytes;               // of each thread
  uint32_t lanes = 0;      // bit i: thread i of the warp takes part
  uint32_t taken = 0;      // branch: bit i: the condition held
  int32_t at[kWarp] = {};  // bytes from the array's start
  int cost = 0;            // global: sectors; shared: ways; branch: 1 where the warp divides, else 0
};

struct PhaseCounts {
  int line = 0;         // where it begins
  bool barrier = true;  // one lies behind it
  int64_t divergent = 0;
  int ways = 0;  // of the worst shared request
};

// A word that two threads touched without a barrier between.
struct Race {
  Array array;
  int32_t at;                       // bytes from the array's start
  int phase, block, first, second;  // threads
};

struct Observation {
  // Of the whole launch. A load or store is one instruction of one thread on global memory.
  int64_t loads = 0, stores = 0, shared_loads = 0, shared_stores = 0;
  int64_t bytes = 0;  // that its threads read from and wrote to global memory
  int64_t load_requests = 0, store_requests = 0, load_sectors = 0, store_sectors = 0;
  int64_t flops = 0;      // additions, subtractions, multiplications, divisions
  int64_t branches = 0;   // of warps
  int64_t divergent = 0;  // of those, on which its threads did not agree
  int64_t races = 0;      // words: of shared memory once for each stretch between two barriers, of c once
  int64_t outside = 0;    // accesses beyond an array's ends: read as NaN, not written
  int ways = 0;           // of the worst shared request; 0: there was none
  int barriers = 0;       // that each block meets
  std::vector<PhaseCounts> phases;
  std::vector<Race> some_races;  // the first few
  std::vector<float> result;

  // Of the warp that was asked for.
  int worst_load = 0, worst_store = 0;  // sectors of its worst request
  std::vector<WarpStep> steps;          // in the order of its source, up to kMostSteps
  bool all_steps = true;

  int grid[3] = {1, 1, 1};  // blocks
  int threads = 0;
  size_t shared_bytes = 0;
};

constexpr size_t kMostSteps = 20000, kMostRaces = 64;

struct ObserveSettings {
  int warp = 0;                               // the one whose steps are kept, counted over the whole launch
  bool barrier = true;                        // false: without the last barrier that another phase follows
  std::function<bool(double share)> goes_on;  // false ends it: ObservationEnded; from any thread
};
struct ObservationEnded {};

// Runs the version once, each thread on its own, on a and b as in teach(). Throws Error: no such version, a warp that
// the launch does not have.
Observation observe(TeachTask task, const std::string& version, const TeachSettings& settings,
                    const std::vector<float>& a, const std::vector<float>& b, const ObserveSettings& how = {});

// Sectors that a request touches, and ways that it takes: of the lanes in `lanes`, `bytes` each from at[lane] on.
int sectors_of(uint32_t lanes, const int32_t* at, int bytes);
int ways_of(uint32_t lanes, const int32_t* at, int bytes);

}  // namespace striate
