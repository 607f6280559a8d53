// Measured data that the program carries inside itself, as files: what lies in assets/data, by name. Where it comes
// from, and under which terms: assets/SOURCES.md.
//
// To add some: the file in assets/data/, its license beside it, its part of SOURCES.md, and a line in
// cmake/StriateNotices.cmake.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace striate {

// The bytes of a file; empty: there is none of this name.
std::string_view carried_data(std::string_view name);
// Whose names begin with `prefix`.
std::vector<std::string> carried_data_files(std::string_view prefix = "");

}  // namespace striate
