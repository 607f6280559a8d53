// Fukushima's Neocognitron of 1980, which finds its own features: no gradient, and no label before its last layer.
//
// Stages follow each other, each a layer of S-cells, which answer to a feature at a place, and one of C-cells, which
// answer wherever near there one of them does (kernels/neocognitron.h has the formulas). Cells of one kind form a
// plane and share their weights. Sizes are those of 1980: 16 x 16, S 16, C 10, S 8, C 6, S 2, C 1.
//
// Learning, picture by picture and stage by stage:
//   - where a place has something to see and every S-cell is silent, a plane is made that answers to what is there
//   - among the S-cells that answer, the winner of every column of places represents its plane, the largest one of a
//     plane alone, and is reinforced: a += q c u, b += q/2 v, for the whole plane
//   - the planes of the last stage carry a label, that of the picture they were made from. One is made when all are
//     silent, and when the one that answers most has the wrong label. No other stage is told a label.
// A thing of one thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/memory.h"
#include "kernels/neocognitron.h"

namespace striate {

struct NeocognitronStage {
  int s_window = 5, s_pad = 2;
  int c_window = 5, c_stride = 2, c_before = 3, c_after = 4;
  float selectivity = 4;  // r: an S-cell answers where the weighted cosine is above r / (1 + r)
  float learning = 4;     // the r that decides while learning whether all are silent
  float rate = 1;         // q
  bool reinforce = true;  // whether winners go on learning
  float gamma = 0.9f;     // c falls with the distance from the window's middle, gamma^distance
  float delta = 0.8f;     // d likewise, delta_first * delta^distance
  float delta_first = 4;
  float alpha = 0.5f;  // of psi
  int most_planes = 24;
  int new_planes = 4;  // of one picture, at most
};

// The S-cells' formula, and mistakes that programs which rebuild it make, for whoever asks what they do. Each is made
// while learning, too.
enum class NeocognitronFormula {
  right,
  squares,      // the V-cell squares the window in place: S-cells see u * u
  parentheses,  // r/r + 1, which is 2, where r/(1 + r) stands: a cosine would have to be above 2
  quotient,     // (1 + e/h) - 1 where (1 + e)/(1 + h) - 1 stands: no threshold is left, u_S = (1 + r) * cosine
  first,        // all planes have the weights a of plane 0
};
constexpr int kNeocognitronFormulas = 5;
const char* name_of(NeocognitronFormula formula);  // "right", "squares", ...

struct NeocognitronSettings {
  int side = 16;  // of the picture
  NeocognitronFormula formula = NeocognitronFormula::right;
  std::vector<NeocognitronStage> stages;
  static NeocognitronSettings of_1980();
};

// What its layers hold for one picture, each (planes, rows, columns).
struct NeocognitronMaps {
  struct Map {
    int planes = 0, rows = 0, columns = 0;
    std::vector<float> values;
    float at(int plane, int row, int column) const {
      return values[(static_cast<size_t>(plane) * static_cast<size_t>(rows) + static_cast<size_t>(row)) *
                        static_cast<size_t>(columns) +
                    static_cast<size_t>(column)];
    }
  };
  Map input;
  struct Stage {
    Map v, s, vs, c;  // v and vs are one plane
  };
  std::vector<Stage> stages;
};

// What the network says of a picture.
struct NeocognitronAnswer {
  int label = -1;  // -1: every cell of the last stage is silent
  int plane = -1;  // of the last stage, that answers most
  float value = 0;
  int second = -1;  // the best of another label
  float second_value = 0;
};

class Neocognitron {
 public:
  Neocognitron(Stream& stream, NeocognitronSettings settings);

  const NeocognitronSettings& settings() const { return settings_; }
  int stages() const { return static_cast<int>(settings_.stages.size()); }
  int planes(int stage) const { return stages_[static_cast<size_t>(stage)].planes; }
  const std::vector<int>& labels() const { return labels_; }  // of the last stage's planes; -1: none
  // Of recognition, from the next picture on.
  void set_selectivity(int stage, float r);

  // picture (side, side), 0..1. Learns it in one stage, with those before it as they are. Returns how many planes were
  // made. `label` counts in the last stage only; -1: none is known.
  int learn(int stage, const float* picture, int label);
  // Learns it in all stages, first to last.
  int learn(const float* picture, int label);

  NeocognitronMaps maps(const float* picture) { return maps(picture, stages()); }
  NeocognitronAnswer answer(const float* picture);
  // Of the last C-layer's values.
  NeocognitronAnswer answer(const NeocognitronMaps& maps) const;

  // Weights of a plane, (planes before, window, window), its b, and c and d of its stage.
  std::vector<float> a(int stage, int plane) const;
  float b(int stage, int plane) const { return stages_[static_cast<size_t>(stage)].b[static_cast<size_t>(plane)]; }
  const std::vector<float>& c(int stage) const { return stages_[static_cast<size_t>(stage)].c; }
  const std::vector<float>& d(int stage) const { return stages_[static_cast<size_t>(stage)].d; }

  int64_t weights() const;  // numbers learned: a and b of all planes

 private:
  struct Stage {
    int planes = 0;
    std::vector<float> a, b, c, d;         // what the host knows
    Buffer<float> on_a, on_b, on_c, on_d;  // and the device
    Buffer<float> u, v, s, vs, c_cells;
    Buffer<float> other;  // what a wrong formula is given instead
    Buffer<int32_t> representatives;
    bool changed = true;  // the host's weights are newer
  };
  NeocognitronMaps maps(const float* picture, int stages);
  SCellShape s_shape(int stage) const;
  CCellShape c_shape(int stage) const;
  int planes_before(int stage) const { return stage == 0 ? 1 : planes(stage - 1); }
  void run(int stage, float selectivity, const std::vector<float>& u);
  void add_plane(int stage, const NeocognitronMaps::Map& u, float v, int row, int column);
  void reinforce(int stage, const std::vector<std::array<int, 3>>& representatives);
  void widen(int stage, int before, int now);
  void run_s(int stage, float selectivity, const std::vector<float>& u);

  Stream& stream_;
  NeocognitronSettings settings_;
  std::vector<Stage> stages_;
  std::vector<int> labels_;
};

// The winners of an S-layer: in every column of `column` x `column` places, through all planes, the cell that answers
// most; of those that lie in one plane the largest. (plane, row, column) each.
std::vector<std::array<int, 3>> neocognitron_winners(const NeocognitronMaps::Map& s, int column);

}  // namespace striate
