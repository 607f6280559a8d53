// Lessons and the files that they open, made here and carried to other machines, in either of two forms:
//
//   harbor.md           with its files in the folder harbor-files beside it
//   harbor.striate.zip  one archive of the same: harbor.md and harbor-files
//
// Who writes the words opens the text; Ctrl+L adds a step to what stands there by then.
#pragma once

#include <string>
#include <vector>

#include "app/command/registry.h"
#include "app/command/script.h"

namespace striate {

inline constexpr const char* kPackageEnding = ".striate.zip";
bool is_lesson_package(const std::string& path);  // by its name

// The file that a lesson's text is in. An archive is unpacked into a folder of its own, which is removed when the
// program ends; the same archive in the same state only once. The lesson in it is the only .md that lies in no folder.
// Any other path is given back as it is. Throws Error: see files_of_zip(); no lesson in an archive, or several.
std::string lesson_file(const std::string& path);

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

}  // namespace striate
