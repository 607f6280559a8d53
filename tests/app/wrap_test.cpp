// Words that are wider than what they stand in go on in the next line: paths, long names, scripts without spaces.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "app/widgets/textures.h"
#include "app/widgets/ui.h"
#include "tests/app/shell_driver.h"

namespace striate {
namespace {

bool begins_a_character(const std::string& text) {
  return text.empty() || (static_cast<uint8_t>(text[0]) & 0xC0) != 0x80;
}

class Wrapped : public testing::Test {
 protected:
  // What is drawn in a column of this width, piece by piece.
  template <typename Draw>
  std::vector<std::string> drawn(float width, Draw draw) {
    std::vector<std::string> texts;
    for (int i = 0; i < 3; ++i) {
      texts.clear();
      Ui::Frame frame;
      frame.size = {800, 600};
      frame.now = i;
      ui.begin_frame(frame);
      ui.record_texts(&texts);
      ui.begin_panel("panel", {0, 0, width, 600}, 0);
      draw();
      ui.end_panel();
      ui.record_texts(nullptr);
      ui.end_frame();
    }
    return texts;
  }
  void expect_whole(const std::vector<std::string>& pieces, std::string text, float width, Font font) {
    std::string all;
    for (const std::string& piece : pieces) {
      all += piece;
      EXPECT_LE(ui.measure(font, piece).x, width + 1) << piece;
      EXPECT_TRUE(begins_a_character(piece)) << piece;
    }
    std::erase(text, ' ');
    EXPECT_EQ(all, text);
  }

  Registry registry;
  NoTextures textures;
  Ui ui{registry, textures};
};

TEST_F(Wrapped, a_path_breaks_after_its_slashes_and_is_shown_whole) {
  const std::string path = "/home/student/lectures/computer-vision/week-07/pictures/a_very_long_name_of_a_picture.png";
  for (const float width : {120.0f, 200.0f, 340.0f}) {
    const auto pieces = drawn(width, [&] { ui.paragraph("open " + path + " again"); });
    expect_whole(pieces, "open " + path + " again", width, Font::body);
    EXPECT_GT(pieces.size(), 4u);
    const auto slash =
        std::count_if(pieces.begin(), pieces.end(), [](const auto& piece) { return piece.back() == '/'; });
    EXPECT_GT(slash, 0) << width;
  }
}

TEST_F(Wrapped, a_word_without_any_mark_breaks_between_characters) {
  const std::string word = "Größenänderungsübertragungsüberprüfungsbevollmächtigtenbeauftragungsübersicht";
  const auto pieces = drawn(150, [&] { ui.paragraph(word); });
  EXPECT_GT(pieces.size(), 3u);
  expect_whole(pieces, word, 150, Font::body);
}

TEST_F(Wrapped, chinese_and_japanese_fill_their_lines_and_none_begins_with_a_full_stop) {
  const std::string text =
      "卷积神经网络是一类包含卷积计算且具有深度结构的前馈神经网络，是深度学习的代表算法之一。畳み込みニューラル。";
  for (const float width : {100.0f, 123.0f, 260.0f}) {
    std::vector<std::string> pieces;
    pieces = drawn(width, [&] { ui.paragraph(text); });
    expect_whole(pieces, text, width, Font::body);
    for (const std::string& piece : pieces) {
      EXPECT_FALSE(piece.starts_with("。") || piece.starts_with("，")) << piece;
    }
  }
  const float one = ui.paragraph_height("字", 10000), all = ui.paragraph_height(text, 260);
  const float lines = ui.measure(Font::body, text).x / 260;
  EXPECT_LE(all / one, lines + 2) << "lines are filled";
}

TEST_F(Wrapped, bold_and_linked_words_break_too) {
  const std::string word(60, 'W');
  const auto pieces = drawn(140, [&] { ui.paragraph("**" + word + "**, [" + word + "](kernel) and `" + word + "`"); });
  std::string all;
  for (const std::string& piece : pieces) all += piece;
  EXPECT_EQ(all, word + "," + word + "and" + word);
}

TEST_F(Wrapped, a_row_shows_a_long_value_in_as_many_lines_as_it_needs) {
  const std::string value =
      "models/convnext_base.fb_in22k_ft_in1k_384-with-a-name-that-is-longer-than-two-lines.safetensors";
  auto pieces = drawn(220, [&] { ui.row("file", value); });
  ASSERT_GT(pieces.size(), 2u);
  EXPECT_EQ(pieces[0], "file");
  pieces.erase(pieces.begin());
  expect_whole(pieces, value, 220, Font::number);
}

TEST_F(Wrapped, errors_have_room_for_all_their_lines) {
  const std::string path = "/" + std::string(150, 'x') + ".png";
  float before = 0, after = 0;
  drawn(240, [&] {
    before = ui.take(0).y;
    ui.error_note(path + " could not be read", "choose another file");
    after = ui.take(0).y;
  });
  EXPECT_GE(after - before, ui.paragraph_height(path + " could not be read", 240 - 44, Font::control));
}

TEST(WrappedInTheWindow, notices_questions_and_tooltips_show_a_long_name_whole) {
  ShellDriver driver({800, 500});
  const std::string name(180, 'n');
  std::vector<std::string> texts;
  driver.app.send("open /" + name + ".png");
  driver.settle();
  driver.shell.ui().record_texts(&texts);
  driver.frame();
  driver.shell.ui().record_texts(nullptr);
  std::string all;
  for (const std::string& text : texts) all += text;
  EXPECT_NE(all.find(name + ".png"), std::string::npos);
}

}  // namespace
}  // namespace striate
