// Places to compute: the processor, or a CUDA device. No device is hidden: a Stream (stream.h) carries one and is the
// first argument of every operator.
//
// A missing or too old NVIDIA driver is not an error, it is a machine without CUDA.
#pragma once

#include <string>
#include <vector>

namespace striate {

struct Device {
  enum class Kind { cpu, cuda };
  Kind kind = Kind::cpu;
  int index = 0;  // which of several CUDA devices; 0 for the processor

  static Device cpu() { return {Kind::cpu, 0}; }
  static Device best();              // the first CUDA device that works, else the processor
  static std::vector<Device> all();  // the processor first, then every CUDA device that works

  // "auto" (best()), "cpu", "cuda" (the first one) or "cuda:N". Throws Error for any other word, and for "cuda" on a
  // machine where none works; the hint says why none does.
  static Device parse(const std::string& word);

  bool is_cpu() const { return kind == Kind::cpu; }
  bool is_cuda() const { return kind == Kind::cuda; }
  std::string id() const;    // "cpu", "cuda", "cuda:1": what parse() reads
  std::string name() const;  // "CPU, 2 cores", "NVIDIA GeForce RTX 4060, 8188 MiB"

  friend bool operator==(const Device& a, const Device& b) { return a.kind == b.kind && a.index == b.index; }
  friend bool operator!=(const Device& a, const Device& b) { return !(a == b); }
};

// Why this machine or build has no CUDA device, in one line ("built without CUDA", "no NVIDIA driver", ...);
// empty where Device::all() lists one.
std::string why_no_cuda();

}  // namespace striate
