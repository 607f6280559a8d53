// A chip of a sum that the mouse rests on lights its cells and lets the window sleep.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/app/shell_driver.h"

namespace striate {
namespace {

// settle() fails where the window draws for ever.
void rest_on_the_products(ShellDriver& driver, const std::string& label) {
  const auto& items = driver.shell.ui().items();
  const auto found = std::find_if(items.begin(), items.end(), [&](const Item& item) {
    return item.label.rfind(label, 0) == 0 && !item.visible.empty();
  });
  ASSERT_NE(found, items.end()) << "no " << label;
  const Rect chips = found->visible;
  for (float x = 0.1f; x < 1; x += 0.2f) driver.point({chips.x + x * chips.w, chips.center().y});
  driver.point({2, 2});
}

TEST(HoveredChips, of_a_unit_let_the_window_sleep) {
  ShellDriver driver;
  driver.run("lesson first-layer");
  driver.run("lesson.step 3");
  driver.settle();
  rest_on_the_products(driver, "products");
}

}  // namespace
}  // namespace striate
