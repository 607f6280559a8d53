// What an operator does with memory that may already hold something: a slot that several readers' gradients meet in.
#pragma once

namespace striate {

enum class Result {
  replace,  // written; what stood there before does not matter, NaN included
  add       // added to what stands there
};

}  // namespace striate
