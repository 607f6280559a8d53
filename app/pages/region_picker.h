// The open picture, small, with the region on it that a page of number grids reads: a click or a drag moves it there,
// arrow keys move it by a cell.
#pragma once

#include <string_view>

#include "app/shell/document.h"

namespace striate {

class Ui;

// The region's corner and size in pixels of the document's picture. Sends "PREFIX image X Y WIDTH HEIGHT". Draws
// nothing where no picture is open.
void region_picker(Ui& ui, const Document& document, int x, int y, int width, int height, std::string_view prefix);

}  // namespace striate
