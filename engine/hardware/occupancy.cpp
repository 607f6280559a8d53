#include "engine/hardware/occupancy.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/error.h"
#include "engine/hardware/observation.h"

namespace striate {
namespace {

constexpr size_t kKiB = 1024;
constexpr int kParts = 4;              // of a multiprocessor: each has a quarter of the registers
constexpr int kRegistersAtOnce = 256;  // a warp's are given out by so many
constexpr int kMostRegisters = 255;    // of a thread

int rounded(int value, int to) { return (value + to - 1) / to * to; }

}  // namespace

const std::vector<GpuArchitecture>& gpu_architectures() {
  static const std::vector<GpuArchitecture> all = {
      {75, "Turing", 32, 16, 65536, 64 * kKiB, 64 * kKiB, 0},
      {80, "Ampere, data center", 64, 32, 65536, 164 * kKiB, 163 * kKiB, kKiB},
      {86, "Ampere", 48, 16, 65536, 100 * kKiB, 99 * kKiB, kKiB},
      {89, "Ada", 48, 24, 65536, 100 * kKiB, 99 * kKiB, kKiB},
      {90, "Hopper", 64, 32, 65536, 228 * kKiB, 227 * kKiB, kKiB},
      {100, "Blackwell, data center", 64, 32, 65536, 228 * kKiB, 227 * kKiB, kKiB},
      {120, "Blackwell", 48, 24, 65536, 100 * kKiB, 99 * kKiB, kKiB},
  };
  return all;
}

const GpuArchitecture& gpu_architecture(const std::string& name) {
  std::string known;
  for (const GpuArchitecture& one : gpu_architectures()) {
    if (name == fmt::format("sm_{}", one.capability) || name == fmt::format("{}", one.capability)) return one;
    known += fmt::format("{}sm_{}", known.empty() ? "" : ", ", one.capability);
  }
  throw Error(fmt::format("unknown architecture '{}'", name), "choose one of " + known);
}

Occupancy occupancy(const GpuArchitecture& on, int threads, int registers, size_t shared_bytes) {
  const int warps = (threads + kWarp - 1) / kWarp;
  Occupancy result;
  result.blocks = on.blocks;
  result.limit = "blocks";
  const auto limit = [&](int blocks, const char* by) {
    if (blocks < result.blocks) result.blocks = blocks, result.limit = by;
  };
  limit(on.warps / warps, "warps");
  if (registers > kMostRegisters) {
    limit(0, "registers");
  } else if (registers > 0) {
    // A warp stays in its quarter. One block alone must fit with its warps dealt out to the quarters in turn.
    const int of_warp = rounded(registers * kWarp, kRegistersAtOnce);
    if (of_warp * rounded(warps, kParts) > on.registers) limit(0, "registers");
    limit(on.registers / kParts / of_warp * kParts / warps, "registers");
  }
  if (shared_bytes > on.shared_of_block) {
    limit(0, "shared memory");
  } else if (shared_bytes + on.reserved_of_block > 0) {
    const size_t together = on.capability < 80 ? 256 : 128;
    const size_t of_block = (shared_bytes + on.reserved_of_block + together - 1) / together * together;
    limit(static_cast<int>(on.shared_bytes / of_block), "shared memory");
  }
  result.warps = result.blocks * warps;
  result.share = static_cast<double>(result.warps) / on.warps;
  return result;
}

}  // namespace striate
