#include "app/shell/layout.h"

namespace striate {
namespace {

struct Columns {
  float navigation, inspector;
};

Columns columns(const LayoutRequest& r) {
  float grow = r.presentation ? 1.35f : 1.0f;
  Columns c{r.navigation ? 220 * grow : 0, r.inspector ? 340 * grow : 0};
  // The stage keeps at least two fifths of the window; where type is large the chapters make room first.
  float least = r.size.x * (r.presentation ? 0.5f : 0.4f);
  if (r.presentation && r.size.x - c.navigation - c.inspector < least) c.navigation = 0;
  if (r.size.x - c.navigation - c.inspector < least)
    c.inspector = std::max(0.0f, std::min(c.inspector, r.size.x * 0.4f));
  if (r.size.x - c.navigation - c.inspector < least) c.navigation = 0;
  c.navigation = std::round(c.navigation);
  c.inspector = std::round(c.inspector);
  return c;
}

}  // namespace

float narration_width(const LayoutRequest& request) {
  Columns c = columns(request);
  return request.size.x - c.navigation - c.inspector - 40;
}

ShellLayout layout_shell(const LayoutRequest& request) {
  ShellLayout out;
  Columns c = columns(request);
  Rect rest{0, 0, request.size.x, request.size.y};
  if (c.navigation > 0) out.navigation = rest.cut_left(c.navigation);
  float transport = request.presentation ? 80 : 56;
  if (request.transport) out.transport = rest.cut_bottom(transport);
  if (c.inspector > 0) out.inspector = rest.cut_right(c.inspector);
  if (c.navigation == 0 || c.inspector == 0) out.bar = rest.cut_top(request.presentation ? 56 : 40);
  if (request.narration > 0) {
    float most = std::max(72.0f, request.size.y * 0.42f);  // a long text scrolls rather than hide the stage
    float top = out.bar.empty() ? 16 : 4;
    rest.cut_top(top);
    Rect band = rest.cut_top(std::min(request.narration, most));
    out.narration = band.inset(20, 0);
    rest.cut_top(8);
  }
  out.stage = rest;
  return out;
}

}  // namespace striate
