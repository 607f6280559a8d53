#include "engine/walk/update_walk.h"

#include <cmath>

#include "engine/error.h"
#include "kernels/optimizer.h"

namespace striate {
namespace {

using Kind = OptimizerSettings::Kind;

void run_operator(const OptimizerSettings& o, UpdateWalk& walk) {
  Stream stream(Device::cpu());
  StepState state;
  state.rate = walk.rate;
  state.step = static_cast<int32_t>(walk.step - 1);
  next_step(stream, &state, o.beta1, o.beta2);
  const auto own = [&](size_t i) { return walk.state_after.empty() ? nullptr : &walk.state_after[i]; };
  switch (o.kind) {
    case Kind::sgd:
      sgd(stream, Sgd{o.momentum, o.weight_decay, o.nesterov}, 1, &state, &walk.gradient, &walk.after, own(0));
      break;
    case Kind::rmsprop:
      rmsprop(stream, RmsProp{o.rho, o.epsilon, o.weight_decay}, 1, &state, &walk.gradient, &walk.after, own(0));
      break;
    case Kind::adam:
    case Kind::adamw:
      adam(stream, Adam{o.beta1, o.beta2, o.epsilon, o.weight_decay, o.kind == Kind::adamw}, 1, &state, &walk.gradient,
           &walk.after, own(0), own(1));
      break;
  }
}

}  // namespace

UpdateWalk walk_update(const OptimizerSettings& o, float rate, int64_t step, float weight, float gradient,
                       const std::vector<float>& state) {
  UpdateWalk walk;
  walk.states = o.states();
  check(state.size() == walk.states.size(), "{} values of state for {}", state.size(), o.text());
  walk.before = walk.after = weight;
  walk.gradient = gradient;
  walk.rate = rate;
  walk.step = step;
  walk.state_before = walk.state_after = state;
  run_operator(o, walk);

  const auto line = [&](const char* name, std::string formula, double value, bool exact = false) {
    walk.lines.push_back({name, std::move(formula), value, exact});
  };
  const double w = weight;
  double d = gradient;
  const bool decoupled = o.kind == Kind::adamw;
  if (o.weight_decay > 0 && !decoupled) {
    d += static_cast<double>(o.weight_decay) * w;
    line("d", "gradient + decay \u00b7 weight", d);
  }
  const std::string slope = o.weight_decay > 0 && !decoupled ? "d" : "gradient";
  switch (o.kind) {
    case Kind::sgd: {
      std::string direction = slope;
      if (o.momentum > 0) {
        const double velocity = walk.state_after[0];
        line("velocity", step <= 1 ? slope : "momentum \u00b7 velocity + " + slope, velocity, true);
        direction = "velocity";
        if (o.nesterov) {
          line("direction", slope + " + momentum \u00b7 velocity", d + static_cast<double>(o.momentum) * velocity);
          direction = "direction";
        }
      }
      line("weight", "weight \u2212 rate \u00b7 " + direction, walk.after, true);
      break;
    }
    case Kind::rmsprop:
      line("square", "rho \u00b7 square + (1 \u2212 rho) \u00b7 " + slope + "\u00b2", walk.state_after[0], true);
      line("step", "rate \u00b7 " + slope + " / (\u221asquare + epsilon)",
           static_cast<double>(rate) * d / (std::sqrt(static_cast<double>(walk.state_after[0])) + o.epsilon));
      line("weight", "weight \u2212 step", walk.after, true);
      break;
    case Kind::adam:
    case Kind::adamw: {
      const auto t = static_cast<double>(step);
      const double mean = walk.state_after[0], square = walk.state_after[1];
      const double mean_now = mean / (1 - std::pow(static_cast<double>(o.beta1), t));
      const double square_now = square / (1 - std::pow(static_cast<double>(o.beta2), t));
      line("mean", "beta1 \u00b7 mean + (1 \u2212 beta1) \u00b7 " + slope, mean, true);
      line("square", "beta2 \u00b7 square + (1 \u2212 beta2) \u00b7 " + slope + "\u00b2", square, true);
      line("mean'", "mean / (1 \u2212 beta1^t)", mean_now);
      line("square'", "square / (1 \u2212 beta2^t)", square_now);
      line("step", "rate \u00b7 mean' / (\u221asquare' + epsilon)",
           static_cast<double>(rate) * mean_now / (std::sqrt(square_now) + o.epsilon));
      const bool decays = decoupled && o.weight_decay > 0;
      line("weight", decays ? "weight \u2212 rate \u00b7 decay \u00b7 weight \u2212 step" : "weight \u2212 step",
           walk.after, true);
      break;
    }
  }
  return walk;
}

}  // namespace striate
