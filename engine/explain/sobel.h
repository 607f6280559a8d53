// The second control beside every heat map: the plain edges of the picture, which know nothing of any network. A map
// that looks like them may have found no more than edges.
#pragma once

#include <vector>

#include "engine/explain/heat_map.h"

namespace striate {

// The size of the gradient of brightness, sqrt(gx^2 + gy^2) of the filters sobel-x and sobel-y, edges repeated. Of the
// prepared picture, (C, H, W) in RGB or gray, 0..1, as LookedAt::pixels has it.
HeatMap sobel(Stream& stream, const Shape& picture, const std::vector<float>& pixels);

}  // namespace striate
