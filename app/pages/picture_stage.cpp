#include "app/pages/picture_stage.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>

#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr double kFar = 1 << 24;     // no picture has a side longer than this
constexpr double kLeastZoom = 1e-4;  // a picture of that side still fits a screen
constexpr float kGlideSeconds = 0.35f;
constexpr float kMargin = 16;
constexpr float kFrameZoom = 5;  // cells of this size and more get a frame, smaller ones a ring

}  // namespace

const Image& PictureStage::need_image() const {
  if (!document_->image) throw Error("no picture is open", "open one: open FILE, or open portrait");
  return *document_->image;
}

void PictureStage::declare(Registry& registry) {
  const auto name = [this](const char* what) { return page_ + "." + what; };
  registry.add(Command{
      name("cursor"),
      N_("Puts the cursor on a pixel, which the inspector then reads"),
      {Parameter::integer("X", "column, counted from 0", 0, kFar),
       Parameter::integer("Y", "row, counted from 0", 0, kFar)},
      [this](const Arguments& arguments) {
        const Image& image = need_image();
        const int64_t x = arguments.integer(0), y = arguments.integer(1);
        if (x >= image.width || y >= image.height) {
          throw Error(fmt::format("the picture has no pixel {} {}", x, y),
                      fmt::format("it is {} x {}: columns 0 to {}, rows 0 to {}", image.width, image.height,
                                  image.width - 1, image.height - 1));
        }
        x_ = static_cast<int>(x), y_ = static_cast<int>(y);
        placed_ = true;
        bring_into_view();
      },
  });
  registry.add(Command{
      name("move"),
      N_("Moves the cursor by so many pixels and stops at the picture's edge"),
      {Parameter::integer("DX", "columns to the right", -kFar, kFar),
       Parameter::integer("DY", "rows down", -kFar, kFar)},
      [this](const Arguments& arguments) {
        const Image& image = need_image();
        x_ = static_cast<int>(std::clamp<int64_t>(x_ + arguments.integer(0), 0, image.width - 1));
        y_ = static_cast<int>(std::clamp<int64_t>(y_ + arguments.integer(1), 0, image.height - 1));
        placed_ = true;
        bring_into_view();
      },
  });
  registry.add(Command{
      name("hover"),
      N_("What the mouse does over the picture: the cursor follows unless it is pinned"),
      {Parameter::integer("X", "column, counted from 0", 0, kFar),
       Parameter::integer("Y", "row, counted from 0", 0, kFar)},
      [this](const Arguments& arguments) {
        if (!document_->image || pinned_) return;
        x_ = static_cast<int>(std::min<int64_t>(arguments.integer(0), document_->image->width - 1));
        y_ = static_cast<int>(std::min<int64_t>(arguments.integer(1), document_->image->height - 1));
        placed_ = false;
      },
  });
  registry.add(Command{
      name("pin"),
      N_("Keeps the cursor where it is while the mouse moves on; a click on a pixel does the same"),
      {Parameter::on_off("ON", "whether the cursor stays")},
      [this](const Arguments& arguments) {
        pinned_ = arguments.on(0);
        if (pinned_) placed_ = true;
      },
  });
  registry.add(Command{
      name("view"),
      N_("Shows a part of the picture"),
      {Parameter::number("X", "column in the middle of the stage, in pixels", -kFar, kFar),
       Parameter::number("Y", "row in the middle of the stage, in pixels", -kFar, kFar),
       Parameter::number("ZOOM", "size of a pixel on the screen", kLeastZoom, kZoomMost)},
      [this](const Arguments& arguments) {
        show_at_once({{static_cast<float>(arguments.number(0)), static_cast<float>(arguments.number(1))},
                      static_cast<float>(arguments.number(2))});
      },
  });
  registry.add(Command{
      name("zoom"),
      N_("Makes every pixel this large, about the cursor where it was placed, else about the middle"),
      {Parameter::number("Z", "size of a pixel on the screen", kLeastZoom, kZoomMost)},
      [this](const Arguments& arguments) {
        const Image& image = need_image();
        const View now = goal();
        const float factor = static_cast<float>(arguments.number(0)) / now.zoom;
        const Rect cell = pixel_rect(now, area_, x_, y_);
        const bool about_cursor = placed_ && area_.contains(cell.center());
        View next =
            zoom_about(now, factor, about_cursor ? cell.center() : area_.center(), image.width, image.height, area_);
        if (placed_ && !about_cursor) next.center = {static_cast<float>(x_) + 0.5f, static_cast<float>(y_) + 0.5f};
        glide_to(next);
      },
  });
  registry.add(Command{
      name("zoom.by"),
      N_("Zooms in (more than 1) or out (less than 1)"),
      {Parameter::number("FACTOR", "how many times larger pixels become", 0.01, 100)},
      [this](const Arguments& arguments) {
        const Image& image = need_image();
        const View now = goal();
        const Rect cell = pixel_rect(now, area_, x_, y_);
        const Vec about = placed_ && area_.contains(cell.center()) ? cell.center() : area_.center();
        glide_to(zoom_about(now, static_cast<float>(arguments.number(0)), about, image.width, image.height, area_));
      },
  });
  registry.add(Command{
      name("fit"), N_("Shows the whole picture; a double-click on it does the same"), {}, [this](const Arguments&) {
        glide_to(View{});
      }});
  registry.add(Readout{name("zoom"), "size of a pixel on the screen", [this] {
                         need_image();
                         return ReadoutValue(static_cast<double>(goal().zoom));
                       }});
  registry.add(Readout{name("x"), "column of the cursor, from 0", [this] {
                         need_image();
                         return ReadoutValue(static_cast<double>(x_));
                       }});
  registry.add(Readout{name("y"), "row of the cursor, from 0", [this] {
                         need_image();
                         return ReadoutValue(static_cast<double>(y_));
                       }});
}

