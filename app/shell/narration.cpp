// The lesson's words in a band over the stage: title, prose with linked words, Back, Next, "Show me", dots.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/shell/frame.h"
#include "app/widgets/code_block.h"
#include "app/words/words.h"

namespace striate {
namespace {

// A bullet's words begin with its point.
std::vector<ProseSpan> spans_of(const ProseBlock& block) {
  std::vector<ProseSpan> spans = block.spans;
  if (block.kind == ProseBlock::Kind::bullet) {
    ProseSpan point;
    point.text = "• ";
    spans.insert(spans.begin(), std::move(point));
  }
  return spans;
}

// What was only passed by is not marked.
bool step_done(const App& app, int step) { return app.settings().step_done(app.lessons().id(), step); }

constexpr float kMargin = 18;  // beside the words
constexpr float kButtonGap = 8;
constexpr float kTickWidth = 24;  // the tick before "done"

float button_width(Ui& ui, const char* text, float icon = 0) {
  return std::round(ui.measure(Font::control, tr(text)).x + 24.0f + icon);
}

float done_width(Ui& ui) { return std::max(84.0f, kTickWidth + ui.measure(Font::control, tr("done")).x + 4); }

// At the end "Done" with its tick stands where "Next" did. Short words leave the dots where they are; longer ones, of
// other languages, move them.
float buttons_width(Ui& ui, bool show_me, bool last, bool next_lesson) {
  float wide = button_width(ui, "Back") + kButtonGap + (last ? button_width(ui, "Done", 22) : button_width(ui, "Next"));
  if (next_lesson) wide += kButtonGap + button_width(ui, "Next lesson");
  if (show_me) wide += kButtonGap + std::max(button_width(ui, "Show me"), done_width(ui));
  const int least = (show_me ? 248 : 156) + (last ? 26 : 0) + (next_lesson ? 116 : 0);
  return std::max(static_cast<float>(least), wide);
}

std::string title_of(const LessonSession& lessons) {
  return lessons.current().heading.empty() ? lessons.lesson().title : lessons.current().heading;
}

bool asks_to_try(const LessonSession& lessons) {
  return !lessons.current().attempt.empty() || lessons.question() != nullptr;
}

// The dots stand closer before the title is cut.
float least_dots(int count) { return 7.0f * static_cast<float>(count) + 68.0f; }

}  // namespace

// A wide band has its buttons beside the title: its words have the whole width, and Next stands still from step to
// step. Where the band is narrow for its type, or the title and the buttons are long, they stand under the words.
bool Shell::narration_has_wide_head(float width) {
  if (width < 560.0f) return false;
  const LessonSession& lessons = app_.lessons();
  const bool last = lessons.step() + 1 >= lessons.step_count();
  const float buttons = buttons_width(ui_, asks_to_try(lessons), last, last && app_.next_lesson() != nullptr);
  const float title = ui_.measure(Font::strong, title_of(lessons), 15.0f).x + 2;
  return width - 2 * kMargin >= std::min(title, 300.0f) + buttons + 16 + least_dots(lessons.step_count());
}

float Shell::narration_height(float width) {
  const float words = width - 2 * kMargin;
  float height = 0;
  for (const ProseBlock& block : app_.lessons().prose(app_.registry())) {
    height += (block.kind == ProseBlock::Kind::code ? code_block_height(ui_, block.spans.front().text, words)
                                                    : ui_.paragraph_height(spans_of(block), words)) +
              (height > 0 ? 6 : 0);
  }
  if (app_.lessons().question()) height += 6 + ask_height(words);
  if (narration_has_wide_head(width)) return height + 38.0f + 22;
  return std::max(height + 30.0f + 22, 92.0f) + 44.0f;
}

void Shell::draw_narration(const Rect& area) {
  const Theme& t = ui_.theme();
  const LessonSession& lessons = app_.lessons();
  const bool show_me = asks_to_try(lessons);
  bool last = lessons.step() + 1 >= lessons.step_count();
  ui_.fill(area, t.surface, 6);
  ui_.stroke(area, t.line, 6);
  ui_.push_id("narration");

  Rect inside = area.inset(kMargin, 10);
  const bool wide_head = narration_has_wide_head(area.w);
  Rect foot = wide_head ? Rect{} : inside.cut_bottom(40);

  // Title, then the step's own words.
  Rect head = inside.cut_top(wide_head ? 34 : 24);
  int count = lessons.step_count();
  const CourseEntry* next = last ? app_.next_lesson() : nullptr;
  const float buttons_wide = buttons_width(ui_, show_me, last, next != nullptr);
  Rect top = head;
  const float dots = 14.0f * static_cast<float>(count) + 76.0f;
  inside.cut_top(4);
  const std::string title = title_of(lessons);
  if (wide_head) {
    const float title_wide = ui_.measure(Font::strong, title, 15.0f).x + 2;
    head.cut_right(buttons_wide + 16 + std::min(dots, least_dots(count)));
    top.cut_left(std::min(title_wide, head.w));
  } else {
    head.cut_right(std::min(head.w * 0.6f, dots));
  }
  ui_.label(head, title, Font::strong, t.secondary, Align::left, 15.0f);
  ui_.begin_panel("words", {inside.x, inside.y, inside.w, inside.h}, 0, true);
  // Words fade in with each step; they never blink.
  int number = 0;
  for (const ProseBlock& block : lessons.prose(app_.registry())) {
    ui_.push_id(fmt::format("paragraph {}", ++number));
    if (block.kind == ProseBlock::Kind::code)
      code_block(ui_, block.spans.front().text);
    else
      ui_.paragraph(spans_of(block));
    ui_.pop_id();
    ui_.space(-2);
  }
  draw_ask();
  ui_.end_panel();

  Rect close = top.cut_right(24);
  Rect beside_title;
  if (wide_head) {
    top.cut_right(8);
    beside_title = top.cut_right(buttons_wide);
    close = close.centered(close.w, 24.0f);
  }
  ui_.next(close);
  ui_.button("Close the lesson", "lesson.close",
             {.style = ButtonStyle::quiet,
              .icon = Icon::cross,
              .tooltip = N_("Closes the lesson; what you did stays"),
              .icon_only = true});
  Rect handout = top.cut_right(32).inset(4, 0);
  if (wide_head) handout = handout.centered(24.0f, 24.0f);
  ui_.next(handout);
  ui_.button("Handout", fmt::format("browse.save lesson.handout {}.pdf", lessons.name()),
             {.style = ButtonStyle::quiet,
              .icon = Icon::file,
              .tooltip = N_("This lesson on paper, as a PDF, with room to answer its questions"),
              .icon_only = true});
  // Where we are: a dot per step.
  float gap = std::min(14.0f, std::max(1.0f, top.w - 12) / static_cast<float>(std::max(1, count)));
  float x = top.right() - 8 - gap * static_cast<float>(count);
  const Rect all{x, top.center().y - 8.0f, gap * static_cast<float>(count), 16.0f};
  const Response dots_here = ui_.interact(
      all, {.label = "steps",
            .command = "lesson.step",
            .kind = "dots",
            .tooltip = N_("The steps of the lesson. By keys: Left and Right, Home and End, Page Up and Page Down"),
            .takes_press = false});
  if (dots_here.keyboard) {
    ui_.draw_focus(all, 8);
    const int step = lessons.step() + 1;
    const auto go = [&](const char* key, int to) {
      if (ui_.take_key(key) && to >= 1 && to <= count && to != step) ui_.send(fmt::format("lesson.step {}", to));
    };
    go("Left", step - 1), go("Right", step + 1), go("Home", 1), go("End", count);
  }
  for (int i = 0; i < count; ++i) {
    bool here = i == lessons.step();
    Vec at{x + gap * (static_cast<float>(i) + 0.5f), top.center().y};
    Rect hit{at.x - gap / 2, at.y - 8.0f, gap, 16.0f};
    std::string name = fmt::format("step {}", i + 1);
    std::string command = fmt::format("lesson.step {}", i + 1);
    Response r = ui_.interact(hit, {.label = name, .command = command, .kind = "dot", .focusable = false});
    float grown = ui_.ease(name, here ? 1.0f : 0.0f, 0.25f);
    ui_.draw().AddCircleFilled(ImVec2(at.x, at.y), 3.0f + 1.5f * grown,
                               here                     ? t.accent
                               : r.hovered              ? t.secondary
                               : step_done(app_, i + 1) ? t.activation
                                                        : t.line,
                               20);
    if (r.clicked) ui_.send(command);
  }

  ui_.begin_row(wide_head ? beside_title : foot, kButtonGap);
  ui_.pack_right();
  if (last) {
    if (next) {
      ui_.button("Next lesson", "course.next", {.style = ButtonStyle::primary, .tooltip = next->lesson.title});
    }
    ui_.button("Done", "lesson.next", {.style = next ? ButtonStyle::normal : ButtonStyle::primary, .icon = Icon::tick});
  } else {
    ui_.button("Next", "lesson.next", {.style = lessons.tried() ? ButtonStyle::primary : ButtonStyle::normal});
  }
  ui_.button("Back", "lesson.back", {.enabled = lessons.step() > 0});
  if (show_me) {
    if (lessons.tried()) {
      Rect mark = ui_.take(done_width(ui_), 32.0f);
      ui_.icon(Icon::tick, {mark.x + 4.0f, mark.center().y - 8.0f, 16.0f, 16.0f}, t.activation);
      ui_.label(Rect{mark.x + kTickWidth, mark.y, mark.w - kTickWidth, mark.h}, tr("done"), Font::control,
                t.activation);
    } else {
      ui_.button("Show me", "lesson.show",
                 {.tooltip = N_("Does for you what this step asks you to try; a clicker's "
                                "button for a black screen does it, too")});
    }
  }
  ui_.end_row();
  ui_.pop_id();
}

}  // namespace striate
