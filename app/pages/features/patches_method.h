// Method `patches`: the strongest places of a unit in the training's pictures, the samples or a folder
// (engine/explain/patches.h), each cut to what the unit can see, with its value and its picture's name. One sweep finds
// them for all units of the layer.
#pragma once

#include <memory>

#include "app/pages/features/feature_method.h"

namespace striate {

std::unique_ptr<FeatureMethod> make_patches_method(const PageContext& context);

}  // namespace striate
