// Command lines: splitting, quoting, typed checks, the hints of errors, and numbers as text.
#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <limits>
#include <locale>

#include "app/command/registry.h"
#include "engine/error.h"

namespace striate {
namespace {

using Words = std::vector<std::string>;

template <typename Function>
Error error_of(Function function) {
  try {
    function();
  } catch (const Error& error) {
    return error;
  }
  return Error("no error", "no error");
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class Commands : public ::testing::Test {
 protected:
  Commands() {
    auto note = [this](const char* name) {
      return [this, name](const Arguments& arguments) {
        ran += name;
        last = arguments;
      };
    };
    registry.add(Command{"open", "Opens a picture", {Parameter::text("file", "path of the file")}, note("open;")});
    registry.add(
        Command{"pixels.zoom", "Zooms", {Parameter::number("z", "screen points per pixel", -2, 64)}, note("zoom;")});
    registry.add(Command{"pixels.fit", "Fits", {}, note("fit;")});
    registry.add(Command{"pixels.cursor",
                         "Moves",
                         {Parameter::integer("x", "column", 0, 11), Parameter::integer("y", "row", 0, 15)},
                         note("cursor;")});
    registry.add(Command{"pixels.space",
                         "Color space",
                         {Parameter::choice("space", "which numbers", {"rgb", "gray", "hsv", "ycbcr"}),
                          Parameter::on_off("alpha", "with alpha").or_none()},
                         note("space;")});
    registry.add(Readout{"pixels.gray", "0 to 255", [this] { return ReadoutValue(gray); }});
    registry.add(Readout{"pixels.name", "its name", [] { return ReadoutValue(std::string("portrait")); }});
    registry.add(Readout{"pixels.nothing", "", []() -> ReadoutValue { throw Error("nothing is open", "open one"); }});
  }
  Error error(const std::string& line) {
    return error_of([&] { registry.run(line); });
  }

  Registry registry;
  std::string ran;
  Arguments last;
  double gray = 0;
};

TEST(CommandWords, are_split_at_spaces_and_held_by_quotes) {
  EXPECT_EQ(split_words("  a\tb  c "), (Words{"a", "b", "c"}));
  EXPECT_EQ(split_words(R"(open "a picture.png" 3)"), (Words{"open", "a picture.png", "3"}));
  EXPECT_EQ(split_words(R"("a \"b\" \\ \n c")"), (Words{"a \"b\" \\ \n c"}));
  EXPECT_EQ(split_words(R"("" x"y z"w C:\a)"), (Words{"", "xy zw", "C:\\a"}));
  EXPECT_TRUE(split_words(" \t ").empty());
}

TEST(CommandWords, an_open_quote_is_named) {
  const Error error = error_of([] { split_words("open \"a b"); });
  EXPECT_TRUE(contains(error.what(), "a b")) << error.what();
  EXPECT_TRUE(contains(error.hint(), "close it"));
}

TEST(CommandWords, quoting_and_splitting_give_the_value_back) {
  for (const std::string& value : Words{"", "a", "a b", " a", "a ", "\"", "\\", "a\\", "a\"b\\\"c", "\n", "a\nb", "ü ß",
                                        "#", "-1 -1; 8", "\\n", "C:\\new x"}) {
    EXPECT_EQ(split_words(quoted(value)), Words{value}) << quoted(value);
    EXPECT_EQ(quoted(value).find('\n'), std::string::npos);
  }
}

TEST(CommandNumbers, print_shortest_and_never_as_minus_zero) {
  EXPECT_EQ(to_text(-0.0), "0");
  EXPECT_EQ(to_text(255.0), "255");
  EXPECT_EQ(to_text(100000.0), "100000");
  EXPECT_EQ(to_text(-12.375), "-12.375");
  EXPECT_EQ(to_text(0.1), "0.1");
  EXPECT_EQ(to_text(1e-7), "1e-07");
  EXPECT_EQ(to_text(1e300), "1e+300");
  EXPECT_EQ(to_text(ReadoutValue(-0.0)), "0");
  EXPECT_EQ(to_text(ReadoutValue(std::string("edge"))), "edge");
}

TEST(CommandNumbers, what_is_printed_reads_back_the_same) {
  for (double value :
       {0.1, 1.0 / 3, -2.5e-9, 123456789.125, 1e15, 9007199254740993.0, 5e-324, 1.7976931348623157e308}) {
    double back = 0;
    ASSERT_TRUE(parse_number(to_text(value), &back)) << to_text(value);
    EXPECT_EQ(back, value);
  }
}

TEST(CommandNumbers, only_whole_finite_numbers_with_a_point_are_read) {
  double number = 7;
  for (const char* text :
       {"", " ", "1,5", "1.5 ", " 1", "nan", "inf", "-inf", "1e999", "0x10", "1.5f", "--1", "+-1", "+", "-"})
    EXPECT_FALSE(parse_number(text, &number)) << text;
  EXPECT_TRUE(parse_number("+1.5", &number));
  EXPECT_EQ(number, 1.5);
  EXPECT_TRUE(parse_number("-0", &number));
  EXPECT_FALSE(std::signbit(number));
  EXPECT_TRUE(parse_number("-1e-3", &number));
  EXPECT_EQ(number, -0.001);
  int64_t integer = 7;
  for (const char* text : {"", "1.0", "9223372036854775808", "1e3", "a", "-", "+"})
    EXPECT_FALSE(parse_integer(text, &integer)) << text;
  EXPECT_TRUE(parse_integer("-9223372036854775808", &integer));
  EXPECT_EQ(integer, std::numeric_limits<int64_t>::min());
}

TEST(CommandNumbers, do_not_depend_on_the_locale) {
  const char* set = std::setlocale(LC_ALL, "de_DE.UTF-8");
  double number = 0;
  EXPECT_TRUE(parse_number("1.5", &number));
  EXPECT_FALSE(parse_number("1,5", &number));
  EXPECT_EQ(to_text(1234567.5), "1234567.5");
  std::setlocale(LC_ALL, "C");
  if (!set) GTEST_SKIP() << "de_DE.UTF-8 is not installed: only the C locale was tried";
}

TEST_F(Commands, get_their_values_in_order_and_typed) {
  registry.run("pixels.cursor 11 +3");
  EXPECT_EQ(last.integer(0), 11);
  EXPECT_EQ(last.integer(1), 3);
  registry.run(" pixels.zoom\t-0 ");
  EXPECT_FALSE(std::signbit(last.number(0)));
  registry.run("pixels.space hsv");
  EXPECT_EQ(last.text(0), "hsv");
  EXPECT_FALSE(last.has(1));
  registry.run("pixels.space hsv on");
  EXPECT_TRUE(last.on(1));
  EXPECT_EQ(ran, "cursor;zoom;space;space;");
}

TEST_F(Commands, a_text_takes_the_rest_of_the_line) {
  registry.run("open  a picture; of \"me\".png ");
  EXPECT_EQ(last.text(0), "a picture; of \"me\".png");
  registry.run("open \" a picture \"");
  EXPECT_EQ(last.text(0), " a picture ");
  registry.run("open " + quoted("-1 8 -1; \\"));
  EXPECT_EQ(last.text(0), "-1 8 -1; \\");
  EXPECT_TRUE(contains(error("open \"a\" b").what(), "'b' stands after the closing quote"));
}

TEST_F(Commands, an_unknown_name_gets_the_nearest_right_one) {
  EXPECT_STREQ(error("pixels.zom 3").what(), "there is no command 'pixels.zom'");
  EXPECT_EQ(error("pixels.zom 3").hint(), "did you mean 'pixels.zoom'?");
  EXPECT_EQ(error("opne x").hint(), "did you mean 'open'?");
  EXPECT_EQ(error("zoom 3").hint(), "did you mean 'pixels.zoom'?");
  EXPECT_EQ(error("PIXELS.FIT").hint(), "did you mean 'pixels.fit'?");
  EXPECT_TRUE(contains(error("pixels.brightness 3").hint(), "pixels.cursor, pixels.fit"));
  EXPECT_TRUE(contains(error("xyzzyplugh").hint(), "open"));
  EXPECT_EQ(ran, "");
}

TEST_F(Commands, a_wrong_value_says_what_was_expected) {
  EXPECT_STREQ(error("pixels.cursor 12 0").what(), "pixels.cursor: '12' is no value for X");
  EXPECT_EQ(error("pixels.cursor 12 0").hint(), "X is column: a whole number from 0 to 11");
  EXPECT_TRUE(contains(error("pixels.cursor 1.5 0").what(), "'1.5'"));
  EXPECT_STREQ(error("pixels.cursor 1").what(), "pixels.cursor: Y is missing");
  EXPECT_TRUE(contains(error("pixels.cursor 1").hint(), "usage: pixels.cursor X Y"));
  EXPECT_STREQ(error("pixels.cursor 1 2 3").what(), "pixels.cursor: '3' is one value too many");
  EXPECT_STREQ(error("pixels.fit now").what(), "pixels.fit: 'now' is one value too many");
  EXPECT_TRUE(contains(error("pixels.zoom nan").hint(), "a number from -2 to 64"));
  EXPECT_TRUE(contains(error("pixels.space grey").hint(), "did you mean 'gray'?"));
  EXPECT_TRUE(contains(error("pixels.space lab").hint(), "rgb|gray|hsv|ycbcr"));
  EXPECT_TRUE(contains(error("").what(), "no command"));
  EXPECT_EQ(ran, "");
}

TEST_F(Commands, check_finds_the_same_errors_and_applies_nothing) {
  EXPECT_EQ(&registry.check("pixels.fit"), registry.find_command("pixels.fit"));
  EXPECT_STREQ(error_of([&] { registry.check("pixels.cursor 1"); }).what(), "pixels.cursor: Y is missing");
  EXPECT_EQ(ran, "");
}

TEST_F(Commands, show_their_usage) {
  EXPECT_EQ(registry.find_command("pixels.cursor")->usage(), "pixels.cursor X Y");
  EXPECT_EQ(registry.find_command("pixels.space")->usage(), "pixels.space rgb|gray|hsv|ycbcr [on|off]");
}

TEST_F(Commands, readouts_are_read_by_name) {
  gray = -0.0;
  EXPECT_FALSE(std::signbit(std::get<double>(registry.read("pixels.gray"))));
  EXPECT_EQ(to_text(registry.read("pixels.name")), "portrait");
  EXPECT_EQ(error_of([&] { registry.read("pixels.grey"); }).hint(), "did you mean 'pixels.gray'?");
  EXPECT_STREQ(error_of([&] { registry.read("pixels.nothing"); }).what(), "nothing is open");
}

TEST_F(Commands, a_readout_of_one_of_many_takes_values) {
  Readout readout{"grid.output", "value of a cell", {}};
  readout.parameters = {Parameter::integer("X", "column", 0, 5), Parameter::integer("Y", "row", 0, 5)};
  readout.value_of = [](const Arguments& a) {
    return ReadoutValue(10.0 * static_cast<double>(a.integer(1)) + static_cast<double>(a.integer(0)));
  };
  registry.add(std::move(readout));
  EXPECT_EQ(to_text(registry.read("grid.output 3 2")), "23");
  EXPECT_STREQ(error_of([&] { registry.read("grid.output 3"); }).what(), "grid.output: Y is missing");
  EXPECT_STREQ(error_of([&] { registry.check_readout("grid.output 3 2 1"); }).what(),
               "grid.output: '1' is one value too many");
}

TEST_F(Commands, a_word_is_one_word_or_in_quotes_and_may_have_others_behind_it) {
  registry.add(Command{"net.edit",
                       "",
                       {Parameter::word("TENSOR", "its name"), Parameter::integer("INDEX", "which", 0, 9),
                        Parameter::word("UNIT", "in what").or_none()},
                       [this](const Arguments& arguments) { last = arguments; }});
  registry.run("net.edit conv1.weight 3");
  EXPECT_EQ(last.text(0), "conv1.weight");
  EXPECT_EQ(last.integer(1), 3);
  EXPECT_FALSE(last.has(2));
  registry.run("net.edit \"a b\" 4 \"\"");
  EXPECT_EQ(last.text(0), "a b");
  EXPECT_EQ(last.text(2), "");
  EXPECT_STREQ(error("net.edit a b 4").what(), "net.edit: 'b' is no value for INDEX");
  EXPECT_STREQ(error("net.edit a 4 5 6").what(), "net.edit: '6' is one value too many");
  EXPECT_EQ(error("net.edit").hint(),
            "usage: net.edit TENSOR INDEX [UNIT]; TENSOR is its name: one word, or any text in quotes");
  Readout readout{"net.value", "", {}};
  readout.parameters = {Parameter::word("LAYER", "its name"), Parameter::integer("ROW", "row", 0, 5)};
  readout.value_of = [](const Arguments& a) { return ReadoutValue(a.text(0)); };
  registry.add(std::move(readout));
  EXPECT_EQ(to_text(registry.read("net.value \"conv 1\" 2")), "conv 1");
  EXPECT_EQ(registry.find_readout("net.value")->usage(), "net.value LAYER ROW");
}

TEST(NearestName, counts_a_swap_once_and_gives_up_where_nothing_is_near) {
  const Words names{"blur", "edge", "emboss", "gaussian", "sobel-x", "sobel-y"};
  EXPECT_EQ(nearest_name("bulr", names), "blur");
  EXPECT_EQ(nearest_name("gausian", names), "gaussian");
  EXPECT_EQ(nearest_name("sobel", names), "sobel-x");
  EXPECT_EQ(nearest_name("EDGES", names), "edge");
  EXPECT_EQ(nearest_name("kaleidoscope", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name("xy", {"cpu"}), "");
  EXPECT_EQ(nearest_name(std::string(10000, 'a'), names), "");
}

TEST(RegistryDeathTest, a_name_that_is_there_already_stops_the_program) {
  Registry registry;
  registry.add(Command{"open", "", {}, {}});
  EXPECT_DEATH(registry.add(Command{"open", "", {}, {}}), "there already");
  EXPECT_DEATH(registry.add(Command{"Open It", "", {}, {}}), "is no name");
  EXPECT_DEATH(registry.add(Command{"a", "", {Parameter::text("t", ""), Parameter::word("w", "")}, {}}),
               "must be the last");
  Readout readout{"b", "", {}};
  readout.parameters = {Parameter::text("t", ""), Parameter::word("w", "")};
  EXPECT_DEATH(registry.add(readout), "must be the last");
}

}  // namespace
}  // namespace striate
