// Maps of one size side by side, each with a caption: where they stand and how one is drawn.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/shell/theme.h"
#include "app/widgets/geometry.h"
#include "app/widgets/hover_note.h"
#include "engine/explain/heat.h"

namespace striate {

class Ui;

struct HeatPanel {
  std::string label, words, tooltip;  // for tests and keys; of its note
  Rect caption, place, picture;       // above it; with its indices; the picture's place, the same size in all
  double height = 1, width = 1;       // of the picture in pixels
  bool indices = false;               // rows and columns are numbered, and numbers stand in cells that are large enough
  Concept tone = Concept::none;
  std::string command = {};                 // of a click
  int64_t first_row = 0, first_column = 0;  // of the picture, where only a part of it is drawn
};

// `columns` x `rows` of them, as large as they fit; `edge`: room for indices in each.
std::vector<HeatPanel> heat_panels(Rect area, int columns, int rows, Vec edge, const Shape& picture);
HeatPanel heat_panel(Rect area, Vec edge, const Shape& picture);
// `shorter`: where the title has no room.
void draw_panel_caption(Ui& ui, const HeatPanel& panel, std::string_view title, std::string_view number = {},
                        std::string_view shorter = {});
// What the maps at one ReLU with their words need, at least, in a room of this width.
float arithmetic_height(float width);
// A map where its cells lie on the picture, its colors up to `limit`; `note` gets the cell under the mouse.
void draw_heat_grid(Ui& ui, const HeatPanel& panel, std::string_view key, uint64_t version, const HeatMap& map,
                    float limit, bool has_sign, HoverNote& note);
}  // namespace striate
