// One cell of the open network in the inspector: what it is, the sum that made it, its strongest inputs. All of it is
// made behind the window, with the moment's own network:
//
//   worker->with(*moment, progress, [&](OpenNetwork& network) {
//     panel = make_cell_panel(network, *moment, place, k, progress);
//   });
//
// and drawn from here on without that network. Its buttons send "architecture.select LAYER CHANNEL ROW COLUMN" and
// "architecture.slice N".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/network/network_moment.h"
#include "app/widgets/ui.h"
#include "app/worker/latest.h"
#include "engine/error.h"
#include "engine/explain/receptive_field.h"
#include "engine/explain/size_formula.h"
#include "engine/explain/strongest_inputs.h"
#include "engine/walk/printed_sum.h"

namespace striate {

struct CellPanel {
  uint64_t version = 0;  // of the moment
  OpenNetworkInfoPtr info;
  CellPlace place;
  int k = 0;                      // that were asked for
  float value = 0;                // as the network holds it
  bool cut = false;               // it is 0 because it was cut out
  std::vector<SizeFormula> size;  // of its layer
  Counted parameters;             // of its layer
  std::optional<FieldBox> field;  // none: the network takes no pictures
  std::optional<Error> why;       // it can't be followed: what stands below is empty
  StrongestInputs inputs;         // and its walk
  PrintedSum printed;             // of a sum of products
  std::vector<CellPlace> places;  // of the walk's terms; those of the padding have node -1
  // A convolution's or dense layer's terms: one slice for each input channel.
  bool kernel = false;
  int slices = 1, columns = 1;  // columns: of the kernel
  struct After {
    int node = 0;
    float value = 0;
  };
  std::vector<After> after;  // what comes of it in the functions straight behind

  const UnitWalk& walk() const { return inputs.walk; }
};
using CellPanelPtr = std::shared_ptr<const CellPanel>;

// `network` is that of the moment. Null where it was canceled. Throws Error: a moment without an answer, no such cell.
CellPanelPtr make_cell_panel(OpenNetwork& network, const NetworkMoment& moment, const CellPlace& place, int k,
                             Progress& progress);

// What of it is shown.
struct CellPanelLook {
  int slice = 0;          // of the sum's input channels; one that it hasn't is the nearest
  int lit = -1;           // the term that is hovered on the stage
  int walked = -1;        // terms that are counted; -1: all
  bool can_walk = false;  // "architecture.walk N" counts them
};

// "layer conv1 (0), channel 3, row 12, column 8"; a vector's cell has no row and column.
std::string cell_title(const OpenNetworkInfo& info, const CellPlace& place);
// "conv1 0 12 8", what commands call it: LAYER CHANNEL ROW COLUMN.
std::string cell_arguments(const CellPlace& place);
// "rows 3 to 9, columns 0 to 6"
std::string field_words(const FieldBox& box);

// Title, value, shape with its formula, receptive field, parameters.
void draw_cell(Ui& ui, const CellPanel& panel);
// The sum, as the view `unit` of a training draws it. Returns the term of the walk under the mouse or the keyboard; -1:
// none.
int draw_cell_sum(Ui& ui, const CellPanel& panel, const CellPanelLook& look);
// The strongest inputs, each a row that selects it. Returns the one under the mouse or the keyboard; -1: none.
int draw_strongest_inputs(Ui& ui, const CellPanel& panel);

}  // namespace striate
