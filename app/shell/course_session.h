// The course that lessons are taken from, in its order: the program's own, or a teacher's file (command/course.h).
#pragma once

#include <string>
#include <vector>

#include "app/command/course.h"
#include "app/shell/lesson_session.h"

namespace striate {

inline constexpr const char* kOwnCourse = "module";  // its name in the program

struct CourseEntry {
  LessonEntry lesson;  // name: what the command `lesson` takes
  std::string id;      // what it is remembered by: lesson_id()
  PlannedLesson place;
};

class CourseSession {
 public:
  CourseSession();  // the program's own

  // A name of the program's own, or a path. Throws Error, with file and line where a lesson of it can't be read; the
  // course that was open stays.
  void open(const std::string& name_or_path);
  const Course& course() const { return course_; }
  bool own() const { return path_.empty(); }
  const std::string& path() const { return path_; }  // of its file or archive; empty: the program's own
  const std::vector<CourseEntry>& entries() const { return entries_; }
  // Its place from 0, -1 where it is not part of the course; the lesson as LessonSession::id() says it.
  int find(const std::string& lesson) const;

 private:
  Course course_;
  std::string path_;
  std::vector<CourseEntry> entries_;
};

}  // namespace striate
