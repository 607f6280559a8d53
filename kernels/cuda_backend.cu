// The CUDA runtime's side of cuda_backend.h and of the launches in launch.h. See launch.h for why a .cu file is
// compiled twice: here nvcc's pass has the runtime, and the host compiler's has "there is no device" where CUDA is not
// built in.
#include "kernels/cuda_backend.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "kernels/error.h"
#include "kernels/launch.h"

namespace striate {
namespace cuda {

#ifdef __CUDACC__

namespace {

struct Devices {
  int count = 0;
  std::string why;
  Devices() {
    int driver = 0;
    if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0) {
      why = "no NVIDIA driver";
    } else {
      const cudaError_t error = cudaGetDeviceCount(&count);
      if (error != cudaSuccess) {
        count = 0;
        why = error == cudaErrorInsufficientDriver
                  ? "the NVIDIA driver is too old for CUDA " + std::to_string(CUDART_VERSION / 1000) + "." +
                        std::to_string(CUDART_VERSION / 10 % 100)
                  : cudaGetErrorString(error);
      } else if (count == 0) {
        why = "no NVIDIA GPU";
      }
    }
    cudaGetLastError();  // none of these is an error of a later launch
  }
};

const Devices& devices() {
  static const Devices found;
  return found;
}

void require(cudaError_t error, const std::string& what) {
  if (error == cudaSuccess) return;
  cudaGetLastError();
  throw Error(what + " failed on the GPU: " + cudaGetErrorString(error),
              error == cudaErrorMemoryAllocation ? "use a smaller size, or --device cpu"
                                                 : "start the program again, or use --device cpu");
}

// A device's pool of memory and the queue in whose order it is given out and taken back.
struct Pool {
  bool usable = false;
  cudaMemPool_t pool = nullptr;
  cudaStream_t queue = nullptr;
};
struct Queue {
  int index;
  cudaStream_t stream;
};
// Of this process, until it ends: what is destroyed late may still release memory.
struct Queues {
  std::mutex mutex;
  std::vector<Queue> live;
  std::map<int, Pool> pools;
};
Queues& queues() {
  static Queues* const all = new Queues;
  return *all;
}

// The functions below are called with the mutex held, on the device.

const Pool& pool_of(int index) {
  const auto [place, made] = queues().pools.try_emplace(index);
  Pool& pool = place->second;
  if (!made) return pool;
  int supported = 0;
  pool.usable = cudaDeviceGetAttribute(&supported, cudaDevAttrMemoryPoolsSupported, index) == cudaSuccess &&
                supported != 0 && cudaDeviceGetDefaultMemPool(&pool.pool, index) == cudaSuccess &&
                cudaStreamCreateWithFlags(&pool.queue, cudaStreamNonBlocking) == cudaSuccess;
  // What is released stays with the process, up to a quarter of the device, instead of going back with the next wait.
  size_t unused = 0, all = 0;
  if (pool.usable && cudaMemGetInfo(&unused, &all) == cudaSuccess) {
    uint64_t threshold = all / 4;
    cudaMemPoolSetAttribute(pool.pool, cudaMemPoolAttrReleaseThreshold, &threshold);
  }
  cudaGetLastError();  // a device without pools is no error
  return pool;
}

// `later` goes on only when `earlier` has done what is queued on it now.
void follow(cudaStream_t later, cudaStream_t earlier) noexcept {
  cudaEvent_t now = nullptr;
  bool done = cudaEventCreateWithFlags(&now, cudaEventDisableTiming) == cudaSuccess;
  done = done && cudaEventRecord(now, earlier) == cudaSuccess && cudaStreamWaitEvent(later, now, 0) == cudaSuccess;
  if (now != nullptr) cudaEventDestroy(now);
  if (!done) cudaStreamSynchronize(earlier);
}

// A queue that is being captured does nothing meanwhile: it is not waited for, and may not wait.
bool captures(cudaStream_t stream) noexcept {
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  return cudaStreamIsCapturing(stream, &status) != cudaSuccess || status != cudaStreamCaptureStatusNone;
}

}  // namespace

std::unique_lock<std::mutex> before_capture(int index, void* queue) {
  std::unique_lock<std::mutex> lock(queues().mutex);
  const Pool& pool = pool_of(index);
  if (pool.usable) follow(pool.queue, static_cast<cudaStream_t>(queue));
  return lock;
}

int device_count() { return devices().count; }
std::string why_no_device() { return devices().why; }

std::string device_name(int index) {
  cudaDeviceProp properties;
  require(cudaGetDeviceProperties(&properties, index), "asking for the name of GPU " + std::to_string(index));
  return std::string(properties.name) + ", " + std::to_string(properties.totalGlobalMem >> 20) + " MiB";
}

int compute_capability(int index) {
  int major = 0, minor = 0;
  if (cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, index) != cudaSuccess ||
      cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, index) != cudaSuccess) {
    cudaGetLastError();
    return 0;
  }
  return major * 10 + minor;
}

