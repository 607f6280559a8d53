#include "app/command/course.h"

#include <charconv>
#include <filesystem>
#include <set>

#include "app/command/lesson_package.h"
#include "app/command/lesson_text.h"
#include "app/command/script.h"
#include "engine/error.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

constexpr int kMostMinutes = 600;

// "20 pixels" as minutes and a lesson.
PlannedLesson read_line(std::string_view line, const std::string& folder) {
  PlannedLesson lesson;
  const size_t space = line.find_first_of(" \t");
  const std::string_view number = line.substr(0, space);
  const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), lesson.minutes);
  if (problem != std::errc() || end != number.data() + number.size() || lesson.minutes < 1 ||
      lesson.minutes > kMostMinutes)
    throw Error(fmt::format("'{}' is no number of minutes", number),
                fmt::format("write minutes from 1 to {} and a lesson, as in: 20 pixels", kMostMinutes));
  const std::string name(space == std::string_view::npos ? std::string_view() : trimmed(line.substr(space)));
  if (name.empty()) throw Error("no lesson stands behind the minutes", "write its name or its path: 20 pixels");
  const bool own = !own_lesson(name).empty();
  const std::filesystem::path path(name);
  lesson.name = own || path.is_absolute() || folder.empty() ? name : (std::filesystem::path(folder) / path).string();
  return lesson;
}

void count_hours(Course& course) {
  int hour = 1, used = 0;
  for (PlannedLesson& lesson : course.lessons) {
    if (used > 0 && used + lesson.minutes > kSchoolHour) ++hour, used = 0;
    lesson.hour = hour;
    lesson.begins_hour = used == 0;
    used += lesson.minutes;
    for (; used > kSchoolHour; used -= kSchoolHour) ++hour;
  }
}

}  // namespace

int Course::minutes() const {
  int sum = 0;
  for (const PlannedLesson& lesson : lessons) sum += lesson.minutes;
  return sum;
}

int Course::hours() const { return lessons.back().hour + (lessons.back().minutes - 1) / kSchoolHour; }

Course parse_course(std::string_view text, const std::string& file) {
  check_text(text, file);
  Course course;
  course.file = file;
  const std::string folder = std::filesystem::path(file).parent_path().string();
  std::string part;
  std::set<std::string> names;
  int number = 0;
  for (std::string_view line : lines_of(text)) {
    ++number;
    line = trimmed(line);
    if (line.empty()) continue;
    try {
      if (course.title.empty()) {
        if (!line.starts_with("# ")) throw Error("a course begins with its title", "write '# Title' on the first line");
        course.title = std::string(trimmed(line.substr(2)));
      } else if (line.starts_with("## ")) {
        part = std::string(trimmed(line.substr(3)));
      } else {
        PlannedLesson lesson = read_line(line, folder);
        lesson.part = part;
        lesson.line = number;
        if (!names.insert(lesson.name).second)
          throw Error(fmt::format("the lesson '{}' stands twice", lesson.name), "leave one of them out");
        course.lessons.push_back(std::move(lesson));
      }
    } catch (const Error& error) {
      throw at_line(file, number, error);
    }
  }
  if (course.title.empty()) throw Error(file + ": the course is empty", "write '# Title', then lessons: 20 pixels");
  if (course.lessons.empty()) throw Error(file + ": the course holds no lesson", "write lessons, as in: 20 pixels");
  count_hours(course);
  return course;
}

Course read_course(const std::string& path) {
  const std::string file = is_lesson_package(path) ? course_in(path) : path;
  return parse_course(text_of_file(lesson_file(file)), file);
}

}  // namespace striate
