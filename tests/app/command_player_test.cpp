// Playing a script line by line against a made-up program, and recording one.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/command/not_ready.h"
#include "app/command/player.h"
#include "app/command/recorder.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

// A program with one number, whose file takes `loading_frames` frames to read.
class FakeProgram {
 public:
  FakeProgram() {
    registry_.add(Command{"open", "", {Parameter::text("file", "a path")}, [this](const Arguments& arguments) {
                            if (arguments.text(0) == "missing") throw Error("missing: no such file", "check the name");
                            loading_frames = 3;
                            fails = arguments.text(0) == "corrupt";
                          }});
    registry_.add(Command{"set", "", {Parameter::number("n", "a number", -10, 10)}, [this](const Arguments& arguments) {
                            EXPECT_EQ(loading_frames, 0) << "a command met a file that was being read";
                            value = arguments.number(0);
                            busy_frames = 2;
                          }});
    registry_.add(Readout{"value", "", [this] { return ReadoutValue(value); }});
    registry_.add(Readout{"words", "", [] { return ReadoutValue(std::string("two words\nof\x1b it")); }});
    Readout twice{"times", "", {}};
    twice.parameters = {Parameter::number("N", "a factor", -10, 10)};
    twice.value_of = [this](const Arguments& a) { return ReadoutValue(a.number(0) * value); };
    registry_.add(std::move(twice));
  }
  PlayerHost host() {
    PlayerHost host;
    host.registry = &registry_;
    host.run = [this](const std::string& line) {
      registry_.run(line);
      log.push_back(line);
    };
    host.loading = [this] { return loading_frames > 0; };
    host.busy = [this] { return busy_frames > 0 || loading_frames > 0; };
    host.take_failure = [this]() -> std::optional<Error> {
      if (!fails || loading_frames > 0) return std::nullopt;
      fails = false;
      return Error("corrupt: the file is damaged", "open another");
    };
    host.screenshot = [this](const std::string& file) {
      EXPECT_EQ(busy_frames, 0);
      if (file == "nowhere/a.png") throw Error("nowhere/a.png: no such folder", "make it");
      log.push_back("picture " + file);
      busy_frames = 2;
    };
    host.now = [this] { return now; };
    host.watched = watched;
    if (rest > 0) host.rest = [this](const Action& done) { return done.kind == ActionKind::command ? rest : 0; };
    host.print = [this](const std::string& line) {
      EXPECT_EQ(busy_frames, 0) << "what is printed was not final";
      log.push_back("print: " + line);
    };
    return host;
  }
  void frame() {
    busy_frames -= busy_frames > 0 && !stuck;
    loading_frames -= loading_frames > 0;
    now += 1.0 / 60;
  }

  Registry registry_;
  std::vector<std::string> log;
  double value = 0;
  int loading_frames = 0, busy_frames = 0;
  double now = 100;
  bool fails = false, stuck = false, watched = false;
  double rest = 0;
};

// Plays to the end at 60 frames a second; the text of the failure, or "".
std::string play(FakeProgram& program, const std::string& text, ScriptPlayer::Counts* counts = nullptr) {
  Script script = parse_script(text, "s.striate");
  check_script(script, program.registry_);
  ScriptPlayer player(std::move(script));
  const PlayerHost host = program.host();
  std::string failure;
  try {
    for (int frames = 0; player.advance(host); ++frames) {
      program.frame();
      if (frames > 20000) return "never ends";
    }
  } catch (const Error& error) {
    failure = std::string(error.what()) + " / " + error.hint();
  }
  EXPECT_FALSE(player.advance(host));
  EXPECT_EQ(player.current(), nullptr);
  if (counts) *counts = player.counts();
  return failure;
}

TEST(ScriptPlayer, runs_line_after_line_and_waits_where_it_must) {
  FakeProgram program;
  ScriptPlayer::Counts counts;
  EXPECT_EQ(
      play(program, "open a.png\nset 3\nexpect value == 3\nscreenshot a.png\nset 4\nwait until value > 3\n", &counts),
      "");
  EXPECT_EQ(program.log, (std::vector<std::string>{"open a.png", "set 3", "picture a.png", "set 4"}));
  EXPECT_EQ(counts.commands, 3);
  EXPECT_EQ(counts.expectations, 2);
  EXPECT_EQ(counts.screenshots, 1);
}

