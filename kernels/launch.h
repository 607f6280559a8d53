// The two ways to launch a kernel, and the only place where <<<>>> stands.
//
// A kernel is a struct: its members are its arguments, its operator() is its body, HD marks it for host and device.
//
//   struct Relu {                       // (1) flat: one call per index, no thread sees another
//     const float* x;  // (n)
//     float* y;        // (n)
//     HD void operator()(int64_t i) const { y[i] = x[i] > 0 ? x[i] : 0; }
//   };
//   template struct striate::CudaFlat<Relu>;          // its form for the GPU
//   for_each(stream, "relu", n, Relu{x, y});
//
//   struct RowMax {                     // (2) blocks: threads that share memory and move in phases
//     static constexpr int threads = 128;
//     struct Shared { float best[threads]; };
//     HD void operator()(Block<threads> block, Shared& shared) const {
//       block.phase([&](int thread) { shared.best[thread] = ...; });     // a phase ends with a barrier
//       block.phase([&](int thread) { if (thread == 0) ...; });
//     }
//   };
//   template struct striate::CudaBlocks<RowMax>;
//   for_each_block(stream, "row_max", Grid{rows}, RowMax{...});
//
// One source, compiled twice. nvcc's front end refuses GCC's vector extensions in any HD function (tried with CUDA 13:
// "is a vector, which is not supported in device code"), and without them the CPU loses its packs. So a .cu file goes
// through the host compiler, which makes the CPU's form and the operator's function, and, in a build with CUDA, through
// nvcc as well, which makes nothing but what `template struct CudaFlat<...>` and `CudaBlocks<...>` ask for. They meet
// in the linker; a kernel without its line is an undefined reference that names the kernel. So that both mean the same
// type, a kernel stands in a named namespace, never in an anonymous one. The operator's function stands between
// `#ifndef __CUDACC__` and `#endif`, since one of it is enough.
//
// There are three targets. The CPU has shapes of its own. CUDA and the emulated GPU (emulated.h, a target of every
// build) have the same: block sizes, pack width, grids, tiles, reduction trees. So a value is summed on the emulated
// GPU in the order in which CUDA sums it, wherever an order is documented (summation.h), and what is written for CUDA
// runs in every test run, in all three thread orders. A kernel's operator asks `decltype(target)::is_gpu` where it
// chooses a shape.
//
// A kernel may state `static constexpr int64_t work`: about how many simple operations one index or one block costs.
// Launches of less than kInlineWork run at once on the calling thread (well under a microsecond on top of their work),
// larger ones are cut into pieces of at least that much. Nothing is allocated per launch.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#ifndef __CUDACC__
#include "kernels/emulated.h"
#endif
#include "kernels/hd.h"
#include "kernels/pack.h"
#include "kernels/stream.h"
#include "kernels/threads.h"

namespace striate {

// How many blocks there are. y and z at most 65535 (a limit of CUDA).
struct Grid {
  int x = 1, y = 1, z = 1;
  HD int64_t count() const { return static_cast<int64_t>(x) * y * z; }
};

// A value that each thread of a block keeps from phase to phase: on a GPU, a register.
template <typename T, int threads>
struct Own {
#ifdef __CUDA_ARCH__
  T value;
  HD T& operator[](int) { return value; }
#else
  T values[threads];
  HD T& operator[](int thread) { return values[thread]; }
#endif
};

// A block's place in its grid, and its phases.
template <int threads>
struct Block {
  int x, y, z;
  template <typename T>
  HD Own<T, threads> own() const {
    return {};
  }
  // A condition on which threads of a warp may differ; names it to who observes the kernel (observed.h).
  HD bool when(bool condition) const { return condition; }
#ifdef __CUDACC__
  // Adds up what the 32 threads of each warp keep; the sum is the first one's, what the others keep is lost. Summed as
  // a tree: thread i and i + 16, then i + 8, 4, 2, 1. No barrier is needed.
  template <typename T>
  HD void warp_sum(Own<T, threads>& kept) const {
#ifdef __CUDA_ARCH__
    for (int apart = 16; apart > 0; apart /= 2) kept[0] += __shfl_down_sync(0xffffffffu, kept[0], apart);
#else
    (void)kept;
#endif
  }
  template <typename F>
  HD void phase(const F& f) const {
#ifdef __CUDA_ARCH__
    f(static_cast<int>(threadIdx.x));
    __syncthreads();
#else
    (void)f;  // nvcc's own pass over the host side never runs a block
#endif
  }
#else
  ThreadOrder order;
  template <typename T>
  void warp_sum(Own<T, threads>& kept) const {
    static_assert(threads % 32 == 0, "whole warps");
    for (int warp = 0; warp < threads; warp += 32) {
      for (int apart = 16; apart > 0; apart /= 2) {
        for (int lane = 0; lane < apart; ++lane) kept[warp + lane] += kept[warp + lane + apart];
      }
    }
  }
  // Runs f(thread) for every thread of the block; nobody enters the next phase before all have left this one.
  template <typename F>
  void phase(const F& f) const {
    if (order == ThreadOrder::forward) {
      for (int thread = 0; thread < threads; ++thread) f(thread);
    } else {
      phase_in_other_order(f);
    }
  }

