// The instruction set that the kernels were compiled for. A package has kernels for x86-64-v2, v3 and v4, of which one
// set is loaded when the program starts (cmake/StriateKernels.cmake).
#pragma once

#include <string>

namespace striate {

// "native" (compiled for the machine it was built on), "v2", "v3" or "v4" (x86-64-v2 and so on), else "generic".
const char* kernel_isa();
// What of it the kernels use, in one line: "AVX-512, 16 floats in a register".
std::string kernel_isa_instructions();
// The file that the running kernels were loaded from: a library, or the program itself. Empty where nobody knows.
std::string kernel_file();

}  // namespace striate
