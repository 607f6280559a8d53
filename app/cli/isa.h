// --isa: another instruction set for the kernels than the one that this processor's best is. Only packages have several
// (cmake/StriateKernels.cmake); which one runs is decided when a program is loaded, so another one is a new start.
#pragma once

#include <string>
#include <vector>

namespace striate {

// What --isa takes here: "v2", "v3", "v4" where the package has them and the processor runs them. A program that was
// built for one instruction set has just that.
std::vector<std::string> isas_here();

// A value of --isa: throws UsageError for a word that is none.
void check_isa(const std::string& word);

// Starts the program anew, with `arguments`, where `wanted` (empty: what STRIATE_ISA says, else the best) is not what
// runs. Returns where it is. Throws UsageError for a word that is none, Error where it is not to be had.
void take_isa(const std::string& wanted, const std::vector<std::string>& arguments);

}  // namespace striate
