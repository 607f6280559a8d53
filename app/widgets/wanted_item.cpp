#include "app/widgets/wanted_item.h"

#include <algorithm>
#include <iterator>
#include <string>

namespace striate {

const Item* wanted_item(const std::vector<Item>& items, std::string_view line) {
  // These send their whole command and nothing behind it.
  static constexpr std::string_view whole[] = {"button", "toggle", "choice", "tab", "row", "page", "lesson", "dot"};
  const Item* best = nullptr;
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    const std::string& command = item->command;
    if (command.empty() || !item->enabled || item->rect.empty() || !line.starts_with(command)) continue;
    const bool exact = command.size() == line.size();
    const bool with_value = !exact && line[command.size()] == ' ' &&
                            std::find(std::begin(whole), std::end(whole), item->kind) == std::end(whole);
    if (!exact && !with_value) continue;
    if (!best || command.size() > best->command.size()) best = &*item;
  }
  return best;
}

bool wholly_visible(const Item& item) { return item.visible.w >= item.rect.w - 1 && item.visible.h >= item.rect.h - 1; }

}  // namespace striate
