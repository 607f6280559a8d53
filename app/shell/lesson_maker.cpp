#include "app/shell/lesson_maker.h"

#include <filesystem>

#include "app/command/lesson_package.h"
#include "app/shell/app.h"
#include "app/words/words.h"
#include "engine/export/overwrite.h"

namespace striate {
namespace {

std::string absolute(const std::string& path) { return std::filesystem::absolute(path).lexically_normal().string(); }

bool exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

}  // namespace

void LessonMaker::declare() {
  Registry& registry = app_.registry();
  registry.add(Command{
      "lesson.make",
      N_("Begins a lesson whose first step is what is shown: a text file to be filled with words, its pictures beside "
         "it"),
      {Parameter::file_to_write("FILE",
                                "a name ending in .md, or in .striate.zip for one file with the pictures in it; the "
                                "next free striate-lesson-N.md where it is left out")
           .or_none()},
      [this](const Arguments& arguments) { make(arguments.has(0) ? arguments.text(0) : std::string()); },
  });
  registry.add(Command{
      "lesson.add",
      N_("Adds what is shown as another step to a lesson"),
      {Parameter::file_to_write("FILE", "the lesson; the one made last where it is left out").or_none()},
      [this](const Arguments& arguments) { add(arguments.has(0) ? arguments.text(0) : made()); },
  });
  registry.add(Command{
      "lesson.pack",
      N_("Packs the open lesson and the files that it opens into one file for other machines"),
      {Parameter::file_to_write("FILE", "a name ending in .striate.zip")},
      [this](const Arguments& arguments) { pack(arguments.text(0)); },
  });
  registry.add(Command{
      "course.pack",
      N_("Packs the open course into one file for other machines: its lessons that are files, and what they open"),
      {Parameter::file_to_write("FILE", "a name ending in .striate.zip")},
      [this](const Arguments& arguments) { pack_course(arguments.text(0)); },
  });
  registry.add(Readout{"lesson.made", "steps of the lesson that is being made, as they were written; 0: none is",
                       [this] { return ReadoutValue(made().empty() ? 0.0 : steps_); }});
}

std::string LessonMaker::made() const { return !path_.empty() && exists(path_) ? path_ : std::string(); }

void LessonMaker::make(std::string path) {
  for (int n = 1; path.empty(); ++n) {
    const std::string name = fmt::format("striate-lesson-{}.md", n);
    if (!exists(name)) path = name;
  }
  const PageInfo& page = app_.page().info();
  const std::string open = app_.lessons().is_open() ? app_.lessons().path() : std::string();
  check_overwrite(
      {path, is_lesson_package(path) ? FileKind::package : FileKind::lesson, {open}, app_.document().force});
  std::vector<std::string> lines = app_.state();
  std::erase(lines, "page " + page.id);  // its third line says so
  const MadeLesson made = make_lesson(
      path, fmt::format("# {}\npage: {}\nchapter: {}\n", page.title, page.id, page.chapter), lines, app_.registry());
  path_ = absolute(path);
  steps_ = made.steps;
  tell(format_tr("The lesson is in {}", path_), path_, "lesson.make", made.left.size());
}

void LessonMaker::add(const std::string& path) {
  if (path.empty()) throw Error("no lesson is being made", "begin one: lesson.make NAME.md");
  const MadeLesson made = add_step(path, app_.page().info().title, app_.state(), app_.registry());
  path_ = absolute(path);
  steps_ = made.steps;
  tell(format_tr("Step {} is added to {}", made.steps, path_), path_, "lesson.add", made.left.size());
}

void LessonMaker::pack(const std::string& package) {
  if (!app_.lessons().is_open()) throw Error("no lesson is open", "open the one that is to be packed: lesson FILE");
  if (app_.lessons().built_in())
    throw Error(fmt::format("{} is part of the program: there is nothing to pack", app_.lessons().name()),
                "every Striate has it; pack a lesson of your own: lesson FILE");
  const LessonSession& open = app_.lessons();
  check_overwrite({package, FileKind::package, {open.path(), open.file(), open.package()}, app_.document().force});
  const MadeLesson made = pack_lesson(open.file(), package, app_.registry());
  tell(format_tr("The lesson with its files is in {}", absolute(package)), {}, "lesson.pack", made.left.size());
}

void LessonMaker::pack_course(const std::string& package) {
  const CourseSession& open = app_.course();
  if (open.own())
    throw Error("this course is part of the program: there is nothing to pack",
                "every Striate has it; pack a course of your own: course FILE");
  std::vector<std::string> inputs = {open.path()};
  for (const CourseEntry& entry : open.entries()) inputs.push_back(entry.lesson.name);
  check_overwrite({package, FileKind::course, inputs, app_.document().force});
  const MadeCourse made = striate::pack_course(open.path(), package, app_.registry());
  tell(format_tr("The course with its lessons is in {}", absolute(package)), {}, "course.pack", made.left.size());
}

// `path`: a text that can be filled with words.
void LessonMaker::tell(const std::string& what, const std::string& path, const std::string& command,
                       size_t left) const {
  std::string hint = command == "course.pack"  ? N_("It opens like any course, on any machine")
                     : path.empty()            ? N_("It opens like any lesson, on any machine")
                     : is_lesson_package(path) ? N_("Ctrl+L adds a step; unpack it to fill it with words")
                                               : N_("Fill it with words in any text editor; Ctrl+L adds a step");
  if (left > 0)
    hint = format_tr("{} of what it opens stays where it is: folders and files above 64 MB are not taken along", left);
  app_.notify({what, hint, command, false, app_.now()});
}

}  // namespace striate