std::vector<std::string> PictureStage::state() const {
  std::vector<std::string> lines;
  if (view_.zoom > 0) {
    lines.push_back(fmt::format("{}.view {} {} {}", page_, shortest_text(view_.center.x), shortest_text(view_.center.y),
                                shortest_text(view_.zoom)));
  } else {
    lines.push_back(page_ + ".fit");
  }
  lines.push_back(page_ + ".pin off");
  lines.push_back(fmt::format("{}.hover {} {}", page_, x_, y_));
  if (pinned_) lines.push_back(page_ + ".pin on");
  return lines;
}

std::vector<Page::Key> PictureStage::keys() const {
  return {
      {"Left", page_ + ".move -1 0", N_("one column to the left")},
      {"Right", page_ + ".move 1 0", N_("one column to the right")},
      {"Up", page_ + ".move 0 -1", N_("one row up")},
      {"Down", page_ + ".move 0 1", N_("one row down")},
      {"Shift+Left", page_ + ".move -10 0", N_("ten columns to the left")},
      {"Shift+Right", page_ + ".move 10 0", N_("ten columns to the right")},
      {"Shift+Up", page_ + ".move 0 -10", N_("ten rows up")},
      {"Shift+Down", page_ + ".move 0 10", N_("ten rows down")},
      {"Plus", page_ + ".zoom.by 1.5", N_("closer")},
      {"Minus", page_ + ".zoom.by 0.66666667", N_("further away")},
      {"Home", page_ + ".fit", N_("the whole picture")},
      {"P", page_ + (pinned_ ? ".pin off" : ".pin on"), N_("pins the cursor, or lets it follow the mouse again")},
  };
}

void PictureStage::image_changed() {
  view_ = from_ = View{};
  gliding_ = false;
  pinned_ = false;
  placed_ = false;
  x_ = document_->image ? document_->image->width / 2 : 0;
  y_ = document_->image ? (document_->image->height - 1) / 2 : 0;
}

View PictureStage::goal(const Rect& area) const {
  if (!document_->image) return view_;
  const int w = document_->image->width, h = document_->image->height;
  return clamp_view(view_of(view_, w, h, area, kMargin), w, h, area);
}

void PictureStage::drawn(const Drawn& frame) {
  const auto number = [&](const char* name) { return static_cast<float>(frame.number(name, -1)); };
  if (number("picture.area.w") <= 0) return;  // there was no picture
  area_ = {number("picture.area.x"), number("picture.area.y"), number("picture.area.w"), number("picture.area.h")};
  mouse_ = {number("picture.mouse.x"), number("picture.mouse.y")};
}

void PictureStage::glide_to(const View& view) {
  from_ = goal();
  view_ = view;
  gliding_ = true;
  ++glides_;
}

void PictureStage::show_at_once(const View& view) {
  view_ = view;
  gliding_ = false;
}

void PictureStage::bring_into_view() {
  if (view_.zoom <= 0) return;  // all of it is seen
  View view = goal();
  const Rect cell = pixel_rect(view, area_, x_, y_);
  const Rect inner = area_.inset(std::min(kMargin, area_.w / 4), std::min(kMargin, area_.h / 4));
  Vec by;
  if (cell.x < inner.x) by.x = cell.x - inner.x;
  if (cell.right() > inner.right()) by.x = cell.right() - inner.right();
  if (cell.y < inner.y) by.y = cell.y - inner.y;
  if (cell.bottom() > inner.bottom()) by.y = cell.bottom() - inner.bottom();
  if (by.x == 0 && by.y == 0) return;
  // A far jump puts the pixel into the middle.
  if (std::abs(by.x) > area_.w / 2 || std::abs(by.y) > area_.h / 2) {
    view.center = {static_cast<float>(x_) + 0.5f, static_cast<float>(y_) + 0.5f};
    glide_to(view);
    return;
  }
  view.center = view.center + by * (1 / view.zoom);
  show_at_once(view);
}

