// An optimizer's step on one weight as data: its formula, line by line, with the real numbers, and the weight before
// and after. `after` comes from the very operator that updates the network (kernels/optimizer.h), run on this one
// weight.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/training/optimizer_settings.h"
#include "engine/training/optimizers/optimizer_kind.h"

namespace striate {

// What a training does to gradients before its optimizer takes them (TrainerSettings).
struct GradientChange {
  double l1 = 0, clip_norm = 0;
  float norm = 0;  // of all gradients with their penalty, as the trainer measured it; only with clip_norm
};

struct UpdateWalk {
  using Line = UpdateLine;
  float before = 0, gradient = 0, after = 0;
  float taken = 0;  // by the optimizer: the gradient with its penalty, clipped
  float rate = 0;
  int64_t step = 1;                 // counted from 1: the corrections of adam depend on it
  std::vector<std::string> states;  // names, as OptimizerSettings::states()
  std::vector<float> state_before, state_after;
  std::vector<Line> lines;  // the last one is the weight
};

// `state` holds one value per name of settings.states(), as they are before the step.
UpdateWalk walk_update(const OptimizerSettings& settings, float rate, int64_t step, float weight, float gradient,
                       const std::vector<float>& state, const GradientChange& change = {});

}  // namespace striate
