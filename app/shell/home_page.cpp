#include "app/shell/home_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "app/shell/app.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr float kWidest = 1560;  // of the cards together
constexpr float kGap = 20;

constexpr float kPageLineHeight = 30;

// Of a card, below its picture.
float words_height(const ChapterProgress& chapter) {
  return 40.0f + kPageLineHeight * static_cast<float>(chapter.pages.size()) + 12;
}

}  // namespace

HomePage::HomePage(const App& app, const PageContext& context)
    : info_(home_page(app).info), app_(app), cards_(context) {}

void HomePage::declare(Registry& registry) {
  registry.add(Readout{"home.lessons", "lessons of the course", [this] {
                         double count = 0;
                         for (const ChapterProgress& chapter : progress_of(app_)) count += chapter.lessons();
                         return ReadoutValue(count);
                       }});
  registry.add(Readout{"home.done", "lessons of the course that are done", [this] {
                         double count = 0;
                         for (const ChapterProgress& chapter : progress_of(app_)) count += chapter.lessons_done();
                         return ReadoutValue(count);
                       }});
  registry.add(
      Readout{"home.offer", "what the home page's button does", [this] { return ReadoutValue(offer().command); }});
}

// What it began is taken, also when somebody went on before it was done.
bool HomePage::update(double /*now*/) { return cards_.update(); }

bool HomePage::first_start() const {
  const Settings& settings = app_.settings();
  return settings.done_lessons.empty() && settings.lesson_steps.empty() && settings.lesson_places.empty() &&
         settings.last_page.empty();
}

HomePage::Offer HomePage::offer() const {
  const Offer tour{N_("Take the five-minute tour"), std::string("lesson ") + kTour,
                   N_("A step on every page, with your hands")};
  if (first_start()) return tour;
  if (const std::optional<LessonProgress> left = left_off(app_.settings())) {
    return {"Go on: " + left->title, left->line(), N_("Where you left off"),
            format_tr("Go on: {}, step {} of {}", left->title, left->place, left->steps)};
  }
  if (!app_.settings().lesson_done(kTour)) return tour;
  for (const ChapterProgress& chapter : progress_of(app_)) {
    for (const PageProgress& page : chapter.pages) {
      for (const LessonProgress& lesson : page.lessons) {
        if (!lesson.done)
          return {"Next lesson: " + lesson.title, lesson.line(), N_("The first that is not done"),
                  format_tr("Next lesson: {}", lesson.title)};
      }
    }
  }
  return tour;
}

std::vector<Page::Key> HomePage::keys() const { return {{"Enter", offer().command, N_("what the button does")}}; }

