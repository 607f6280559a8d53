// The CUDA runtime's side of cuda_backend.h and of the launches in launch.h. See launch.h for why a .cu file is
// compiled twice: here nvcc's pass has the runtime, and the host compiler's has "there is no device" where CUDA is not
// built in.
#include "kernels/cuda_backend.h"

#include <string>

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

}  // namespace

int device_count() { return devices().count; }
std::string why_no_device() { return devices().why; }

std::string device_name(int index) {
  cudaDeviceProp properties;
  require(cudaGetDeviceProperties(&properties, index), "asking for the name of GPU " + std::to_string(index));
  return std::string(properties.name) + ", " + std::to_string(properties.totalGlobalMem >> 20) + " MiB";
}

int use_device(int index) { return static_cast<int>(cudaSetDevice(index)); }

void* create_queue(int index) {
  require(cudaSetDevice(index), "choosing GPU " + std::to_string(index));
  cudaStream_t stream = nullptr;
  require(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "creating a queue");
  return stream;
}

void destroy_queue(int index, void* queue) noexcept {
  cudaSetDevice(index);
  cudaStreamDestroy(static_cast<cudaStream_t>(queue));
}

void synchronize(int index, void* queue, const char* last_launch) {
  require(cudaSetDevice(index), "choosing GPU " + std::to_string(index));
  require(cudaStreamSynchronize(static_cast<cudaStream_t>(queue)), std::string("work up to \"") + last_launch + "\"");
}

void* allocate(int index, size_t bytes) {
  require(cudaSetDevice(index), "choosing GPU " + std::to_string(index));
  void* memory = nullptr;
  const cudaError_t error = cudaMalloc(&memory, bytes);
  if (error == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    return nullptr;
  }
  require(error, "allocating " + std::to_string(bytes) + " bytes");
  return memory;
}

void release(int index, void* memory) noexcept {
  cudaSetDevice(index);
  cudaFree(memory);
}

void fill(int index, void* memory, int byte, size_t bytes) {
  require(cudaSetDevice(index), "choosing GPU " + std::to_string(index));
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
void* create_queue(int) { throw Error("no CUDA device: built without CUDA", "use --device cpu"); }
void destroy_queue(int, void*) noexcept {}
void synchronize(int, void*, const char*) {}
void* allocate(int, size_t) { return nullptr; }
void release(int, void*) noexcept {}
void fill(int, void*, int, size_t) {}
void copy(int, void*, void*, const void*, size_t, Copy) {}

#endif

}  // namespace cuda
}  // namespace striate