 private:
  template <typename F>
  __attribute__((noinline, cold)) void phase_in_other_order(const F& f) const {
    static_assert((threads & (threads - 1)) == 0, "a block has a power of two of threads");
    for (int i = 0; i < threads; ++i) {
      // i * odd + any is a permutation of 0 .. 2^k - 1.
      f(order == ThreadOrder::backward ? threads - 1 - i : (i * 77 + 13) & (threads - 1));
    }
  }
#endif
};

// Where a kernel with packs runs; see with_target(). is_gpu chooses shapes: block sizes, pack widths, tiles, trees.
struct CpuTarget {
  static constexpr bool is_gpu = false, is_cuda = false;
  static constexpr int width = kPackWidth<float>;  // floats per pack
};
struct CudaTarget {
  static constexpr bool is_gpu = true, is_cuda = true;
  static constexpr int width = 4;
};
struct EmulatedTarget {  // a GPU that the processor plays: kernels/emulated.h
  static constexpr bool is_gpu = true, is_cuda = false;
  static constexpr int width = CudaTarget::width;
};

// The blocks of a flat launch on a GPU. Index i belongs to thread i % (blocks * threads), in whatever block it is.
constexpr int kFlatThreads = 256;
inline int flat_blocks(int64_t n) {
  const int64_t blocks = (n + kFlatThreads - 1) / kFlatThreads;
  return static_cast<int>(blocks < (1 << 20) ? blocks : (1 << 20));
}

constexpr int64_t kInlineWork = 1 << 15;

namespace detail {

template <typename K, typename = void>
struct WorkOf {
  static constexpr int64_t flat = 1;
  static constexpr int64_t block = 4096;
};
template <typename K>
struct WorkOf<K, std::void_t<decltype(K::work)>> {
  static constexpr int64_t flat = K::work;
  static constexpr int64_t block = K::work;
};

}  // namespace detail

#ifdef __CUDACC__

// ---------------------------------------------------------------------------------------------------- nvcc's part

namespace cuda {
void check_launch(Stream& stream, const char* name, int64_t count, int error);  // throws Error naming both
int use_device(int index);
}  // namespace cuda

template <typename K>
__global__ void flat_kernel(int64_t n, K kernel) {
  const int64_t stride = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += stride) kernel(i);
}

template <typename K>
__global__ void __launch_bounds__(K::threads) block_kernel(K kernel, bool fill) {
  extern __shared__ __align__(16) unsigned char shared_bytes[];
  if (fill) {
    for (int i = threadIdx.x; i < static_cast<int>(sizeof(typename K::Shared)); i += K::threads) shared_bytes[i] = 0xff;
    __syncthreads();
  }
  kernel(Block<K::threads>{static_cast<int>(blockIdx.x), static_cast<int>(blockIdx.y), static_cast<int>(blockIdx.z)},
         *reinterpret_cast<typename K::Shared*>(shared_bytes));
}

// What the compiler gave each thread, for the launch log; 0 where the device does not say.
inline int registers_of(Stream& stream, const void* kernel) {
  cudaFuncAttributes attributes{};
  if (cuda::use_device(stream.device().index) != 0 || cudaFuncGetAttributes(&attributes, kernel) != cudaSuccess) {
    return 0;
  }
  return attributes.numRegs;
}

template <typename K>
struct CudaFlat {
  static int registers(Stream& stream) { return registers_of(stream, reinterpret_cast<const void*>(&flat_kernel<K>)); }
  static void launch(Stream& stream, const char* name, int64_t n, const K& kernel) {
    int error = cuda::use_device(stream.device().index);
    if (error == 0) {
      flat_kernel<K><<<flat_blocks(n), kFlatThreads, 0, static_cast<cudaStream_t>(stream.queue())>>>(n, kernel);
      error = static_cast<int>(cudaGetLastError());
    }
    cuda::check_launch(stream, name, n, error);
  }
};

