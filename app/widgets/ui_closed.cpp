// Controls that a teacher has hidden or locked, and picking them with the mouse (app/command/controls.h).
#include "app/command/setting.h"
#include "app/widgets/ui.h"

namespace striate {
namespace {

using Access = Controls::Access;

// What is grayed out where it is locked; a picture on the stage that does not answer looks as it does.
constexpr float kLargestControl = 64;
constexpr float kSmallestWithLock = 30, kLock = 11;

}  // namespace

bool Ui::hides(std::string_view command) const { return controls_ != nullptr && controls_->hides(command); }

// For widgets: true where this one is not to be drawn; the place that it was given is free again.
bool Ui::skipped(std::string_view command) {
  if (!hides(command)) return false;
  has_next_ = false;
  return true;
}

// The choices that are not hidden themselves: "page train" of "page".
std::span<const Choice> Ui::seen_choices(std::span<const Choice> choices, std::string_view prefix,
                                         std::vector<Choice>* kept) const {
  if (controls_ == nullptr || controls_->all_open() || picking()) return choices;
  for (const Choice& choice : choices) {
    if (!hides(std::string(prefix) + " " + choice.value)) kept->push_back(choice);
  }
  return *kept;
}

// A setting is meant as a whole, unless a tab was clicked; of all else what it sends.
void Ui::pick(const ItemSpec& spec) {
  const std::string_view name = command_name(spec.command);
  const bool whole = spec.kind != "tab" && registry_.find_setting(name) != nullptr;
  picked_.emplace_back(whole ? name : spec.command);
}

void Ui::draw_closed() {
  if (controls_ == nullptr || (controls_->all_open() && !picking())) return;
  const Theme& t = theme();
  for (const Item& item : items_) {
    const bool under = picking() && hot_ == item.id && !item.command.empty();
    if ((item.access == Access::open && !under) || item.visible.empty()) continue;
    splitter_.SetCurrentChannel(draw_, item.layer == 0 ? 0 : item.layer + 1);
    draw_->PushClipRect(ImVec2(item.visible.x, item.visible.y), ImVec2(item.visible.right(), item.visible.bottom()));
    if (item.access != Access::open && item.rect.h <= kLargestControl) {
      fill(item.rect, faded(t.surface, item.access == Access::hidden ? 0.8f : 0.6f), 6);
      if (item.access == Access::hidden) {
        dashed(item.rect.inset(1), t.secondary);
      } else if (item.rect.w > kSmallestWithLock && item.kind != "slider") {  // its number has one
        const Rect corner{item.rect.right() - kLock - 1, item.rect.y + 1, kLock, kLock};
        fill(corner, t.surface, 3);
        icon(Icon::lock, corner, t.secondary);
      }
    }
    if (under) stroke(item.rect, t.warning, 6, 2);
    draw_->PopClipRect();
  }
}

}  // namespace striate
