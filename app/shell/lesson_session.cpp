#include "app/shell/lesson_session.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "app/command/course.h"
#include "app/command/lesson_package.h"
#include "app/command/lesson_text.h"
#include "app/embedded.h"
#include "app/words/languages.h"

namespace striate {
namespace {

constexpr const char* kFolder = "assets/lessons/";

// Whether a line does what a line of a try block asks for: the same command at the same thing, with any value. Of
// "pixels.weight red 0" the last word is the value.
bool same_task(std::string_view asked, std::string_view line) {
  const auto thing = [](std::string_view text) {
    const size_t first = text.find(' '), last = text.rfind(' ');
    return first == last ? text.substr(0, first) : text.substr(0, last);
  };
  return command_name(asked) == command_name(line) &&
         (thing(asked) == thing(line) || line == asked || asked.find(' ') == asked.rfind(' '));
}

std::vector<std::string> commands_of(const LessonStep& step) {
  std::vector<std::string> lines;
  for (const Action& action : step.attempt) {
    if (action.kind == ActionKind::command) lines.push_back(action.text);
  }
  return lines;
}

}  // namespace

std::string lesson_id(const std::string& name_or_path) {
  if (!own_lesson(name_or_path).empty()) return name_or_path;
  std::error_code ignored;
  return std::filesystem::absolute(name_or_path, ignored).lexically_normal().string();
}

const std::vector<LessonEntry>& LessonSession::entries() {
  static std::map<std::string, std::vector<LessonEntry>> lists;  // by language; a list stays where it is
  if (const auto list = lists.find(language()); list != lists.end()) return list->second;
  return lists[language()] = [] {
    // The course is the order in which they are learned; a lesson that is not in it comes last.
    std::vector<std::string> order;
    for (const PlannedLesson& lesson : parse_course(own_course("module"), "").lessons) order.push_back(lesson.name);
    std::vector<LessonEntry> found;
    for (const std::string& file : embedded_files(kFolder)) {
      const std::string_view name = std::string_view(file).substr(std::string_view(kFolder).size());
      if (!file.ends_with(".md") || name.find('/') != std::string_view::npos) continue;  // of a language
      const Lesson lesson = parse_lesson(own_lesson(name.substr(0, name.size() - 3)), file);
      found.push_back({std::filesystem::path(file).stem().string(), lesson.title, lesson.chapter, lesson.page,
                       static_cast<int>(lesson.steps.size())});
    }
    const auto place = [&](const LessonEntry& entry) { return std::find(order.begin(), order.end(), entry.name); };
    std::stable_sort(found.begin(), found.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
    return found;
  }();
}

void LessonSession::open(const std::string& name_or_path, const Registry& registry) {
  const std::string_view built_in = own_lesson(name_or_path);
  std::string file;
  Lesson lesson = [&] {
    if (!built_in.empty()) return parse_lesson(built_in, name_or_path + ".md");
    if (std::filesystem::exists(name_or_path) || !package_of(name_or_path).empty()) {
      file = lesson_file(name_or_path);
      return read_lesson(file);
    }
    std::vector<std::string> names;
    std::string all;
    for (const LessonEntry& entry : entries()) {
      names.push_back(entry.name);
      all += (all.empty() ? "" : ", ") + entry.name;
    }
    const std::string nearest = nearest_name(name_or_path, names);
    throw Error(fmt::format("there is no lesson '{}'", name_or_path),
                nearest.empty() ? "the lessons are " + all + "; or give the path of a .md or .striate.zip file"
                                : fmt::format("did you mean '{}'? the lessons are {}", nearest, all));
  }();
  check_lesson(lesson, registry);
  lesson_ = std::make_unique<Lesson>(std::move(lesson));
  name_ = built_in.empty() ? std::filesystem::path(name_or_path).stem().string() : name_or_path;
  path_ = built_in.empty() ? lasting_name(name_or_path) : std::string();
  file_ = file;
  id_ = built_in.empty() ? lesson_id(path_) : name_or_path;
  told_in_ = language();
  ++openings_;
  go_to(0);
}

std::string LessonSession::package() const { return package_of(path_); }

// The translations of a lesson have the same steps, commands, questions and answers in the same order.
void LessonSession::follow_language() {
  if (!lesson_ || !built_in() || told_in_ == language()) return;
  told_in_ = language();
  *lesson_ = parse_lesson(own_lesson(name_), name_ + ".md");
}

void LessonSession::close() {
  lesson_.reset();
  name_.clear();
}

bool LessonSession::go_to(int step) {
  if (!lesson_ || step < 0 || step >= step_count()) return false;
  step_ = step;
  tried_ = answered_ = false;
  given_.reset();
  lines_done_ = 0;
  frozen_.clear();
  begun_ = false;
  return true;
}

std::vector<std::string> LessonSession::open_lines() const {
  if (!lesson_ || tried() || asks()) return {};  // a question comes first
  std::vector<std::string> lines = commands_of(current());
  if (!lines.empty())
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(std::min(lines_done_, lines.size() - 1)));
  return lines;
}

void LessonSession::answer(double number) {
  if (!question()) throw Error("this step asks nothing", "a question is answered while its step is shown");
  const size_t which = question()->answered_by(number);
  given_number_ = to_text(number);
  take_answer(which);
}

void LessonSession::take_answer(size_t which) {
  if (!answered_) ++answers_;
  given_ = which;
  answered_ |= given()->right;
}

void LessonSession::command_was_run(std::string_view line, const Registry& registry) {
  if (question() && !line.empty()) {
    if (const std::optional<size_t> answer = question()->answered_by_line(line)) take_answer(*answer);
  }
  if (!lesson_ || current().attempt.empty() || tried_) return;
  const std::vector<std::string> lines = commands_of(current());
  for (size_t i = lines_done_; i < lines.size() && !line.empty(); ++i) {
    if (!same_task(lines[i], line)) continue;
    lines_done_ = i + 1;
    break;
  }
  tried_ = completes(current(), line, registry);
}

}  // namespace striate
