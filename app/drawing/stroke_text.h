// A stroke as draw commands say it: "X Y X Y ...", each from 0 to kPadSide, x to the right and y down.
#pragma once

#include <string>
#include <string_view>

#include "engine/drawing/drawing.h"

namespace striate {

// Throws Error that names the command, and what else it takes: "undo, clear, pen X Y".
Stroke parse_stroke(std::string_view command, const std::string& text, std::string_view others);
// With one decimal.
std::string stroke_text(const Stroke& stroke);

}  // namespace striate
