#include "app/shell/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/shell/app.h"

namespace striate {

std::string LessonProgress::line() const { return (place > 1 ? "lesson.continue " : "lesson ") + quoted(name); }

std::string LessonProgress::mark() const {
  if (done && place <= 1) return {};
  if (place > 1) return fmt::format("{}/{}", place, steps);
  return steps_done > 0 ? fmt::format("{}/{}", steps_done, steps) : std::string();
}

int PageProgress::lessons_done() const {
  return static_cast<int>(std::count_if(lessons.begin(), lessons.end(), [](const auto& each) { return each.done; }));
}

bool PageProgress::done() const { return !lessons.empty() && lessons_done() == static_cast<int>(lessons.size()); }

int ChapterProgress::lessons() const {
  int count = 0;
  for (const PageProgress& page : pages) count += static_cast<int>(page.lessons.size());
  return count;
}

int ChapterProgress::lessons_done() const {
  int count = 0;
  for (const PageProgress& page : pages) count += page.lessons_done();
  return count;
}

LessonProgress lesson_progress(const LessonEntry& entry, const std::string& id, const Settings& settings) {
  LessonProgress lesson;
  lesson.name = entry.name;
  lesson.title = entry.title;
  lesson.id = id;
  lesson.steps = entry.steps;
  lesson.place = std::min(settings.place_in(id), entry.steps);
  lesson.done = settings.lesson_done(id);
  for (int step = 1; step <= entry.steps; ++step) lesson.steps_done += settings.step_done(id, step);
  return lesson;
}

namespace {

bool hidden_lesson(const App& app, const std::string& name) { return app.controls().hides("lesson " + quoted(name)); }

void plan(LessonProgress& lesson, const CourseEntry& entry) {
  lesson.minutes = entry.place.minutes;
  lesson.begins_hour = entry.place.begins_hour ? entry.place.hour : 0;
}

}  // namespace

std::vector<LessonProgress> course_progress(const App& app) {
  std::vector<LessonProgress> lessons;
  for (const CourseEntry& entry : app.course().entries()) {
    if (hidden_lesson(app, entry.lesson.name)) continue;
    plan(lessons.emplace_back(lesson_progress(entry.lesson, entry.id, app.settings())), entry);
  }
  return lessons;
}

std::vector<ChapterProgress> chapters_of(const App& app) {
  std::vector<ChapterProgress> chapters;
  for (const auto& page : app.pages()) {
    const PageInfo& info = page->info();
    if (info.chapter.empty() || app.controls().hides("page " + info.id)) continue;
    auto chapter = std::find_if(chapters.begin(), chapters.end(),
                                [&](const ChapterProgress& each) { return each.title == info.chapter; });
    if (chapter == chapters.end()) chapter = chapters.insert(chapters.end(), ChapterProgress{info.chapter, {}});
    chapter->pages.push_back({info.id, info.title, {}});
  }
  return chapters;
}

std::vector<ChapterProgress> progress_of(const App& app) {
  std::vector<ChapterProgress> chapters = chapters_of(app);
  for (ChapterProgress& chapter : chapters) {
    for (PageProgress& page : chapter.pages) {
      for (const LessonEntry& entry : LessonSession::entries()) {
        if (entry.page != page.id || hidden_lesson(app, entry.name)) continue;
        LessonProgress& lesson = page.lessons.emplace_back(lesson_progress(entry, entry.name, app.settings()));
        const int at = app.course().find(entry.name);
        if (at >= 0) plan(lesson, app.course().entries()[static_cast<size_t>(at)]);
      }
    }
  }
  return chapters;
}

std::optional<LessonProgress> left_off(const Settings& settings) {
  for (const LessonEntry& entry : LessonSession::entries()) {
    if (entry.name == settings.last_lesson && settings.place_in(entry.name) > 1)
      return lesson_progress(entry, entry.name, settings);
  }
  return std::nullopt;
}

}  // namespace striate
