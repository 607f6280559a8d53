// How alike two maps of one target are: Spearman's rank correlation of absolute values, over the cells that the target
// can see. Of a unit that sees little of the picture all other cells are 0 in every map; counted, they would agree
// whatever the maps say.
#pragma once

#include <optional>

#include "engine/explain/heat_map.h"
#include "engine/explain/target.h"

namespace striate {

// Both on the same grid. None where it is not defined (rank_correlation.h).
std::optional<double> map_correlation(const OpenNetworkInfo& info, const Target& target, const HeatMap& one,
                                      const HeatMap& other);

}  // namespace striate
