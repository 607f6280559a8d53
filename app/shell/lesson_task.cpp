// What the open lesson's step asks for next, and where it is done: the control that gets the ring. Where it stands in
// the inspector and that is folded away, the inspector is unfolded until the step is over; who folds it again meant to,
// and the ring then points at what brings it back.
#include <string>
#include <utility>

#include "app/shell/frame.h"
#include "app/widgets/wanted_item.h"

namespace striate {

// Looks at what the last frame drew. True where the inspector is to be folded or unfolded for it.
bool Shell::find_task() {
  constexpr const char* kUnfold = "inspector on";
  const LessonSession& lessons = app_.lessons();
  const bool before = task_unfolds_;
  const bool wanted = app_.settings().shows_inspector();
  const bool same_mode = std::exchange(presented_, app_.settings().presentation) == app_.settings().presentation;
  const bool folded_by_hand = std::exchange(inspector_wanted_, wanted) && !wanted && same_mode;
  task_.clear();
  if (!lessons.is_open()) {
    task_unfolds_ = task_elsewhere_ = false;
    return before;
  }
  if (app_.lesson_plays()) return false;  // what it asks for comes to stand only now
  if (task_step_ != app_.document().guided_steps) {
    task_step_ = app_.document().guided_steps;
    task_elsewhere_ = false;
  }
  if (folded_by_hand) task_unfolds_ = false, task_elsewhere_ = true;
  const Item* found = nullptr;
  for (const std::string& line : lessons.open_lines()) {
    found = wanted_item(ui_.items(), line);
    if (!found) continue;
    task_ = line;
    break;
  }
  if (lessons.tried() || lessons.asks()) return false;  // what was done is still to be seen
  const bool folded = layout_.inspector.empty();
  if (found) {
    if (task_unfolds_ && !folded && found->rect.x < layout_.inspector.x) task_unfolds_ = false;
  } else if (task_elsewhere_) {
    if (wanted_item(ui_.items(), kUnfold)) task_ = kUnfold;
  } else if (folded) {
    task_unfolds_ = true;
  } else if (task_unfolds_) {
    task_unfolds_ = false;
    task_elsewhere_ = true;
  }
  return task_unfolds_ != before;
}

// The ring brings what it is given to into view. Where that still stands cut once it rests, because what is around it
// or the window has changed since, the ring is taken away for a frame and given again. Once it was seen whole, whoever
// scrolls away meant to. Returns the line to ring in this frame.
std::string Shell::ring_line(bool* look_again) {
  const auto same = [](const Rect& a, const Rect& b) { return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h; };
  if (task_ != ringed_ || !same(ring_stage_, layout_.stage)) {
    ringed_ = task_;
    ring_stage_ = layout_.stage;
    ring_at_ = ring_tried_ = {};
    ring_seen_ = false;
  }
  const Item* item = task_.empty() ? nullptr : wanted_item(ui_.items(), task_);
  if (!item || ring_seen_) return task_;
  ring_seen_ = wholly_visible(*item);
  if (ring_seen_ || same(ring_tried_, item->rect)) return task_;
  *look_again = true;
  if (!same(std::exchange(ring_at_, item->rect), item->rect)) return task_;
  ring_tried_ = item->rect;
  return "";
}

}  // namespace striate
