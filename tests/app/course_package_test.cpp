// A course with its lessons and their pictures as one file: packed, opened elsewhere, remembered.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>

#include "app/command/course.h"
#include "app/command/lesson_package.h"
#include "app/shell/app.h"
#include "engine/error.h"
#include "engine/export/overwrite.h"
#include "engine/files/zip_archive.h"
#include "page_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace fs = std::filesystem;
namespace {

std::string lesson(const std::string& title, const std::string& lines) {
  return "# " + title + "\npage: pixels\n\nWords.\n\n```striate\n" + lines + "\n```\n";
}
std::vector<uint8_t> bytes(const std::string& text) { return {text.begin(), text.end()}; }

class PackedCourse : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ / name; }
  std::string put(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  std::string picture(const std::string& name, char gray) const {
    return put(name, "P5 3 2 255\n" + std::string(6, gray));
  }
  // Two lessons called the same, with pictures called the same; the first opens the second; one of the program's own
  // between them.
  std::string city() const {
    picture("city/pictures/x.pgm", 'a');
    picture("city/more/pictures/x.pgm", 'b');
    picture("elsewhere/far.pgm", 'f');
    put("city/harbor.md", lesson("Harbor", "open pictures/x.pgm") + "\n## Far\n\nMore.\n\n```striate\nopen " +
                              path("elsewhere/far.pgm") +
                              "\n```\n\n## On\n\nOn.\n\n```striate\nlesson more/harbor.md\n```\n");
    put("city/more/harbor.md", lesson("Harbor again", "open pictures/x.pgm"));
    return put("city/city.course", "# Our city\n\n## Water\n15 harbor.md\n20 pixels\n\n## Land\n10 more/harbor.md\n");
  }
  std::string refusal(const std::string& package) const {
    try {
      holds_course(package);
    } catch (const Error& error) {
      EXPECT_FALSE(error.hint().empty());
      return error.what();
    }
    return "";
  }
  TestFolder folder_;
};

TEST_F(PackedCourse, opens_where_nothing_else_is_and_goes_on_after_a_restart) {
  {
    PageDriver driver("pixels");
    EXPECT_NE(driver.failure("course.pack " + path("x.striate.zip")).find("part of the program"), std::string::npos);
    driver.run("open " + city());
    EXPECT_NE(driver.failure("course.pack " + path("x.zip")).find("ends in .striate.zip"), std::string::npos);
    driver.run("course.pack " + path("city.striate.zip"));
    EXPECT_EQ(driver.failure("course.pack " + path("city.striate.zip")), "") << "it may be packed again";
    // Its archive is no lesson's, and a lesson's is none of its own.
    driver.run("lesson " + path("city/harbor.md"));
    EXPECT_NE(driver.failure("lesson.pack " + path("city.striate.zip")).find("is a packed course"), std::string::npos);
  }
  fs::remove_all(path("city"));
  fs::remove_all(path("elsewhere"));
  fs::create_directories(path("moved"));
  const std::string package = path("moved/city.striate.zip");
  fs::rename(path("city.striate.zip"), package);

  Settings kept;
  {
    PageDriver driver("pixels");
    driver.run("open " + package);
    EXPECT_EQ(driver.app.course().course().title, "Our city");
    EXPECT_FALSE(driver.app.lessons().is_open());
    ASSERT_EQ(driver.app.course().entries().size(), 3u);
    EXPECT_EQ(driver.app.course().entries()[0].lesson.title, "Harbor");
    EXPECT_EQ(driver.app.course().entries()[1].lesson.name, "pixels");
    EXPECT_EQ(driver.app.course().entries()[2].lesson.title, "Harbor again");
    EXPECT_EQ(driver.app.course().entries()[2].place.part, "Land");
    driver.run("course.next");
    driver.settle();
    EXPECT_EQ(driver.app.lessons().id(), package + "/harbor.md");
    EXPECT_EQ(driver.app.lessons().name(), "harbor");
    EXPECT_EQ(driver.number("course.at"), 1);
    EXPECT_EQ(driver.app.document().image->bytes[0], 'a');
    driver.run("lesson.next");
    driver.settle();
    EXPECT_EQ(driver.app.document().image->bytes[0], 'f');
    EXPECT_EQ(driver.app.settings().place_in(package + "/harbor.md"), 2);
    // The one that it opens is the course's, by its lasting name.
    driver.run("lesson.next");
    driver.settle();
    EXPECT_EQ(driver.app.lessons().id(), package + "/harbor-2.md");
    EXPECT_EQ(driver.number("course.at"), 3);
    EXPECT_EQ(driver.app.document().image->bytes[0], 'b');
    EXPECT_TRUE(driver.app.settings().lesson_done(package + "/harbor-2.md"));
    EXPECT_TRUE(driver.app.notices().size() == 1) << driver.app.notices().back().what;  // that the course is open
    kept = driver.app.settings();
    EXPECT_EQ(kept.course, package);
  }
  App again(Device::cpu(), kept);
  EXPECT_EQ(again.course().course().title, "Our city");
  again.run("lesson.continue " + quoted(package + "/harbor.md"));
  EXPECT_EQ(again.lessons().step(), 2);
  again.run("lesson " + quoted(package + "/harbor-2.md"));
  // What came packed is packed again.
  again.run("course.pack " + path("again.striate.zip"));
  EXPECT_EQ(read_course(path("again.striate.zip")).lessons[2].name, path("again.striate.zip") + "/harbor-2.md");
  EXPECT_THROW(again.run("course.pack " + package), Error) << "over what is read";
}

