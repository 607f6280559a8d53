// Classes of the open network as the page's settings name them: by their place among the best of the present answer, 0
// the best, or by their name.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/pages/features/feature_method.h"
#include "app/widgets/ui.h"

namespace striate {

// Nothing: there is no such class, or there is no answer yet.
std::optional<int> class_said(const NetworkMoment& moment, const std::string& said);
// Throws Error, with what may be meant.
void check_class(const NetworkMoment& moment, const std::string& said);
// The ten best and the one that is chosen, for a list; `none` may be chosen, too.
std::vector<Choice> class_choices(const FeatureLook& look, const std::string& chosen, bool none);

}  // namespace striate
