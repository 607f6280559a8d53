// Colors that tell classes apart, also for the color-blind (Okabe and Ito 2008, with two of Paul Tol's). More classes
// than colors begin again.
#pragma once

#include <array>

#include "app/shell/theme.h"

namespace striate {

inline Color class_color(int64_t label) {
  static constexpr std::array<Color, 10> kColors{rgb(0xE69F00), rgb(0x56B4E9), rgb(0x009E73), rgb(0xF0E442),
                                                 rgb(0x0072B2), rgb(0xD55E00), rgb(0xCC79A7), rgb(0x999999),
                                                 rgb(0x882255), rgb(0x44AA99)};
  return kColors[static_cast<size_t>(label) % kColors.size()];
}

}  // namespace striate
