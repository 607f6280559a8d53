// A block of code in a text: monospaced on a ground of its own, its line breaks and indentation as they were written. A
// line that is wider than the column goes on in the next, farther in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/widgets/ui.h"

namespace striate {

// The lines as they are drawn where `columns` signs fit; a tab goes to the next multiple of four.
std::vector<std::string> lines_of_code(std::string_view code, int columns);

float code_block_height(const Ui& ui, std::string_view code, float width);
void code_block(Ui& ui, std::string_view code);  // in the column

}  // namespace striate
