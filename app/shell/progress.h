// What is done: the chapters with their pages and lessons, what is done and where somebody left off. The
// navigation, the home page and the palette show it; it is read from the pages, the lessons and the settings.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/shell/lesson_session.h"
#include "app/shell/settings.h"

namespace striate {

class App;

struct LessonProgress {
  std::string name, title;
  std::string id;  // lesson_id() of it
  int steps = 1;
  int place = 0;       // the step where it was left, from 1; 0: it was not
  int steps_done = 0;  // whose task was done
  bool done = false;
  int minutes = 0;           // that the course plans for it; 0: it is not part of it
  int begins_hour = 0;       // which hour of the course begins with it; 0: none
  std::string line() const;  // the command that opens it, where it was left
  std::string mark() const;  // "3/7": where it was left, or how much is done; empty where there is nothing to say
};

struct PageProgress {
  std::string id, title;
  std::vector<LessonProgress> lessons;
  int lessons_done() const;
  bool done() const;  // every lesson is, and there is one
};

struct ChapterProgress {
  std::string title;
  std::vector<PageProgress> pages;
  int lessons() const;
  int lessons_done() const;
};

constexpr const char* kHomePage = "home";
constexpr const char* kTour = "tour";  // the lesson that shows the program in five minutes

// The lessons of the open course in its order.
std::vector<LessonProgress> course_progress(const App& app);
// The chapters in order with their pages, without the lessons. Pages that belong to no chapter (the home page) are left
// out.
std::vector<ChapterProgress> chapters_of(const App& app);
// The same with the lessons.
std::vector<ChapterProgress> progress_of(const App& app);
// A lesson that the program has, as the settings know it.
LessonProgress lesson_progress(const LessonEntry& entry, const std::string& id, const Settings& settings);
// The lesson that was left last, before its end.
std::optional<LessonProgress> left_off(const Settings& settings);

}  // namespace striate
