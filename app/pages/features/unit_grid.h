// The units of a layer as small pictures side by side, all of them, in a panel that scrolls where they have no room; a
// click chooses one. As maps of numbers, or as pictures of values 0..1.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/pages/features/feature_method.h"
#include "app/widgets/tensor_grid.h"

namespace striate {

constexpr int64_t kMostUnits = 1024;  // that are drawn

// The present activations of the layer.
TensorMaps unit_maps(const FeatureLook& look);
void draw_unit_maps(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note);

// A grid of any maps, one per unit: fills in layout, name, command, what is selected; and its caption.
struct UnitGrid {
  TensorGrid grid;  // maps, key, version, scale; `name` may be there
  std::string caption;
  bool pictures = false;                                         // the maps are colors, -1 to 1 for 0 to 1 (as_colors)
  std::function<void(int64_t unit, HoverNote& note)> more = {};  // lines of the note
};
// How much of `most` so many pictures of this shape need in this width, with their caption.
float unit_grid_height(int64_t count, int rows, int columns, float width, float most);
void draw_unit_grid(Ui& ui, Rect area, const FeatureLook& look, UnitGrid grid, HoverNote& note);

// Pictures 0..1 (C, H, W), one after the other, as the three planes of a grid of colors.
std::vector<float> as_colors(std::span<const float> pictures, const Shape& shape);
// A picture 0..1 as large as it fits into `area`, from its upper left corner; where it stands.
Rect draw_one_picture(Ui& ui, const Rect& area, const std::string& key, uint64_t version, const Shape& shape,
                      const std::vector<float>& pixels);
ImagePtr image_of_pixels(const Shape& shape, const std::vector<float>& pixels, const std::string& name);
// A map of numbers in the colors in which it is shown, every value a square of pixels, for a file.
ImagePtr image_of_map(const TensorMaps& maps, int64_t map, const TensorScale& scale, const std::string& name);

}  // namespace striate
