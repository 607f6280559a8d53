#include "kernels/staging.h"

#include <cstring>
#include <string>
#include <utility>

#include "kernels/cuda_backend.h"
#include "kernels/error.h"
#include "kernels/threads.h"

namespace striate {

Staging::Staging(Device device, int64_t bytes, const char* what) : device_(device), bytes_(bytes) {
  slots_.resize(2);
  try {
    if (device_.is_cuda()) queue_ = cuda::create_queue(device_.index);
    for (Slot& slot : slots_) {
      if (!device_.is_cuda()) {
        slot.host = Buffer<uint8_t>(Device::cpu(), bytes, what);
        continue;
      }
      slot.there = Buffer<uint8_t>(device_, bytes, what);
      slot.pinned = cuda::allocate_pinned(device_.index, static_cast<size_t>(bytes));
      if (slot.pinned == nullptr) {
        throw Error(
            "not enough memory that a GPU can read for " + std::string(what) + ": " + std::to_string(bytes) + " bytes",
            "use a smaller size, or --device cpu");
      }
      slot.copied = cuda::create_event(device_.index);
      slot.read = cuda::create_event(device_.index);
    }
  } catch (...) {
    clear();
    throw;
  }
}

Staging::~Staging() { clear(); }

Staging::Staging(Staging&& other) noexcept
    : device_(other.device_),
      bytes_(std::exchange(other.bytes_, 0)),
      queue_(std::exchange(other.queue_, nullptr)),
      slots_(std::move(other.slots_)),
      at_(other.at_) {
  other.slots_.clear();
}

Staging& Staging::operator=(Staging&& other) noexcept {
  std::swap(device_, other.device_);
  std::swap(bytes_, other.bytes_);
  std::swap(queue_, other.queue_);
  std::swap(slots_, other.slots_);
  std::swap(at_, other.at_);
  return *this;
}

void Staging::clear() noexcept {
  // Pinned memory and events are given back once their copies are done: destroying waits for those.
  for (Slot& slot : slots_) {
    if (slot.copied != nullptr) cuda::destroy_event(device_.index, slot.copied);
    if (slot.read != nullptr) cuda::destroy_event(device_.index, slot.read);
    if (slot.pinned != nullptr) cuda::release_pinned(device_.index, slot.pinned);
  }
  slots_.clear();
  if (queue_ != nullptr) cuda::destroy_queue(device_.index, std::exchange(queue_, nullptr));
}

void* Staging::next() {
  at_ = 1 - at_;
  Slot& slot = slots_[at_];
  if (device_.is_cuda()) {
    cuda::wait_for_event(device_.index, slot.copied);
    return slot.pinned;
  }
  // Who relies on what stood there sees it in a test.
  if (debug_checks()) std::memset(slot.host.data(), 0xff, static_cast<size_t>(bytes_));
  return slot.host.data();
}

void Staging::send(Stream& stream, void* to, int64_t bytes) {
  Slot& slot = slots_[at_];
  const auto count = static_cast<size_t>(bytes);
  if (!device_.is_cuda()) return copy_bytes(stream, to, device_, slot.host.data(), Device::cpu(), count);
  const int index = device_.index;
  cuda::queue_waits_for(index, queue_, slot.read);
  cuda::copy(index, queue_, slot.there.data(), slot.pinned, count, cuda::Copy::to_device);
  cuda::record_event(index, slot.copied, queue_);
  cuda::queue_waits_for(index, stream.queue(), slot.copied);
  cuda::copy(index, stream.queue(), to, slot.there.data(), count, cuda::Copy::on_device);
  cuda::record_event(index, slot.read, stream.queue());
}

}  // namespace striate
