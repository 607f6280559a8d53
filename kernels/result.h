// What an operator does with memory that may already hold something: a tensor that several readers' gradients meet in.
#pragma once

namespace striate {

enum class Result {
  overwrite,  // written; what stood there before does not matter, NaN included
  accumulate  // added to what stands there
};

}  // namespace striate
