// What a frame found out while it was drawn, for the next one: drawing changes nothing, so it says what it saw
// (Ui::found()), and the page is told before the next frame (Page::drawn()).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace striate {

// A cell of one of a page's grids.
struct FoundCell {
  std::string grid;  // "input", "output", "chip"; empty: none
  int channel = 0;
  int row = 0, column = 0;
  bool in(std::string_view name) const { return grid == name; }
  bool in(std::string_view name, int of_channel) const { return grid == name && channel == of_channel; }
  bool operator==(const FoundCell& other) const = default;
};

struct Drawn {
  FoundCell cell;                                      // under the mouse, or at the keyboard: what belongs to it lights
  std::map<std::string, double, std::less<>> numbers;  // anything else, by a name of the page's own
  std::vector<int> visible;                            // of a list that scrolls: what could be seen
  double number(std::string_view name, double otherwise) const {
    const auto found = numbers.find(name);
    return found == numbers.end() ? otherwise : found->second;
  }
  bool operator==(const Drawn& other) const = default;
};

}  // namespace striate
