#include "kernels/memory.h"

#include <sys/mman.h>
#include <sys/sysinfo.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

#include "kernels/copy_count.h"
#include "kernels/cuda_backend.h"
#include "kernels/emulated.h"
#include "kernels/error.h"
#include "kernels/threads.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace striate {
namespace {

std::atomic<int64_t> bytes_in_use{0}, allocations{0}, host_bytes{0}, to_host{0};

// The machine's memory and swap space. A system may promise more and end the program when it is used.
int64_t host_limit() {
  static const int64_t limit = [] {
    struct sysinfo info {};
    if (sysinfo(&info) != 0) return std::numeric_limits<int64_t>::max();
    return static_cast<int64_t>((uint64_t{info.totalram} + info.totalswap) * info.mem_unit);
  }();
  return limit;
}

// Large pages where the system has them: a network's weights pass through the processor once a picture, and looking up
// small pages stalls that.
void* allocate_host(size_t bytes) {
  constexpr size_t large_page = size_t{2} << 20;
  if (bytes < 2 * large_page) return std::aligned_alloc(64, bytes);
  void* memory = nullptr;
  if (posix_memalign(&memory, large_page, bytes) != 0) return nullptr;
  madvise(memory, bytes, MADV_HUGEPAGE);  // a wish: whether it is granted changes no result
  return memory;
}

}  // namespace

int64_t copies_to_host() { return to_host.load(); }

MemoryUse memory_use() { return {bytes_in_use.load(), allocations.load()}; }

void* allocate_bytes(Device device, size_t bytes, const char* what) {
  if (bytes == 0) return nullptr;
  if (device.is_gpu()) emulated::refuse_while_capturing("memory is allocated");
  const size_t rounded = (bytes + 63) / 64 * 64;
  void* memory = nullptr;
  const bool possible = bytes <= size_t{1} << 47;  // more than any machine can address: don't even ask
  if (possible && (device.is_cuda() || host_bytes + static_cast<int64_t>(bytes) <= host_limit())) {
    memory = device.is_cuda() ? cuda::allocate(device.index, rounded) : allocate_host(rounded);
  }
  if (!memory) {
    throw Error(
        "not enough memory on " + device.id() + " for " + what + ": " + std::to_string(bytes) + " bytes (" +
            std::to_string(bytes >> 20) + " MiB)",
        device.is_cuda() ? "use a smaller size, or --device cpu" : "use a smaller size, or close other programs");
  }
  bytes_in_use += static_cast<int64_t>(bytes);
  if (!device.is_cuda()) host_bytes += static_cast<int64_t>(bytes);
  ++allocations;
  if (debug_checks()) {
    if (device.is_cuda()) {
      cuda::fill(device.index, memory, 0xff, rounded);
    } else {
      std::memset(memory, 0xff, rounded);
    }
  }
  return memory;
}

void release_bytes(Device device, void* memory, size_t bytes) noexcept {
  if (!memory) return;
  if (device.is_gpu()) emulated::refuse_while_capturing("memory is released");
  bytes_in_use -= static_cast<int64_t>(bytes);
  if (device.is_cuda()) {
    cuda::release(device.index, memory);
  } else {
    host_bytes -= static_cast<int64_t>(bytes);
    std::free(memory);
  }
}

void copy_bytes(Stream& stream, void* to, Device to_device, const void* from, Device from_device, size_t bytes) {
  if (bytes == 0) return;
  if (from_device.is_gpu() && to_device.is_cpu()) ++to_host;
  if (to_device.is_emulated() && from_device.is_emulated()) return emulated::copy(stream, to, from, bytes);
  if (!to_device.is_cuda() && !from_device.is_cuda()) {
    if (stream.device().is_emulated()) emulated::refuse_while_capturing("memory is copied to or from the host");
    std::memcpy(to, from, bytes);
    return;
  }
  const int index = to_device.is_cuda() ? to_device.index : from_device.index;
  const cuda::Copy direction = from_device.is_cpu() ? cuda::Copy::to_device
                               : to_device.is_cpu() ? cuda::Copy::to_host
                                                    : cuda::Copy::on_device;
  cuda::copy(index, stream.queue(), to, from, bytes, direction);
  if (direction != cuda::Copy::on_device) stream.synchronize();
}

void copy_past_cache(void* to, const void* from, int64_t bytes) {
#if defined(__SSE2__)
  // Ends that do not fill a cache line are stored normally.
  auto* target = static_cast<uint8_t*>(to);
  const auto* source = static_cast<const uint8_t*>(from);
  const int64_t head = std::min<int64_t>(bytes, (64 - reinterpret_cast<uintptr_t>(target) % 64) % 64);
  std::memcpy(target, source, head);
  int64_t i = head;
  for (; i + 64 <= bytes; i += 64) {
#if defined(__AVX512F__)
    _mm512_stream_si512(reinterpret_cast<__m512i*>(target + i), _mm512_loadu_si512(source + i));
#else
    for (int k = 0; k < 64; k += 16) {
      _mm_stream_si128(reinterpret_cast<__m128i*>(target + i + k),
                       _mm_loadu_si128(reinterpret_cast<const __m128i*>(source + i + k)));
    }
#endif
  }
  std::memcpy(target + i, source + i, bytes - i);
#else
  std::memcpy(to, from, bytes);
#endif
}

void finish_copies() {
#if defined(__SSE2__)
  _mm_sfence();
#endif
}

}  // namespace striate
