// Courses: text files that order lessons and say how many minutes each is planned for.
//
//   # Computer vision: working with images
//
//   ## What a picture is
//   20 pixels
//   25 channels
//
//   ## Our own city
//   15 city/harbor.md
//
// A course and its lessons may be packed in one archive (lesson_package.h).
//
// `##` begins a part; parts may be left out. A lesson is the name of one of the program's, or the path of a .md or
// .striate.zip file, beside the course unless it is absolute. The names of the program's own lessons come first.
//
// An hour in school has 45 minutes: lessons fill it in their order, one that no longer fits begins the next.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace striate {

inline constexpr int kSchoolHour = 45;  // minutes

struct PlannedLesson {
  std::string name;  // of a lesson of the program, or a path as it can be opened
  std::string part;  // the heading it stands under; may be empty
  int minutes = 0;   // from 1 to 600
  int hour = 1;      // in which it begins, from 1
  bool begins_hour = false;
  int line = 0;  // in the course's file
};

struct Course {
  std::string file;  // as messages name it
  std::string title;
  std::vector<PlannedLesson> lessons;

  int minutes() const;
  int hours() const;  // up to the end of the last lesson
};

// Reads a text; `file` stands in messages and says where paths begin. Throws Error with file and line: no title, no
// lesson, minutes that are none, the same lesson twice. Whether the lessons are there is for who opens them.
Course parse_course(std::string_view text, const std::string& file);
// The same of a .course file, or of an archive with one in it (lesson_package.h): its lessons are then in it, too.
Course read_course(const std::string& path);

}  // namespace striate
