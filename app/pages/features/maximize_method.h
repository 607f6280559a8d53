// Method `maximize`: pictures that are made to excite a unit, from noise, by following the gradient uphill
// (engine/explain/maximize.h), with switches for what keeps them pictures; of one unit, of all of a layer, or of one at
// every kept step of a training.
#pragma once

#include <memory>

#include "app/pages/features/feature_method.h"

namespace striate {

std::unique_ptr<FeatureMethod> make_maximize_method(const PageContext& context);

}  // namespace striate
