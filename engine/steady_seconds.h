// Seconds of a clock that only goes forward, for how long something takes; from no particular moment.
#pragma once

#include <chrono>

namespace striate {

inline double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace striate
