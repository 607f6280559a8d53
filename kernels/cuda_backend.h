// The few calls of the CUDA runtime that the rest of kernels/ needs, without a CUDA type in sight. Implemented in
// cuda_backend.cu: by the CUDA runtime in a build with CUDA, by "there is no device" in one without.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>

namespace striate {
namespace cuda {

int device_count();           // 0 without a usable driver; never throws
std::string why_no_device();  // one line; empty when device_count() > 0
std::string device_name(int index);
int compute_capability(int index);  // 75, 80, 86, ...; 0 where the device does not say

void* create_queue(int index);  // a cudaStream_t
void destroy_queue(int index, void* queue) noexcept;
void synchronize(int index, void* queue, const char* last_launch);  // Error names last_launch

// Memory comes from the device's pool and goes back to it in the order of the queues' work, without waiting: memory
// that was released is used again only after everything that was queued before, and what is queued after allocate() may
// use it. Where a driver has no pools they wait for the device.
void* allocate(int index, size_t bytes);  // null when there is not that much memory; Error for anything else
void release(int index, void* memory) noexcept;
// For the thread that begins to capture a queue's work, held until it has begun: no other thread asks queues for
// anything meanwhile, and what is released while the work is captured waits for what the queue did before.
std::unique_lock<std::mutex> before_capture(int index, void* queue);

// Memory of the host that copies go on from while the host does something else. Null: not that much.
void* allocate_pinned(int index, size_t bytes);
void release_pinned(int index, void* memory) noexcept;  // waits for copies from there

// Points in the work of queues. An event that was never recorded has passed.
void* create_event(int index);
void destroy_event(int index, void* event) noexcept;
void record_event(int index, void* event, void* queue);
void wait_for_event(int index, void* event);
void queue_waits_for(int index, void* queue, void* event);

void fill(int index, void* memory, int byte, size_t bytes);
enum class Copy { to_device, to_host, on_device };
void copy(int index, void* queue, void* to, const void* from, size_t bytes, Copy direction);

}  // namespace cuda
}  // namespace striate
