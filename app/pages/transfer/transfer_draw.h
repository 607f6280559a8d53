// What the parts of page `transfer` draw with.
#pragma once

#include <string>

#include "app/pages/transfer/transfer_job.h"
#include "app/widgets/ui.h"

namespace striate {

inline Color side_color(const Theme& theme, bool scratch) { return scratch ? theme.input : theme.activation; }

// "97.5 %", and behind it the spread of several seeds.
std::string accuracy_text(const StudyResult& result);

// Instead of what the features are needed for: how many there are.
void draw_features_progress(Ui& ui, const Rect& area, const TransferMoment& now);

}  // namespace striate
