// The few calls of the CUDA runtime that the rest of kernels/ needs, without a CUDA type in sight. Implemented in
// cuda_backend.cu: by the CUDA runtime in a build with CUDA, by "there is no device" in one without.
#pragma once

#include <cstddef>
#include <string>

namespace striate {
namespace cuda {

int device_count();           // 0 without a usable driver; never throws
std::string why_no_device();  // one line; empty when device_count() > 0
std::string device_name(int index);

void* create_queue(int index);  // a cudaStream_t
void destroy_queue(int index, void* queue) noexcept;
void synchronize(int index, void* queue, const char* last_launch);  // Error names last_launch

void* allocate(int index, size_t bytes);  // null when there is not that much memory; Error for anything else
void release(int index, void* memory) noexcept;
void fill(int index, void* memory, int byte, size_t bytes);
enum class Copy { to_device, to_host, on_device };
void copy(int index, void* queue, void* to, const void* from, size_t bytes, Copy direction);

}  // namespace cuda
}  // namespace striate