PictureResponse PictureStage::draw(Ui& ui, std::string_view label, const Rect& area,
                                   const PictureSource& source) const {
  std::map<std::string, double, std::less<>>& found = ui.found().numbers;
  found["picture.area.x"] = area.x, found["picture.area.y"] = area.y;
  found["picture.area.w"] = area.w, found["picture.area.h"] = area.h;
  View view = goal(area);
  if (gliding_) {
    const float t =
        ui.ease(page_ + ".glide", static_cast<float>(glides_), kGlideSeconds) - static_cast<float>(glides_ - 1);
    if (t < 1) view = mix_views(from_, view, std::max(t, 0.0f));
  }
  // Below the picture, which has the mouse: what tells that clicking it gives this command.
  ui.interact(area,
              {.label = "pixels of the picture", .command = page_ + ".cursor", .kind = "pixels", .focusable = false});
  const PictureResponse hit = ui.picture(label, area, source, view);
  if (hit.fit) {
    ui.send(page_ + ".fit");
  } else if (hit.view_changed) {
    ui.send(fmt::format("{}.view {} {} {}", page_, shortest_text(hit.view.center.x), shortest_text(hit.view.center.y),
                        shortest_text(hit.view.zoom)));
  }
  const Vec mouse = ui.input().mouse * ui.frame().scale;  // where larger units leave it, it has not moved
  const bool moved = std::hypot(mouse.x - mouse_.x, mouse.y - mouse_.y) > 0.25f;
  found["picture.mouse.x"] = mouse.x, found["picture.mouse.y"] = mouse.y;
  if (hit.hovered && hit.pixel.inside) {
    const bool same = hit.pixel.x == x_ && hit.pixel.y == y_;
    if (hit.clicked) {
      if (!same || !pinned_) {
        ui.send(fmt::format("{}.cursor {} {}", page_, hit.pixel.x, hit.pixel.y));
        if (!pinned_) ui.send(page_ + ".pin on");
      } else {
        ui.send(page_ + ".pin off");
      }
    } else if (moved && !pinned_ && !same && !hit.view_changed) {
      ui.send(fmt::format("{}.hover {} {}", page_, hit.pixel.x, hit.pixel.y));
    }
  }
  return hit;
}

void PictureStage::mark_cursor(Ui& ui, const Rect& area, const View& view) const {
  const Rect cell = pixel_rect(view, area, x_, y_);
  if (!area.overlaps(cell)) return;
  const Color color = ui.theme().input;
  if (view.zoom >= kFrameZoom) {
    ui.mark_cell(area, view, x_, y_, color, pinned_ ? 3.5f : 2.5f);
    return;
  }
  ui.push_clip(area);
  const Rect ring = Rect{cell.center().x, cell.center().y, 0, 0}.centered(13, 13);
  ui.stroke(ring.inset(-1), ui.theme().background, 3, 1);
  ui.stroke(ring, color, 2, pinned_ ? 2.5f : 1.5f);
  ui.pop_clip();
}

bool PictureStage::draw_missing(Ui& ui, const Rect& area, std::string_view what_to_do) const {
  if (document_->image && document_->pyramid) return false;
  if (what_to_do.empty()) what_to_do = N_("Drop a picture onto this window, or press Ctrl+O to choose one.");
  ui.empty_state(area, Icon::picture, "No picture is open", what_to_do);
  return true;
}

void PictureStage::draw_transport(Ui& ui, const Rect& area) const {
  ui.begin_row(area);
  ui.button("Open\u2026", "browse open");
  ui.pack_right();
  draw_zoom(ui);
  const std::string_view words = tr("drop any picture here");
  if (const Rect rest = ui.remaining(); rest.w >= ui.measure(Font::caption, words).x) {
    ui.label(rest, words, Font::caption, ui.theme().secondary);
  }
  ui.end_row();
}

void PictureStage::draw_zoom(Ui& ui) const {
  if (!document_->image) return;
  const View view = goal();
  const Image& image = *document_->image;
  ui.button("Fit", page_ + ".fit");
  const std::string text = view.zoom >= 10       ? number_text(view.zoom, 0) + "\u00d7"
                           : view.zoom >= 0.995f ? number_text(view.zoom, 1) + "\u00d7"
                                                 : number_text(view.zoom * 100, view.zoom < 0.1f ? 1 : 0) + " %";
  ui.label(ui.take(56, 24.0f), text, Font::number, ui.theme().secondary, Align::right);
  NumberSpec spec;
  spec.minimum = clamp_view({view.center, 1e-6f}, image.width, image.height, area_).zoom;
  spec.maximum = kZoomMost;
  spec.reset = fit_view(image.width, image.height, area_, kMargin).zoom;
  spec.logarithmic = true;
  spec.decimals = 4;
  const float zoom = std::max(48.0f, ui.measure(Font::caption, tr("zoom")).x + 2), words = zoom + 12;
  ui.next(ui.take(std::clamp(ui.remaining().w - words, 48.0f, 220.0f), 24.0f));
  ui.bare_slider("zoom", std::clamp(static_cast<double>(view.zoom), spec.minimum, spec.maximum), spec, page_ + ".zoom");
  if (ui.remaining().w >= zoom)
    ui.label(ui.take(zoom, 24.0f), tr("zoom"), Font::caption, ui.theme().secondary, Align::right);
}

}  // namespace striate
