#include "app/shell/course.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/shell/app.h"

namespace striate {

std::string CourseLesson::line() const { return (place > 1 ? "lesson.continue " : "lesson ") + name; }

std::string CourseLesson::mark() const {
  if (done && place <= 1) return {};
  if (place > 1) return fmt::format("{}/{}", place, steps);
  return steps_done > 0 ? fmt::format("{}/{}", steps_done, steps) : std::string();
}

int CoursePage::lessons_done() const {
  return static_cast<int>(std::count_if(lessons.begin(), lessons.end(), [](const auto& each) { return each.done; }));
}

bool CoursePage::done() const { return !lessons.empty() && lessons_done() == static_cast<int>(lessons.size()); }

int CourseChapter::lessons() const {
  int count = 0;
  for (const CoursePage& page : pages) count += static_cast<int>(page.lessons.size());
  return count;
}

int CourseChapter::lessons_done() const {
  int count = 0;
  for (const CoursePage& page : pages) count += page.lessons_done();
  return count;
}

CourseLesson course_lesson(const LessonEntry& entry, const Settings& settings) {
  CourseLesson lesson;
  lesson.name = entry.name;
  lesson.title = entry.title;
  lesson.steps = entry.steps;
  lesson.place = std::min(settings.place_in(entry.name), entry.steps);
  lesson.done = settings.lesson_done(entry.name);
  for (int step = 1; step <= entry.steps; ++step) lesson.steps_done += settings.step_done(entry.name, step);
  return lesson;
}

std::vector<CourseChapter> course_of(const App& app) {
  std::vector<CourseChapter> chapters;
  for (const auto& page : app.pages()) {
    const PageInfo& info = page->info();
    if (info.chapter.empty()) continue;
    auto chapter = std::find_if(chapters.begin(), chapters.end(),
                                [&](const CourseChapter& each) { return each.title == info.chapter; });
    if (chapter == chapters.end()) chapter = chapters.insert(chapters.end(), CourseChapter{info.chapter, {}});
    CoursePage& line = chapter->pages.emplace_back(CoursePage{info.id, info.title, {}});
    for (const LessonEntry& entry : LessonSession::entries()) {
      if (entry.page == info.id) line.lessons.push_back(course_lesson(entry, app.settings()));
    }
  }
  return chapters;
}

std::optional<CourseLesson> left_off(const Settings& settings) {
  for (const LessonEntry& entry : LessonSession::entries()) {
    if (entry.name == settings.last_lesson && settings.place_in(entry.name) > 1) return course_lesson(entry, settings);
  }
  return std::nullopt;
}

}  // namespace striate
