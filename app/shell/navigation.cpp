// The panel at the left: chapters, pages, lessons; and the strip that stands in for folded panels.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "app/shell/frame.h"
#include "app/shell/progress.h"
#include "app/words/words.h"

namespace striate {

// The open page's chapter is unfolded, and whichever somebody unfolded.
bool Shell::chapter_unfolded(const std::string& chapter) const {
  const auto by_hand = unfolded_chapters_.find(chapter);
  return by_hand != unfolded_chapters_.end() ? by_hand->second : chapter == app_.page().info().chapter;
}

// A chapter that is gone to unfolds, however it was left.
void Shell::follow_page() {
  const PageInfo& info = app_.page().info();
  if (info.id == navigation_page_) return;
  navigation_page_ = info.id;
  navigation_reveal_ = 2;
  const auto by_hand = unfolded_chapters_.find(info.chapter);
  if (by_hand != unfolded_chapters_.end() && !by_hand->second) unfolded_chapters_.erase(by_hand);
}

// A line of the navigation that sends a command: the current one has a bar, hovered ones a ground.
Response Shell::navigation_line(const Rect& rect, const ItemSpec& spec, bool current) {
  const Theme& t = ui_.theme();
  const Response r = ui_.interact(rect, spec);
  const float hover = ui_.ease(std::string("hover ") + std::string(spec.label), r.hovered ? 1.0f : 0.0f, 0.15f);
  if (current) {
    ui_.fill(rect, t.raised, 6);
    ui_.fill({rect.x, rect.y + 7, 3, rect.h - 14}, t.accent, 1.5f);
  } else if (hover > 0) {
    ui_.fill(rect, faded(t.raised, hover * 0.7f), 6);
  }
  if (r.keyboard) ui_.draw_focus(rect.inset(1));
  if (r.clicked) ui_.send(std::string(spec.command));
  return r;
}

// What the words below the name take beyond one line.
float Shell::navigation_head_more() {
  const float wide = layout_.navigation.w - 1 - 2 * 12 - 20;
  return ui_.more_lines("how a computer sees", wide, Font::caption);
}

// The program's name leads home.
void Shell::draw_navigation_head() {
  const Theme& t = ui_.theme();
  const char* words = tr("how a computer sees");
  const float more = navigation_head_more();
  const Rect rect = ui_.take(46.0f + more);
  const std::string home = std::string("page ") + kHomePage;
  navigation_line(rect,
                  {.label = "Home",
                   .command = home,
                   .kind = "home",
                   .tooltip = N_("All chapters, what is done, and where you left off")},
                  app_.page().info().id == kHomePage);
  ui_.label(Rect{rect.x + 10, rect.y + 2.0f, rect.w - 20, 28.0f}, "Striate", Font::heading, t.text);
  const Rect below{rect.x + 10, rect.y + 27.0f, rect.w - 20, 18.0f + more};
  if (more > 0) {
    ui_.next(below.moved({0, 3.0f}));
    ui_.paragraph(words, Font::caption);
  } else {
    ui_.label(below, words, Font::caption, t.secondary);
  }
}

// Its triangle and name, and how many of its lessons are done. Arrows fold and unfold it, too.
void Shell::draw_chapter(const ChapterProgress& chapter, bool unfolded) {
  const Theme& t = ui_.theme();
  ui_.space(unfolded ? 0 : -4);
  const Rect rect = ui_.take(28);
  const std::string command =
      fmt::format("navigation.chapter {} {}", striate::quoted(chapter.title), unfolded ? "off" : "on");
  const Response r =
      navigation_line(rect, {.label = "chapter " + chapter.title, .command = command, .kind = "chapter"}, false);
  if (r.keyboard && (ui_.take_key("Left") || ui_.take_key("Right"))) ui_.send(command);
  Rect inside = rect.inset(10, 0);
  const Rect mark = inside.cut_left(18);
  const float side = 12.0f;
  ui_.icon(unfolded ? Icon::down : Icon::forward, {mark.x, mark.center().y - side / 2, side, side}, t.secondary);
  const int lessons = chapter.lessons(), done = chapter.lessons_done();
  if (lessons > 0 && done == lessons) {
    const Rect tick = inside.cut_right(16);
    ui_.icon(Icon::tick, {tick.x, tick.center().y - 7.0f, 14.0f, 14.0f}, t.activation);
  } else if (done > 0) {
    const std::string words = fmt::format("{}/{}", done, lessons);
    ui_.label(inside.cut_right(ui_.measure(Font::caption, words).x + 2), words, Font::caption, t.secondary);
  }
  const bool here = chapter.title == app_.page().info().chapter;
  ui_.label(inside, tr(std::string_view(chapter.title)), Font::control, here || r.hovered ? t.text : t.secondary);
}

// A page, and below it its lessons: done, where one left off, or untouched.
void Shell::draw_page_line(const PageProgress& page) {
  const Theme& t = ui_.theme();
  const bool current = page.id == app_.page().info().id;
  ui_.space(-6);
  // A long title takes two lines.
  const float words = ui_.width() - 20 - 8.0f - (page.done() ? 16.0f : 0);
  const bool whole = ui_.measure(Font::control, tr(std::string_view(page.title))).x <= words;
  const Rect rect = ui_.take(whole ? 32.0f : ui_.paragraph_height(page.title, words, Font::control) + 12.0f);
  if (current && navigation_reveal_ > 0) ui_.reveal(rect);
  const Response r =
      navigation_line(rect, {.label = page.title, .command = "page " + page.id, .kind = "page"}, current);
  Rect inside = rect.inset(10, 0);
  inside.cut_left(8);
  if (page.done()) {
    const Rect mark = inside.cut_right(16);
    ui_.icon(Icon::tick, {mark.x, mark.center().y - 7.0f, 14.0f, 14.0f}, t.activation);
  }
  if (whole) {
    ui_.label(inside, tr(std::string_view(page.title)), Font::control, current || r.hovered ? t.text : t.secondary);
  } else {
    ui_.next(inside.inset(0, 6));
    ui_.paragraph(page.title, Font::control);
  }
  ui_.push_id(page.id);
  for (const LessonProgress& lesson : page.lessons) draw_lesson_line(lesson);
  ui_.pop_id();
}

// A teacher's course: its lessons in its order, above all that the program has.
void Shell::draw_course() {
  if (app_.course().own()) return;
  ui_.push_id("course");
  const Rect heading = ui_.take(24);
  ui_.label(Rect{heading.x + 10, heading.y, heading.w - 20, heading.h}, app_.course().course().title, Font::strong,
            ui_.theme().text);
  for (const LessonProgress& lesson : course_progress(app_)) draw_lesson_line(lesson);
  const Rect back = ui_.take(30);
  navigation_line(back,
                  {.label = "The program's own course",
                   .command = fmt::format("course {}", kOwnCourse),
                   .kind = "course",
                   .tooltip = N_("Closes this course; what is done stays")},
                  false);
  ui_.label(back.inset(10, 0), tr("The program's own course"), Font::caption, ui_.theme().secondary);
  ui_.space(6);
  ui_.pop_id();
}

void Shell::draw_lesson_line(const LessonProgress& lesson) {
  const Theme& t = ui_.theme();
  const bool open = app_.lessons().is_open() && app_.lessons().id() == lesson.id;
  const std::string mark = open ? std::string() : lesson.mark();
  const float mark_wide = !mark.empty() ? ui_.measure(Font::caption, mark).x + 6 : lesson.done ? 18.0f : 0;
  const float indent = 24.0f;
  ui_.space(-6);
  if (lesson.begins_hour > 0) {
    const Rect hour = ui_.take(18);
    ui_.label(Rect{hour.x + 10 + indent, hour.y, hour.w - 20 - indent, hour.h},
              format_tr("hour {}", lesson.begins_hour), Font::caption, t.secondary, Align::right, 11.0f);
    ui_.space(-6);
  }
  // A long title takes two lines.
  const float words = ui_.width() - 20 - indent - std::max(mark_wide, 4.0f);
  const float height = ui_.paragraph_height(lesson.title, words, Font::caption);
  const Rect rect = ui_.take(std::max(30.0f, height + 8));
  std::string tip = lesson.minutes > 0
                        ? lesson.done ? format_tr("Lesson of {} steps, {} minutes, done", lesson.steps, lesson.minutes)
                                      : format_tr("Lesson of {} steps, {} minutes", lesson.steps, lesson.minutes)
                    : lesson.done ? format_tr("Lesson of {} steps, done", lesson.steps)
                                  : format_tr("Lesson of {} steps", lesson.steps);
  if (lesson.place > 1) tip += ". " + format_tr("You left off at step {}", lesson.place);
  navigation_line(rect, {.label = lesson.title, .command = lesson.line(), .kind = "lesson", .tooltip = tip}, false);
  Rect inside = rect.inset(10, 0);
  inside.cut_left(indent);
  ui_.next({inside.x, rect.center().y - height / 2, words, height});
  ui_.paragraph(lesson.title, Font::caption);
  // A dot on a thread: filled while the lesson is open.
  const Vec at{rect.x + 10 + 13.0f, rect.center().y};
  ui_.draw().AddCircleFilled(ImVec2(at.x, at.y), 3.0f, open ? t.accent : lesson.done ? t.activation : t.line, 16);
  if (!mark.empty()) {
    ui_.label(Rect{inside.right() - mark_wide, rect.y, mark_wide, rect.h}, mark, Font::caption, t.accent, Align::right);
  } else if (lesson.done) {
    ui_.icon(Icon::tick, {inside.right() - 16.0f, rect.center().y - 7.0f, 14.0f, 14.0f}, t.activation);
  }
}

void Shell::draw_navigation(const Rect& area) {
  const Theme& t = ui_.theme();
  ui_.fill(area, t.surface);
  ui_.fill({area.right() - 1, area.y, 1, area.h}, t.line);
  Rect rest = area;
  rest.cut_right(1);
  Rect foot = rest.cut_bottom(52);
  follow_page();
  ui_.push_id("navigation");
  // The way home stays where it is while the chapters scroll.
  ui_.begin_panel("head", rest.cut_top(46.0f + 16 + navigation_head_more()), 12, false);
  draw_navigation_head();
  ui_.end_panel();
  ui_.begin_panel("pages", rest, 12, true);
  draw_course();
  for (const ChapterProgress& chapter : progress_of(app_)) {
    const bool unfolded = chapter_unfolded(chapter.title);
    draw_chapter(chapter, unfolded);
    if (!unfolded) continue;
    for (const PageProgress& page : chapter.pages) draw_page_line(page);
  }
  if (navigation_reveal_ > 0 && --navigation_reveal_ > 0) ui_.request_frame();
  ui_.end_panel();

  ui_.begin_row(foot.inset(10, 0), 0);
  bool dark = app_.settings().dark;
  auto small = [&](const char* label, const std::string& command, Icon icon, const char* tip) {
    ui_.button(label, command, {.style = ButtonStyle::quiet, .icon = icon, .tooltip = tip, .icon_only = true});
  };
  small("Open", "browse open", Icon::folder, N_("Opens a picture or a lesson"));
  small(dark ? "Light" : "Dark", dark ? "theme light" : "theme dark", dark ? Icon::sun : Icon::moon,
        N_("Light or dark colors"));
  small("Present", app_.settings().presentation ? "presentation off" : "presentation on", Icon::eye,
        N_("Large type for a projector"));
  small("Numbers", app_.settings().shows_inspector() ? "inspector off" : "inspector on", Icon::panel,
        N_("Folds the panel at the right away, or back"));
  small("Help", "help on", Icon::help, N_("The keys, and what this page does"));
  ui_.pack_right();
  small("Fold the pages", "navigation off", Icon::back, N_("Folds this panel away"));
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
    ui_.button(
        "Pages", unfold_navigation(),
        {.style = ButtonStyle::quiet, .icon = Icon::menu, .tooltip = N_("Brings the panel with the pages back")});
    Rect title = ui_.remaining();
    ui_.label(title, tr(std::string_view(app_.page().info().title)), Font::strong, ui_.theme().text);
  }
  if (layout_.inspector.empty() && app_.page().has_inspector()) {
    ui_.pack_right();
    ui_.button("Inspector", "inspector on",
               {.style = ButtonStyle::quiet, .icon = Icon::panel, .tooltip = N_("Brings the panel at the right back")});
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
                .tooltip = N_("Brings the panel with the pages back"),
                .icon_only = true});
  }
  if (!layout_.unfold_inspector.empty()) {
    ui_.next(layout_.unfold_inspector);
    ui_.button("Inspector", "inspector on",
               {.style = ButtonStyle::quiet,
                .icon = Icon::panel,
                .tooltip = N_("Brings the panel at the right back"),
                .icon_only = true});
  }
  ui_.pop_id();
}

}  // namespace striate
