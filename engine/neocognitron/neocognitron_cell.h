// One cell of a Neocognitron taken apart: what stands in its window and every number of its formula
// (kernels/neocognitron.h), for whoever explains it.
#pragma once

#include <vector>

#include "engine/neocognitron/neocognitron.h"

namespace striate {

struct NeocognitronCell {
  int planes = 0, window = 0;  // of what it sees: planes x window x window
  std::vector<float> seen;     // 0 outside of the planes
  double sum = 0;              // of a * u, or of d * u_S
  double inhibits = 0;         // v, or v_S
  double factor = 0;           // of b * v in an S-cell: 2r / (1 + r)
  double cosine = 0;           // of an S-cell: how alike its window and what it has learned are, 0 to 1
  double threshold = 0;        // r / (1 + r): above it the S-cell answers
  double value = 0;
};

// a, b and r of its plane and stage. `before` is what the S-layer sees. A wrong formula has numbers of its own: `seen`
// holds the squares where it squares them, and a are those of plane 0 where all planes have these.
NeocognitronCell explain_s_cell(const NeocognitronMaps::Map& before, const NeocognitronMaps::Map& v,
                                const NeocognitronStage& stage, const std::vector<float>& a, float b, int row,
                                int column, NeocognitronFormula formula = NeocognitronFormula::right);
NeocognitronCell explain_c_cell(const NeocognitronMaps::Map& s, const NeocognitronStage& stage,
                                const std::vector<float>& d, int plane, int row, int column);

}  // namespace striate
