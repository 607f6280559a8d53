// Lessons and the files that they open, made here and carried to other machines, in either of two forms:
//
//   harbor.md           with its files in the folder harbor-files beside it
//   harbor.striate.zip  one archive of the same: harbor.md and harbor-files
//
// Who writes the words opens the text; Ctrl+L adds a step to what stands there by then.
//
// A whole course (course.h) is carried in one archive, too:
//
//   city.striate.zip    city.course beside the texts of its lessons, and the files that they open
//
// A file in an archive has a name that lasts, whatever folder it is unpacked into: city.striate.zip/harbor.md.
#pragma once

#include <string>
#include <vector>

#include "app/command/registry.h"
#include "app/command/script.h"

namespace striate {

inline constexpr const char* kPackageEnding = ".striate.zip";
bool is_lesson_package(const std::string& path);  // by its name

// The archive that a path is, or leads into; empty: none that is there.
std::string package_of(const std::string& path);

// Whether a path that is_lesson_package() holds a course: a .course file that lies in no folder. Throws Error: see
// files_of_zip(); two courses, or neither a course nor a lesson.
bool holds_course(const std::string& package);
// The course's name that lasts: "city.striate.zip/city.course". Throws Error; also where it holds none.
std::string course_in(const std::string& package);

// The file that a text is in: a lesson's, or what else an archive holds, by its lasting name. An archive is unpacked
// into a folder of its own, which is removed when the program ends; the same archive in the same state only once. Where
// it has no course, the lesson in it is the only .md that lies in no folder. Any other path is given back as it is.
// Throws Error: see files_of_zip(); no lesson in an archive, several, or a course; no file of that name in it.
std::string lesson_file(const std::string& path);
// The other way: the lasting name of a file that lesson_file() gave, or of one beside it; the archive itself for its
// only lesson. Any other path is given back as it is.
std::string lasting_name(const std::string& file);

struct MadeLesson {
  int steps = 0;
  std::vector<std::string> left;  // paths that its lines name and that stay where they are: folders, large files
};
inline constexpr uint64_t kLargestTaken = 64'000'000;  // bytes of one file

// Writes a lesson to `path` (.md or .striate.zip): `front` (title, page, chapter), and as its first step `lines`, which
// bring a state. The files that they open are taken along. Throws Error.
MadeLesson make_lesson(const std::string& path, const std::string& front, const std::vector<std::string>& lines,
                       const Registry& registry);
// Adds a step behind the last one of a lesson that is there. Throws Error.
MadeLesson add_step(const std::string& path, const std::string& heading, const std::vector<std::string>& lines,
                    const Registry& registry);
// Writes a lesson that was read from `file` into an archive, with the files that it opens. Throws Error.
MadeLesson pack_lesson(const std::string& file, const std::string& package, const Registry& registry);

struct MadeCourse {
  int lessons = 0;                // that are files; the program's own stay names
  std::vector<std::string> left;  // as of MadeLesson
};
// Writes a course, a .course file or an archive of one, into an archive with all its lessons that are files. Throws
// Error.
MadeCourse pack_course(const std::string& course, const std::string& package, const Registry& registry);

}  // namespace striate
