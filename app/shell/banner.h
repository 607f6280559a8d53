// The band over the stage with what a page has to tell on every page. It has a place of its own, so that it covers
// nothing.
#pragma once

#include "app/pages/page.h"
#include "app/widgets/ui.h"

namespace striate {

// The height that it takes where it may be so wide; 0: not even a line fits.
float banner_height(Ui& ui, const PageBanner& banner, float width);
void draw_banner(Ui& ui, const PageBanner& banner, const Rect& band);

}  // namespace striate
