// Method `field`: which part of the picture the unit can see, computed from the layers, and which part of it the unit's
// gradient reaches for this very picture (engine/explain/receptive_field.h).
#pragma once

#include <memory>

#include "app/pages/features/feature_method.h"

namespace striate {

std::unique_ptr<FeatureMethod> make_field_method(const PageContext& context);

}  // namespace striate
