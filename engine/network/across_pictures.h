// What a layer says that can work across axis 0, the pictures of a batch, without changing its size: what comes out for
// one picture then depends on the others. Layers that can't, which are nearly all, need not know of it.
#pragma once

#include <string>
#include <vector>

#include "engine/tensor.h"

namespace striate {

class AcrossPictures {
 public:
  // With these inputs, in words: "its means go over axis 0". Empty: nothing. A batch normalization's statistics don't
  // count: in use there are none.
  virtual std::string across_pictures(const std::vector<Shape>& inputs) const = 0;

 protected:
  ~AcrossPictures() = default;
};

}  // namespace striate