TEST(ScriptPlayer, stops_at_the_first_failure_and_names_its_line) {
  FakeProgram program;
  EXPECT_EQ(play(program, "set 3\nexpect value == 4\nset 5"),
            "s.striate:2: expected value == 4, but it is 3 / correct the expectation, or what stands above it");
  EXPECT_EQ(program.value, 3);
  EXPECT_EQ(play(program, "\nopen missing\nset 1"), "s.striate:2: missing: no such file / check the name");
  EXPECT_EQ(play(program, "\nopen corrupt\nset 1"), "s.striate:2: corrupt: the file is damaged / open another");
  EXPECT_EQ(program.value, 3);
  EXPECT_EQ(play(program, "set 1\nopen corrupt"), "s.striate:2: corrupt: the file is damaged / open another");
  EXPECT_EQ(play(program, "screenshot nowhere/a.png"), "s.striate:1: nowhere/a.png: no such folder / make it");
}

TEST(ScriptPlayer, hints_at_quotes_and_tolerances) {
  FakeProgram program;
  EXPECT_NE(play(program, "expect value == \"0\"").find("it is a number: write it without quotes"), std::string::npos);
  program.value = 0.30000000000000004;
  EXPECT_NE(play(program, "expect value == 0.3").find("needs a tolerance: value == 0.3 +- 1e-6"), std::string::npos);
}

TEST(ScriptPlayer, pauses_where_somebody_watches) {
  FakeProgram program;
  EXPECT_EQ(play(program, "set 1\npause 7\nset 2\n"), "");
  EXPECT_LT(program.now, 101);
  program.now = 100;
  program.watched = true;
  EXPECT_EQ(play(program, "set 1\npause 7\nset 2\n"), "");
  EXPECT_NEAR(program.now, 107, 0.2);
  EXPECT_EQ(program.log.size(), 4U);
}

TEST(ScriptPlayer, rests_behind_a_line) {
  FakeProgram program;
  program.rest = 2;
  EXPECT_EQ(play(program, "set 1\nexpect value == 1\nset 2\n"), "");
  EXPECT_NEAR(program.now, 104, 0.3);
}

// A film draws a moment again while something is computed: how often must not show.
TEST(ScriptPlayer, does_one_line_a_moment_where_somebody_watches) {
  FakeProgram program;
  program.watched = true;
  ScriptPlayer player(parse_script("set 1\nset 2\nset 3\n", "s.striate"));
  const PlayerHost host = program.host();
  for (int again = 0; again < 5; ++again) player.advance(host);
  EXPECT_EQ(program.value, 1);
  program.frame();
  for (int again = 0; again < 5; ++again) player.advance(host);
  EXPECT_EQ(program.value, 2);
}

TEST(ScriptPlayer, waits_no_longer_than_the_timeout) {
  FakeProgram program;
  EXPECT_EQ(play(program, "wait until value == 1 timeout 2s"),
            "s.striate:1: waited 2 s for value == 1; it is 0 / a longer timeout, or a condition that comes true");
  program.stuck = true;
  EXPECT_EQ(
      play(program, "set 1\nexpect value == 1"),
      "s.striate:2: the program is still busy after 60 s / a smaller picture, or 'wait until' with a longer timeout");
}

TEST(ScriptPlayer, can_leave_expectations_out) {
  FakeProgram program;
  ScriptPlayer player(parse_script("expect value == 9\nset 2", "s"));
  player.skip_expectations(true);
  while (player.advance(program.host())) program.frame();
  EXPECT_EQ(program.value, 2);
}

TEST(ScriptPlayer, prints_readouts_with_their_values_on_one_line) {
  FakeProgram program;
  ScriptPlayer::Counts counts;
  EXPECT_EQ(play(program, "set 3\nprint value\nprint  times   2\nprint words", &counts), "");
  EXPECT_EQ(program.log, (std::vector<std::string>{"set 3", "print: value 3", "print: times 2 6",
                                                   "print: words two words\\nof  it"}));
  EXPECT_EQ(counts.commands, 1);
  // Where nobody reads it, nothing is read either.
  PlayerHost host = program.host();
  host.print = {};
  ScriptPlayer player(parse_script("print value\nset 4", "s"));
  program.log.clear();
  while (player.advance(host)) program.frame();
  EXPECT_EQ(program.log, std::vector<std::string>{"set 4"});
}

