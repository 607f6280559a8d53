// Sets of pictures in which patches are looked for: a data set, pictures in memory, a folder with everything below it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/image.h"
#include "engine/session/open_network.h"
#include "engine/training/data/dataset.h"

namespace striate {

class PatchSource {
 public:
  virtual ~PatchSource() = default;
  virtual int64_t size() const = 0;
  virtual std::string name(int64_t picture) const = 0;  // for people
  // Any thread. Throws Error where it can't be read.
  virtual NetworkPicture read(int64_t picture) const = 0;
  // Another one whenever a picture is another. Empty: not known; nothing is kept then.
  virtual std::string key() const = 0;
};

// The pictures of these indices, as training sees them.
std::unique_ptr<PatchSource> patches_of(std::shared_ptr<const Dataset> data, std::vector<int64_t> indices);
std::unique_ptr<PatchSource> patches_of(std::vector<ImagePtr> pictures);
// All files in it and below it that are named like pictures, in the order of their paths. Throws Error: no such folder,
// none in it.
std::unique_ptr<PatchSource> patches_in(const std::string& folder);

}  // namespace striate
