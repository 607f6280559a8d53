#include "app/shell/keys.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "app/shell/progress.h"
#include "app/words/words.h"

namespace striate {
namespace {

std::function<std::string(const App&)> always(std::string line) {
  return [line = std::move(line)](const App&) { return line; };
}

// "NAME on" or "NAME off", whichever changes something.
std::function<std::string(const App&)> switched(const char* name, bool Settings::*value) {
  return [name, value](const App& app) { return std::string(name) + (app.settings().*value ? " off" : " on"); };
}

// The same for what a panel is now, which is another thing while presenting.
std::function<std::string(const App&)> unfolded(const char* name, bool (Settings::*shown)() const) {
  return [name, shown](const App& app) { return std::string(name) + ((app.settings().*shown)() ? " off" : " on"); };
}

// The pages of the course in order, and the home page before them.
std::vector<std::string> pages_in_order(const App& app) {
  std::vector<std::string> ids{kHomePage};
  for (const ChapterProgress& chapter : chapters_of(app)) {
    for (const PageProgress& page : chapter.pages) ids.push_back(page.id);
  }
  return ids;
}

// The page before or after the one that is shown.
std::string neighbor(const App& app, int step) {
  const std::vector<std::string> ids = pages_in_order(app);
  const auto here = std::find(ids.begin(), ids.end(), app.page().info().id) - ids.begin();
  const std::ptrdiff_t next = here + step;
  if (next < 0 || next >= std::ssize(ids)) return {};
  return "page " + ids[static_cast<size_t>(next)];
}

bool filmed(const App& app) { return std::get<double>(app.registry().read("film.frames")) > 0; }

}  // namespace

KeyTable::KeyTable() {
  auto add = [this](const char* key, std::function<std::string(const App&)> command, const char* help,
                    bool shown = true) {
    shell_.push_back({key, std::move(command), help, shown});
  };
  // A clicker sends Page Up and Page Down: through the lesson while one is open, else through the pages.
  add(
      "PageDown",
      [](const App& app) {
        if (!app.lessons().is_open()) return neighbor(app, 1);
        return std::string(app.lessons().step() + 1 < app.lessons().step_count() ? "lesson.next" : "");
      },
      N_("next step of the lesson, or next page"));
  add(
      "PageUp",
      [](const App& app) {
        if (!app.lessons().is_open()) return neighbor(app, -1);
        return std::string(app.lessons().step() > 0 ? "lesson.back" : "");
      },
      N_("the step or page before"));
  // What a clicker sends to make the screen black: "." most of them, "B" the others. Where a page has a B of its own,
  // that one counts.
  const auto show_me = [](const App& app) {
    const LessonSession& lessons = app.lessons();
    return std::string(lessons.is_open() && !lessons.tried() ? "lesson.show" : "");
  };
  shell_.push_back(
      {".", show_me, N_("does what a lesson's step asks for: a clicker's button for a black screen"), true, true});
  add("B", show_me, N_("the same, on other clickers"));
  for (int i = 1; i <= 9; ++i) {
    shell_.push_back({std::to_string(i),
                      [i](const App& app) {
                        const std::vector<std::string> ids = pages_in_order(app);
                        const auto index = static_cast<size_t>(i);
                        return index < ids.size() ? "page " + ids[index] : std::string();
                      },
                      N_("a page: 1 is the first"), i == 1});
  }
  add("0", always(std::string("page ") + kHomePage), N_("home: all chapters, and where you left off"));
  add("Ctrl+O", always("browse open"), N_("opens a picture or a lesson"));
  add("Ctrl+S", always("browse save"), N_("saves the picture of the stage"));
  add(
      "Ctrl+L",
      [](const App& app) { return std::string(app.lesson_maker().made().empty() ? "lesson.make" : "lesson.add"); },
      N_("makes a lesson of what is shown; again: another step of it"));
  add(
      "Ctrl+H",
      [](const App& app) {
        return std::string(app.controls().picking() == Controls::Access::open ? "control.pick hide"
                                                                              : "control.pick off");
      },
      N_("hides or locks what is clicked, for a class; again: done"));
  add(
      "Ctrl+Z", [](const App& app) { return std::string(app.can_undo() ? "undo" : ""); },
      N_("takes back the last edit"));
  add(
      "Ctrl+Shift+Z", [](const App& app) { return std::string(app.can_redo() ? "redo" : ""); }, N_("does it again"));
  add(
      "Ctrl+Y", [](const App& app) { return std::string(app.can_redo() ? "redo" : ""); }, N_("does it again"), false);
  add(
      "Ctrl+R", [](const App& app) { return filmed(app) ? "film.stop" : "browse.save film.record film.gif"; },
      N_("records what is shown as a film; again: ends it"));
  add("Ctrl+K", always("palette on"), N_("every command by name"));
  add("F", switched("presentation", &Settings::presentation), N_("presentation: large type, the stage first"));
  add("F11", switched("fullscreen", &Settings::full_screen), N_("full screen, or the window again"));
  add(
      "T", [](const App& app) { return std::string(app.settings().dark ? "theme light" : "theme dark"); },
      N_("light or dark"));
  add("Ctrl+B", unfolded("navigation", &Settings::shows_navigation), N_("folds the left panel away, or back"));
  add("Ctrl+I", unfolded("inspector", &Settings::shows_inspector), N_("folds the right panel away, or back"));
  add("?", always("help on"), N_("this help"));
  add("Shift+F1", always("glossary.word"), N_("explains the word under the mouse, or lists the terms on the screen"));
  add("F1", always("help on"), N_("this help"), false);
  add("Ctrl+Q", always("quit"), N_("closes the program"));
}

std::string KeyTable::command_for(const std::string& key, const App& app) const {
  for (const KeyBinding& binding : shell_) {
    if (!binding.first || binding.key != key) continue;
    if (std::string line = binding.command(app); !line.empty()) return line;
  }
  for (const Page::Key& own : app.page().keys()) {
    if (own.key == key) return own.command;
  }
  for (const KeyBinding& binding : shell_) {
    if (binding.key == key) return binding.command(app);
  }
  return {};
}

std::map<std::string, std::string> KeyTable::keys_by_command(const App& app) const {
  std::map<std::string, std::string> keys;
  for (const Page::Key& own : app.page().keys()) keys.emplace(own.command, own.key);
  for (const KeyBinding& binding : shell_) {
    std::string line = binding.command(app);
    if (!line.empty()) keys.emplace(line, binding.key);
  }
  return keys;
}

}  // namespace striate
