#include "engine/walk/update_walk.h"

#include <cmath>

#include "engine/error.h"
#include "engine/walk/printed_sum.h"
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

  const auto line = [&](const char* name, std::string formula, std::string numbers, double value, bool exact = false) {
    walk.lines.push_back({name, std::move(formula), std::move(numbers), value, exact});
  };
  const auto text = [](double v) {
    const std::string t = significant_text(v, 5);
    return t[0] == '-' ? "(\u2212" + t.substr(1) + ")" : t;
  };
  const double w = weight, learning_rate = rate;
  // What is typed as 0.9 is meant as 0.9, not as the nearest float.
  const auto meant = [](float v) { return std::round(static_cast<double>(v) * 1e7) / 1e7; };
  double d = gradient;
  const bool decoupled = o.kind == Kind::adamw;
  const double decay = meant(o.weight_decay);
  std::string slope = "gradient";
  if (decay > 0 && !decoupled) {
    line("d", "gradient + decay \u00b7 weight", fmt::format("{} + {} \u00b7 {}", text(d), text(decay), text(w)),
         d + decay * w);
    d += decay * w;
    slope = "d";
  }
  switch (o.kind) {
    case Kind::sgd: {
      std::string direction = slope;
      double by = d;
      if (o.momentum > 0) {
        const double velocity = walk.state_after[0], momentum = meant(o.momentum);
        if (step <= 1) {
          line("velocity", slope, text(d), velocity, true);
        } else {
          line("velocity", "momentum \u00b7 velocity + " + slope,
               fmt::format("{} \u00b7 {} + {}", text(momentum), text(state[0]), text(d)), velocity, true);
        }
        direction = "velocity", by = velocity;
        if (o.nesterov) {
          by = d + momentum * velocity;
          line("direction", slope + " + momentum \u00b7 velocity",
               fmt::format("{} + {} \u00b7 {}", text(d), text(momentum), text(velocity)), by);
          direction = "direction";
        }
      }
      line("weight", "weight \u2212 rate \u00b7 " + direction,
           fmt::format("{} \u2212 {} \u00b7 {}", text(w), text(learning_rate), text(by)), walk.after, true);
      break;
    }
    case Kind::rmsprop: {
      const double square = walk.state_after[0], rho = meant(o.rho);
      const double by = learning_rate * d / (std::sqrt(square) + static_cast<double>(o.epsilon));
      line("square", "rho \u00b7 square + (1 \u2212 rho) \u00b7 " + slope + "\u00b2",
           fmt::format("{} \u00b7 {} + {} \u00b7 {}\u00b2", text(rho), text(state[0]), text(1 - rho), text(d)), square,
           true);
      line("step", "rate \u00b7 " + slope + " / (\u221asquare + epsilon)",
           fmt::format("{} \u00b7 {} / (\u221a{} + {})", text(learning_rate), text(d), text(square),
                       fmt::format("{}", o.epsilon)),
           by);
      line("weight", "weight \u2212 step", fmt::format("{} \u2212 {}", text(w), text(by)), walk.after, true);
      break;
    }
    case Kind::adam:
    case Kind::adamw: {
      const auto t = static_cast<double>(step);
      const double mean = walk.state_after[0], square = walk.state_after[1];
      const double beta1 = meant(o.beta1), beta2 = meant(o.beta2), epsilon = o.epsilon;
      const double mean_rest = 1 - std::pow(beta1, t), square_rest = 1 - std::pow(beta2, t);
      const double mean_now = mean / mean_rest, square_now = square / square_rest;
      const double by = learning_rate * mean_now / (std::sqrt(square_now) + epsilon);
      line("mean", "beta1 \u00b7 mean + (1 \u2212 beta1) \u00b7 " + slope,
           fmt::format("{} \u00b7 {} + {} \u00b7 {}", text(beta1), text(state[0]), text(1 - beta1), text(d)), mean,
           true);
      line("square", "beta2 \u00b7 square + (1 \u2212 beta2) \u00b7 " + slope + "\u00b2",
           fmt::format("{} \u00b7 {} + {} \u00b7 {}\u00b2", text(beta2), text(state[1]), text(1 - beta2), text(d)),
           square, true);
      line("mean'", "mean / (1 \u2212 beta1^t)", fmt::format("{} / {}", text(mean), text(mean_rest)), mean_now);
      line("square'", "square / (1 \u2212 beta2^t)", fmt::format("{} / {}", text(square), text(square_rest)),
           square_now);
      line("step", "rate \u00b7 mean' / (\u221asquare' + epsilon)",
           fmt::format("{} \u00b7 {} / (\u221a{} + {})", text(learning_rate), text(mean_now), text(square_now),
                       fmt::format("{}", o.epsilon)),
           by);
      if (decoupled && decay > 0) {
        line("weight", "weight \u2212 rate \u00b7 decay \u00b7 weight \u2212 step",
             fmt::format("{0} \u2212 {1} \u00b7 {2} \u00b7 {0} \u2212 {3}", text(w), text(learning_rate), text(decay),
                         text(by)),
             walk.after, true);
      } else {
        line("weight", "weight \u2212 step", fmt::format("{} \u2212 {}", text(w), text(by)), walk.after, true);
      }
      break;
    }
  }
  return walk;
}

}  // namespace striate