int use_device(int index) { return static_cast<int>(cudaSetDevice(index)); }

void* create_queue(int index) {
  require(cudaSetDevice(index), "choosing GPU " + std::to_string(index));
  cudaStream_t stream = nullptr;
  require(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "creating a queue");
  const std::lock_guard<std::mutex> held(queues().mutex);
  const Pool& pool = pool_of(index);
  if (pool.usable) follow(stream, pool.queue);
  queues().live.push_back({index, stream});
  return stream;
}

void destroy_queue(int index, void* queue) noexcept {
  cudaSetDevice(index);
  const auto stream = static_cast<cudaStream_t>(queue);
  const std::lock_guard<std::mutex> held(queues().mutex);
  std::vector<Queue>& live = queues().live;
  live.erase(std::remove_if(live.begin(), live.end(), [&](const Queue& q) { return q.stream == stream; }), live.end());
  // Memory that it still works with may be released as soon as it is gone.
  const Pool& pool = pool_of(index);
  if (pool.usable) follow(pool.queue, stream);
  cudaStreamDestroy(stream);
}

void synchronize(int index, void* queue, const char* last_launch) {
  require(cudaSetDevice(index), "choosing GPU " + std::to_string(index));
  require(cudaStreamSynchronize(static_cast<cudaStream_t>(queue)), std::string("work up to \"") + last_launch + "\"");
}

void* allocate(int index, size_t bytes) {
  require(cudaSetDevice(index), "choosing GPU " + std::to_string(index));
  const std::lock_guard<std::mutex> held(queues().mutex);
  const Pool& pool = pool_of(index);
  void* memory = nullptr;
  cudaError_t error = pool.usable ? cudaMallocAsync(&memory, bytes, pool.queue) : cudaMalloc(&memory, bytes);
  if (pool.usable && error == cudaErrorMemoryAllocation) {
    // What was released may not be free yet, or lie in pieces.
    cudaGetLastError();
    cudaStreamSynchronize(pool.queue);
    cudaMemPoolTrimTo(pool.pool, 0);
    error = cudaMallocAsync(&memory, bytes, pool.queue);
  }
  if (error == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    return nullptr;
  }
  require(error, "allocating " + std::to_string(bytes) + " bytes");
  if (!pool.usable) return memory;
  bool waits = false;
  for (const Queue& queue : queues().live) {
    if (queue.index != index) continue;
    if (captures(queue.stream)) {
      waits = true;
    } else {
      follow(queue.stream, pool.queue);
    }
  }
  if (waits) require(cudaStreamSynchronize(pool.queue), "allocating " + std::to_string(bytes) + " bytes");
  return memory;
}

void release(int index, void* memory) noexcept {
  cudaSetDevice(index);
  const std::lock_guard<std::mutex> held(queues().mutex);
  const Pool& pool = pool_of(index);
  if (!pool.usable) {
    cudaFree(memory);  // waits for all work of the device
    return;
  }
  for (const Queue& queue : queues().live) {
    if (queue.index == index && !captures(queue.stream)) follow(pool.queue, queue.stream);
  }
  cudaFreeAsync(memory, pool.queue);
}

