// What the host makes for every step, on its way to a GPU: while the GPU computes with one piece the host writes the
// next one and a queue of its own copies it, and nobody waits for anybody until both pieces are under way.
//
//   Staging staging(device, bytes, "a batch");
//   for (;;) {
//     write_to(staging.next());              // waits where what was sent from there two pieces ago is still being
//     copied staging.send(stream, to, bytes);       // what is queued on `stream` from now on finds it at `to`
//   }
//
// On CUDA the host's memory is pinned, and the piece is copied to a second place of the device first: what was queued
// before may still read the first. On the CPU and the emulated GPU send() has copied when it returns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/device.h"
#include "kernels/memory.h"
#include "kernels/stream.h"

namespace striate {

class Staging {
 public:
  Staging() = default;
  // For pieces of at most `bytes` bytes. Throws Error naming `what` where there is not enough memory, the host's or the
  // device's.
  Staging(Device device, int64_t bytes, const char* what);
  ~Staging();
  Staging(Staging&& other) noexcept;
  Staging& operator=(Staging&& other) noexcept;

  int64_t bytes() const { return bytes_; }
  // Where the host writes the next piece; what stands there means nothing. Aligned to 64 bytes.
  void* next();
  // Queues what was written: its first `bytes` bytes. `to` is on the device. Once for each next().
  void send(Stream& stream, void* to, int64_t bytes);

 private:
  struct Slot {
    Buffer<uint8_t> host;                                        // the CPU and the emulated GPU
    void *pinned = nullptr, *copied = nullptr, *read = nullptr;  // CUDA: memory and two events
    Buffer<uint8_t> there;                                       // CUDA
  };
  void clear() noexcept;
  Device device_;
  int64_t bytes_ = 0;
  void* queue_ = nullptr;
  std::vector<Slot> slots_;
  size_t at_ = 0;
};

}  // namespace striate
