#include "app/shell/handout_maker.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>
#include <vector>

#include "app/command/registry.h"
#include "app/shell/app.h"
#include "app/words/languages.h"
#include "app/words/words.h"
#include "app/worker/child_process.h"
#include "engine/export/overwrite.h"

namespace striate {
namespace {

constexpr const char* kAgain = "start the program again, or run: striate handout LESSON OUT.pdf";

// What `striate` says of its failure: "striate: error: WHAT", "  hint: HINT".
Error error_of(const std::string& printed) {
  const auto after = [&](const std::string& mark) {
    const size_t at = printed.find(mark);
    if (at == std::string::npos) return std::string();
    const size_t from = at + mark.size();
    return printed.substr(from, printed.find('\n', from) - from);
  };
  const std::string what = after("error: "), hint = after("hint: ");
  if (what.empty()) return Error("the handout was not made: the program that makes it has ended", kAgain);
  return Error(what, hint);
}

}  // namespace

HandoutMaker::HandoutMaker(App& app, std::function<void()> wake)
    : app_(app), job_(std::move(wake), JobPriority::behind) {}

void HandoutMaker::declare() {
  app_.registry().add(Command{
      "lesson.handout",
      N_("The open lesson on paper, as a PDF: its words, its figures, its questions with room to answer"),
      {Parameter::file_to_write("FILE", "a name ending in .pdf")},
      [this](const Arguments& arguments) { make(arguments.text(0)); },
  });
  app_.registry().add(Readout{"lesson.handout", "path of the handout that was made last; empty while none is done",
                              [this] { return ReadoutValue(made_); }});
}

void HandoutMaker::make(const std::string& path) {
  const LessonSession& lessons = app_.lessons();
  if (!lessons.is_open()) throw Error("no lesson is open", "open the lesson that the handout shall be of");
  if (!path.ends_with(".pdf")) throw Error(fmt::format("'{}' is no name for a handout", path), "end it in .pdf");
  if (busy_) throw Error("the handout before is still being made", "wait until a message says where it is");
  check_overwrite({path, FileKind::document, {lessons.file()}, app_.document().force});
  std::vector<std::string> words = {std::filesystem::read_symlink("/proc/self/exe").string(),
                                    "handout",
                                    lessons.built_in() ? lessons.name() : lessons.path(),
                                    std::filesystem::absolute(path).string(),
                                    "--language",
                                    language(),
                                    "--device",
                                    "cpu"};
  if (app_.document().force) words.emplace_back("--force");
  made_.clear();
  busy_ = true;
  job_.request([words = std::move(words), path](Progress&) {
    ChildProcess maker(words, kAgain);
    if (!maker.wait()) throw error_of(maker.printed());
    return path;
  });
}

bool HandoutMaker::look() {
  if (!busy_) return false;
  try {
    std::optional<std::string> path = job_.take();
    if (!path) return false;
    made_ = std::move(*path);
    app_.notify({format_tr("The handout is in {}", made_), "", "lesson.handout", false, app_.now()});
  } catch (const Error& error) {
    app_.notify({error.what(), error.hint(), "lesson.handout", true, app_.now()});
  }
  busy_ = false;
  return true;
}

}  // namespace striate
