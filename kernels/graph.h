// Work captured once and replayed: on CUDA a CUDA graph, one launch for everything that was queued; on the emulated GPU
// the list of those launches, each with the arguments that it had. On the CPU there is no queue, so nothing to capture:
// can_capture() says so, and the caller just runs the work.
//
// What is captured must not allocate, wait, or copy from the host's memory, and its pointers must stay valid as long as
// the graph is launched. The emulated GPU ends a program that does the first three.
#pragma once

#include <functional>
#include <memory>

#include "kernels/emulated.h"
#include "kernels/stream.h"

namespace striate {

class Graph {
 public:
  Graph() = default;
  ~Graph();
  Graph(Graph&& other) noexcept;
  Graph& operator=(Graph&& other) noexcept;

  // A GPU, without a log on the stream and without debug checks, both of which wait after every launch.
  static bool can_capture(const Stream& stream);

  // Records what work() queues on the stream, without running it. Throws Error where the device refuses.
  void capture(Stream& stream, const std::function<void()>& work);
  void launch(Stream& stream);  // queues it all; captured() only
  bool captured() const { return executable_ != nullptr || recording_ != nullptr; }
  void clear();

 private:
  void* executable_ = nullptr;  // cudaGraphExec_t
  std::unique_ptr<emulated::Recording> recording_;
};

}  // namespace striate
