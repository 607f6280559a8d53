// Keys on other keyboards: what is printed on them counts, where GLFW reports their place on a US keyboard.
#include <gtest/gtest.h>

#include <string>

#include "app/shell/glfw_keys.h"
#include "tests/app/shell_driver.h"

namespace striate {
namespace {

// GLFW's numbers: letters and digits are their own code, modifiers bits.
constexpr int kShift = 1, kControl = 2, kNumLock = 32;
constexpr int kSlash = 47, kPad1 = 321, kPad4 = 324, kPadPlus = 334;

std::string named(int key, const char* printed, int mods = 0, bool latin = true) {
  return key_name(KeyEvent{key, printed, mods, latin});
}

TEST(KeyNames, letters_are_what_is_printed_on_them) {
  EXPECT_EQ(named('Z', "z", kControl), "Ctrl+Z");
  EXPECT_EQ(named('Y', "z", kControl), "Ctrl+Z") << "QWERTZ";
  EXPECT_EQ(named('Z', "y", kControl), "Ctrl+Y") << "QWERTZ";
  EXPECT_EQ(named('W', "z", kControl | kShift), "Ctrl+Shift+Z") << "AZERTY";
  EXPECT_EQ(named('Q', "a", kControl), "Ctrl+A") << "AZERTY";
  EXPECT_EQ(named(kSlash, "z", kControl), "Ctrl+Z") << "Dvorak";
  EXPECT_EQ(named('K', "t"), "T") << "Dvorak";
}

TEST(KeyNames, where_no_letter_is_latin_its_place_counts) {
  EXPECT_EQ(named('Z', "я", kControl, false), "Ctrl+Z") << "Russian";
  EXPECT_EQ(named('F', "а", 0, false), "F") << "Russian";
  EXPECT_EQ(named('A', "α", kControl, false), "Ctrl+A") << "Greek";
  EXPECT_EQ(named('Q', ";", kControl, false), "Ctrl+Q") << "Greek has a sign there";
  EXPECT_EQ(named('T', "", 0, false), "T");
  // On a Latin keyboard what is no letter there stands elsewhere.
  EXPECT_EQ(named('M', ",", 0, true), "") << "AZERTY";
  EXPECT_EQ(named('W', "é", 0, true), "") << "bépo";
}

TEST(KeyNames, digits_count_with_and_without_the_shift_that_a_keyboard_wants) {
  // AZERTY: & with, 1 with Shift, which is typed.
  EXPECT_EQ(named('1', "&"), "1");
  EXPECT_EQ(named('2', "é"), "2");
  EXPECT_EQ(named('1', "&", kShift), "");
  EXPECT_EQ(named('1', "&", kControl), "Ctrl+1");
  EXPECT_EQ(named('6', "-"), "") << "the minus is meant";
  // The others type it.
  EXPECT_EQ(named('1', "1"), "");
  EXPECT_EQ(named('1', "1", kShift), "");
  EXPECT_EQ(named('1', "1", kControl), "Ctrl+1");
}

TEST(KeyNames, the_number_block_moves_where_it_types_nothing) {
  EXPECT_EQ(named(kPad4, "4", kNumLock), "");
  EXPECT_EQ(named(kPad4, "", 0), "Left");
  EXPECT_EQ(named(kPad1, "", kShift), "Shift+End");
  EXPECT_EQ(named(kPadPlus, "+", kControl | kNumLock), "Ctrl+Plus");
}

TEST(KeyNames, what_is_typed_names_signs_and_digits) {
  const auto key_of = [](const std::string& typed) {
    InputQueue queue;
    queue.type(typed);
    const Input input = queue.next();
    EXPECT_EQ(input.text, typed);
    EXPECT_TRUE(queue.empty()) << "the key and its character belong to one frame";
    return input.keys.empty() ? std::string() : input.keys[0].name;
  };
  EXPECT_EQ(key_of("?"), "?");
  EXPECT_EQ(key_of("/"), "/");
  EXPECT_EQ(key_of("."), ".");
  EXPECT_EQ(key_of("7"), "7");
  EXPECT_EQ(key_of("+"), "Plus");
  EXPECT_EQ(key_of("-"), "Minus");
  EXPECT_EQ(key_of("a"), "");
  EXPECT_EQ(key_of("é"), "");
  EXPECT_EQ(key_of(" "), "");
}

TEST(KeyNames, typed_signs_and_digits_do_what_they_are_bound_to) {
  ShellDriver driver;
  driver.type("?");
  EXPECT_NE(driver.shell.ui().find_item("Close"), nullptr);
  driver.type("?");
  EXPECT_EQ(driver.shell.ui().find_item("Close"), nullptr);
  const std::string first = driver.text("page");
  driver.type("2");
  EXPECT_NE(driver.text("page"), first);
  driver.type("0");
  EXPECT_EQ(driver.text("page"), "home");
  // Not where one writes.
  driver.run("palette on");
  driver.type("2");
  driver.type("?");
  EXPECT_EQ(driver.text("page"), "home");
  driver.key("Ctrl+A");
  driver.key("Ctrl+C");
  EXPECT_STREQ(ImGui::GetClipboardText(), "2?");
}

}  // namespace
}  // namespace striate
