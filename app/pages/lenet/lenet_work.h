// What page `lenet` computes behind the window, with the three networks that it compares: their answers to a placed
// drawing, the string on a row, and how far a drawing can be turned and scaled. Each network is opened when it is first
// asked. Any thread of the pool, one at a time.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/worker/latest.h"
#include "engine/drawing/placed_drawing.h"
#include "engine/session/digit_reader.h"

namespace striate {

struct LenetModel {
  const char* word;       // of the command
  const char* file;       // that is opened
  const char* untrained;  // the model that it was trained from
  const char *title, *brief;
  int side;  // of the pictures that it was made for; it receives 28 x 28, and enlarges or shrinks them itself
};
constexpr int kLenetModels = 3;
const std::array<LenetModel, kLenetModels>& lenet_models();

struct LenetAnswers {
  uint64_t revision = 0;
  std::vector<float> pixels;  // (28, 28), what the networks receive
  bool blank = true;
  std::array<DigitReader::Answer, kLenetModels> of;
};

struct LenetRow {
  uint64_t revision = 0;
  RowPicture picture;
  DigitReader::Row read;
  double milliseconds = 0, milliseconds_of_windows = 0;
};

// What is read of the drawing at each angle and scale.
struct LenetRing {
  static constexpr int kAngles = 36, kScales = 19;                      // every 10 degrees, every 0.1
  static constexpr float kSmallest = 0.2f, kLargest = 2, kStep = 0.1f;  // as lenet.scale goes
  static float degrees(int angle) { return static_cast<float>(angle) * 10; }
  static float scale(int step) { return kSmallest + kStep * static_cast<float>(step); }
  uint64_t revision = 0;
  bool blank = false;                                         // the digit has left the picture: the rest is not set
  int upright = -1;                                           // what is read as it was drawn
  std::array<std::array<int, kScales>, kAngles> digits = {};  // as it is turned clockwise
  int turned = 0;                                             // degrees to both sides up to which it is read the same
  float least = 1, most = 1;                                  // scales, likewise
};

class LenetWorker {
 public:
  LenetAnswers answers(const Drawing& drawing, const Placement& placement, Progress& progress);
  LenetRow row(int model, const RowPicture& picture, Progress& progress);
  LenetRing ring(int model, const Drawing& drawing, Placement placement, Progress& progress);

 private:
  DigitReader& reader(int model);
  std::mutex mutex_;
  std::optional<Stream> stream_;
  std::array<std::unique_ptr<DigitReader>, kLenetModels> readers_;
};

}  // namespace striate
