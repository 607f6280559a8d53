// Messages are lines that can be read, whatever somebody wrote.
#include "engine/shorten.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/error.h"
#include "engine/network/architecture.h"
#include "engine/network/models.h"

namespace striate {
namespace {

TEST(Shorten, loses_the_middle_and_keeps_characters_whole) {
  EXPECT_EQ(shortened("as it is", 20), "as it is");
  EXPECT_EQ(shortened("two\nlines", 20), "two lines");
  EXPECT_EQ(shortened("0123456789abcdefghij", 14), "012345 ... hij");
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xc3\xa4";
  for (size_t most = 10; most < 60; ++most) {
    const std::string text = shortened(umlauts, most);
    EXPECT_LE(text.size(), most);
    const size_t gap = text.find(" ... ");
    ASSERT_NE(gap, std::string::npos);
    EXPECT_EQ(gap % 2, 0u) << "half a character";
    EXPECT_EQ((text.size() - gap - 5) % 2, 0u) << "half a character";
  }
}

TEST(Shorten, a_message_keeps_its_words_and_loses_what_it_quotes) {
  const std::string wall(3000, 'x');
  const std::string line = readable_line("\"" + wall + "\" does not say what it takes");
  EXPECT_LT(line.size(), 220u);
  EXPECT_TRUE(line.ends_with("\" does not say what it takes")) << line;
  EXPECT_LT(readable_line("there is no page '" + wall + "'").size(), 220u);
  EXPECT_LE(readable_line(wall).size(), 1000u);
  EXPECT_EQ(readable_line("it's the student's own; don't"), "it's the student's own; don't");
  EXPECT_EQ(readable_line("an open \"quote"), "an open \"quote");
}

TEST(Shorten, an_error_about_a_layer_names_it_and_not_a_wall) {
  for (const std::string& text :
       {std::string(3000, 'n') + ": dense 3", "conv " + std::string(3000, '9') + " 3x3", std::string(3000, 'x'),
        "add " + std::string(3000, 'x'), "relu " + std::string(3000, 'x')}) {
    try {
      Architecture::parse("input 1x8x8 | " + text).shapes(1);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_LT(std::string(error.what()).size(), 400u) << error.what();
      EXPECT_LE(std::string(error.hint()).size(), 1000u) << error.hint();
    }
  }
}

TEST(Models, an_output_that_is_no_row_for_each_picture_is_told_as_such) {
  const auto told = [](const char* text) {
    try {
      architecture_from(text, {1, 8, 8}, 10);
    } catch (const Error& error) {
      return std::string(error.what()) + " / " + error.hint();
    }
    return std::string();
  };
  EXPECT_EQ(
      told("flatten | dense 10 | reshape 10"),
      "2 pictures at once: layer 2 (reshape 10): got 2 x 10, 20 values, which don't fill 10 / write batch where a "
      "size is that of the batch, as in reshape batch,-1");
  EXPECT_EQ(told("conv 10 8x8"),
            "the network's last layer gives 1 x 10 x 1 x 1, which is not a row of 10 values for each picture / end it "
            "with flatten");
  EXPECT_EQ(told("flatten | dense 9"),
            "the network's last layer gives 9 values for each picture, the data set has 10 classes / end it with dense "
            "10");
}

}  // namespace
}  // namespace striate