template <typename K>
struct CudaBlocks {
  static int registers(Stream& stream) { return registers_of(stream, reinterpret_cast<const void*>(&block_kernel<K>)); }
  static void launch(Stream& stream, const char* name, Grid grid, const K& kernel) {
    int error = cuda::use_device(stream.device().index);
    constexpr size_t bytes = sizeof(typename K::Shared);
    if (error == 0 && bytes > 48 * 1024) {
      error = static_cast<int>(cudaFuncSetAttribute(reinterpret_cast<const void*>(&block_kernel<K>),
                                                    cudaFuncAttributeMaxDynamicSharedMemorySize, bytes));
    }
    if (error == 0) {
      block_kernel<K><<<dim3(grid.x, grid.y, grid.z), K::threads, bytes, static_cast<cudaStream_t>(stream.queue())>>>(
          kernel, debug_checks());
      error = static_cast<int>(cudaGetLastError());
    }
    cuda::check_launch(stream, name, grid.count(), error);
  }
};

#else

// -------------------------------------------------------------------------------------- the host compiler's part

// Defined by nvcc's pass over the .cu file that says `template struct CudaFlat<K>`; here that line does nothing.
template <typename K>
struct CudaFlat {
  static int registers(Stream& stream);
  static void launch(Stream& stream, const char* name, int64_t n, const K& kernel);
};
template <typename K>
struct CudaBlocks {
  static int registers(Stream& stream);
  static void launch(Stream& stream, const char* name, Grid grid, const K& kernel);
};

namespace detail {

// Times a launch for the stream's log, when it has one. shape() is asked for then only.
class LaunchTimer {
 public:
  template <typename F>
  LaunchTimer(Stream& stream, const char* name, const F& shape) : log_(stream.log()), name_(name) {
    stream.set_last_launch(name);
    if (!log_) return;
    shape_ = shape();
    start_ = std::chrono::steady_clock::now();
  }
  LaunchTimer(Stream& stream, const char* name) : LaunchTimer(stream, name, [] { return LaunchShape{}; }) {}
  ~LaunchTimer() {
    if (!log_) return;
    log_->add(name_, shape_, std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count());
  }

 private:
  LaunchLog* log_;
  const char* name_;
  LaunchShape shape_;
  std::chrono::steady_clock::time_point start_;
};

// Indices or blocks of this much work each that one thread of the processor takes at a time.
constexpr int64_t grain_of(int64_t work) { return kInlineWork / work > 1 ? kInlineWork / work : 1; }

template <typename Target, typename K>
LaunchShape flat_shape(Stream& stream, int64_t n) {
  LaunchShape shape;
  if constexpr (Target::is_gpu) {
    shape.grid[0] = flat_blocks(n);
    shape.block = kFlatThreads;
  } else {
    constexpr int64_t grain = grain_of(WorkOf<K>::flat);
    shape.grid[0] = static_cast<int>((n + grain - 1) / grain);
  }
  if constexpr (Target::is_cuda) shape.registers = CudaFlat<K>::registers(stream);
  (void)stream;
  return shape;
}

template <typename Target, typename K>
LaunchShape block_shape(Stream& stream, Grid grid) {
  LaunchShape shape{{grid.x, grid.y, grid.z}, K::threads, static_cast<int64_t>(sizeof(typename K::Shared)), 0};
  if constexpr (Target::is_cuda) shape.registers = CudaBlocks<K>::registers(stream);
  (void)stream;
  return shape;
}

// A grid that CUDA would refuse (y or z above 65535) ends the program on every target, so that the CPU's tests find it.
void check_grid(const char* name, Grid grid);

// Step with which 0 .. n-1 is walked in shuffled order: has no divisor in common with n.
int64_t shuffle_step(int64_t n);

// 0 .. count-1 in the order that is set. Forward: in pieces of at least `grain`, on several threads where there is more
// than one. Else one value at a time, on this thread. run(begin, end) takes a piece.
template <typename F>
void in_order(int64_t count, int64_t grain, const F& run) {
  const ThreadOrder order = thread_order();
  if (order != ThreadOrder::forward) {
    const int64_t step = order == ThreadOrder::backward ? count - 1 : shuffle_step(count);
    int64_t i = count - 1;
    for (int64_t k = 0; k < count; ++k, i = (i + step) % count) run(i, i + 1);
    return;
  }
  if (count <= grain) return run(0, count);
  parallel_for((count + grain - 1) / grain,
               [&](int64_t begin, int64_t end) { run(begin * grain, end * grain < count ? end * grain : count); });
}

template <typename K>
void run_flat(int64_t n, const K& arguments) {
  in_order(n, grain_of(WorkOf<K>::flat), [&](int64_t begin, int64_t end) {
    const K kernel = arguments;  // a local copy: the compiler then knows that no store changes it
    for (int64_t i = begin; i < end; ++i) kernel(i);
  });
}

// What the emulated GPU calls: one thread of a flat launch, one block.
template <typename K>
void emulated_thread(const void* kernel, int64_t i, int64_t n, int64_t stride) {
  for (; i < n; i += stride) (*static_cast<const K*>(kernel))(i);
}
template <typename K>
void emulated_block(const void* kernel, int x, int y, int z, ThreadOrder order, void* shared) {
  (*static_cast<const K*>(kernel))(Block<K::threads>{x, y, z, order}, *static_cast<typename K::Shared*>(shared));
}

template <typename K>
void run_blocks(Grid grid, const K& arguments) {
  using Shared = typename K::Shared;
  const ThreadOrder order = thread_order();
  const bool fill = debug_checks();
  in_order(grid.count(), grain_of(WorkOf<K>::block), [&](int64_t begin, int64_t end) {
    const K kernel = arguments;
    Shared& shared = *static_cast<Shared*>(thread_scratch(0, sizeof(Shared)));
    for (int64_t b = begin; b < end; ++b) {
      if (fill) std::memset(static_cast<void*>(&shared), 0xff, sizeof(Shared));
      kernel(Block<K::threads>{static_cast<int>(b % grid.x), static_cast<int>(b / grid.x % grid.y),
                               static_cast<int>(b / grid.x / grid.y), order},
             shared);
    }
  });
}

}  // namespace detail

