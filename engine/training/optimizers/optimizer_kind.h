// One optimizer: everything that is known of it in one file of this folder, listed in kinds.cpp. From that come its
// text, its memory, its step in a training, its formula with real numbers, its form in the window, its help.
// To add one: see CONTRIBUTING.md.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/marked.h"
#include "kernels/optimizer.h"

namespace striate {

struct OptimizerSettings;

// One of its settings: "momentum 0.9" in its text, or a switch, "nesterov".
struct OptimizerField {
  enum class Widget { none, slider, field, toggle };
  const char* word;
  double usual, minimum, maximum;  // the default, PyTorch's; the range, both included. A switch is 0 or 1.
  Widget widget = Widget::none;    // none: it is in the text alone
  const char* label = "";          // beside the widget; unique
  double most = 0, reset = 0;      // what the widget offers at most, and where a double-click leads
  double step = 0.01;
  int decimals = 2;
  const char* needs = nullptr;  // a switch: means nothing while this field is 0
};

// A line of the formula with its numbers, as the phase `update` shows it.
struct UpdateLine {
  std::string name;     // "mean"
  std::string formula;  // "beta1 * mean + (1 - beta1) * d"
  std::string numbers;  // the same with its numbers, rounded to five digits: "0.9 * 0.01 + 0.1 * 0.02"
  double value = 0;     // in double precision, from the float values above it
  bool exact = false;   // `value` is what the network keeps, bit for bit: an array of the optimizer, or the weight
};

// One weight before and after its step, for the lines. A number as typed, 0.9, is meant so and not as the next float.
struct UpdateNumbers {
  double weight = 0, gradient = 0, rate = 0;
  std::string gradient_name = "gradient";  // what the lines call it: another word where it was changed before
  int64_t step = 1;                        // from 1
  std::vector<double> before, after;       // its arrays
  double weight_after = 0;
  std::function<std::string(double)> text;  // a number for a line
  std::vector<UpdateLine> lines;            // what is written: the last one is the weight

  void line(const char* name, std::string formula, std::string numbers, double value, bool exact = false) {
    lines.push_back({name, std::move(formula), std::move(numbers), value, exact});
  }
  // The last one of those that subtract a step and nothing else.
  void line_of_weight(double by);
  // The gradient with a decay that is added to it: its line, where there is one, and how the next lines call it.
  struct Slope {
    std::string name;
    double value;
  };
  Slope decayed(double decay);
};

struct OptimizerKind {
  const char* name;   // "adam": in texts
  const char* title;  // "Adam": in the window
  std::vector<OptimizerField> fields;
  // Names of its arrays beside every weight, which are zero before the first step: {"mean", "square"}.
  std::vector<std::string> (*states)(const OptimizerSettings& settings);
  // Where to begin, together with Schedule::usual().
  float (*usual_rate)(const OptimizerSettings& settings);
  // The step of `count` weights; own: its arrays for them, in the order of states(). `state`: after next_step().
  void (*update)(Stream& stream, const OptimizerSettings& settings, int64_t count, const StepState* state,
                 const float* gradient, float* weight, float* const* own);
  void (*lines)(const OptimizerSettings& settings, UpdateNumbers& numbers);
};

const std::vector<const OptimizerKind*>& optimizer_kinds();
// Throws Error with the nearest name.
const OptimizerKind& find_optimizer(std::string_view name);
// The settings of all of them, each word once.
std::vector<std::string> optimizer_words();

// Those that are asked for by name: the default, and its relative. kinds.cpp lists and declares all.
extern const OptimizerKind kAdam, kAdamW;

// What most have: added to the gradient, or, decoupled, taken from the weight.
constexpr OptimizerField weight_decay_field(double usual) {
  return {"decay", usual, 0, 1, OptimizerField::Widget::field, N_("weight decay"), 1, usual, 0.0005, 4};
}
constexpr OptimizerField epsilon_field(double usual = 1e-8) { return {"epsilon", usual, 1e-20, 1}; }

}  // namespace striate
