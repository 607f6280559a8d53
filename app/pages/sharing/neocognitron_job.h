// The Neocognitron of the page `sharing`, behind the window: it learns what it was given, in that order, says what its
// cells hold for the picture, and is measured with digits that it has not seen.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/worker/moment_job.h"
#include "engine/drawing/drawing.h"
#include "engine/neocognitron/neocognitron.h"
#include "engine/sharing/sharing_digits.h"

namespace striate {

// What it was given to learn: so many of the set's digits, or a drawing with its label.
struct NeocognitronAct {
  int digits = 0;
  Drawing drawing;
  int label = -1;
  friend bool operator==(const NeocognitronAct&, const NeocognitronAct&) = default;
};

struct NeocognitronRequest {
  std::string data = "digits";
  NeocognitronFormula formula = NeocognitronFormula::right;
  std::vector<NeocognitronAct> acts;
  std::array<double, 3> selectivity{};
  bool use_drawing = false;
  Drawing drawing;
  int64_t digit = 0;
  SharingMove move;
  int stage = 0, plane = 0;  // whose weights are wanted
  bool measure = true;
  bool map = false;
  friend bool operator==(const NeocognitronRequest&, const NeocognitronRequest&) = default;
};

struct NeocognitronMoment {
  NeocognitronRequest of;
  uint64_t version = 0;
  NeocognitronMaps maps;
  NeocognitronAnswer answer;
  int label = -1;  // the digit's true class; -1: of a drawing
  std::array<int, 3> planes{};
  std::vector<int> labels;  // of the last stage's planes
  // (plane, row, column) of the S-cells that would win if it learned this picture, window after window; none in stages
  // whose planes stay as they were made.
  std::array<std::vector<std::array<int, 3>>, 3> winners;
  int64_t weights = 0;
  bool learning = false;
  int64_t learned = 0, drawn = 0;  // digits, and how many of them were drawn
  double seconds = 0;              // that it has learned for
  // Of the plane that was asked for: (planes before, window, window), and c and d of its stage.
  std::vector<float> a, c, d;
  float b = 0;
  NeocognitronStage stage;
  int tested = 0, right = 0, silent = 0;  // unseen digits, moved as this one
  bool measured = false;                  // all of them
  // The map of shifts, as in SharingMoment; -1: not tried yet, -2: every last cell is silent.
  int map_rows = 0;
  std::vector<int> map;
};
using NeocognitronMomentPtr = std::shared_ptr<const NeocognitronMoment>;

// Its settings here: those of 1980, with as many planes in the last stage as the digits ask for.
NeocognitronSettings neocognitron_settings();
// A picture (32, 32) as it sees it, (16, 16): means of 2 x 2.
std::vector<float> neocognitron_picture(const std::vector<float>& picture);

class NeocognitronWork {
 public:
  using Request = NeocognitronRequest;
  using Moment = NeocognitronMoment;
  static constexpr int kTestDigits = 200;
  static constexpr int kFirstDigits = 200;  // that the stages before the last one learn from
  void run(const NeocognitronRequest& request, const Progress& progress,
           const std::function<void(NeocognitronMoment)>& publish);

 private:
  // A network and what it has learned.
  struct Known {
    std::unique_ptr<Stream> stream;
    std::unique_ptr<Neocognitron> network;
    std::string data;
    std::vector<NeocognitronAct> done;
    NeocognitronAct doing;  // the one after these, of which it has learned
    int part = 0;           // so many steps
    int64_t learned = 0;    // digits of the set
    double seconds = 0;
    bool begins(const NeocognitronRequest& request) const;  // what it has learned is the beginning of what is asked for
  };
  Known known_;
  std::vector<Known> kept_;  // the ones before it, the newest first: what is taken back is there at once
  std::string map_of_;       // as in SharingWork
  std::vector<int> map_;
};
using NeocognitronJob = MomentJob<NeocognitronWork>;

}  // namespace striate