// The launch on a stated target; see with_target() below.
template <typename Target, typename K>
void for_each(Target, Stream& stream, const char* name, int64_t n, const K& kernel) {
  if (n <= 0) return;
  const detail::LaunchTimer timer(stream, name, [&] { return detail::flat_shape<Target, K>(stream, n); });
  if constexpr (Target::is_cuda) {
    CudaFlat<K>::launch(stream, name, n, kernel);
    if (stream.log()) stream.synchronize();
  } else if constexpr (Target::is_gpu) {
    emulated::launch_flat(stream, {name, &kernel, sizeof(K), detail::WorkOf<K>::flat}, n, flat_blocks(n),
                          &detail::emulated_thread<K>);
  } else {
    detail::run_flat(n, kernel);
  }
}
template <typename Target, typename K>
void for_each_block(Target, Stream& stream, const char* name, Grid grid, const K& kernel) {
  if (grid.count() <= 0) return;
  detail::check_grid(name, grid);
  const detail::LaunchTimer timer(stream, name, [&] { return detail::block_shape<Target, K>(stream, grid); });
  if constexpr (Target::is_cuda) {
    CudaBlocks<K>::launch(stream, name, grid, kernel);
    if (stream.log()) stream.synchronize();
  } else if constexpr (Target::is_gpu) {
    emulated::launch_blocks(stream, {name, &kernel, sizeof(K), detail::WorkOf<K>::block}, {grid.x, grid.y, grid.z},
                            K::threads, sizeof(typename K::Shared), &detail::emulated_block<K>);
  } else {
    detail::run_blocks(grid, kernel);
  }
}

// For kernels whose shape differs between processor and GPU: calls f(CpuTarget{}), f(CudaTarget{}) or
// f(EmulatedTarget{}), as the stream's device is, and the launch in it names its target, so that each form is made for
// its own device only:
//   with_target(stream, [&](auto target) {
//     using K = Dense<decltype(target)::width>;
//     for_each_block(target, stream, "dense", grid, K{...});
//   });
//   template struct striate::CudaBlocks<Dense<CudaTarget::width>>;
template <typename F>
void with_target(Stream& stream, const F& f) {
#if STRIATE_WITH_CUDA
  if (stream.device().is_cuda()) return f(CudaTarget{});
#endif
  if (stream.device().is_emulated()) return f(EmulatedTarget{});
  f(CpuTarget{});
}

// Calls kernel(i) once for every i of 0 .. n-1, in any order. n may be 0.
template <typename K>
void for_each(Stream& stream, const char* name, int64_t n, const K& kernel) {
  with_target(stream, [&](auto target) { for_each(target, stream, name, n, kernel); });
}

// Runs kernel(block, shared) for every block of the grid, in any order and at the same time. The grid may be empty.
template <typename K>
void for_each_block(Stream& stream, const char* name, Grid grid, const K& kernel) {
  with_target(stream, [&](auto target) { for_each_block(target, stream, name, grid, kernel); });
}

#endif

}  // namespace striate
