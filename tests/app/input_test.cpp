#include "app/widgets/input.h"

#include <gtest/gtest.h>

namespace striate {
namespace {

TEST(InputQueue, a_press_comes_a_frame_after_the_move_to_its_place) {
  InputQueue queue;
  queue.move({10, 20});
  queue.button(0, true);
  queue.button(0, false);
  Input first = queue.next();
  EXPECT_EQ(first.mouse.x, 10);
  EXPECT_FALSE(first.left);
  EXPECT_TRUE(queue.next().left);
  EXPECT_FALSE(queue.next().left);
  EXPECT_TRUE(queue.empty());
}

TEST(InputQueue, moves_and_wheel_are_joined_and_forgotten) {
  InputQueue queue;
  for (int i = 0; i < 5; ++i) queue.move({static_cast<float>(i), 0});
  queue.scroll({0, 1});
  queue.scroll({0, 2});
  Input input = queue.next();
  EXPECT_EQ(input.mouse.x, 4);
  EXPECT_EQ(input.wheel.y, 3);
  EXPECT_EQ(queue.next().wheel.y, 0);
}

TEST(InputQueue, keys_and_text_keep_their_order) {
  InputQueue queue;
  queue.text("a");
  queue.text("é");
  queue.key({"Enter", false});
  queue.key({"Ctrl+Z", true});
  Input input = queue.next();
  EXPECT_EQ(input.text, "aé");
  EXPECT_TRUE(input.keys.empty());
  input = queue.next();
  ASSERT_EQ(input.keys.size(), 1u);
  EXPECT_EQ(input.keys[0].name, "Enter");
  input = queue.next();
  ASSERT_EQ(input.keys.size(), 1u);
  EXPECT_EQ(input.keys[0].name, "Ctrl+Z");
  EXPECT_TRUE(queue.next().keys.empty());
}

TEST(InputQueue, repeats_of_a_held_key_do_not_pile_up) {
  InputQueue queue;
  queue.key({"Right", false});
  for (int i = 0; i < 20; ++i) queue.key({"Right", true});
  queue.key({"Left", false});
  std::string seen;
  while (!queue.empty()) {
    for (const KeyPress& key : queue.next().keys) seen += key.name + " ";
  }
  EXPECT_EQ(seen, "Right Right Left ");
}

}  // namespace
}  // namespace striate
