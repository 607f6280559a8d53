// The page `train` under hands that press everything in any order, and close the program in any state. Two seconds of
// it, or as many as STRIATE_RANDOM_SECONDS says: under the thread sanitizer it finds races (CONTRIBUTING.md).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "engine/error.h"
#include "tests/app/shell_driver.h"

namespace striate {
namespace {

TEST(TrainSession, closes_in_every_state_and_survives_any_order) {
  std::mt19937 random(11);
  const char* seconds = std::getenv("STRIATE_RANDOM_SECONDS");
  const double limit = seconds ? std::atof(seconds) : 2;
  const auto start = std::chrono::steady_clock::now();
  int programs = 0;
  while (std::chrono::steady_clock::now() - start < std::chrono::duration<double>(limit)) {
    ShellDriver each;
    each.app.run("page train");
    each.app.run("train.data digits:300");
    const int commands = static_cast<int>(random() % 60) + 1;
    for (int i = 0; i < commands; ++i) {
      const auto any = [&](int most) { return static_cast<int>(random() % static_cast<uint32_t>(most)); };
      const std::vector<std::string> lines = {"train.start",
                                              "train.pause",
                                              "train.step batch",
                                              "train.step phase",
                                              "train.step epoch",
                                              fmt::format("train.scrub {}", any(60)),
                                              "train.branch",
                                              "train.branch.open 1",
                                              "train.branch.open 2",
                                              "train.back",
                                              "lesson train",
                                              "lesson.close",
                                              "open portrait",
                                              fmt::format("train.rate {}", 0.001 * (1 + any(9))),
                                              fmt::format("train.edit 0.weight {} {}", any(9), any(3)),
                                              fmt::format("train.restore 0.weight {}", any(9)),
                                              "train.speed batches 50",
                                              "train.speed phases 40",
                                              "train.speed fastest",
                                              fmt::format("train.seed {}", any(3)),
                                              "train.discard yes",
                                              "train.discard no",
                                              "train.reset",
                                              "train.compare rate 0.01",
                                              "train.compare off",
                                              fmt::format("train.data digits:{}", 200 + any(3)),
                                              fmt::format("train.probe {}", any(20)),
                                              "undo",
                                              "redo",
                                              "train.view overview",
                                              "train.view layers",
                                              "train.view tests",
                                              "train.view step",
                                              "train.view draw",
                                              "train.view unit",
                                              "train.view compare",
                                              "train.draw 70 60 210 60 120 230",
                                              "train.draw clear"};
      try {
        each.app.run(lines[static_cast<size_t>(any(static_cast<int>(lines.size())))]);
      } catch (const Error&) {
        // Out of order: told, and nothing has changed.
      }
      for (int frames = any(4); frames > 0; --frames) each.frame();
    }
    ++programs;
  }
  EXPECT_GT(programs, 0);
}

}  // namespace
}  // namespace striate
