// A stream: a device and its queue of work. The first argument of every operator.
//
// On the CPU and the emulated GPU a launch has finished when the call returns. On CUDA it has been queued: read results
// after synchronize(), or through download() of memory.h, which waits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/device.h"

namespace striate {

// How a launch was laid out: on a GPU its grid and its blocks; on the CPU, for a flat launch, how many stretches of
// indices its threads shared.
struct LaunchShape {
  int grid[3] = {1, 1, 1};   // blocks
  int block = 1;             // threads of a block
  int64_t shared_bytes = 0;  // of a block
  int registers = 0;         // of a thread, as the CUDA compiler counts them; 0 elsewhere

  friend bool operator==(const LaunchShape& a, const LaunchShape& b) {
    return a.grid[0] == b.grid[0] && a.grid[1] == b.grid[1] && a.grid[2] == b.grid[2] && a.block == b.block &&
           a.shared_bytes == b.shared_bytes && a.registers == b.registers;
  }
};

// Times of launches by name and shape, for the timings page and the benchmarks. While a stream has a log every launch
// on it is waited for, so attach one only to measure.
class LaunchLog {
 public:
  struct Row {
    std::string name;
    LaunchShape shape;
    int64_t launches = 0;
    double seconds = 0;  // sum over the launches
  };
  void add(const char* name, const LaunchShape& shape, double seconds);
  const std::vector<Row>& rows() const { return rows_; }  // in order of first launch
  void clear() { rows_.clear(); }

 private:
  std::vector<Row> rows_;
};

class Stream {
 public:
  // Throws Error where the device cannot be used.
  explicit Stream(Device device = Device::cpu());
  ~Stream();
  Stream(Stream&& other) noexcept;
  Stream& operator=(Stream&& other) noexcept;

  Device device() const { return device_; }
  // Waits for everything queued. Throws Error that names the last launch when one of them failed.
  void synchronize();

  void set_log(LaunchLog* log) { log_ = log; }  // not owned; null stops the log
  LaunchLog* log() const { return log_; }

  void* queue() const { return queue_; }  // cudaStream_t on CUDA, null on the CPU
  // What the last launch was called, for messages. `name` must outlive the stream: a literal.
  void set_last_launch(const char* name) { last_launch_ = name; }
  const char* last_launch() const { return last_launch_; }

 private:
  Device device_;
  void* queue_ = nullptr;
  LaunchLog* log_ = nullptr;
  const char* last_launch_ = "nothing";
};

}  // namespace striate
