// Method `maps`: what each unit gives for the picture that the network looks at now.
#pragma once

#include <memory>

#include "app/pages/features/feature_method.h"

namespace striate {

std::unique_ptr<FeatureMethod> make_maps_method();

}  // namespace striate
