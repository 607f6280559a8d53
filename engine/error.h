// Errors as the engine and the app see them: striate::Error{what, hint} from kernels/error.h, and `check`
// for a programmer's mistake, which prints the values and stops.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "kernels/error.h"

namespace striate {

// Stops the program with a message when a condition that only a programmer's mistake can break does not hold.
template <typename... Values>
void check(bool holds, fmt::format_string<Values...> message, Values&&... values) {
  if (holds) return;
  fmt::print(stderr, "striate: internal error: {}\n", fmt::format(message, std::forward<Values>(values)...));
  std::abort();
}

}  // namespace striate
