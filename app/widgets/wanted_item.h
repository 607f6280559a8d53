// The control that a command is given with: what a lesson's step rings.
#pragma once

#include <string_view>
#include <vector>

#include "app/widgets/ui.h"

namespace striate {

// What a hand uses to give this whole line: the button that sends just it, or the field, slider, list, grid or picture
// that puts a value behind its command. Never one that sends something else. Null: it is not on the screen.
const Item* wanted_item(const std::vector<Item>& items, std::string_view line);

// Whether it can be seen whole.
bool wholly_visible(const Item& item);

}  // namespace striate
