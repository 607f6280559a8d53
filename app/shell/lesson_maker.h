// "Make this a lesson" (Ctrl+L): the first time a new lesson with what is shown as its first step, then a step more
// each time; the files that it opens go with it (command/lesson_package.h).
#pragma once

#include <string>

namespace striate {

class App;

class LessonMaker {
 public:
  explicit LessonMaker(App& app) : app_(app) {}
  void declare();  // lesson.make, lesson.add, lesson.pack, course.pack

  // The lesson that was begun and is still there; empty: none.
  std::string made() const;

 private:
  void make(std::string path);
  void add(const std::string& path);
  void pack(const std::string& package);
  void pack_course(const std::string& package);
  void tell(const std::string& what, const std::string& path, const std::string& command, size_t left) const;

  App& app_;
  std::string path_;  // absolute
  int steps_ = 0;     // it had when it was written last
};

}  // namespace striate
