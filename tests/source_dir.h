// Where the source tree is, for tests that read lessons, kernels or reference data from it.
#pragma once

#include <cstdlib>
#include <string>

namespace striate {

// The folder that STRIATE_SOURCE_DIR names; if unset, the one that the test was started in (ctest starts it in the
// tree).
inline std::string source_dir() {
  const char* set = std::getenv("STRIATE_SOURCE_DIR");
  return set != nullptr && *set != '\0' ? set : ".";
}

}  // namespace striate
