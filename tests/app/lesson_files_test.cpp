// Lessons and scripts from somebody else: no line of them writes outside their folder, reads elsewhere without a
// question in the window, answers that question itself, or opens others without an end.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "app/cli/script_run.h"
#include "app/command/script_files.h"
#include "engine/files/safetensors.h"
#include "shell_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {
namespace fs = std::filesystem;

void put(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}
std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
std::string lesson_with(const std::string& lines) {
  return "# A lesson\npage: pixels\n\nLook.\n\n```striate\n" + lines + "\n```\n";
}
constexpr const char* kPicture = "P3 2 1 255  1 2 3  4 5 6";

// A lesson's folder, and another one beside it that is none of its business.
class LessonFilesTest : public ::testing::Test {
 protected:
  LessonFilesTest() {
    put(own("picture.ppm"), kPicture);
    put(other("private.ppm"), kPicture);
    fs::create_directory_symlink(other(""), own("way"));
    fs::create_symlink(other("none.png"), own("gone.png"));
  }
  std::string own(const std::string& name) const { return folder_ / ("own/" + name); }
  std::string other(const std::string& name) const { return folder_ / ("other/" + name); }
  // The names of all files outside the lesson's folder.
  std::vector<std::string> others() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_ / "other")) names.push_back(entry.path().filename());
    return names;
  }
  std::string open(ShellDriver& driver, const std::string& lines, const std::string& name = "lesson.md") {
    put(own(name), name.ends_with(".md") ? lesson_with(lines) : lines + "\n");
    driver.app.send("open " + quoted(own(name)));
    driver.settle();
    return driver.app.notices().empty() ? "" : driver.app.notices().back().what;
  }
  // What `striate play` says: the error, or nothing.
  std::string play(const std::string& lines, const std::string& name = "tour.striate") {
    put(own(name), name.ends_with(".md") ? lesson_with(lines) : lines + "\n");
    App app(Device::cpu(), settings_for_scripts());
    ScriptRun run;
    run.out_folder = own("out");
    try {
      run_script(app, read_script(own(name)), run);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  // Every command of the registry that names a file which it reads or writes.
  static std::vector<const Command*> commands_with(const Registry& registry, FileUse use) {
    std::vector<const Command*> found;
    for (const auto& [name, command] : registry.commands())
      if (!command.parameters.empty() && command.parameters.back().file == use) found.push_back(&command);
    return found;
  }

 private:
  TestFolder folder_;
};

// A command that is added with a path and without a mark would be outside the rule.
TEST_F(LessonFilesTest, every_parameter_that_names_a_file_is_marked) {
  ShellDriver driver;
  for (const auto& [name, command] : driver.app.registry().commands()) {
    if (command.parameters.empty() || (command.parameters.back().kind != ParameterKind::text &&
                                       command.parameters.back().kind != ParameterKind::word))
      continue;
    const Parameter& parameter = command.parameters.back();
    std::string words = parameter.name + " " + parameter.help;
    std::transform(words.begin(), words.end(), words.begin(), [](unsigned char c) { return std::tolower(c); });
    const bool of_a_file = words.find("file") != std::string::npos || words.find("path") != std::string::npos ||
                           words.find("folder") != std::string::npos || words.find(":dir") != std::string::npos;
    const bool for_a_person = name.starts_with("browse.");  // who chooses the file there is a person
    EXPECT_EQ(parameter.file != FileUse::none, of_a_file && !for_a_person) << name << " " << words;
  }
  EXPECT_GE(commands_with(driver.app.registry(), FileUse::write).size(), 9u);
  EXPECT_GE(commands_with(driver.app.registry(), FileUse::read).size(), 7u);
}

TEST_F(LessonFilesTest, no_command_of_the_registry_writes_outside_in_play) {
  ShellDriver driver;
  const std::vector<std::string> before = others();
  ScriptFiles rules;
  rules.mode = ScriptFiles::Mode::below;
  rules.file = own("tour.striate");
  rules.out = own("out");
  for (const Command* command : commands_with(driver.app.registry(), FileUse::write)) {
    for (const std::string& path : {std::string("../x"), std::string("../../x"), other("x"), std::string("/tmp/x"),
                                    std::string("a/../../x"), own("way/x"), std::string("../way/x")}) {
      for (const char* ending : {".png", ".csv", ".safetensors", ".md", ".striate", ".txt", ""}) {
        EXPECT_THROW(judge(command->name + " " + path + ending, rules, driver.app.registry(), {}), Error)
            << command->name << " " << path << ending;
      }
    }
    for (const char* name : {"tour.striate", "tour.md"}) {
      EXPECT_NE(play(command->name + " ../x.png", name).find("writes below"), std::string::npos) << command->name;
    }
  }
  for (const std::string& path : {std::string("../x.png"), other("x.png"), own("way/x.png")})
    EXPECT_NE(play("screenshot " + path).find("writes below"), std::string::npos) << path;
  EXPECT_EQ(others(), before);
  EXPECT_FALSE(fs::exists("/tmp/x.png"));
}

TEST_F(LessonFilesTest, play_writes_below_its_folder_also_through_links_and_reads_anything) {
  fs::create_directories(own("out"));
  fs::create_directory_symlink(other(""), own("out/way"));
  fs::create_symlink(other("new.striate"), own("out/link.striate"));  // to nothing yet
  fs::create_symlink(other("victim.txt"), own("out/r.striate.part"));
  put(other("victim.txt"), "dear");
  const std::vector<std::string> before = others();
  EXPECT_NE(play("record way/x.striate").find("writes below"), std::string::npos);
  EXPECT_NE(play("record link.striate").find("writes below"), std::string::npos);
  EXPECT_NE(play("record r.striate\nrecord.stop"), "");
  EXPECT_EQ(read(other("victim.txt")), "dear");
  EXPECT_EQ(others(), before);

  // Relative names lie below --out, for every command alike; what was written is found again under its name.
  EXPECT_EQ(play("open " + other("private.ppm") +
                 "\nfilters.save a.png\nwait until filters.milliseconds >= 0\n"
                 "record b.striate\nrecord.stop\nexpect document.name == \"private.ppm\"\n"
                 "lesson.make c.md\nopen c.md\nexpect lesson.step == 1"),
            "");
  for (const char* name : {"b.striate", "c.md"}) EXPECT_TRUE(fs::exists(own("out/" + std::string(name)))) << name;
  EXPECT_NE(play("lesson.make").find("says what it writes"), std::string::npos);
  // A name without a folder is looked for beside the script first.
  EXPECT_EQ(play("open picture.ppm\nexpect document.name == \"picture.ppm\""), "");
}

TEST_F(LessonFilesTest, the_window_asks_before_a_lesson_writes_and_no_means_no) {
  ShellDriver driver;
  EXPECT_EQ(open(driver, "record here.striate\nrecord.stop\npixels.zoom 8"), "");
  EXPECT_EQ(driver.text("lesson.question"), "This lesson wants to write a file.");
  EXPECT_FALSE(fs::exists(own("here.striate")));
  driver.click("Don't");
  EXPECT_EQ(driver.text("lesson.question"), "");
  EXPECT_FALSE(fs::exists(own("here.striate")));
  driver.app.dismiss_notice(0);

  EXPECT_EQ(open(driver, "record here.striate\npixels.zoom 8\nrecord.stop"), "");
  driver.click("Write it");
  EXPECT_TRUE(fs::exists(own("here.striate")));

  // Each time anew, and what is there already is said.
  EXPECT_NE(open(driver, "record here.striate\nrecord.stop"), "nothing");
  EXPECT_EQ(driver.text("lesson.question"), "This lesson wants to replace a file.");
  driver.key("Escape");
  EXPECT_EQ(driver.text("lesson.question"), "");
  // Going away takes the question along.
  open(driver, "record more.striate");
  EXPECT_NE(driver.text("lesson.question"), "");
  driver.run("lesson.close");
  EXPECT_EQ(driver.text("lesson.question"), "");
  EXPECT_FALSE(fs::exists(own("more.striate")));
}

TEST_F(LessonFilesTest, in_the_window_no_command_of_the_registry_writes_outside_the_lessons_folder) {
  const std::vector<std::string> before = others();
  ShellDriver driver;
  for (const Command* command : commands_with(driver.app.registry(), FileUse::write)) {
    for (const std::string& path : {std::string("../other/x.png"), other("x.png"), std::string("way/x.png")}) {
      for (const char* name : {"lesson.md", "tour.striate"}) {
        const std::string line = command->name + " " + path;
        EXPECT_NE(open(driver, line, name).find("writes below"), std::string::npos) << line;
        EXPECT_EQ(driver.text("lesson.question"), "") << line;
        while (!driver.app.notices().empty()) driver.app.dismiss_notice(0);
      }
    }
  }
  EXPECT_EQ(others(), before);
  EXPECT_NE(open(driver, "lesson.make lesson.md").find("the lesson that says so"), std::string::npos);
}

TEST_F(LessonFilesTest, in_the_window_a_lesson_reads_beside_itself_and_elsewhere_after_a_question) {
  ShellDriver driver;
  EXPECT_EQ(open(driver, "open picture.ppm"), "");
  EXPECT_EQ(driver.text("lesson.question"), "");
  EXPECT_EQ(driver.text("document.name"), "picture.ppm");
  for (const std::string& path :
       {other("private.ppm"), std::string("../other/private.ppm"), std::string("way/private.ppm")}) {
    ShellDriver fresh;
    EXPECT_EQ(open(fresh, "open portrait\nopen " + path), "");
    EXPECT_EQ(fresh.text("lesson.question"), "This lesson wants to read a file outside its folder.") << path;
    EXPECT_EQ(fresh.text("document.name"), "portrait");
    fresh.click("Don't");
    EXPECT_EQ(fresh.text("document.name"), "portrait");
    open(fresh, "open portrait\nopen " + path);
    fresh.click("Read it");
    EXPECT_EQ(fresh.text("document.name"), "private.ppm");
    // It was allowed: the same file is not asked about again.
    open(fresh, "open portrait\nopen " + path);
    EXPECT_EQ(fresh.text("lesson.question"), "");
    EXPECT_EQ(fresh.text("document.name"), "private.ppm");
  }
  // The value of every command that reads is looked at, wherever the path stands in it.
  for (const std::string& line :
       {"train.data folder:" + other(""), "train.data mnist:" + other(""), "train.layers.open " + other("net.txt"),
        "train.probe " + other("private.ppm"), "train.open " + other("x.safetensors"), "train.data.folder " + other(""),
        "lesson " + other("x.md"), "open " + other("x.striate")}) {
    open(driver, line);
    EXPECT_NE(driver.text("lesson.question"), "") << line;
  }
  for (const char* line :
       {"train.data digits:100", "train.probe 3", "train.probe sample:3", "open sample:balloons", "lesson pixels"}) {
    open(driver, line);
    EXPECT_EQ(driver.text("lesson.question"), "") << line;
  }
}

// A saved training says where its pictures are: what it names is asked about as what a line names.
TEST_F(LessonFilesTest, what_a_training_names_elsewhere_is_read_after_a_question) {
  put(own("tiles/a/1.ppm"), kPicture);
  put(own("tiles/b/1.ppm"), kPicture);
  fs::copy(own("tiles"), other("tiles"), fs::copy_options::recursive);
  const auto training = [&](const std::string& name, const std::string& folder) {
    SafeTensorsWriter writer;
    const float value = 1;
    writer.add("a", {1}, &value, 1);
    writer.metadata["run.data"] = folder;
    writer.write(own(name));
  };
  training("mine.safetensors", "folder:" + own("tiles"));
  training("theirs.safetensors", "folder:" + other("tiles"));
  training("link.safetensors", "mnist:" + own("way/tiles"));
  training("drawn.safetensors", "digits:100");
  for (const char* name : {"mine", "drawn"}) {
    ShellDriver driver;
    open(driver, fmt::format("train.open {}.safetensors", name));
    EXPECT_EQ(driver.text("lesson.question"), "") << name;
  }
  for (const char* name : {"theirs", "link"}) {
    ShellDriver driver;
    const std::string line = fmt::format("train.open {}.safetensors", name);
    open(driver, line + "\npixels.zoom 9");
    EXPECT_EQ(driver.text("lesson.question"),
              "This lesson wants to open a training that reads pictures outside its folder.")
        << name;
    EXPECT_TRUE(driver.app.notices().empty()) << "it was read before it was asked";
    driver.click("Don't");
    EXPECT_EQ(driver.text("lesson.question"), "");
    EXPECT_EQ(driver.number("pixels.zoom"), 9) << "the lesson goes on without it";
    EXPECT_TRUE(driver.app.notices().empty());
    // Yes reads it: this one is no training, and that is told.
    open(driver, line);
    driver.click("Read it");
    EXPECT_EQ(driver.text("lesson.question"), "");
    EXPECT_FALSE(driver.app.notices().empty()) << name;
  }
  // One that lies elsewhere itself is not looked into before that was allowed: two questions.
  fs::copy_file(own("theirs.safetensors"), other("theirs.safetensors"));
  ShellDriver driver;
  open(driver, "train.open " + other("theirs.safetensors"));
  EXPECT_EQ(driver.text("lesson.question"), "This lesson wants to read a file outside its folder.");
  driver.click("Read it");
  EXPECT_EQ(driver.text("lesson.question"),
            "This lesson wants to open a training that reads pictures outside its folder.");
  driver.click("Don't");
  EXPECT_EQ(driver.text("lesson.question"), "");
  EXPECT_TRUE(driver.app.notices().empty());
  // The second run of a comparison has data of its own.
  for (const std::string& source :
       {"folder:" + other("tiles"), "mnist:" + own("way/tiles"), "\"folder:" + other("tiles") + "\""}) {
    ShellDriver fresh;
    open(fresh, "train.compare data " + source);
    EXPECT_EQ(fresh.text("lesson.question"), "This lesson wants to read a file outside its folder.") << source;
  }
  open(driver, "train.compare data folder:" + own("tiles"));
  EXPECT_EQ(driver.text("lesson.question"), "");
  EXPECT_NE(open(driver, "train.compare data \"folder:" + other("") + "\\\\x\"").find("without quotes"),
            std::string::npos);
}

TEST_F(LessonFilesTest, a_lesson_does_not_answer_for_a_person) {
  ShellDriver driver;
  open(driver, "lesson.allow yes\nrecord here.striate");
  EXPECT_FALSE(fs::exists(own("here.striate")));
  EXPECT_NE(driver.app.notices().back().what.find("only people"), std::string::npos);
  EXPECT_NE(play("train.recover no").find("only people"), std::string::npos);
  // Nor does it let a person choose a file to be written where they were asked for one to read.
  driver.app.dismiss_notice(0);
  EXPECT_NE(open(driver, "browse.file lesson.make .md").find("takes no file to read"), std::string::npos);
  // What people do themselves is free.
  driver.app.send("record " + other("mine.striate"));
  driver.settle();
  driver.app.send("record.stop");
  driver.settle();
  EXPECT_TRUE(fs::exists(other("mine.striate")));
}

TEST_F(LessonFilesTest, opening_each_other_ends_after_eight) {
  for (const char* opener : {"open", "lesson"}) {
    // Itself, and in a ring.
    EXPECT_NE(play(std::string(opener) + " " + own("a.md"), "a.md").find("8 deep"), std::string::npos);
    put(own("b.md"), lesson_with(std::string(opener) + " c.md"));
    put(own("c.md"), lesson_with(std::string(opener) + " a.md"));
    EXPECT_NE(play(std::string(opener) + " b.md", "a.md").find("8 deep"), std::string::npos);
    ShellDriver driver;
    EXPECT_NE(open(driver, std::string(opener) + " b.md", "a.md").find("8 deep"), std::string::npos);
  }
  EXPECT_NE(play("open s.striate", "s.striate").find("8 deep"), std::string::npos);
  // Eight others are as many as it says.
  for (int i = 1; i <= 9; ++i)
    put(own(fmt::format("l{}.md", i)), lesson_with(i < 9 ? fmt::format("open l{}.md", i + 1) : "pixels.zoom 9"));
  EXPECT_EQ(play("open l2.md\nwait until pixels.zoom == 9", "l.striate"), "");
  EXPECT_NE(play("open l1.md\nwait until pixels.zoom == 9 timeout 5s", "l.striate").find("8 deep"), std::string::npos);
  ShellDriver driver;
  EXPECT_EQ(open(driver, "open l2.md", "first.md"), "");
  // One after the other is not deep.
  std::string many;
  for (int i = 0; i < 12; ++i) many += "open l9.md\nwait until lesson.step == 1\n";
  EXPECT_EQ(play(many, "many.striate"), "");
}

// A lesson that `striate screenshot --do` opens: nobody can be asked, and no folder was named.
TEST_F(LessonFilesTest, where_nobody_can_be_asked_nothing_is_written) {
  put(own("lesson.md"), lesson_with("record here.striate\nrecord.stop"));
  App app(Device::cpu(), settings_for_scripts());
  Script script;
  script.actions.push_back(command_action("open " + quoted(own("lesson.md"))));
  try {
    run_script(app, script, {});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("writes no file here"), std::string::npos) << error.what();
  }
  EXPECT_FALSE(fs::exists(own("here.striate")));
}

}  // namespace
}  // namespace striate
