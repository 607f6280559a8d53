// The question of a lesson's step below its words: the answers to choose from, the field for a number, or the word that
// a cell is to be clicked; and the reason of the answer that was given.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "app/command/pace.h"
#include "app/shell/frame.h"
#include "app/shell/lesson_prose.h"
#include "app/shell/lesson_session.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr float kGap = 8;

// The choices side by side, from (0, 0), as many in a row as fit.
std::vector<Rect> choice_places(const Ui& ui, const Question& question, float width) {
  std::vector<Rect> places;
  const float height = 30.0f;
  Vec at{0, 0};
  for (const Answer& answer : question.answers) {
    const float natural = ui.measure(Font::control, answer.text).x + 46.0f;
    const float wide = std::min(std::round(natural), width);
    if (at.x > 0 && at.x + wide > width) at = {0, at.y + height + kGap};
    places.push_back({at.x, at.y, wide, height});
    at.x += wide + kGap;
  }
  return places;
}

float answers_height(const Ui& ui, const Question& question, float width) {
  if (question.kind == Question::Kind::number) return 34.0f;
  if (question.kind == Question::Kind::cell) return 0;
  return choice_places(ui, question, width).back().bottom();
}

std::vector<ProseSpan> words_of(const LessonSession& lessons, const Registry& registry) {
  std::vector<ProseSpan> spans = lessons.read(lessons.question()->words, registry);
  for (ProseSpan& span : spans) span.bold = true;
  if (lessons.question()->kind == Question::Kind::cell) {
    ProseSpan how;
    how.text = std::string(" ") + tr("Click that cell.");
    spans.push_back(std::move(how));
  }
  return spans;
}

constexpr float kMarkWidth = 24;

// The reasons have the room of the longest from the beginning: the stage stands still when one is given.
float reason_height(Ui& ui, const LessonSession& lessons, const Registry& registry, float width) {
  float height = 0;
  for (const Answer& answer : lessons.question()->answers)
    height = std::max(height, ui.paragraph_height(lessons.read(answer.reason, registry), width - kMarkWidth));
  return height;
}

}  // namespace

float Shell::ask_height(float width) {
  const LessonSession& lessons = app_.lessons();
  if (!lessons.question()) return 0;
  const float answers = answers_height(ui_, *lessons.question(), width);
  return 4 + ui_.paragraph_height(words_of(lessons, app_.registry()), width) + (answers > 0 ? kGap + answers : 0) +
         kGap + reason_height(ui_, lessons, app_.registry(), width);
}

void Shell::draw_ask() {
  const LessonSession& lessons = app_.lessons();
  const Question* question = lessons.question();
  if (!question) return;
  const Theme& t = ui_.theme();
  ui_.push_id("ask");
  const float width = ui_.width();
  const Rect all = ui_.take(ask_height(width));
  float y = all.y + 4;
  const std::vector<ProseSpan> words = words_of(lessons, app_.registry());
  const float high = ui_.paragraph_height(words, width);
  ui_.begin_panel("question", {all.x, y, width, high}, 0, false);
  ui_.paragraph(words);
  ui_.end_panel();
  y += high;

  const Answer* given = lessons.given();
  const float answers = answers_height(ui_, *question, width);
  if (answers > 0) y += kGap;
  // Where the words need more room than the band has, the answers are brought into view, once: whoever scrolls away
  // meant to. Again where the words have grown, by a number that was not there yet; a panel knows its height one frame
  // later.
  const float needs = narration_height(layout_.narration.w);
  if (asked_step_ != app_.document().guided_steps || asked_height_ != needs) {
    if (std::exchange(asked_step_, app_.document().guided_steps) != app_.document().guided_steps) {
      const double words_a_minute = app_.document().pace.words;
      ask_from_ = ui_.now() + reading_time(plain_words(lessons.prose(app_.registry())), words_a_minute);
    }
    asked_height_ = needs;
    ask_reveals_ = 3;
  }
  if (std::exchange(asked_answer_, given) != given) ask_reveals_ = 3;  // its reason, too
  if (ask_reveals_ > 0 && ui_.now() >= ask_from_ && (given || (answers > 0 && lessons.asks()))) {
    --ask_reveals_;
    ui_.reveal({all.x, y, width, given ? all.bottom() - y : answers});
    ui_.request_frame();
  }
  if (question->kind == Question::Kind::number) {
    ui_.next({all.x, y, std::min(width, std::max(120.0f, ui_.measure(Font::control, tr("a number")).x + 24)), answers});
    ui_.text_field("answer", lessons.given_number(), kAnswer, N_("a number"));
  } else if (question->kind == Question::Kind::choice) {
    int number = 0;
    for (const Rect& place : choice_places(ui_, *question, width)) {
      const Answer& answer = question->answers[static_cast<size_t>(number++)];
      const bool chosen = given == &answer;
      ui_.next(place.moved({all.x, y}));
      ui_.button(answer.text, fmt::format("{} {}", kAnswer, number),
                 {.icon = !chosen        ? Icon::none
                          : answer.right ? Icon::tick
                                         : Icon::cross,
                  .selected = chosen});
    }
  }
  y += answers + kGap;

  if (given) {
    const float side = 16.0f;
    ui_.icon(given->right ? Icon::tick : Icon::cross, {all.x, y + 2, side, side},
             given->right ? t.activation : t.warning);
    const float left = kMarkWidth;
    ui_.begin_panel("reason", {all.x + left, y, width - left, all.bottom() - y}, 0, false);
    ui_.paragraph(lessons.read(given->reason, app_.registry()));
    ui_.end_panel();
  }
  ui_.space(-2);
  ui_.pop_id();
}

}  // namespace striate