void HomePage::draw_stage(Ui& ui, const Rect& area) const {
  const float side = std::max(area.w >= 760 ? 36.0f : 18.0f, (area.w - kWidest) / 2);
  ui.begin_panel("home", area.inset(side - 8, 0), 8, true);
  ui.space(area.h >= 640 ? 28 : 14);
  draw_head(ui);
  const std::vector<ChapterProgress> chapters = progress_of(app_);
  const auto columns = std::clamp(static_cast<size_t>((ui.width() + kGap) / (290.0f + kGap)), size_t{1}, size_t{3});
  const float width = (ui.width() - kGap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  // The pictures take what room there is; below that, the page scrolls.
  const size_t rows = (chapters.size() + columns - 1) / columns;
  std::vector<float> words(rows, 0);
  float all = kGap;
  for (size_t i = 0; i < chapters.size(); ++i) {
    words[i / columns] = std::max(words[i / columns], words_height(chapters[i]));
  }
  for (const float height : words) all += height + kGap;
  const Rect here = ui.take(0);
  const float room = (area.bottom() - here.y - all) / static_cast<float>(std::max<size_t>(1, rows));
  const float picture = std::clamp(std::min(room, width * 0.6f), 150.0f, 360.0f);
  for (size_t first = 0; first < chapters.size(); first += columns) {
    const size_t end = std::min(chapters.size(), first + columns);
    const float height = picture + words[first / columns];
    const Rect row = ui.take(height);
    for (size_t i = first; i < end; ++i) {
      draw_card(ui, {row.x + (width + kGap) * static_cast<float>(i - first), row.y, width, height}, picture,
                chapters[i]);
    }
    ui.space(kGap - 8);
  }
  ui.space(16);
  ui.end_panel();
}

void HomePage::draw_head(Ui& ui) const {
  const Theme& t = ui.theme();
  ui.label(ui.take(30), "Striate", Font::heading, t.text);
  ui.paragraph(
      "See how a computer sees: every pixel, every product, every step of learning is computed here, and you can "
      "change it.");
  ui.space(4);
  const Offer main = offer();
  const std::string tour = std::string("lesson ") + kTour;
  ui.begin_flow(10);
  ui.button(main.label, main.command,
            {.style = ButtonStyle::primary, .icon = Icon::play, .tooltip = main.tooltip, .words = main.words});
  if (main.command != tour) {
    ui.button("Five-minute tour", tour, {.style = ButtonStyle::quiet, .tooltip = N_("A step on every page")});
  }
  ui.end_flow();
  if (!first_start()) draw_progress(ui);
  ui.space(10);
}

// How many lessons are done, as words and as a line.
void HomePage::draw_progress(Ui& ui) const {
  int lessons = 0, done = 0;
  for (const ChapterProgress& chapter : progress_of(app_)) lessons += chapter.lessons(), done += chapter.lessons_done();
  if (lessons == 0) return;
  Rect rect = ui.take(24);
  const std::string words = format_tr("{} of {} lessons done", done, lessons);
  ui.label(rect.cut_left(ui.measure(Font::caption, words).x + 12), words, Font::caption, ui.theme().secondary);
  Rect bar = rect.cut_left(std::min(rect.w, 220.0f));
  bar = {bar.x, bar.center().y - 2, bar.w, 4};
  ui.fill(bar, ui.theme().raised, 2);
  bar.w *= static_cast<float>(done) / static_cast<float>(lessons);
  ui.fill(bar, ui.theme().activation, 2);
}

void HomePage::draw_card(Ui& ui, const Rect& area, float picture_height, const ChapterProgress& chapter) const {
  const Theme& t = ui.theme();
  ui.push_id(chapter.title);
  ui.fill(area, t.surface, 8);
  Rect rest = area;
  const Rect top = rest.cut_top(picture_height + 40.0f);
  const std::string command = "page " + chapter.pages.front().id;
  const std::string goes = format_tr("Goes to {}", tr(std::string_view(chapter.pages.front().title)));
  const Response r =
      ui.interact(top, {.label = chapter.title + " card", .command = command, .kind = "card", .tooltip = goes});
  const float hover = ui.ease("hover", r.hovered ? 1.0f : 0.0f, 0.15f);
  ui.stroke(area, mixed(t.line, t.accent, hover), 8);
  if (r.keyboard) ui.draw_focus(area, 7);
  if (r.clicked) ui.send(command);
  Rect picture = top;
  Rect title = picture.cut_bottom(40).inset(16, 0);
  picture = picture.inset(14, 12);
  ui.fill(picture.inset(-6, -4), t.background, 6);
  // No wider than it looks good.
  picture = picture.centered(std::min(picture.w, picture.h * 2.6f), picture.h);
  cards_.draw(ui, picture.inset(2, 4), chapter.title, r.hovered);
  const int lessons = chapter.lessons(), done = chapter.lessons_done();
  if (lessons > 0 && done > 0) {
    const std::string words = done == lessons ? std::string(tr("done")) : format_tr("{} of {}", done, lessons);
    const Rect mark = title.cut_right(ui.measure(Font::caption, words).x + 4);
    ui.label(mark, words, Font::caption, done == lessons ? t.activation : t.secondary, Align::right);
  }
  ui.label(title, tr(std::string_view(chapter.title)), Font::strong, t.text);
  for (const PageProgress& page : chapter.pages) draw_page_line(ui, rest.cut_top(kPageLineHeight), page);
  ui.pop_id();
}

void HomePage::draw_page_line(Ui& ui, const Rect& area, const PageProgress& page) const {
  const Theme& t = ui.theme();
  const std::string command = "page " + page.id;
  const Rect rect = area.inset(8, 0);
  const Response r = ui.interact(rect, {.label = page.title, .command = command, .kind = "card page"});
  if (r.hovered) ui.fill(rect, t.raised, 6);
  if (r.keyboard) ui.draw_focus(rect.inset(3), 3);
  if (r.clicked) ui.send(command);
  Rect inside = rect.inset(8, 0);
  const int done = page.lessons_done();
  const auto left = std::find_if(page.lessons.begin(), page.lessons.end(),
                                 [](const LessonProgress& lesson) { return lesson.place > 1; });
  if (page.done()) {
    const Rect mark = inside.cut_right(18);
    ui.icon(Icon::tick, {mark.x + 2, mark.center().y - 7.0f, 14.0f, 14.0f}, t.activation);
  } else if (left != page.lessons.end() || done > 0) {
    const std::string words = left != page.lessons.end() ? format_tr("step {} of {}", left->place, left->steps)
                                                         : format_tr("{} of {}", done, page.lessons.size());
    ui.label(inside.cut_right(ui.measure(Font::caption, words).x + 6), words, Font::caption,
             left != page.lessons.end() ? t.accent : t.secondary, Align::right);
  }
  ui.label(inside, tr(std::string_view(page.title)), Font::control, r.hovered ? t.text : t.secondary);
}

PageKind home_page(const App& app) {
  return {
      {kHomePage, N_("Home"), "",
       N_("All chapters of the course, each with a picture that is computed while you look. Click one to go there. "
          "What you have done is remembered, and so is the step of a lesson that you left.")},
      [&app](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<HomePage>(app, context); }};
}

}  // namespace striate
