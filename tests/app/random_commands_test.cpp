// A walk over all commands of a page with values that are legal, just beyond, or nonsense: nothing throws what is no
// Error, an Error has its two lines, no readout is a number that is none, and state() brings a page back from wherever
// the walk led.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "app/pages/page.h"
#include "app/shell/app.h"
#include "engine/error.h"
#include "tests/app/page_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

std::vector<std::string> all_pages() {
  std::vector<std::string> ids;
  for (const PageKind& kind : page_kinds()) ids.push_back(kind.info.id);
  return ids;
}

class RandomCommands : public testing::TestWithParam<std::string> {
 protected:
  RandomCommands() : app_(Device::cpu()) {
    Document& document = app_.document();
    document.image = made_picture(24, 20, 3);
    document.pyramid = nullptr;
    document.source = "test";
    ++document.image_version;
    app_.shelf().image_changed();
    app_.run("page " + page());
    // Runs of a size that comes to its end.
    for (const char* line : {"train.data digits:60", "train.layers flatten | dense 10", "train.batch 8"})
      app_.run(line);
    if (page() != "network" && page() != "pretrained" && page() != "architecture") return;
    // A small one, without weights.
    app_.run("network.open tiny");
    for (int frame = 1; app_.busy(); ++frame) app_.update(frame / 1e4);
  }

  static std::string page() { return GetParam(); }
  size_t below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }
  bool once_in(size_t n) { return below(n) == 0; }
  template <typename List>
  std::string one_of(const List& list) {
    return std::string(*(std::begin(list) + static_cast<std::ptrdiff_t>(below(std::size(list)))));
  }

  // What a walk leaves alone: files of others, the end of the program, and runs that nobody would wait for.
  static bool left_out(const Command& command) {
    if (command.answer) return true;
    if (command.name == "features.start") return true;  // of as many steps as came before
    for (const char* name : {"train.data", "train.data.size", "train.data.folder", "train.open", "train.recover",
                             "pretrained.folder", "satellite.tile", "satellite.epochs"}) {
      if (command.name == name) return true;
    }
    return false;
  }

  std::string number(const Parameter& parameter) {
    static const char* const odd[] = {"nan",  "inf",      "-inf", "1e400",  "0x10", "1,5", "",
                                      "none", "99999999", "-0",   "1e-320", "2 3",  "\"",  "\xff"};
    const double low = parameter.minimum, high = parameter.maximum;
    if (once_in(8)) return one_of(odd);
    if (once_in(8)) return to_text(once_in(2) ? low - 1 : high + 1);
    if (once_in(6)) return to_text(once_in(2) ? low : high);
    if (once_in(6)) return to_text(std::clamp(0.5, low, high));
    // Small values more often than large ones: most of what is legal is small.
    const double share = std::uniform_real_distribution<double>(0, 1)(random_);
    const double value = once_in(2) ? low + (high - low) * share : std::clamp(share * 12 - 3, low, high);
    return to_text(parameter.kind == ParameterKind::integer ? std::round(value) : value);
  }

  std::string text() {
    static const char* const values[] = {"",
                                         "1",
                                         "1 2; 3 4",
                                         "0 -1 0; -1 5 -1; 0 -1 0",
                                         "1 2; 3",
                                         "1 | 2",
                                         "deck",
                                         "portrait",
                                         "image",
                                         "image 2 2 5 4",
                                         "image 30 0 4 4",
                                         "sharpen",
                                         "edge",
                                         "all",
                                         "conv 2 3x3 | relu | flatten | dense 10",
                                         "conv 2 3x3 pad 99",
                                         "dense 0",
                                         "lenet5",
                                         "sgd momentum 0.9",
                                         "adam",
                                         "0.8,0.1,0.1",
                                         "0.weight 3 0.5",
                                         "fc1.weight 0 1e30",
                                         "\"a",
                                         "\"\\n\"",
                                         "\xc3\x28",
                                         "off",
                                         "0 0",
                                         "1 1 1",
                                         "drawing",
                                         "test 2",
                                         "sample:balloons",
                                         "input",
                                         "0"};
    if (once_in(12)) return std::string(5000, 'x');
    return one_of(values);
  }

  std::string line_of(const Command& command) {
    std::string line = command.name;
    for (const Parameter& parameter : command.parameters) {
      if (parameter.optional && once_in(2)) break;
      if (once_in(40)) break;  // a value is missing
      line += ' ';
      if (parameter.file == FileUse::write) {
        line += quoted(folder_ / (once_in(3) ? "no/such/folder/a.png" : one_of(kFiles)));
      } else if (parameter.file == FileUse::read) {
        line += quoted(folder_ / "is-not-there");
      } else if (parameter.kind == ParameterKind::choice) {
        line += once_in(10) ? "nonsense" : one_of(parameter.choices);
      } else if (parameter.kind == ParameterKind::integer || parameter.kind == ParameterKind::number) {
        line += number(parameter);
      } else {
        line += text();
      }
    }
    return once_in(60) ? line + " more" : line;
  }

  // True where it was done.
  bool try_line(const std::string& line) {
    try {
      app_.run(line);
      return true;
    } catch (const Error& error) {
      EXPECT_FALSE(std::string(error.what()).empty()) << line;
      EXPECT_FALSE(std::string(error.hint()).empty()) << line << ": " << error.what();
    } catch (const std::exception& error) {
      ADD_FAILURE() << line << ": no Error but " << error.what();
    }
    return false;
  }

  void look_at_readouts(const std::string& after) {
    for (const auto& [name, readout] : app_.registry().readouts()) {
      if (!readout.parameters.empty() || !name.starts_with(page() + ".")) continue;
      try {
        const ReadoutValue value = readout.value();
        if (const double* number = std::get_if<double>(&value)) {
          EXPECT_TRUE(std::isfinite(*number)) << name << " after " << after;
        }
      } catch (const Error&) {
        continue;  // there is nothing to read now
      }
    }
  }

  static constexpr const char* kFiles[] = {"a.png", "a.jpg", "a", "a.striate", "a.csv"};
  TestFolder folder_;
  App app_;
  std::mt19937_64 random_{20261121};
};

TEST_P(RandomCommands, neither_break_the_page_nor_its_state) {
  std::vector<const Command*> commands;
  for (const auto& [name, command] : app_.registry().commands()) {
    if (name.starts_with(page() + ".") && !left_out(command)) commands.push_back(&command);
  }
  ASSERT_GE(commands.size(), 7u);
  const bool train = page() == "train";
  const int rounds = train ? 12 : 40, each = 50;
  int done = 0;
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    const std::vector<std::string> state = app_.page().state();
    std::string line;
    for (int i = 0; i < each; ++i) {
      line = line_of(*commands[below(commands.size())]);
      done += try_line(line);
    }
    look_at_readouts(line);
    if (train) continue;  // its state is also what has been learned
    for (const std::string& each_line : state) {
      EXPECT_NO_THROW(app_.run(each_line)) << each_line << " of a state of the page itself";
    }
    EXPECT_EQ(app_.page().state(), state) << "in round " << round;
  }
  EXPECT_GT(done, rounds * each / 4) << "most values of the walk are illegal";
}

INSTANTIATE_TEST_SUITE_P(Pages, RandomCommands, testing::ValuesIn(all_pages()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace striate
