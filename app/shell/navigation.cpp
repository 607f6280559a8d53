// The panel at the left: chapters, pages, lessons; and the strip that stands in for folded panels.
#include <algorithm>

#include "app/shell/frame.h"

namespace striate {
namespace {

bool done(const App& app, const std::string& lesson) {
  const auto& names = app.settings().done_lessons;
  return std::find(names.begin(), names.end(), lesson) != names.end();
}

// A page is done when each of its lessons is, and it has one.
bool page_done(const App& app, const std::string& page) {
  bool any = false;
  for (const LessonEntry& lesson : LessonSession::entries()) {
    if (lesson.page != page) continue;
    any = true;
    if (!done(app, lesson.name)) return false;
  }
  return any;
}

}  // namespace

void Shell::draw_navigation(const Rect& area) {
  const Theme& t = ui_.theme();
  ui_.fill(area, t.surface);
  ui_.fill({area.right() - 1, area.y, 1, area.h}, t.line);
  Rect rest = area;
  rest.cut_right(1);
  Rect foot = rest.cut_bottom(ui_.em(52));
  ui_.push_id("navigation");
  ui_.begin_panel("pages", rest, 12, true);

  auto line = [&](const std::string& label, const std::string& command, const char* kind, bool current, bool ticked,
                  float indent) {
    // A long title takes two lines.
    bool lesson = indent > 0;
    float words = ui_.width() - 20 - indent - ui_.em(16);
    float height = lesson ? ui_.paragraph_height(label, words, Font::caption) : 0;
    Rect rect = ui_.take(std::max(ui_.em(32), height + 8));
    Response r = ui_.interact(rect, {.label = label, .command = command, .kind = kind});
    float hover = ui_.ease("hover " + command, r.hovered ? 1.0f : 0.0f, 0.15f);
    if (current) {
      ui_.fill(rect, t.raised, 6);
      ui_.fill({rect.x, rect.y + 7, 3, rect.h - 14}, t.accent, 1.5f);
    } else if (hover > 0) {
      ui_.fill(rect, faded(t.raised, hover * 0.7f), 6);
    }
    Rect inside = rect.inset(10, 0);
    inside.cut_left(indent);
    Rect mark = inside.cut_right(ui_.em(16));
    if (ticked) ui_.icon(Icon::tick, {mark.x, mark.center().y - ui_.em(7), ui_.em(14), ui_.em(14)}, t.activation);
    if (lesson) {
      ui_.next({inside.x, rect.center().y - height / 2, words, height});
      ui_.paragraph(label, Font::caption);
    } else {
      ui_.label(inside, label, Font::control, current ? t.text : mixed(t.secondary, t.text, hover));
    }
    if (r.keyboard) ui_.stroke(rect.inset(-2), t.accent, 8, 2);
    if (r.clicked) ui_.send(command);
    return rect;
  };

  Rect title = ui_.take(ui_.em(30));
  ui_.label(Rect{title.x + 10, title.y, title.w - 10, title.h}, "Striate", Font::heading, t.text);
  Rect sub = ui_.take(ui_.em(18));
  ui_.label(Rect{sub.x + 10, sub.y - 8, sub.w - 10, sub.h}, "how a computer sees", Font::caption, t.secondary);

  std::string chapter;
  for (const auto& page : app_.pages()) {
    const PageInfo& info = page->info();
    if (info.chapter != chapter) {
      chapter = info.chapter;
      ui_.space(chapter.empty() ? 0 : 4);
      Rect heading = ui_.take(ui_.em(22));
      ui_.next({heading.x + 10, heading.y, heading.w - 10, heading.h});
      ui_.section(chapter);
    }
    bool lesson_open = app_.lessons().is_open();
    bool current = page->page.get() == &app_.page();
    ui_.space(-6);
    line(info.title, "page " + info.id, "page", current, page_done(app_, info.id), 0);
    ui_.push_id(info.id);
    for (const LessonEntry& lesson : LessonSession::entries()) {
      if (lesson.page != info.id) continue;
      bool open = lesson_open && app_.lessons().name() == lesson.name;
      ui_.space(-6);
      Rect rect = line(lesson.title, "lesson " + lesson.name, "lesson", false, done(app_, lesson.name), ui_.em(18));
      // A dot on a thread: filled while the lesson is open.
      Vec at{rect.x + 10 + ui_.em(6), rect.center().y};
      ui_.draw().AddCircleFilled(ImVec2(at.x, at.y), ui_.em(3), open ? t.accent : t.line, 16);
    }
    ui_.pop_id();
  }
  ui_.end_panel();

  ui_.begin_row(foot.inset(10, 0), 0);
  bool dark = app_.settings().dark;
  auto small = [&](const char* label, const std::string& command, Icon icon, const char* tip) {
    ui_.button(label, command, {.style = ButtonStyle::quiet, .icon = icon, .tooltip = tip, .icon_only = true});
  };
  small("Open", "browse open", Icon::folder, "Opens a picture or a lesson");
  small(dark ? "Light" : "Dark", dark ? "theme light" : "theme dark", dark ? Icon::sun : Icon::moon,
        "Light or dark colors");
  small("Present", app_.settings().presentation ? "presentation off" : "presentation on", Icon::eye,
        "Large type for a projector");
  small("Numbers", app_.settings().shows_inspector() ? "inspector off" : "inspector on", Icon::panel,
        "Folds the panel at the right away, or back");
  small("Help", "help on", Icon::help, "The keys, and what this page does");
  ui_.pack_right();
  small("Fold the pages", "navigation off", Icon::back, "Folds this panel away");
  ui_.end_row();
  ui_.pop_id();
}

// Where there is room for one panel only, the other folds.
std::string Shell::unfold_navigation() const {
  return app_.settings().shows_navigation() ? "inspector off" : "navigation on";
}

void Shell::draw_bar(const Rect& area) {
  ui_.push_id("bar");
  ui_.begin_row(area.inset(12, 0), 8);
  if (layout_.navigation.empty()) {
    ui_.button("Pages", unfold_navigation(),
               {.style = ButtonStyle::quiet, .icon = Icon::menu, .tooltip = "Brings the panel with the pages back"});
    Rect title = ui_.remaining();
    ui_.label(title, app_.page().info().title, Font::strong, ui_.theme().text);
  }
  if (layout_.inspector.empty()) {
    ui_.pack_right();
    ui_.button("Inspector", "inspector on",
               {.style = ButtonStyle::quiet, .icon = Icon::panel, .tooltip = "Brings the panel at the right back"});
  }
  ui_.end_row();
  ui_.pop_id();
}

void Shell::draw_unfold_buttons() {
  ui_.push_id("bar");
  if (!layout_.unfold_navigation.empty()) {
    ui_.next(layout_.unfold_navigation);
    ui_.button("Pages", unfold_navigation(),
               {.style = ButtonStyle::quiet,
                .icon = Icon::menu,
                .tooltip = "Brings the panel with the pages back",
                .icon_only = true});
  }
  if (!layout_.unfold_inspector.empty()) {
    ui_.next(layout_.unfold_inspector);
    ui_.button("Inspector", "inspector on",
               {.style = ButtonStyle::quiet,
                .icon = Icon::panel,
                .tooltip = "Brings the panel at the right back",
                .icon_only = true});
  }
  ui_.pop_id();
}

}  // namespace striate
