#include "app/shell/course_session.h"

#include <algorithm>
#include <filesystem>

#include "app/command/lesson_package.h"
#include "app/command/lesson_text.h"
#include "engine/error.h"

namespace striate {
namespace {

CourseEntry entry_of(const Course& course, const PlannedLesson& place) {
  for (const LessonEntry& own : LessonSession::entries()) {
    if (own.name == place.name) return {own, own.name, place};
  }
  try {
    std::error_code ignored;
    if (!std::filesystem::exists(place.name, ignored) && package_of(place.name).empty())
      throw Error(
          fmt::format("there is no lesson '{}'", place.name),
          "write the name of one of the program's, or the path of a .md or .striate.zip file beside the course");
    const Lesson lesson = read_lesson(lesson_file(place.name));
    return {{place.name, lesson.title, lesson.chapter, lesson.page, static_cast<int>(lesson.steps.size())},
            lesson_id(place.name),
            place};
  } catch (const Error& error) {
    throw at_line(course.file, place.line, error);
  }
}

}  // namespace

CourseSession::CourseSession() { open(kOwnCourse); }

void CourseSession::open(const std::string& name_or_path) {
  const std::string_view own = own_course(name_or_path);
  Course course = own.empty() ? read_course(name_or_path) : parse_course(own, name_or_path + ".course");
  std::vector<CourseEntry> entries;
  for (const PlannedLesson& place : course.lessons) entries.push_back(entry_of(course, place));
  course_ = std::move(course);
  entries_ = std::move(entries);
  path_ = own.empty() ? std::filesystem::absolute(name_or_path).lexically_normal().string() : std::string();
}

int CourseSession::find(const std::string& lesson) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const CourseEntry& entry) { return entry.id == lesson; });
  return found == entries_.end() ? -1 : static_cast<int>(found - entries_.begin());
}

}  // namespace striate