// While one program has it open another one packs it anew: what was unpacked stays whole, and the next look finds the
// new one.
TEST_F(PackedCourse, is_replaced_while_it_is_open) {
  const std::string package = path("c.striate.zip");
  write_zip(package, {{"c.course", bytes("# C\n10 one.md\n10 two.md\n")},
                      {"one.md", bytes(lesson("One", "open portrait"))},
                      {"two.md", bytes(lesson("Two", "open portrait"))}});
  PageDriver driver("pixels");
  driver.run("course " + package);
  driver.run("course.next");
  const std::string before = driver.app.lessons().file();
  write_zip(package,
            {{"c.course", bytes("# C, longer\n10 one.md\n")}, {"one.md", bytes(lesson("Other", "open portrait"))}});
  EXPECT_TRUE(fs::exists(before));
  driver.run("lesson " + package + "/one.md");
  EXPECT_EQ(driver.app.lessons().lesson().title, "Other");
  EXPECT_NE(driver.failure("lesson " + package + "/two.md").find("holds no two.md"), std::string::npos);
  driver.run("course " + package);
  EXPECT_EQ(driver.app.course().course().title, "C, longer");
  // Gone when the program starts: told, and the program's own stands.
  const Settings settings = driver.app.settings();
  fs::remove(package);
  App app(Device::cpu(), settings);
  EXPECT_TRUE(app.course().own());
  ASSERT_FALSE(app.notices().empty());
}

TEST_F(PackedCourse, says_what_an_archive_holds_that_is_none) {
  write_zip(path("none.striate.zip"),
            {{"notes.txt", bytes("notes")}, {"in/a.md", bytes(lesson("A", "open portrait"))}});
  EXPECT_NE(refusal(path("none.striate.zip")).find("holds no lesson and no course"), std::string::npos);
  write_zip(path("two.striate.zip"),
            {{"a.course", bytes("# A\n10 pixels\n")}, {"b.course", bytes("# B\n10 pixels\n")}});
  EXPECT_NE(refusal(path("two.striate.zip")).find("holds two courses: a.course and b.course"), std::string::npos);
  write_zip(path("md.striate.zip"), {{"a.md", bytes("# A\n")}, {"b.md", bytes("# B\n")}});
  EXPECT_NE(refusal(path("md.striate.zip")).find("holds two lessons"), std::string::npos);
  EXPECT_NE(refusal(path("gone.striate.zip")), "");
  write_zip(path("l.striate.zip"), {{"a.md", bytes(lesson("A", "open portrait"))}});
  write_zip(path("c.striate.zip"),
            {{"c.course", bytes("# C\n10 a.md\n")}, {"a.md", bytes(lesson("A", "open portrait"))}});
  PageDriver driver("pixels");
  EXPECT_NE(driver.failure("course " + path("l.striate.zip")).find("holds a lesson, not a course"), std::string::npos);
  EXPECT_NE(driver.failure("lesson " + path("c.striate.zip")).find("holds a course, not a lesson"), std::string::npos);
  EXPECT_NE(driver.failure("lesson.add " + path("c.striate.zip")).find("holds a course, not a lesson"),
            std::string::npos);
  EXPECT_NE(driver.failure("lesson " + path("c.striate.zip") + "/../../x.md").find("holds no"), std::string::npos);
  // Which line of it is wrong.
  write_zip(path("bad.striate.zip"), {{"bad.course", bytes("# C\n10 pixels\n10 b.md\n")}});
  EXPECT_NE(driver.failure("course " + path("bad.striate.zip")).find("bad.striate.zip/bad.course:3: "),
            std::string::npos);
}

// A lesson of a course writes beside the archive, after a question, and reads beside itself without one.
TEST_F(PackedCourse, has_the_rule_about_files) {
  const std::string outside = picture("outside/o.pgm", 'o');
  fs::create_directories(path("home"));
  const std::string package = path("home/c.striate.zip");
  write_zip(package, {{"c.course", bytes("# C\n10 reads.md\n10 writes.md\n10 looks.md\n")},
                      {"reads.md", bytes(lesson("Reads", "open p/own.pgm"))},
                      {"writes.md", bytes(lesson("Writes", "record tour.striate"))},
                      {"looks.md", bytes(lesson("Looks", "open " + outside))},
                      {"p/own.pgm", bytes("P5 3 2 255\n" + std::string(6, 'p'))}});
  PageDriver driver("pixels");
  driver.run("course " + package);
  driver.run("course.next");
  driver.settle();
  EXPECT_EQ(driver.app.document().image->bytes[0], 'p');
  EXPECT_EQ(driver.app.files().question(), nullptr);
  driver.run("course.next");
  ASSERT_NE(driver.app.files().question(), nullptr);
  EXPECT_EQ(driver.app.files().question()->use, FileUse::write);
  EXPECT_EQ(driver.app.files().question()->path, resolved_path(path("home/tour.striate")));
  driver.run("lesson.allow no");
  driver.run("course.next");
  ASSERT_NE(driver.app.files().question(), nullptr);
  EXPECT_EQ(driver.app.files().question()->use, FileUse::read);
  driver.run("lesson.allow no");
}

// A line of a lesson that names another text beside it does not make two lessons of one.
TEST_F(PackedCourse, a_packed_lesson_has_one_text_at_its_top) {
  put("a/other.md", lesson("Other", "open portrait"));
  put("a/first.md", lesson("First", "open portrait") + "\n## On\n\nOn.\n\n```try\nlesson other.md\n```\n");
  PageDriver driver("pixels");
  driver.run("lesson " + path("a/first.md"));
  driver.run("lesson.pack " + path("first.striate.zip"));
  driver.run("lesson " + path("first.striate.zip"));
  EXPECT_EQ(driver.app.lessons().lesson().title, "First");
}

}  // namespace
}  // namespace striate
