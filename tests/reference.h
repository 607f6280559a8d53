// Reference data that are not part of the project: tests that use them find them here, and skip, with the reason,
// where they are missing.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/source_dir.h"

namespace striate {

// The folder that STRIATE_REFERENCE names; if unset, `../shared` beside the checkout. May not exist.
inline std::string reference_folder() {
  const char* set = std::getenv("STRIATE_REFERENCE");
  if (set != nullptr && *set != '\0') return set;
  return source_dir() + "/../shared";
}

// "golden/filters.safetensors" -> its full path.
inline std::string reference_path(const std::string& name) { return reference_folder() + "/" + name; }

inline bool has_reference(const std::string& name) {
  std::error_code ignored;
  return std::filesystem::exists(reference_path(name), ignored);
}

}  // namespace striate

// First line of a test that needs a file or folder of the reference data: skips with the reason where it is missing.
// A macro because GTEST_SKIP returns from the function that it stands in.
#define STRIATE_NEEDS_REFERENCE(name)                                    \
  if (!striate::has_reference(name))                                     \
  GTEST_SKIP() << "no " << name << " in " << striate::reference_folder() \
               << ": set STRIATE_REFERENCE to the folder that holds the reference data"
