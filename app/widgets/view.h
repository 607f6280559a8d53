// How a picture lies in an area of the screen: which image point is in the middle, and how large a pixel is.
// Pure functions; image coordinates count pixels from the top left corner, so pixel (3, 2) covers [3, 4) x [2, 3).
#pragma once

#include "app/widgets/geometry.h"

namespace striate {

struct View {
  Vec center;      // the image point in the middle of the area
  float zoom = 0;  // screen units per image pixel; 0 means "fit": resolved by view_of()
};

inline bool operator==(const View& a, const View& b) { return a.center == b.center && a.zoom == b.zoom; }

inline constexpr float kZoomMost = 256;  // a pixel never grows larger than this

// The whole picture in the area with this margin; small pictures grow to fill it.
View fit_view(int width, int height, const Rect& area, float margin = 16);
// `view` itself, or the fitted one where its zoom is 0.
View view_of(const View& view, int width, int height, const Rect& area, float margin = 16);

// Zoom limits and a center within the picture, so that it can't get lost. The least zoom shows the picture at half the
// size that fits, or 1:1 if that is smaller.
View clamp_view(View view, int width, int height, const Rect& area);

// Zooms by `factor` so that the image point under the screen point `at` stays there; clamped.
View zoom_about(View view, float factor, Vec at, int width, int height, const Rect& area);
// Moves the picture by `delta` on the screen; clamped.
View pan_by(View view, Vec delta, int width, int height, const Rect& area);

Vec to_image(const View& view, const Rect& area, Vec screen);
Vec to_screen(const View& view, const Rect& area, Vec image);
// Where the whole picture lies on the screen.
Rect picture_rect(const View& view, int width, int height, const Rect& area);
// The pixels of which any part is visible.
CellRect visible_pixels(const View& view, int width, int height, const Rect& area);
// Where one pixel lies on the screen.
Rect pixel_rect(const View& view, const Rect& area, int x, int y);

struct PixelAt {
  bool inside = false;
  int x = 0;
  int y = 0;
};
PixelAt pixel_at(const View& view, int width, int height, const Rect& area, Vec screen);

// Between two views for a move: the zoom changes evenly by ratio and the point that both keep in place stays.
View mix_views(const View& from, const View& to, float t);

// The pyramid level whose pixels are at least about as fine as the screen's: 0 where zoom * scale >= 1.
int level_for(float zoom, float scale, int levels);

}  // namespace striate
