// Languages: catalogs and plural forms, the made-up language, and what must not change with a language: ids, commands,
// readouts. That every page is written whole in it stands in language_pages_test.cpp.
#include <gtest/gtest.h>

#include <list>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/words/capitals.h"
#include "app/words/languages.h"
#include "app/words/po.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "tests/app/shell_driver.h"
#include "tests/environment.h"

namespace striate {
namespace {

// English again, whatever a test shows.
class Language : public testing::Test {
 protected:
  void SetUp() override { use_language("en"); }
  void TearDown() override { use_language("en"); }
};

TEST_F(Language, english_is_the_text_itself_and_allocates_nothing) {
  const char* text = "Open a picture to read its pixels here.";
  EXPECT_EQ(tr(text), text);
  const std::string_view view = text;
  EXPECT_EQ(tr(view).data(), view.data());
  EXPECT_EQ(trn("one byte", "{} bytes", 1), "one byte");
  EXPECT_EQ(trn("one byte", "{} bytes", 7), "7 bytes");
  EXPECT_EQ(format_tr("{} of {} lessons done", 2, 5), "2 of 5 lessons done");
}

TEST_F(Language, the_made_up_language_keeps_placeholders_code_and_links_and_is_longer) {
  const std::string sentence = "Move the mouse over a pixel to read it at the right, click to pin it.";
  const auto letters = [](const std::string& text) {
    int count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
    return count;
  };
  EXPECT_GE(letters(made_up(sentence)), letters(sentence) * 5 / 4);
  const std::string made = made_up("The {} of `open FILE`, [kernel](kernel:1) **2**");
  for (const char* kept : {"{}", "`open FILE`", "](kernel:1)", "**2**"}) EXPECT_NE(made.find(kept), std::string::npos);
  EXPECT_TRUE(made.starts_with(kMadeUpBegin));
  EXPECT_TRUE(made.ends_with(kMadeUpEnd));
}

TEST_F(Language, texts_of_templates_are_translated_others_stay_english) {
  use_language(kMadeUpLanguage);
  EXPECT_EQ(language(), kMadeUpLanguage);
  EXPECT_EQ(std::string(tr("No picture is open")), made_up("No picture is open"));
  EXPECT_EQ(std::string(tr("portrait-2.png")), "portrait-2.png");
  EXPECT_EQ(trn("one byte", "{} bytes", 1), made_up("one byte"));
  EXPECT_EQ(trn("one byte", "{} bytes", 2).substr(0, 3), "«2");
  use_language("xx");
  EXPECT_EQ(language(), "en");
}

TEST_F(Language, a_wrong_placeholder_in_a_translation_gives_the_english_text) {
  const int value = 3;
  EXPECT_EQ(format_safely("{1} Zeilen", "{} rows", fmt::make_format_args(value)), "3 rows");
  EXPECT_EQ(format_safely("{:s} Zeilen", "{} rows", fmt::make_format_args(value)), "3 rows");
  EXPECT_EQ(format_safely("{ Zeilen", "{} rows", fmt::make_format_args(value)), "3 rows");
  EXPECT_EQ(format_safely("Zeilen: {}", "{} rows", fmt::make_format_args(value)), "Zeilen: 3");
}

TEST_F(Language, the_system_says_which_one) {
  const auto asked = [](const std::map<std::string, std::string>& variables) {
    std::list<EnvironmentVariable> set;
    for (const char* name : {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"}) {
      const EnvironmentVariable& variable = set.emplace_back(name);
      const auto found = variables.find(name);
      if (found == variables.end()) {
        variable.remove();
      } else {
        variable.set(found->second);
      }
    }
    return system_language();
  };
  EXPECT_EQ(asked({}), "en");
  EXPECT_EQ(asked({{"LANG", "en_US.UTF-8"}}), "en");
  EXPECT_EQ(asked({{"LANG", "tlh_XX.UTF-8"}}), "en");
  EXPECT_EQ(asked({{"LANG", "de_DE.UTF-8"}, {"LANGUAGE", "tlh:en"}}), "en");
  EXPECT_EQ(asked({{"LANG", "qps"}}), "en") << "nobody speaks it";
}

TEST_F(Language, large_letters_of_latin_greek_and_cyrillic) {
  EXPECT_EQ(in_capitals("pixel 3 × 4"), "PIXEL 3 × 4");
  EXPECT_EQ(in_capitals("größe, żółw, čep, ñ, ÿ"), "GRÖßE, ŻÓŁW, ČEP, Ñ, ÿ");
  EXPECT_EQ(in_capitals("σίγμα, привет"), "Σ\u03afΓΜΑ, ПРИВЕТ");
}

// ---- catalogs -------------------------------------------------------------------------------------------------------

TEST(Po, reads_contexts_plurals_continued_lines_and_leaves_fuzzy_ones_out) {
  const Po po = parse_po(R"(# A comment.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=3; plural=n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2;\n"

#. Translators: of a file
msgctxt "of a picture"
msgid "size"
msgstr "Größe"

msgid "one \"byte\"\n"
"of it"
msgid_plural "{} bytes"
msgstr[0] "ein"
msgstr[1] "{} Byte"
msgstr[2] "keins"
#, fuzzy
msgid "Stride"
msgstr "Schritt?"
msgid "Open"
msgstr ""
#~ msgid "old"
#~ msgstr "alt"
)",
                         "test.po");
  ASSERT_EQ(po.entries.size(), 3u);
  EXPECT_EQ(po.entries[0].context, "of a picture");
  EXPECT_EQ(po.entries[0].strings, std::vector<std::string>{"Größe"});
  EXPECT_EQ(po.entries[1].text, "one \"byte\"\nof it");
  EXPECT_EQ(po.entries[1].plural, "{} bytes");
  EXPECT_EQ(po.entries[1].strings, (std::vector<std::string>{"ein", "{} Byte", "keins"}));
  EXPECT_EQ(po.entries[2].text, "Open");
  EXPECT_EQ(po.plural_forms, 3u);
  EXPECT_EQ(plural_form(po.plural_rule, 21), 0u);
  EXPECT_EQ(plural_form(po.plural_rule, 11), 1u);
  EXPECT_EQ(plural_form(po.plural_rule, 0), 2u);
}

TEST(Po, what_is_no_catalog_is_said_with_its_line) {
  for (const auto& [text, line] : {std::pair("msgid \"a\nmsgstr \"b\"\n", ":1:"),
                                   {"msgid \"a\"\nmsgstr b\n", ":2:"},
                                   {"msgid \"a\"\nmsgfoo \"b\"\n", ":2:"},
                                   {"\"a\"\n", ":1:"},
                                   {"msgstr \"a\"\n", ":1:"},
                                   {"msgid \"a\\x\"\n", ":1:"},
                                   {"words\n", ":1:"}}) {
    try {
      parse_po(text, "test.po");
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(std::string("test.po") + line), std::string::npos) << error.what();
    }
  }
}

TEST(Po, plural_rules_of_gettexts_manual) {
  const char* polish = "n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2";
  for (const auto& [n, form] : {std::pair(1, 0), {2, 1}, {4, 1}, {5, 2}, {12, 2}, {22, 1}, {112, 2}, {0, 2}}) {
    EXPECT_EQ(plural_form(polish, static_cast<uint64_t>(n)), static_cast<size_t>(form)) << n;
  }
  EXPECT_EQ(plural_form("n>1", 0), 0u);
  EXPECT_EQ(plural_form("n != 1", 5), 1u);
  EXPECT_EQ(plural_form("0", 5), 0u);
  for (const char* wrong : {"", "n%0", "n+", "((((n", "m", "n ? 1", "n 1"})
    EXPECT_EQ(plural_form(wrong, 5), 0u) << wrong;
  EXPECT_EQ(plural_form(std::string(100000, '('), 5), 0u);
  EXPECT_EQ(plural_form(std::string(100000, '!') + "n", 5), 0u);
}

// ---- what stays -----------------------------------------------------------------------------------------------------

// Where words are longer some things give way (a tab stands in a list then): whatever stands there in both languages
// has the same label and command, and no label is translated.
TEST_F(Language, ids_and_commands_are_the_same_in_every_language) {
  ShellDriver driver({1920, 1200});
  for (const auto& page : driver.app.pages()) {
    driver.run("page " + page->info().id);
    driver.run("language en");
    std::map<std::pair<std::string, std::string>, std::set<std::string>> english;  // labels by command and kind
    for (const Item& item : driver.shell.ui().items()) english[{item.command, item.kind}].insert(item.label);
    driver.run("language qps");
    for (const Item& item : driver.shell.ui().items()) {
      EXPECT_EQ(item.label.find(kMadeUpBegin), std::string::npos) << item.label;
      const auto same = english.find({item.command, item.kind});
      if (same == english.end()) continue;
      EXPECT_EQ(same->second.count(item.label), 1u) << page->info().id << ": " << item.label;
    }
    EXPECT_FALSE(english.empty());
  }
}

TEST_F(Language, what_scripts_read_stays_english) {
  ShellDriver driver;
  for (const auto& page : driver.app.pages()) driver.run("page " + page->info().id);
  const auto values = [&] {
    std::vector<std::string> all;
    for (const auto& [name, readout] : driver.app.registry().readouts()) {
      if (!readout.parameters.empty() || name == "language" || name == "items" || name.starts_with("memory")) continue;
      std::string line = name + " " + readout.help + ": ";
      try {
        line += to_text(readout.value());
      } catch (const Error& error) {
        line += error.what();
      }
      all.push_back(line);
    }
    for (const auto& [name, command] : driver.app.registry().commands()) all.push_back(command.usage() + command.help);
    return all;
  };
  const std::vector<std::string> english = values();
  driver.run("language qps");
  EXPECT_EQ(values(), english);
  EXPECT_EQ(driver.text("language"), "qps");
}

TEST_F(Language, is_a_setting_that_is_kept) {
  Settings settings;
  EXPECT_EQ(settings.language, kSystemLanguage);
  ShellDriver driver({1280, 800}, settings);
  EXPECT_EQ(driver.text("language"), "system");
  driver.run("language qps");
  EXPECT_EQ(driver.app.settings().language, "qps");
  EXPECT_EQ(language(), "qps");
  EXPECT_THROW(driver.app.run("language klingon"), Error);
  driver.run("language system");
  EXPECT_NE(language(), "qps");
}

TEST_F(Language, an_open_lesson_goes_on_in_the_language_that_is_chosen) {
  ShellDriver driver;
  driver.run("language en");
  driver.run("lesson pixels");
  driver.run("lesson.step 2");
  driver.run("lesson.show");
  const bool tried = driver.app.lessons().tried();
  const std::string english = driver.text("lesson.prose"), state = driver.text("page");
  driver.run("language de");
  EXPECT_NE(driver.text("lesson.prose"), english);
  EXPECT_EQ(driver.number("lesson.step"), 2);
  EXPECT_EQ(driver.app.lessons().tried(), tried);
  EXPECT_EQ(driver.text("page"), state);
  driver.run("language en");
  EXPECT_EQ(driver.text("lesson.prose"), english);
}

TEST_F(Language, the_palette_offers_the_made_up_one_to_who_types_it_alone) {
  ShellDriver driver;
  const auto offers = [&](const std::string& typed) {
    driver.run("palette on");
    driver.type(typed);
    const bool found = driver.shell.ui().find_item("language qps") != nullptr;
    driver.run("palette off");
    return found;
  };
  EXPECT_FALSE(offers("language "));
  EXPECT_FALSE(offers("language q"));
  EXPECT_TRUE(offers("language qps"));
}

}  // namespace
}  // namespace striate
