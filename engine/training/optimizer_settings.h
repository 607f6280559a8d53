// Optimizers and losses by name, with their settings as text: what --optimizer reads, what a saved file holds.
//   sgd | sgd momentum 0.9 nesterov decay 0.0005 | adam beta1 0.9 beta2 0.999 | ...
// The optimizers stand in engine/training/optimizers/, the formulas in kernels/optimizer.h and kernels/loss.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace striate {

struct OptimizerKind;
struct StepState;
class Stream;

struct OptimizerSettings {
  OptimizerSettings();  // adam with its defaults

  const OptimizerKind* kind;
  std::vector<float> values;  // of kind->fields, in their order; a switch is 0 or 1

  // The value of a setting that it has.
  float operator[](std::string_view word) const;
  // The same as it was typed: 0.9, not the nearest float.
  double meant(std::string_view word) const;
  bool has(std::string_view word) const;
  void set(std::string_view word, float value);

  // Defaults are PyTorch's. Throws Error with the nearest word.
  static OptimizerSettings parse(const std::string& text);
  std::string text() const;                 // parses to the same; defaults are left out
  std::vector<std::string> states() const;  // names of its arrays beside every weight: {"mean", "square"}
  float usual_rate() const;                 // where to begin, together with Schedule::usual()
  friend bool operator==(const OptimizerSettings&, const OptimizerSettings&) = default;
};
const std::vector<std::string>& optimizer_names();
// next_step() with its betas, where it has any: once a step, before its kind's update().
void begin_update(Stream& stream, const OptimizerSettings& settings, StepState* state);

// How far an output is from its target. All but the first two compare with a row that is 1 at the sample's class and 0
// elsewhere; with a single output, with the class's number (0 or 1).
enum class Loss {
  cross_entropy,            // softmax and negative log likelihood in one, from logits
  negative_log_likelihood,  // after a logsoftmax layer
  mean_squared_error,
  binary_cross_entropy,         // after a sigmoid layer
  binary_cross_entropy_logits,  // from logits
  maximum_a_posteriori          // of minus distances, with one class more for what is none: LeNet-5 of 1998
};
// What is as far as this from every class is as well none of them (kernels/loss.h).
inline constexpr float kNoClassDistance = 0.1f;
const std::vector<std::string>& loss_names();  // "cross-entropy", "nll", "mse", "bce", "bce-logits", "map"
const char* loss_name(Loss loss);
Loss parse_loss(const std::string& name);  // throws Error with the nearest name

}  // namespace striate
