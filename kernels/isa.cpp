#include "kernels/isa.h"

#include <dlfcn.h>

#include <string>

#include "kernels/pack.h"

#ifndef STRIATE_ISA
#define STRIATE_ISA "native"
#endif

namespace striate {

const char* kernel_isa() { return STRIATE_ISA; }

std::string kernel_isa_instructions() {
#if defined(__AVX512F__) && defined(__AVX512BW__)
  std::string names = "AVX-512";
#elif defined(__AVX2__) && defined(__FMA__)
  std::string names = "AVX2 and FMA";
#elif defined(__AVX2__)
  std::string names = "AVX2";
#elif defined(__SSE4_2__)
  std::string names = "SSE4.2";
#elif defined(__SSE2__)
  std::string names = "SSE2";
#elif defined(__ARM_NEON)
  std::string names = "NEON";
#else
  std::string names = "what every processor of this kind has";
#endif
  return names + ", " + std::to_string(kPackWidth<float>) + " floats in a register";
}

std::string kernel_file() {
  Dl_info info;
  return dladdr(reinterpret_cast<const void*>(STRIATE_ISA), &info) != 0 && info.dli_fname ? info.dli_fname : "";
}

}  // namespace striate
