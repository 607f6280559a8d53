#include "app/shell/answer_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>

#include "app/command/lesson_package.h"
#include "app/shell/app.h"
#include "app/shell/lesson_prose.h"
#include "app/words/words.h"
#include "app/worker/jobs.h"
#include "engine/error.h"
#include "engine/export/csv.h"
#include "engine/export/overwrite.h"
#include "engine/files/atomic_write.h"
#include "engine/files/read_file.h"

namespace striate {
namespace {

void write_text(const std::string& path, const std::string& text) {
  AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

// Adds rows behind what stands in a file. One that is gone meanwhile, because a teacher took it, begins anew.
void append(const std::string& path, const std::vector<std::string>& rows) {
  check_overwrite({path, FileKind::answers});
  std::string text;
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored) && std::filesystem::file_size(path, ignored) > 0) {
    const InputFile file(path);
    text.resize(file.size());
    file.read(0, text.size(), reinterpret_cast<uint8_t*>(text.data()));
  }
  if (text.empty()) text = kAnswersHeader;
  if (text.back() != '\n') text += '\n';
  for (const std::string& row : rows) text += row;
  write_text(path, text);
}

std::string now_in_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

// Without its folder, which names a person's home.
std::string name_of(const LessonSession& lessons) {
  if (lessons.built_in()) return lessons.name();
  const std::string file = file_name(lessons.path());
  return is_lesson_package(file) ? file.substr(0, file.size() - std::strlen(kPackageEnding))
                                 : std::filesystem::path(file).stem().string();
}

std::string in_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

// The file that is kept, shared with the jobs that write it.
class AnswerFile {
 public:
  AnswerFile(std::string path, std::function<void()> wake) : path_(std::move(path)), wake_(std::move(wake)) {}

  void add(const std::string& row) {
    std::lock_guard lock(mutex_);
    waiting_.push_back(row);
  }
  // Everything that waits. What fails is kept for the next time.
  void write_waiting() {
    std::lock_guard one(writing_);
    std::vector<std::string> rows;
    {
      std::lock_guard lock(mutex_);
      rows = waiting_;
    }
    if (rows.empty()) return;
    try {
      append(path_, rows);
      std::lock_guard lock(mutex_);
      waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(rows.size()));
    } catch (...) {
      std::lock_guard lock(mutex_);
      problem_ = as_error(std::current_exception());
    }
  }
  std::optional<Error> take_problem() {
    std::lock_guard lock(mutex_);
    return std::exchange(problem_, std::nullopt);
  }
  void begun() {
    std::lock_guard lock(mutex_);
    ++jobs_;
  }
  void ended() {
    std::lock_guard lock(mutex_);
    --jobs_;
    if (wake_) wake_();
  }
  // What is still to be written is, and nobody is woken any more.
  void close() {
    {
      std::lock_guard lock(mutex_);
      wake_ = nullptr;
    }
    write_waiting();
  }
  bool busy() const {
    std::lock_guard lock(mutex_);
    return jobs_ > 0;
  }

 private:
  const std::string path_;
  std::function<void()> wake_;  // App::wake
  std::mutex writing_;          // one job at a time
  mutable std::mutex mutex_;    // of what follows
  std::vector<std::string> waiting_;
  std::optional<Error> problem_;
  int jobs_ = 0;
};

AnswerLog::AnswerLog(App& app) : app_(app) {}

AnswerLog::~AnswerLog() {
  if (kept_) kept_->close();
}

void AnswerLog::declare() {
  app_.registry().add(Command{
      "lesson.results",
      N_("Writes what was answered to lessons' questions since the program was opened, as a table for a spreadsheet"),
      {Parameter::file_to_write("FILE", "a name ending in .csv")},
      [this](const Arguments& arguments) { write(arguments.text(0)); },
  });
  app_.registry().add(Readout{
      "lesson.answers", "answers that were given to lessons' questions since the program was opened, right and wrong",
      [this] { return ReadoutValue(static_cast<double>(rows_.size())); }});
  app_.registry().add(Readout{"lesson.answers.right", "how many of these answers were right",
                              [this] { return ReadoutValue(static_cast<double>(right_)); }});
}

void AnswerLog::write(const std::string& path) const {
  if (!path.ends_with(".csv"))
    throw Error(fmt::format("'{}' is no name for a table of answers", path), "end it in .csv");
  check_overwrite({path, FileKind::answers, {}, app_.document().force});
  std::string text = kAnswersHeader;
  for (const std::string& row : rows_) text += row;
  write_text(path, text);
  app_.notify({format_tr("The answers are in {}", std::filesystem::absolute(path).lexically_normal().string()), "",
               "lesson.results", false, app_.now()});
}

void AnswerLog::keep(const std::string& path) {
  if (!path.ends_with(".csv"))
    throw Error(fmt::format("'{}' is no name for a table of answers", path), "end it in .csv");
  const std::string file = std::filesystem::absolute(path).lexically_normal().string();
  append(file, rows_);
  kept_ = std::make_shared<AnswerFile>(file, [this] { app_.wake(); });
}

void AnswerLog::look(std::string_view line) {
  const LessonSession& lessons = app_.lessons();
  if (std::exchange(seen_, lessons.answers()) == lessons.answers() || shown_ > 0) return;
  const Answer* given = lessons.given();
  if (!given) return;
  const Question& question = *lessons.question();
  const std::string answer = question.kind == Question::Kind::choice   ? given->text
                             : question.kind == Question::Kind::number ? lessons.given_number()
                                                                       : std::string(line);
  const int attempt = ++tries_[{lessons.openings(), lessons.step()}];
  const auto field = [](const std::string& text) { return csv_field(in_one_line(text)); };
  rows_.push_back(fmt::format("{},{},{},{},{},{},{},{},{}\n", field(name_of(lessons)), field(lessons.lesson().title),
                              lessons.step() + 1, field(lessons.current().heading),
                              field(plain_words(lessons.read(question.words, app_.registry()))), field(answer),
                              given->right ? "yes" : "no", attempt, now_in_utc()));
  if (given->right) ++right_;
  if (!kept_) return;
  kept_->add(rows_.back());
  kept_->begun();
  Jobs::shared().post(
      [kept = kept_] {
        kept->write_waiting();
        kept->ended();
      },
      JobPriority::behind);
}

void AnswerLog::update() {
  if (!kept_) return;
  if (const std::optional<Error> problem = kept_->take_problem()) throw *problem;
}

bool AnswerLog::busy() const { return kept_ && kept_->busy(); }

}  // namespace striate
