// The five places of the window, from its size: a pure function, so that tests can look for overlaps.
#pragma once

#include "app/widgets/geometry.h"

namespace striate {

struct LayoutRequest {
  Vec size;                // of the window, in the units that are drawn with
  bool navigation = true;  // wanted unfolded
  bool inspector = true;
  bool transport = false;  // the page has one
  bool presentation = false;
  float narration = 0;        // height that the lesson's words need; 0: no lesson is open
  bool has_inspector = true;  // the page has one: there is something to unfold
};

struct ShellLayout {
  Rect navigation;  // empty when folded away
  Rect inspector;   // empty when folded away
  // What brings folded panels back: a strip over the stage, or places at the transport's ends. Empty when not folded.
  Rect bar, unfold_navigation, unfold_inspector;
  Rect narration;  // empty when no lesson is open
  Rect stage;      // what the page draws on
  Rect transport;  // empty when the page has none
  Rect controls;   // of the transport, for the page's own
};

inline constexpr Vec kLeastWindow{800, 500};  // the window is never smaller

// How many times as large as usual everything is drawn: type, controls and every distance between them.
float presentation_unit(bool presentation, Vec window);

ShellLayout layout_shell(const LayoutRequest& request);
// The width that the narration band will have: its words are wrapped before the layout is known.
float narration_width(const LayoutRequest& request);

}  // namespace striate
