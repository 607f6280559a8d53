#include "app/shell/layout.h"

#include <algorithm>
#include <cmath>

namespace striate {
namespace {

constexpr float kEnd = 12;          // from the window's edge to a button at an end of the transport
constexpr float kLeanHeight = 640;  // windows lower than this have no bar over the stage where there is a transport

struct Columns {
  float navigation, inspector;
};

Columns columns(const LayoutRequest& r) {
  Columns c{r.navigation ? (r.presentation ? 205.0f : 220.0f) : 0,
            r.inspector ? (r.presentation ? 300.0f : 340.0f) : 0};
  // The stage keeps at least two fifths of the window; while presenting the chapters make room first.
  float least = r.size.x * (r.presentation ? 0.5f : 0.4f);
  if (r.presentation && r.size.x - c.navigation - c.inspector < least) c.navigation = 0;
  if (r.size.x - c.navigation - c.inspector < least)
    c.inspector = std::max(0.0f, std::min(c.inspector, r.size.x * 0.4f));
  if (r.size.x - c.navigation - c.inspector < least) c.navigation = 0;
  c.navigation = std::round(c.navigation);
  c.inspector = std::round(c.inspector);
  return c;
}

// While presenting the lesson's words take the whole width, over the inspector too: they are fewer lines then.
float words_width(const LayoutRequest& r, const Columns& c) {
  return r.size.x - c.navigation - (r.presentation ? 0 : c.inspector) - 40;
}

}  // namespace

// Presentation mode is 1.6 times as large; where that would leave less room than the smallest window has, as much as
// leaves that. In tenths, so that fonts are not made anew at each pixel of a drag.
float presentation_unit(bool presentation, Vec window) {
  if (!presentation) return 1;
  const float share = std::min(window.x / kLeastWindow.x, window.y / kLeastWindow.y);
  return std::clamp(std::floor(share * 10 + 0.01f) / 10, 1.0f, 1.6f);
}

float narration_width(const LayoutRequest& request) { return words_width(request, columns(request)); }

ShellLayout layout_shell(const LayoutRequest& request) {
  ShellLayout out;
  Columns c = columns(request);
  Rect rest{0, 0, request.size.x, request.size.y};
  if (c.navigation > 0) out.navigation = rest.cut_left(c.navigation);
  if (request.transport) {
    out.transport = rest.cut_bottom(request.presentation ? 48 : 56);
    out.controls = out.transport.inset(20, 0);
  }
  // What unfolds the panels stands in a bar over the stage, or at the transport's ends where height is short.
  const bool folded = c.navigation == 0 || (c.inspector == 0 && request.has_inspector);
  const bool lean = request.transport && (request.presentation || request.size.y < kLeanHeight);
  if (folded && lean) {
    constexpr float side = 32;
    Rect ends = out.transport.inset(kEnd, 0);
    if (c.navigation == 0) out.unfold_navigation = ends.cut_left(side).centered(side, side);
    if (c.inspector == 0 && request.has_inspector) out.unfold_inspector = ends.cut_right(side).centered(side, side);
    if (c.navigation == 0) ends.cut_left(kEnd);
    if (c.inspector == 0) ends.cut_right(kEnd);
    if (c.navigation > 0) ends.cut_left(20 - kEnd);
    if (c.inspector > 0) ends.cut_right(20 - kEnd);
    out.controls = ends;
  }
  const bool across = request.presentation && request.narration > 0;
  if (!across && c.inspector > 0) out.inspector = rest.cut_right(c.inspector);
  if (folded && !lean) out.bar = rest.cut_top(40);
  if (request.narration > 0) {
    // A long text scrolls rather than hide the stage.
    float most = std::max(72.0f, request.size.y * (request.presentation ? 0.36f : 0.42f));
    float top = request.presentation ? 8 : out.bar.empty() ? 16 : 4;
    rest.cut_top(top);
    Rect band = rest.cut_top(std::min(request.narration, most));
    out.narration = band.inset(20, 0);
    rest.cut_top(8);
  }
  if (across && c.inspector > 0) out.inspector = rest.cut_right(c.inspector);
  out.stage = rest;
  return out;
}

}  // namespace striate
