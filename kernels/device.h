// Places to compute: the processor, a CUDA device, or an emulated GPU. No device is hidden: a Stream (stream.h) carries
// one and is the first argument of every operator.
//
// A missing or too old NVIDIA driver is not an error, it is a machine without CUDA.
//
// The emulated GPU is the processor doing what a GPU would: the kernels' CUDA shapes (block sizes, pack width, tiles,
// reduction trees), memory that the host may not touch, captured steps. It is slow, and for tests: what is written for
// GPUs runs on every machine, and a value summed on it is summed in CUDA's order. Nobody gets it without asking.
#pragma once

#include <string>
#include <vector>

namespace striate {

struct Device {
  enum class Kind { cpu, cuda, emulated };
  Kind kind = Kind::cpu;
  int index = 0;  // which of several CUDA devices; 0 for the others

  static Device cpu() { return {Kind::cpu, 0}; }
  static Device emulated() { return {Kind::emulated, 0}; }
  static Device best();                        // the first CUDA device that works, else the processor
  static std::vector<Device> all();            // the processor first, then every CUDA device that works
  static std::vector<Device> all_for_tests();  // the processor, the emulated GPU, then every CUDA device that works

  // "auto" (best()), "cpu", "cuda" (the first one), "cuda:N" or "emulated". Throws Error for any other word, and for
  // "cuda" on a machine where none works; the hint says why none does.
  static Device parse(const std::string& word);

  bool is_cpu() const { return kind == Kind::cpu; }
  bool is_cuda() const { return kind == Kind::cuda; }
  bool is_emulated() const { return kind == Kind::emulated; }
  // A GPU, real or emulated: GPU shapes, and memory of its own. Forks ask this; is_cuda() is for calls to CUDA itself.
  bool is_gpu() const { return kind != Kind::cpu; }
  std::string id() const;    // "cpu", "cuda", "cuda:1", "emulated": what parse() reads
  std::string name() const;  // "CPU, 2 cores", "NVIDIA GeForce RTX 4060, 8188 MiB"

  friend bool operator==(const Device& a, const Device& b) { return a.kind == b.kind && a.index == b.index; }
  friend bool operator!=(const Device& a, const Device& b) { return !(a == b); }
};

// Why this machine or build has no CUDA device, in one line ("built without CUDA", "no NVIDIA driver", ...);
// empty where Device::all() lists one.
std::string why_no_cuda();

}  // namespace striate
