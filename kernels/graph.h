// Work captured once and replayed: on CUDA a CUDA graph, one launch for everything that was queued. On the CPU there is
// no queue, so nothing to capture: can_capture() says so, and the caller just runs the work.
//
// What is captured must not allocate, wait, or copy from the host's memory, and its pointers must stay valid as long as
// the graph is launched.
#pragma once

#include <functional>

#include "kernels/stream.h"

namespace striate {

class Graph {
 public:
  Graph() = default;
  ~Graph();
  Graph(Graph&& other) noexcept;
  Graph& operator=(Graph&& other) noexcept;

  // CUDA, without a log on the stream and without debug checks, both of which wait after every launch.
  static bool can_capture(const Stream& stream);

  // Records what work() queues on the stream, without running it. Throws Error where the device refuses.
  void capture(Stream& stream, const std::function<void()>& work);
  void launch(Stream& stream);  // queues it all; captured() only
  bool captured() const { return executable_ != nullptr; }
  void clear();

 private:
  void* executable_ = nullptr;  // cudaGraphExec_t
};

}  // namespace striate
