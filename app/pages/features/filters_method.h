// Method `filters`: the weights themselves. Those of the first convolution, which reads the picture, in color; deeper
// ones per input channel, and composed with the layer before into a pattern of the picture where that makes sense
// (engine/explain/composed_filters.h).
#pragma once

#include <memory>

#include "app/pages/features/feature_method.h"

namespace striate {

std::unique_ptr<FeatureMethod> make_filters_method(const PageContext& context);

}  // namespace striate
