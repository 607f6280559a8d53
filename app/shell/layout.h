// The five places of the window, from its size: a pure function, so that tests can look for overlaps.
#pragma once

#include "app/widgets/geometry.h"

namespace striate {

struct LayoutRequest {
  Vec size;                // of the window, logical
  bool navigation = true;  // wanted unfolded
  bool inspector = true;
  bool transport = false;  // the page has one
  bool presentation = false;
  float narration = 0;  // height that the lesson's words need; 0: no lesson is open
};

struct ShellLayout {
  Rect navigation;  // empty when folded away
  Rect inspector;   // empty when folded away
  Rect bar;         // a strip over the stage with what brings folded panels back; empty when neither is folded
  Rect narration;   // empty when no lesson is open
  Rect stage;       // what the page draws on
  Rect transport;   // empty when the page has none
};

inline constexpr Vec kLeastWindow{1024, 700};

ShellLayout layout_shell(const LayoutRequest& request);
// The width that the narration band will have: its words are wrapped before the layout is known.
float narration_width(const LayoutRequest& request);

}  // namespace striate
