// Memory on a device: a move-only owner of `size` values of T, and the copies in and out.
//
// Fresh memory holds NaN in debug builds (every byte 0xff), so that a value that nobody wrote shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "kernels/device.h"
#include "kernels/stream.h"

namespace striate {

// Bytes on a device, aligned to 64. `what` names the memory in the Error thrown when there is not enough of it.
void* allocate_bytes(Device device, size_t bytes, const char* what);
void release_bytes(Device device, void* memory, size_t bytes) noexcept;  // `bytes` as they were asked for
void copy_bytes(Stream& stream, void* to, Device to_device, const void* from, Device from_device, size_t bytes);

// What has been allocated and not released, on all devices together, and how often anything was: tests hold the
// programs' promises to it.
struct MemoryUse {
  int64_t bytes = 0, allocations = 0;
};
MemoryUse memory_use();

template <typename T>
class Buffer {
  static_assert(std::is_trivially_copyable<T>::value, "a buffer holds plain values");

 public:
  Buffer() = default;
  // Throws Error naming `what` and the sizes when the device has not that much memory.
  Buffer(Device device, int64_t size, const char* what)
      : device_(device),
        data_(static_cast<T*>(allocate_bytes(device, static_cast<size_t>(size) * sizeof(T), what))),
        size_(size) {}
  ~Buffer() { release_bytes(device_, data_, static_cast<size_t>(size_) * sizeof(T)); }
  Buffer(Buffer&& other) noexcept
      : device_(other.device_), data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  int64_t size() const { return size_; }  // in values
  Device device() const { return device_; }

 private:
  Device device_;
  T* data_ = nullptr;
  int64_t size_ = 0;
};

// From the host's memory to the buffer's start. `from` may be reused when this returns.
template <typename T>
void upload(Stream& stream, Buffer<T>& to, const T* from, int64_t count) {
  copy_bytes(stream, to.data(), to.device(), from, Device::cpu(), static_cast<size_t>(count) * sizeof(T));
}
// From a buffer's start to the host's memory, after all work queued before; waits for it.
template <typename T>
void download(Stream& stream, T* to, const Buffer<T>& from, int64_t count) {
  copy_bytes(stream, to, Device::cpu(), from.data(), from.device(), static_cast<size_t>(count) * sizeof(T));
}

// Host memory to host memory without reading the target into the cache first: for results that nobody reads soon.
// After the last one, and before another thread reads, the thread that copied calls finish_copies().
void copy_past_cache(void* to, const void* from, int64_t bytes);
void finish_copies();

}  // namespace striate
