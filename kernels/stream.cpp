#include "kernels/stream.h"

#include <cstring>
#include <utility>

#include "kernels/cuda_backend.h"
#include "kernels/emulated.h"

namespace striate {

void LaunchLog::add(const char* name, const LaunchShape& shape, double seconds) {
  for (Row& row : rows_) {
    if (row.name == name && row.shape == shape) {
      ++row.launches;
      row.seconds += seconds;
      return;
    }
  }
  rows_.push_back({name, shape, 1, seconds});
}

Stream::Stream(Device device) : device_(device) {
  if (device_.is_cuda()) queue_ = cuda::create_queue(device_.index);
}

Stream::~Stream() {
  if (queue_) cuda::destroy_queue(device_.index, queue_);
}

Stream::Stream(Stream&& other) noexcept
    : device_(other.device_),
      queue_(std::exchange(other.queue_, nullptr)),
      log_(other.log_),
      last_launch_(other.last_launch_) {}

Stream& Stream::operator=(Stream&& other) noexcept {
  std::swap(device_, other.device_);
  std::swap(queue_, other.queue_);
  std::swap(log_, other.log_);
  std::swap(last_launch_, other.last_launch_);
  return *this;
}

void Stream::synchronize() {
  if (device_.is_cuda()) cuda::synchronize(device_.index, queue_, last_launch_);
  if (device_.is_emulated()) emulated::refuse_while_capturing("a stream is waited for");
}

}  // namespace striate
