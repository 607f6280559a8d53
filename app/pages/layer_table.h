// The layers of the open network as a list, with what each gives and costs, and the maps of the chosen one, whose
// channels can be cut out by a click: for the pages that look at a network.
#pragma once

#include <cstdint>
#include <string>

#include "app/network/network_moment.h"
#include "app/widgets/geometry.h"
#include "app/widgets/hover_note.h"
#include "app/widgets/tensor_grid.h"
#include "engine/session/layer_times.h"

namespace striate {

class Ui;

constexpr float kLayerRow = 26;  // of the list

// Of the layer whose maps are shown, made when they change: a large one has millions of values.
struct ShownLayer {
  uint64_t version = 0;
  int node = -1;
  TensorScale scale;
  bool is_of(const NetworkMoment& moment, int wanted) const { return version == moment.version && node == wanted; }
  bool update(const NetworkMoment& moment, int wanted);  // whether it changed
};

struct LayerTable {
  std::string page;                   // what it finds out is called PAGE.revealed
  std::string command;                // that chooses a layer
  int chosen = 0;                     // node
  int revealed = -1;                  // the node that was scrolled to
  bool timed = false;                 // whether there is a column of times
  const LayerTimes* times = nullptr;  // null: being measured
};
void draw_layer_table(Ui& ui, Rect area, const NetworkMoment& moment, const LayerTable& list);

// What the maps of a layer take of this height.
float layer_maps_height(const NetworkMoment& moment, int node, float width, float height);
void draw_layer_maps(Ui& ui, Rect area, const NetworkMoment& moment, const ShownLayer& shown_layer, int node,
                     const std::string& page, HoverNote& note);

}  // namespace striate