TEST(ScriptPlayer, compares_two_readouts_as_they_are_then) {
  FakeProgram program;
  EXPECT_EQ(play(program,
                 "set 3\nexpect value == {times 1}\nexpect value < {times 2}\nset -2\n"
                 "expect value > {times 2}\nexpect value != {words}\nexpect value == {times 1.5} +- 1\n"
                 "expect words == {words}\nwait until value >= {times 1} timeout 1s"),
            "");
  EXPECT_EQ(play(program, "set 3\nexpect value == {times 2}"),
            "s.striate:2: expected value == {times 2}, but it is 3 and times 2 is 6 / correct the expectation, or what "
            "stands above it");
  EXPECT_EQ(
      play(program, "wait until value > {times 2} timeout 1s"),
      "s.striate:1: waited 1 s for value > {times 2}; it is 3 and times 2 is 6 / a longer timeout, or a condition "
      "that comes true");
  EXPECT_NE(play(program, "expect value == {words}").find("one is a number and the other a text"), std::string::npos);
  EXPECT_NE(play(program, "expect words < {words}").find("texts are compared with == or !="), std::string::npos);
  program.value = 0.1;
  EXPECT_NE(play(program, "expect value == {times 1.0000000001}").find("value == {times 1.0000000001} +- 1e-6"),
            std::string::npos);
}

class Recording : public ::testing::Test {
 protected:
  Recording() { path = (folder / "session.striate").string(); }
  std::string text() const {
    std::ifstream file(path);
    std::stringstream all;
    all << file.rdbuf();
    return all.str();
  }
  TestFolder own;
  std::filesystem::path folder = own.path();
  std::string path;
};

TEST_F(Recording, is_a_script_that_does_the_same_without_the_noise_of_the_mouse) {
  Recorder recorder(path, {"open portrait", "page pixels"});
  recorder.add("pixels.cursor 1 1");
  recorder.add("pixels.cursor 2 1");
  recorder.add(" pixels.zoom 3 ");
  recorder.add("pixels.cursor 5 5");
  recorder.add("filters.cursor 6 5");
  recorder.add("pixels.hover 1 1");
  recorder.add("pixels.hover 2 2");
  recorder.add("pixels.pin on");
  recorder.add("pixels.hover 3 3");
  recorder.add("record.stop");
  EXPECT_FALSE(std::filesystem::exists(path));
  recorder.finish();
  EXPECT_EQ(text(),
            "# A recorded session. Run it again: striate play FILE\nopen portrait\npage pixels\npixels.cursor 2 1\n"
            "pixels.zoom 3\npixels.cursor 5 5\nfilters.cursor 6 5\n"
            "pixels.hover 2 2\npixels.pin on\n");
  EXPECT_EQ(parse_script(text(), path).actions.size(), 8u);
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
}

TEST_F(Recording, that_cannot_be_written_is_refused_at_once) {
  EXPECT_THROW(Recorder((folder / "no/such.striate").string(), {}), Error);
  EXPECT_THROW(Recorder((folder / "picture.png").string(), {}), Error);
  std::filesystem::create_directories(folder / "folder.striate");
  EXPECT_THROW(Recorder((folder / "folder.striate").string(), {}), Error);
}

// A readout that is being made is asked for by reading it: nothing is busy before that.
TEST(ScriptPlayer, what_reads_something_that_is_being_made_reads_it_again) {
  FakeProgram program;
  int reads = 0;
  program.registry_.add(Readout{"mean", "", [&] {
                                  if (++reads % 3 != 0) throw NotReady("it is still being counted");
                                  return ReadoutValue(7.0);
                                }});
  ScriptPlayer player(parse_script("expect mean == 7\nprint mean\nexpect value == {mean} +- 7", "a"));
  while (player.advance(program.host())) program.frame();
  EXPECT_EQ(player.counts().expectations, 2);
  EXPECT_EQ(program.log, std::vector<std::string>{"print: mean 7"});
  EXPECT_EQ(reads, 9);
}

TEST(ScriptPlayer, what_is_never_ready_is_an_error_in_the_end) {
  FakeProgram program;
  program.registry_.add(Readout{"mean", "", []() -> ReadoutValue { throw NotReady("it is still being counted"); }});
  ScriptPlayer player(parse_script("expect mean == 7", "a"));
  try {
    while (player.advance(program.host())) program.now += 1;
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "a:1: it is still being counted");
    EXPECT_EQ(error.hint(), "read it a moment later");
  }
}

}  // namespace
}  // namespace striate
