// What was answered to the questions of lessons since the program was opened, one line for each answer, for a teacher:
//
//   lesson,title,step,heading,question,answer,right,try,time
//   harbor,Our harbor,2,How many columns?,How many columns will be left?,2,no,1,2026-11-23T09:15:02Z
//
// `lesson.results FILE` writes them; `striate --results FILE` keeps a file up to date by itself. Who answered is
// nowhere: a file's lesson goes by its name without its folder.
//
// Counted is what a person answers, up to the right answer: who presses the others then reads their reasons. What
// "Show me" answers is not.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace striate {

class App;
class AnswerFile;

class AnswerLog {
 public:
  explicit AnswerLog(App& app);
  ~AnswerLog();  // waits until the kept file has everything
  AnswerLog(const AnswerLog&) = delete;
  AnswerLog& operator=(const AnswerLog&) = delete;
  void declare();  // lesson.results, lesson.answers, lesson.answers.right

  // From now on each answer is added to this file at once, behind what stands there already: it is whole at any moment,
  // written anew and renamed. Throws Error: it can't be written, or is there and is something else.
  void keep(const std::string& path);
  // A command was run: notes the answer where it gave one.
  void look(std::string_view line);
  // Once a frame. Throws the Error of the kept file, once; what it lacks is written with the next answer.
  void update();
  bool busy() const;  // the kept file is being written

  // While one of them lives, "Show me" or a script answers, and nobody else.
  class Shown {
   public:
    explicit Shown(AnswerLog& log) : log_(log) { ++log_.shown_; }
    ~Shown() { --log_.shown_; }
    Shown(const Shown&) = delete;
    Shown& operator=(const Shown&) = delete;

   private:
    AnswerLog& log_;
  };

 private:
  void write(const std::string& path) const;

  App& app_;
  std::vector<std::string> rows_;  // each with its end of line
  int right_ = 0;                  // of them
  uint64_t seen_ = 0;              // of LessonSession::answers()
  int shown_ = 0;
  std::map<std::pair<uint64_t, int>, int> tries_;  // by LessonSession::openings() and step
  std::shared_ptr<AnswerFile> kept_;               // null: no file is kept
};

}  // namespace striate
