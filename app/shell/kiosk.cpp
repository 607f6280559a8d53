#include "app/shell/kiosk.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>

#include "app/command/lesson_package.h"
#include "app/command/script_files.h"
#include "app/shell/app.h"
#include "engine/error.h"
#include "engine/export/overwrite.h"

namespace striate {
namespace {

bool same(Vec a, Vec b) { return a.x == b.x && a.y == b.y; }

// What lies on a key is no hand: its repetitions do not count.
bool hands_did(const Input& before, const Input& now) {
  return !same(before.mouse, now.mouse) || before.left != now.left || before.right != now.right ||
         before.middle != now.middle || now.wheel.x != 0 || now.wheel.y != 0 || before.shift != now.shift ||
         before.ctrl != now.ctrl || before.alt != now.alt ||
         std::any_of(now.keys.begin(), now.keys.end(), [](const KeyPress& key) { return !key.repeat; });
}

// The files that a command chooses, or the folders that it lists.
bool browses(std::string_view name) { return name == "browse" || name.starts_with("browse."); }

}  // namespace

Kiosk::Kiosk(App& app, const KioskOptions& options) : app_(app), options_(options) {
  app_.files().nobody_to_ask(std::nullopt);
  app_.set_permit([this](std::string_view line) { permit(line); });
}

Kiosk::~Kiosk() { app_.set_permit(nullptr); }

bool Kiosk::look(const Input& input, double now) {
  now_ = now;
  const bool hand = !first_ && hands_did(before_, input);
  first_ = false;
  before_ = input;
  if (hand) touched_ = true, touched_at_ = now;
  const double left = options_.seconds - (now - touched_at_);
  counts_ = touched_ && left <= kKioskCounts ? std::max(1, static_cast<int>(std::ceil(left))) : 0;
  return touched_ && left <= 0;
}

double Kiosk::due() const {
  if (!touched_) return std::numeric_limits<double>::infinity();
  const double end = touched_at_ + options_.seconds;
  return counts_ == 0 ? end - kKioskCounts : end - (counts_ - 1);
}

bool Kiosk::may_read(const std::string& path) const {
  std::error_code ignored;
  const std::string package = package_of(path);
  // What is not there is a word of the command's own, or its error says so.
  if (package.empty() && !std::filesystem::exists(path, ignored)) return true;
  if (same_place(path, options_.file) || (!package.empty() && same_place(package, options_.file))) return true;
  const std::vector<CourseEntry>& course = app_.course().entries();
  return std::any_of(course.begin(), course.end(),
                     [&](const CourseEntry& entry) { return same_place(path, entry.lesson.name); });
}

void Kiosk::permit(std::string_view line) const {
  Arguments values;
  const Command& command = app_.registry().check(line, &values);
  const std::string& name = command.name;
  if (name == "quit")
    throw Error("this program stays open for the next visitor", "who looks after it closes its window from outside");
  if (name == "fullscreen")
    throw Error("this program keeps the whole screen", "who looks after it closes its window from outside");
  if (browses(name) && values.text(0) != "close")
    throw Error("no files are chosen here", "what there is to see stands in the navigation at the left");
  if (command.parameters.empty()) return;
  if (command.parameters.back().file == FileUse::write)
    throw Error(fmt::format("{}: no files are written here", name), "with Striate on your own computer you can");
  // What a lesson opens came with it: nobody else's can be opened here.
  if (command.parameters.back().file != FileUse::read || app_.files().running()) return;
  if (const std::optional<FileInLine> file = file_in(line, app_.registry()); file && !may_read(file->path))
    throw Error(fmt::format("{}: no other files are opened here", shown(file->path)),
                "what there is to see stands in the navigation at the left");
}

}  // namespace striate
