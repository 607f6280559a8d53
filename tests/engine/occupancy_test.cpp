// Occupancy against the toolkit's own calculator, and the registers it goes by.
#include "engine/hardware/occupancy.h"

#include <gtest/gtest.h>

#include <string>

#if defined(__has_include)
#if __has_include(<cuda_occupancy.h>)
#define STRIATE_HAS_CALCULATOR 1
#include <cuda_occupancy.h>
#endif
#endif

#include "engine/error.h"
#include "engine/hardware/teach_grid.h"

namespace striate {

TEST(Occupancy, of_blocks_that_are_known) {
  // 32 registers, no shared memory: 256 threads fill every multiprocessor that takes enough blocks.
  EXPECT_EQ(occupancy(gpu_architecture("sm_80"), 256, 32, 0).share, 1);
  EXPECT_EQ(occupancy(gpu_architecture("sm_75"), 256, 32, 0).blocks, 4);
  // 32 threads: 16 blocks are half of what Turing holds.
  EXPECT_EQ(occupancy(gpu_architecture("75"), 32, 32, 0).share, 0.5);
  EXPECT_EQ(occupancy(gpu_architecture("75"), 32, 32, 0).limit, "blocks");
  const Occupancy many = occupancy(gpu_architecture("sm_90"), 1024, 128, 0);
  EXPECT_EQ(many.blocks, 0) << "1024 threads of 128 registers are twice as many as there are";
  EXPECT_EQ(many.limit, "registers");
  EXPECT_EQ(occupancy(gpu_architecture("sm_86"), 128, 32, 48 * 1024).limit, "shared memory");
  EXPECT_THROW(gpu_architecture("sm_61"), Error);
}

TEST(Occupancy, every_version_has_its_registers) {
  for (const TeachTask task : kTeachTasks) {
    for (const std::string& version : teach_versions(task)) {
      for (const int threads : kTeachThreads) {
        const int own = teach_is_shipped(version) ? teach_grid(task, version, {}).threads : threads;
        for (const GpuArchitecture& on : gpu_architectures()) {
          const int registers = recorded_registers(task, version, own, on);
          EXPECT_GE(registers, 8) << version;
          EXPECT_LE(registers * own, on.registers) << version << ": one block must fit";
        }
      }
    }
  }
  EXPECT_THROW(recorded_registers(TeachTask::copy, "tiled", 256, gpu_architectures()[0]), Error);
  EXPECT_FALSE(recorded_by().empty());
}

TEST(Occupancy, equals_the_calculator_of_the_toolkit) {
#ifdef STRIATE_HAS_CALCULATOR
  int cases = 0;
  for (const GpuArchitecture& on : gpu_architectures()) {
    cudaOccDeviceProp device{};
    device.computeMajor = on.capability / 10, device.computeMinor = on.capability % 10;
    device.maxThreadsPerBlock = 1024, device.maxThreadsPerMultiprocessor = on.warps * 32;
    device.regsPerBlock = device.regsPerMultiprocessor = on.registers;
    device.warpSize = 32;
    device.sharedMemPerBlock = 48 * 1024, device.sharedMemPerMultiprocessor = on.shared_bytes;
    device.sharedMemPerBlockOptin = on.shared_of_block, device.reservedSharedMemPerBlock = on.reserved_of_block;
    device.numSms = 1;
    for (const int threads : {32, 64, 96, 256, 512, 1024}) {
      for (const int registers : {16, 33, 64, 128, 255}) {
        for (const size_t shared : {size_t{0}, size_t{1000}, size_t{8448}, size_t{40000}}) {
          cudaOccFuncAttributes kernel{};
          kernel.maxThreadsPerBlock = 1024, kernel.numRegs = registers;
          kernel.partitionedGCConfig = PARTITIONED_GC_OFF;
          kernel.shmemLimitConfig = FUNC_SHMEM_LIMIT_OPTIN;
          kernel.maxDynamicSharedSizeBytes = on.shared_of_block;
          cudaOccDeviceState state{};
          state.carveoutConfig = SHAREDMEM_CARVEOUT_MAX_SHARED;
          cudaOccResult wanted{};
          ASSERT_EQ(cudaOccMaxActiveBlocksPerMultiprocessor(&wanted, &device, &kernel, &state, threads, shared),
                    CUDA_OCC_SUCCESS);
          EXPECT_EQ(occupancy(on, threads, registers, shared).blocks, wanted.activeBlocksPerMultiprocessor)
              << "sm_" << on.capability << ", " << threads << " threads, " << registers << " registers, " << shared
              << " bytes";
          ++cases;
        }
      }
    }
  }
  EXPECT_EQ(cases, 7 * 6 * 5 * 4);
#else
  GTEST_SKIP() << "the CUDA toolkit with its calculator is not installed";
#endif
}

}  // namespace striate