void* allocate_pinned(int index, size_t bytes) {
  require(cudaSetDevice(index), "choosing GPU " + std::to_string(index));
  void* memory = nullptr;
  if (cudaHostAlloc(&memory, bytes, cudaHostAllocDefault) == cudaSuccess) return memory;
  cudaGetLastError();
  return nullptr;
}

void release_pinned(int index, void* memory) noexcept {
  cudaSetDevice(index);
  cudaFreeHost(memory);
}

void* create_event(int index) {
  require(cudaSetDevice(index), "choosing GPU " + std::to_string(index));
  cudaEvent_t event = nullptr;
  require(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "creating an event");
  return event;
}

void destroy_event(int index, void* event) noexcept {
  cudaSetDevice(index);
  cudaEventSynchronize(static_cast<cudaEvent_t>(event));
  cudaEventDestroy(static_cast<cudaEvent_t>(event));
}

void record_event(int index, void* event, void* queue) {
  require(cudaSetDevice(index), "choosing GPU " + std::to_string(index));
  require(cudaEventRecord(static_cast<cudaEvent_t>(event), static_cast<cudaStream_t>(queue)), "recording an event");
}

void wait_for_event(int index, void* event) {
  require(cudaSetDevice(index), "choosing GPU " + std::to_string(index));
  require(cudaEventSynchronize(static_cast<cudaEvent_t>(event)), "waiting for a copy");
}

void queue_waits_for(int index, void* queue, void* event) {
  require(cudaSetDevice(index), "choosing GPU " + std::to_string(index));
  require(cudaStreamWaitEvent(static_cast<cudaStream_t>(queue), static_cast<cudaEvent_t>(event), 0),
          "waiting for a copy");
}

void fill(int index, void* memory, int byte, size_t bytes) {
  require(cudaSetDevice(index), "choosing GPU " + std::to_string(index));
  // What was queued for this memory before, its allocation among it, comes first.
  require(cudaDeviceSynchronize(), "filling " + std::to_string(bytes) + " bytes");
  require(cudaMemset(memory, byte, bytes), "filling " + std::to_string(bytes) + " bytes");
  require(cudaDeviceSynchronize(), "filling " + std::to_string(bytes) + " bytes");
}

void copy(int index, void* queue, void* to, const void* from, size_t bytes, Copy direction) {
  require(cudaSetDevice(index), "choosing GPU " + std::to_string(index));
  const cudaMemcpyKind kind = direction == Copy::to_device ? cudaMemcpyHostToDevice
                              : direction == Copy::to_host ? cudaMemcpyDeviceToHost
                                                           : cudaMemcpyDeviceToDevice;
  require(cudaMemcpyAsync(to, from, bytes, kind, static_cast<cudaStream_t>(queue)),
          "copying " + std::to_string(bytes) + " bytes");
}

void check_launch(Stream& stream, const char* name, int64_t count, int error) {
  if (error == 0 && debug_checks()) {
    error = static_cast<int>(cudaStreamSynchronize(static_cast<cudaStream_t>(stream.queue())));
  }
  if (error == 0) return;
  require(static_cast<cudaError_t>(error), std::string("\"") + name + "\" over " + std::to_string(count));
}

#elif !STRIATE_WITH_CUDA

int device_count() { return 0; }
std::string why_no_device() { return "built without CUDA"; }
std::string device_name(int) { return ""; }
int compute_capability(int) { return 0; }
void* create_queue(int) { throw Error("no CUDA device: built without CUDA", "use --device cpu"); }
void destroy_queue(int, void*) noexcept {}
void synchronize(int, void*, const char*) {}
void* allocate(int, size_t) { return nullptr; }
void release(int, void*) noexcept {}
std::unique_lock<std::mutex> before_capture(int, void*) { return {}; }
void* allocate_pinned(int, size_t) { return nullptr; }
void release_pinned(int, void*) noexcept {}
void* create_event(int) { return nullptr; }
void destroy_event(int, void*) noexcept {}
void record_event(int, void*, void*) {}
void wait_for_event(int, void*) {}
void queue_waits_for(int, void*, void*) {}
void fill(int, void*, int, size_t) {}
void copy(int, void*, void*, const void*, size_t, Copy) {}

#endif

}  // namespace cuda
}  // namespace striate
