// Stochastic gradient descent with momentum, Nesterov's look ahead and weight decay: torch.optim.SGD.
#include "engine/error.h"
#include "engine/training/optimizer_settings.h"
#include "engine/training/optimizers/optimizer_kind.h"

namespace striate {
namespace {

std::vector<std::string> states(const OptimizerSettings& o) {
  return o["momentum"] > 0 ? std::vector<std::string>{"velocity"} : std::vector<std::string>{};
}

float usual_rate(const OptimizerSettings& o) { return o["momentum"] > 0 ? 0.01f : 0.1f; }

void update(Stream& stream, const OptimizerSettings& o, int64_t count, const StepState* state, const float* gradient,
            float* weight, float* const* own) {
  const float momentum = o["momentum"];
  sgd(stream, Sgd{momentum, o["decay"], o["nesterov"] != 0}, count, state, gradient, weight,
      momentum > 0 ? own[0] : nullptr);
}

void lines(const OptimizerSettings& o, UpdateNumbers& n) {
  const auto [slope, d] = n.decayed(o.meant("decay"));
  std::string direction = slope;
  double by = d;
  if (const double momentum = o.meant("momentum"); momentum > 0) {
    const double velocity = n.after[0];
    if (n.step <= 1) {
      n.line("velocity", slope, n.text(d), velocity, true);
    } else {
      n.line("velocity", "momentum \u00b7 velocity + " + slope,
             fmt::format("{} \u00b7 {} + {}", n.text(momentum), n.text(n.before[0]), n.text(d)), velocity, true);
    }
    direction = "velocity", by = velocity;
    if (o["nesterov"] != 0) {
      by = d + momentum * velocity;
      n.line("direction", slope + " + momentum \u00b7 velocity",
             fmt::format("{} + {} \u00b7 {}", n.text(d), n.text(momentum), n.text(velocity)), by);
      direction = "direction";
    }
  }
  n.line("weight", "weight \u2212 rate \u00b7 " + direction,
         fmt::format("{} \u2212 {} \u00b7 {}", n.text(n.weight), n.text(n.rate), n.text(by)), n.weight_after, true);
}

}  // namespace

extern const OptimizerKind kSgd{
    "sgd",
    "SGD",
    {{"momentum", 0, 0, 0.9999, OptimizerField::Widget::slider, N_("momentum"), 0.99, 0.9},
     {.word = "nesterov",
      .usual = 0,
      .minimum = 0,
      .maximum = 1,
      .widget = OptimizerField::Widget::toggle,
      .label = "look ahead (Nesterov)",
      .needs = "momentum"},
     weight_decay_field(0)},
    states,
    usual_rate,
    update,
    lines,
};

}  // namespace striate
