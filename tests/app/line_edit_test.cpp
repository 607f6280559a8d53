// A line of text under the hands: words, selection, undo, UTF-8, the mouse; and the fields of the program that use it.
#include "app/widgets/line_edit.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/app/shell_driver.h"

namespace striate {
namespace {

LineEdit with(const std::string& text) {
  LineEdit line;
  line.begin(text, false);
  return line;
}
void keys(LineEdit& line, const std::string& name, int times = 1) {
  for (int i = 0; i < times; ++i) EXPECT_TRUE(line.key(name)) << name;
}
void typed(LineEdit& line, const std::string& text) {
  for (const char c : text) line.insert({&c, 1}, true);
}

TEST(LineEdit, walks_and_erases_words_of_sentences_paths_and_numbers) {
  LineEdit line = with("conv 16 3x3, /home/ada/pic.v2.png -0.5");
  const size_t stops[] = {34, 30, 27, 23, 19, 14, 8, 5, 0, 0};
  for (const size_t stop : stops) {
    keys(line, "Ctrl+Left");
    EXPECT_EQ(line.caret(), stop);
  }
  keys(line, "Ctrl+Right", 2);
  EXPECT_EQ(line.caret(), 8u);
  keys(line, "Ctrl+Delete");
  EXPECT_EQ(line.text(), "conv 16 home/ada/pic.v2.png -0.5");
  keys(line, "Ctrl+Backspace");
  EXPECT_EQ(line.text(), "conv home/ada/pic.v2.png -0.5");
  keys(line, "End");
  keys(line, "Ctrl+Backspace");
  EXPECT_EQ(line.text(), "conv home/ada/pic.v2.png ");
}

TEST(LineEdit, undo_takes_back_a_word_a_paste_or_an_erasure_and_redo_brings_it_again) {
  LineEdit line = with("");
  typed(line, "one two");
  line.insert(" three", false);
  keys(line, "Backspace");
  EXPECT_EQ(line.text(), "one two thre");
  for (const char* text : {"one two three", "one two", "one ", "", ""}) {
    keys(line, "Ctrl+Z");
    EXPECT_EQ(line.text(), text);
    EXPECT_EQ(line.caret(), line.text().size());
  }
  for (const char* text : {"one ", "one two", "one two three", "one two thre", "one two thre"}) {
    keys(line, "Ctrl+Shift+Z");
    EXPECT_EQ(line.text(), text);
  }
  keys(line, "Ctrl+Z");
  typed(line, "!");
  keys(line, "Ctrl+Y");  // something new was typed: there is nothing to do again
  EXPECT_EQ(line.text(), "one two three!");
}

TEST(LineEdit, what_replaces_a_selection_is_one_step) {
  LineEdit line = with("kernel");
  keys(line, "Ctrl+A");
  typed(line, "bias");
  EXPECT_EQ(line.text(), "bias");
  keys(line, "Ctrl+Z");
  EXPECT_EQ(line.text(), "kernel");
  EXPECT_FALSE(line.has_selection());
  line.replace("stride");
  EXPECT_EQ(line.text(), "stride");
  keys(line, "Ctrl+Z");
  EXPECT_EQ(line.text(), "kernel");
}

TEST(LineEdit, selects_with_shift_by_characters_words_and_to_the_ends) {
  LineEdit line = with("max pooling 2");
  keys(line, "Shift+Left", 2);
  EXPECT_EQ(line.selected(), " 2");
  keys(line, "Ctrl+Shift+Left");
  EXPECT_EQ(line.selected(), "pooling 2");
  keys(line, "Shift+Home");
  EXPECT_EQ(line.selected(), "max pooling 2");
  keys(line, "Left");
  EXPECT_EQ(line.caret(), 0u);
  EXPECT_FALSE(line.has_selection());
  keys(line, "Ctrl+Shift+Right");
  EXPECT_EQ(line.selected(), "max ");
  keys(line, "Shift+End");
  EXPECT_EQ(line.selected(), "max pooling 2");
  keys(line, "Delete");
  EXPECT_EQ(line.text(), "");
}

TEST(LineEdit, keeps_characters_whole_and_bytes_that_are_none_as_they_are) {
  LineEdit line = with("Größe 漢字 😀");
  keys(line, "Backspace", 2);
  EXPECT_EQ(line.text(), "Größe 漢字");
  keys(line, "Shift+Left");
  EXPECT_EQ(line.selected(), "字");
  line.insert("é\xC3", false);
  EXPECT_EQ(line.text(), "Größe 漢é\xC3");
  keys(line, "Ctrl+Backspace");
  EXPECT_EQ(line.text(), "Größe ");
  const std::string odd =
      "a\xFF/\xE2\x82"
      "b\xC0\x80";
  line.begin(odd, false);
  EXPECT_EQ(line.text(), odd);
  typed(line, "c");
  keys(line, "Ctrl+Z");
  EXPECT_EQ(line.text(), odd);
}

TEST(LineEdit, lines_that_are_pasted_become_one) {
  LineEdit line = with("");
  line.insert(
      "1 2\n3 4\r\n\x01"
      "5 6\n",
      false);
  EXPECT_EQ(line.text(), "1 2 3 4 5 6");
}

TEST(LineEdit, undo_of_more_than_it_can_hold_loses_steps_and_never_text) {
  LineEdit line = with("");
  const std::string long_words(20000, 'x');
  for (int i = 0; i < 4; ++i) {
    line.replace(long_words + std::to_string(i));
  }
  for (int i = 0; i < 300; ++i) {
    typed(line, " y");
    keys(line, "Ctrl+Backspace");
  }
  for (int i = 0; i < 1000; ++i) {
    keys(line, i % 3 == 2 ? "Ctrl+Y" : "Ctrl+Z");
    ASSERT_LE(line.caret(), line.text().size());
  }
  EXPECT_EQ(line.text().substr(0, 20000), long_words);
}

TEST(LineEdit, the_mouse_places_the_caret_and_selects_words_and_the_line) {
  LineEdit line = with("abc défg hij");
  const LineEdit::Width ten = [](std::string_view) { return 10.0f; };
  line.press(34, false, ten);
  EXPECT_EQ(line.caret(), 3u);
  line.drag(66, ten);
  EXPECT_EQ(line.selected(), " déf");
  line.press(1000, true, ten);
  EXPECT_EQ(line.selected(), " défg hij");
  line.press_word(61, ten);
  EXPECT_EQ(line.selected(), "défg");
  line.drag(110, ten);  // the second press is held: by words
  EXPECT_EQ(line.selected(), "défg hij");
  line.drag(5, ten);
  EXPECT_EQ(line.selected(), "abc défg");
  line.press_all();
  EXPECT_EQ(line.selected(), "abc défg hij");
}

// ---- in the program's fields ----------------------------------------------------------------------------------------

TEST(Fields, undo_in_a_field_is_the_fields_and_the_pages_afterwards) {
  ShellDriver driver;
  driver.run("page convolution");
  driver.run("convolution.input 1 2; 3 4");
  driver.run("convolution.divisor 4");
  driver.app.registry();
  driver.click("kernel rows");
  ASSERT_TRUE(driver.shell.ui().editing());
  driver.key("Ctrl+A");
  driver.type("1 2");
  driver.key("Ctrl+Z");
  driver.key("Ctrl+Z");
  driver.key("Ctrl+Z");
  EXPECT_TRUE(driver.shell.ui().editing());
  EXPECT_EQ(driver.number("convolution.divisor"), 4);
  driver.key("Escape");
  driver.key("Escape");
  EXPECT_FALSE(driver.shell.ui().editing());
  driver.key("Ctrl+Z");
  EXPECT_EQ(driver.number("convolution.divisor"), 1);
}

TEST(Fields, cut_copy_and_paste_keep_utf8_whole) {
  ShellDriver driver;
  driver.run("palette on");
  driver.type("größe");
  driver.key("Ctrl+A");
  driver.key("Ctrl+X");
  EXPECT_STREQ(ImGui::GetClipboardText(), "größe");
  driver.key("Ctrl+V");
  driver.key("Ctrl+V");
  driver.key("Ctrl+A");
  driver.key("Ctrl+C");
  EXPECT_STREQ(ImGui::GetClipboardText(), "größegröße");
  driver.key("Ctrl+Z");
  driver.key("Ctrl+A");
  driver.key("Ctrl+C");
  EXPECT_STREQ(ImGui::GetClipboardText(), "größe");
}

TEST(Fields, a_double_click_selects_a_word_and_a_third_click_the_line) {
  ShellDriver driver;
  driver.run("palette on");
  driver.type("stride padding");
  const Item* field = driver.shell.ui().find_item("command");
  ASSERT_NE(field, nullptr);
  const Vec at{field->rect.x + 30, field->rect.center().y};
  for (int click = 0; click < 2; ++click) {
    driver.move(at);
    driver.queue.button(0, true);
    driver.queue.button(0, false);
  }
  driver.settle();
  driver.key("Ctrl+C");
  EXPECT_STREQ(ImGui::GetClipboardText(), "stride");
  driver.wait(1);
  for (int click = 0; click < 3; ++click) {
    driver.move(at);
    driver.queue.button(0, true);
    driver.queue.button(0, false);
  }
  driver.settle();
  driver.key("Ctrl+C");
  EXPECT_STREQ(ImGui::GetClipboardText(), "stride padding");
}

}  // namespace
}  // namespace striate
