// What made one cell of an open network: its strongest inputs, and theirs, followed back through every layer to the
// picture.
//
//   const StrongestInputs made = *strongest_inputs(network, answer, {node, channel, row, column}, 5);
//   made.links: what lights up;  made.inputs: the strongest of the cell itself
//
// An input counts with what it puts into the value:
//
//   products (convolution, dense ...)   x * w
//   maximum                             the winner, with all; nobody else
//   average                             x / divisor
//   sum                                 x
//   normalized                          x * rstd * scale
//   function, copied                    the one x, with all, whatever its size
//   softmax                             what a logit changes in the logarithm of the share: 1 - p its own, which comes
//                                       first, -p another one's
//   anything else                       x times the slope there
//
// The selected cell's share is 1. An input's share is its reader's, times its part of the magnitudes of all that the
// reader reads. At every node the cells with the largest shares are kept, at most as many as asked for; the strongest
// inputs of each are its links. So there are never more than K cells at a node, nor more than K links into one. Order
// is total: ties go by place. What is not a number counts as the largest.
//
// It ends at the picture, at what was cut out, at what no picture reaches (constants count as inputs that are hidden),
// and where a layer cannot be followed: its cell says why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/explain/cell_walk.h"

namespace striate {

struct StrongestInputs {
  struct Cell {
    CellPlace place;
    float value = 0;     // as the network holds it
    double share = 0;    // of the selected one's magnitude
    bool cut = false;    // it is 0 because it was cut out
    int64_t inputs = 0;  // that count for something
    int64_t shown = 0;   // of them: with a link
    std::string why;     // it can't be followed any further; empty: it can
    int64_t hidden() const { return inputs - shown; }
  };
  struct Link {
    int from = 0, to = 0;  // cells: the input, and what reads it
    float x = 0;           // the input's value
    double weight = 1;     // what it counts
    double product = 0;    // the two together
    double share = 0;      // of the selected one's magnitude
  };
  // One of the selected cell's own.
  struct Input {
    CellPlace place;
    int term = 0;  // of its walk
    float x = 0;
    double weight = 1, product = 0, share = 0;
  };

  UnitWalk walk;                // of the selected cell
  std::vector<Cell> cells;      // the selected one, then by node from there to the picture; at a node the largest first
  std::vector<Link> links;      // by cell, then the strongest first
  std::vector<Input> inputs;    // the strongest first
  std::vector<int64_t> hidden;  // per node: of its cells' inputs
};

// Nothing where it was canceled. Throws Error: there is no such cell, a layer that can't be followed, fewer than 0.
std::optional<StrongestInputs> strongest_inputs(OpenNetwork& network, const NetworkAnswer& answer,
                                                const CellPlace& place, int k,
                                                const Session::Progress& progress = nullptr);

// What each input of a walk puts into its value, for those that count, in the walk's order.
struct CountedInput {
  int term = 0;
  double weight = 1, product = 0;
  double magnitude = 0;  // finite; infinite for what is not a number
  bool first = false;    // before all others
};
std::vector<CountedInput> counted_inputs(const UnitWalk& walk);

}  // namespace striate
