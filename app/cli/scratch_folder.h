// A folder for what a script writes while something is made of it: it goes with the object, and all that is in it.
#pragma once

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "engine/error.h"

namespace striate {

class ScratchFolder {
 public:
  explicit ScratchFolder(const char* name = "striate-film") {  // throws Error
    std::string pattern = (std::filesystem::temp_directory_path() / fmt::format("{}-XXXXXX", name)).string();
    if (!mkdtemp(pattern.data()))
      throw Error(fmt::format("{}: a folder cannot be made", pattern), "free some space there, or set TMPDIR");
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace striate
