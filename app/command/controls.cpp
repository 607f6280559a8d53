#include "app/command/controls.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "app/command/registry.h"
#include "engine/error.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

// Whoever is kept by a lesson may leave it, and read it in their language and size.
constexpr std::array<std::string_view, 6> kNeverByLesson = {"lesson.close", "lesson.allow", "quit",
                                                            "language",     "scale",        "theme"};

bool is_family(std::string_view what) { return what.ends_with(".*"); }

bool names(std::string_view what, std::string_view line) {
  if (is_family(what)) return command_name(line).starts_with(what.substr(0, what.size() - 1));
  return line.starts_with(what) && (line.size() == what.size() || line[what.size()] == ' ');
}

void check_it_is_there(std::string_view what, const Registry& registry) {
  if (!is_family(what)) {
    registry.command(command_name(what));
    return;
  }
  const std::string_view beginning = what.substr(0, what.size() - 1);
  const auto& all = registry.commands();
  if (std::any_of(all.begin(), all.end(), [&](const auto& entry) { return entry.first.starts_with(beginning); }))
    return;
  throw Error(fmt::format("no command begins with '{}'", beginning),
              "name a page, as in filters.*, or one command; `striate commands` lists them");
}

}  // namespace

void Controls::close(Access how, std::string_view what, Origin origin, const Registry& registry) {
  const std::string_view plain = trimmed(what);
  check_it_is_there(plain, registry);
  std::erase_if(closed_, [&](const Closed& each) { return each.origin == origin && each.what == plain; });
  closed_.push_back({std::string(plain), how, origin});
}

void Controls::open(std::string_view what, Origin origin) {
  const std::string_view plain = trimmed(what);
  const bool all = plain == "all";
  const size_t opened =
      std::erase_if(closed_, [&](const Closed& each) { return each.origin == origin && (all || each.what == plain); });
  if (opened > 0 || all) return;
  const Closed* other = closing(plain);
  if (other == nullptr)
    throw Error(fmt::format("'{}' is neither hidden nor locked", plain),
                "control.hidden and control.locked list what is");
  if (other->origin == Origin::lesson)
    throw Error(fmt::format("the lesson closes '{}'", plain), "it opens at the lesson's end: lesson.close");
  if (other->origin == Origin::room)
    throw Error(fmt::format("the room's file closes '{}'", plain), "ask who set this room up");
  throw Error(fmt::format("'{}' is closed by '{}'", plain, other->what), fmt::format("control.show {}", other->what));
}

void Controls::forget(Origin origin) {
  std::erase_if(closed_, [&](const Closed& each) { return each.origin == origin; });
}

// The strictest of those that name it.
const Controls::Closed* Controls::closing(std::string_view line) const {
  const Closed* found = nullptr;
  for (const Closed& each : closed_) {
    if (!names(each.what, line) || (found != nullptr && found->how >= each.how)) continue;
    if (each.origin == Origin::lesson &&
        std::find(kNeverByLesson.begin(), kNeverByLesson.end(), command_name(line)) != kNeverByLesson.end())
      continue;
    found = &each;
  }
  return found;
}

Controls::Access Controls::of(std::string_view line) const {
  if (closed_.empty() || line.empty()) return Access::open;
  const Closed* found = closing(line);
  return found != nullptr ? found->how : Access::open;
}

void Controls::check(std::string_view line) const {
  const Closed* found = closed_.empty() ? nullptr : closing(line);
  if (found == nullptr) return;
  switch (found->origin) {
    case Origin::room:
      throw Error(fmt::format("{} is locked in this room", found->what), "ask who set this room up");
    case Origin::lesson:
      throw Error(fmt::format("{} is locked in this lesson", found->what),
                  "it opens with another step, or at the lesson's end");
    case Origin::person:
      throw Error(fmt::format("{} is locked", found->what), fmt::format("open it: control.show {}", found->what));
  }
}

std::vector<std::string> Controls::state() const {
  std::vector<std::string> lines;
  for (const Closed& each : closed_) {
    if (each.origin == Origin::room) continue;
    std::string line = (each.how == Access::hidden ? "control.hide " : "control.lock ") + each.what;
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(std::move(line));
  }
  return lines;
}

std::string Controls::list(Access how) const {
  std::string all;
  for (const Closed& each : closed_) {
    if (each.how == how) fmt::format_to(std::back_inserter(all), "{}{}", all.empty() ? "" : "; ", each.what);
  }
  return all;
}

}  // namespace striate
