#include "kernels/graph.h"

#include <string>
#include <utility>

#include "kernels/cuda_backend.h"
#include "kernels/error.h"
#include "kernels/launch.h"

namespace striate {
namespace cuda {

// nvcc's pass talks to the runtime, the host compiler's pass has the class; a build without CUDA has neither.
void begin_capture(int index, void* queue);
void* end_capture(int index, void* queue, bool keep);  // a cudaGraphExec_t; null unless keep
void launch_graph(int index, void* queue, void* executable);
void destroy_graph(void* executable) noexcept;

#ifdef __CUDACC__

static void require_graph(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  cudaGetLastError();
  throw Error(std::string(what) + " failed on the GPU: " + cudaGetErrorString(error),
              "start the program again, or use --device cpu");
}

void begin_capture(int index, void* queue) {
  require_graph(cudaSetDevice(index), "choosing a GPU");
  const std::unique_lock<std::mutex> alone = before_capture(index, queue);
  require_graph(cudaStreamBeginCapture(static_cast<cudaStream_t>(queue), cudaStreamCaptureModeThreadLocal),
                "capturing a step");
}

void* end_capture(int index, void* queue, bool keep) {
  cudaSetDevice(index);
  cudaGraph_t graph = nullptr;
  const cudaError_t ended = cudaStreamEndCapture(static_cast<cudaStream_t>(queue), &graph);
  if (!keep) {
    cudaGetLastError();
    if (graph != nullptr) cudaGraphDestroy(graph);
    return nullptr;
  }
  require_graph(ended, "capturing a step");
  cudaGraphExec_t executable = nullptr;
#if CUDART_VERSION >= 12000
  const cudaError_t made = cudaGraphInstantiate(&executable, graph, 0);
#else
  const cudaError_t made = cudaGraphInstantiate(&executable, graph, nullptr, nullptr, 0);
#endif
  cudaGraphDestroy(graph);
  require_graph(made, "preparing a captured step");
  return executable;
}

void launch_graph(int index, void* queue, void* executable) {
  require_graph(cudaSetDevice(index), "choosing a GPU");
  require_graph(cudaGraphLaunch(static_cast<cudaGraphExec_t>(executable), static_cast<cudaStream_t>(queue)),
                "replaying a captured step");
}

void destroy_graph(void* executable) noexcept { cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(executable)); }

#elif !STRIATE_WITH_CUDA

void begin_capture(int, void*) {}
void* end_capture(int, void*, bool) { return nullptr; }
void launch_graph(int, void*, void*) {}
void destroy_graph(void*) noexcept {}

#endif

}  // namespace cuda

#ifndef __CUDACC__

Graph::~Graph() { clear(); }
Graph::Graph(Graph&& other) noexcept
    : executable_(std::exchange(other.executable_, nullptr)), recording_(std::move(other.recording_)) {}
Graph& Graph::operator=(Graph&& other) noexcept {
  std::swap(executable_, other.executable_);
  std::swap(recording_, other.recording_);
  return *this;
}

void Graph::clear() {
  if (executable_ != nullptr) cuda::destroy_graph(std::exchange(executable_, nullptr));
  recording_.reset();
}

bool Graph::can_capture(const Stream& stream) {
  return stream.device().is_gpu() && stream.log() == nullptr && !debug_checks();
}

void Graph::capture(Stream& stream, const std::function<void()>& work) {
  if (!can_capture(stream)) {
    throw Error("a step cannot be captured on " + stream.device().id(), "run it step by step");
  }
  clear();
  if (stream.device().is_emulated()) {
    auto recording = std::make_unique<emulated::Recording>();
    emulated::begin_capture(stream, recording.get());
    try {
      work();
    } catch (...) {
      emulated::end_capture();
      throw;
    }
    emulated::end_capture();
    recording_ = std::move(recording);
    return;
  }
  cuda::begin_capture(stream.device().index, stream.queue());
  try {
    work();
  } catch (...) {
    cuda::end_capture(stream.device().index, stream.queue(), false);
    throw;
  }
  executable_ = cuda::end_capture(stream.device().index, stream.queue(), true);
}

void Graph::launch(Stream& stream) {
  if (recording_ == nullptr) return cuda::launch_graph(stream.device().index, stream.queue(), executable_);
  for (const auto& launch : *recording_) launch();
}

#endif

}  // namespace striate
