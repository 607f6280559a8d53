// A picture on a page's stage and the hand on it: which part is seen, the glide from one view to the next, and the
// cursor, a pixel that the mouse leads, a click pins and the arrow keys move. Pages that show the open picture own one;
// it gives each of them the same commands:
//
//   PAGE.cursor X Y    PAGE.move DX DY    PAGE.hover X Y    PAGE.pin on|off
//   PAGE.view X Y ZOOM    PAGE.zoom Z    PAGE.zoom.by FACTOR    PAGE.fit      readouts PAGE.zoom, PAGE.x, PAGE.y
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/command/registry.h"
#include "app/pages/page.h"
#include "app/shell/document.h"
#include "app/widgets/picture.h"
#include "app/widgets/view.h"

namespace striate {

class PictureStage {
 public:
  PictureStage(std::string page, const Document& document) : page_(std::move(page)), document_(&document) {}
  // Whose picture is looked at from now on; the view and the cursor stay. It has to outlive this.
  void look_at(const Document& document) { document_ = &document; }

  void declare(Registry& registry);
  std::vector<std::string> state() const;  // lenient commands: they also run with another picture
  std::vector<Page::Key> keys() const;
  void image_changed();  // fits, cursor to the middle

  const Image& need_image() const;  // throws Error where nothing is open

  int x() const { return x_; }  // the cursor; inside the picture
  int y() const { return y_; }
  bool pinned() const { return pinned_; }

  // Draws the picture, sends what the hand does to it, marks nothing. Returns the view that is shown.
  PictureResponse draw(Ui& ui, std::string_view label, const Rect& area, const PictureSource& source) const;
  void drawn(const Drawn& frame);  // its page passes it on
  // The frame around the cursor's pixel; a ring where pixels are too small for a frame.
  void mark_cursor(Ui& ui, const Rect& area, const View& view) const;
  // True where there is no picture to draw: then the area says so, and what to do; empty: open one.
  bool draw_missing(Ui& ui, const Rect& area, std::string_view what_to_do = {}) const;
  // A whole transport: Open at the left, the zoom at the right.
  void draw_transport(Ui& ui, const Rect& area) const;
  // "zoom", a slider, its value and Fit: for a row that is packed from the right.
  void draw_zoom(Ui& ui) const;

 private:
  // The view that commands have set, resolved for an area: that of the last frame.
  View goal() const { return goal(area_); }
  View goal(const Rect& area) const;
  void glide_to(const View& view);
  void show_at_once(const View& view);
  void bring_into_view();

  std::string page_;
  const Document* document_;
  View view_;       // zoom 0: fitted
  View from_;       // where the glide began
  int glides_ = 0;  // counts glides: what Ui eases along
  bool gliding_ = false;
  int x_ = 0, y_ = 0;
  bool pinned_ = false;
  bool placed_ = false;  // the cursor was put there on purpose, so that zooming goes about it

  // Not state: where the stage lay when it was last drawn, and where the mouse was, so that a mouse at rest does not
  // take the cursor away from a script.
  Rect area_{0, 0, 720, 560};
  Vec mouse_{-1, -1};
};

}  // namespace striate
