// What find_patches() found, in a file of the user's cache folder, so that the same question is answered at once. Its
// name is a hash of all that decides the answer: the weights, the layers up to the one asked about, lesions, how
// pictures are prepared, the set's key. The file is safetensors (values, pictures, rows, columns, thumbnails); one that
// can't be read, or holds something else, is as good as none. Nothing here ever fails: without a folder there is no
// cache.
#pragma once

#include <optional>
#include <string>

#include "engine/explain/patches.h"

namespace striate {

class PatchCache {
 public:
  // Hashes the weights where there is a folder and a key; else it is empty.
  PatchCache(OpenNetwork& network, int node, const PatchSource& source, const PatchOptions& options);
  std::optional<Patches> read() const;
  void write(const Patches& found) const;  // and removes the oldest files, where they are many
  const std::string& path() const { return path_; }

 private:
  std::string folder_, path_;
  int node_ = 0;
  int64_t channels_ = 0, pictures_ = 0;
  Shape picture_;
  PatchOptions options_;
};

}  // namespace striate
